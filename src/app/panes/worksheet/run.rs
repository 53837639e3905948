//! Which statements of a worksheet run: the selection, the one at the cursor, or all.

use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RunText;
use crate::domain::sql::Dialect;
use crate::domain::sql::split::{StatementEnd, StatementRange, statements};

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

    /// Returns the statement at the cursor, to run or to explain it.
    #[must_use]
    pub fn statement_to_run(&self) -> Option<RunText> {
        let (at, text) = self.statement()?;
        let statements = self.sheet()?.parsed.as_ref()?.statements();
        let end = statements.iter().find(|statement| statement.span.start == at).map(|statement| statement.end);
        Some(RunText::new(at, text, end.unwrap_or(StatementEnd::Text)))
    }

    /// Requests to run the statements of the selection, or without one the statement at the cursor.
    pub fn run(&mut self, cx: &mut PaneContext<'_>) {
        let mut recent = std::mem::take(&mut self.completion.recent);
        if let Some((_, statement)) = self.statement() {
            recent.add_statement(statement, cx.context.dialect());
        }
        self.completion.recent = recent;
        let run = |statement: RunText| {
            let from = StatementOrigin::Worksheet { at: statement.at };
            Request::Run { statement, from }
        };
        if let Some(mut selected) = self.selected_statements(cx.context.dialect()) {
            return match selected.len() {
                0 => cx.request(Request::Notice("There is no statement in the selection.".into())),
                1 => cx.requests.extend(selected.pop().map(run)),
                _ => cx.request(Request::RunAll(selected)),
            };
        }
        match self.statement_to_run() {
            Some(statement) => cx.request(run(statement)),
            None => cx.request(Request::Notice(no_statement(cx.context))),
        }
    }

    /// Returns the statements of the selection; `None` if nothing is selected.
    fn selected_statements(&self, dialect: Dialect) -> Option<Vec<RunText>> {
        let editor = &self.sheet()?.editor;
        let start = editor.byte_of(editor.selection()?.0);
        let text = editor.selected()?;
        Some(statements(&text, dialect).iter().filter_map(|statement| run_text(&text, start, statement)).collect())
    }

    /// Requests to run all statements of the worksheet in front.
    pub fn run_all(&mut self, cx: &mut PaneContext<'_>) {
        let statements = self.sheet().and_then(|sheet| sheet.parsed.as_ref()).map_or_else(Vec::new, |parsed| {
            parsed.statements().iter().filter_map(|statement| run_text(parsed.text(), 0, statement)).collect()
        });
        if statements.is_empty() {
            cx.request(Request::Notice(no_statement(cx.context)));
        } else {
            cx.request(Request::RunAll(statements));
        }
    }
}

/// Returns a statement of a text that begins at this byte of the worksheet.
fn run_text(text: &str, start: usize, statement: &StatementRange) -> Option<RunText> {
    Some(RunText::new(start + statement.span.start, text.get(statement.span.clone())?, statement.end))
}
