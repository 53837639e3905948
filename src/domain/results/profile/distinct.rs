//! Counts distinct values and finds the most frequent ones in bounded memory. Counts are exact while all distinct values fit.
//! After that their number is estimated (`HyperLogLog`, Flajolet et al. 2007), and rare values are dropped to free memory.

use std::collections::HashMap;

use super::summary::{DistinctCount, FrequentValue, head};

/// Distinct values that are counted exactly.
const EXACT: usize = 20_000;
/// Bytes of the values that are counted exactly.
const EXACT_BYTES: usize = 4 << 20;
/// Bits of a hash that select a register.
const REGISTER_BITS: u32 = 14;
/// Most frequent values that are reported.
const MOST_FREQUENT: usize = 20;

/// Counts values by their hash.
#[derive(Debug, Default)]
pub(super) struct DistinctCounter {
    seen: HashMap<u64, FrequentValue>,
    bytes: usize,
    /// Empty while every distinct value is in `seen`.
    registers: Vec<u8>,
}

impl DistinctCounter {
    pub(super) fn push(&mut self, hash: u64, value: &[u8]) {
        if !self.registers.is_empty() {
            self.register(hash);
        }
        if let Some(known) = self.seen.get_mut(&hash) {
            known.count += 1;
            return;
        }
        let value = head(value);
        self.bytes += value.len();
        self.seen.insert(hash, FrequentValue { value, count: 1 });
        if self.seen.len() > EXACT || self.bytes > EXACT_BYTES {
            self.drop_rare();
        }
    }

    /// Switches to estimates and drops the values that occurred least.
    fn drop_rare(&mut self) {
        if self.registers.is_empty() {
            self.registers = vec![0; 1 << REGISTER_BITS];
            let hashes: Vec<u64> = self.seen.keys().copied().collect();
            for hash in hashes {
                self.register(hash);
            }
        }
        let mut counts: Vec<u64> = self.seen.values().map(|known| known.count).collect();
        let middle = counts.len() / 2;
        let (_, least, _) = counts.select_nth_unstable(middle);
        let least = *least;
        self.seen.retain(|_, known| known.count > least);
        self.bytes = self.seen.values().map(|known| known.value.len()).sum();
    }

    fn register(&mut self, hash: u64) {
        let index = usize::try_from(hash >> (64 - REGISTER_BITS)).unwrap_or(0);
        let rank =
            u8::try_from((hash << REGISTER_BITS | 1 << (REGISTER_BITS - 1)).leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.registers.get_mut(index) {
            *register = (*register).max(rank);
        }
    }

    /// Returns the distinct values with their counts, if they are complete.
    pub(super) fn values(&self) -> Option<impl Iterator<Item = &FrequentValue>> {
        self.registers.is_empty().then(|| self.seen.values())
    }

    /// Returns the number of distinct values, the most frequent ones, and whether the counts of these are exact.
    pub(super) fn finish(self) -> (DistinctCount, Vec<FrequentValue>, bool) {
        let is_exact = self.registers.is_empty();
        let distinct = if is_exact {
            DistinctCount::Exact(self.seen.len() as u64)
        } else {
            DistinctCount::Estimate(self.estimate())
        };
        let mut frequent: Vec<FrequentValue> = self.seen.into_values().collect();
        frequent.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        frequent.truncate(MOST_FREQUENT);
        (distinct, frequent, is_exact)
    }

    fn estimate(&self) -> u64 {
        let count = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|rank| 0.5_f64.powi(i32::from(*rank))).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.registers.iter().map(|rank| usize::from(*rank == 0)).sum::<usize>();
        let estimate = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let estimate = estimate.round() as u64;
        estimate.max(EXACT as u64)
    }
}
