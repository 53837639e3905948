//! The state of reconnecting: attempts, and what is known about the last session.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::protocol::{ServerFacts, SessionId};

use super::panes::connect::Connect;

/// The state of reconnecting.
#[derive(Debug, Default)]
pub struct Reconnect {
    /// Attempts since a session that lasted at least [`STEADY`](crate::domain::limits::STEADY).
    pub attempts: u32,
    /// When the last session was ready.
    pub ready_at: Option<Duration>,
    /// Whether the user started this attempt with a key. Only such an attempt asks the user questions.
    pub is_by_key: bool,
    /// Why the link was lost. The notice after reconnecting repeats it, because the first notice may be visible
    /// for a moment only.
    pub loss: Option<String>,
    /// The steps of the attempt. They are shown only if it has a question.
    pub steps: Connect,
    /// The last session, connected or not. The next one takes over its cached secrets.
    pub last_session: Option<SessionId>,
    /// The last server: its profile, and what it reported about itself.
    pub last_server: Option<(String, Arc<ServerFacts>)>,
}
