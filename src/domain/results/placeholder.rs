//! The visible marks of values that have no text of their own, and which texts could be taken for one. Knows no widths of
//! columns; `domain::text` has the marks of single characters.

use crate::domain::text::Glyphs;

impl Glyphs {
    fn of(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// Stands for NULL.
    #[must_use]
    pub fn null(self) -> &'static str {
        self.of("‹null›", "<null>")
    }

    /// Stands for the empty text.
    #[must_use]
    pub fn empty(self) -> &'static str {
        self.of("‹empty›", "<empty>")
    }

    /// Stands for a blinded value.
    #[must_use]
    pub fn blinded(self) -> &'static str {
        self.of("▒▒▒▒", "####")
    }

    /// Stands for a blank at either end.
    #[must_use]
    pub fn blank(self) -> &'static str {
        self.of("·", "_")
    }

    /// Ends a text that was cut.
    #[must_use]
    pub fn cut(self) -> &'static str {
        self.of("…", "...")
    }

    /// Stands for a value that may not be cut and does not fit.
    #[must_use]
    pub fn too_wide(self) -> &'static str {
        self.of("»", ">")
    }

    /// Stands for a value that is not loaded yet.
    #[must_use]
    pub fn waiting(self) -> &'static str {
        "~"
    }

    /// Whether a text could be taken for one of the marks; it is drawn in quotes then.
    pub(super) fn could_be_taken(self, text: &str) -> bool {
        let whole = [self.null(), self.empty(), self.too_wide(), self.waiting()];
        whole.contains(&text)
            || is_all(text, self.blinded())
            || text.starts_with(self.blank())
            || text.ends_with(self.blank())
            || text.ends_with(self.cut())
            || looks_binary(text, self.cut())
            || self.holds_mark(text)
            || text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                .is_some_and(|inner| self.could_be_taken_quoted(inner))
    }

    /// The quotes of `"‹null›"` are quoted again: else it would look like the text without them.
    fn could_be_taken_quoted(self, inner: &str) -> bool {
        // Peels off quotes in a loop: a value of many quotes must not cost a deep stack.
        let mut inner = inner;
        while let Some(next) = inner.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            inner = next;
        }
        self.could_be_taken(inner)
    }

    /// Whether the text holds what stands for a character or a byte.
    fn holds_mark(self, text: &str) -> bool {
        let (open, close) = self.brackets();
        let bracketed = text.split(open).skip(1).any(|rest| {
            rest.split_once(close).is_some_and(|(inner, _)| {
                let (digits, least, most) = match inner.strip_prefix("U+") {
                    Some(digits) => (digits, 4, 6),
                    None => (inner, 2, 2),
                };
                (least..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        });
        bracketed
            || match self {
                Self::Unicode => text.chars().any(|character| matches!(character, '\u{2400}'..='\u{2426}')),
                Self::Ascii => ["\\n", "\\r", "\\t", "\\0"].iter().any(|mark| text.contains(mark)),
            }
    }
}

fn is_all(text: &str, mark: &str) -> bool {
    !text.is_empty() && mark.chars().next().is_some_and(|mark| text.chars().all(|character| character == mark))
}

/// Whether it reads like the mark of a BLOB: `16 B 3f2a…`.
fn looks_binary(text: &str, cut: &str) -> bool {
    let Some((number, rest)) = text.split_once(' ') else { return false };
    let Some((unit, hex)) = rest.split_once(' ') else { return false };
    let hex = hex.strip_suffix(cut).unwrap_or(hex);
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && ["B", "KiB", "MiB", "GiB"].contains(&unit)
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}
