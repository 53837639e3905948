//! The lines of the inspector, as a pure function of its content, the context and the width.

use crate::app::action::{Action, GridAction, WorksheetAction};
use crate::app::context::Context;
use crate::domain::protocol::count_repeats;
use crate::domain::quantity::grouped;
use crate::domain::results::CellPreview;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::line_builder::{InspectorText, LineBuilder, LineStyle};
use super::{InspectorContent, JsonTree, ValueFormat, comparison_lines, plan_lines, profile_lines, table_lines, value};

/// The least width of a line.
const LEAST_WIDTH: usize = 10;

/// Returns the lines. A value is shown in the chosen format, and a JSON document without the parts that the user
/// folded.
pub(super) fn lines(
    content: &InspectorContent,
    format: (Option<ValueFormat>, Option<&JsonTree>),
    context: &Context,
    width: usize,
) -> InspectorText {
    let mut out = LineBuilder::new(width.max(LEAST_WIDTH));
    match content {
        InspectorContent::Nothing => {
            out.line("Documentation and details appear here.", LineStyle::Plain);
            out.empty_line();
            let (docs, row) =
                (context.key(Action::Worksheet(WorksheetAction::Docs)), context.key(Action::Grid(GridAction::Row)));
            let text = format!("{docs} in the worksheet shows the table at the cursor, {row} in the results the row.");
            out.line(&text, LineStyle::Dim);
        }
        InspectorContent::Table { schema, table } => table_lines::table(&mut out, (schema, table), context),
        InspectorContent::Page { object } => table_lines::page(&mut out, object, context),
        InspectorContent::Row { columns, values, .. } => {
            let widest = columns.iter().map(|column| column.name.cells()).max().unwrap_or(0).min(width / 2);
            for (at, (column, cell)) in columns.iter().zip(values).enumerate() {
                out.row(at);
                let name = format!("{}  ", visible(column.name.trim_end()).padded(widest));
                out.hang(&[(name, LineStyle::Name)], &value::shown(cell, column), style_of(cell), widest + 2);
            }
        }
        InspectorContent::Value { value: None, .. } => out.line("‹null›", LineStyle::Dim),
        InspectorContent::Value { value: Some(bytes), column, .. } => {
            value::draw(&mut out, bytes, column, format, context.axes());
        }
        InspectorContent::Profile { column, profile, scope } => {
            profile_lines::profile(&mut out, column, profile, scope);
        }
        InspectorContent::Chart { series, scope, .. } => profile_lines::chart(&mut out, series, scope),
        InspectorContent::Plan(content) => plan_lines::plan(&mut out, content),
        InspectorContent::Comparison(texts) => comparison_lines::comparison(&mut out, texts),
        InspectorContent::Warnings(count, warnings) => {
            for (warning, times) in count_repeats(warnings) {
                let lead = [(format!("{} {} ", warning.level, warning.code), LineStyle::Warning)];
                let repeats = if times > 1 { format!(" ({} times)", grouped(times)) } else { String::new() };
                out.hang(&lead, &format!("{}{repeats}", visible(warning.message.trim_end())), LineStyle::Plain, 2);
            }
            if warnings.len() < usize::from(*count) {
                out.empty_line();
                let total = grouped(u64::from(*count));
                out.line(
                    &format!("The server keeps the first {} of {total}.", grouped(warnings.len() as u64)),
                    LineStyle::Dim,
                );
            }
        }
        InspectorContent::Problem(problem) => {
            for line in problem.to_string().lines() {
                out.line(&visible(line.trim_end()), LineStyle::Plain);
            }
            if let Some(remedy) = problem.then {
                out.empty_line();
                out.line(&visible(&super::remedy::remedy_line(remedy, context)), LineStyle::Code);
            }
        }
    }
    out.finish()
}

fn style_of(value: &CellPreview) -> LineStyle {
    if matches!(value, CellPreview::Null) { LineStyle::Dim } else { LineStyle::Plain }
}
