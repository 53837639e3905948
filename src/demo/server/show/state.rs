//! SHOW of server and session state: variables, status, processes, warnings, grants, character sets, replication.

use rusqlite::types::Value;

use super::super::errors;
use super::super::information_schema::cells::{number, optional_text, text};
use super::super::information_schema::{CHARACTER_SETS, COLLATIONS, ENGINES};
use super::super::result_table::{
    ResultTable, long_text_column, nullable_number_column, nullable_text_column, number_column, progress_column,
    text_column,
};
use super::super::session::Session;
use super::super::status::status_values;
use super::super::tokens::{TokenCursor, TokenKind};
use crate::demo::translate::SqlError;

/// Returns the result of SHOW VARIABLES.
pub(super) fn variables(session: &Session) -> ResultTable {
    let mut table = ResultTable::new(vec![text_column("Variable_name", 64), text_column("Value", 4096)]);
    table.rows = session.variables.list().into_iter().map(|(name, value)| vec![text(name), text(value)]).collect();
    table
}

/// Returns the result of SHOW STATUS.
pub(super) fn status(session: &Session) -> ResultTable {
    let mut table = ResultTable::new(vec![text_column("Variable_name", 64), text_column("Value", 2048)]);
    table.rows =
        status_values(&session.server).into_iter().map(|(name, value)| vec![text(name), text(value)]).collect();
    table
}

/// Returns the result of SHOW PROCESSLIST.
pub(super) fn processes(session: &Session, is_full: bool) -> ResultTable {
    let mut table = ResultTable::new(vec![
        number_column("Id", 11),
        text_column("User", 128),
        text_column("Host", 64),
        nullable_text_column("db", 64),
        text_column("Command", 16),
        number_column("Time", 7),
        nullable_text_column("State", 30),
        long_text_column("Info"),
        progress_column("Progress"),
    ]);
    let shortened =
        |statement: &String| statement.chars().take(if is_full { usize::MAX } else { 100 }).collect::<String>();
    for process in session.server.connections.list() {
        let (command, state) = if process.statement.is_some() { ("Query", "Sending data") } else { ("Sleep", "") };
        table.rows.push(vec![
            number(i64::from(process.id)),
            text(process.user),
            text(process.host),
            optional_text(process.database),
            text(command),
            number(i64::try_from(process.since.elapsed().as_secs()).unwrap_or(i64::MAX)),
            text(state),
            optional_text(process.statement.as_ref().map(shortened)),
            Value::Real(0.0),
        ]);
    }
    table
}

/// Runs `SHOW COUNT(*) WARNINGS | ERRORS`. The cursor is after COUNT.
pub(super) fn count(session: &Session, cursor: &mut TokenCursor<'_>) -> Result<ResultTable, SqlError> {
    let near = cursor.remaining_text();
    let is_count = cursor.accept_sign('(') && cursor.accept_sign('*') && cursor.accept_sign(')');
    let name = match (is_count, cursor.next()) {
        (true, Some(token)) if token.is_word("WARNINGS") => "@@session.warning_count",
        (true, Some(token)) if token.is_word("ERRORS") => "@@session.error_count",
        _ => return Err(errors::syntax_error(near)),
    };
    let counted = if name.contains("warning") { session.warnings.count() } else { session.warnings.errors() };
    let mut table = ResultTable::new(vec![nullable_number_column(name, 21)]);
    table.rows.push(vec![number(i64::try_from(counted).unwrap_or(i64::MAX))]);
    Ok(table)
}

fn warnings(session: &Session, only_errors: bool) -> ResultTable {
    let mut table =
        ResultTable::new(vec![text_column("Level", 7), number_column("Code", 4), text_column("Message", 512)]);
    let warnings = session.warnings.first();
    let shown = warnings.iter().filter(|warning| !only_errors || warning.is_error());
    table.rows = shown
        .map(|warning| vec![text(warning.level), number(i64::from(warning.code)), text(&warning.message)])
        .collect();
    table
}

/// Runs the remaining forms of SHOW. `near` is the text after SHOW, for the syntax error.
pub(super) fn run(session: &Session, cursor: &mut TokenCursor<'_>, near: &str) -> Result<ResultTable, SqlError> {
    if cursor.accept_word("WARNINGS") {
        skip_limit(cursor);
        return Ok(warnings(session, false));
    }
    if cursor.accept_word("ERRORS") {
        skip_limit(cursor);
        return Ok(warnings(session, true));
    }
    if cursor.accept_word("GRANTS") {
        // There is only one account, so `FOR user` makes no difference.
        if cursor.accept_word("FOR") {
            while cursor.next().is_some() {}
        }
        return Ok(grants(session));
    }
    if cursor.accept_word("ENGINES") || cursor.accept_words(&["STORAGE", "ENGINES"]) {
        return Ok(engines());
    }
    if cursor.accept_words(&["CHARACTER", "SET"]) || cursor.accept_word("CHARSET") {
        return Ok(character_sets());
    }
    if cursor.accept_word("COLLATION") {
        return Ok(collations());
    }
    if cursor.accept_words(&["SLAVE", "STATUS"])
        || cursor.accept_words(&["REPLICA", "STATUS"])
        || cursor.accept_words(&["ALL", "SLAVES", "STATUS"])
        || cursor.accept_words(&["ALL", "REPLICAS", "STATUS"])
    {
        return Ok(replication());
    }
    let unsupported = [
        "BINARY",
        "BINLOG",
        "MASTER",
        "PROFILE",
        "PROFILES",
        "PRIVILEGES",
        "RELAYLOG",
        "AUTHORS",
        "EXPLAIN",
        "LOCALES",
        "PACKAGE",
        "ENGINE",
    ];
    match unsupported.iter().find(|word| cursor.peek().is_some_and(|token| token.is_word(word))) {
        Some(word) => Err(errors::unsupported(format!("SHOW {word}"))),
        None => Err(errors::syntax_error(near)),
    }
}

