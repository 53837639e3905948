//! The settings file: read, parsed by the domain, its paths made absolute; and written again
//! with what the domain has put into it.

use std::sync::Arc;
use std::time::Duration;

use super::access_log::is_absent;
use super::atomic;
use super::lock::{self, LockError};
use super::paths::Paths;
use super::secrets;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{SecretSource, Settings, parse};
use crate::domain::protocol::Loaded;

/// Whether a settings file must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The user named it: its absence is a problem.
    Wanted,
    /// The usual place: without a file there are no profiles.
    Optional,
}

/// Reads the settings. Whatever is wrong is named; what is good is there.
#[must_use]
pub fn load(paths: &Paths, presence: Presence) -> Loaded {
    let file = paths.config.display().to_string();
    let (mut settings, problems) = match atomic::read_text(&paths.config) {
        Ok(text) => parse(&text, &file),
        Err(error) if is_absent(&error) && presence == Presence::Optional => (Settings::default(), Vec::new()),
        Err(error) => {
            let problem = Problem::new(ProblemKind::Settings, format!("The settings file {file} cannot be read"))
                .because(error.to_string())
                .hint("name a file that you can read with --config FILE")
                .then(Remedy::Settings);
            (Settings::default(), vec![problem])
        }
    };
    for source in settings.profiles.iter().flat_map(|profile| [&profile.password, &profile.identity_passphrase]) {
        if let Some(SecretSource::Env(variable)) = source {
            secrets::keep_from_children(variable);
        }
    }
    settings.command_line.clone_from(&paths.command_line);
    Loaded { settings: Arc::new(settings.located(&paths.home, paths.config_folder())), problems }
}

/// Changes the settings text and replaces the file in one step, for the user alone; a file that is not there is made. A link is
/// followed: the file that it leads to is replaced. It is read, changed and replaced under a lock between processes, so that
/// two that save at once both find their change in it; whoever takes no lock, such as an editor, is never overwritten.
///
/// # Errors
/// What the change says; why the file cannot be read or written; who holds it, or has changed it meanwhile. Then it is as it was.
pub fn change(paths: &Paths, change: impl FnOnce(&str, &str) -> Result<String, Problem>) -> Result<(), Problem> {
    change_within(paths, limits::CHANGE_LOCK, change)
}

/// As [`change`], with another time for the lock.
///
/// # Errors
/// As [`change`].
pub fn change_within(
    paths: &Paths,
    time: Duration,
    change: impl FnOnce(&str, &str) -> Result<String, Problem>,
) -> Result<(), Problem> {
    let named = paths.config.display().to_string();
    let failed = |what: &str, error: &std::io::Error| {
        Problem::new(ProblemKind::Local, format!("The settings file {named} cannot be {what}"))
            .because(error.to_string())
            .hint("name a file that you may write to with --config FILE")
            .then(Remedy::Settings)
    };
    let file = std::fs::canonicalize(&paths.config).unwrap_or_else(|_| paths.config.clone());
    let made = file.parent().map_or(Ok(()), atomic::make_folder);
    made.map_err(|error| failed("written", &error))?;
    let _held = lock::beside(&file, time).map_err(|error| match error {
        LockError::System(error) => failed("written", &error),
        LockError::Busy(_) => {
            Problem::new(ProblemKind::Local, format!("The settings file {named} is being changed by another rrx"))
                .because(format!("its lock was not free within {} s", time.as_secs_f32()))
                .because("nothing was written")
                .hint("end or continue the other rrx (a stopped one keeps its lock), then save again")
        }
    })?;
    let text = match atomic::read_text(&file) {
        Ok(text) => Some(text),
        Err(error) if is_absent(&error) => None,
        Err(error) => return Err(failed("read", &error)),
    };
    let written = change(text.as_deref().unwrap_or_default(), &named)?;
    match atomic::exchange(&file, text.as_deref(), written.as_bytes()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::new(ProblemKind::Local, format!("The settings file {named} was changed meanwhile"))
            .because("another program wrote it while it was being changed here, and that is kept")
            .because("nothing was written")
            .hint("save again: it is then added to what stands there now")),
        Err(error) => Err(failed("written", &error)),
    }
}
