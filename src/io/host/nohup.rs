//! Detects whether rrx was started with `nohup`, and so must keep running after its terminal is closed.

use std::fs;

/// Returns whether this program was started with SIGHUP ignored; `false` if the system has no `/proc`. Call it before
/// listening for the signal.
#[must_use]
pub fn is_active() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

/// Reads `SigIgn`, a hexadecimal mask whose lowest bit is SIGHUP (proc(5)).
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bit_of_sighup_counts() {
        assert!(ignores_hangup("Name:\trrx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup("SigIgn:\tno mask\n"));
        assert!(!ignores_hangup(""));
    }
}
