//! What is remembered from one session to the next.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::protocol::{ServerFacts, SessionId};

use super::panes::connect::Connect;

/// What is remembered from one session to the next.
#[derive(Debug, Default)]
pub struct Reconnect {
    /// Attempts since a session stood firmly.
    pub tried: u32,
    /// When the last session was ready.
    pub ready: Option<Duration>,
    /// Whether the attempt under way was asked for by a key: then it may ask in turn.
    pub by_key: bool,
    /// Why the link was lost: it is still said when it is back, since that may be a moment later.
    pub why: Option<String>,
    /// Its steps, drawn only if it must ask.
    pub steps: Connect,
    /// The last session that stood, or tried to: the next attempt goes on with its story.
    pub last: Option<SessionId>,
    /// The server before: its profile, and what it said of itself.
    pub before: Option<(String, Arc<ServerFacts>)>,
}
