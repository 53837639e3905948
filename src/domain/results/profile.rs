//! What a column holds, in numbers: nulls, distinct values, the least and the greatest, quantiles, the most frequent. It takes
//! value after value and keeps little of them; what is an estimate says so.

mod distinct;
mod spread;

use std::hash::BuildHasher;

use self::distinct::Tally;
use self::spread::Spread;
use super::key::{Key, CompareKind};
use super::scale::Scale;
use super::{Cell, Column, TypeClass, WireType};

/// A count that is exact, or an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistinctCount {
    /// Exactly so many.
    Exactly(u64),
    /// About so many: within two in a hundred, nearly always.
    About(u64),
}

/// A value that comes often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrequentValue {
    /// Its first bytes.
    pub value: Box<[u8]>,
    /// How often it comes.
    pub count: u64,
}

/// One bar of a histogram: values from `from` on and under `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramBin {
    /// Its lower edge.
    pub from: String,
    /// Its upper edge.
    pub to: String,
    /// How many values.
    pub count: u64,
}

/// What is known of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProfile {
    /// Rows looked at.
    pub rows: u64,
    /// NULLs among them.
    pub nulls: u64,
    /// Empty texts among them.
    pub empty: u64,
    /// Different values, NULL not counted.
    pub distinct: DistinctCount,
    /// The least value as the server printed it (its first bytes), by the column's own order.
    pub least: Option<Box<[u8]>>,
    /// The greatest.
    pub greatest: Option<Box<[u8]>>,
    /// The mean of numbers, rounded.
    pub mean: Option<String>,
    /// Percent, and the value there as the server printed it; of numbers and times.
    pub quantiles: Vec<(u8, Box<[u8]>)>,
    /// Whether the quantiles are of a sample.
    pub is_sampled: bool,
    /// The shortest and the longest value: characters of texts, bytes of binary values.
    pub lengths: Option<(u64, u64)>,
    /// The most frequent values, most frequent first.
    pub frequent: Vec<FrequentValue>,
    /// Whether their counts are exact.
    pub is_frequent_exact: bool,
    /// How numbers and times spread.
    pub histogram: Vec<HistogramBin>,
}

/// Bytes that are kept of a value.
pub(super) const HEAD: usize = 256;

/// Collects a [`ColumnProfile`].
#[derive(Debug)]
pub struct ProfileBuilder {
    kind: CompareKind,
    class: TypeClass,
    rows: u64,
    nulls: u64,
    empty: u64,
    least: Option<(Key<'static>, Box<[u8]>)>,
    greatest: Option<(Key<'static>, Box<[u8]>)>,
    lengths: Option<(u64, u64)>,
    tally: Tally,
    spread: Option<Spread>,
    hasher: std::hash::RandomState,
}

impl ProfileBuilder {
    /// For values of this column.
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
            tally: Tally::default(),
            spread: Scale::of(column).map(|scale| Spread::new(scale, least_step(column))),
            hasher: std::hash::RandomState::new(),
        }
    }

    /// Takes the next value.
    pub fn push(&mut self, cell: Cell<'_>) {
        self.rows += 1;
        let Cell::Bytes(bytes) = cell else {
            self.nulls += 1;
            return;
        };
        self.empty += u64::from(bytes.is_empty());
        self.tally.push(self.hasher.hash_one(bytes), bytes);
        let key = self.kind.key(cell);
        if self.least.as_ref().is_none_or(|(least, _)| key < *least) {
            self.least = Some((key.clone().into_owned(), head(bytes)));
        }
        if self.greatest.as_ref().is_none_or(|(greatest, _)| key > *greatest) {
            self.greatest = Some((key.clone().into_owned(), head(bytes)));
        }
        if let Some(spread) = &mut self.spread {
            spread.push(key, bytes);
        } else {
            let length = match self.class {
                TypeClass::Text | TypeClass::Json => characters(bytes),
                _ => bytes.len() as u64,
            };
            let (least, most) = self.lengths.unwrap_or((length, length));
            self.lengths = Some((least.min(length), most.max(length)));
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> ColumnProfile {
        let (distinct, frequent, is_frequent_exact) = self.tally.finish();
        let is_number = self.kind == CompareKind::Number || self.kind == CompareKind::Bits;
        let (mean, quantiles, is_sampled, histogram) = match self.spread {
            Some(spread) => {
                let (mean, quantiles, is_sampled) = (spread.mean(), spread.quantiles(), spread.is_sampled());
                (mean.filter(|_| is_number), quantiles, is_sampled, spread.histogram())
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

/// How close two values of a column can lie.
fn least_step(column: &Column) -> f64 {
    match (column.class(), column.wire) {
        (TypeClass::Integer | TypeClass::Bit, _) => 1.0,
        (_, WireType::Date | WireType::NewDate) => 86_400.0,
        _ => 0.0,
    }
}

fn head(bytes: &[u8]) -> Box<[u8]> {
    bytes.get(..HEAD).unwrap_or(bytes).into()
}

fn characters(bytes: &[u8]) -> u64 {
    // Every byte of UTF-8 that is no continuation begins a character.
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64
}
