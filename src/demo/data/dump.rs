//! Writes the demo's rows as MySQL INSERT statements, so that a real server can hold the same data.

use std::fmt::Write as _;
use std::io;

use super::generate::generate_rows;
use super::mysql_ddl::{identifier, literal};
use super::values::DemoValue;
use crate::demo::schema::DemoSchema;

/// Rows in one statement. Except for the largest rows this is well below a `max_allowed_packet` of 1 MiB.
const BATCH_ROWS: usize = 200;

/// Writes the rows of every database as INSERT statements for the tables of [`ddl`](super::ddl).
///
/// The session variables on which the text depends are set first. Each statement ends with `;` and a line break.
///
/// # Errors
/// Returns the writer's error.
pub fn dump(schema: &DemoSchema, subjects: u32, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"SET NAMES utf8mb4;\nSET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', ")?;
    out.write_all(b"FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0, autocommit = 0;\n")?;
    // Rows of different tables alternate, so each table has an open batch.
    let mut batches: Vec<InsertBatch> = Vec::new();
    let mut outcome = Ok(());
    generate_rows(schema, subjects, &mut |database, table, values| {
        let found = batches.iter().rposition(|batch| batch.database == database && batch.table == table);
        let position = found.unwrap_or_else(|| {
            batches.push(InsertBatch::new(database, table));
            batches.len() - 1
        });
        if let (Ok(()), Some(batch)) = (&outcome, batches.get_mut(position)) {
            batch.push(values);
            if batch.rows == BATCH_ROWS {
                outcome = batch.write(out);
            }
        }
    });
    outcome?;
    for batch in &mut batches {
        batch.write(out)?;
    }
    out.write_all(b"COMMIT;\nSET SESSION autocommit = 1, FOREIGN_KEY_CHECKS = 1, UNIQUE_CHECKS = 1;\n")
}

/// Rows of one table that are not written yet.
struct InsertBatch {
    database: String,
    table: String,
    rows: usize,
    text: String,
}

impl InsertBatch {
    fn new(database: &str, table: &str) -> Self {
        Self { database: database.to_owned(), table: table.to_owned(), rows: 0, text: String::new() }
    }

    fn push(&mut self, values: &[DemoValue]) {
        self.text.push_str(if self.rows == 0 { "\n(" } else { ",\n(" });
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            push_value(&mut self.text, value);
        }
        self.text.push(')');
        self.rows += 1;
    }

    fn write(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.rows > 0 {
            let (database, table) = (identifier(&self.database), identifier(&self.table));
            writeln!(out, "INSERT INTO {database}.{table} VALUES{};", self.text)?;
            self.text.clear();
            self.rows = 0;
        }
        Ok(())
    }
}

fn push_value(text: &mut String, value: &DemoValue) {
    // Writing to a String does not fail.
    let _ = match value {
        DemoValue::Null => write!(text, "NULL"),
        DemoValue::Integer(number) => write!(text, "{number}"),
        DemoValue::Real(number) => write!(text, "{number:e}"),
        DemoValue::Text(string) => write!(text, "{}", literal(string)),
        DemoValue::Bytes(bytes) if bytes.is_empty() => write!(text, "''"),
        DemoValue::Bytes(bytes) => {
            text.push_str("0x");
            bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
        }
    };
}
