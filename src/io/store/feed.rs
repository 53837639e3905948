//! Rows of a view on their way to a file, a chunk whenever the other end has room. Knows no file and no form.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::select_all;
use tokio::sync::mpsc;

use super::Keeper;
use super::spill::Spill;
use crate::domain::limits::{CHUNK_BYTES, CHUNK_ROWS};
use crate::domain::protocol::{End, ResultId, Rows, ViewId};
use crate::domain::results::{Cell, Chunk, ChunkBuilder, Column, RowView, Store, StoreError};

/// Rows read in one piece where they stand in the server's order: few, so that giant ones do not add up.
const PIECE: u64 = 16;
/// Rows read in one piece where they lie apart: each block is read once for all of them.
const GATHERED: u64 = 512;

/// Wants the rows of a result's view: header, chunks and end go into the queue. Whoever waits for them closes it to stop.
#[derive(Debug)]
pub struct Feed {
    /// Which result.
    pub result: ResultId,
    /// Of which view; where it is looked at by another one by now, nothing comes.
    pub view: ViewId,
    /// Which columns, in this order.
    pub columns: Vec<usize>,
    /// Where the rows go.
    pub rows: mpsc::Sender<Rows>,
}

/// A feed under way.
#[derive(Debug)]
pub(super) struct Feeding {
    feed: Feed,
    view: Option<Arc<RowView>>,
    is_open: bool,
    /// The next row of the view, and how many there were when it began.
    at: u64,
    of: u64,
}

impl Feeding {
    pub(super) fn new(feed: Feed, view: Option<Arc<RowView>>, of: u64) -> Self {
        Self { feed, view, is_open: false, at: 0, of }
    }

    pub(super) fn result(&self) -> ResultId {
        self.feed.result
    }

    /// A place in the queue, where there is one now.
    pub(super) fn has_room(&self) -> Option<mpsc::OwnedPermit<Rows>> {
        self.feed.rows.clone().try_reserve_owned().ok()
    }

    /// What comes next: the header, rows, the end.
    pub(super) fn next(&mut self, store: &mut Store<Spill>) -> Result<Rows, StoreError> {
        let result = self.feed.result;
        if !self.is_open {
            self.is_open = true;
            let all = store.columns();
            let columns: Arc<[Column]> = self.feed.columns.iter().filter_map(|at| all.get(*at).cloned()).collect();
            return Ok(Rows::Open { result, columns });
        }
        if self.at >= self.of {
            return Ok(Rows::End { result, end: End::Complete });
        }
        let chunk = match self.view.clone() {
            Some(view) => self.gathered(&view, store)?,
            None => self.walked(store)?,
        };
        Ok(Rows::Batch { result, chunk })
    }

    /// The next rows of a view, about a chunk of them.
    fn gathered(&mut self, view: &RowView, store: &mut Store<Spill>) -> Result<Chunk, StoreError> {
        let row_bytes = store.bytes() / store.rows().max(1);
        let count = (CHUNK_BYTES as u64 / row_bytes.max(1)).clamp(PIECE, GATHERED);
        let rows = self.at..self.of.min(self.at + count);
        self.at = rows.end;
        Ok(store.gather(view.rows(&rows))?.select(&self.feed.columns))
    }

    /// The next rows in the server's order.
    fn walked(&mut self, store: &mut Store<Spill>) -> Result<Chunk, StoreError> {
        let columns = &self.feed.columns;
        let mut builder = ChunkBuilder::new(columns.len());
        let last = self.of.min(self.at + CHUNK_ROWS as u64);
        while self.at < last && !builder.is_full() {
            let rows = self.at..last.min(self.at + PIECE);
            self.at = rows.end;
            store.walk(rows, |chunk, within| {
                for row in within {
                    builder.push(columns.iter().map(|column| chunk.cell(row, *column).unwrap_or(Cell::Null)));
                }
            })?;
        }
        Ok(builder.take())
    }
}

impl Keeper {
    /// Feeds the rows that the view has now; later arrangements do not change them. Of an unknown result or an
    /// older view there are none, and the other end hears that by its queue's end.
    pub(super) fn begin_feeding(&mut self, feed: Feed) {
        if let Some(held) = self.held.get(&feed.result).filter(|held| held.view == feed.view) {
            self.feeding.push_back(Feeding::new(feed, held.rows.clone(), held.count()));
        }
    }

    /// Hands the next rows to the file at this place, which has room for them or is gone.
    pub(super) fn feed(&mut self, at: usize, permit: Option<mpsc::OwnedPermit<Rows>>) {
        let Some((mut feed, permit)) = self.feeding.remove(at).zip(permit) else { return };
        let Some(held) = self.held.get_mut(&feed.result()) else { return };
        match feed.next(&mut held.store) {
            Ok(rows) => {
                let is_last = matches!(rows, Rows::End { .. });
                permit.send(rows);
                if !is_last {
                    self.feeding.push_back(feed);
                }
            }
            Err(error) => {
                let problem = self.problem("Older rows of the result could not be read back", &error);
                permit.send(Rows::End { result: feed.result(), end: End::Broken(problem) });
            }
        }
    }

    pub(super) fn feed_where_there_is_room(&mut self) {
        let ready = self.feeding.iter().enumerate().find_map(|(at, feed)| Some((at, feed.has_room()?)));
        if let Some((at, permit)) = ready {
            self.feed(at, Some(permit));
        }
    }
}

/// Waits until one of them has room for more, or is wanted no more: its place, and the place in its queue.
pub(super) async fn room(feeding: &VecDeque<Feeding>) -> (usize, Option<mpsc::OwnedPermit<Rows>>) {
    if feeding.is_empty() {
        return std::future::pending().await;
    }
    let (permit, at, _) = select_all(feeding.iter().map(|one| Box::pin(one.feed.rows.clone().reserve_owned()))).await;
    (at, permit.ok())
}