/// Skips `LIMIT n`. At most 64 warnings are kept.
fn skip_limit(cursor: &mut TokenCursor<'_>) {
    if cursor.accept_word("LIMIT") {
        while cursor.peek().is_some_and(|token| token.kind == TokenKind::Number || token.is_sign(',')) {
            cursor.next();
        }
    }
}

fn grants(session: &Session) -> ResultTable {
    let user = &session.server.account.user;
    let mut table = ResultTable::new(vec![text_column(&format!("Grants for {user}@%"), 1024)]);
    table.rows.push(vec![text(format!("GRANT PROCESS, REPLICATION CLIENT ON *.* TO `{user}`@`%`"))]);
    for database in session.server.schema.databases.iter().filter(|database| database.name != "information_schema") {
        if database.tables.iter().any(|table| table.is_forbidden) {
            let readable = database.tables.iter().filter(|table| !table.is_forbidden).map(|table| &table.name);
            for name in readable.chain(database.views.iter().map(|view| &view.name)) {
                table.rows.push(vec![text(format!("GRANT SELECT ON `{}`.`{name}` TO `{user}`@`%`", database.name))]);
            }
        } else {
            table.rows.push(vec![text(format!("GRANT SELECT, SHOW VIEW ON `{}`.* TO `{user}`@`%`", database.name))]);
        }
    }
    table
}

fn engines() -> ResultTable {
    let mut table = ResultTable::new(vec![
        text_column("Engine", 64),
        text_column("Support", 8),
        text_column("Comment", 160),
        nullable_text_column("Transactions", 3),
        nullable_text_column("XA", 3),
        nullable_text_column("Savepoints", 3),
    ]);
    table.rows = ENGINES.iter().map(|row| row.iter().map(|cell| text(*cell)).collect()).collect();
    table
}

fn character_sets() -> ResultTable {
    let mut table = ResultTable::new(vec![
        text_column("Charset", 32),
        text_column("Description", 60),
        text_column("Default collation", 64),
        number_column("Maxlen", 3),
    ]);
    let row = |&(name, default, description, bytes): &(&str, &str, &str, i64)| {
        vec![text(name), text(description), text(default), number(bytes)]
    };
    table.rows = CHARACTER_SETS.iter().map(row).collect();
    table
}

fn collations() -> ResultTable {
    let mut table = ResultTable::new(vec![
        text_column("Collation", 64),
        text_column("Charset", 32),
        number_column("Id", 11),
        text_column("Default", 3),
        text_column("Compiled", 3),
        number_column("Sortlen", 3),
    ]);
    let row = |&(name, charset, id, default): &(&str, &str, i64, &str)| {
        vec![text(name), text(charset), number(id), text(default), text("Yes"), number(1)]
    };
    table.rows = COLLATIONS.iter().map(row).collect();
    table
}

/// Returns the result of SHOW SLAVE STATUS: a replica without delay, whose primary sends no changes.
fn replication() -> ResultTable {
    let log = "mysql-bin.000042";
    let values = [
        ("Slave_IO_State", text("Waiting for master to send event")),
        ("Master_Host", text("primary.demo.internal")),
        ("Master_User", text("repl")),
        ("Master_Port", number(3306)),
        ("Connect_Retry", number(60)),
        ("Master_Log_File", text(log)),
        ("Read_Master_Log_Pos", number(1_048_576)),
        ("Relay_Log_File", text("relay-bin.000007")),
        ("Relay_Log_Pos", number(555)),
        ("Relay_Master_Log_File", text(log)),
        ("Slave_IO_Running", text("Yes")),
        ("Slave_SQL_Running", text("Yes")),
        ("Last_Errno", number(0)),
        ("Last_Error", text("")),
        ("Exec_Master_Log_Pos", number(1_048_576)),
        ("Relay_Log_Space", number(1_111)),
        ("Seconds_Behind_Master", number(0)),
        ("Last_IO_Errno", number(0)),
        ("Last_IO_Error", text("")),
        ("Last_SQL_Errno", number(0)),
        ("Last_SQL_Error", text("")),
        ("Master_Server_Id", number(1)),
        ("Using_Gtid", text("No")),
        ("Gtid_IO_Pos", text("")),
        ("SQL_Delay", number(0)),
        ("SQL_Remaining_Delay", Value::Null),
        ("Slave_SQL_Running_State", text("Slave has read all relay log; waiting for more updates")),
    ];
    let columns = values.iter().map(|(name, value)| match value {
        Value::Text(_) => text_column(name, 512),
        _ => nullable_number_column(name, 10),
    });
    let mut table = ResultTable::new(columns.collect());
    table.rows.push(values.iter().map(|(_, value)| value.clone()).collect());
    table
}
