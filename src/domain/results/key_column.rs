//! The comparison keys of one column for sorting, in little memory and read segment by segment.

use std::cmp::Ordering;

use super::cell::Cell;
use super::column::Column;
use super::compare_key::CompareKind;

/// Bytes of one block of the rest of a key.
const BLOCK: usize = size_of::<u128>();

/// A segment of a key. Keys are compared segment by segment. The last block is padded with zeros; where blocks are equal, the
/// shorter key is a prefix of the longer one and comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeySegment {
    /// Block 0 is the head, the others are blocks of the rest.
    Block(u32),
    /// Whether the rest is longer than this many blocks. It keeps a short key from being compared for as long as a long one.
    HasMore(u32),
    /// The length of the value.
    Length,
}

impl KeySegment {
    pub(super) const HEAD: Self = Self::Block(0);
}

/// The keys of all values of one column, stored compactly.
#[derive(Debug)]
pub(super) struct CompareKeyColumn {
    kind: CompareKind,
    heads: Vec<u128>,
    /// For each row, the end of its rest in the heap and the length of its value. Empty while no value has either.
    tails: Vec<(u32, u32)>,
    heap: Vec<u8>,
}

impl CompareKeyColumn {
    /// Makes an empty list for values of this column.
    #[must_use]
    pub(super) fn new(column: &Column) -> Self {
        Self { kind: CompareKind::of(column), heads: Vec::new(), tails: Vec::new(), heap: Vec::new() }
    }

    /// Adds the key of the next row's value.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        let key = self.kind.key(cell);
        let has_tail = !key.rest.is_empty() || key.length > 0;
        if has_tail || !self.tails.is_empty() {
            self.tails.resize(self.heads.len(), (end(self.heap.len()), 0));
            self.heap.extend_from_slice(&key.rest);
            self.tails.push((end(self.heap.len()), key.length));
        }
        self.heads.push(key.head);
    }

    /// Bytes of memory in use.
    #[must_use]
    pub(super) fn memory(&self) -> usize {
        self.heads.capacity() * size_of::<u128>() + self.tails.capacity() * 8 + self.heap.capacity()
    }

    /// Compares the keys of two rows.
    #[must_use]
    pub(super) fn compare(&self, a: u32, b: u32) -> Ordering {
        let head = |row: u32| self.segment(row, KeySegment::HEAD);
        head(a)
            .cmp(&head(b))
            .then_with(|| if self.tails.is_empty() { Ordering::Equal } else { self.tail(a).cmp(&self.tail(b)) })
    }

    /// Returns a segment of a row's key as a number. The first segment that differs decides the order of two rows.
    #[must_use]
    pub(super) fn segment(&self, row: u32, segment: KeySegment) -> u128 {
        match segment {
            KeySegment::Block(0) => self.heads.get(row as usize).copied().unwrap_or(0),
            KeySegment::Block(number) => {
                let (rest, _) = self.tail(row);
                let from = (number as usize - 1) * BLOCK;
                let bytes = rest.get(from..rest.len().min(from + BLOCK)).unwrap_or_default();
                let mut block = [0; BLOCK];
                for (slot, byte) in block.iter_mut().zip(bytes) {
                    *slot = *byte;
                }
                u128::from_be_bytes(block)
            }
            KeySegment::HasMore(number) => u128::from(self.has_more(row, number)),
            KeySegment::Length => u128::from(self.tail(row).1),
        }
    }

    /// Whether the rest of a row's key is longer than this many blocks.
    fn has_more(&self, row: u32, blocks: u32) -> bool {
        self.tail(row).0.len() > blocks as usize * BLOCK
    }

    /// Returns the segment to compare next for rows that are equal up to this one; `None` when their keys are equal.
    #[must_use]
    pub(super) fn next(&self, segment: KeySegment, mut rows: impl Iterator<Item = u32>) -> Option<KeySegment> {
        if self.tails.is_empty() {
            return None;
        }
        let (number, has_more) = match segment {
            KeySegment::Block(number) => {
                let first = rows.next().is_some_and(|row| self.has_more(row, number));
                if rows.any(|row| self.has_more(row, number) != first) {
                    return Some(KeySegment::HasMore(number));
                }
                (number, first)
            }
            // The answer is the same for all of these rows.
            KeySegment::HasMore(number) => (number, rows.next().is_some_and(|row| self.has_more(row, number))),
            KeySegment::Length => return None,
        };
        Some(if has_more { KeySegment::Block(number + 1) } else { KeySegment::Length })
    }

    fn tail(&self, row: u32) -> (&[u8], u32) {
        let at = row as usize;
        let start = at.checked_sub(1).and_then(|before| self.tails.get(before)).map_or(0, |(end, _)| *end);
        let (end, length) = self.tails.get(at).copied().unwrap_or((start, 0));
        (self.heap.get(start as usize..end as usize).unwrap_or_default(), length)
    }
}

fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
