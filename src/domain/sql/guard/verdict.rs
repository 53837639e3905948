//! What the guard knows about a session, and what happens to a statement that it accepts.

/// The values that rrx has given a session, as far as a SET statement may repeat or tighten them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionPins {
    /// The time zone; `None` if it is not known.
    pub time_zone: Option<String>,
    /// The server's own time limit for a statement, in seconds; `None` if it is not known.
    pub statement_seconds: Option<u64>,
}

/// What happens to a statement that the guard accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Send,
    /// It sets what the session has already. It is sent all the same, because it also sets the collation back.
    SendUnchanged,
    /// It sets what the session has already, so it is not sent.
    AlreadySo,
}
