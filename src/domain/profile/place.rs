//! Paths of the settings made absolute: `~` is the home, the rest counts from the settings file. Looks at no disk.

use std::path::{Path, PathBuf};

use super::{Profile, SecretSource, Settings};

/// A path of the settings as a path of the machine.
#[must_use]
pub fn resolve(path: &Path, home: &Path, base: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) if rest.as_os_str().is_empty() => home.to_path_buf(),
        Ok(rest) => home.join(rest),
        Err(_) => base.join(path),
    }
}

impl Settings {
    /// All paths made absolute, from this home and the folder of the settings file.
    #[must_use]
    pub fn located(mut self, home: &Path, base: &Path) -> Self {
        for profile in &mut self.profiles {
            profile.locate(home, base);
        }
        self
    }
}

impl Profile {
    fn locate(&mut self, home: &Path, base: &Path) {
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
        let own = self.docs.iter_mut().chain(&mut self.snippets).chain(&mut self.ca).chain(&mut self.blinding);
        for path in hops.chain(secrets).chain(own) {
            *path = resolve(path, home, base);
        }
    }
}
