//! Sets the user's variables again after a reconnect, one SET at a time and each with its own record in the access log. What cannot
//! be set again is named, and a statement that reads such a variable is asked about first.

use std::collections::VecDeque;

use crate::domain::problem::ProblemKind;
use crate::domain::protocol::{End, RunReport};
use crate::domain::sql::Dialect;
use crate::domain::sql::session_variables::{SessionVariables, read_variables};

use super::context::Context;

/// The variables that the user has set, and what becomes of them in the next session.
#[derive(Debug, Default)]
pub struct SessionRestore {
    /// What the statements of the session have set.
    pub variables: SessionVariables,
    /// What still has to be set again: names and statements.
    waiting: VecDeque<(String, String)>,
    /// What has been set again.
    restored: Vec<String>,
    /// What is not set any more, until the user sets it or runs a statement without it.
    lost: Vec<String>,
}

impl SessionRestore {
    /// Forgets everything: the next session is of another profile.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Plans what to set again in a session that has just replaced another one.
    pub(super) fn plan(&mut self) {
        self.lost.extend(self.variables.take_lost());
        self.lost.sort_unstable();
        self.lost.dedup();
        self.restored.clear();
        let restorable = self.variables.restorable().into_iter();
        self.waiting = restorable.map(|(name, statement)| (name.to_owned(), statement.to_owned())).collect();
    }

    /// Takes in a statement of the user that has ended, and how the server has read it.
    pub(super) fn on_ended(&mut self, text: &str, dialect: Dialect, report: &RunReport) {
        if matches!(report.end, End::Broken(_)) {
            return;
        }
        self.variables.record(text, dialect);
        if let Some(mode) = &report.sql_mode {
            self.variables.set_text("sql_mode", mode);
        }
        let is_set = |name: &String| self.variables.contains(name);
        self.lost.retain(|name| !is_set(name));
    }

    /// Returns the statement that sets the next variable again.
    pub(super) fn next_statement(&self) -> Option<String> {
        self.waiting.front().map(|(_, statement)| statement.clone())
    }

    /// Takes in the end of that statement.
    pub(super) fn on_restored(&mut self, report: &RunReport) {
        let Some((name, _)) = self.waiting.pop_front() else { return };
        match &report.end {
            End::Complete => self.restored.push(name),
            // The next session tries again.
            End::Broken(problem) if problem.kind == ProblemKind::Lost => self.waiting.clear(),
            End::Broken(_) | End::Cancelled | End::Limit(_) => {
                self.variables.remove(&name);
                self.lost.push(name);
            }
        }
    }

    /// Describes once what was set again and what was not. `None` if there was nothing to set.
    pub(super) fn take_summary(&mut self) -> Option<String> {
        let restored = std::mem::take(&mut self.restored);
        let list = |names: &[String]| names.join(", ");
        match (restored.is_empty(), self.lost.is_empty()) {
            (true, true) => None,
            (false, true) => Some(format!("Set again: {}.", list(&restored))),
            (true, false) => Some(format!("Not set any more: {}.", list(&self.lost))),
            (false, false) => Some(format!("Set again: {}. Not set any more: {}.", list(&restored), list(&self.lost))),
        }
    }

    /// Returns the question whether to run a statement that reads variables which are not set any more.
    pub(super) fn question(&self, text: &str, context: &Context) -> Option<String> {
        let read = self.lost_in(text, context);
        let (first, rest) = read.split_first()?;
        let (names, is) = match rest.len() {
            0 => (first.clone(), "is"),
            _ => (read.join(", "), "are"),
        };
        Some(format!(
            "{names} {is} not set any more since rrx has reconnected, so {names} would be NULL. Run it all the same?"
        ))
    }

    /// Does not ask about the variables of this statement again.
    pub(super) fn forget(&mut self, text: &str, context: &Context) {
        let read = self.lost_in(text, context);
        self.lost.retain(|name| !read.contains(name));
    }

    fn lost_in(&self, text: &str, context: &Context) -> Vec<String> {
        let mut read = read_variables(text, context.dialect());
        read.retain(|name| self.lost.contains(name));
        read.dedup();
        read
    }
}
