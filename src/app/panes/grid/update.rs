//! Decisions of the grid: where the cursor is, which rows it needs, what it asks of the store.

use std::sync::Arc;

use crate::app::ask::{Ask, Source};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::panes::Cx;
use crate::app::shared::Shared;
use crate::domain::port::{Progress, ResultId, RunReport, StoreCmd, StoreNews};
use crate::domain::results::{Glyphs, Shown, Window, widths};

use super::{Grid, GridAction, Purpose, ResultSet, Wanted};

/// Rows of the panel that are not rows of the result: labels, types, rule.
const HEAD: u16 = 3;

impl Grid {
    /// Starts a new result; the old one is dropped.
    pub fn start(&mut self, id: ResultId, statement: String, from: Source, cx: &mut Cx<'_>) {
        if let Some(old) = self.result.take() {
            cx.effect(Effect::Store(StoreCmd::Drop(old.id)));
        }
        *self = Self::default();
        self.result = Some(ResultSet {
            id,
            statement,
            from,
            columns: None,
            progress: Progress { rows: 0, bytes: 0, end: None },
            window: None,
            asked: None,
            since: cx.shared.now,
            took: None,
            warnings: (0, Vec::new()),
            widths: Vec::new(),
        });
    }

    /// Takes news of the store about the result shown; about others it is dropped.
    pub fn on_store(&mut self, id: ResultId, news: StoreNews, cx: &mut Cx<'_>) {
        let Some(result) = self.result.as_mut().filter(|result| result.id == id) else { return };
        match news {
            StoreNews::Opened(columns) => {
                let nothing = Window { first: 0, columns: columns.len(), cells: Vec::new() };
                result.widths = widths(&columns, &nothing, cx.shared.glyphs);
                result.columns = Some(columns);
            }
            StoreNews::Progress(progress) => result.progress = progress,
            StoreNews::Window(window) => {
                if result.window.is_none() {
                    fit(result, &window, cx.shared.glyphs);
                }
                result.asked = None;
                result.window = Some(window);
            }
            StoreNews::Value { row, column, value } => self.on_value(row, column, value, cx),
            StoreNews::Broken(problem) => cx.ask(Ask::Problem(problem)),
        }
        self.settle(cx);
    }

    /// Takes the report of the statement.
    pub fn on_ended(&mut self, id: ResultId, report: &RunReport, cx: &mut Cx<'_>) {
        let Some(result) = self.result.as_mut().filter(|result| result.id == id) else { return };
        result.took = Some((report.first_row, report.total));
        result.warnings = (report.warning_count, report.warnings.clone());
        if result.progress.end.is_none() {
            result.progress.rows = result.progress.rows.max(report.rows);
            result.progress.end = Some(report.end.clone());
        }
        self.settle(cx);
    }

    fn on_value(&mut self, row: u64, column: usize, value: Option<Arc<[u8]>>, cx: &mut Cx<'_>) {
        let Some(wanted) = self.wanted.take_if(|wanted| wanted.row == row && wanted.column == column) else { return };
        match (wanted.purpose, value) {
            (Purpose::Copy, Some(bytes)) => cx.ask(Ask::Copy(String::from_utf8_lossy(&bytes).into_owned())),
            (Purpose::Copy, None) => cx.ask(Ask::Notice("NULL has no text: nothing was copied".into())),
            (Purpose::Show, value) => cx.ask(Ask::ShowValue { row, column, value }),
        }
    }

    /// Does an action.
    pub fn act(&mut self, action: GridAction, cx: &mut Cx<'_>) {
        use GridAction as A;
        let page = u64::from(page(cx.shared));
        let last = self.count().saturating_sub(1);
        match action {
            A::Down => self.row = self.row.saturating_add(1),
            A::Up => self.row = self.row.saturating_sub(1),
            A::Left => self.column = self.column.saturating_sub(1),
            A::Right => self.column = self.column.saturating_add(1),
            A::PageDown => self.row = self.row.saturating_add(page),
            A::PageUp => self.row = self.row.saturating_sub(page),
            A::Top => self.row = 0,
            A::End => self.row = last,
            A::FirstColumn => self.column = 0,
            A::LastColumn => self.column = usize::MAX,
            A::JumpRow | A::JumpColumn => cx.ask(Ask::JumpForm { row: action == A::JumpRow }),
            A::Row => self.show_row(cx),
            A::Cell => self.want(Purpose::Show, cx),
            A::Copy => self.want(Purpose::Copy, cx),
            A::CopyRow => self.copy_row(cx),
            A::Warnings => cx.ask(Ask::ShowWarnings),
            A::Leave => cx.ask(Ask::Focus(Focus::Worksheet)),
        }
        self.settle(cx);
    }

    /// Goes to a row or a column.
    pub fn jump(&mut self, row: Option<u64>, column: Option<usize>, cx: &mut Cx<'_>) {
        self.row = row.unwrap_or(self.row);
        self.column = column.unwrap_or(self.column);
        self.settle(cx);
    }

