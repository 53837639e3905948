//! The rows of the information schema, made from the demo's schema.

use rusqlite::types::Value;

use super::cells::{Row, number, optional_number, optional_text, ordinal, text};
use super::definition::NAME;
use super::sizes::TableSizes;
use crate::demo::schema::{Column, Database, DemoSchema, ForeignKey, Key, SqlType, Table, View};
use crate::demo::server::column_types;

/// The creation time of the demo's tables.
const CREATED: &str = "2026-01-05 06:00:00";

/// The size of a table as a storage engine would estimate it.
struct SizeEstimate {
    /// Bytes of a row.
    row: i64,
    /// Bytes of all rows, in whole pages.
    data: i64,
    /// Bytes of the secondary keys, in whole pages.
    keys: i64,
}

/// Estimates the size of a table from its number of rows.
fn estimate_size(table: &Table, rows: i64) -> SizeEstimate {
    const PAGE: i64 = 16_384;
    let pages = |bytes: i64| (bytes / PAGE + 1) * PAGE;
    let width: i64 = table
        .columns
        .iter()
        .map(|column| column_types::lengths(&column.ty).map_or(8, |(_, bytes)| (bytes / 16).clamp(2, 48)))
        .sum();
    let keys = i64::try_from(table.keys.len().saturating_sub(1)).unwrap_or_default();
    let data = pages(rows * width);
    SizeEstimate { row: if rows == 0 { 0 } else { data / rows }, data, keys: keys * pages(rows * 24) }
}

/// Returns the rows of all tables whose content never changes.
pub(in crate::demo::server) fn constant_rows(schema: &DemoSchema, sizes: &TableSizes) -> Vec<(&'static str, Vec<Row>)> {
    let visible: Vec<(&Database, &Table)> = schema
        .databases
        .iter()
        .flat_map(|database| database.tables.iter().map(move |table| (database, table)))
        .filter(|(_, table)| !table.is_forbidden)
        .collect();
    vec![
        ("SCHEMATA", schema.databases.iter().map(schema_row).collect()),
        ("TABLES", table_rows(schema, &visible, sizes)),
        ("COLUMNS", column_rows(schema, &visible)),
        ("STATISTICS", visible.iter().flat_map(|(database, table)| key_rows(database, table, sizes)).collect()),
        ("KEY_COLUMN_USAGE", visible.iter().flat_map(|(database, table)| usage_rows(database, table)).collect()),
        ("TABLE_CONSTRAINTS", visible.iter().flat_map(|(database, table)| constraint_rows(database, table)).collect()),
        (
            "REFERENTIAL_CONSTRAINTS",
            visible.iter().flat_map(|(database, table)| reference_rows(database, table)).collect(),
        ),
        ("VIEWS", schema.databases.iter().flat_map(view_rows).collect()),
        (
            "CHARACTER_SETS",
            CHARACTER_SETS
                .iter()
                .map(|(name, default, description, bytes)| {
                    vec![text(*name), text(*default), text(*description), number(*bytes)]
                })
                .collect(),
        ),
        (
            "COLLATIONS",
            COLLATIONS
                .iter()
                .map(|(name, charset, id, is_default)| {
                    vec![text(*name), text(*charset), number(*id), text(*is_default), text("Yes"), number(1)]
                })
                .collect(),
        ),
        (
            "COLLATION_CHARACTER_SET_APPLICABILITY",
            COLLATIONS
                .iter()
                .map(|(name, charset, id, is_default)| {
                    vec![text(*name), text(*charset), text(*name), number(*id), text(*is_default)]
                })
                .collect(),
        ),
        ("ENGINES", ENGINES.iter().map(|row| row.iter().map(|cell| text(*cell)).collect()).collect()),
    ]
}

/// Name, default collation, description, bytes of a character.
pub(in crate::demo::server) const CHARACTER_SETS: &[(&str, &str, &str, i64)] = &[
    ("binary", "binary", "Binary pseudo charset", 1),
    ("utf8mb3", "utf8mb3_general_ci", "UTF-8 Unicode", 3),
    ("utf8mb4", "utf8mb4_general_ci", "UTF-8 Unicode", 4),
];

/// Name, character set, id, whether it is the default of the character set.
pub(in crate::demo::server) const COLLATIONS: &[(&str, &str, i64, &str)] = &[
    ("binary", "binary", 63, "Yes"),
    ("utf8mb3_general_ci", "utf8mb3", 33, "Yes"),
    ("utf8mb3_bin", "utf8mb3", 83, ""),
    ("utf8mb4_general_ci", "utf8mb4", 45, "Yes"),
    ("utf8mb4_bin", "utf8mb4", 46, ""),
];

