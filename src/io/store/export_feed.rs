//! Sends the rows of a view to an export, one chunk whenever its queue has capacity.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::select_all;
use tokio::sync::mpsc;

use super::spill::Spill;
use crate::domain::limits::{CHUNK_BYTES, CHUNK_ROWS};
use crate::domain::profile::Spilling;
use crate::domain::protocol::{End, ResultId, Rows, ViewId};
use crate::domain::results::{Cell, Chunk, ChunkBuilder, Column, RowStore, RowView, StoreError};

/// Rows read at once in the server's order: few, so that giant rows do not add up.
const ROWS_AT_ONCE: u64 = 16;
/// Rows read at once in the order of a view: each block is read once for all of them.
const SCATTERED_ROWS: u64 = 512;

/// A request for the rows of a view. Header, chunks and end go to a queue; closing the queue stops it.
#[derive(Debug)]
pub struct ExportFeed {
    pub result: ResultId,
    /// Nothing is sent if the result has another view by now.
    pub view: ViewId,
    /// The columns to send, in this order.
    pub columns: Vec<usize>,
    pub rows: mpsc::Sender<Rows>,
}

/// An export that is being served.
#[derive(Debug)]
pub(super) struct ActiveFeed {
    feed: ExportFeed,
    view: Option<Arc<RowView>>,
    is_open: bool,
    /// The next row of the view.
    next_row: u64,
    /// Rows of the view when the export began.
    total: u64,
}

impl ActiveFeed {
    pub(super) fn new(feed: ExportFeed, view: Option<Arc<RowView>>, total: u64) -> Self {
        Self { feed, view, is_open: false, next_row: 0, total }
    }

    pub(super) fn result(&self) -> ResultId {
        self.feed.result
    }

    /// Reserves a slot in the queue if there is one now.
    pub(super) fn try_reserve(&self) -> Option<mpsc::OwnedPermit<Rows>> {
        self.feed.rows.clone().try_reserve_owned().ok()
    }

    /// Returns what is sent next: the header, rows, or the end.
    pub(super) fn next(&mut self, store: &mut RowStore<Spill>) -> Result<Rows, StoreError> {
        let result = self.feed.result;
        if !self.is_open {
            self.is_open = true;
            let all = store.columns();
            let columns: Arc<[Column]> = self.feed.columns.iter().filter_map(|at| all.get(*at).cloned()).collect();
            return Ok(Rows::Open { result, columns, spilling: Spilling::Forbidden });
        }
        if self.next_row >= self.total {
            return Ok(Rows::End { result, end: End::Complete });
        }
        let chunk = match self.view.clone() {
            Some(view) => self.next_of_view(&view, store)?,
            None => self.next_in_order(store)?,
        };
        Ok(Rows::Batch { result, chunk })
    }

    /// Reads the next rows of a view, about one chunk.
    fn next_of_view(&mut self, view: &RowView, store: &mut RowStore<Spill>) -> Result<Chunk, StoreError> {
        let row_bytes = store.bytes() / store.rows().max(1);
        let count = (CHUNK_BYTES as u64 / row_bytes.max(1)).clamp(ROWS_AT_ONCE, SCATTERED_ROWS);
        let rows = self.next_row..self.total.min(self.next_row + count);
        self.next_row = rows.end;
        Ok(store.gather(view.rows(&rows))?.select(&self.feed.columns))
    }

    /// Reads the next rows in the server's order.
    fn next_in_order(&mut self, store: &mut RowStore<Spill>) -> Result<Chunk, StoreError> {
        let columns = &self.feed.columns;
        let mut builder = ChunkBuilder::new(columns.len());
        let end = self.total.min(self.next_row + CHUNK_ROWS as u64);
        while self.next_row < end && !builder.is_full() {
            let rows = self.next_row..end.min(self.next_row + ROWS_AT_ONCE);
            self.next_row = rows.end;
            store.visit_range(rows, |chunk, within| {
                for row in within {
                    builder.push(columns.iter().map(|column| chunk.cell(row, *column).unwrap_or(Cell::Null)));
                }
            })?;
        }
        Ok(builder.take())
    }
}

/// Waits until the queue of one export has capacity or is closed. Returns the index of the export, and a slot in its queue.
pub(super) async fn wait_for_capacity(exports: &VecDeque<ActiveFeed>) -> (usize, Option<mpsc::OwnedPermit<Rows>>) {
    if exports.is_empty() {
        return std::future::pending().await;
    }
    let (permit, at, _) =
        select_all(exports.iter().map(|export| Box::pin(export.feed.rows.clone().reserve_owned()))).await;
    (at, permit.ok())
}
