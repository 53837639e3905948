//! Text order of `utf8mb4_general_ci`, as far as a demo needs it: one character at a time, case and the accents of
//! Latin letters ignored, trailing spaces ignored (PAD SPACE). Other scripts fold by their simple upper case.

use std::cmp::Ordering;

/// The collation's name in SQLite: the one that the demo's text columns and their indexes are made with.
pub(super) const TEXT: &str = "rrx_ci";
/// The order of decimal texts, in SQLite.
pub(super) const DECIMAL: &str = "my_dec";

/// Accented letters and what they count as.
const ACCENTS: &[(&str, char)] = &[
    ("ÀÁÂÃÄÅĀĂĄ", 'A'),
    ("ÇĆĈĊČ", 'C'),
    ("ĎĐ", 'D'),
    ("ÈÉÊËĒĔĖĘĚ", 'E'),
    ("ĜĞĠĢ", 'G'),
    ("Ĥ", 'H'),
    ("ÌÍÎÏĨĪĬĮİ", 'I'),
    ("Ĵ", 'J'),
    ("Ķ", 'K'),
    ("ĹĻĽ", 'L'),
    ("ÑŃŅŇ", 'N'),
    ("ÒÓÔÕÖŌŎŐ", 'O'),
    ("ŔŖŘ", 'R'),
    ("ŚŜŞŠ", 'S'),
    ("ŢŤ", 'T'),
    ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
    ("Ŵ", 'W'),
    ("ÝŶŸ", 'Y'),
    ("ŹŻŽ", 'Z'),
];

/// What a character counts as.
pub(super) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_uppercase();
    }
    if character == 'ß' {
        return 'S';
    }
    let mut upper = character.to_uppercase();
    let folded = match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => character,
    };
    ACCENTS.iter().find(|(letters, _)| letters.contains(folded)).map_or(folded, |(_, plain)| *plain)
}

/// The order of two texts.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.chars(), right.chars());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => match fold(a.unwrap_or(' ')).cmp(&fold(b.unwrap_or(' '))) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

/// Whether a text matches a LIKE pattern.
pub(super) fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let text: Vec<char> = text.chars().map(fold).collect();
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            _ if Some(character) == escape => Part::Exactly(fold(characters.next().unwrap_or(character))),
            '%' => Part::Any,
            '_' => Part::One,
            _ => Part::Exactly(fold(character)),
        });
    }
    let (mut at, mut part, mut back) = (0, 0, None);
    while at < text.len() {
        let fits = match parts.get(part) {
            Some(Part::Any) => {
                back = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One) => true,
            Some(Part::Exactly(wanted)) => text.get(at) == Some(wanted),
            None => false,
        };
        if fits {
            at += 1;
            part += 1;
        } else if let Some((any, from)) = back {
            back = Some((any, from + 1));
            at = from + 1;
            part = any + 1;
        } else {
            return false;
        }
    }
    parts.iter().skip(part).all(|part| matches!(part, Part::Any))
}

enum Part {
    Any,
    One,
    Exactly(char),
}

/// Where a text first occurs in another, in characters from `start` (1 is the first); 0 when it does not.
pub(super) fn locate(needle: &str, hay: &str, start: i64) -> i64 {
    let needle: Vec<char> = needle.chars().map(fold).collect();
    let hay: Vec<char> = hay.chars().map(fold).collect();
    let Some(from) = start.checked_sub(1).and_then(|it| usize::try_from(it).ok()) else { return 0 };
    let Some(rest) = hay.get(from..) else { return 0 };
    if needle.is_empty() {
        return start;
    }
    let found = rest.windows(needle.len()).position(|window| window == needle.as_slice());
    found.and_then(|at| i64::try_from(at + from + 1).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_trailing_spaces_do_not_count() {
        assert_eq!(compare("Straße  ", "STRASE"), Ordering::Equal);
        assert_eq!(compare("élan", "ELAN"), Ordering::Equal);
        assert_eq!(compare("a", "b"), Ordering::Less);
        assert_eq!(compare("a\t", "a"), Ordering::Less);
    }

    #[test]
    fn patterns_match_without_case() {
        assert!(is_like("Vital Signs", "vital%", Some('\\')));
        assert!(is_like("a_b", "a\\_b", Some('\\')));
        assert!(!is_like("axb", "a\\_b", Some('\\')));
        assert!(is_like("aXbXc", "%x_", Some('\\')));
        assert_eq!(locate("IG", "signs", 1), 2);
        assert_eq!(locate("s", "signs", 2), 5);
    }
}