/// The rows of the table ENGINES.
pub(in crate::demo::server) const ENGINES: &[[&str; 6]] = &[[
    "InnoDB",
    "DEFAULT",
    "Supports transactions, row-level locking, foreign keys and encryption for tables",
    "YES",
    "YES",
    "YES",
]];

fn schema_row(database: &Database) -> Row {
    let charset = if database.name == NAME { "utf8mb3" } else { "utf8mb4" };
    vec![text("def"), text(&database.name), text(charset), text(format!("{charset}_general_ci")), Value::Null, text("")]
}

fn table_rows(schema: &DemoSchema, visible: &[(&Database, &Table)], sizes: &TableSizes) -> Vec<Row> {
    let tables = visible.iter().map(|(database, table)| {
        let mut row = vec![text("def"), text(&database.name), text(&table.name)];
        row.extend(if database.name == NAME { system_status() } else { table_status(database, table, sizes) });
        row
    });
    let views = schema.databases.iter().flat_map(|database| {
        database.views.iter().map(move |view| {
            let mut row = vec![text("def"), text(&database.name), text(&view.name), text("VIEW")];
            row.resize(23, Value::Null);
            row.splice(20..21, [text("VIEW")]);
            row
        })
    });
    tables.chain(views).collect()
}

/// Returns the cells from `TABLE_TYPE` on.
fn system_status() -> Row {
    let mut row = vec![text("SYSTEM VIEW"), text("MEMORY"), number(11), text("Fixed")];
    row.resize(17, Value::Null);
    row.splice(14..15, [text("utf8mb3_general_ci")]);
    row.splice(16..17, [text("")]);
    row.extend([text(""), number(0), text("Y")]);
    row
}

fn table_status(database: &Database, table: &Table, sizes: &TableSizes) -> Row {
    let size = sizes.of(&database.name, &table.name);
    let estimate = estimate_size(table, size.rows);
    vec![
        text("BASE TABLE"),
        text("InnoDB"),
        number(10),
        text("Dynamic"),
        number(size.rows),
        number(estimate.row),
        number(estimate.data),
        number(0),
        number(estimate.keys),
        number(0),
        optional_number(size.next_auto_increment),
        text(CREATED),
        Value::Null,
        Value::Null,
        text(column_types::COLLATION),
        Value::Null,
        text(""),
        text(&table.comment),
        number(0),
        text("N"),
    ]
}

fn column_rows(schema: &DemoSchema, visible: &[(&Database, &Table)]) -> Vec<Row> {
    let of_tables = visible.iter().flat_map(|(database, table)| {
        let to_row = move |(at, column)| {
            column_row(&database.name, &table.name, at, column, column_types::key_indicator(table, column))
        };
        table.columns.iter().enumerate().map(to_row)
    });
    let of_views = schema.databases.iter().flat_map(|database| {
        database.views.iter().flat_map(move |view| {
            let to_row = move |(at, column)| column_row(&database.name, &view.name, at, column, "");
            view.columns.iter().enumerate().map(to_row)
        })
    });
    of_tables.chain(of_views).collect()
}

fn column_row(database: &str, table: &str, at: usize, column: &Column, key: &str) -> Row {
    let lengths = column_types::lengths(&column.ty);
    let precision = column_types::precision(&column.ty);
    let collation = column_types::collation(&column.ty);
    vec![
        text("def"),
        text(database),
        text(table),
        text(&column.name),
        ordinal(at),
        optional_text(column_types::ddl_default(column)),
        text(if column.is_nullable { "YES" } else { "NO" }),
        text(column_types::name(&column.ty)),
        optional_number(lengths.map(|(characters, _)| characters)),
        optional_number(lengths.map(|(_, bytes)| bytes)),
        optional_number(precision.map(|(digits, _)| digits)),
        optional_number(precision.and_then(|(_, scale)| scale)),
        optional_number(column_types::fraction_digits(&column.ty)),
        optional_text(collation.map(|_| "utf8mb4")),
        optional_text(collation),
        text(column_types::ddl(&column.ty)),
        text(key),
        text(column_types::extra(column)),
        text("select"),
        text(&column.comment),
        text("NEVER"),
        Value::Null,
    ]
}

fn key_rows(database: &Database, table: &Table, sizes: &TableSizes) -> Vec<Row> {
    let rows = sizes.of(&database.name, &table.name).rows;
    let to_row = |key: &Key, at: usize, name: &String| {
        let is_nullable = table.columns.iter().any(|column| &column.name == name && column.is_nullable);
        let is_whole = key.is_unique && at + 1 == key.columns.len();
        vec![
            text("def"),
            text(&database.name),
            text(&table.name),
            number(i64::from(!key.is_unique)),
            text(&database.name),
            text(&key.name),
            ordinal(at),
            text(name),
            text("A"),
            number(if is_whole || rows == 0 { rows } else { (rows / 4).max(1) }),
            Value::Null,
            Value::Null,
            text(if is_nullable { "YES" } else { "" }),
            text("BTREE"),
            text(""),
            text(""),
            text("NO"),
        ]
    };
    table
        .keys
        .iter()
        .flat_map(|key| key.columns.iter().enumerate().map(move |(at, name)| to_row(key, at, name)))
        .collect()
}

