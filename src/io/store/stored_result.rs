//! One result of the store: its rows, the current view of them, and the last search.

use std::sync::Arc;

use super::jobs::{SearchMarks, contains};
use super::spill::Spill;
use crate::domain::protocol::{CellPosition, End, Progress, SearchDirection, ViewId};
use crate::domain::results::{Pattern, RowStore, RowView, StoreError, Window};

/// A result: its rows, how it ended, and what is shown of it.
#[derive(Debug)]
pub(super) struct StoredResult {
    pub(super) store: RowStore<Spill>,
    pub(super) end: Option<End>,
    pub(super) view: ViewId,
    /// The rows of the view; `None` means all rows in the server's order.
    pub(super) rows: Option<Arc<RowView>>,
    /// The last search of the view.
    pub(super) search: Option<SearchHits>,
}

/// A finished search and what it found.
#[derive(Debug)]
pub(super) struct SearchHits {
    pub(super) pattern: Arc<Pattern>,
    pub(super) columns: Vec<usize>,
    pub(super) marks: SearchMarks,
}

impl StoredResult {
    pub(super) fn new(store: RowStore<Spill>) -> Self {
        Self { store, end: None, view: ViewId::default(), rows: None, search: None }
    }

    /// Returns the number of rows of the view.
    pub(super) fn count(&self) -> u64 {
        self.rows.as_ref().map_or(self.store.rows(), |rows| rows.len())
    }

    /// Returns the number of a row of the view in the server's order.
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

    /// Returns the next match of the last search after (or before) a cell, and its number among all matches, from 1.
    pub(super) fn next(
        &mut self,
        from: CellPosition,
        direction: SearchDirection,
    ) -> Result<Option<(CellPosition, u64)>, StoreError> {
        let Some(search) = self.search.take() else { return Ok(None) };
        let next = self.next_of(&search, from, direction);
        self.search = Some(search);
        next
    }

    fn next_of(
        &mut self,
        search: &SearchHits,
        from: CellPosition,
        direction: SearchDirection,
    ) -> Result<Option<(CellPosition, u64)>, StoreError> {
        let marked = &search.marks.rows;
        let at = marked.partition_point(|(row, _)| *row < from.row);
        let is_row_marked = marked.get(at).is_some_and(|(row, _)| *row == from.row);
        let position = search.columns.iter().position(|column| *column == from.column).unwrap_or(0);
        if is_row_marked {
            let hits = self.hits(search, from.row)?;
            let same_row = match direction {
                SearchDirection::Forward => hits.iter().find(|(index, _)| *index > position),
                SearchDirection::Back => hits.iter().rev().find(|(index, _)| *index < position),
            };
            if let Some((_, column)) = same_row {
                return Ok(Some(Self::numbered(search, &hits, CellPosition { row: from.row, column: *column })));
            }
        }
        let other_row = match direction {
            SearchDirection::Forward => marked.get(at + usize::from(is_row_marked)).or(marked.first()),
            SearchDirection::Back => at.checked_sub(1).and_then(|before| marked.get(before)).or(marked.last()),
        };
        let Some((row, _)) = other_row.copied() else { return Ok(None) };
        let hits = self.hits(search, row)?;
        let column = match direction {
            SearchDirection::Forward => hits.first(),
            SearchDirection::Back => hits.last(),
        };
        Ok(column.map(|(_, column)| Self::numbered(search, &hits, CellPosition { row, column: *column })))
    }

    /// Returns the matching cells of a row: for each the index among the searched columns, and the column.
    fn hits(&mut self, search: &SearchHits, row: u64) -> Result<Vec<(usize, usize)>, StoreError> {
        let Some(number) = self.number(row).and_then(|number| u32::try_from(number).ok()) else {
            return Ok(Vec::new());
        };
        let mut hits = Vec::new();
        self.store.visit_rows(&[number], |_, chunk, row| {
            let columns = search.columns.iter().copied().enumerate();
            hits = columns.filter(|(_, column)| contains(&search.pattern, chunk, row, *column)).collect();
        })?;
        Ok(hits)
    }

    /// Returns the position of a match with its number among all matches, from 1.
    fn numbered(search: &SearchHits, hits: &[(usize, usize)], position: CellPosition) -> (CellPosition, u64) {
        let before =
            search.marks.rows.iter().take_while(|(row, _)| *row < position.row).map(|(_, hits)| u64::from(*hits));
        let in_row = hits.iter().position(|(_, column)| *column == position.column).unwrap_or(0);
        (position, before.sum::<u64>() + in_row as u64 + 1)
    }

    pub(super) fn progress(&self) -> Progress {
        Progress { rows: self.store.rows(), bytes: self.store.bytes(), end: self.end.clone() }
    }
}
