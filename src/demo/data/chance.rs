//! A small generator of pseudo-random numbers, and the bell curve made of it. Whole numbers only, so that every machine
//! draws the same.

/// A stream of numbers that follows from its seed alone (`SplitMix64`, Steele and others, 2014).
#[derive(Debug)]
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    /// Starts a stream; the name keeps two databases of one seed apart.
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

    /// Draws a number from `low` to `high`, both included; `low` when there is no room.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let room = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        // The bias of a remainder is far below what 60 subjects could show.
        low.saturating_add(i64::try_from(self.next() % room).unwrap_or(0))
    }

    /// Whether something that happens `per_mille` times in a thousand happens now.
    pub(super) fn happens(&mut self, per_mille: i64) -> bool {
        self.between(0, 999) < per_mille
    }

    /// Draws one of several; the fallback never shows, the lists of the demo are not empty.
    pub(super) fn one_of<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).unwrap_or(1).saturating_sub(1);
        let at = usize::try_from(self.between(0, last)).unwrap_or(0);
        choices.get(at).copied().unwrap_or_default()
    }

    /// Draws from a bell curve: twelve even draws have a variance of one.
    pub(super) fn normal(&mut self, mean: i64, deviation: i64) -> i64 {
        let sum: i64 = (0..12).map(|_| self.between(0, 1000)).sum();
        mean + deviation * (sum - 6000) / 1000
    }

    /// Draws bytes.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(count).collect()
    }
}
