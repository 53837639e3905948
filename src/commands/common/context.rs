//! The context of every command: the environment of the process, and how to load the settings.

use std::sync::Arc;

use super::built_in::BuiltInProfile;
#[cfg(feature = "demo")]
use super::demo_profile;
use super::print;
use crate::domain::problem::Problem;
use crate::domain::profile::{CommandLine, Profile};
use crate::domain::protocol::LoadedSettings;
use crate::io::env::{HostEnv, ProfileContext};
use crate::io::storage::settings::{self, Presence};

/// The context of every command.
#[derive(Debug, Clone)]
pub struct CommandContext {
    pub env: Arc<HostEnv>,
}

impl CommandContext {
    /// Reads the settings.
    #[must_use]
    pub fn load_settings(&self) -> LoadedSettings {
        settings::load(&self.env.paths, Presence::of(&self.env.paths))
    }

    /// Reads the settings, and prints their problems to stderr.
    ///
    /// # Errors
    /// Returns a problem if stderr cannot be written.
    pub fn load_settings_and_report(&self) -> Result<LoadedSettings, Problem> {
        let loaded = self.load_settings();
        print::problems(&mut std::io::stderr(), &loaded.problems)?;
        Ok(loaded)
    }

    /// Returns the beginning of command lines for the same settings.
    #[must_use]
    pub fn command_line(&self) -> &CommandLine {
        &self.env.paths.command_line
    }

    /// Returns the built-in profile, if it is compiled in. Nothing is started yet.
    #[cfg(feature = "demo")]
    #[must_use]
    pub fn built_in_profile(&self) -> Option<BuiltInProfile> {
        Some(demo_profile::profile(crate::demo::data::SUBJECTS, &self.env))
    }

    /// Returns the built-in profile, if it is compiled in.
    #[cfg(not(feature = "demo"))]
    #[must_use]
    #[expect(clippy::unused_self, reason = "with the feature `demo` it needs the environment")]
    pub fn built_in_profile(&self) -> Option<BuiltInProfile> {
        None
    }

    /// Finds a profile of the settings, or the built-in one, with its context.
    ///
    /// # Errors
    /// Returns a problem if there is no such profile.
    pub fn find_profile(&self, name: &str, loaded: &LoadedSettings) -> Result<(Arc<Profile>, ProfileContext), Problem> {
        match self.built_in_profile().filter(|built_in| built_in.profile.name == name) {
            Some(built_in) => Ok((built_in.profile, built_in.context)),
            None => Ok((Arc::new(loaded.settings.require(name)?.clone()), self.env.profile_context())),
        }
    }
}
