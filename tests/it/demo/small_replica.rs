//! A replica with two small tables, and a translator that supports only the statements of these tests.

use std::net::SocketAddr;
use std::sync::Arc;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, OptsBuilder};
use rrx::demo::schema::{Column, Database, DemoSchema, ForeignKey, Key, SqlType, Table, View};
use rrx::demo::serve_client;
use rrx::demo::server::{Account, Server, Translator};
use rrx::demo::translate::{Context, Parameter, SqlError, Translated, Variable, Warnings};
use rrx::domain::profile::Secret;
use rrx::domain::results::{Column as ResultColumn, ColumnOrigin, WireType, flag};

pub const PASSWORD: &str = "a'b\"@$%\\ 0123456789012345678901234567890123456789";

fn column(name: &str, ty: SqlType, is_nullable: bool, default: Option<&str>) -> Column {
    let (name, default) = (name.into(), default.map(Into::into));
    Column { name, ty, is_nullable, default, is_auto_increment: false, comment: String::new() }
}

pub fn schema() -> DemoSchema {
    let key = |name: &str, is_unique, columns: &[&str]| Key {
        name: name.into(),
        is_unique,
        columns: columns.iter().map(ToString::to_string).collect(),
    };
    let mut id = column("id", SqlType::BigInt { is_unsigned: false }, false, None);
    id.is_auto_increment = true;
    let kinds = Table {
        name: "kinds".into(),
        comment: "One of each".into(),
        columns: vec![
            id.clone(),
            column("code", SqlType::VarChar(32), false, Some("'it''s'")),
            column("price", SqlType::Decimal { precision: 12, scale: 4 }, true, None),
            column("locked", SqlType::Bit(1), false, Some("b'0'")),
            column("at", SqlType::DateTime(3), true, None),
            column("bytes", SqlType::Blob, true, None),
            column("state", SqlType::Enum(vec!["a".into(), "b".into()]), false, Some("'a'")),
        ],
        keys: vec![key("PRIMARY", true, &["id"]), key("uk_code", true, &["code"])],
        ..Table::default()
    };
    let many = Table {
        name: "many".into(),
        columns: vec![id, column("kind_id", SqlType::BigInt { is_unsigned: false }, false, None)],
        keys: vec![key("PRIMARY", true, &["id"]), key("kind_id", false, &["kind_id"])],
        foreign_keys: vec![ForeignKey {
            name: "many_ibfk_1".into(),
            column: "kind_id".into(),
            to_table: "kinds".into(),
            to_column: "id".into(),
        }],
        ..Table::default()
    };
    let secret = Table { name: "secret".into(), is_forbidden: true, ..kinds.clone() };
    let view = View {
        name: "codes".into(),
        statement: "select `code` from `kinds`".into(),
        columns: vec![column("code", SqlType::VarChar(32), false, None)],
    };
    DemoSchema {
        databases: vec![Database { name: "shop".into(), tables: vec![kinds, many, secret], views: vec![view] }],
    }
}

fn load(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE shop.kinds (id INTEGER PRIMARY KEY, code TEXT, price TEXT, locked INTEGER, at TEXT, bytes BLOB, state TEXT);
         INSERT INTO shop.kinds VALUES (1, 'one', '12.5000', 1, '2024-01-31 08:05:00.250', x'00ff', 'a');
         INSERT INTO shop.kinds VALUES (2, 'zwei', NULL, 0, NULL, NULL, 'b');
         CREATE TABLE shop.secret (id INTEGER);
         CREATE TABLE shop.many (id INTEGER PRIMARY KEY, kind_id INTEGER);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO shop.many SELECT i, 1 FROM n;",
    )
}

