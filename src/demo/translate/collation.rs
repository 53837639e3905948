//! Text order of `utf8mb4_general_ci`: one character at a time, case and accents ignored, trailing spaces ignored
//! (PAD SPACE).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The collation's name in SQLite: the one that the demo's text columns and their indexes are made with.
pub(super) const TEXT: &str = "rrx_ci";
/// The order of decimal texts, in SQLite.
pub(super) const DECIMAL: &str = "my_dec";

/// What characters count as, where it is not themselves: a line for each, it first. Source: `WEIGHT_STRING` of MariaDB
/// 10.11, asked for every character of the first plane.
static WEIGHTS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("collation.txt").lines();
    let of_line = |line: &'static str| {
        let mut all = line.chars();
        all.next().into_iter().flat_map(move |weight| all.clone().map(move |character| (character, weight)))
    };
    lines.flat_map(of_line).collect()
});

/// What a character counts as.
pub(super) fn fold(character: char) -> char {
    match character {
        _ if character.is_ascii() => character.to_ascii_uppercase(),
        // Characters past the first plane are all one to this collation.
        '\u{10000}'.. => char::REPLACEMENT_CHARACTER,
        _ => WEIGHTS.get(&character).copied().unwrap_or(character),
    }
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
        assert_eq!(compare("ёж ȘΏ", "ЕЖ SΩ"), Ordering::Equal);
        assert_eq!(compare("đ", "d"), Ordering::Greater);
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
