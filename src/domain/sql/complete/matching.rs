//! How well a typed word matches a name. Case is ignored.

/// How a typed word matches a name, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Quality {
    /// It is the name, or nothing is typed.
    Whole,
    /// The name begins with it.
    Prefix,
    /// It consists of the starts of words, from the first word on: `sfi` in `subject_form_item`.
    WordStarts,
    /// It consists of the starts of later words.
    LaterWords,
    /// It is inside of the name.
    Inside,
    /// The name has its letters in this order.
    Letters,
}

/// Longer words match only as a part of a name.
const LONGEST: usize = 60;
/// Letters from which a match inside of a word, or of single letters, counts: fewer are in nearly every name.
const LOOSE_LETTERS: usize = 3;
/// Letters from which a match of later words counts.
const WORD_LETTERS: usize = 2;

/// A typed word, prepared for many comparisons.
#[derive(Debug, Clone)]
pub(super) struct TypedText {
    lower: String,
}

impl TypedText {
    pub(super) fn new(typed: &str) -> Self {
        Self { lower: typed.to_lowercase() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    pub(super) fn lower(&self) -> &str {
        &self.lower
    }

    /// Returns how it matches a name; `None` if it does not.
    pub(super) fn quality(&self, name: &str) -> Option<Quality> {
        if self.lower.is_empty() {
            return Some(Quality::Whole);
        }
        if name.is_ascii() {
            return quality_of(self.lower.as_bytes(), name.as_bytes());
        }
        quality_of(self.lower.as_bytes(), name.to_lowercase().as_bytes())
    }
}

/// Compares a word in lower case with a name.
fn quality_of(typed: &[u8], name: &[u8]) -> Option<Quality> {
    let starts = |at: usize| name.get(at..at + typed.len()).is_some_and(|part| part.eq_ignore_ascii_case(typed));
    if starts(0) {
        return Some(if typed.len() == name.len() { Quality::Whole } else { Quality::Prefix });
    }
    if !has_letters(typed, name) {
        return None;
    }
    let by_words = word_starts(typed, name);
    if by_words == Some(Quality::WordStarts) || typed.len() >= WORD_LETTERS && by_words.is_some() {
        return by_words;
    }
    if typed.len() < LOOSE_LETTERS {
        return None;
    }
    if (1..name.len()).any(starts) {
        return Some(Quality::Inside);
    }
    let begins_alike = name.first().zip(typed.first()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    begins_alike.then_some(Quality::Letters)
}

/// Whether a name has all letters of a word in their order.
fn has_letters(typed: &[u8], name: &[u8]) -> bool {
    let mut letters = name.iter();
    typed.iter().all(|expected| letters.any(|letter| letter.to_ascii_lowercase() == *expected))
}

/// Whether a word consists of starts of the name's words, in their order. `reached` has a bit for each number of letters that
/// the words so far can give.
fn word_starts(typed: &[u8], name: &[u8]) -> Option<Quality> {
    if typed.len() > LONGEST || name.len() > 4 * LONGEST {
        return None;
    }
    let goal = 1_u64 << typed.len();
    // From the first word on, and from any word on.
    let (mut from_first, mut from_any) = (0_u64, 1_u64);
    let mut is_first = true;
    let mut at = 0;
    while at < name.len() {
        let is_start = at == 0 || is_word_start(name, at);
        if is_start {
            let word = name.get(at..).unwrap_or_default();
            let first = if is_first { 1 } else { from_first };
            from_first |= extended(first, typed, word);
            from_any |= extended(from_any, typed, word);
            is_first = false;
        }
        at += 1;
    }
    if from_first & goal != 0 {
        Some(Quality::WordStarts)
    } else if from_any & goal != 0 {
        Some(Quality::LaterWords)
    } else {
        None
    }
}

/// Returns the numbers of letters that are reached when this word gives one or more of its first letters.
fn extended(reached: u64, typed: &[u8], word: &[u8]) -> u64 {
    let mut found = 0;
    for from in 0..typed.len() {
        if reached & (1 << from) == 0 {
            continue;
        }
        let letters = typed
            .iter()
            .skip(from)
            .zip(word)
            .take_while(|(a, b)| **a == b.to_ascii_lowercase() && (b.is_ascii_alphanumeric() || !b.is_ascii()));
        for count in 1..=letters.count() {
            found |= 1 << (from + count);
        }
    }
    found
}

fn is_word_start(name: &[u8], at: usize) -> bool {
    let (Some(before), Some(here)) = (name.get(at.wrapping_sub(1)), name.get(at)) else { return false };
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    is_letter(here) && (!is_letter(before) || (before.is_ascii_lowercase() && here.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_their_starts_are_better_than_parts_and_letters() {
        for (typed, name, expected) in [
            ("", "subject", Some(Quality::Whole)),
            ("Subject", "subject", Some(Quality::Whole)),
            ("sub", "subject", Some(Quality::Prefix)),
            ("sfi", "subject_form_item", Some(Quality::WordStarts)),
            ("sn", "screening_number", Some(Quality::WordStarts)),
            ("scnum", "screening_number", Some(Quality::WordStarts)),
            ("si", "subject_form_item", Some(Quality::WordStarts)),
            ("on", "orderNumber", Some(Quality::WordStarts)),
            ("num", "screening_number", Some(Quality::LaterWords)),
            ("fi", "subject_form_item", Some(Quality::LaterWords)),
            ("ject", "subject", Some(Quality::Inside)),
            ("sbj", "subject", Some(Quality::Letters)),
            ("bjc", "subject", None),
            ("sj", "subject", None),
            ("bj", "subject", None),
            ("n", "screening_number", None),
            ("xyz", "subject", None),
            ("größe", "GRÖSSE", None),
            ("grö", "GRÖSSE", Some(Quality::Prefix)),
        ] {
            assert_eq!(TypedText::new(typed).quality(name), expected, "{typed} in {name}");
        }
    }

    proptest! {
        #[test]
        fn any_word_is_compared(typed in "\\PC{0,80}", name in "[a-zA-Z_]{0,300}|\\PC{0,40}") {
            let typed = TypedText::new(&typed);
            let _ = typed.quality(&name);
            prop_assert!(TypedText::new(&name).quality(&name).is_some());
        }
    }
}
