//! The distribution of numbers and times: sum, mean, quantiles of a sample, and a histogram whose bins grow with the range.
//! Quantiles are values as the server printed them.

use std::collections::BTreeMap;

use super::super::compare_key::CompareKey;
use super::super::scale::Scale;
use super::summary::{HistogramBin, head};

/// Values from which quantiles are taken. Larger sets are sampled uniformly.
const SAMPLE: usize = 10_000;
/// Fine bins that are kept. When there are more, neighbours are merged in pairs.
const FINE: usize = 4096;
const BARS: usize = 12;
/// The percentages of the reported quantiles.
pub(super) const PERCENTS: [u8; 5] = [5, 25, 50, 75, 95];

/// Collects values of one scale.
#[derive(Debug)]
pub(super) struct Distribution {
    scale: Scale,
    /// The smallest possible difference between two values.
    smallest_step: f64,
    count: u64,
    sum: f64,
    /// The part of the sum that rounding lost.
    lost: f64,
    sample: Vec<(CompareKey<'static>, Box<[u8]>)>,
    random_state: u64,
    /// Fine bins of width 2^power: how many values, and the smallest of them.
    bins: BTreeMap<i64, (u64, f64)>,
    power: i32,
    largest: f64,
}

impl Distribution {
    pub(super) fn new(scale: Scale, smallest_step: f64) -> Self {
        Self {
            scale,
            smallest_step,
            count: 0,
            sum: 0.0,
            lost: 0.0,
            sample: Vec::new(),
            random_state: 0x9e37_79b9_7f4a_7c15,
            bins: BTreeMap::new(),
            power: i32::MIN,
            largest: f64::NEG_INFINITY,
        }
    }

    pub(super) fn push(&mut self, key: CompareKey<'_>, bytes: &[u8]) {
        self.count += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push((key.into_owned(), head(bytes)));
        } else {
            let index = usize::try_from(self.next_random() % self.count).unwrap_or(usize::MAX);
            if let Some(kept) = self.sample.get_mut(index) {
                *kept = (key.into_owned(), head(bytes));
            }
        }
        if let Some(position) = self.scale.position(bytes) {
            self.add(position);
        }
    }

    /// Returns the next number of a fixed pseudo-random sequence: the same rows give the same sample.
    fn next_random(&mut self) -> u64 {
        self.random_state ^= self.random_state << 13;
        self.random_state ^= self.random_state >> 7;
        self.random_state ^= self.random_state << 17;
        self.random_state
    }

    fn add(&mut self, position: f64) {
        // Neumaier's algorithm: `lost` collects what rounding loses.
        let sum = self.sum + position;
        self.lost +=
            if self.sum.abs() >= position.abs() { (self.sum - sum) + position } else { (position - sum) + self.sum };
        self.sum = sum;
        self.largest = self.largest.max(position);
        let least = power_for(position);
        if self.power < least {
            self.widen(least);
        }
        let bin = bin(position, self.power);
        let (count, from) = self.bins.entry(bin).or_insert((0, position));
        *count += 1;
        *from = from.min(position);
        while self.bins.len() > FINE {
            self.widen(self.power + 1);
        }
    }

    fn widen(&mut self, power: i32) {
        let mut bins: BTreeMap<i64, (u64, f64)> = BTreeMap::new();
        for (count, from) in self.bins.values() {
            let (sum, least) = bins.entry(bin(*from, power)).or_insert((0, *from));
            *sum += count;
            *least = least.min(*from);
        }
        (self.bins, self.power) = (bins, power);
    }

    /// Returns the sum and the mean of the positions; `None` if there are none.
    pub(super) fn sum_and_mean(&self) -> Option<(f64, f64)> {
        let count: u64 = self.bins.values().map(|(count, _)| count).sum();
        let sum = self.sum + self.lost;
        (count > 0).then(|| (sum, sum / count as f64))
    }

    pub(super) fn is_sampled(&self) -> bool {
        self.count > SAMPLE as u64
    }

    /// Returns the quantiles of the sample.
    pub(super) fn quantiles(&self) -> Vec<(u8, Box<[u8]>)> {
        let mut sample: Vec<&(CompareKey<'static>, Box<[u8]>)> = self.sample.iter().collect();
        sample.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        // The nearest rank is always an existing value, never an interpolated one.
        let at = |percent: u8| {
            let rank = (sample.len() * usize::from(percent)).div_ceil(100).max(1);
            sample.get(rank - 1).map(|(_, value)| (percent, value.clone()))
        };
        PERCENTS.into_iter().filter_map(at).collect()
    }

    pub(super) fn histogram(&self) -> Vec<HistogramBin> {
        let Some((_, (_, least))) = self.bins.first_key_value() else { return Vec::new() };
        let range = self.largest - least;
        if range <= 0.0 || !range.is_finite() {
            return Vec::new();
        }
        let step = self.scale.step(range, BARS).max(self.smallest_step);
        let index = |position: f64| (position / step).floor();
        let first = index(*least);
        let mut counts: Vec<u64> = Vec::new();
        for (count, from) in self.bins.values() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most BARS + 2")]
            let position = (index(*from) - first) as usize;
            if counts.len() <= position {
                counts.resize(position.min(4 * BARS) + 1, 0);
            }
            if let Some(bar) = counts.get_mut(position) {
                *bar += count;
            }
        }
        let edge = |bar: usize| self.scale.label((first + bar as f64) * step, step);
        let bin = |(bar, count): (usize, u64)| HistogramBin { from: edge(bar), to: edge(bar + 1), count };
        counts.into_iter().enumerate().map(bin).collect()
    }
}

/// Returns the smallest power of two whose multiples up to `position` can be counted in 52 bits.
fn power_for(position: f64) -> i32 {
    /// The smallest power: it is finer than the precision of any value.
    const FINEST: i32 = -40;
    /// Bits of the index of a bin.
    const BITS: i32 = 52;
    if position == 0.0 {
        return FINEST;
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent")]
    let exponent = position.abs().log2().floor() as i32;
    (exponent - BITS).max(FINEST)
}

fn bin(position: f64, power: i32) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "power_for keeps it under 2^53")]
    let bin = (position / 2_f64.powi(power)).floor() as i64;
    bin
}
