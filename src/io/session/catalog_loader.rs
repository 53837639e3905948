//! Loads the catalog in a separate task, and stops it by a KILL when the session closes. If the server allows no connection for
//! it, the session reads the catalog on its first connection, between two statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mysql_async::Conn;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::catalog::{read_catalog, read_catalog_on};
use super::control::ControlConnection;
use super::error::SessionError;
use super::events::EventSender;
use super::secondary::SecondaryConnector;
use crate::domain::catalog::Catalog;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{ConnectionStep, SessionEvent, StepState};
use crate::domain::quantity::counted;

/// Loads the catalog, one load at a time.
#[derive(Default)]
pub(super) struct CatalogLoader {
    generation: u64,
    /// The id of the connection that reads the catalog, or 0.
    connection: Arc<AtomicU64>,
    /// Whether a load is reading the catalog. The next load may start afterwards, even if the task still runs.
    is_loading: Arc<AtomicBool>,
    task: Option<JoinHandle<()>>,
    /// Notified when the server allows no connection for the catalog.
    refused: Arc<Notify>,
}

impl CatalogLoader {
    /// Waits until the server has allowed no connection for the catalog.
    pub(super) async fn refused(&self) {
        self.refused.notified().await;
    }

    /// Reads the catalog on this connection.
    ///
    /// # Errors
    /// The connection cannot be used any more.
    pub(super) async fn load_on(
        &mut self,
        conn: &mut Conn,
        hop: usize,
        events: &EventSender,
    ) -> Result<(), SessionError> {
        self.generation += 1;
        let begun = report_begin(hop, events).await;
        let result = read_catalog_on(conn, self.generation, events).await;
        match result {
            Err(error) if !error.is_refusal() => Err(error),
            result => {
                report_end(result, hop, begun, events).await;
                Ok(())
            }
        }
    }

    /// Starts to load the catalog, unless a load is running.
    pub(super) fn start(&mut self, secondary: &Arc<SecondaryConnector>, events: &EventSender) {
        // The flag of a task that panicked stays set, so the task itself counts too.
        let is_running = self.task.as_ref().is_some_and(|task| !task.is_finished());
        if is_running && self.is_loading.load(Ordering::Acquire) {
            return;
        }
        self.is_loading.store(true, Ordering::Release);
        self.generation += 1;
        let load = CatalogLoad {
            secondary: Arc::clone(secondary),
            generation: self.generation,
            connection: Arc::clone(&self.connection),
            is_loading: Arc::clone(&self.is_loading),
            refused: Arc::clone(&self.refused),
            events: events.clone(),
        };
        self.task = Some(tokio::spawn(load.run()));
    }

    /// Stops a running load because the user wants it, and reports that.
    pub(super) async fn stop_for_user(&mut self, control: &mut ControlConnection, events: &EventSender) {
        if self.is_loading.swap(false, Ordering::AcqRel) {
            self.stop(control, events).await;
            let problem = Problem::new(ProblemKind::Interrupted, "The load of the catalog was stopped by you");
            events.send(SessionEvent::CatalogFailed(problem)).await;
        }
    }

    /// Stops a running load. A KILL ends its query, because dropping its connection would not.
    pub(super) async fn stop(&mut self, control: &mut ControlConnection, events: &EventSender) {
        let Some(task) = self.task.take() else { return };
        let connection = self.connection.load(Ordering::Relaxed);
        if !task.is_finished() && connection != 0 {
            let _ = control.kill_other(connection, events).await;
        }
        task.abort();
    }
}

/// One load of the catalog.
struct CatalogLoad {
    secondary: Arc<SecondaryConnector>,
    generation: u64,
    connection: Arc<AtomicU64>,
    is_loading: Arc<AtomicBool>,
    refused: Arc<Notify>,
    events: EventSender,
}

impl CatalogLoad {
    async fn run(self) {
        let Self { secondary, generation, connection, is_loading, refused, events } = self;
        let hop = secondary.connector.profile.route.len();
        let begun = report_begin(hop, &events).await;
        let result = read_catalog(&secondary, generation, &connection, &events).await;
        is_loading.store(false, Ordering::Release);
        match result {
            Err(error) if error.is_connection_limit() => refused.notify_one(),
            result => report_end(result, hop, begun, &events).await,
        }
    }
}

async fn report_begin(hop: usize, events: &EventSender) -> Instant {
    let trying = "schemas, tables, columns, keys";
    events.step(hop, ConnectionStep::Catalog, StepState::Trying(trying.into())).await;
    Instant::now()
}

async fn report_end(result: Result<Arc<Catalog>, SessionError>, hop: usize, begun: Instant, events: &EventSender) {
    match result {
        Ok(catalog) => {
            let schemas = counted(catalog.schemas.len() as u64, "schema");
            let tables: usize = catalog.schemas.iter().map(|schema| schema.tables.len()).sum();
            let outcome = format!("{schemas}, {}", counted(tables as u64, "table"));
            events.step_done(hop, ConnectionStep::Catalog, outcome, begun.elapsed()).await;
            events.send(SessionEvent::Catalog(catalog)).await;
        }
        Err(error) => {
            let problem = error.into_catalog_problem();
            events.step(hop, ConnectionStep::Catalog, StepState::Failed(problem.clone())).await;
            events.send(SessionEvent::CatalogFailed(problem)).await;
        }
    }
}
