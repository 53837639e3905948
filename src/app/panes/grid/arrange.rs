//! Sorting, filtering and searching of the result in front.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::dialogs::{SearchDialog, SearchTarget};
use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::protocol::{CellPosition, ResultView, SearchDirection, StoreCmd, StoreWork, ViewId};
use crate::domain::quantity::{counted, grouped};
use crate::domain::results::{Arrangement, Column, Direction, Filter, Pattern, SortColumn, TypeClass, bit_number};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::sql::quote::quoted_identifier;

use super::{AfterSearch, Grid, GridAction, ResultSearch, ResultSet};

/// Bytes of a value that can become a filter at most.
const MAX_FILTER_BYTES: usize = 200;

impl ResultSet {
    /// Returns the cell under the cursor.
    #[must_use]
    pub fn cursor_cell(&self) -> Option<CellPosition> {
        Some(CellPosition { row: self.row, column: self.column()? })
    }

    /// Requests another order or choice of rows from the store.
    pub(super) fn arrange(&mut self, arrangement: Arrangement, cx: &mut PaneContext<'_>) {
        self.requested_view = ViewId(self.requested_view.0 + 1);
        self.pending.begin_arranging(std::mem::replace(&mut self.arrangement, arrangement.clone()));
        cx.effect(Effect::Store(StoreCmd::Arrange { result: self.id, view: self.requested_view, arrangement }));
    }

    pub(super) fn on_arranged(&mut self, view: ResultView, cx: &mut PaneContext<'_>) {
        if let Some(arrangement) = self.pending.end_arranging() {
            self.arrangement = arrangement;
        }
        let is_first = self.view.is_none_or(|before| before.rows != view.rows);
        self.shown = view.id;
        self.view = (!self.arrangement.is_plain()).then_some(view);
        (self.requested_rows, self.selection) = (None, None);
        self.pending_values.clear();
        if is_first {
            (self.row, self.top) = (0, 0);
        }
        self.search_again(cx);
    }

    fn search(&mut self, pattern: Arc<Pattern>, then: AfterSearch, cx: &mut PaneContext<'_>) {
        let columns = self.layout.order().to_vec();
        self.search = Some(ResultSearch {
            pattern: Arc::clone(&pattern),
            columns: columns.clone(),
            found: None,
            at: None,
            then,
            waiting_steps: None,
        });
        self.pending.begin(StoreWork::Find);
        cx.effect(Effect::Store(StoreCmd::Find { result: self.id, pattern, columns }));
    }

    /// Repeats the search on the current rows. The cursor stays, unless the search has not ended and goes to its first match.
    pub(super) fn search_again(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(search) = self.search.take() {
            let then = if search.found.is_none() { search.then } else { AfterSearch::Stay };
            self.search(search.pattern, then, cx);
        }
    }

    /// Goes to the match after or before the cursor. A step that is requested while another one is under way is counted
    /// and done after it.
    pub(super) fn step(&mut self, direction: SearchDirection, cx: &mut PaneContext<'_>) {
        let (Some(from), Some(search)) = (self.cursor_cell(), &mut self.search) else { return };
        if let Some(waiting_steps) = &mut search.waiting_steps {
            *waiting_steps = waiting_steps.saturating_add(if direction == SearchDirection::Forward { 1 } else { -1 });
            return;
        }
        search.waiting_steps = Some(0);
        cx.effect(Effect::Store(StoreCmd::Next { result: self.id, from, direction }));
    }

    /// Describes the rows of a computation that has read so many rows of the view.
    pub(super) fn scope_of(&self, rows: u64) -> String {
        if self.view.is_none() && rows < self.progress.rows {
            return format!("the first {} of {} loaded rows", grouped(rows), grouped(self.progress.rows));
        }
        self.scope()
    }

    /// Describes the rows that sorting, filtering, searching and describing use.
    #[must_use]
    pub fn scope(&self) -> String {
        let all = self.progress.rows;
        let loaded =
            if matches!(self.progress.end, Some(crate::domain::protocol::End::Complete)) { "" } else { "loaded " };
        match self.view {
            Some(view) if view.rows < view.of => {
                format!("{} of {} {loaded}rows", grouped(view.rows), grouped(view.of))
            }
            Some(view) if view.of < all => format!("the first {} of {} loaded rows", grouped(view.of), grouped(all)),
            Some(_) | None if all == 1 => format!("1 {loaded}row"),
            Some(_) | None => format!("all {}", counted(all, &format!("{loaded}row"))),
        }
    }
}

