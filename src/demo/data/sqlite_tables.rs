//! Creates and fills the demo's tables in SQLite, in the storage formats that [`crate::demo::schema`] describes.
//!
//! Views are not created, because the translator expands their text.

use std::collections::HashMap;
use std::fmt::Write as _;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Error, ToSql, params_from_iter};

use super::generate::generate_rows;
use super::values::DemoValue;
use crate::demo::schema::{Column, DemoSchema, SqlType, Table};

/// The collation of text columns, which compares like `utf8mb4_general_ci`. The translator registers it; see
/// [`load_into_sqlite`].
pub const COLLATION: &str = "rrx_ci";

/// Creates and fills every table, and returns the number of rows.
///
/// Databases that are not attached yet are attached in memory, so this must not run inside a transaction. If the collation
/// [`COLLATION`] is not registered, a simplified one is used. Register the real one before the call if another connection
/// will read the same file, because indexes are sorted by it.
///
/// # Errors
/// Returns SQLite's error. A transaction rolls back what was written before.
pub fn load_into_sqlite(connection: &Connection, schema: &DemoSchema, subjects: u32) -> Result<u64, Error> {
    attach(connection, schema)?;
    ensure_collation(connection)?;
    let transaction = connection.unchecked_transaction()?;
    let mut inserts = InsertStatements { positions: HashMap::new(), statements: Vec::new() };
    for database in &schema.databases {
        for table in &database.tables {
            transaction.execute_batch(&create_table(&database.name, table))?;
            inserts.prepare(&transaction, &database.name, table)?;
        }
    }
    let mut outcome = Ok(0);
    generate_rows(schema, subjects, &mut |database, table, values| {
        if let Ok(count) = outcome {
            outcome = inserts.insert(database, table, values).map(|()| count + 1);
        }
    });
    drop(inserts);
    let count = outcome?;
    for database in &schema.databases {
        for table in &database.tables {
            transaction.execute_batch(&create_indexes(&database.name, table))?;
        }
        // Without ANALYZE SQLite does not know how selective the indexes are, and joins take tens of times longer.
        transaction.execute_batch(&format!("ANALYZE {}", quoted_name(&database.name)))?;
    }
    transaction.commit()?;
    Ok(count)
}

/// One prepared INSERT for each table.
struct InsertStatements<'a> {
    /// Positions in `statements` by database and table.
    positions: HashMap<String, HashMap<String, usize>>,
    statements: Vec<rusqlite::Statement<'a>>,
}

impl<'a> InsertStatements<'a> {
    fn prepare(&mut self, connection: &'a Connection, database: &str, table: &Table) -> Result<(), Error> {
        let marks = vec!["?"; table.columns.len()].join(",");
        let text = format!("INSERT INTO {}.{} VALUES ({marks})", quoted_name(database), quoted_name(&table.name));
        let position = self.statements.len();
        self.statements.push(connection.prepare(&text)?);
        self.positions.entry(database.to_owned()).or_default().insert(table.name.clone(), position);
        Ok(())
    }

    fn insert(&mut self, database: &str, table: &str, values: &[DemoValue]) -> Result<(), Error> {
        let position = self.positions.get(database).and_then(|tables| tables.get(table));
        let Some(statement) = position.and_then(|position| self.statements.get_mut(*position)) else {
            return Err(Error::InvalidParameterName(format!("{database}.{table}")));
        };
        statement.execute(params_from_iter(values)).map(drop)
    }
}

impl ToSql for DemoValue {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, Error> {
        Ok(match self {
            Self::Null => ToSqlOutput::from(rusqlite::types::Null),
            Self::Integer(number) => ToSqlOutput::from(*number),
            Self::Real(number) => ToSqlOutput::from(*number),
            Self::Text(text) => ToSqlOutput::from(text.as_ref()),
            Self::Bytes(bytes) => ToSqlOutput::from(bytes.as_ref()),
        })
    }
}

fn attach(connection: &Connection, schema: &DemoSchema) -> Result<(), Error> {
    let attached = pragma_names(connection, "PRAGMA database_list")?;
    for database in &schema.databases {
        if !attached.contains(&database.name) {
            connection.execute_batch(&format!("ATTACH ':memory:' AS {}", quoted_name(&database.name)))?;
        }
    }
    Ok(())
}

