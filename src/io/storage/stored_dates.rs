//! Records in a state file when secrets were stored in the keyring. The file contains no secret. If a sign-in is
//! refused, the message shows how old the stored password is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::{atomic, lock};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::SecretSource;
use crate::io::runtime::clock::Clock;

/// The name of the file in the state directory.
const FILE_NAME: &str = "stored-secrets.json";
const SECONDS_PER_DAY: u64 = 86_400;

/// The dates in one state directory.
#[derive(Debug, Clone)]
pub struct StoredDates {
    file: PathBuf,
    clock: Clock,
}

impl StoredDates {
    /// Creates the dates for this state directory. Reads and creates no file yet.
    #[must_use]
    pub fn new(state: &Path, clock: Clock) -> Self {
        Self { file: state.join(FILE_NAME), clock }
    }

    /// Records that the secret of this entry was stored now.
    ///
    /// # Errors
    /// Returns a problem if the file cannot be written.
    pub fn record(&self, entry: &str) -> Result<(), Problem> {
        let now = Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.change(|dates| dates.insert(entry.to_owned(), now.to_string()) != Some(now.to_string()))
    }

    /// Removes the date of this entry.
    ///
    /// # Errors
    /// Returns a problem if the file cannot be written.
    pub fn remove(&self, entry: &str) -> Result<(), Problem> {
        self.change(|dates| dates.remove(entry).is_some())
    }

    /// Returns how many days ago the secret of this source was stored, if that is known.
    #[must_use]
    pub fn age_in_days(&self, source: &SecretSource) -> Option<u64> {
        let since: SystemTime = match source {
            SecretSource::Keyring(entry) => self.read().get(entry)?.parse::<Timestamp>().ok()?.into(),
            SecretSource::File(path) => std::fs::metadata(path).ok()?.modified().ok()?,
            SecretSource::Command(_) | SecretSource::Env(_) | SecretSource::Prompt => return None,
        };
        // If the clock was set back, the age is 0.
        Some((self.clock)().duration_since(since).map_or(0, |age| age.as_secs() / SECONDS_PER_DAY))
    }

    /// Reads the dates. A missing or damaged file has none, because the dates only improve a message.
    fn read(&self) -> BTreeMap<String, String> {
        atomic::read_text(&self.file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Reads, changes and writes the dates under a lock, so that two rrx that store at once both keep their date. `change` returns
    /// whether it changed anything.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>) -> bool) -> Result<(), Problem> {
        let failed = |why: String| {
            Problem::new(ProblemKind::Local, "The date of the secret cannot be saved")
                .because(format!("{}: {why}", self.file.display()))
                .hint("the secret itself is stored or deleted; only its age will be unknown")
        };
        let created = self.file.parent().map_or(Ok(()), atomic::create_directory);
        created.map_err(|error| failed(error.to_string()))?;
        let _lock = lock::acquire_for(&self.file, limits::CHANGE_LOCK).map_err(|error| failed(error.to_string()))?;
        let mut dates = self.read();
        if !change(&mut dates) {
            return Ok(());
        }
        let mut text = serde_json::to_string_pretty(&dates).map_err(|error| failed(error.to_string()))?;
        text.push('\n');
        atomic::replace(&self.file, text.as_bytes()).map_err(|error| failed(error.to_string()))
    }
}
