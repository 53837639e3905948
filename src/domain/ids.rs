//! Names of sessions, results and worksheets. Given by the model, never reused; names nobody.

/// Names one session (one profile, one set of connections). Given by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u32);

/// Names one result set of one statement. Given by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResultId(pub u64);
