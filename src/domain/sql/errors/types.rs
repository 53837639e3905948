//! What a mark in a statement consists of.

use std::ops::Range;

use crate::domain::sql::quote::{identifier, quoted_identifier};

/// A part of a statement that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorMark {
    /// Byte range of the whole token.
    pub span: Range<usize>,
    /// What is wrong, where it is more than the server says.
    pub message: Option<String>,
    pub offer: Option<Offer>,
}

/// A change of the statement that one key makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Byte range that is replaced.
    pub span: Range<usize>,
    pub replacement: String,
    /// The change in words: `Replace subjct with subject`.
    pub text: String,
}

impl ErrorMark {
    /// Makes a mark without more words.
    #[must_use]
    pub fn at(span: Range<usize>) -> Self {
        Self { span, message: None, offer: None }
    }
}

impl ErrorMark {
    /// Returns the mark in a text that has so many bytes before the statement.
    #[must_use]
    pub fn moved(self, by: usize) -> Self {
        let moved = |span: Range<usize>| span.start + by..span.end + by;
        let offer = self.offer.map(|offer| Offer { span: moved(offer.span), ..offer });
        Self { span: moved(self.span), message: self.message, offer }
    }
}

impl Offer {
    /// Makes the offer to replace a token. `None` if nothing would change.
    pub(in crate::domain::sql) fn replace(span: Range<usize>, typed: &str, replacement: String) -> Option<Self> {
        if typed == replacement {
            return None;
        }
        Some(Self { span, text: format!("Replace {typed} with {replacement}"), replacement })
    }
}

impl Offer {
    /// Makes the offer to remove the space between a function and its parenthesis. `None` if there is none.
    pub(super) fn unspaced(space: Range<usize>) -> Option<Self> {
        let text = "Remove the space before the parenthesis".to_owned();
        (!space.is_empty()).then(|| Self { span: space, replacement: String::new(), text })
    }
}

/// Returns a name as it is written in place of a token: in the quotes of the token, or in backticks if it needs them.
pub(in crate::domain::sql) fn written_like(typed: &str, name: &str) -> String {
    match typed.chars().next() {
        Some('`') => quoted_identifier(name),
        Some('"') => format!("\"{}\"", name.replace('"', "\"\"")),
        Some(_) | None => identifier(name),
    }
}

/// Returns a keyword or function in the case of the typed word.
pub(in crate::domain::sql) fn cased_like(typed: &str, word: &str) -> String {
    if typed.chars().any(char::is_lowercase) && !typed.chars().any(char::is_uppercase) {
        word.to_ascii_lowercase()
    } else {
        word.to_ascii_uppercase()
    }
}

/// Returns the line of an offset, from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// Returns the range of the first characters of a token: its opening quote or comment mark.
pub(super) fn opening(span: &Range<usize>, length: usize) -> Range<usize> {
    span.start..span.end.min(span.start + length)
}
