//! How well a typed word matches a text: as a whole word, as the start of one, inside of one, or only letter by letter.

/// How a typed word matches a text, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WordMatch {
    /// The text has the word.
    Whole,
    /// A word of the text begins with it.
    Start,
    /// It is inside of a word of the text.
    Inside,
    /// The text has its letters in this order, with others between them.
    Letters,
}

impl WordMatch {
    /// Returns how a word matches a text; `None` if it does not. Case is ignored. In a text, a word ends at each character
    /// that is neither a letter nor a digit, such as `_`.
    #[must_use]
    pub fn of(word: &str, text: &str) -> Option<Self> {
        Self::with_place(word, text).map(|(kind, _)| kind)
    }

    /// Returns how a word matches a text, and how many words of the text are before the match.
    #[must_use]
    pub fn with_place(word: &str, text: &str) -> Option<(Self, usize)> {
        let (word, text) = (word.to_lowercase(), text.to_lowercase());
        let in_text = text.match_indices(&word).map(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            let is_start = !before.ends_with(char::is_alphanumeric);
            let is_end = !after.starts_with(char::is_alphanumeric);
            let kind = match (is_start, is_end) {
                (true, true) => Self::Whole,
                (true, false) => Self::Start,
                (false, _) => Self::Inside,
            };
            (kind, at)
        });
        match in_text.min() {
            Some((kind, at)) => Some((kind, words(&text[..at]).count())),
            None => has_letters(&text, &word).then_some((Self::Letters, 0)),
        }
    }

    /// Returns whether it is only a match of single letters. Such a match comes after all others.
    #[must_use]
    pub fn is_loose(self) -> bool {
        self == Self::Letters
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Returns whether a text has all letters of a word in their order. Both are in lower case.
fn has_letters(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|expected| letters.any(|letter| letter == expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_word_is_better_than_a_start_and_loose_letters_come_last() {
        for (word, text, expected) in [
            ("form", "study_form", Some(WordMatch::Whole)),
            ("Form", "form data", Some(WordMatch::Whole)),
            ("form", "study_formula", Some(WordMatch::Start)),
            ("form", "platform", Some(WordMatch::Inside)),
            ("form", "platform, form", Some(WordMatch::Whole)),
            ("form", "file or memory", Some(WordMatch::Letters)),
            ("form", "mrof", None),
            ("ä", "SÄTZE", Some(WordMatch::Inside)),
        ] {
            assert_eq!(WordMatch::of(word, text), expected, "{word} in {text}");
        }
        let mut kinds = [WordMatch::Letters, WordMatch::Inside, WordMatch::Whole, WordMatch::Start];
        kinds.sort_unstable();
        assert_eq!(kinds, [WordMatch::Whole, WordMatch::Start, WordMatch::Inside, WordMatch::Letters]);
    }

    #[test]
    fn the_place_counts_the_words_before_the_best_match() {
        assert_eq!(WordMatch::with_place("csv", "Copy as CSV"), Some((WordMatch::Whole, 2)));
        assert_eq!(WordMatch::with_place("a", "ab cab a"), Some((WordMatch::Whole, 2)));
    }
}
