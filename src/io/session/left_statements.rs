//! Finds statements of earlier sessions that still run on the server, because their connections were lost, and stops them.

use mysql_async::{Conn, Row};

use super::control::kill_on;
use super::convert;
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query;
use super::run_internal::{allow_refusal, run_internal_within};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{LeftStatement, RunningLeft, SessionEvent};

/// The statements to look for.
#[derive(Default)]
pub(super) struct LeftStatements {
    statements: Vec<LeftStatement>,
    /// The connections that were reported last.
    reported: Vec<u64>,
    /// Whether nothing was reported about these statements yet.
    is_new: bool,
    /// Whether the user wants them stopped, and the session had no time for it yet.
    pub(super) is_stop_due: bool,
}

impl LeftStatements {
    /// Takes over the statements to look for.
    pub(super) fn set(&mut self, statements: Vec<LeftStatement>) {
        (self.statements, self.is_new) = (statements, true);
    }

    /// Returns whether there is a statement to look for.
    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Looks for the statements, and reports which of them run if that has changed. A statement that does not run any more is
    /// not looked for again.
    ///
    /// # Errors
    /// The connection that asks cannot be used any more.
    pub(super) async fn look(&mut self, conn: &mut Conn, events: &EventSender) -> Result<(), SessionError> {
        let running = if self.statements.is_empty() { Vec::new() } else { self.find(conn, events).await? };
        let connections: Vec<u64> = running.iter().map(|running| running.connection).collect();
        self.statements.retain(|statement| connections.contains(&statement.connection));
        if std::mem::take(&mut self.is_new) || connections != self.reported {
            self.reported = connections;
            events.send(SessionEvent::LeftRunning(running)).await;
        }
        Ok(())
    }

    /// Stops the statements that still run, and reports one that could not be stopped.
    ///
    /// # Errors
    /// The connection that asks cannot be used any more.
    pub(super) async fn stop(
        &mut self,
        conn: &mut Conn,
        identity: &str,
        events: &EventSender,
    ) -> Result<(), SessionError> {
        for running in self.find(conn, events).await? {
            let kill = internal_query::kill_connection(running.connection);
            match kill_on(conn, identity, &kill, events).await {
                Ok(()) => self.statements.retain(|statement| statement.connection != running.connection),
                Err(error) => {
                    events.send(SessionEvent::LeftNotStopped(not_stopped(running.connection, &error))).await;
                    if !error.is_refusal() && !matches!(error, SessionError::OtherServer) {
                        return Err(error);
                    }
                }
            }
        }
        self.look(conn, events).await
    }

    async fn find(&self, conn: &mut Conn, events: &EventSender) -> Result<Vec<RunningLeft>, SessionError> {
        let connections: Vec<u64> = self.statements.iter().map(|statement| statement.connection).collect();
        let query = internal_query::processes(&connections);
        let rows = match run_internal_within(conn, &query, events, limits::KILL).await {
            Err(refusal) if refusal.is_refusal() => {
                let all = run_internal_within(conn, &internal_query::all_processes(), events, limits::KILL).await;
                allow_refusal(all)?
            }
            other => other?,
        };
        Ok(rows.iter().filter_map(|row| self.running(row)).collect())
    }

    /// Returns the statement of a row of the process list, if it is one of these. A server that was restarted uses the ids of
    /// connections again, so the text counts, too.
    fn running(&self, row: &Row) -> Option<RunningLeft> {
        let connection = convert::number(row, 0)?;
        let command = convert::text(row, 4)?;
        let info = convert::text(row, 7)?;
        let is_it = |left: &&LeftStatement| left.connection == connection && left.is_shown_as(&info) && runs(&command);
        self.statements.iter().find(is_it)?;
        Some(RunningLeft { connection, seconds: convert::number(row, 5).unwrap_or(0) })
    }
}

fn not_stopped(connection: u64, error: &SessionError) -> Problem {
    Problem::new(ProblemKind::Statement, "The statement that lost its connection could not be stopped")
        .because(error.to_string())
        .hint(format!("ask the administrator of the replica to stop it: KILL {connection}"))
}

/// Returns whether a connection with this command in the process list runs a statement. One that was stopped has `Killed`.
fn runs(command: &str) -> bool {
    ["Query", "Execute"].iter().any(|running| running.eq_ignore_ascii_case(command))
}
