//! One result that the store holds: its rows, the view of them, what a search found in it. Knows no queue.

use std::sync::Arc;

use super::spill::Spill;
use super::work::{self, Marks};
use crate::domain::protocol::{CellPosition, End, Progress, SearchDirection, ViewId};
use crate::domain::results::{Pattern, RowView, Store, StoreError, Window};

/// One result and how it ended.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) store: Store<Spill>,
    pub(super) end: Option<End>,
    pub(super) view: ViewId,
    /// The rows of the view; `None` is the server's order.
    pub(super) rows: Option<Arc<RowView>>,
    /// What the last search found.
    pub(super) found: Option<Finding>,
}

/// A search that has ended.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) pattern: Arc<Pattern>,
    pub(super) columns: Vec<usize>,
    pub(super) marks: Marks,
}

impl Held {
    pub(super) fn new(store: Store<Spill>) -> Self {
        Self { store, end: None, view: ViewId::default(), rows: None, found: None }
    }

    /// Rows of the view.
    pub(super) fn count(&self) -> u64 {
        self.rows.as_ref().map_or(self.store.rows(), |rows| rows.len())
    }

    /// The number of a row of the view in the server's order.
    pub(super) fn number(&self, row: u64) -> Option<u64> {
        match &self.rows {
            None => Some(row),
            Some(rows) => rows.rows(&(row..row.saturating_add(1))).first().map(|number| u64::from(*number)),
        }
    }

    pub(super) fn window(&mut self, rows: std::ops::Range<u64>) -> Result<Window, StoreError> {
        match &self.rows {
            None => self.store.window(rows).map(|window| Window { view: self.view.0, ..window }),
            Some(view) => {
                let first = rows.start.min(view.len());
                let numbers = view.rows(&rows).to_vec();
                self.store.window_of(self.view.0, first, &numbers)
            }
        }
    }

    /// The next cell that the last search found, and which of all it is.
    pub(super) fn next(
        &mut self,
        from: CellPosition,
        way: SearchDirection,
    ) -> Result<Option<(CellPosition, u64)>, StoreError> {
        let Some(found) = self.found.take() else { return Ok(None) };
        let next = self.next_of(&found, from, way);
        self.found = Some(found);
        next
    }

    fn next_of(
        &mut self,
        found: &Finding,
        from: CellPosition,
        way: SearchDirection,
    ) -> Result<Option<(CellPosition, u64)>, StoreError> {
        let marked = &found.marks.rows;
        let at = marked.partition_point(|(row, _)| *row < from.row);
        let here = marked.get(at).is_some_and(|(row, _)| *row == from.row);
        let position = found.columns.iter().position(|column| *column == from.column).unwrap_or(0);
        if here {
            let hits = self.hits(found, from.row)?;
            let beside = match way {
                SearchDirection::Forward => hits.iter().find(|(place, _)| *place > position),
                SearchDirection::Back => hits.iter().rev().find(|(place, _)| *place < position),
            };
            if let Some((_, column)) = beside {
                return Ok(Some(Self::told(found, &hits, CellPosition { row: from.row, column: *column })));
            }
        }
        let further = match way {
            SearchDirection::Forward => marked.get(at + usize::from(here)).or(marked.first()),
            SearchDirection::Back => at.checked_sub(1).and_then(|before| marked.get(before)).or(marked.last()),
        };
        let Some((row, _)) = further.copied() else { return Ok(None) };
        let hits = self.hits(found, row)?;
        let column = match way {
            SearchDirection::Forward => hits.first(),
            SearchDirection::Back => hits.last(),
        };
        Ok(column.map(|(_, column)| Self::told(found, &hits, CellPosition { row, column: *column })))
    }

    /// The columns of a row that hold what was searched: the place among those searched, and the column.
    fn hits(&mut self, found: &Finding, row: u64) -> Result<Vec<(usize, usize)>, StoreError> {
        let Some(number) = self.number(row).and_then(|number| u32::try_from(number).ok()) else {
            return Ok(Vec::new());
        };
        let mut hits = Vec::new();
        self.store.visit(&[number], |_, chunk, row| {
            let columns = found.columns.iter().copied().enumerate();
            hits = columns.filter(|(_, column)| work::holds(&found.pattern, chunk, row, *column)).collect();
        })?;
        Ok(hits)
    }

    fn told(found: &Finding, hits: &[(usize, usize)], place: CellPosition) -> (CellPosition, u64) {
        let before = found.marks.rows.iter().take_while(|(row, _)| *row < place.row).map(|(_, hits)| u64::from(*hits));
        let beside = hits.iter().position(|(_, column)| *column == place.column).unwrap_or(0);
        (place, before.sum::<u64>() + beside as u64 + 1)
    }

    pub(super) fn progress(&self) -> Progress {
        Progress { rows: self.store.rows(), bytes: self.store.bytes(), end: self.end.clone() }
    }
}
