//! How a silent SSH connection is probed: as `ssh_config` requires, but within the bounds of rrx.

use std::time::Duration;

use crate::domain::limits;

/// OpenSSH's default of `ServerAliveCountMax`.
const DEFAULT_COUNT: u32 = 3;

/// When a silent connection is probed, and when it counts as lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalive {
    /// The silence after which a probe is sent, and the time to wait for its answer.
    pub interval: Duration,
    /// The number of unanswered probes that is tolerated: the connection counts as lost one interval later.
    pub misses: u32,
}

impl Keepalive {
    /// Applies `ServerAliveInterval` and `ServerAliveCountMax` within our bounds: a dead connection must be detected in time,
    /// and a short pause must not end one.
    #[must_use]
    pub fn from_config(interval: Option<Duration>, count: Option<u32>) -> Self {
        let default = Self { interval: limits::KEEPALIVE, misses: limits::KEEPALIVE_MISSES };
        let Some(configured) = interval.filter(|time| !time.is_zero()) else { return default };
        let silence = configured.saturating_mul(count.unwrap_or(DEFAULT_COUNT).saturating_add(1));
        let silence = silence.clamp(limits::KEEPALIVE_LEAST, default.longest_silence());
        // `ssh_config` counts in whole seconds.
        let interval = configured.min(default.interval);
        let probes = silence.as_secs().div_ceil(interval.as_secs().max(1));
        Self { interval, misses: u32::try_from(probes.saturating_sub(1)).unwrap_or(default.misses).max(1) }
    }

    /// Returns the silence after which the connection counts as lost.
    fn longest_silence(self) -> Duration {
        self.interval.saturating_mul(self.misses.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_connection_is_detected_in_time_and_a_short_pause_is_tolerated_with_any_ssh_config() {
        for interval in 0..=200 {
            for count in (0..20).map(Some).chain([None, Some(u32::MAX)]) {
                let keepalive = Keepalive::from_config(Some(Duration::from_secs(interval)), count);
                let silence = keepalive.longest_silence();
                let bounds = limits::KEEPALIVE_LEAST..=Duration::from_secs(12);
                assert!(bounds.contains(&silence), "{interval} {count:?}: {keepalive:?}");
                assert!(keepalive.misses > 0, "{interval} {count:?}: {keepalive:?}");
            }
        }
    }

    #[test]
    fn ssh_config_counts_within_the_bounds() {
        let of = |interval, count| {
            let keepalive = Keepalive::from_config(Some(Duration::from_secs(interval)), count);
            (keepalive.interval.as_secs(), keepalive.misses)
        };
        assert_eq!(of(1, None), (1, 7), "four seconds would be too few");
        assert_eq!(of(1, Some(9)), (1, 9));
        assert_eq!(of(2, Some(4)), (2, 4));
        assert_eq!(of(60, None), (4, 2));
        assert_eq!(of(0, Some(7)), (4, 2));
    }
}
