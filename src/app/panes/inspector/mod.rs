//! The inspector: documentation of a table, its columns and keys, a row as names and values, a whole value, warnings.

pub mod actions;
mod chart_view;
mod json;
mod line_builder;
mod lines;
mod profile_lines;
mod remedy;
mod table_lines;
mod update;
mod update_json;
mod value;
mod view;

pub use actions::InspectorAction;
pub use json::JsonTree;
pub use line_builder::{InspectorLine, LineStyle};
pub use value::ValueFormat;
pub use view::InspectorView;

use std::sync::Arc;

use crate::domain::problem::Problem;
use crate::domain::protocol::{CopiedFrom, ResultId, Warning};
use crate::domain::results::{CellPreview, Column, ColumnProfile, Pattern, Series};

/// What the inspector shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum InspectorContent {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A table: its page, columns, keys.
    Table {
        /// Its schema.
        schema: String,
        /// Its name.
        table: String,
    },
    /// A row.
    Row {
        /// Its number, from 0.
        row: u64,
        /// The columns.
        columns: Arc<[Column]>,
        /// Its values.
        values: Vec<CellPreview>,
    },
    /// A whole value.
    Value {
        /// Its column.
        column: Box<Column>,
        /// Its row, from 0.
        row: u64,
        /// Its bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// What a column holds.
    Profile {
        /// The column.
        column: Box<Column>,
        /// What it holds.
        profile: Arc<ColumnProfile>,
        /// Over which rows.
        scope: String,
    },
    /// Bars, or a line.
    Chart {
        /// The two columns: labels or places, and numbers.
        columns: Box<(Column, Column)>,
        /// What is drawn.
        series: Arc<Series>,
        /// Over which rows.
        scope: String,
    },
    /// The server's warnings: how many it counted, and those that it kept.
    Warnings(u16, Vec<Warning>),
    /// A problem, whole.
    Problem(Problem),
}

/// State of the inspector.
#[derive(Debug, Default)]
pub struct Inspector {
    /// What it shows.
    pub content: InspectorContent,
    /// Its lines, wrapped to the panel's width; drawn anew when either changes.
    pub lines: Vec<InspectorLine>,
    /// Whose values it shows, where it shows values of a result.
    pub from: Option<CopiedFrom>,
    /// The result that it tells of, where it tells of one: it goes with that.
    pub of: Option<ResultId>,
    /// First visible line.
    pub top: usize,
    /// Whether it stays when the cursor moves on.
    pub is_pinned: bool,
    /// The example that `example` takes next.
    pub next_example: usize,
    /// The formats that a value has, the one that fits it best first.
    pub formats: Vec<ValueFormat>,
    /// In which format a value is shown; `None` is what fits it best.
    pub format: Option<ValueFormat>,
    /// The value as a document that folds, where it is one.
    pub tree: Option<JsonTree>,
    /// Where the lines of that document stand, while it is shown: the first line of each, and its number in the document.
    pub rows: Vec<(usize, usize)>,
    /// Whether a part of the value is not in the lines.
    pub is_part: bool,
    /// What is searched for in the lines.
    pub search: Option<Arc<Pattern>>,
    /// Where the last match is.
    pub found: Option<usize>,
    /// Which of the matches that is, from 1, and of how many.
    pub matches: Option<(usize, usize)>,
}
