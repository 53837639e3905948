//! When each profile last worked: a small TOML file in the state directory. Losing it loses no work, so a file that cannot be read
//! or written is no problem to report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::access_log::format_time;
use super::atomic;

/// Returns the path of the file in this state directory.
fn path(state: &Path) -> PathBuf {
    state.join("last-used.toml")
}

/// Reads the times by profile, in UTC.
fn read(state: &Path) -> BTreeMap<String, String> {
    let text = atomic::read_text(&path(state)).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}

/// Returns the times by profile, in the time zone of this machine.
pub(super) fn load(state: &Path) -> BTreeMap<String, String> {
    read(state).into_iter().filter_map(|(profile, time)| Some((profile, local(&time)?))).collect()
}

/// Writes that a profile works now.
///
/// # Errors
/// Returns the error of the system, or of the format.
pub(super) fn record(state: &Path, profile: &str, now: Timestamp) -> std::io::Result<()> {
    let mut times = read(state);
    times.insert(profile.to_owned(), format_time(now));
    let text = toml::to_string(&times).map_err(std::io::Error::other)?;
    atomic::create_directory(state)?;
    atomic::replace(&path(state), text.as_bytes())
}

fn local(utc: &str) -> Option<String> {
    let time: Timestamp = utc.parse().ok()?;
    Some(time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_use_of_each_profile_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        assert_eq!(load(&state), BTreeMap::new());
        let time = |seconds| Timestamp::from_second(seconds).unwrap();
        record(&state, "eu", time(1_700_000_000)).unwrap();
        record(&state, "us.1", time(1_700_000_000)).unwrap();
        record(&state, "eu", time(1_800_000_000)).unwrap();
        let times = load(&state);
        assert_eq!(times.keys().collect::<Vec<_>>(), ["eu", "us.1"]);
        assert!(times["eu"].starts_with("2027-01-1") && times["us.1"].starts_with("2023-11-1"), "{times:?}");
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(path(directory.path()), "eu = 1\n[").unwrap();
        assert_eq!(load(directory.path()), BTreeMap::new());
        record(directory.path(), "eu", Timestamp::from_second(1_700_000_000).unwrap()).unwrap();
        assert_eq!(load(directory.path()).len(), 1);
    }
}
