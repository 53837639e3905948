//! The check of a plan before a statement runs, where the profile has a limit for it.

use crate::domain::plan::ExplainFormat;
use crate::domain::protocol::ResultId;

/// The check that is under way, and the statement that has passed one.
#[derive(Debug, Default)]
pub struct PlanCheck {
    pub current: Option<PendingCheck>,
    /// The statement that runs without another check when it is confirmed.
    pub passed: Option<ResultId>,
}

/// A check whose answer has not come.
#[derive(Debug, Clone)]
pub struct PendingCheck {
    /// The id under which its EXPLAIN is sent.
    pub check: ResultId,
    /// The statement that waits for it.
    pub statement: ResultId,
    pub format: ExplainFormat,
    /// The rows that the profile allows without a question.
    pub most: u64,
    /// After how many rows the statement ends by itself.
    pub limit: Option<u64>,
    /// The id of its begin record in the access log, once that is on disk.
    pub record: Option<String>,
    pub profile: String,
}

impl PlanCheck {
    /// Returns whether this is the id of the check that is under way.
    #[must_use]
    pub fn is_check(&self, result: ResultId) -> bool {
        self.current.as_ref().is_some_and(|pending| pending.check == result)
    }
}
