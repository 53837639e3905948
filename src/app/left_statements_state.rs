//! What is known about statements that may still run on the server after their connections were lost.

use std::time::Duration;

use crate::domain::protocol::{LeftStatement, ResultId, RunningLeft};
use crate::domain::text::{excerpt, one_line};

/// Characters of a statement in a question.
const EXCERPT: usize = 60;

/// The statements of lost connections, all of one server.
#[derive(Debug, Default)]
pub struct LeftStatements {
    /// The profile and the identity of their server.
    pub server: (String, String),
    pub statements: Vec<LeftStatement>,
    /// Those that still run, as the session has reported them.
    pub running: Vec<RunningLeft>,
    /// When the session reported them, as time since the program started.
    pub reported_at: Duration,
    /// The notice that one of them runs.
    pub notice: String,
    /// Whether they are being stopped.
    pub is_stopping: bool,
    /// The statement about whose start the user is asked because of them.
    pub asked_for: Option<ResultId>,
    /// Whether the user wants to run another statement all the same.
    pub is_accepted: bool,
}

impl LeftStatements {
    /// Describes what still runs at this time; `None` if nothing does.
    pub(super) fn describe(&self, now: Duration) -> Option<String> {
        let running = self.running.first()?;
        let seconds = running.seconds.saturating_add(now.saturating_sub(self.reported_at).as_secs());
        let text = self.statements.iter().find(|left| left.connection == running.connection).map(|left| &left.text);
        let text = text.map(|text| format!(": {}", excerpt(&one_line(text), EXCERPT))).unwrap_or_default();
        Some(match self.running.len() {
            1 => format!("The statement that lost its connection still runs on the replica, for {seconds} s{text}"),
            count => format!(
                "{count} statements that lost their connections still run on the replica, the first one for {seconds} s{text}"
            ),
        })
    }

    /// Returns the question whether to quit although a statement may run on; `None` if none does.
    pub(super) fn quit_question(&self, now: Duration) -> Option<String> {
        if let Some(what) = self.describe(now) {
            return Some(format!("{what}. Quit without stopping it?"));
        }
        let left = self.statements.first()?;
        let text = excerpt(&one_line(&left.text), EXCERPT);
        Some(format!("The statement that lost its connection may still run on the replica: {text}. Quit all the same?"))
    }

    /// Returns the question whether to stop what still runs before this statement starts.
    pub(super) fn question(&mut self, result: ResultId, now: Duration) -> Option<String> {
        let what = self.describe(now).filter(|_| !self.is_accepted)?;
        self.asked_for = Some(result);
        Some(format!("{what}. Stop it, and run this one?"))
    }
}
