//! SQL: INSERT statements of a hundred rows each, as a MySQL of default `sql_mode` reads them. Values stand as literals that
//! lose nothing: numbers with the server's digits, text in quotes, BIT as its number, what is no text as `x'…'`. Rows that
//! come from different columns of one table go back into these; others into `result`, whose names are made different.

use std::collections::HashSet;

use super::Visitor;
use super::json::is_number;
use super::names::each_different;
use crate::domain::results::{CaseSensitivity, Cell, Cells, Column, TypeClass, bit_number};
use crate::domain::sql::Dialect;
use crate::domain::sql::quote::{binary_literal, literal, quoted_identifier};

/// Rows of one statement: few enough for any `max_allowed_packet`, many enough to be quick.
const ROWS: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Sql {
    head: String,
    classes: Vec<TypeClass>,
    open: usize,
}

impl Visitor for Sql {
    fn begin(&mut self, columns: &[Column], _out: &mut Vec<u8>) {
        let (table, names) = goal(columns);
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

/// The table and its columns that the rows go into.
fn goal(columns: &[Column]) -> (&str, Vec<String>) {
    let mut seen = HashSet::new();
    if let Some(first) = columns.first()
        && columns.iter().all(|column| {
            let own = column.origin.column.as_str();
            column.shares_table(first) && !own.is_empty() && seen.insert(own)
        })
    {
        return (&first.origin.table, columns.iter().map(|column| column.origin.column.clone()).collect());
    }
    let numbered: Vec<String> = (1..=columns.len()).map(|number| format!("column_{number}")).collect();
    let named = |(column, number)| {
        let column: &Column = column;
        // Blanks at the end are in no name of a column (MySQL manual, "Schema Object Names").
        let name = column.name.trim_end_matches(' ');
        if name.is_empty() { number } else { name }
    };
    let names: Vec<&str> = columns.iter().zip(numbered.iter().map(String::as_str)).map(named).collect();
    ("result", each_different(&names, CaseSensitivity::Insensitive))
}

/// A value as SQL text.
pub(super) fn put_literal(cell: Cell<'_>, class: TypeClass, out: &mut Vec<u8>) {
    let Cell::Bytes(bytes) = cell else { return out.extend_from_slice(b"NULL") };
    let text = match class {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float if is_number(bytes) => {
            return out.extend_from_slice(bytes);
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
