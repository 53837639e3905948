//! SHOW of what the server and the session are in: variables, status, processes, warnings, grants, character sets.

use std::sync::atomic::Ordering;

use rusqlite::types::Value;

use super::super::Server;
use super::super::information_schema::{CHARACTER_SETS, COLLATIONS, ENGINES, maybe, number as n, text as t};
use super::super::refuse;
use super::super::session::Session;
use super::super::table::{Table, long_text, number, number_or_null, progress, text, text_or_null};
use super::super::tokens::{Kind, Walk};
use crate::demo::translate::SqlError;

/// Seconds since the start.
pub(in super::super) fn uptime(server: &Server) -> i64 {
    jiff::Timestamp::now().as_second() - server.started.as_second()
}

/// SHOW VARIABLES.
pub(super) fn variables(session: &Session) -> Table {
    let mut table = Table::new(vec![text("Variable_name", 64), text("Value", 4096)]);
    table.rows = session.variables.shown().into_iter().map(|(name, value)| vec![t(name), t(value)]).collect();
    table
}

/// Names and values of SHOW STATUS, by name.
pub(in super::super) fn status_values(session: &Session) -> Vec<(&'static str, String)> {
    let connections = &session.server.connections;
    let statements = connections.statements.load(Ordering::Relaxed);
    let processes = connections.list();
    let running = processes.iter().filter(|process| process.statement.is_some()).count();
    vec![
        ("Connections", connections.made().to_string()),
        ("Queries", statements.to_string()),
        ("Questions", statements.to_string()),
        ("Slow_queries", "0".into()),
        ("Ssl_cipher", String::new()),
        ("Ssl_version", String::new()),
        ("Threads_connected", processes.len().to_string()),
        ("Threads_running", running.to_string()),
        ("Uptime", uptime(&session.server).to_string()),
    ]
}

/// SHOW STATUS.
pub(super) fn status(session: &Session) -> Table {
    let mut table = Table::new(vec![text("Variable_name", 64), text("Value", 2048)]);
    table.rows = status_values(session).into_iter().map(|(name, value)| vec![t(name), t(value)]).collect();
    table
}

/// SHOW PROCESSLIST.
pub(super) fn processes(session: &Session, is_full: bool) -> Table {
    let mut table = Table::new(vec![
        number("Id", 11),
        text("User", 128),
        text("Host", 64),
        text_or_null("db", 64),
        text("Command", 16),
        number("Time", 7),
        text_or_null("State", 30),
        long_text("Info"),
        progress("Progress"),
    ]);
    let cut = |statement: &String| statement.chars().take(if is_full { usize::MAX } else { 100 }).collect::<String>();
    for process in session.server.connections.list() {
        let (command, state) = if process.statement.is_some() { ("Query", "Sending data") } else { ("Sleep", "") };
        table.rows.push(vec![
            n(i64::from(process.id)),
            t(process.user),
            t(process.host),
            maybe(process.database),
            t(command),
            n(i64::try_from(process.since.elapsed().as_secs()).unwrap_or(i64::MAX)),
            t(state),
            maybe(process.statement.as_ref().map(cut)),
            Value::Real(0.0),
        ]);
    }
    table
}

/// `SHOW COUNT(*) WARNINGS | ERRORS`, without COUNT.
pub(super) fn count(session: &Session, walk: &mut Walk<'_>) -> Result<Table, SqlError> {
    let near = walk.rest();
    let is_count = walk.sign('(') && walk.sign('*') && walk.sign(')');
    let name = match (is_count, walk.next()) {
        (true, Some(token)) if token.is("WARNINGS") => "@@session.warning_count",
        (true, Some(token)) if token.is("ERRORS") => "@@session.error_count",
        _ => return Err(refuse::syntax(near)),
    };
    let counted = if name.contains("warning") { session.warnings.count() } else { session.warnings.errors() };
    let mut table = Table::new(vec![number_or_null(name, 21)]);
    table.rows.push(vec![n(i64::try_from(counted).unwrap_or(i64::MAX))]);
    Ok(table)
}

fn warnings(session: &Session, only_errors: bool) -> Table {
    let mut table = Table::new(vec![text("Level", 7), number("Code", 4), text("Message", 512)]);
    let kept = session.warnings.first();
    let shown = kept.iter().filter(|warning| !only_errors || warning.is_error());
    table.rows = shown.map(|warning| vec![t(warning.level), n(i64::from(warning.code)), t(&warning.message)]).collect();
    table
}

