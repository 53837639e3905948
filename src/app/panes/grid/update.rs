//! Decisions of the grid: the cursor, the columns, the selection, which rows to request from the store.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::dialogs::{
    ChartDialog, ColumnsDialog, CopyAsDialog, FilterDialog, JumpRowDialog, SearchDialog, SearchTarget,
};
use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::export::CopyFormat;
use crate::domain::protocol::{ExportCmd, SearchDirection, StoreCmd, StoreWork};
use crate::domain::quantity::grouped;
use crate::domain::results::whole_width;

use super::{Grid, GridAction, PendingValue, ResultSet, Selection, ValuePurpose};

/// Rows of the panel above the first row of the result: names, types, a line.
pub(super) const HEAD: u16 = 3;
/// Cells by which a column is widened or narrowed.
const RESIZE: u16 = 4;

impl Grid {
    pub fn act(&mut self, action: GridAction, cx: &mut PaneContext<'_>) {
        use GridAction as A;
        match action {
            A::NextResult | A::PreviousResult => self.turn(action == A::NextResult, cx),
            A::Close => self.close(cx),
            A::Pin => self.pin(cx),
            A::Return => self.back(cx),
            A::Sort | A::SortMore => self.sort(action == A::SortMore, cx),
            A::Unsorted => self.clear_arrangement(cx),
            A::Next => self.go_to_match(SearchDirection::Forward, cx),
            A::Previous => self.go_to_match(SearchDirection::Back, cx),
            A::Search => cx.open(SearchDialog { target: SearchTarget::Rows }),
            A::Filter => {
                let front = self.front();
                let filter = front.and_then(|result| result.arrangement.filter.as_ref());
                let condition = filter.map(|filter| filter.text().to_owned()).unwrap_or_default();
                cx.open(FilterDialog { condition, columns: front.and_then(|result| result.columns.clone()) });
            }
            A::JumpRow => cx.open(JumpRowDialog),
            A::JumpColumn => cx.open(ColumnsDialog { columns: self.columns() }),
            A::Warnings => cx.request(Request::ShowWarnings),
            A::Export => cx.request(Request::OpenExport),
            A::CopyAs => cx.open(CopyAsDialog),
            A::Chart => {
                let here = self.front().and_then(ResultSet::column);
                cx.open(ChartDialog::new(self.columns(), here));
            }
            A::Zone => self.ask_zone(cx),
            A::Leave => self.leave(cx),
            _ => match self.front_mut() {
                Some(result) => result.act(action, cx),
                None => cx.request(Request::Notice(cx.context.no_result())),
            },
        }
        self.settle(cx);
    }

    /// Goes one step back in the results: stops the export or a job, clears the selection or the search, closes the value that is
    /// shown, returns to the row whose key was followed. The focus stays in the results.
    fn leave(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            if let Some(export) = &result.export {
                cx.effect(Effect::Export(ExportCmd::Cancel(export.job.id)));
                return;
            }
            if result.stop_job(cx) {
                return;
            }
            if result.selection.take().is_some() || result.search.take().is_some() {
                return;
            }
        }
        cx.request(Request::LeaveResultDetails);
    }

    /// Goes to a row, and to a column by its position in the server's order. A hidden column is shown again.
    pub fn jump(&mut self, row: Option<u64>, column: Option<usize>, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            if let Some(text) = row.and_then(|row| missing_row_text(result, row, cx.context)) {
                cx.request(Request::Notice(text));
            }
            result.row = row.unwrap_or(result.row);
            if let Some(column) = column {
                result.layout.show(column);
                result.place = result.layout.place(column).unwrap_or(result.place);
            }
        }
        self.settle(cx);
    }

    /// Copies the selection. Without one it copies the cursor's value, or the cursor's row in a format of whole rows.
    pub fn copy(&mut self, format: CopyFormat, cx: &mut PaneContext<'_>) {
        match self.front_mut() {
            Some(result) if result.count() > 0 => result.copy(format, cx),
            Some(_) | None => cx.request(Request::Notice(no_cell(cx.context, "value"))),
        }
    }

    /// Puts the cursor of the result in front on a cell and scrolls it into view. Requests the rows near the screen.
    pub fn settle(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut() {
            result.settle(cx);
        }
    }
}

