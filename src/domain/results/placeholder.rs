//! Placeholders: visible marks for NULL, the empty text, control characters and everything else that must not reach the terminal.

use crate::domain::text::GlyphSet;

impl GlyphSet {
    fn of(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    #[must_use]
    pub fn null(self) -> &'static str {
        self.of("‹null›", "<null>")
    }

    #[must_use]
    pub fn empty(self) -> &'static str {
        self.of("‹empty›", "<empty>")
    }

    #[must_use]
    pub fn blinded(self) -> &'static str {
        self.of("▒▒▒▒", "####")
    }

    /// Marks a space at the start or end of a value.
    #[must_use]
    pub fn space(self) -> &'static str {
        self.of("·", "_")
    }

    /// Marks the end of a text that was cut.
    #[must_use]
    pub fn cut(self) -> &'static str {
        self.of("…", "...")
    }

    /// Replaces a value that must not be cut and does not fit.
    #[must_use]
    pub fn too_wide(self) -> &'static str {
        self.of("»", ">")
    }

    /// Replaces a value that is not loaded yet.
    #[must_use]
    pub fn waiting(self) -> &'static str {
        "~"
    }

    /// Whether a text looks like a placeholder; it is then drawn in quotes.
    pub(super) fn looks_like_placeholder(self, text: &str) -> bool {
        let whole = [self.null(), self.empty(), self.too_wide(), self.waiting()];
        whole.contains(&text)
            || is_all(text, self.blinded())
            || text.starts_with(self.space())
            || text.ends_with(self.space())
            || text.ends_with(self.cut())
            || looks_binary(text, self.cut())
            || self.contains_mark(text)
            || text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                .is_some_and(|inner| self.looks_like_quoted_placeholder(inner))
    }

    /// A text `"‹null›"` with quotes is quoted again. Otherwise it would look like the text without quotes.
    fn looks_like_quoted_placeholder(self, inner: &str) -> bool {
        // A loop, not recursion: a value may consist of very many quotes.
        let mut inner = inner;
        while let Some(next) = inner.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            inner = next;
        }
        self.looks_like_placeholder(inner)
    }

    /// Whether the text contains a mark that could replace a character or a byte.
    fn contains_mark(self, text: &str) -> bool {
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

/// Whether it looks like the placeholder of a binary value: `16 B 3f2a…`.
fn looks_binary(text: &str, cut: &str) -> bool {
    let Some((number, rest)) = text.split_once(' ') else { return false };
    let Some((unit, hex)) = rest.split_once(' ') else { return false };
    let hex = hex.strip_suffix(cut).unwrap_or(hex);
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && ["B", "KiB", "MiB", "GiB"].contains(&unit)
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}
