//! Which statements of a worksheet run: the selection, the one at the cursor, or all.

use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::domain::sql::Dialect;
use crate::domain::sql::split::statements;

use super::Worksheets;
use super::update::no_statement;

impl Worksheets {
    /// Returns the statement at the cursor with its first byte.
    #[must_use]
    pub fn statement(&self) -> Option<(usize, &str)> {
        let sheet = self.sheet()?;
        let parsed = sheet.parsed.as_ref()?;
        let range = parsed.statement_at(sheet.editor.byte_of(sheet.editor.cursor()))?;
        Some((range.start, parsed.text().get(range)?))
    }

    /// Requests to run the statements of the selection, or without one the statement at the cursor.
    pub fn run(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(selected) = self.selected_statements(cx.context.dialect()) {
            return match selected.len() {
                0 => cx.request(Request::Notice("There is no statement in the selection.".into())),
                1 => cx.requests.extend(
                    selected
                        .into_iter()
                        .map(|(at, statement)| Request::Run { statement, from: StatementOrigin::Worksheet { at } }),
                ),
                _ => cx.request(Request::RunAll(selected)),
            };
        }
        match self.statement() {
            Some((at, statement)) => {
                let (statement, from) = (statement.to_owned(), StatementOrigin::Worksheet { at });
                cx.request(Request::Run { statement, from });
            }
            None => cx.request(Request::Notice(no_statement(cx.context))),
        }
    }

    /// Returns the statements of the selection, each with its first byte in the worksheet; `None` if nothing is selected.
    fn selected_statements(&self, dialect: Dialect) -> Option<Vec<(usize, String)>> {
        let editor = &self.sheet()?.editor;
        let start = editor.byte_of(editor.selection()?.0);
        let text = editor.selected()?;
        let spans = statements(&text, dialect).into_iter().map(|statement| statement.span);
        Some(spans.filter_map(|span| Some((start + span.start, text.get(span)?.to_owned()))).collect())
    }

    /// Requests to run all statements of the worksheet in front.
    pub fn run_all(&mut self, cx: &mut PaneContext<'_>) {
        let statements = self.sheet().and_then(|sheet| sheet.parsed.as_ref()).map_or_else(Vec::new, |parsed| {
            let spans = parsed.statements().iter().map(|statement| statement.span.clone());
            spans.filter_map(|span| Some((span.start, parsed.text().get(span)?.to_owned()))).collect()
        });
        if statements.is_empty() {
            cx.request(Request::Notice(no_statement(cx.context)));
        } else {
            cx.request(Request::RunAll(statements));
        }
    }
}
