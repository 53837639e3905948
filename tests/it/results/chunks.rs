//! Chunks and their coded form.

use proptest::prelude::*;
use rrx::domain::limits::{CHUNK_BYTES, CHUNK_ROWS};
use rrx::domain::results::{Cell, Chunk, ChunkBuilder, ChunkDecodeError};

use super::{Row, chunk};

pub fn value() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Vec::new())),
        4 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Some),
        1 => prop::collection::vec(any::<u8>(), 100..300).prop_map(Some),
    ]
}

pub fn table() -> impl Strategy<Value = (usize, Vec<Row>)> {
    (0_usize..5)
        .prop_flat_map(|columns| (Just(columns), prop::collection::vec(prop::collection::vec(value(), columns), 0..60)))
}

fn read(chunk: &Chunk) -> Vec<Row> {
    (0..chunk.rows())
        .map(|row| chunk.row(row).unwrap().map(|cell| cell.bytes().map(<[u8]>::to_vec)).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chunk_holds_what_was_pushed((columns, rows) in table()) {
        let chunk = chunk(columns, &rows);
        prop_assert_eq!(chunk.rows(), rows.len());
        prop_assert_eq!(read(&chunk), rows.clone());
        let bytes: usize = rows.iter().flatten().flatten().map(Vec::len).sum();
        prop_assert_eq!(chunk.bytes(), bytes);
        for (at, row) in rows.iter().enumerate() {
            for (column, value) in row.iter().enumerate() {
                prop_assert_eq!(chunk.cell(at, column).unwrap().bytes(), value.as_deref());
            }
            prop_assert_eq!(chunk.cell(at, columns), None);
        }
        prop_assert!(chunk.row(rows.len()).is_none());
        prop_assert_eq!(chunk.cell(rows.len(), 0), None);
    }

    #[test]
    fn a_chunk_comes_back_from_its_coded_form((columns, rows) in table()) {
        let chunk = chunk(columns, &rows);
        let mut bytes = Vec::new();
        chunk.encode(&mut bytes);
        prop_assert_eq!(Chunk::decode(&bytes).unwrap(), chunk);
        prop_assert!(bytes.pop().is_some());
        prop_assert!(Chunk::decode(&bytes).is_err() || columns == 0, "a cut block is refused");
    }

    #[test]
    fn hostile_blocks_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..40), starts_well in any::<bool>()) {
        let mut bytes = bytes;
        if starts_well {
            bytes.insert(0, 1);
        }
        if let Ok(chunk) = Chunk::decode(&bytes) {
            prop_assert!(chunk.bytes() < bytes.len());
            prop_assert_eq!(chunk.cells().count(), chunk.rows() * chunk.columns());
        }
    }
}

#[test]
fn a_block_that_promises_much_takes_no_memory() {
    // 2^62 columns of one row, then nothing.
    let bytes = [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1];
    assert_eq!(Chunk::decode(&bytes), Err(ChunkDecodeError::TooShort));
    assert_eq!(Chunk::decode(&[9]), Err(ChunkDecodeError::UnknownVersion(9)));
    assert_eq!(Chunk::decode(&[1, 1, 1, 2, b'x', b'y']), Err(ChunkDecodeError::WrongLength));
}

#[test]
fn missing_cells_are_null_and_cells_past_the_columns_are_dropped() {
    let mut builder = ChunkBuilder::new(2);
    builder.push([Cell::Bytes(b"a")]);
    builder.push([Cell::Bytes(b"b"), Cell::Bytes(b"c"), Cell::Bytes(b"d")]);
    let chunk = builder.take();
    assert_eq!(
        chunk.cells().collect::<Vec<_>>(),
        [Cell::Bytes(b"a"), Cell::Null, Cell::Bytes(b"b"), Cell::Bytes(b"c")]
    );
    assert!(builder.is_empty());
}

#[test]
fn a_chunk_is_full_by_rows_or_by_bytes() {
    let mut builder = ChunkBuilder::new(1);
    for _ in 0..CHUNK_ROWS {
        assert!(!builder.is_full());
        builder.push([Cell::Bytes(b"1")]);
    }
    assert!(builder.is_full());
    builder.take();
    builder.push([Cell::Bytes(&vec![b'x'; CHUNK_BYTES])]);
    assert!(builder.is_full());
}
