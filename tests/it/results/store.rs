//! The store against a plain `Vec`.

use std::io;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;
use rrx::domain::limits::{CHUNK_ROWS, WINDOW_CELL_BYTES, WINDOW_ROWS};
use rrx::domain::results::{
    BlockError, BlockRef, Blocks, CellPreview, Column, NoBlocks, RowStore, StoreError, Window, max_cell_bytes,
};

use super::chunks::table;
use super::{Row, blob, chunk, text};

/// Blocks in memory, of which the one with a given number cannot be written.
#[derive(Debug, Default)]
struct Memory {
    blocks: Vec<Vec<u8>>,
    full_at: Option<usize>,
}

impl Blocks for Memory {
    fn put(&mut self, block: &[u8]) -> Result<BlockRef, BlockError> {
        if self.full_at == Some(self.blocks.len()) {
            return Err(BlockError::Full(io::Error::from(io::ErrorKind::StorageFull)));
        }
        self.blocks.push(block.to_vec());
        Ok(BlockRef { number: self.blocks.len() as u64 - 1, offset: 0, length: 0 })
    }

    fn get(&mut self, block: BlockRef) -> Result<Vec<u8>, BlockError> {
        usize::try_from(block.number)
            .ok()
            .and_then(|at| self.blocks.get(at))
            .cloned()
            .ok_or(BlockError::Missing(block.number))
    }
}

fn columns(count: usize) -> Arc<[Column]> {
    (0..count).map(|number| blob(&format!("c{number}"))).collect()
}

fn expected(columns: usize, rows: &[Row], range: std::ops::Range<u64>) -> Window {
    let at = |row: u64| usize::try_from(row).unwrap();
    let start = at(range.start).min(rows.len());
    let end = at(range.end).clamp(start, rows.len());
    let cells = rows[start..end].iter().flatten().map(|value| match value {
        None => CellPreview::Null,
        Some(bytes) => CellPreview::Bytes { head: bytes.as_slice().into(), length: bytes.len() as u64 },
    });
    Window { view: 0, first: start as u64, columns, cells: cells.collect() }
}

