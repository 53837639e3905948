//! Statements against a small schema: labels, types, errors, and the values that SQLite returns.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::*;
use crate::demo::schema::{Column as SchemaColumn, Database, DemoSchema, Key, SqlType, Table, View};
use crate::domain::results::{TypeClass, flag};

fn column(name: &str, ty: SqlType, is_nullable: bool) -> SchemaColumn {
    SchemaColumn {
        name: name.to_owned(),
        ty,
        is_nullable,
        default: None,
        is_auto_increment: false,
        comment: String::new(),
    }
}

fn schema() -> DemoSchema {
    let members = ["Open", "Answered", "Closed"].map(str::to_owned).to_vec();
    let columns = vec![
        column("id", SqlType::BigInt { is_unsigned: false }, false),
        column("name", SqlType::VarChar(40), false),
        column("status", SqlType::Enum(members), false),
        column("price", SqlType::Decimal { precision: 12, scale: 4 }, true),
        column("locked", SqlType::Bit(1), false),
        column("at", SqlType::DateTime(3), true),
    ];
    let keys = vec![Key { name: "PRIMARY".to_owned(), is_unique: true, columns: vec!["id".to_owned()] }];
    let thing = Table { name: "thing".to_owned(), columns, keys, ..Table::default() };
    let secret = Table { name: "secret".to_owned(), is_forbidden: true, ..Table::default() };
    let view = View {
        name: "v_thing".to_owned(),
        statement: "SELECT id, UPPER(name) FROM thing WHERE locked = 0".to_owned(),
        columns: vec![column("id", SqlType::Text, false), column("loud", SqlType::Text, false)],
    };
    let shop = Database { name: "shop".to_owned(), tables: vec![thing, secret], views: vec![view] };
    DemoSchema { databases: vec![shop] }
}

fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "ATTACH ':memory:' AS shop;
             CREATE TABLE shop.thing (id INTEGER PRIMARY KEY, name TEXT, status TEXT, price TEXT, locked INTEGER, at TEXT);
             INSERT INTO shop.thing VALUES
               (1, 'Anvil', 'Open', '10.0000', 0, '2024-02-28 23:30:00.500'),
               (2, 'anvil ', 'Closed', '2.5000', 1, NULL),
               (3, 'Bolt', 'Answered', NULL, 0, '2024-03-01 00:00:00.000');",
        )
        .unwrap();
    install(&connection, &Warnings::default()).unwrap();
    connection
}

fn with_context<T>(parameters: &[Parameter], act: impl FnOnce(&Context<'_>) -> T) -> T {
    let schema = schema();
    let variables = |name: &str| (name == "autocommit").then_some(Variable::Integer(1));
    act(&Context {
        schema: &schema,
        database: Some("shop"),
        zone_seconds: 3600,
        now: 1_700_000_000_123_456,
        connection_id: 7,
        account: "RO_USER@%",
        variables: &variables,
        parameters,
    })
}

fn translated(text: &str) -> Result<Translated, SqlError> {
    with_context(&[], |context| translate(text, context))
}

fn rows_of(connection: &Connection, translated: &Translated) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = connection.prepare(&translated.sql)?;
    let count = translated.columns.len();
    let rows = statement.query_map([], |row| {
        (0..count)
            .map(|at| {
                Ok(match row.get::<_, Value>(at)? {
                    Value::Null => "NULL".to_owned(),
                    Value::Integer(it) => it.to_string(),
                    Value::Real(it) => double_text(it, 31),
                    Value::Text(it) => it,
                    Value::Blob(it) => format!("{it:?}"),
                })
            })
            .collect()
    })?;
    rows.collect()
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let translated = translated(text).unwrap();
    rows_of(&connection(), &translated).unwrap_or_else(|error| panic!("{error}: {}", translated.sql))
}

fn first_row(text: &str) -> Vec<String> {
    rows(text).remove(0)
}

fn code(text: &str) -> (u16, String) {
    let error = translated(text).unwrap_err();
    (error.code, error.message)
}

#[test]
fn a_column_has_its_origin_and_an_expression_its_text() {
    let columns = translated("SELECT t.ID, price * 2, t.name AS n FROM thing t").unwrap().columns;
    let names: Vec<&str> = columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["ID", "price * 2", "n"]);
    let id = &columns[0];
    assert_eq!((id.table.as_str(), id.origin.table.as_str(), id.origin.column.as_str()), ("t", "thing", "id"));
    assert_eq!(id.flags & (flag::PRIMARY_KEY | flag::NOT_NULL), flag::PRIMARY_KEY | flag::NOT_NULL);
    assert_eq!(
        (columns[1].class(), columns[1].decimals, columns[1].origin.table.as_str()),
        (TypeClass::Decimal, 4, "")
    );
}

#[test]
fn decimals_are_exact_and_quotients_have_four_digits_more() {
    assert_eq!(
        first_row("SELECT 1/3*3, 10/4, 0.1+0.2, price/3 FROM thing WHERE id = 1"),
        ["1.0000", "2.5000", "0.3", "3.33333333"]
    );
    assert_eq!(
        first_row("SELECT SUM(price), AVG(price), SUM(id), AVG(id) FROM thing"),
        ["12.5000", "6.25000000", "6", "2.0000"]
    );
    assert_eq!(first_row("SELECT MAX(price), MIN(price) FROM thing"), ["10.0000", "2.5000"]);
    assert_eq!(first_row("SELECT COUNT(*) FROM thing WHERE price > 3"), ["1"]);
}

