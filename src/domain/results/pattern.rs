//! What is searched for in values: a text or a regular expression, with or without regard to case. Knows no rows.

use regex::bytes::{Regex, RegexBuilder};

/// How the typed text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PatternKind {
    /// As it is.
    #[default]
    Text,
    /// As a regular expression.
    Regex,
}

/// Whether large and small letters differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Case {
    /// They do not.
    #[default]
    Ignored,
    /// They do.
    Kept,
}

/// Something to search for.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    kind: PatternKind,
    case: Case,
    regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Pattern {}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternFault {
    /// What is wrong, in a sentence.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// Bytes that a compiled expression may take: `(a{1000}){1000}` must not take the machine's memory.
const COMPILED: usize = 1 << 20;

impl Pattern {
    /// Reads a pattern as a user types it: `~` begins a regular expression, and a capital letter makes it case-sensitive.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn typed(text: &str) -> Result<Self, PatternFault> {
        let (kind, wanted) = match text.strip_prefix('~') {
            Some(regex) => (PatternKind::Regex, regex.trim_start()),
            None => (PatternKind::Text, text),
        };
        let case = if wanted.chars().any(char::is_uppercase) { Case::Kept } else { Case::Ignored };
        Self::new(wanted, kind, case)
    }

    /// Reads a pattern. In a regular expression `.` does not match a newline, and `^`, `$` are the ends of the value.
    ///
    /// # Errors
    /// An empty text; a regular expression that is none, or would take too much memory.
    pub fn new(text: &str, kind: PatternKind, case: Case) -> Result<Self, PatternFault> {
        if text.is_empty() {
            let (what, hint) = ("There is nothing to search for".to_owned(), "type a text".to_owned());
            return Err(PatternFault { what, hint });
        }
        let written = match kind {
            PatternKind::Text => regex::escape(text),
            PatternKind::Regex => text.to_owned(),
        };
        let built = RegexBuilder::new(&written).case_insensitive(case == Case::Ignored).size_limit(COMPILED).build();
        let regex = built.map_err(|error| PatternFault {
            what: format!("`{text}` is no regular expression: {}", reason(&error)),
            hint: "put a backslash before a sign that is meant as itself, or search for plain text".into(),
        })?;
        Ok(Self { text: text.to_owned(), kind, case, regex })
    }

    /// As it was typed, how it is meant, and whether case counts.
    #[must_use]
    pub fn parts(&self) -> (&str, PatternKind, Case) {
        (&self.text, self.kind, self.case)
    }

    /// Whether a value holds it. A value that is no UTF-8 is searched byte by byte.
    #[must_use]
    pub fn is_in(&self, value: &[u8]) -> bool {
        self.regex.is_match(value)
    }
}

/// The library draws the place in several lines; its last one says what is wrong.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