impl Grid {
    /// Sorts by the cursor's column: ascending, descending, not at all. With `is_added` the column comes after the
    /// current sort columns.
    pub(super) fn sort(&mut self, is_added: bool, cx: &mut PaneContext<'_>) {
        let Some(result) = self.front_mut() else { return };
        let Some(column) = result.column() else { return };
        let mut sort = result.arrangement.sort.clone();
        let before = sort.iter().position(|key| key.column == column);
        let next = match before.and_then(|at| sort.get(at)).map(|key| key.direction) {
            None => Some(Direction::Ascending),
            Some(Direction::Ascending) => Some(Direction::Descending),
            Some(Direction::Descending) => None,
        };
        match (next, before) {
            (Some(direction), Some(at)) if is_added || sort.len() == 1 => {
                if let Some(key) = sort.get_mut(at) {
                    key.direction = direction;
                }
            }
            (None, Some(at)) if is_added => drop(sort.remove(at)),
            (None, _) => sort.clear(),
            (Some(direction), _) => {
                if !is_added {
                    sort.clear();
                }
                sort.retain(|key| key.column != column);
                sort.push(SortColumn { column, direction });
            }
        }
        let filter = result.arrangement.filter.clone();
        // The name stays readable next to the sort mark.
        let name =
            result.columns.as_ref().and_then(|columns| columns.get(column)).map_or(0, |column| column.name.cells());
        let room = u16::try_from(name + 3).unwrap_or(u16::MAX).min(33);
        result.layout.ensure_base(column, room);
        result.arrange(Arrangement { sort, filter }, cx);
    }

    /// Shows only the rows that match a condition. An empty text shows all rows.
    ///
    /// # Errors
    /// A sentence about what is wrong, and what to write instead.
    pub fn filter(&mut self, text: &str, cx: &mut PaneContext<'_>) -> Result<(), (std::ops::Range<usize>, String)> {
        let Some(result) = self.front_mut() else { return Ok(()) };
        let Some(columns) = result.columns.clone() else { return Ok(()) };
        let filter = if text.trim().is_empty() {
            None
        } else {
            let read = Filter::parse(text, &columns);
            Some(Arc::new(read.map_err(|fault| (fault.at, format!("{}: {}", fault.what, fault.hint)))?))
        };
        let sort = result.arrangement.sort.clone();
        result.arrange(Arrangement { sort, filter }, cx);
        self.settle(cx);
        Ok(())
    }

    /// Removes sort and filter.
    pub(super) fn clear_arrangement(&mut self, cx: &mut PaneContext<'_>) {
        if let Some(result) = self.front_mut().filter(|result| !result.arrangement.is_plain()) {
            result.arrange(Arrangement::default(), cx);
        } else if self.front().is_none() {
            cx.request(Request::Notice(cx.context.no_result()));
        } else {
            let (sort, filter) = (cx.key(Action::Grid(GridAction::Sort)), cx.key(Action::Grid(GridAction::Filter)));
            cx.request(Request::Notice(format!(
                "There is no sort or filter to clear. {sort} sorts, {filter} filters."
            )));
        }
    }

    /// Searches the visible columns.
    ///
    /// # Errors
    /// A sentence about what is wrong, and what to write instead.
    pub fn search(&mut self, text: &str, cx: &mut PaneContext<'_>) -> Result<(), String> {
        let Some(result) = self.front_mut() else { return Ok(()) };
        if text.is_empty() {
            result.search = None;
            return Ok(());
        }
        let pattern = Pattern::typed(text).map_err(|fault| format!("{}: {}", fault.what, fault.hint))?;
        if result.columns.is_none() {
            return Err("There are no rows to search.".into());
        }
        result.search(Arc::new(pattern), AfterSearch::GoToMatch, cx);
        Ok(())
    }

    /// Goes to the next or the previous match.
    pub(super) fn go_to_match(&mut self, direction: SearchDirection, cx: &mut PaneContext<'_>) {
        let Some(result) = self.front_mut() else { return };
        match &result.search {
            Some(ResultSearch { found: Some((cells, ..)), .. }) if *cells > 0 => result.step(direction, cx),
            Some(ResultSearch { found: Some(_), .. }) => {
                let key = cx.key(Action::Grid(GridAction::Search));
                cx.request(Request::Notice(format!("No matches. {key} searches for something else.")));
            }
            Some(_) => cx.request(Request::Notice("Still searching …".into())),
            None => cx.open(SearchDialog { target: SearchTarget::Rows }),
        }
    }
}

/// Returns the condition that a column has this value. Returns `None` if the value cannot be written in a condition.
pub(super) fn equality(columns: &[Column], column: usize, value: Option<&[u8]>) -> Option<String> {
    let of = columns.get(column)?;
    let is_unique = columns.iter().filter(|other| other.name.eq_ignore_ascii_case(&of.name)).count() == 1;
    let is_plain = of.name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && of.name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && !["and", "or", "not", "is", "in", "like", "between", "null"].contains(&of.name.to_lowercase().as_str());
    let name = match (is_unique, is_plain) {
        (false, _) => format!("#{}", column + 1),
        (true, true) => of.name.clone(),
        (true, false) => quoted_identifier(&of.name),
    };
    let Some(bytes) = value else { return Some(format!("{name} is null")) };
    if bytes.len() > MAX_FILTER_BYTES {
        return None;
    }
    let text = || std::str::from_utf8(bytes).ok();
    let written = match of.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => text()?.to_owned(),
        TypeClass::Bit => bit_number(bytes)?.to_string(),
        TypeClass::Binary | TypeClass::Geometry => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{}", digits.concat())
        }
        TypeClass::Text | TypeClass::Temporal | TypeClass::Json | TypeClass::Null => {
            let text = text()?;
            if text.chars().any(char::is_control) {
                return None;
            }
            format!("'{}'", text.replace('\'', "''"))
        }
    };
    (!bytes.is_empty() || of.class() == TypeClass::Text).then(|| format!("{name} = {written}"))
}
