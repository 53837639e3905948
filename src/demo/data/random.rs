//! A small pseudo-random number generator with a normal distribution. It uses integers only, so that every machine draws
//! the same numbers.

/// A stream of numbers that depends only on its seed (`SplitMix64`; Steele, Lea and Flood, 2014).
#[derive(Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    /// Starts a stream. The name gives two databases with one seed different numbers.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let state = name.bytes().fold(seed, |state, byte| state.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number from `low` to `high`, both included. Returns `low` if `high` is smaller.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let size = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        // The bias of the remainder is negligible for ranges this small.
        low.saturating_add(i64::try_from(self.next() % size).unwrap_or(0))
    }

    /// Draws whether an event with a probability of `per_mille` / 1000 happens.
    pub(super) fn happens(&mut self, per_mille: i64) -> bool {
        self.between(0, 999) < per_mille
    }

    /// Draws one of the choices. The default is returned only for an empty list, which the demo does not have.
    pub(super) fn one_of<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).unwrap_or(1).saturating_sub(1);
        let at = usize::try_from(self.between(0, last)).unwrap_or(0);
        choices.get(at).copied().unwrap_or_default()
    }

    /// Draws from an approximate normal distribution: the sum of twelve uniform draws has a variance of one.
    pub(super) fn normal(&mut self, mean: i64, deviation: i64) -> i64 {
        let sum: i64 = (0..12).map(|_| self.between(0, 1000)).sum();
        mean + deviation * (sum - 6000) / 1000
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(count).collect()
    }
}
