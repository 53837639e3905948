//! The demo's DDL and rows loaded into a real server, which then must report the same tables, keys and values.

use std::collections::BTreeMap;

use rrx::demo::data::{self, DemoValue, identifier, type_text};
use rrx::demo::schema::{Column, Key, SqlType};

use crate::demo_mariadb::DemoMariadb;

const SUBJECTS: u32 = 12;

#[test]
fn a_real_server_holds_the_same_demo() {
    let server = DemoMariadb::start(SUBJECTS);
    every_value_is_equal(&server);
    every_column_is_described_alike(&server);
    every_key_is_described_alike(&server);
}

#[test]
fn every_snippet_and_example_runs_on_a_real_server() {
    let server = DemoMariadb::start(data::SUBJECTS);
    let pages = data::pack_files().filter_map(|(file, bytes)| Some((file, std::str::from_utf8(bytes).ok()?)));
    let examples = pages.flat_map(|(file, text)| {
        let blocks = text.split("```sql\n").skip(1).filter_map(|block| block.split("\n```").next());
        blocks.map(move |block| (file, block))
    });
    for (name, statement) in data::snippets().chain(examples) {
        let modes = "SET sql_mode = 'STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY'; USE clinspark_demo;";
        let rows = server.rows(&format!("{modes} {statement}")).len();
        let is_empty_on_purpose = name == "reporting.transfer_queue.md";
        assert_eq!(rows == 0, is_empty_on_purpose, "{name}: {rows} rows\n{statement}");
    }
}

/// Compares all rows of all tables in hexadecimal, so that the client's formatting does not matter.
fn every_value_is_equal(server: &DemoMariadb) {
    let schema = data::schema();
    let mut expected: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    data::generate_rows(&schema, SUBJECTS, &mut |database, table, values| {
        let columns = &schema.database(database).unwrap().table(table).unwrap().columns;
        let row = values.iter().zip(columns).map(|(value, column)| hexadecimal_value(value, column)).collect();
        expected.entry((database.to_owned(), table.to_owned())).or_default().push(row);
    });
    for database in &schema.databases {
        for table in &database.tables {
            let fields: Vec<String> = table.columns.iter().map(hexadecimal).collect();
            let (owner, name) = (identifier(&database.name), identifier(&table.name));
            let mut found =
                server.rows(&format!("SET time_zone='+00:00'; SELECT {} FROM {owner}.{name}", fields.join(",")));
            let mut rows = expected.remove(&(database.name.clone(), table.name.clone())).unwrap_or_default();
            found.sort();
            rows.sort();
            assert_eq!(rows.len(), found.len(), "rows of {}.{}", database.name, table.name);
            for (row, other) in rows.iter().zip(&found) {
                assert_eq!(row, other, "{}.{}", database.name, table.name);
            }
        }
    }
}

/// Returns the expression for a column as hexadecimal text. Floats are compared elsewhere.
fn hexadecimal(column: &Column) -> String {
    let name = identifier(&column.name);
    match column.ty {
        SqlType::Binary(_) | SqlType::VarBinary(_) | SqlType::Blob | SqlType::LongBlob => format!("HEX({name})"),
        SqlType::Bit(_) | SqlType::Year => format!("HEX(CAST({name}+0 AS CHAR))"),
        SqlType::Float | SqlType::Double => format!("{name} IS NULL"),
        _ => format!("HEX(CAST({name} AS CHAR))"),
    }
}

fn hexadecimal_value(value: &DemoValue, column: &Column) -> String {
    let hex = |bytes: &[u8]| {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect::<String>().to_uppercase()
    };
    match value {
        _ if matches!(column.ty, SqlType::Float | SqlType::Double) => u8::from(*value == DemoValue::Null).to_string(),
        DemoValue::Null => "NULL".to_owned(),
        DemoValue::Integer(number) => hex(number.to_string().as_bytes()),
        DemoValue::Real(number) => hex(number.to_string().as_bytes()),
        DemoValue::Text(text) => hex(text.as_bytes()),
        DemoValue::Bytes(bytes) => hex(bytes),
    }
}

fn every_column_is_described_alike(server: &DemoMariadb) {
    let schema = data::schema();
    for database in &schema.databases {
        let mut reported: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for mut row in server.rows(&format!(
            "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, column_comment \
             FROM information_schema.columns WHERE table_schema = '{}' ORDER BY table_name, ordinal_position",
            database.name
        )) {
            let table = row.remove(0);
            row[1] = without_width(&row[1]);
            reported.entry(table).or_default().push(row);
        }
        let tables = database.tables.iter().map(|table| (&table.name, &table.columns));
        let views = database.views.iter().map(|view| (&view.name, &view.columns));
        for (name, columns) in tables.chain(views) {
            let expected: Vec<Vec<String>> = columns.iter().map(described).collect();
            assert_eq!(reported.get(name), Some(&expected), "{}.{name}", database.name);
        }
    }
}

fn described(column: &Column) -> Vec<String> {
    // MariaDB stores JSON as LONGTEXT, adds a width to YEAR, and reports NULL for a missing default.
    let type_text = match column.ty {
        SqlType::Json => "longtext".to_owned(),
        SqlType::Year => "year".to_owned(),
        _ => type_text(&column.ty),
    };
    vec![
        column.name.clone(),
        type_text,
        if column.is_nullable { "YES" } else { "NO" }.to_owned(),
        column.default.clone().unwrap_or_else(|| "NULL".to_owned()),
        if column.is_auto_increment { "auto_increment" } else { "" }.to_owned(),
        column.comment.clone(),
    ]
}

/// Removes the display width: `bigint(20) unsigned` becomes `bigint unsigned`.
fn without_width(type_text: &str) -> String {
    let Some((name, rest)) = type_text.split_once('(') else { return type_text.to_owned() };
    let (_, after) = rest.split_once(')').unwrap();
    if name.ends_with("int") || name == "year" { format!("{name}{after}") } else { type_text.to_owned() }
}

fn every_key_is_described_alike(server: &DemoMariadb) {
    let schema = data::schema();
    for database in &schema.databases {
        for table in &database.tables {
            let (owner, name) = (identifier(&database.name), identifier(&table.name));
            let mut found: Vec<Key> = Vec::new();
            for row in server.rows(&format!("SHOW INDEX FROM {owner}.{name}")) {
                let (is_unique, key, column) = (row[1] == "0", row[2].clone(), row[4].clone());
                match found.last_mut().filter(|last| last.name == key) {
                    Some(last) => last.columns.push(column),
                    None => found.push(Key { name: key, is_unique, columns: vec![column] }),
                }
            }
            assert_eq!(table.keys, found, "{}.{}", database.name, table.name);
            let expected: Vec<Vec<String>> = table
                .foreign_keys
                .iter()
                .map(|key| vec![key.name.clone(), key.column.clone(), key.to_table.clone(), key.to_column.clone()])
                .collect();
            let reported = server.rows(&format!(
                "SELECT constraint_name, column_name, referenced_table_name, referenced_column_name \
                 FROM information_schema.key_column_usage WHERE table_schema = '{}' AND table_name = '{}' \
                 AND referenced_table_name IS NOT NULL ORDER BY constraint_name",
                database.name, table.name
            ));
            assert_eq!(reported, expected, "{}.{}", database.name, table.name);
        }
    }
}
