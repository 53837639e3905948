//! The demo's rows as MySQL INSERT statements, so that a real server holds exactly what the embedded one does.

use std::fmt::Write as _;
use std::io;

use super::generate::rows;
use super::render::{identifier, literal};
use super::rows::Value;
use crate::demo::schema::DemoSchema;

/// Rows in one statement: well under `max_allowed_packet` of 1 MiB, the largest row apart.
const BATCH: usize = 200;

/// Writes the rows of every database as statements that follow what [`ddl`](super::ddl) made.
///
/// The session facts that give the text its meaning are set first; each statement ends with `;` and a line break.
///
/// # Errors
/// What the writer says.
pub fn dump(schema: &DemoSchema, subjects: u32, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"SET NAMES utf8mb4;\nSET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', ")?;
    out.write_all(b"FOREIGN_KEY_CHECKS = 0, UNIQUE_CHECKS = 0, autocommit = 0;\n")?;
    // Rows of several tables come in turn: one open statement for each.
    let mut batches: Vec<Batch> = Vec::new();
    let mut outcome = Ok(());
    rows(schema, subjects, &mut |database, table, values| {
        let found = batches.iter().rposition(|batch| batch.database == database && batch.table == table);
        let place = found.unwrap_or_else(|| {
            batches.push(Batch::new(database, table));
            batches.len() - 1
        });
        if let (Ok(()), Some(batch)) = (&outcome, batches.get_mut(place)) {
            batch.push(values);
            if batch.rows == BATCH {
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

/// Rows of one table that wait for their statement.
struct Batch {
    database: String,
    table: String,
    rows: usize,
    text: String,
}

impl Batch {
    fn new(database: &str, table: &str) -> Self {
        Self { database: database.to_owned(), table: table.to_owned(), rows: 0, text: String::new() }
    }

    fn push(&mut self, values: &[Value]) {
        self.text.push_str(if self.rows == 0 { "\n(" } else { ",\n(" });
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
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

fn push_value(text: &mut String, value: &Value) {
    // Writing to a String does not fail.
    let _ = match value {
        Value::Null => write!(text, "NULL"),
        Value::Integer(number) => write!(text, "{number}"),
        Value::Real(number) => write!(text, "{number:e}"),
        Value::Text(words) => write!(text, "{}", literal(words)),
        Value::Bytes(bytes) if bytes.is_empty() => write!(text, "''"),
        Value::Bytes(bytes) => {
            text.push_str("0x");
            bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}"))
        }
    };
}
