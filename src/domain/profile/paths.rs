//! Makes the paths of the settings absolute: `~` is the home directory, other relative paths start at the directory of the
//! settings file. This module does not access the disk.

use std::path::{Path, PathBuf};

use super::{Profile, SecretSource, Settings};

/// Turns a path of the settings into an absolute path.
#[must_use]
pub fn absolute_path(path: &Path, home: &Path, base: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) if rest.as_os_str().is_empty() => home.to_path_buf(),
        Ok(rest) => home.join(rest),
        Err(_) => base.join(path),
    }
}

impl Settings {
    /// Makes all paths absolute, from this home directory and the settings file's directory.
    #[must_use]
    pub fn with_absolute_paths(mut self, home: &Path, base: &Path) -> Self {
        for profile in &mut self.profiles {
            profile.make_paths_absolute(home, base);
        }
        self
    }
}

impl Profile {
    fn make_paths_absolute(&mut self, home: &Path, base: &Path) {
        let hops = self
            .route
            .iter_mut()
            .flat_map(|hop| hop.identity.iter_mut().chain(&mut hop.known_hosts).chain(&mut hop.certificate));
        let secrets =
            [&mut self.password, &mut self.identity_passphrase].into_iter().flatten().filter_map(
                |source| match source {
                    SecretSource::File(path) => Some(path),
                    SecretSource::Command(_)
                    | SecretSource::Env(_)
                    | SecretSource::Keyring(_)
                    | SecretSource::Prompt => None,
                },
            );
        let profile_paths =
            self.docs.iter_mut().chain(&mut self.snippets).chain(&mut self.ca).chain(&mut self.blinding);
        let defaults = self.hop_defaults.identity.iter_mut().chain(&mut self.hop_defaults.known_hosts);
        for path in hops.chain(defaults).chain(secrets).chain(profile_paths) {
            *path = absolute_path(path, home, base);
        }
    }
}