impl ResultSet {
    fn act(&mut self, action: GridAction, cx: &mut PaneContext<'_>) {
        use GridAction as A;
        let page = u64::from(page(cx.context));
        let last = self.count().saturating_sub(1);
        match action {
            A::Down => self.row = self.row.saturating_add(1),
            A::Up => self.row = self.row.saturating_sub(1),
            A::Left => self.place = self.place.saturating_sub(1),
            A::Right => self.place = self.place.saturating_add(1),
            A::PageDown => self.row = self.row.saturating_add(page),
            A::PageUp => self.row = self.row.saturating_sub(page),
            A::Top => self.row = 0,
            A::End => self.row = last,
            A::FirstColumn => self.place = 0,
            A::LastColumn => self.place = usize::MAX,
            A::Wider | A::Narrower => {
                if let Some(column) = self.column() {
                    let width = self.layout.width(column);
                    let width =
                        if action == A::Wider { width.saturating_add(RESIZE) } else { width.saturating_sub(RESIZE) };
                    self.layout.resize(column, width);
                }
            }
            A::Fit => self.fit(cx),
            A::Freeze => self.freeze(cx),
            A::Hide if self.layout.hide(self.place) => {}
            A::Hide => {
                let key = cx.key(Action::Grid(GridAction::ShowAll));
                cx.request(Request::Notice(format!("The last column cannot be hidden. {key} shows the others again.")));
            }
            A::ShowAll => {
                let count = self.layout.show_all();
                cx.request(Request::Notice(match count {
                    0 => format!("No column is hidden. {} hides one.", cx.key(Action::Grid(GridAction::Hide))),
                    1 => "1 column is shown again.".into(),
                    count => format!("{count} columns are shown again."),
                }));
            }
            A::MoveLeft => self.place = self.layout.shift(self.place, false),
            A::MoveRight => self.place = self.layout.shift(self.place, true),
            A::Select => self.select(Selection::Cells { row: self.row, place: self.place }),
            A::SelectRows => self.select(Selection::Rows { row: self.row }),
            A::SelectColumns => self.select(Selection::Columns { place: self.place }),
            A::SelectAll => self.select(Selection::All),
            A::Row => self.show_row(cx),
            A::Cell => self.load_value(ValuePurpose::Show, cx),
            A::Open => {
                let is_key = self.columns.as_ref().zip(self.column()).is_some_and(|(columns, column)| {
                    columns.get(column).is_some_and(|column| cx.context.refers_to(column).is_some())
                });
                self.load_value(if is_key { ValuePurpose::Follow } else { ValuePurpose::Show }, cx);
            }
            A::FilterSame => self.load_value(ValuePurpose::Filter, cx),
            A::Copy => match self.selection {
                _ if self.count() == 0 => cx.request(Request::Notice(no_cell(cx.context, "value"))),
                Some(_) | None => self.copy(CopyFormat::Value, cx),
            },
            A::Profile => match self.column() {
                Some(column) => {
                    self.pending.begin(StoreWork::Profile);
                    cx.effect(Effect::Store(StoreCmd::Profile { result: self.id, column }));
                }
                None => cx.request(Request::Notice(no_cell(cx.context, "column"))),
            },
            // `Grid::act` has done the others.
            _ => {}
        }
    }

    /// Starts a selection of this kind at the cursor, or ends one of the same kind.
    fn select(&mut self, selection: Selection) {
        let is_same =
            self.selection.is_some_and(|before| std::mem::discriminant(&before) == std::mem::discriminant(&selection));
        self.selection = (!is_same).then_some(selection);
    }

    /// Freezes the columns up to the cursor, or unfreezes them. A notice says if not all of them fit.
    fn freeze(&mut self, cx: &mut PaneContext<'_>) {
        self.layout.freeze(self.place);
        let (frozen, fitting) = (self.layout.frozen(), self.layout.frozen_that_fit(room(cx.context, self.count())));
        if fitting < frozen {
            let key = cx.key(Action::Grid(GridAction::Freeze));
            let fit = match fitting {
                0 => "No column fits".to_owned(),
                1 => format!("Only 1 of {frozen} columns fits"),
                _ => format!("Only {fitting} of {frozen} columns fit"),
            };
            cx.request(Request::Notice(format!("{fit} next to the others. {key} unfreezes them.")));
        }
    }

    fn fit(&mut self, cx: &mut PaneContext<'_>) {
        let (Some(columns), Some(window), Some(column)) = (&self.columns, self.current_window(), self.column()) else {
            cx.request(Request::Notice(no_cell(cx.context, "value")));
            return;
        };
        let width = whole_width(columns, column, window, cx.context.glyphs);
        // A column wider than the panel would hide all others.
        self.layout.resize(column, width.min(room(cx.context, self.count())));
    }

    fn load_value(&mut self, purpose: ValuePurpose, cx: &mut PaneContext<'_>) {
        let Some(column) = self.column().filter(|_| self.count() > 0) else {
            cx.request(Request::Notice(no_cell(cx.context, "value")));
            return;
        };
        self.request_value(PendingValue { row: self.row, column, purpose });
        cx.effect(Effect::Store(StoreCmd::Value { result: self.id, row: self.row, column }));
    }

    /// Records that a value was requested. It replaces an older one for the same purpose, but not what another key has requested.
    pub(super) fn request_value(&mut self, value: PendingValue) {
        self.pending_values.retain(|other| other.purpose != value.purpose);
        self.pending_values.push(value);
    }

