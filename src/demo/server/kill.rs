//! KILL: stops a statement or closes a connection.

use super::connections::DemoStopReason;
use super::errors;
use super::session::Session;
use super::tokens::{TokenCursor, TokenKind};
use crate::demo::translate::SqlError;

/// Runs `KILL [HARD | SOFT] [CONNECTION | QUERY] id`. The cursor is after KILL.
///
/// # Errors
/// 1064 (syntax), 1094 (unknown id), 1317 if the connection kills itself.
pub(super) fn run(session: &Session, mut cursor: TokenCursor<'_>) -> Result<(), SqlError> {
    cursor.accept_any(&["HARD", "SOFT"]);
    let is_statement = cursor.accept_word("QUERY");
    if !is_statement {
        cursor.accept_word("CONNECTION");
    }
    let before = cursor.remaining_text();
    let id =
        cursor.next().filter(|token| token.kind == TokenKind::Number).and_then(|token| token.text.parse::<u64>().ok());
    let Some(id) = id.filter(|_| cursor.is_at_end()) else { return Err(errors::syntax_error(before)) };
    let stop = session
        .server
        .connections
        .stop_of(id)
        .ok_or_else(|| errors::error(1094, "HY000", format!("Unknown thread id: {id}")))?;
    stop.stop(DemoStopReason::Killed);
    if !is_statement {
        stop.closed.cancel();
    }
    if id == u64::from(session.id) { Err(errors::interrupted()) } else { Ok(()) }
}
