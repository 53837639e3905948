//! Exact quantiles and the median of values that are counted.

use super::super::cell::Cell;
use super::super::compare_key::{CompareKey, CompareKind};
use super::super::exact_sum::{ExactSum, rounded};
use super::distribution::PERCENTS;
use super::summary::FrequentValue;

/// Distinct values in their order.
pub(super) struct Ranks<'a> {
    kind: CompareKind,
    /// The key and the value, with the number of values up to here.
    values: Vec<(CompareKey<'a>, &'a [u8], u64)>,
}

impl<'a> Ranks<'a> {
    pub(super) fn new(kind: CompareKind, values: impl Iterator<Item = &'a FrequentValue>) -> Self {
        let key = |value: &'a FrequentValue| (kind.key(Cell::Bytes(&value.value)), &*value.value, value.count);
        let mut values: Vec<(CompareKey<'a>, &'a [u8], u64)> = values.map(key).collect();
        values.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut up_to = 0;
        for (_, _, count) in &mut values {
            up_to += *count;
            *count = up_to;
        }
        Self { kind, values }
    }

    fn count(&self) -> u64 {
        self.values.last().map_or(0, |(_, _, up_to)| *up_to)
    }

    /// Returns the value of a rank, from 1.
    fn at(&self, rank: u64) -> Option<&'a [u8]> {
        let position = self.values.partition_point(|(_, _, up_to)| *up_to < rank);
        self.values.get(position).map(|(_, value, _)| *value)
    }

    /// Returns percentages and values. The nearest rank is always an existing value, never an interpolated one.
    pub(super) fn quantiles(&self) -> Vec<(u8, Box<[u8]>)> {
        let rank = |percent: u8| (u128::from(self.count()) * u128::from(percent)).div_ceil(100).max(1);
        let at = |percent: u8| Some((percent, self.at(u64::try_from(rank(percent)).ok()?)?.into()));
        PERCENTS.into_iter().filter_map(at).collect()
    }

    /// Returns the value in the middle. Of an even count of numbers it is the mean of the two in the middle, of times the
    /// earlier one.
    pub(super) fn median(&self) -> Option<Box<[u8]>> {
        let count = self.count();
        let (first, second) = (self.at(count.div_ceil(2).max(1))?, self.at(count / 2 + 1)?);
        if self.kind != CompareKind::Number || first == second {
            return Some(first.into());
        }
        let mut sum = ExactSum::default();
        if sum.add(first) && sum.add(second) {
            return sum.mean().map(|mean| mean.into_bytes().into());
        }
        let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<f64>().ok();
        let middle = number(first).zip(number(second)).map(|(first, second)| rounded(first / 2.0 + second / 2.0));
        Some(middle.map_or_else(|| first.into(), |middle| middle.into_bytes().into()))
    }
}
