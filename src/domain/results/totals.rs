//! The totals of selected cells: sum, mean, minimum, maximum, counts.

use super::cell::{Cell, bit_number};
use super::column::{Column, TypeClass};
use super::compare_key::{CompareKey, CompareKind};
use super::exact_sum::{ExactSum, rounded};
use super::scale::Scale;

/// Bytes of the smallest and the greatest value that are kept. A number or a time has fewer.
const HEAD: usize = 256;

/// The totals of selected cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SelectionTotals {
    /// Cells with a value.
    pub values: u64,
    /// Cells with NULL.
    pub nulls: u64,
    /// Sum and mean, if all columns have numbers and there is a value.
    pub numbers: Option<NumberTotals>,
    /// The smallest value as the server printed it, if all columns have numbers, or all have dates, or all have times.
    pub least: Option<String>,
    pub greatest: Option<String>,
    /// Values that cannot be parsed as the type of their column. They are in no total but the count.
    pub unreadable: u64,
}

/// The sum and the mean of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberTotals {
    pub sum: String,
    pub mean: String,
    /// Whether both are rounded to ten digits, because some values are floats.
    pub is_rounded: bool,
}

/// Collects [`SelectionTotals`].
#[derive(Debug)]
pub struct TotalsBuilder {
    /// How the values of all columns are compared; `None` if they have nothing in common, or are texts.
    kind: Option<CompareKind>,
    /// For each column whether its values are raw bits.
    are_bits: Vec<bool>,
    is_float: bool,
    totals: SelectionTotals,
    sum: ExactSum,
    /// The sum of floats, and the part of it that rounding lost.
    float_sum: (f64, f64),
    count: u64,
    least: Option<CompareKey<'static>>,
    greatest: Option<CompareKey<'static>>,
}

impl TotalsBuilder {
    /// Makes a builder for cells of these columns.
    #[must_use]
    pub fn new(columns: &[Column]) -> Self {
        let kind = |column: &Column| match CompareKind::of(column) {
            CompareKind::Bit | CompareKind::Number => Some(CompareKind::Number),
            kind @ (CompareKind::DateTime | CompareKind::Time) => Some(kind),
            // The server orders texts by their collation, so a smallest text by code point may not be its MIN.
            CompareKind::Bytes => None,
        };
        let first = columns.first().and_then(kind);
        Self {
            kind: first.filter(|_| columns.iter().all(|column| kind(column) == first)),
            are_bits: columns.iter().map(|column| CompareKind::of(column) == CompareKind::Bit).collect(),
            is_float: columns.iter().any(|column| column.class() == TypeClass::Float),
            totals: SelectionTotals::default(),
            sum: ExactSum::default(),
            float_sum: (0.0, 0.0),
            count: 0,
            least: None,
            greatest: None,
        }
    }

    /// Adds a cell of the column at this position.
    pub fn push(&mut self, column: usize, cell: Cell<'_>) {
        let Cell::Bytes(bytes) = cell else {
            self.totals.nulls += 1;
            return;
        };
        self.totals.values += 1;
        let Some(kind) = self.kind else { return };
        let is_bit = self.are_bits.get(column).copied().unwrap_or(false);
        let number = if is_bit { bit_number(bytes).map(|number| number.to_string()) } else { None };
        let text = number.as_ref().map_or(bytes, |number| number.as_bytes());
        let key = kind.key(Cell::Bytes(text));
        if !key.is_readable() || (kind == CompareKind::Number && !self.add(text)) {
            self.totals.unreadable += 1;
            return;
        }
        let head = || String::from_utf8_lossy(text.get(..HEAD).unwrap_or(text)).into_owned();
        if self.least.as_ref().is_none_or(|least| key < *least) {
            (self.least, self.totals.least) = (Some(key.clone().into_owned()), Some(head()));
        }
        if self.greatest.as_ref().is_none_or(|greatest| key > *greatest) {
            (self.greatest, self.totals.greatest) = (Some(key.into_owned()), Some(head()));
        }
    }

    /// Adds a number to the sum. Returns whether it could be parsed.
    fn add(&mut self, text: &[u8]) -> bool {
        if !self.is_float {
            return self.sum.add(text);
        }
        let Some(value) = Scale::Number.position(text) else { return false };
        self.count += 1;
        // Neumaier's algorithm.
        let (before, lost) = self.float_sum;
        let sum = before + value;
        let more = if before.abs() >= value.abs() { (before - sum) + value } else { (value - sum) + before };
        self.float_sum = (sum, lost + more);
        true
    }

    #[must_use]
    pub fn finish(self) -> SelectionTotals {
        let numbers = if self.is_float {
            let sum = self.float_sum.0 + self.float_sum.1;
            let mean = sum / self.count as f64;
            (self.count > 0).then(|| NumberTotals { sum: rounded(sum), mean: rounded(mean), is_rounded: true })
        } else {
            self.sum.mean().map(|mean| NumberTotals { sum: self.sum.sum(), mean, is_rounded: false })
        };
        SelectionTotals { numbers, ..self.totals }
    }
}
