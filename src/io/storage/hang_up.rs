//! Tells whether whoever started this program wants it to outlive its terminal, as `nohup` does. Knows nothing of who listens.

use std::fs;

/// Whether this program was started with SIGHUP ignored; `false` where the system has no `/proc` to tell. It is asked before
/// the signal is listened to.
#[must_use]
pub fn is_ignored() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status))
}

/// `SigIgn` is a mask in hex; its lowest bit is SIGHUP, the first of all signals.
fn ignores(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bit_of_the_signal_counts() {
        assert!(ignores("Name:\trrx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores("SigIgn:\tno mask\n"));
        assert!(!ignores(""));
    }
}
