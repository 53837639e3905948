//! The parts of a column's statistics: distinct counts, frequent values, bars of a histogram.

/// Bytes of a value that are kept.
const HEAD: usize = 256;

/// The number of distinct values, exact or estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistinctCount {
    Exact(u64),
    /// An estimate, nearly always within 2 %.
    Estimate(u64),
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrequentValue {
    /// The first bytes of the value.
    pub value: Box<[u8]>,
    pub count: u64,
}

/// One bar of a histogram: values `from <= value < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistogramBin {
    pub from: String,
    pub to: String,
    pub count: u64,
}

/// Returns the first bytes of a value.
pub(super) fn head(bytes: &[u8]) -> Box<[u8]> {
    bytes.get(..HEAD).unwrap_or(bytes).into()
}