/// Translates `SELECT item, item FROM rest`: replaces `?` and `@@name` by their values.
fn translate(text: &str, context: &Context<'_>) -> Result<Translated, SqlError> {
    if text.contains("secret") {
        return Err(SqlError { code: 1142, state: "42000", message: "SELECT command denied".into() });
    }
    let text = text.trim_start_matches("SELECT ");
    let (items, rest) =
        text.split_once(" FROM ").map_or((text, String::new()), |(items, rest)| (items, format!(" FROM {rest}")));
    let mut parameters = context.parameters.iter();
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for item in items.split(',').map(str::trim) {
        let value = match item.trim_start_matches("@@") {
            "?" => match parameters.next() {
                Some(Parameter::Integer(number)) => number.to_string(),
                Some(Parameter::Double(number)) => number.to_string(),
                Some(Parameter::Bytes(bytes)) => format!("'{}'", String::from_utf8_lossy(bytes)),
                Some(Parameter::Null) | None => "NULL".into(),
            },
            name if item.starts_with("@@") => match (context.variables)(name) {
                Some(Variable::Integer(number)) => number.to_string(),
                Some(Variable::Text(text)) => format!("'{text}'"),
                None => {
                    return Err(SqlError {
                        code: 1193,
                        state: "HY000",
                        message: format!("Unknown system variable '{name}'"),
                    });
                }
            },
            item => item.to_owned(),
        };
        columns.push(result_column(item));
        values.push(value);
    }
    let sends_digits = vec![false; columns.len()];
    Ok(Translated { sql: format!("SELECT {}{rest}", values.join(", ")), columns, sends_digits })
}

fn result_column(item: &str) -> ResultColumn {
    let (wire, flags, length, decimals, charset) = match item {
        "id" | "1" | "count(*)" | "@@max_allowed_packet" | "@@wait_timeout" | "@@tx_read_only" | "ID" => {
            (WireType::LongLong, flag::NUM, 20, 0, 63)
        }
        "price" => (WireType::NewDecimal, flag::NUM, 14, 4, 63),
        "locked" => (WireType::Bit, flag::UNSIGNED, 1, 0, 63),
        "at" => (WireType::DateTime, 0, 23, 3, 63),
        "bytes" => (WireType::Blob, flag::BINARY, 65_535, 0, 63),
        _ => (WireType::VarString, 0, 1024, 39, 45),
    };
    let origin = ColumnOrigin { schema: "shop".into(), table: "kinds".into(), column: item.into() };
    ResultColumn { name: item.into(), table: "kinds".into(), origin, wire, flags, length, decimals, charset }
}

#[expect(clippy::unnecessary_wraps, reason = "a translator may fail here")]
fn install(_: &rusqlite::Connection, _: &Warnings) -> rusqlite::Result<()> {
    Ok(())
}

pub const TRANSLATOR: Translator = Translator { translate, install, error_of: |_| None };

/// Starts a replica on a loopback port.
pub async fn replica() -> SocketAddr {
    let account = Account { user: "RO_USER".into(), password: Secret::new(PASSWORD.into()) };
    let server = Arc::new(Server::new(schema(), load, TRANSLATOR, account).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, from) = listener.accept().await.unwrap();
            let server = Arc::clone(&server);
            tokio::spawn(async move { serve_client(server, stream, from.to_string()).await });
        }
    });
    at
}

pub fn options(at: SocketAddr) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(at.ip().to_string())
        .tcp_port(at.port())
        .prefer_socket(false)
        .user(Some("RO_USER"))
        .pass(Some(PASSWORD))
        .db_name(Some("shop"))
}

pub async fn client(at: SocketAddr) -> Conn {
    Conn::new(options(at)).await.unwrap()
}

/// Returns the code and the state of the error that a statement gives.
pub async fn server_error(client: &mut Conn, statement: &str) -> (u16, String) {
    code_and_state(client.query_drop(statement).await.expect_err(statement))
}

pub fn code_and_state(error: Error) -> (u16, String) {
    match error {
        Error::Server(error) => (error.code, error.state),
        other => panic!("not the server's error: {other}"),
    }
}

/// Returns the rows of a statement, each value as text.
pub async fn rows(client: &mut Conn, statement: &str) -> Vec<Vec<String>> {
    let rows: Vec<mysql_async::Row> = client.query(statement).await.expect(statement);
    let text = |value: mysql_async::Value| match value {
        mysql_async::Value::NULL => "NULL".into(),
        mysql_async::Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => panic!("not text: {other:?}"),
    };
    rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect()
}
