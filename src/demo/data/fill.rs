//! Puts the demo's tables and rows into SQLite, in the storage forms that [`crate::demo::schema`] tells.
//!
//! Views stay out: the translator expands their text.

use std::collections::HashMap;
use std::fmt::Write as _;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Error, ToSql, params_from_iter};

use super::generate::rows;
use super::rows::{Value, is_collated};
use crate::demo::schema::{Column, DemoSchema, SqlType, Table};

/// The collation of text columns: compares as `utf8mb4_general_ci` does. The translator registers it; see [`fill`].
pub const COLLATION: &str = "rrx_ci";

/// Creates and fills every table, and says how many rows there are.
///
/// Databases that are not attached yet are attached in memory, so it may not run inside a transaction. Where the
/// collation [`COLLATION`] is missing a plain one stands in; the real one must be registered before the call when
/// another connection will read the same file, since indexes are sorted by it.
///
/// # Errors
/// What SQLite says; nothing stays behind of a database that could not be filled.
pub fn fill(connection: &Connection, schema: &DemoSchema, subjects: u32) -> Result<u64, Error> {
    attach(connection, schema)?;
    stand_in(connection)?;
    let work = connection.unchecked_transaction()?;
    let mut inserts = Inserts { places: HashMap::new(), statements: Vec::new() };
    for database in &schema.databases {
        for table in &database.tables {
            work.execute_batch(&create(&database.name, table))?;
            inserts.prepare(&work, &database.name, table)?;
        }
    }
    let mut outcome = Ok(0);
    rows(schema, subjects, &mut |database, table, values| {
        if let Ok(count) = outcome {
            outcome = inserts.insert(database, table, values).map(|()| count + 1);
        }
    });
    drop(inserts);
    let count = outcome?;
    for database in &schema.databases {
        for table in &database.tables {
            work.execute_batch(&indexes(&database.name, table))?;
        }
        // Tells SQLite how selective the indexes are; joins of the demo are tens of times faster for it.
        work.execute_batch(&format!("ANALYZE {}", quoted(&database.name)))?;
    }
    work.commit()?;
    Ok(count)
}

/// One prepared insert for each table.
struct Inserts<'a> {
    places: HashMap<String, HashMap<String, usize>>,
    statements: Vec<rusqlite::Statement<'a>>,
}

impl<'a> Inserts<'a> {
    fn prepare(&mut self, connection: &'a Connection, database: &str, table: &Table) -> Result<(), Error> {
        let marks = vec!["?"; table.columns.len()].join(",");
        let text = format!("INSERT INTO {}.{} VALUES ({marks})", quoted(database), quoted(&table.name));
        let place = self.statements.len();
        self.statements.push(connection.prepare(&text)?);
        self.places.entry(database.to_owned()).or_default().insert(table.name.clone(), place);
        Ok(())
    }

    fn insert(&mut self, database: &str, table: &str, values: &[Value]) -> Result<(), Error> {
        let place = self.places.get(database).and_then(|tables| tables.get(table));
        let Some(statement) = place.and_then(|place| self.statements.get_mut(*place)) else {
            return Err(Error::InvalidParameterName(format!("{database}.{table}")));
        };
        statement.execute(params_from_iter(values)).map(drop)
    }
}

impl ToSql for Value {
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
    let attached = names(connection, "PRAGMA database_list")?;
    for database in &schema.databases {
        if !attached.contains(&database.name) {
            connection.execute_batch(&format!("ATTACH ':memory:' AS {}", quoted(&database.name)))?;
        }
    }
    Ok(())
}

/// Registers a plain collation where the translator's is not there.
fn stand_in(connection: &Connection) -> Result<(), Error> {
    if names(connection, "PRAGMA collation_list")?.iter().any(|name| name == COLLATION) {
        return Ok(());
    }
    connection.create_collation(COLLATION, |a, b| {
        let folded = |text: &str| text.trim_end_matches(' ').to_uppercase();
        folded(a).cmp(&folded(b))
    })
}

/// The second column of a PRAGMA's rows.
fn names(connection: &Connection, pragma: &str) -> Result<Vec<String>, Error> {
    connection.prepare(pragma)?.query_map([], |row| row.get(1))?.collect()
}

/// `CREATE TABLE` in SQLite's words.
fn create(database: &str, table: &Table) -> String {
    let primary = table.keys.iter().find(|key| key.name == "PRIMARY");
    let row_id = primary.filter(|key| key.columns.len() == 1).and_then(|key| key.columns.first());
    let mut text = format!("CREATE TABLE {}.{} (", quoted(database), quoted(&table.name));
    for (place, column) in table.columns.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{} {}", quoted(&column.name), storage(column));
        // A single whole-number key is SQLite's own row number: the table is its own index.
        if row_id == Some(&column.name) {
            text.push_str(" PRIMARY KEY");
        }
    }
    if let Some(key) = primary.filter(|_| row_id.is_none()) {
        let _ = write!(text, ", PRIMARY KEY ({})", list(&key.columns));
    }
    text.push_str(") STRICT");
    text
}

/// The indexes of all keys but the primary one; made after the rows, which is faster.
fn indexes(database: &str, table: &Table) -> String {
    let mut text = String::new();
    for key in table.keys.iter().filter(|key| key.name != "PRIMARY") {
        let unique = if key.is_unique { "UNIQUE " } else { "" };
        let name = quoted(&format!("{}.{}", table.name, key.name));
        let (database, on, columns) = (quoted(database), quoted(&table.name), list(&key.columns));
        let _ = writeln!(text, "CREATE {unique}INDEX {database}.{name} ON {on} ({columns});");
    }
    text
}

fn storage(column: &Column) -> String {
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

fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
