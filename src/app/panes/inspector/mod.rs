//! The inspector: documentation, columns and keys of a table, a row, a whole value, a column's profile, a chart,
//! a plan, warnings, a problem.

pub mod actions;
mod chart_view;
mod comparison_lines;
mod json;
mod line_builder;
mod lines;
mod mouse;
mod plan_lines;
mod profile_lines;
mod remedy;
mod row_fields;
mod table_lines;
mod update;
mod update_json;
mod value;
mod view;

pub use actions::InspectorAction;
pub use comparison_lines::Comparison;
pub use json::JsonTree;
pub use line_builder::{InspectorLine, LineStyle};
pub use plan_lines::{PlanContent, PlanForm};
pub use row_fields::{FollowedCell, RowOfField};
pub use value::ValueFormat;
pub use view::InspectorView;

use std::sync::Arc;

use crate::domain::problem::Problem;
use crate::domain::protocol::{CellPosition, CopiedFrom, ResultId, Warning};
use crate::domain::results::{CellPreview, Column, ColumnProfile, Pattern, Series};

/// What the inspector shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum InspectorContent {
    #[default]
    Nothing,
    /// The documentation page of a table, its columns and keys.
    Table {
        schema: String,
        table: String,
    },
    /// A page of a documentation pack, such as one about a topic.
    Page {
        object: String,
    },
    Row {
        /// The row's number, from 0.
        row: u64,
        columns: Arc<[Column]>,
        /// The positions of these columns in the server's order.
        positions: Arc<[usize]>,
        values: Vec<CellPreview>,
    },
    Value {
        column: Box<Column>,
        /// The row's number, from 0.
        row: u64,
        /// The value's bytes; `None` is NULL.
        value: Option<Arc<[u8]>>,
    },
    /// The profile of a column.
    Profile {
        column: Box<Column>,
        profile: Arc<ColumnProfile>,
        /// The rows that were read, in words.
        scope: String,
    },
    /// A chart of bars or a line.
    Chart {
        /// The columns of the horizontal and the vertical axis.
        columns: Box<(Column, Column)>,
        series: Arc<Series>,
        /// The rows that were read, in words.
        scope: String,
    },
    /// The plan of a statement.
    Plan(PlanContent),
    /// Two texts, compared line by line.
    Comparison(Comparison),
    /// The server's warnings: how many it counted, and those that it has kept.
    Warnings(u16, Vec<Warning>),
    Problem(Problem),
}

/// The state of the inspector.
#[derive(Debug, Default)]
pub struct Inspector {
    pub content: InspectorContent,
    /// Its lines, wrapped to the panel's width. They are rebuilt when the content or the width changes.
    pub lines: Vec<InspectorLine>,
    /// The profile and the statement of the values, if it shows values of a result. The access log needs them for a copy.
    pub copied_from: Option<CopiedFrom>,
    /// The result that the content is about, if any. The inspector is cleared when another result comes to the front.
    pub result: Option<ResultId>,
    /// The row or the cell of the result that it shows.
    pub cell: Option<FollowedCell>,
    /// The number of the field under the cursor, of a row.
    pub field: usize,
    /// The cell of the field whose value was requested.
    pub opening: Option<CellPosition>,
    /// The row to which the user can go back from the value of one of its fields.
    pub row_of_field: Option<Box<RowOfField>>,
    /// First visible line.
    pub top: usize,
    /// Whether the content stays when the cursor moves.
    pub is_pinned: bool,
    /// The number of the example that the `example` action opens next.
    pub next_example: usize,
    /// The formats of the value, the best one first.
    pub formats: Vec<ValueFormat>,
    /// The chosen format of the value; `None` is the best one.
    pub format: Option<ValueFormat>,
    /// The value as a tree, if it is a JSON document.
    pub tree: Option<JsonTree>,
    /// The rows of that tree that are shown, or the fields of a row: for each its first line in the inspector, and its number in the
    /// tree or in the row.
    pub rows: Vec<(usize, usize)>,
    /// Whether a part of the value is left out.
    pub is_part: bool,
    /// The pattern of the search.
    pub search: Option<Arc<Pattern>>,
    /// The line of the last match.
    pub found: Option<usize>,
    /// The number of that match, from 1, and how many there are.
    pub matches: Option<(usize, usize)>,
}
