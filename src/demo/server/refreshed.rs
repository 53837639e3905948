//! The tables of the information schema that change from moment to moment: made anew for each statement that names them.

use rusqlite::types::Value;

use super::connections::Process;
use super::information_schema::{Row, maybe, number, text};
use super::session::Session;
use super::show;
use super::tokens::Token;

/// The tables of the information schema that change and are named in this statement.
pub(super) fn tables(session: &Session, tokens: &[Token]) -> Vec<(&'static str, Vec<Row>)> {
    let names = |table: &str| tokens.iter().any(|token| token.text.eq_ignore_ascii_case(table));
    let variables =
        || session.variables.shown().into_iter().map(|(name, value)| vec![text(name.to_uppercase()), text(value)]);
    let mut refreshed = Vec::new();
    if names("PROCESSLIST") {
        refreshed.push(("PROCESSLIST", session.server.connections.list().iter().map(process_row).collect()));
    }
    for table in ["SESSION_VARIABLES", "GLOBAL_VARIABLES"] {
        if names(table) {
            refreshed.push((table, variables().collect()));
        }
    }
    for table in ["SESSION_STATUS", "GLOBAL_STATUS"] {
        if names(table) {
            let rows = show::status_values(session).into_iter();
            refreshed.push((table, rows.map(|(name, value)| vec![text(name.to_uppercase()), text(value)]).collect()));
        }
    }
    refreshed
}

fn process_row(process: &Process) -> Row {
    let passed = process.since.elapsed();
    let command = if process.statement.is_some() { "Query" } else { "Sleep" };
    vec![
        number(i64::from(process.id)),
        text(&process.user),
        text(&process.host),
        maybe(process.database.as_deref()),
        text(command),
        number(i64::try_from(passed.as_secs()).unwrap_or(i64::MAX)),
        text(if process.statement.is_some() { "Sending data" } else { "" }),
        maybe(process.statement.as_deref()),
        text(format!("{:.3}", passed.as_secs_f64() * 1000.0)),
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
