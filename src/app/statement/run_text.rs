//! A statement that the user runs: its text as typed, the values of its parameters, and how its rows are shown.

use crate::domain::sql::parameters::{
    BindError, Bound, ParameterShape, ParameterType, ParameterValues, SourceMap, bind, named_parameters,
};
use crate::domain::sql::split::StatementEnd;
use crate::domain::sql::{Dialect, Param};

/// A statement that the user runs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunText {
    /// Its first byte in the worksheet; 0 without a worksheet.
    pub at: usize,
    /// The statement without `;`, as typed.
    pub typed: String,
    pub rows: RowDisplay,
    /// What is sent, once its parameters have values.
    bound: Option<Bound>,
}

/// How the rows of a statement are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RowDisplay {
    #[default]
    Table,
    /// The first row by names and values, in the inspector, as `\G` asks for.
    Row,
}

/// A parameter that needs a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededParameter {
    pub name: String,
    pub value_type: ParameterType,
    pub shape: ParameterShape,
}

impl RunText {
    /// Makes a statement that begins at a byte of the worksheet.
    #[must_use]
    pub fn new(at: usize, typed: impl Into<String>, end: StatementEnd) -> Self {
        let rows = match end {
            StatementEnd::Vertical => RowDisplay::Row,
            StatementEnd::Semicolon | StatementEnd::Go | StatementEnd::Text => RowDisplay::Table,
        };
        Self { at, typed: typed.into(), rows, bound: None }
    }

    /// Makes a statement that comes from no worksheet.
    #[must_use]
    pub fn elsewhere(typed: impl Into<String>) -> Self {
        Self::new(0, typed, StatementEnd::Text)
    }

    /// Whether it has parameters without values.
    #[must_use]
    pub fn needs_values(&self, dialect: Dialect) -> bool {
        self.bound.is_none() && self.typed.contains(':') && !named_parameters(&self.typed, dialect).is_empty()
    }

    /// Gives values to its parameters. Other values are ignored.
    ///
    /// # Errors
    /// If a parameter is at a place where the server takes no value.
    pub fn bind(&mut self, values: &ParameterValues, dialect: Dialect) -> Result<(), BindError> {
        self.bound = Some(bind(&self.typed, values, dialect)?);
        Ok(())
    }

    /// Returns the text that is sent, the values that are bound to it, and the map from the sent text to the typed one.
    #[must_use]
    pub fn into_sent(self) -> (String, Vec<Param>, SourceMap) {
        match self.bound {
            Some(bound) => (bound.text, bound.params, bound.source_map),
            None => (self.typed, Vec::new(), SourceMap::default()),
        }
    }
}
