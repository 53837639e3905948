//! Reads and changes the settings file. The domain parses and edits its text.

use std::sync::Arc;
use std::time::Duration;

use super::access_log::is_not_found;
use super::atomic;
use super::lock::{self, LockError};
use super::paths::Paths;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{SecretSource, Settings, parse};
use crate::domain::protocol::LoadedSettings;
use crate::io::host::{own_file, secrets};

/// Whether the settings file must exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The user named the file: if it is missing, that is a problem.
    Required,
    /// The default path: without a file there are no profiles.
    Optional,
}

impl Presence {
    /// Returns whether the settings file of these paths must exist.
    #[must_use]
    pub fn of(paths: &Paths) -> Self {
        if paths.command_line.settings().is_some() { Self::Required } else { Self::Optional }
    }
}

/// Reads the settings. Wrong entries are reported; the others are used.
#[must_use]
pub fn load(paths: &Paths, presence: Presence) -> LoadedSettings {
    let file = paths.config.display().to_string();
    let (mut settings, problems) = match atomic::read_text(&paths.config) {
        Ok(text) => parse(&text, &file),
        Err(error) if is_not_found(&error) && presence == Presence::Optional => (Settings::default(), Vec::new()),
        Err(error) => {
            let problem = Problem::new(ProblemKind::Settings, format!("The settings file {file} cannot be read"))
                .because(error.to_string())
                .hint("use --config FILE with a file that you can read")
                .then(Remedy::Settings);
            (Settings::default(), vec![problem])
        }
    };
    for source in settings.profiles.iter().flat_map(|profile| [&profile.password, &profile.identity_passphrase]) {
        if let Some(SecretSource::Env(variable)) = source {
            secrets::hide_from_children(variable);
        }
    }
    settings.command_line.clone_from(&paths.command_line);
    LoadedSettings { settings: Arc::new(settings.with_absolute_paths(&paths.home, paths.config_directory())), problems }
}

/// Changes the settings text and replaces the file in one step; a missing file is created for the user only. Links are followed.
///
/// The file is read, changed and replaced under a lock, so that two rrx that save at once both keep their change. A change by a
/// program without lock, such as an editor, is never overwritten.
///
/// # Errors
/// Returns the error of `change`, or a problem if the file cannot be read or written, is locked, or has changed in the meantime.
/// Then the file is unchanged.
pub fn change(paths: &Paths, change: impl FnOnce(&str, &str) -> Result<String, Problem>) -> Result<(), Problem> {
    change_within(paths, limits::CHANGE_LOCK, change)
}

/// Does the same as [`change`], with another time limit for the lock.
///
/// # Errors
/// Returns the errors of [`change`].
pub fn change_within(
    paths: &Paths,
    time_limit: Duration,
    change: impl FnOnce(&str, &str) -> Result<String, Problem>,
) -> Result<(), Problem> {
    let name = paths.config.display().to_string();
    let failed = |what: &str, error: &std::io::Error| {
        Problem::new(ProblemKind::Local, format!("The settings file {name} cannot be {what}"))
            .because(error.to_string())
            .hint("use --config FILE with a file that you can write to")
            .then(Remedy::Settings)
    };
    own_file::check_replaceable(&paths.config).map_err(|error| failed("written", &error))?;
    let file = std::fs::canonicalize(&paths.config).unwrap_or_else(|_| paths.config.clone());
    let created = file.parent().map_or(Ok(()), atomic::create_directory);
    created.map_err(|error| failed("written", &error))?;
    let _lock = lock::acquire_for(&file, time_limit).map_err(|error| match error {
        LockError::System(error) => failed("written", &error),
        LockError::Busy(_) => {
            Problem::new(ProblemKind::Local, format!("Another rrx is changing the settings file {name}"))
                .because(format!("its lock was not released within {} s", time_limit.as_secs_f32()))
                .because("nothing was written")
                .hint("quit the other rrx, or continue it if it is suspended, then save again")
        }
    })?;
    let text = match atomic::read_text(&file) {
        Ok(text) => Some(text),
        Err(error) if is_not_found(&error) => None,
        Err(error) => return Err(failed("read", &error)),
    };
    let written = change(text.as_deref().unwrap_or_default(), &name)?;
    match atomic::replace_if_unchanged(&file, text.as_deref(), written.as_bytes()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Problem::new(ProblemKind::Local, format!("The settings file {name} has changed in the meantime"))
                .because("another program wrote it while rrx was changing it")
                .because("nothing was written")
                .hint("save again: rrx adds your change to the new file"))
        }
        Err(error) => Err(failed("written", &error)),
    }
}
