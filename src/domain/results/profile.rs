//! Statistics of a column: NULLs, distinct values, minimum and maximum, sum, mean, median, most frequent values. They are
//! collected value by value in bounded memory; estimates are marked as such.

mod distinct;
mod distribution;
mod ranks;
mod summary;

use std::hash::BuildHasher;

use self::distinct::DistinctCounter;
use self::distribution::Distribution;
use self::ranks::Ranks;
use self::summary::head;
pub use self::summary::{DistinctCount, FrequentValue, HistogramBin};
use super::cell::{Cell, bit_number};
use super::column::{Column, TypeClass, WireType};
use super::compare_key::{CompareKey, CompareKind};
use super::exact_sum::{ExactSum, Spread, rounded};
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
    /// The sum, of numbers only.
    pub sum: Option<String>,
    /// The mean, of numbers only: exact up to four digits more than the values have.
    pub mean: Option<String>,
    /// Whether sum and mean are rounded to ten digits, because the values are floats.
    pub is_rounded: bool,
    /// The standard deviation of all values (`STDDEV_POP`) with ten digits, of numbers only.
    pub deviation: Option<String>,
    /// The value in the middle, of numbers and times only. It is exact unless the quantiles come from a sample.
    pub median: Option<Box<[u8]>>,
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
    sum: ExactSum,
    spread: Spread,
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
            sum: ExactSum::default(),
            spread: Spread::default(),
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
            self.add(bytes);
        } else {
            let length = match self.class {
                TypeClass::Text | TypeClass::Json => characters(bytes),
                _ => bytes.len() as u64,
            };
            let (least, most) = self.lengths.unwrap_or((length, length));
            self.lengths = Some((least.min(length), most.max(length)));
        }
    }

    /// Adds a number to the sum and to the deviation.
    fn add(&mut self, bytes: &[u8]) {
        match (self.kind, self.class) {
            (CompareKind::Number, TypeClass::Float) => {
                if let Some(value) = Scale::Number.position(bytes) {
                    self.spread.add_float(value);
                }
            }
            (CompareKind::Number, _) => {
                self.sum.add(bytes);
                self.spread.add(bytes);
            }
            (CompareKind::Bit, _) => {
                if let Some(number) = bit_number(bytes) {
                    let text = number.to_string();
                    self.sum.add(text.as_bytes());
                    self.spread.add(text.as_bytes());
                }
            }
            (CompareKind::DateTime | CompareKind::Time | CompareKind::Bytes, _) => {}
        }
    }

    #[must_use]
    pub fn finish(self) -> ColumnProfile {
        let is_rounded = self.class == TypeClass::Float;
        let (sum, mean) = match &self.distribution {
            Some(values) if is_rounded => {
                values.sum_and_mean().map(|(sum, mean)| (rounded(sum), rounded(mean))).unzip()
            }
            _ => (self.sum.mean().map(|_| self.sum.sum()), self.sum.mean()),
        };
        let ranks = self.distinct.values().map(|values| Ranks::new(self.kind, values));
        let (quantiles, median, is_sampled, histogram) = match (&self.distribution, ranks) {
            (None, _) => (Vec::new(), None, false, Vec::new()),
            (Some(values), Some(ranks)) => (ranks.quantiles(), ranks.median(), false, values.histogram()),
            (Some(values), None) => {
                let quantiles = values.quantiles();
                let median = quantiles.iter().find(|(percent, _)| *percent == 50).map(|(_, value)| value.clone());
                (quantiles, median, values.is_sampled(), values.histogram())
            }
        };
        let (distinct, frequent, is_frequent_exact) = self.distinct.finish();
        ColumnProfile {
            rows: self.rows,
            nulls: self.nulls,
            empty: self.empty,
            distinct,
            least: self.least.map(|(_, value)| value),
            greatest: self.greatest.map(|(_, value)| value),
            sum,
            mean,
            is_rounded,
            deviation: self.spread.deviation().map(rounded),
            median,
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
