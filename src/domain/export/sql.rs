//! SQL: INSERT statements of a hundred rows each, as a MySQL of default `sql_mode` reads them. Values stand as literals that
//! lose nothing: numbers with the server's digits, text in quotes, BIT as its number, what is no text as `x'…'`.

use super::Visitor;
use super::json::is_number;
use crate::domain::results::{Cell, Cells, Column, TypeClass, bit_number};
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
        let names: Vec<String> = columns.iter().map(|column| quoted_identifier(&column.name)).collect();
        self.head = format!("INSERT INTO {} ({}) VALUES\n", quoted_identifier(table_of(columns)), names.join(", "));
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

/// The table that all columns come from; a word where there is no such table.
pub(super) fn table_of(columns: &[Column]) -> &str {
    let mut tables = columns.iter().map(|column| column.origin.table.as_str());
    let first = tables.next().unwrap_or_default();
    if !first.is_empty() && tables.all(|table| table == first) { first } else { "result" }
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
