//! The settings file: read, parsed by the domain, its paths made absolute. It writes nothing.

use std::sync::Arc;

use super::accesslog::is_absent;
use super::atomic;
use super::paths::Paths;
use super::secrets;
use crate::domain::port::Loaded;
use crate::domain::problem::{Kind, Problem, Remedy};
use crate::domain::profile::{SecretSource, Settings, parse};

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
    let (settings, problems) = match atomic::read_text(&paths.config) {
        Ok(text) => parse(&text, &file),
        Err(error) if is_absent(&error) && presence == Presence::Optional => (Settings::default(), Vec::new()),
        Err(error) => {
            let problem = Problem::new(Kind::Settings, format!("The settings file {file} cannot be read"))
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
    Loaded { settings: Arc::new(settings.located(&paths.home, paths.config_folder())), problems }
}
