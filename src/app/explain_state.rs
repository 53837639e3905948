//! The plan for which the user waits.

use std::sync::Arc;

use crate::domain::plan::ExplainFormat;
use crate::domain::protocol::ResultId;
use crate::domain::results::Column;

/// The EXPLAIN that the user has asked for.
#[derive(Debug, Default)]
pub struct Explain {
    /// The one whose answer is shown; `None` if none is under way.
    pub current: Option<PendingPlan>,
}

/// An EXPLAIN whose answer has not come.
#[derive(Debug, Clone)]
pub struct PendingPlan {
    pub result: ResultId,
    pub explained: ExplainedStatement,
    pub format: ExplainFormat,
    pub columns: Option<Arc<[Column]>>,
    /// Whether the rows were requested from the store.
    pub is_read: bool,
}

/// The statement whose plan is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedStatement {
    pub text: String,
    /// The key of its worksheet, and its first byte there.
    pub location: Option<(String, usize)>,
}
