//! A search pattern for values: text or a regular expression, with or without regard to letter case.

use regex::bytes::{Regex, RegexBuilder};

/// How the text of a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PatternKind {
    #[default]
    Text,
    Regex,
}

/// Whether upper and lower case letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CaseSensitivity {
    #[default]
    Insensitive,
    Sensitive,
}

#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    kind: PatternKind,
    case: CaseSensitivity,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Pattern {}

/// Why a text cannot be used as a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternFault {
    pub what: String,
    pub hint: String,
}

/// Bytes that a compiled expression may use: `(a{1000}){1000}` must not exhaust memory.
const COMPILED: usize = 1 << 20;

impl Pattern {
    /// Reads a pattern as a user types it: `~` begins a regular expression, and a capital letter makes it case-sensitive.
    ///
    /// # Errors
    /// Returns the errors of [`Self::new`].
    pub fn typed(text: &str) -> Result<Self, PatternFault> {
        let (kind, pattern) = match text.strip_prefix('~') {
            Some(regex) => (PatternKind::Regex, regex.trim_start()),
            None => (PatternKind::Text, text),
        };
        let case = if pattern.chars().any(char::is_uppercase) {
            CaseSensitivity::Sensitive
        } else {
            CaseSensitivity::Insensitive
        };
        Self::new(pattern, kind, case)
    }

    /// Reads a pattern. In a regular expression `.` does not match a newline, and `^`, `$` are the ends of the value.
    ///
    /// # Errors
    /// When the text is empty, or is not a regular expression, or needs too much memory.
    pub fn new(text: &str, kind: PatternKind, case: CaseSensitivity) -> Result<Self, PatternFault> {
        if text.is_empty() {
            let (what, hint) = ("The search text is empty".to_owned(), "type a text".to_owned());
            return Err(PatternFault { what, hint });
        }
        let written = match kind {
            PatternKind::Text => regex::escape(text),
            PatternKind::Regex => text.to_owned(),
        };
        let built = RegexBuilder::new(&written)
            .case_insensitive(case == CaseSensitivity::Insensitive)
            .size_limit(COMPILED)
            .build();
        let regex = built.map_err(|error| PatternFault {
            what: format!("`{text}` is not a regular expression: {}", reason(&error)),
            hint: "put a backslash before a special character, or search for plain text".into(),
        })?;
        Ok(Self { text: text.to_owned(), kind, case, regex })
    }

    /// Returns the typed text, its kind and its case sensitivity.
    #[must_use]
    pub fn parts(&self) -> (&str, PatternKind, CaseSensitivity) {
        (&self.text, self.kind, self.case)
    }

    /// Whether a value contains a match. A value that is not UTF-8 is searched byte by byte.
    #[must_use]
    pub fn is_in(&self, value: &[u8]) -> bool {
        self.regex.is_match(value)
    }
}

/// Returns the last line of the library's message: the lines before it draw the position.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
