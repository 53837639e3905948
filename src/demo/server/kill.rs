//! KILL: stops another connection's statement, or the connection.

use super::connections::Why;
use super::refuse;
use super::session::Session;
use super::tokens::{Kind, Walk};
use crate::demo::translate::SqlError;

/// `KILL [HARD | SOFT] [CONNECTION | QUERY] id`, without its first word.
pub(super) fn answer(session: &Session, mut walk: Walk<'_>) -> Result<(), SqlError> {
    walk.any(&["HARD", "SOFT"]);
    let is_statement = walk.word("QUERY");
    if !is_statement {
        walk.word("CONNECTION");
    }
    let before = walk.rest();
    let id = walk.next().filter(|token| token.kind == Kind::Number).and_then(|token| token.text.parse::<u64>().ok());
    let Some(id) = id.filter(|_| walk.is_done()) else { return Err(refuse::syntax(before)) };
    let stop = session
        .server
        .connections
        .stop_of(id)
        .ok_or_else(|| refuse::error(1094, "HY000", format!("Unknown thread id: {id}")))?;
    stop.stop(Why::Killed);
    if !is_statement {
        stop.closed.cancel();
    }
    if id == u64::from(session.id) { Err(refuse::interrupted()) } else { Ok(()) }
}
