//! The tables of the information schema whose rows change: process list, variables and status. Their rows are created for
//! each statement that names them.

use rusqlite::types::Value;

use super::connections::Process;
use super::information_schema::cells::{Row, number, optional_text, text};
use super::session::Session;
use super::status::status_values;
use super::tokens::Token;

/// Returns the current rows of the changing tables that a statement names.
pub(super) fn current_rows(session: &Session, tokens: &[Token]) -> Vec<(&'static str, Vec<Row>)> {
    let is_named = |table: &str| tokens.iter().any(|token| token.text.eq_ignore_ascii_case(table));
    let variables =
        || session.variables.list().into_iter().map(|(name, value)| vec![text(name.to_uppercase()), text(value)]);
    let mut tables = Vec::new();
    if is_named("PROCESSLIST") {
        tables.push(("PROCESSLIST", session.server.connections.list().iter().map(process_row).collect()));
    }
    for table in ["SESSION_VARIABLES", "GLOBAL_VARIABLES"] {
        if is_named(table) {
            tables.push((table, variables().collect()));
        }
    }
    for table in ["SESSION_STATUS", "GLOBAL_STATUS"] {
        if is_named(table) {
            let rows = status_values(&session.server).into_iter();
            tables.push((table, rows.map(|(name, value)| vec![text(name.to_uppercase()), text(value)]).collect()));
        }
    }
    tables
}

fn process_row(process: &Process) -> Row {
    let elapsed = process.since.elapsed();
    let command = if process.statement.is_some() { "Query" } else { "Sleep" };
    vec![
        number(i64::from(process.id)),
        text(&process.user),
        text(&process.host),
        optional_text(process.database.as_deref()),
        text(command),
        number(i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)),
        text(if process.statement.is_some() { "Sending data" } else { "" }),
        optional_text(process.statement.as_deref()),
        text(format!("{:.3}", elapsed.as_secs_f64() * 1000.0)),
        number(0),
        number(0),
        text("0.000"),
        number(0),
        number(0),
        number(0),
        number(0),
        process.statement.as_ref().map_or(Value::Null, |statement| Value::Blob(statement.clone().into_bytes())),
        number(i64::from(process.id)),
    ]
}
