//! Actions on the table at the cursor of any panel: its CREATE statement, its number of rows.

use crate::app::focus::Focus;
use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::panes::worksheet::NamedTable;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RunText;

/// Returns the table that the panel in focus is about: of the explorer's cursor, of the inspector, of the column under the
/// cursor of the results. Otherwise it is the table of the statement at the worksheet's cursor.
pub(in crate::app) fn table_here(model: &Model) -> Option<NamedTable> {
    let context = &model.context;
    let here = match model.focus {
        Focus::Explorer => model.explorer.table(context),
        Focus::Inspector => match &model.inspector.content {
            InspectorContent::Table { schema, table } => Some((schema.clone(), table.clone())),
            _ => None,
        },
        Focus::Grid => model.grid.front().and_then(|result| {
            let origin = &result.columns.as_ref()?.get(result.column()?)?.origin;
            Some((origin.schema.clone(), origin.table.clone())).filter(|(_, table)| !table.is_empty())
        }),
        Focus::Worksheet => None,
    };
    here.map(|(schema, table)| NamedTable { schema, table }).or_else(|| model.worksheets.table(context))
}

/// Runs a statement about the table of the panel in focus.
pub(super) fn run_about(model: &Model, statement: fn(&str) -> String, requests: &mut Vec<Request>) {
    let Some(NamedTable { schema, table }) = table_here(model) else {
        let text = "Put the cursor on a table first, in the explorer or in a statement.";
        return requests.push(Request::Notice(text.into()));
    };
    let statement = statement(&model.context.table_name(&schema, &table));
    let statement = RunText::elsewhere(statement);
    requests.push(Request::Run { statement, from: StatementOrigin::Preview });
}
