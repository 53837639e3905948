//! SQL: INSERT statements of a hundred rows each, for a MySQL with the default `sql_mode`. Literals lose nothing: numbers keep the
//! server's digits, text is quoted, BIT is a number, bytes that are not text are `x'…'`. If all columns are different columns of
//! one table, the rows go to that table, otherwise to `result` with unique column names.

use std::collections::HashSet;

use super::TextFormat;
use super::column_names::make_unique;
use super::json::is_number;
use crate::domain::results::{CaseSensitivity, Cell, Cells, Column, TypeClass, bit_number};
use crate::domain::sql::Dialect;
use crate::domain::sql::quote::{binary_literal, literal, quoted_identifier};

/// Rows of one statement: few enough for any `max_allowed_packet`, and enough for fast loading.
const ROWS: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Sql {
    head: String,
    classes: Vec<TypeClass>,
    /// Rows of the statement that is not ended yet.
    open: usize,
}

impl TextFormat for Sql {
    fn begin(&mut self, columns: &[Column], _out: &mut Vec<u8>) {
        let (table, names) = target(columns);
        let names: Vec<String> = names.iter().map(|name| quoted_identifier(name)).collect();
        self.head = format!("INSERT INTO {} ({}) VALUES\n", quoted_identifier(table), names.join(", "));
        self.classes = columns.iter().map(Column::class).collect();
        self.open = 0;
    }

    fn row(&mut self, cells: Cells<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.open == 0 { self.head.as_bytes() } else { b",\n" });
        for (at, (cell, class)) in cells.zip(&self.classes).enumerate() {
            out.extend_from_slice(if at == 0 { b"(" } else { b", " });
            put_literal(cell, *class, out);
        }
        out.push(b')');
        self.open += 1;
        if self.open == ROWS {
            self.finish(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if self.open > 0 {
            out.extend_from_slice(b";\n");
            self.open = 0;
        }
    }
}

/// Returns the table and the columns into which the rows are inserted.
fn target(columns: &[Column]) -> (&str, Vec<String>) {
    let mut seen = HashSet::new();
    if let Some(first) = columns.first()
        && columns.iter().all(|column| {
            let name = column.origin.column.as_str();
            column.shares_table(first) && !name.is_empty() && seen.insert(name)
        })
    {
        return (&first.origin.table, columns.iter().map(|column| column.origin.column.clone()).collect());
    }
    let numbered: Vec<String> = (1..=columns.len()).map(|number| format!("column_{number}")).collect();
    let named = |(column, number)| {
        let column: &Column = column;
        // A column name cannot end in spaces (MySQL manual, "Schema Object Names").
        let name = column.name.trim_end_matches(' ');
        if name.is_empty() { number } else { name }
    };
    let names: Vec<&str> = columns.iter().zip(numbered.iter().map(String::as_str)).map(named).collect();
    ("result", make_unique(&names, CaseSensitivity::Insensitive))
}

/// Writes a value as an SQL literal.
pub(super) fn put_literal(cell: Cell<'_>, class: TypeClass, out: &mut Vec<u8>) {
    let Cell::Bytes(bytes) = cell else { return out.extend_from_slice(b"NULL") };
    let text = match class {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float if is_number(bytes) => {
            out.extend_from_slice(bytes);
            if class == TypeClass::Float && is_negative_zero(bytes) {
                // Without an exponent it is an integer or a decimal, which has no -0.
                out.extend_from_slice(b"e0");
            }
            return;
        }
        TypeClass::Bit => match bit_number(bytes) {
            Some(number) => number.to_string(),
            None => binary_literal(bytes),
        },
        TypeClass::Binary | TypeClass::Geometry => binary_literal(bytes),
        TypeClass::Integer
        | TypeClass::Decimal
        | TypeClass::Float
        | TypeClass::Text
        | TypeClass::Temporal
        | TypeClass::Json
        | TypeClass::Null => match std::str::from_utf8(bytes) {
            Ok(text) => literal(text, Dialect::default()),
            Err(_) => binary_literal(bytes),
        },
    };
    out.extend_from_slice(text.as_bytes());
}

/// Whether a number without an exponent is -0.
fn is_negative_zero(number: &[u8]) -> bool {
    number.strip_prefix(b"-").is_some_and(|digits| digits.iter().all(|byte| matches!(byte, b'0' | b'.')))
}
