//! The data, made once: each database as one immutable SQLite image that every connection reads in place.
//!
//! Connections share no lock and no cache, so one that is stopped or slow never touches another. Only the information schema,
//! which is small and partly changes, is a copy of the connection's own.

use std::io::Cursor;

use rusqlite::Connection;

use super::information_schema::{self, Extent, Extents, Row};
use crate::demo::schema::DemoSchema;
use crate::demo::translate::Warnings;

/// The databases' bytes.
pub(super) struct Image {
    shared: Vec<(String, &'static [u8])>,
    own: Vec<u8>,
    /// How much each table holds.
    pub extents: Extents,
}

impl Image {
    /// Makes the databases in memory, has them filled, and keeps their bytes for the life of the program.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn make(
        schema: &DemoSchema,
        install: fn(&Connection, &Warnings) -> rusqlite::Result<()>,
        fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Self> {
        let mut made = Connection::open_in_memory()?;
        made.pragma_update(None, "synchronous", "OFF")?;
        for database in &schema.databases {
            attach(&made, &database.name)?;
        }
        // Indexes are sorted by the collations that it brings.
        install(&made, &Warnings::default())?;
        fill(&made)?;
        let extents = measure(&made, schema)?;
        fill_information_schema(&made, schema, &extents)?;
        let mut shared = Vec::new();
        let mut own = Vec::new();
        for database in &schema.databases {
            let bytes = made.serialize(database.name.as_str())?.to_vec();
            if database.name == information_schema::NAME {
                own = bytes;
            } else {
                // Read in place by every connection until the program ends.
                shared.push((database.name.clone(), &*bytes.leak()));
            }
        }
        Ok(Self { shared, own, extents })
    }

    /// A connection's own handle on the data.
    ///
    /// # Errors
    /// SQLite's.
    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let mut opened = Connection::open_in_memory()?;
        opened.pragma_update(None, "temp_store", "MEMORY")?;
        for (name, bytes) in &self.shared {
            attach(&opened, name)?;
            opened.deserialize_bytes(name.as_str(), bytes)?;
        }
        if !self.own.is_empty() {
            attach(&opened, information_schema::NAME)?;
            let (size, is_read_only) = (self.own.len(), false);
            opened.deserialize_read_exact(information_schema::NAME, Cursor::new(&self.own), size, is_read_only)?;
        }
        Ok(opened)
    }
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn attach(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("ATTACH ':memory:' AS {}", quote(name)))
}

fn measure(connection: &Connection, schema: &DemoSchema) -> rusqlite::Result<Extents> {
    let mut extents = Extents::default();
    for database in schema.databases.iter().filter(|database| database.name != information_schema::NAME) {
        for table in &database.tables {
            let counting = table.columns.iter().find(|column| column.is_auto_increment);
            let last = counting.map_or("NULL".into(), |column| format!("max({})", quote(&column.name)));
            let sql = format!("SELECT count(*), {last} FROM {}.{}", quote(&database.name), quote(&table.name));
            let extent = connection.query_row(&sql, [], |row| {
                let next = counting.map(|_| row.get::<_, Option<i64>>(1)).transpose()?;
                Ok(Extent { rows: row.get(0)?, next: next.map(|last| last.unwrap_or_default() + 1) })
            })?;
            extents.0.insert((database.name.clone(), table.name.clone()), extent);
        }
    }
    Ok(extents)
}

fn fill_information_schema(connection: &Connection, schema: &DemoSchema, extents: &Extents) -> rusqlite::Result<()> {
    let Some(database) = schema.database(information_schema::NAME) else { return Ok(()) };
    for table in &database.tables {
        let columns: Vec<_> = table.columns.iter().map(|column| quote(&column.name)).collect();
        let name = quote(&table.name);
        connection.execute_batch(&format!("CREATE TABLE {}.{name} ({})", quote(&database.name), columns.join(", ")))?;
    }
    for (table, rows) in information_schema::rows(schema, extents) {
        insert(connection, table, &rows)?;
    }
    Ok(())
}

/// Puts rows in the place of those that a table of the information schema has.
///
/// # Errors
/// SQLite's.
pub(super) fn replace(connection: &Connection, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("DELETE FROM {}.{}", quote(information_schema::NAME), quote(table)))?;
    insert(connection, table, rows)
}

fn insert(connection: &Connection, table: &str, rows: &[Row]) -> rusqlite::Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let marks = vec!["?"; first.len()].join(", ");
    let mut statement = connection.prepare(&format!(
        "INSERT INTO {}.{} VALUES ({marks})",
        quote(information_schema::NAME),
        quote(table)
    ))?;
    for row in rows {
        statement.execute(rusqlite::params_from_iter(row))?;
    }
    Ok(())
}
