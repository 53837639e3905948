//! The plan for which the user waits.

use std::sync::Arc;

use crate::domain::plan::ExplainFormat;
use crate::domain::protocol::ResultId;
use crate::domain::results::Column;
use crate::domain::sql::Param;
use crate::domain::sql::parameters::SourceMap;

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
#[derive(Debug, Clone)]
pub struct ExplainedStatement {
    pub text: String,
    /// The values that are bound to it.
    pub params: Vec<Param>,
    /// Its first byte in the text that was to be explained: before it, that text had an EXPLAIN of its own.
    pub from: usize,
    /// From the text that is sent to the one that was typed.
    pub source_map: SourceMap,
    /// The key of its worksheet, and its first byte there.
    pub location: Option<(String, usize)>,
}