/// Registers a simplified collation if the translator's is not registered.
fn ensure_collation(connection: &Connection) -> Result<(), Error> {
    if pragma_names(connection, "PRAGMA collation_list")?.iter().any(|name| name == COLLATION) {
        return Ok(());
    }
    connection.create_collation(COLLATION, |a, b| {
        let folded = |text: &str| text.trim_end_matches(' ').to_uppercase();
        folded(a).cmp(&folded(b))
    })
}

/// Returns the second column of a PRAGMA's rows, which is the name.
fn pragma_names(connection: &Connection, pragma: &str) -> Result<Vec<String>, Error> {
    connection.prepare(pragma)?.query_map([], |row| row.get(1))?.collect()
}

/// Writes a CREATE TABLE statement for SQLite.
fn create_table(database: &str, table: &Table) -> String {
    let primary = table.keys.iter().find(|key| key.name == "PRIMARY");
    let row_id = primary.filter(|key| key.columns.len() == 1).and_then(|key| key.columns.first());
    let mut text = format!("CREATE TABLE {}.{} (", quoted_name(database), quoted_name(&table.name));
    for (index, column) in table.columns.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{} {}", quoted_name(&column.name), storage_type(column));
        // A key of a single integer column becomes SQLite's row id, so the table needs no separate index.
        if row_id == Some(&column.name) {
            text.push_str(" PRIMARY KEY");
        }
    }
    if let Some(key) = primary.filter(|_| row_id.is_none()) {
        let _ = write!(text, ", PRIMARY KEY ({})", quoted_list(&key.columns));
    }
    text.push_str(") STRICT");
    text
}

/// Writes CREATE INDEX statements for all keys but the primary one. Creating them after the rows is faster.
fn create_indexes(database: &str, table: &Table) -> String {
    let mut text = String::new();
    for key in table.keys.iter().filter(|key| key.name != "PRIMARY") {
        let unique = if key.is_unique { "UNIQUE " } else { "" };
        let name = quoted_name(&format!("{}.{}", table.name, key.name));
        let (database, on, columns) = (quoted_name(database), quoted_name(&table.name), quoted_list(&key.columns));
        let _ = writeln!(text, "CREATE {unique}INDEX {database}.{name} ON {on} ({columns});");
    }
    text
}

/// Returns the SQLite column type with its constraints.
fn storage_type(column: &Column) -> String {
    let ty = match &column.ty {
        SqlType::TinyInt { .. }
        | SqlType::SmallInt { .. }
        | SqlType::Int { .. }
        | SqlType::BigInt { .. }
        | SqlType::Bit(_)
        | SqlType::Year => "INTEGER",
        SqlType::Float | SqlType::Double => "REAL",
        SqlType::Binary(_) | SqlType::VarBinary(_) | SqlType::Blob | SqlType::LongBlob => "BLOB",
        SqlType::Decimal { .. }
        | SqlType::Date
        | SqlType::Time(_)
        | SqlType::DateTime(_)
        | SqlType::Timestamp(_)
        | SqlType::Char(_)
        | SqlType::VarChar(_)
        | SqlType::Text
        | SqlType::MediumText
        | SqlType::LongText
        | SqlType::Enum(_)
        | SqlType::Set(_)
        | SqlType::Json => "TEXT",
    };
    let collation = if is_collated(&column.ty) { format!(" COLLATE {COLLATION}") } else { String::new() };
    let null = if column.is_nullable { "" } else { " NOT NULL" };
    format!("{ty}{null}{collation}")
}

/// Returns whether values of a type are text that the database's collation compares.
fn is_collated(ty: &SqlType) -> bool {
    matches!(
        ty,
        SqlType::Char(_)
            | SqlType::VarChar(_)
            | SqlType::Text
            | SqlType::MediumText
            | SqlType::LongText
            | SqlType::Enum(_)
            | SqlType::Set(_)
    )
}

fn quoted_list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted_name(column)).collect::<Vec<_>>().join(", ")
}

fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