fn usage_rows(database: &Database, table: &Table) -> Vec<Row> {
    let begin = |constraint: &str, column: &str, at: usize| {
        vec![
            text("def"),
            text(&database.name),
            text(constraint),
            text("def"),
            text(&database.name),
            text(&table.name),
            text(column),
            ordinal(at),
        ]
    };
    let mut rows = Vec::new();
    for key in table.keys.iter().filter(|key| key.is_unique) {
        for (at, column) in key.columns.iter().enumerate() {
            let mut row = begin(&key.name, column, at);
            row.extend([Value::Null, Value::Null, Value::Null, Value::Null]);
            rows.push(row);
        }
    }
    for foreign in &table.foreign_keys {
        let mut row = begin(&foreign.name, &foreign.column, 0);
        row.extend([number(1), text(&database.name), text(&foreign.to_table), text(&foreign.to_column)]);
        rows.push(row);
    }
    rows
}

fn constraint_rows(database: &Database, table: &Table) -> Vec<Row> {
    let keys = table
        .keys
        .iter()
        .filter(|key| key.is_unique)
        .map(|key| (key.name.clone(), if key.name == "PRIMARY" { "PRIMARY KEY" } else { "UNIQUE" }));
    let checks =
        table.columns.iter().filter(|column| column.ty == SqlType::Json).map(|column| (column.name.clone(), "CHECK"));
    let foreign = table.foreign_keys.iter().map(|foreign| (foreign.name.clone(), "FOREIGN KEY"));
    keys.chain(checks)
        .chain(foreign)
        .map(|(name, kind)| {
            vec![text("def"), text(&database.name), text(name), text(&database.name), text(&table.name), text(kind)]
        })
        .collect()
}

fn reference_rows(database: &Database, table: &Table) -> Vec<Row> {
    let unique_of = |foreign: &ForeignKey| {
        let to = database.table(&foreign.to_table)?;
        to.keys
            .iter()
            .find(|key| key.is_unique && key.columns.first() == Some(&foreign.to_column))
            .map(|key| key.name.clone())
    };
    let to_row = |foreign: &ForeignKey| {
        vec![
            text("def"),
            text(&database.name),
            text(&foreign.name),
            text("def"),
            text(&database.name),
            optional_text(unique_of(foreign)),
            text("NONE"),
            text("RESTRICT"),
            text("RESTRICT"),
            text(&table.name),
            text(&foreign.to_table),
        ]
    };
    table.foreign_keys.iter().map(to_row).collect()
}

fn view_rows(database: &Database) -> Vec<Row> {
    let to_row = |view: &View| {
        vec![
            text("def"),
            text(&database.name),
            text(&view.name),
            text(&view.statement),
            text("NONE"),
            text("NO"),
            text("demo@localhost"),
            text("DEFINER"),
            text("utf8mb4"),
            text(column_types::COLLATION),
            text("UNDEFINED"),
        ]
    };
    database.views.iter().map(to_row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::definition;
    use super::*;

    fn column(name: &str, ty: SqlType) -> Column {
        let name = name.to_owned();
        Column { name, ty, is_nullable: false, default: None, is_auto_increment: false, comment: String::new() }
    }

    #[test]
    fn every_row_has_the_columns_of_its_table() {
        let table = Table {
            name: "t".into(),
            columns: vec![column("id", SqlType::BigInt { is_unsigned: false }), column("j", SqlType::Json)],
            keys: vec![Key { name: "PRIMARY".into(), is_unique: true, columns: vec!["id".into()] }],
            foreign_keys: vec![ForeignKey {
                name: "f".into(),
                column: "id".into(),
                to_table: "t".into(),
                to_column: "id".into(),
            }],
            ..Table::default()
        };
        let view = View { name: "v".into(), ..Default::default() };
        let user = Database { name: "d".into(), tables: vec![table], views: vec![view] };
        let schema = DemoSchema { databases: vec![user, definition()] };
        for (name, rows) in constant_rows(&schema, &TableSizes::default()) {
            let width = schema.database(NAME).unwrap().table(name).unwrap().columns.len();
            assert!(!rows.is_empty(), "{name} has rows");
            assert!(rows.iter().all(|row| row.len() == width), "{name}: {width} columns");
        }
    }
}