    fn copy(&mut self, format: CopyFormat, cx: &mut PaneContext<'_>) {
        let is_of_rows = !matches!(format, CopyFormat::Value | CopyFormat::InList);
        let cells = self.selected().unwrap_or(super::CellRange {
            rows: self.row..self.row + 1,
            places: if is_of_rows { 0..self.layout.len() } else { self.place..self.place + 1 },
        });
        let mut columns: Vec<usize> = self.layout.order().get(cells.places).unwrap_or_default().to_vec();
        let format = match format {
            CopyFormat::Where { .. } => {
                let key = self.key(&columns, cx.context);
                if !key.is_empty() {
                    columns.clone_from(&key);
                }
                CopyFormat::Where { key: (0..key.len()).collect() }
            }
            other => other,
        };
        self.pending.begin(StoreWork::Copy);
        cx.effect(Effect::Store(StoreCmd::Copy { result: self.id, rows: cells.rows, columns, format }));
    }

    /// Returns the columns of the primary key, if these columns are of one table and the result has the whole key. Key
    /// columns may be hidden. A table that the statement names twice counts as two tables.
    fn key(&self, columns: &[usize], context: &Context) -> Vec<usize> {
        let Some(all) = &self.columns else { return Vec::new() };
        let mut with_table =
            columns.iter().filter_map(|column| all.get(*column)).filter(|column| !column.origin.table.is_empty());
        let Some(first) = with_table.next().filter(|first| with_table.all(|other| other.shares_table(first))) else {
            return Vec::new();
        };
        let key = || {
            let found = context.catalog.as_ref()?.table(&first.origin.schema, &first.origin.table)?;
            let primary = found.indexes.iter().find(|index| index.name == "PRIMARY")?;
            let place = |name: &String| {
                all.iter().position(|column| column.shares_table(first) && column.origin.column == *name)
            };
            primary.columns.iter().map(place).collect::<Option<Vec<usize>>>()
        };
        key().unwrap_or_default()
    }

    fn settle(&mut self, cx: &mut PaneContext<'_>) {
        let page = u64::from(page(cx.context));
        let count = self.count();
        self.row = self.row.min(count.saturating_sub(1));
        // A panel that is not shown keeps its scroll position.
        if cx.context.layout.grid.is_some() {
            let last_top = count.saturating_sub(page.min(count));
            self.top = self.top.min(self.row).max((self.row + 1).saturating_sub(page)).min(last_top);
        }
        self.place = self.place.min(self.layout.len().saturating_sub(1));
        if self.search.as_ref().is_some_and(|search| search.columns != self.layout.order()) {
            self.search_again(cx);
        }
        if cx.context.layout.grid.is_some() {
            self.layout.settle(self.place, room(cx.context, count));
        }
        self.settle_totals(cx);
        let visible_rows = self.top..(self.top + page).min(count);
        let covers = |range: &std::ops::Range<u64>| range.start <= visible_rows.start && visible_rows.end <= range.end;
        let is_there = self.current_window().is_some_and(|window| covers(&window.range()));
        // The session's report may come before the store's header. The store has rows only for results that it has opened.
        if self.columns.is_none() || count == 0 || is_there || self.requested_rows.as_ref().is_some_and(covers) {
            return;
        }
        // Sorted rows are slow to read, because they are not stored next to each other. So fewer are read ahead.
        let (before, after) = if self.arrangement.sort.is_empty() { (2, 3) } else { (1, 2) };
        let rows = self.top.saturating_sub(before * page)..(self.top + after * page).min(count);
        self.requested_rows = Some(rows.clone());
        cx.effect(Effect::Store(StoreCmd::Window { result: self.id, rows }));
    }
}

/// Returns what an action says that needs a value, a row or a column of the result.
pub(super) fn no_cell(context: &Context, what: &str) -> String {
    let key = context.key(Action::App(AppAction::Run));
    format!("There is no {what} here. {key} runs the statement at the cursor.")
}

/// Returns the notice for a row that does not exist.
fn missing_row_text(result: &ResultSet, row: u64, context: &Context) -> Option<String> {
    let so_far = if result.has_ended() { "" } else { " so far" };
    match result.count() {
        0 => Some(no_cell(context, "row")),
        count => (row >= count).then(|| format!("The last row{so_far} is {}.", grouped(count))),
    }
}

/// Returns the cells for the columns, without the row numbers.
pub(super) fn room(context: &Context, count: u64) -> u16 {
    let width = context.layout.grid.map_or(80, |area| area.inside().width);
    width.saturating_sub(number_width(count) + 3)
}

/// Returns the width of the row numbers.
pub(super) fn number_width(count: u64) -> u16 {
    u16::try_from(count.max(1000).to_string().len()).unwrap_or(20) + 1
}

/// Returns how many rows of the result the panel shows.
pub(super) fn page(context: &Context) -> u16 {
    context.layout.rows(Focus::Grid).saturating_sub(HEAD).max(1)
}
