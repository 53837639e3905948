//! Ids of sessions and results.

/// Identifies a session (one profile, one set of connections). Assigned by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u32);

/// Identifies the result of a statement. Assigned by the model, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResultId(pub u64);
