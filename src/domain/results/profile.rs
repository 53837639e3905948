//! Statistics of a column: NULLs, distinct values, minimum and maximum, quantiles, most frequent values. They are collected
//! value by value in bounded memory; estimates are marked as such.

mod distinct;
mod distribution;
mod summary;

use std::hash::BuildHasher;

use self::distinct::DistinctCounter;
use self::distribution::Distribution;
use self::summary::head;
pub use self::summary::{DistinctCount, FrequentValue, HistogramBin};
use super::cell::Cell;
use super::column::{Column, TypeClass, WireType};
use super::compare_key::{CompareKey, CompareKind};
use super::scale::Scale;

/// Statistics of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProfile {
    /// Rows that were read.
    pub rows: u64,
    pub nulls: u64,
    /// Values that are the empty text.
    pub empty: u64,
    /// Distinct values without NULL.
    pub distinct: DistinctCount,
    /// The first bytes of the smallest value as the server printed it.
    pub least: Option<Box<[u8]>>,
    pub greatest: Option<Box<[u8]>>,
    /// The rounded mean, of numbers only.
    pub mean: Option<String>,
    /// Percentage and value as the server printed it, of numbers and times only.
    pub quantiles: Vec<(u8, Box<[u8]>)>,
    /// Whether the quantiles come from a sample.
    pub is_sampled: bool,
    /// The lengths of the shortest and the longest value: characters of text, bytes of binary values.
    pub lengths: Option<(u64, u64)>,
    /// The most frequent values first.
    pub frequent: Vec<FrequentValue>,
    /// Whether the counts in `frequent` are exact.
    pub is_frequent_exact: bool,
    /// The distribution of numbers and times.
    pub histogram: Vec<HistogramBin>,
}

/// Collects a [`ColumnProfile`].
#[derive(Debug)]
pub struct ProfileBuilder {
    kind: CompareKind,
    class: TypeClass,
    rows: u64,
    nulls: u64,
    empty: u64,
    least: Option<(CompareKey<'static>, Box<[u8]>)>,
    greatest: Option<(CompareKey<'static>, Box<[u8]>)>,
    lengths: Option<(u64, u64)>,
    distinct: DistinctCounter,
    distribution: Option<Distribution>,
    hasher: std::hash::RandomState,
}

impl ProfileBuilder {
    /// Makes a builder for values of this column.
    #[must_use]
    pub fn new(column: &Column) -> Self {
        Self {
            kind: CompareKind::of(column),
            class: column.class(),
            rows: 0,
            nulls: 0,
            empty: 0,
            least: None,
            greatest: None,
            lengths: None,
            distinct: DistinctCounter::default(),
            distribution: Scale::of(column).map(|scale| Distribution::new(scale, smallest_step(column))),
            hasher: std::hash::RandomState::new(),
        }
    }

    pub fn push(&mut self, cell: Cell<'_>) {
        self.rows += 1;
        let Cell::Bytes(bytes) = cell else {
            self.nulls += 1;
            return;
        };
        self.empty += u64::from(bytes.is_empty());
        self.distinct.push(self.hasher.hash_one(bytes), bytes);
        let key = self.kind.key(cell);
        if self.least.as_ref().is_none_or(|(least, _)| key < *least) {
            self.least = Some((key.clone().into_owned(), head(bytes)));
        }
        if self.greatest.as_ref().is_none_or(|(greatest, _)| key > *greatest) {
            self.greatest = Some((key.clone().into_owned(), head(bytes)));
        }
        if let Some(distribution) = &mut self.distribution {
            distribution.push(key, bytes);
        } else {
            let length = match self.class {
                TypeClass::Text | TypeClass::Json => characters(bytes),
                _ => bytes.len() as u64,
            };
            let (least, most) = self.lengths.unwrap_or((length, length));
            self.lengths = Some((least.min(length), most.max(length)));
        }
    }

    #[must_use]
    pub fn finish(self) -> ColumnProfile {
        let (distinct, frequent, is_frequent_exact) = self.distinct.finish();
        let is_number = self.kind == CompareKind::Number || self.kind == CompareKind::Bit;
        let (mean, quantiles, is_sampled, histogram) = match self.distribution {
            Some(values) => {
                let (mean, quantiles, is_sampled) = (values.mean(), values.quantiles(), values.is_sampled());
                (mean.filter(|_| is_number), quantiles, is_sampled, values.histogram())
            }
            None => (None, Vec::new(), false, Vec::new()),
        };
        ColumnProfile {
            rows: self.rows,
            nulls: self.nulls,
            empty: self.empty,
            distinct,
            least: self.least.map(|(_, value)| value),
            greatest: self.greatest.map(|(_, value)| value),
            mean,
            quantiles,
            is_sampled,
            lengths: self.lengths,
            frequent,
            is_frequent_exact,
            histogram,
        }
    }
}

/// Returns the smallest possible difference between two values of a column.
fn smallest_step(column: &Column) -> f64 {
    match (column.class(), column.wire) {
        (TypeClass::Integer | TypeClass::Bit, _) => 1.0,
        (_, WireType::Date | WireType::NewDate) => 86_400.0,
        _ => 0.0,
    }
}

fn characters(bytes: &[u8]) -> u64 {
    // In UTF-8 every byte that is not a continuation byte begins a character.
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}