    fn want(&mut self, purpose: Purpose, cx: &mut Cx<'_>) {
        let Some(id) = self.result.as_ref().filter(|_| self.count() > 0).map(|result| result.id) else {
            cx.ask(Ask::Notice("there is no value here".into()));
            return;
        };
        self.wanted = Some(Wanted { row: self.row, column: self.column, purpose });
        cx.effect(Effect::Store(StoreCmd::Value { result: id, row: self.row, column: self.column }));
    }

    /// The row of the cursor as names and values, as far as the window has it.
    #[must_use]
    pub fn row_values(&self) -> Option<Vec<(String, Shown)>> {
        let result = self.result.as_ref()?;
        let (columns, window) = (result.columns.as_ref()?, result.window.as_ref()?);
        columns
            .iter()
            .enumerate()
            .map(|(c, column)| Some((column.name.clone(), window.cell(self.row, c)?.clone())))
            .collect()
    }

    fn show_row(&mut self, cx: &mut Cx<'_>) {
        match (self.row_values(), self.result.as_ref().and_then(|result| result.columns.clone())) {
            (Some(values), Some(columns)) => {
                let values = values.into_iter().map(|(_, value)| value).collect();
                cx.ask(Ask::ShowRow { row: self.row, columns, values });
            }
            _ => cx.ask(Ask::Notice("there is no row here".into())),
        }
    }

    fn copy_row(&mut self, cx: &mut Cx<'_>) {
        let Some(values) = self.row_values() else {
            cx.ask(Ask::Notice("there is no row here".into()));
            return;
        };
        let is_cut = |value: &Shown| matches!(value, Shown::Bytes { head, length } if *length > head.len() as u64);
        if values.iter().any(|(_, value)| is_cut(value)) {
            cx.ask(Ask::Notice("a value of this row is too long for a row copy: copy it by itself".into()));
            return;
        }
        let text: Vec<String> = values
            .into_iter()
            .map(|(_, value)| match value {
                Shown::Null => "NULL".to_owned(),
                Shown::Bytes { head, .. } => String::from_utf8_lossy(&head).into_owned(),
            })
            .collect();
        cx.ask(Ask::Copy(text.join("\t")));
    }

    /// Names of the result's columns.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        let columns = self.result.as_ref().and_then(|result| result.columns.as_ref());
        columns.map_or_else(Vec::new, |columns| columns.iter().map(|column| column.name.clone()).collect())
    }

    /// Rows there so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.result.as_ref().map_or(0, |result| result.progress.rows)
    }

    /// Restores: cursor on a cell and in view, and the rows near the screen on their way.
    pub fn settle(&mut self, cx: &mut Cx<'_>) {
        let page = u64::from(page(cx.shared));
        let width = cx.shared.areas.grid.map_or(80, |area| area.width.saturating_sub(2));
        let count = self.count();
        self.row = self.row.min(count.saturating_sub(1));
        self.top =
            self.top.min(self.row).max((self.row + 1).saturating_sub(page)).min(count.saturating_sub(page.min(count)));
        let Some(result) = self.result.as_mut() else { return };
        self.column = self.column.min(result.widths.len().saturating_sub(1));
        self.left = self.left.min(self.column);
        let room = width.saturating_sub(number_width(count) + 3);
        while self.left < self.column {
            let used: u32 = result.widths.iter().take(self.column + 1).skip(self.left).map(|w| u32::from(*w) + 3).sum();
            if used <= u32::from(room) + 3 {
                break;
            }
            self.left += 1;
        }
        let wanted = self.top..(self.top + page).min(count);
        let covers = |range: &std::ops::Range<u64>| range.start <= wanted.start && wanted.end <= range.end;
        let is_there = result.window.as_ref().is_some_and(|window| covers(&window.range()));
        // The session's report may be here before the store's header: the store answers only for what it has opened.
        if result.columns.is_none() || count == 0 || is_there || result.asked.as_ref().is_some_and(covers) {
            return;
        }
        let rows = self.top.saturating_sub(2 * page)..(self.top + 3 * page).min(count);
        result.asked = Some(rows.clone());
        cx.effect(Effect::Store(StoreCmd::Window { result: result.id, rows }));
    }
}

/// Cells of the row number's column.
pub(super) fn number_width(count: u64) -> u16 {
    u16::try_from(count.max(1000).to_string().len()).unwrap_or(20) + 1
}

/// Rows of the result that the panel shows.
fn page(shared: &Shared) -> u16 {
    shared.areas.rows(Focus::Grid).saturating_sub(HEAD).max(1)
}

/// Widens the columns to what the first window holds.
fn fit(result: &mut ResultSet, window: &Window, glyphs: Glyphs) {
    let Some(columns) = result.columns.as_ref() else { return };
    result.widths = widths(columns, window, glyphs);
}