fn one_text(value: &[u8]) -> Vec<u8> {
    let mut store = RowStore::new(Arc::from([text("t")]), 1 << 20, NoBlocks);
    store.push(chunk(1, &[vec![Some(value.to_vec())]])).unwrap();
    let window = store.window(0..1).unwrap();
    match window.cell(0, 0).unwrap() {
        CellPreview::Bytes { head, length } => {
            assert_eq!(*length, value.len() as u64);
            head.to_vec()
        }
        CellPreview::Null => panic!("it is not NULL"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_the_slice_of_a_plain_vec(
        (count, rows) in table(),
        sizes in prop::collection::vec(1_usize..20, 1..8),
        memory in prop_oneof![Just(0_usize), 100..4000_usize, Just(1 << 20)],
        ranges in prop::collection::vec((0_u64..70, 0_u64..70), 1..8),
        places in prop::collection::vec((any::<Index>(), any::<Index>()), 8),
    ) {
        let mut store = RowStore::new(columns(count), memory, Memory::default());
        let mut rest = rows.as_slice();
        let mut largest = 0;
        for size in sizes.iter().cycle() {
            let (now, later) = rest.split_at((*size).min(rest.len()));
            let chunk = chunk(count, now);
            largest = largest.max(chunk.memory());
            store.push(chunk).unwrap();
            rest = later;
            prop_assert_eq!(store.rows(), (rows.len() - rest.len()) as u64);
            // A chunk that grows may reserve twice what it holds.
            prop_assert!(store.memory() <= 2 * (memory + largest), "{} bytes in memory", store.memory());
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(store.bytes(), rows.iter().flatten().flatten().map(|value| value.len() as u64).sum::<u64>());
        for (start, end) in ranges {
            // Also ranges that end before they begin.
            prop_assert_eq!(store.window(start..end).unwrap(), expected(count, &rows, start..end));
        }
        for (row, column) in places {
            if !rows.is_empty() && count > 0 {
                let (row, column) = (row.index(rows.len()), column.index(count));
                let value = store.value(row as u64, column).unwrap();
                prop_assert_eq!(value.as_deref(), rows[row][column].as_deref());
            }
        }
    }

    #[test]
    fn a_disk_that_fills_up_leaves_the_first_rows_readable(
        (count, rows) in table(), full_at in 0_usize..6, size in 1_usize..10,
    ) {
        let blocks = Memory { full_at: Some(full_at), ..Memory::default() };
        let mut store = RowStore::new(columns(count), 500, blocks);
        let mut kept = 0;
        for now in rows.chunks(size) {
            match store.push(chunk(count, now)) {
                Ok(()) => kept += now.len(),
                Err(StoreError::Blocks(BlockError::Full(_))) => break,
                Err(other) => panic!("{other}"),
            }
        }
        prop_assert_eq!(store.rows(), kept as u64);
        prop_assert_eq!(store.is_closed(), kept < rows.len());
        prop_assert_eq!(store.window(0..100).unwrap(), expected(count, &rows[..kept], 0..100));
        if store.is_closed() {
            prop_assert!(matches!(store.push(chunk(count, &rows)), Err(StoreError::Closed)));
        }
    }

    #[test]
    fn a_cut_text_ends_between_characters(text in "[aé€😀]{2000,2400}") {
        prop_assume!(text.len() > WINDOW_CELL_BYTES);
        let head = one_text(text.as_bytes());
        prop_assert!(head.len() <= WINDOW_CELL_BYTES && head.len() > WINDOW_CELL_BYTES - 4);
        prop_assert!(text.starts_with(std::str::from_utf8(&head).unwrap()));
    }
}

#[test]
fn bytes_that_are_no_text_are_cut_at_the_bound() {
    assert_eq!(one_text(&[0x80; 5000]).len(), WINDOW_CELL_BYTES);
    assert_eq!(one_text(&[b'a'; WINDOW_CELL_BYTES]).len(), WINDOW_CELL_BYTES);
    assert_eq!(one_text(&[b'a'; WINDOW_CELL_BYTES + 1]).len(), WINDOW_CELL_BYTES);
}

#[test]
fn a_window_of_very_many_cells_cuts_them_earlier() {
    assert_eq!(max_cell_bytes(360 * 20), WINDOW_CELL_BYTES);
    assert!(max_cell_bytes(360 * 4096) >= 200, "still more than a screen shows");
    let mut store = RowStore::new(columns(1), 1 << 20, NoBlocks);
    let rows = vec![vec![None]; CHUNK_ROWS];
    for _ in 0..12 {
        store.push(chunk(1, &rows)).unwrap();
    }
    assert_eq!(store.window(5..u64::MAX).unwrap().range(), 5..5 + WINDOW_ROWS);
}

#[test]
fn thousands_of_small_chunks_become_few() {
    let mut store = RowStore::new(columns(1), 1 << 20, NoBlocks);
    for _ in 0..4096 {
        store.push(chunk(1, &[vec![Some(vec![b'x'; 8])]])).unwrap();
    }
    assert!(store.memory() < 4096 * 32, "{} bytes for 4,096 small rows", store.memory());
}

#[test]
fn without_blocks_the_store_stops_at_its_bound_and_keeps_what_it_has() {
    let mut store = RowStore::new(columns(1), 10_000, NoBlocks);
    let rows = vec![vec![Some(vec![b'x'; 1000])]; 4];
    store.push(chunk(1, &rows)).unwrap();
    store.push(chunk(1, &rows)).unwrap();
    assert!(matches!(store.push(chunk(1, &rows)), Err(StoreError::Blocks(BlockError::Forbidden))));
    assert!(store.is_closed());
    assert_eq!(store.window(0..100).unwrap().rows(), 8);
}

#[test]
fn rows_of_another_shape_and_values_that_are_not_there_are_errors() {
    let mut store = RowStore::new(columns(2), 10_000, NoBlocks);
    let error = store.push(chunk(3, &[vec![None, None, None]])).unwrap_err();
    assert!(matches!(error, StoreError::ColumnCount { expected: 2, found: 3 }));
    assert!(matches!(store.value(0, 0), Err(StoreError::Missing { row: 0, column: 0 })));
    store.push(chunk(2, &[vec![None, None]])).unwrap();
    assert_eq!(store.value(0, 1).unwrap(), None);
    assert!(matches!(store.value(0, 2), Err(StoreError::Missing { .. })));
    assert!(matches!(store.value(u64::MAX, 0), Err(StoreError::Missing { .. })));
}
