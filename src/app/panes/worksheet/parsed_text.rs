//! A worksheet's parsed text: highlight classes and statements. It is made once for each text, not for each frame, and
//! does not depend on the cursor.

use std::ops::Range;

use crate::domain::sql::highlight::{self, HighlightClass};
use crate::domain::sql::split::{self, StatementRange};
use crate::domain::sql::{Dialect, locate};

/// A text with its highlight classes and statements.
#[derive(Debug, Clone, Default)]
pub struct ParsedText {
    text: String,
    dialect: Dialect,
    classes: Vec<(Range<usize>, HighlightClass)>,
    statements: Vec<StatementRange>,
}

impl ParsedText {
    #[must_use]
    pub fn new(text: String, dialect: Dialect) -> Self {
        let classes = highlight::classes(&text, dialect);
        let statements = split::statements(&text, dialect);
        Self { text, dialect, classes, statements }
    }

    /// Returns the dialect in which it was parsed.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[StatementRange] {
        &self.statements
    }

    /// Returns the byte range of the statement at this byte offset.
    #[must_use]
    pub fn statement_at(&self, offset: usize) -> Option<Range<usize>> {
        locate::statement_among(&self.text, &self.statements, offset)
    }

    /// Returns the highlight class of a byte; `None` for spaces.
    #[must_use]
    pub fn class_at(&self, byte: usize) -> Option<HighlightClass> {
        let at = self.classes.partition_point(|(range, _)| range.end <= byte);
        self.classes.get(at).filter(|(range, _)| range.contains(&byte)).map(|(_, class)| *class)
    }
}