#[test]
fn texts_are_compared_without_case_and_trailing_spaces() {
    assert_eq!(rows("SELECT id FROM thing WHERE name = 'ANVIL' ORDER BY id"), [["1"], ["2"]]);
    assert_eq!(first_row("SELECT COUNT(DISTINCT name) FROM thing"), ["2"]);
    assert_eq!(rows("SELECT id FROM thing WHERE name LIKE 'b%'"), [["3"]]);
}

#[test]
fn an_enum_orders_by_its_number() {
    assert_eq!(rows("SELECT status FROM thing ORDER BY status"), [["Open"], ["Answered"], ["Closed"]]);
}

#[test]
fn intervals_are_added_and_dates_compared() {
    assert_eq!(
        first_row(
            "SELECT at + INTERVAL 1 DAY, DATE(at), TIMESTAMPDIFF(MINUTE, at, '2024-03-01') FROM thing WHERE at < '2024-02-29'"
        ),
        ["2024-02-29 23:30:00.500", "2024-02-28", "1469"]
    );
    assert_eq!(first_row("SELECT NOW(), UTC_TIMESTAMP(3)"), ["2023-11-14 23:13:20", "2023-11-14 22:13:20.123"]);
}

#[test]
fn windows_and_recursion_work() {
    assert_eq!(
        rows("SELECT id, SUM(price) OVER w AS run, LAG(name) OVER w FROM thing WINDOW w AS (ORDER BY id) ORDER BY id"),
        [["1", "10.0000", "NULL"], ["2", "12.5000", "Anvil"], ["3", "12.5000", "anvil "]]
    );
    assert_eq!(
        rows("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n"),
        [["1"], ["2"], ["3"]]
    );
}

#[test]
fn a_view_is_translated_in_its_own_database() {
    let columns = translated("SELECT * FROM v_thing").unwrap().columns;
    assert_eq!(columns[1].name, "loud");
    assert_eq!(rows("SELECT loud FROM v_thing ORDER BY id"), [["ANVIL"], ["BOLT"]]);
}

#[test]
fn errors_have_the_messages_of_the_server() {
    assert_eq!(code("SELECT nope FROM thing"), (1054, "Unknown column 'nope' in 'SELECT'".to_owned()));
    assert_eq!(code("SELECT 1 FROM thing WHERE t.x = 1"), (1054, "Unknown column 't.x' in 'WHERE'".to_owned()));
    assert_eq!(code("SELECT * FROM nope"), (1146, "Table 'shop.nope' doesn't exist".to_owned()));
    assert_eq!(code("SELECT id FROM thing a, thing b"), (1052, "Column 'id' in SELECT is ambiguous".to_owned()));
    assert_eq!(code("SELECT 1 FROM thing, thing"), (1066, "Not unique table/alias: 'thing'".to_owned()));
    assert_eq!(
        code("SELECT nofunc(1)"),
        (1370, "execute command denied to user 'RO_USER'@'%' for routine 'shop.nofunc'".to_owned())
    );
    assert_eq!(
        code("SELECT ABS(1, 2)"),
        (1582, "Incorrect parameter count in the call to native function 'ABS'".to_owned())
    );
    assert_eq!(code("SELECT id FROM thing WHERE COUNT(*) > 1"), (1111, "Invalid use of group function".to_owned()));
    assert_eq!(code("SELECT * FROM secret").0, 1142);
}

#[test]
fn unsupported_syntax_is_refused() {
    for text in [
        "SELECT JSON_EXTRACT('{}', '$')",
        "SELECT 1 << 2",
        "SELECT id FROM thing FOR UPDATE",
        "SELECT name REGEXP 'x' FROM thing",
        "SELECT sqlite_version() FROM thing, JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$')) j",
        "SELECT BINARY 'a' = 'A'",
        "SELECT @a",
    ] {
        let (code, message) = code(text);
        assert!(code == 1235 && message.starts_with("the demo replica does not support "), "{text}: {code} {message}");
    }
    assert_eq!(code("SELECT sqlite_version()").0, 1370);
    assert_eq!(code("SELECT * FROM sqlite_master").0, 1146);
}

#[test]
fn a_subquery_of_two_rows_is_an_error_when_it_runs() {
    let translated = translated("SELECT (SELECT id FROM thing)").unwrap();
    let failure = rows_of(&connection(), &translated).unwrap_err();
    let error = error_of(&failure).unwrap();
    assert_eq!((error.code, error.state, error.message.as_str()), (1242, "21000", "Subquery returns more than 1 row"));
}

#[test]
fn bound_values_replace_their_placeholders() {
    let parameters = [Parameter::Integer(2), Parameter::Bytes(b"it's".to_vec()), Parameter::Null];
    let translated =
        with_context(&parameters, |context| translate("SELECT ?+id, ?, ? FROM thing WHERE id = 1", context)).unwrap();
    assert_eq!(rows_of(&connection(), &translated).unwrap(), [["3", "it's", "NULL"]]);
}

#[test]
fn a_literal_cannot_leave_its_quotes() {
    assert_eq!(
        first_row("SELECT 'a'' OR 1=1 --', \"x\\\"; DROP\", 'nul\\0byte'"),
        ["a' OR 1=1 --", "x\"; DROP", "nul\0byte"]
    );
    assert_eq!(rows("SELECT 1 AS `a\"b` FROM thing LIMIT 1"), [["1"]]);
}
