//! The data of the replica: one immutable SQLite image for each database, which every connection reads in place.
//!
//! Connections share no locks and no cache, so a slow or stopped connection does not affect others. Each connection has its
//! own copy of the information schema, which is small and changes.

use std::io::Cursor;

use rusqlite::Connection;

use super::information_schema::cells::Row;
use super::information_schema::sizes::{TableSize, TableSizes};
use super::information_schema::{self, NAME};
use crate::demo::schema::DemoSchema;
use crate::demo::translate::Warnings;

/// The bytes of all databases.
pub(super) struct DatabaseImage {
    /// Databases that all connections share, by name.
    shared: Vec<(String, &'static [u8])>,
    /// The information schema, which each connection copies.
    information_schema: Vec<u8>,
    pub sizes: TableSizes,
}

impl DatabaseImage {
    /// Creates the databases in memory, lets `load` fill them, and keeps their bytes until the program ends.
    ///
    /// # Errors
    /// Returns SQLite's error.
    pub(super) fn create(
        schema: &DemoSchema,
        install: fn(&Connection, &Warnings) -> rusqlite::Result<()>,
        load: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        for database in &schema.databases {
            attach(&connection, &database.name)?;
        }
        // Before the rows, because indexes are sorted by the collations that it registers.
        install(&connection, &Warnings::default())?;
        load(&connection)?;
        let sizes = measure_tables(&connection, schema)?;
        fill_information_schema(&connection, schema, &sizes)?;
        let mut shared = Vec::new();
        let mut information_schema = Vec::new();
        for database in &schema.databases {
            let bytes = connection.serialize(database.name.as_str())?.to_vec();
            if database.name == NAME {
                information_schema = bytes;
            } else {
                // Leaked on purpose: every connection reads it until the program ends.
                shared.push((database.name.clone(), &*bytes.leak()));
            }
        }
        Ok(Self { shared, information_schema, sizes })
    }

    /// Opens a SQLite connection to the data.
    ///
    /// # Errors
    /// Returns SQLite's error.
    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let mut opened = Connection::open_in_memory()?;
        opened.pragma_update(None, "temp_store", "MEMORY")?;
        for (name, bytes) in &self.shared {
            attach(&opened, name)?;
            opened.deserialize_bytes(name.as_str(), bytes)?;
        }
        if !self.information_schema.is_empty() {
            attach(&opened, NAME)?;
            let (size, is_read_only) = (self.information_schema.len(), false);
            opened.deserialize_read_exact(NAME, Cursor::new(&self.information_schema), size, is_read_only)?;
        }
        Ok(opened)
    }
}

fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn attach(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("ATTACH ':memory:' AS {}", quoted_name(name)))
}

fn measure_tables(connection: &Connection, schema: &DemoSchema) -> rusqlite::Result<TableSizes> {
    let mut sizes = TableSizes::default();
    for database in schema.databases.iter().filter(|database| database.name != NAME) {
        for table in &database.tables {
            let auto_increment = table.columns.iter().find(|column| column.is_auto_increment);
            let last = auto_increment.map_or("NULL".into(), |column| format!("max({})", quoted_name(&column.name)));
            let sql =
                format!("SELECT count(*), {last} FROM {}.{}", quoted_name(&database.name), quoted_name(&table.name));
            let size = connection.query_row(&sql, [], |row| {
                let next = auto_increment.map(|_| row.get::<_, Option<i64>>(1)).transpose()?;
                Ok(TableSize { rows: row.get(0)?, next_auto_increment: next.map(|last| last.unwrap_or_default() + 1) })
            })?;
            sizes.0.insert((database.name.clone(), table.name.clone()), size);
        }
    }
    Ok(sizes)
}

fn fill_information_schema(connection: &Connection, schema: &DemoSchema, sizes: &TableSizes) -> rusqlite::Result<()> {
    let Some(database) = schema.database(NAME) else { return Ok(()) };
    for table in &database.tables {
        let columns: Vec<_> = table.columns.iter().map(|column| quoted_name(&column.name)).collect();
        let name = quoted_name(&table.name);
        connection.execute_batch(&format!(
            "CREATE TABLE {}.{name} ({})",
            quoted_name(&database.name),
            columns.join(", ")
        ))?;
    }
    for (table, rows) in information_schema::constant_rows(schema, sizes) {
        insert_rows(connection, table, &rows)?;
    }
    Ok(())
}

/// Replaces the rows of a table of the information schema.
///
/// # Errors
/// Returns SQLite's error.
pub(super) fn replace_rows(connection: &Connection, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DELETE FROM {}.{}", quoted_name(NAME), quoted_name(table)))?;
    insert_rows(connection, table, rows)
}

fn insert_rows(connection: &Connection, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let placeholders = vec!["?"; first.len()].join(", ");
    let mut statement = connection.prepare(&format!(
        "INSERT INTO {}.{} VALUES ({placeholders})",
        quoted_name(NAME),
        quoted_name(table)
    ))?;
    for row in rows {
        statement.execute(rusqlite::params_from_iter(row))?;
    }
    Ok(())
}
