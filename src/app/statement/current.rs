//! The statements that have not ended: the current one, and those whose session ended before their begin record was written.

use super::life::{Statement, StatementPhase};
use crate::domain::protocol::ResultId;

/// All statements of the program that have not ended.
#[derive(Debug, Default, PartialEq)]
pub struct Statements {
    current: Option<Statement>,
    /// Their begin records still need an end.
    abandoned: Vec<Statement>,
}

impl Statements {
    /// Returns the statement that runs or waits for an answer of the user.
    #[must_use]
    pub fn current(&self) -> Option<&Statement> {
        self.current.as_ref()
    }

    /// Makes a statement the current one. A statement that waits for an answer of the user is dropped with its queue.
    pub(in crate::app) fn begin(&mut self, statement: Statement) {
        self.current = Some(statement);
    }

    pub(in crate::app) fn find(&mut self, result: ResultId) -> Option<&mut Statement> {
        self.current.iter_mut().chain(&mut self.abandoned).find(|statement| statement.result() == result)
    }

    /// Returns whether this statement waits for an answer of the user.
    #[must_use]
    pub fn is_authorizing(&self, result: ResultId) -> bool {
        self.current.as_ref().is_some_and(|statement| {
            statement.result() == result && matches!(statement.phase(), StatementPhase::Authorizing(_))
        })
    }

    /// Removes statements that have ended, and moves an abandoned one away so that another can become current.
    pub(in crate::app) fn remove_ended(&mut self) {
        match self.current.as_ref().map(Statement::phase) {
            Some(StatementPhase::Ended) => self.current = None,
            Some(StatementPhase::Abandoned) => self.abandoned.extend(self.current.take()),
            Some(
                StatementPhase::Authorizing(_)
                | StatementPhase::Recording
                | StatementPhase::Sent { .. }
                | StatementPhase::Streaming { .. }
                | StatementPhase::Cancelling { .. },
            )
            | None => {}
        }
        self.abandoned.retain(|statement| *statement.phase() != StatementPhase::Ended);
    }

    /// Returns whether each begin record has its end record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let is_unsent = |statement: &Statement| matches!(statement.phase(), StatementPhase::Authorizing(_));
        self.abandoned.is_empty() && self.current.as_ref().is_none_or(is_unsent)
    }
}
