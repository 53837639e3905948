//! When secrets were put into the keyring: dates in a state file, never a secret. It lets a refused sign-in say how old the
//! stored password is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;

use super::{Clock, atomic, lock};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::SecretSource;

/// The file's name below the state folder.
const FILE_NAME: &str = "stored-secrets.json";
/// Seconds of a day.
const DAY: u64 = 86_400;

/// The dates of one state folder.
#[derive(Debug, Clone)]
pub struct StoredDates {
    file: PathBuf,
    clock: Clock,
}

impl StoredDates {
    /// Those of this state folder, by this clock. Nothing is read or made yet.
    #[must_use]
    pub fn of(state: &Path, clock: Clock) -> Self {
        Self { file: state.join(FILE_NAME), clock }
    }

    /// Notes that the secret of this name was stored now.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note(&self, entry: &str) -> Result<(), Problem> {
        let now = Timestamp::try_from((self.clock)()).unwrap_or(Timestamp::UNIX_EPOCH);
        self.change(|dates| dates.insert(entry.to_owned(), now.to_string()) != Some(now.to_string()))
    }

    /// Forgets the date of this name.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn forget(&self, entry: &str) -> Result<(), Problem> {
        self.change(|dates| dates.remove(entry).is_some())
    }

    /// How many days ago the secret of this source was put there, where that is known.
    #[must_use]
    pub fn days(&self, source: &SecretSource) -> Option<u64> {
        let since: SystemTime = match source {
            SecretSource::Keyring(entry) => self.read().get(entry)?.parse::<Timestamp>().ok()?.into(),
            SecretSource::File(path) => std::fs::metadata(path).ok()?.modified().ok()?,
            SecretSource::Command(_) | SecretSource::Env(_) | SecretSource::Prompt => return None,
        };
        // A clock that was set back makes it no younger than today.
        Some((self.clock)().duration_since(since).map_or(0, |age| age.as_secs() / DAY))
    }

    /// A file that is missing or damaged holds no dates: they only make a message better.
    fn read(&self) -> BTreeMap<String, String> {
        atomic::read_text(&self.file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Reads, changes and writes under a lock between processes: two that store at once both have their date. `change` says
    /// whether anything is otherwise.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>) -> bool) -> Result<(), Problem> {
        let failed = |why: String| {
            Problem::new(ProblemKind::Local, "The date of the secret cannot be kept")
                .because(format!("{}: {why}", self.file.display()))
                .hint("the secret itself is stored or cleared; only its age will not be known")
        };
        let made = self.file.parent().map_or(Ok(()), atomic::make_folder);
        made.map_err(|error| failed(error.to_string()))?;
        let _held = lock::beside(&self.file, limits::CHANGE_LOCK).map_err(|error| failed(error.to_string()))?;
        let mut dates = self.read();
        if !change(&mut dates) {
            return Ok(());
        }
        let mut text = serde_json::to_string_pretty(&dates).map_err(|error| failed(error.to_string()))?;
        text.push('\n');
        atomic::replace(&self.file, text.as_bytes()).map_err(|error| failed(error.to_string()))
    }
}
