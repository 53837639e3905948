//! The totals of the selected cells: the store computes them over all selected rows, also those that are not in the window.

use std::ops::Range;
use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::domain::protocol::{ResultId, StoreCmd, StoreWork};
use crate::domain::quantity::{counted, grouped, grouped_text};
use crate::domain::results::SelectionTotals;
use crate::domain::text::visible;

use super::{Grid, ResultSet, Selection};

/// The totals of selected cells that were requested last.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestedTotals {
    pub rows: Range<u64>,
    /// The rows that the totals are of: those of the requested ones that the store had.
    pub added_rows: Range<u64>,
    /// Positions in the server's order.
    pub columns: Vec<usize>,
    /// The totals; `None` until the store has computed them.
    pub totals: Option<Arc<SelectionTotals>>,
}

impl ResultSet {
    /// Requests the totals of the selected cells, if others are selected than before. Ends a computation that is not needed.
    pub(super) fn settle_totals(&mut self, cx: &mut PaneContext<'_>) {
        let Some(cells) = self.selected() else {
            let is_under_way = self.totals.take().is_some_and(|requested| requested.totals.is_none());
            if is_under_way && self.pending.has_only(StoreWork::Total) {
                cx.effect(Effect::Store(StoreCmd::CancelJobs(self.id)));
            }
            self.pending.end(StoreWork::Total);
            return;
        };
        let columns = self.layout.order().get(cells.places).unwrap_or_default().to_vec();
        // Whole columns grow with each batch of rows. They are added up again when all rows are there.
        let is_growing = !self.is_stored && matches!(self.selection, Some(Selection::Columns { .. } | Selection::All));
        // Rows that have come since are added when all rows are there.
        let is_part =
            |requested: &RequestedTotals| requested.totals.is_some() && requested.added_rows != requested.rows;
        let is_known = self.totals.as_ref().is_some_and(|requested| {
            let is_of_all_rows = requested.rows == cells.rows && !(self.is_stored && is_part(requested));
            requested.columns == columns && (is_of_all_rows || is_growing)
        });
        if is_known || self.columns.is_none() {
            return;
        }
        let (rows, added_rows) = (cells.rows.clone(), cells.rows.clone());
        self.totals = Some(RequestedTotals { rows, added_rows, columns: columns.clone(), totals: None });
        self.pending.begin(StoreWork::Total);
        cx.effect(Effect::Store(StoreCmd::Total { result: self.id, rows: cells.rows, columns }));
    }

    /// Takes the totals of cells. Ignores those that are no longer selected. They may be of fewer rows than were requested, because the
    /// session's report can come before the last rows.
    pub(super) fn on_totals(&mut self, rows: &Range<u64>, columns: &[usize], totals: Arc<SelectionTotals>) {
        let is_of = |requested: &&mut RequestedTotals| {
            let is_part = requested.rows.start >= rows.start && requested.rows.end >= rows.end;
            is_part && requested.columns == columns
        };
        if let Some(requested) = self.totals.as_mut().filter(is_of) {
            (requested.added_rows, requested.totals) = (rows.clone(), Some(totals));
            self.pending.end(StoreWork::Total);
        }
    }
}

impl Grid {
    /// Resets totals that a full queue refused. The next update requests them again.
    pub fn totals_refused(&mut self, id: ResultId) {
        if let Some(result) = self.of_mut(id) {
            result.pending.end(StoreWork::Total);
            result.totals = None;
        }
    }
}

/// Describes the totals of the selected cells, the most useful first. Empty until they are computed.
pub(super) fn parts(result: &ResultSet) -> Vec<String> {
    let Some(requested) = &result.totals else { return Vec::new() };
    let Some(totals) = &requested.totals else { return Vec::new() };
    let mut parts = Vec::new();
    if let Some(numbers) = &totals.numbers {
        let about = if numbers.is_rounded { "about " } else { "" };
        parts.push(format!("sum {about}{}", grouped_text(&numbers.sum)));
        parts.push(format!("mean {about}{}", grouped_text(&numbers.mean)));
    }
    for (name, value) in [("min", &totals.least), ("max", &totals.greatest)] {
        let shown = |value: &String| match totals.numbers {
            Some(_) => grouped_text(value),
            None => visible(value).into_owned(),
        };
        parts.extend(value.as_ref().map(|value| format!("{name} {}", shown(value))));
    }
    parts.push(format!("count {}", grouped(totals.values)));
    if totals.nulls > 0 {
        parts.push(format!("null {}", grouped(totals.nulls)));
    }
    if totals.unreadable > 0 {
        parts.push(format!("{} not added up", counted(totals.unreadable, "unreadable value")));
    }
    if result.selected().is_some_and(|cells| cells.rows != requested.added_rows) {
        parts.insert(0, format!("first {}", counted(requested.added_rows.end, "row")));
    }
    parts
}
