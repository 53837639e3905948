//! Results: chunks and their coded form, the store against a plain `Vec`, values on a screen, the store task.

mod chunks;
mod filter;
mod forms;
mod header;
mod order;
mod profile;
mod show;
mod store;
mod task;
mod work;

use rrx::domain::results::{BINARY_COLLATION, Cell, Chunk, ChunkBuilder, Column, ColumnOrigin, WireType};

/// A row as a test writes it.
pub type Row = Vec<Option<Vec<u8>>>;

pub fn column(name: &str, wire: WireType) -> Column {
    Column {
        name: name.to_owned(),
        table: String::new(),
        origin: ColumnOrigin::default(),
        wire,
        flags: 0,
        length: 128,
        decimals: 0,
        charset: 45,
    }
}

pub fn text(name: &str) -> Column {
    column(name, WireType::VarString)
}

pub fn blob(name: &str) -> Column {
    Column { charset: BINARY_COLLATION, ..column(name, WireType::Blob) }
}

pub fn cells(row: &Row) -> impl Iterator<Item = Cell<'_>> {
    row.iter().map(|value| value.as_deref().map_or(Cell::Null, Cell::Bytes))
}

pub fn chunk(columns: usize, rows: &[Row]) -> Chunk {
    let mut builder = ChunkBuilder::new(columns);
    for row in rows {
        builder.push(cells(row));
    }
    builder.take()
}