/// Everything else.
pub(super) fn answer(session: &Session, walk: &mut Walk<'_>, near: &str) -> Result<Table, SqlError> {
    if walk.word("WARNINGS") {
        limit(walk);
        return Ok(warnings(session, false));
    }
    if walk.word("ERRORS") {
        limit(walk);
        return Ok(warnings(session, true));
    }
    if walk.word("GRANTS") {
        // Whoever asks, there is one account.
        if walk.word("FOR") {
            while walk.next().is_some() {}
        }
        return Ok(grants(session));
    }
    if walk.word("ENGINES") || walk.words(&["STORAGE", "ENGINES"]) {
        return Ok(engines());
    }
    if walk.words(&["CHARACTER", "SET"]) || walk.word("CHARSET") {
        return Ok(character_sets());
    }
    if walk.word("COLLATION") {
        return Ok(collations());
    }
    if walk.words(&["SLAVE", "STATUS"])
        || walk.words(&["REPLICA", "STATUS"])
        || walk.words(&["ALL", "SLAVES", "STATUS"])
        || walk.words(&["ALL", "REPLICAS", "STATUS"])
    {
        return Ok(replication());
    }
    let known = [
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
    match known.iter().find(|word| walk.peek().is_some_and(|token| token.is(word))) {
        Some(word) => Err(refuse::unsupported(format!("SHOW {word}"))),
        None => Err(refuse::syntax(near)),
    }
}

/// `LIMIT n`, which is more than there ever is.
fn limit(walk: &mut Walk<'_>) {
    if walk.word("LIMIT") {
        while walk.peek().is_some_and(|token| token.kind == Kind::Number || token.is_sign(',')) {
            walk.next();
        }
    }
}

fn grants(session: &Session) -> Table {
    let user = &session.server.account.user;
    let mut table = Table::new(vec![text(&format!("Grants for {user}@%"), 1024)]);
    table.rows.push(vec![t(format!("GRANT PROCESS, REPLICATION CLIENT ON *.* TO `{user}`@`%`"))]);
    for database in session.server.schema.databases.iter().filter(|database| database.name != "information_schema") {
        if database.tables.iter().any(|table| table.is_forbidden) {
            let readable = database.tables.iter().filter(|table| !table.is_forbidden).map(|table| &table.name);
            for name in readable.chain(database.views.iter().map(|view| &view.name)) {
                table.rows.push(vec![t(format!("GRANT SELECT ON `{}`.`{name}` TO `{user}`@`%`", database.name))]);
            }
        } else {
            table.rows.push(vec![t(format!("GRANT SELECT, SHOW VIEW ON `{}`.* TO `{user}`@`%`", database.name))]);
        }
    }
    table
}

fn engines() -> Table {
    let mut table = Table::new(vec![
        text("Engine", 64),
        text("Support", 8),
        text("Comment", 160),
        text_or_null("Transactions", 3),
        text_or_null("XA", 3),
        text_or_null("Savepoints", 3),
    ]);
    table.rows = ENGINES.iter().map(|row| row.iter().map(|cell| t(*cell)).collect()).collect();
    table
}

fn character_sets() -> Table {
    let mut table = Table::new(vec![
        text("Charset", 32),
        text("Description", 60),
        text("Default collation", 64),
        number("Maxlen", 3),
    ]);
    let row = |&(name, default, words, bytes): &(&str, &str, &str, i64)| vec![t(name), t(words), t(default), n(bytes)];
    table.rows = CHARACTER_SETS.iter().map(row).collect();
    table
}

fn collations() -> Table {
    let mut table = Table::new(vec![
        text("Collation", 64),
        text("Charset", 32),
        number("Id", 11),
        text("Default", 3),
        text("Compiled", 3),
        number("Sortlen", 3),
    ]);
    let row = |&(name, charset, id, default): &(&str, &str, i64, &str)| {
        vec![t(name), t(charset), n(id), t(default), t("Yes"), n(1)]
    };
    table.rows = COLLATIONS.iter().map(row).collect();
    table
}

/// SHOW SLAVE STATUS: a replica that keeps up with a primary that has nothing to say.
fn replication() -> Table {
    let log = "mysql-bin.000042";
    let values = [
        ("Slave_IO_State", t("Waiting for master to send event")),
        ("Master_Host", t("primary.demo.internal")),
        ("Master_User", t("repl")),
        ("Master_Port", n(3306)),
        ("Connect_Retry", n(60)),
        ("Master_Log_File", t(log)),
        ("Read_Master_Log_Pos", n(1_048_576)),
        ("Relay_Log_File", t("relay-bin.000007")),
        ("Relay_Log_Pos", n(555)),
        ("Relay_Master_Log_File", t(log)),
        ("Slave_IO_Running", t("Yes")),
        ("Slave_SQL_Running", t("Yes")),
        ("Last_Errno", n(0)),
        ("Last_Error", t("")),
        ("Exec_Master_Log_Pos", n(1_048_576)),
        ("Relay_Log_Space", n(1_111)),
        ("Seconds_Behind_Master", n(0)),
        ("Last_IO_Errno", n(0)),
        ("Last_IO_Error", t("")),
        ("Last_SQL_Errno", n(0)),
        ("Last_SQL_Error", t("")),
        ("Master_Server_Id", n(1)),
        ("Using_Gtid", t("No")),
        ("Gtid_IO_Pos", t("")),
        ("SQL_Delay", n(0)),
        ("SQL_Remaining_Delay", Value::Null),
        ("Slave_SQL_Running_State", t("Slave has read all relay log; waiting for more updates")),
    ];
    let columns = values.iter().map(|(name, value)| match value {
        Value::Text(_) => text(name, 512),
        _ => number_or_null(name, 10),
    });
    let mut table = Table::new(columns.collect());
    table.rows.push(values.iter().map(|(_, value)| value.clone()).collect());
    table
}
