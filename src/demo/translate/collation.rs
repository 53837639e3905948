//! The collation `utf8mb4_general_ci`: compares character by character and ignores case, accents and trailing spaces
//! (PAD SPACE).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The name of the collation in SQLite. The demo's text columns and indexes use it.
pub(super) const TEXT: &str = "rrx_ci";
/// The SQLite collation that sorts decimal texts.
pub(super) const DECIMAL: &str = "my_dec";

/// The weights of characters whose weight is not their own code point. Each line of the file has a weight and its
/// characters. Source: `WEIGHT_STRING` of MariaDB 10.11 for every character of the Basic Multilingual Plane.
static WEIGHTS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("collation.txt").lines();
    let of_line = |line: &'static str| {
        let mut all = line.chars();
        all.next().into_iter().flat_map(move |weight| all.clone().map(move |character| (character, weight)))
    };
    lines.flat_map(of_line).collect()
});

/// Returns the weight of a character.
pub(super) fn fold(character: char) -> char {
    match character {
        _ if character.is_ascii() => character.to_ascii_uppercase(),
        // All characters outside the Basic Multilingual Plane are equal in this collation.
        '\u{10000}'.. => char::REPLACEMENT_CHARACTER,
        _ => WEIGHTS.get(&character).copied().unwrap_or(character),
    }
}

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

/// Returns whether a text matches a LIKE pattern.
pub(super) fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let text: Vec<char> = text.chars().map(fold).collect();
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        parts.push(match character {
            _ if Some(character) == escape => PatternPart::Exactly(fold(characters.next().unwrap_or(character))),
            '%' => PatternPart::Any,
            '_' => PatternPart::One,
            _ => PatternPart::Exactly(fold(character)),
        });
    }
    let (mut at, mut part, mut backtrack) = (0, 0, None);
    while at < text.len() {
        let fits = match parts.get(part) {
            Some(PatternPart::Any) => {
                backtrack = Some((part, at));
                part += 1;
                continue;
            }
            Some(PatternPart::One) => true,
            Some(PatternPart::Exactly(expected)) => text.get(at) == Some(expected),
            None => false,
        };
        if fits {
            at += 1;
            part += 1;
        } else if let Some((any, from)) = backtrack {
            backtrack = Some((any, from + 1));
            at = from + 1;
            part = any + 1;
        } else {
            return false;
        }
    }
    parts.iter().skip(part).all(|part| matches!(part, PatternPart::Any))
}

enum PatternPart {
    Any,
    One,
    Exactly(char),
}

/// Returns the position of the first occurrence of a text, counted in characters from 1, or 0 if there is none. The search
/// begins at `start`.
pub(super) fn locate(needle: &str, haystack: &str, start: i64) -> i64 {
    let needle: Vec<char> = needle.chars().map(fold).collect();
    let haystack: Vec<char> = haystack.chars().map(fold).collect();
    let Some(from) = start.checked_sub(1).and_then(|it| usize::try_from(it).ok()) else { return 0 };
    let Some(rest) = haystack.get(from..) else { return 0 };
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
    fn case_accents_and_trailing_spaces_are_ignored() {
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
