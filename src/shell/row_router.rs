//! Routes the rows of a session: to the result store, or to the export that claimed the result. Each session has its own router
//! task, so that a slow file delays only one session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::domain::limits::BATCH_QUEUE;
use crate::domain::protocol::{ResultId, Rows};

/// The results whose rows bypass the store. All clones share one table.
#[derive(Debug, Clone, Default)]
pub struct RowRouter(Arc<Mutex<Routes>>);

/// The claimed results and their receivers; `None` after the claim was released, while rows may still arrive.
type Routes = HashMap<ResultId, Option<mpsc::Sender<Rows>>>;

impl RowRouter {
    /// Claims a result: its rows arrive at the returned receiver instead of the store.
    #[must_use]
    pub fn claim(&self, result: ResultId) -> mpsc::Receiver<Rows> {
        let (sender, receiver) = mpsc::channel(BATCH_QUEUE);
        self.routes().insert(result, Some(sender));
        receiver
    }

    /// Releases a claimed result: its receiver ends, and rows that still arrive are dropped.
    pub fn release(&self, result: ResultId) {
        if let Some(route) = self.routes().get_mut(&result) {
            *route = None;
        }
    }

    /// Forwards rows until the session or the store ends.
    pub async fn forward(self, mut rows: mpsc::Receiver<Rows>, store: mpsc::Sender<Rows>) {
        while let Some(piece) = rows.recv().await {
            let (Rows::Open { result, .. } | Rows::Batch { result, .. } | Rows::End { result, .. }) = &piece;
            let (result, is_last) = (*result, matches!(piece, Rows::End { .. }));
            let route = self.routes().get(&result).cloned();
            match route {
                // If the export has ended, it has reported the reason already.
                Some(Some(export)) => drop(export.send(piece).await),
                Some(None) => {}
                None => {
                    if store.send(piece).await.is_err() {
                        return;
                    }
                }
            }
            if is_last {
                self.routes().remove(&result);
            }
        }
    }

    /// Locks the table. The guard must not be kept across an await.
    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
