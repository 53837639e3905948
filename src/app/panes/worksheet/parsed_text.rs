//! What is read from a worksheet's text: its classes for colours, its statements. Made once for each text, not once
//! for each frame. It knows no cursor.

use std::ops::Range;

use crate::domain::sql::highlight::{self, HighlightClass};
use crate::domain::sql::split::{self, StatementRange};
use crate::domain::sql::{Dialect, locate};

/// A text as it was read.
#[derive(Debug, Clone, Default)]
pub struct ParsedText {
    text: String,
    dialect: Dialect,
    classes: Vec<(Range<usize>, HighlightClass)>,
    statements: Vec<StatementRange>,
}

impl ParsedText {
    /// Reads a text.
    #[must_use]
    pub fn new(text: String, dialect: Dialect) -> Self {
        let classes = highlight::classes(&text, dialect);
        let statements = split::statements(&text, dialect);
        Self { text, dialect, classes, statements }
    }

    /// How it was read.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[StatementRange] {
        &self.statements
    }

    /// The statement that belongs to a cursor, in bytes.
    #[must_use]
    pub fn statement_at(&self, offset: usize) -> Option<Range<usize>> {
        locate::statement_among(&self.text, &self.statements, offset)
    }

    /// What a byte is to the eye; blanks are nothing.
    #[must_use]
    pub fn class_at(&self, byte: usize) -> Option<HighlightClass> {
        let at = self.classes.partition_point(|(range, _)| range.end <= byte);
        self.classes.get(at).filter(|(range, _)| range.contains(&byte)).map(|(_, class)| *class)
    }
}
