//! The way of a session's rows: to the store, but for results whose rows a file waits for. Each session has one, so a slow
//! file holds up its own session only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::domain::limits::BATCH_QUEUE;
use crate::domain::protocol::{ResultId, Rows};

/// Results whose rows the store does not get: where they go; `None` where nobody wants them any more.
#[derive(Debug, Clone, Default)]
pub struct Taps(Arc<Mutex<HashMap<ResultId, Option<mpsc::Sender<Rows>>>>>);

impl Taps {
    /// From now on the rows of this result come here.
    #[must_use]
    pub fn open(&self, result: ResultId) -> mpsc::Receiver<Rows> {
        let (rows, taken) = mpsc::channel(BATCH_QUEUE);
        self.all().insert(result, Some(rows));
        taken
    }

    /// Nobody wants them any more: the queue ends, and what still comes is dropped.
    pub fn close(&self, result: ResultId) {
        if let Some(rows) = self.all().get_mut(&result) {
            *rows = None;
        }
    }

    /// Hands rows on until their session is gone, or the store is.
    pub async fn pass(self, mut rows: mpsc::Receiver<Rows>, store: mpsc::Sender<Rows>) {
        while let Some(piece) = rows.recv().await {
            let (Rows::Open { result, .. } | Rows::Batch { result, .. } | Rows::End { result, .. }) = &piece;
            let (result, is_last) = (*result, matches!(piece, Rows::End { .. }));
            let tap = self.all().get(&result).cloned();
            match tap {
                // A file that is gone has said why itself.
                Some(Some(file)) => drop(file.send(piece).await),
                Some(None) => {}
                None => {
                    if store.send(piece).await.is_err() {
                        return;
                    }
                }
            }
            if is_last {
                self.all().remove(&result);
            }
        }
    }

    /// Held for a look only, never while anything waits.
    fn all(&self) -> MutexGuard<'_, HashMap<ResultId, Option<mpsc::Sender<Rows>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
