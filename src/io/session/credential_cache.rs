//! Caches the passwords and passphrases that a user typed, so that reconnecting asks for none of them again. The cache is
//! in memory only, and secrets are wiped when they are removed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::ids::SessionId;
use crate::domain::profile::{Profile, Secret};

/// Secrets that the user typed and a server accepted, by the prompt that asked for them, and commands that the user allowed.
///
/// Clones share one cache: a session that reconnects finds here what was typed for the session before it.
#[derive(Clone, Default)]
pub struct CredentialCache(Arc<watch::Sender<Remembered>>);

#[derive(Default)]
struct Remembered {
    secrets: HashMap<String, Secret>,
    /// Commands of hops that the user allowed.
    commands: HashSet<String>,
}

impl CredentialCache {
    /// Returns the secret that was accepted for this prompt.
    pub(super) fn get(&self, prompt: &str) -> Option<Secret> {
        self.0.borrow().secrets.get(prompt).cloned()
    }

    /// Stores an accepted secret; `None` removes a secret that is no longer accepted.
    pub(super) fn set(&self, prompt: &str, secret: Option<&Secret>) {
        self.0.send_modify(|remembered| match secret {
            Some(secret) => drop(remembered.secrets.insert(prompt.to_owned(), secret.clone())),
            None => drop(remembered.secrets.remove(prompt)),
        });
    }

    /// Returns whether the user has allowed this command.
    pub(super) fn allows_command(&self, command: &str) -> bool {
        self.0.borrow().commands.contains(command)
    }

    pub(super) fn allow_command(&self, command: &str) {
        self.0.send_modify(|remembered| {
            remembered.commands.insert(command.to_owned());
        });
    }

    /// Removes everything, for all sessions that share this cache.
    fn clear(&self) {
        self.0.send_modify(|remembered| *remembered = Remembered::default());
    }
}

/// The cache of one session, with the profile that it is valid for.
struct ProfileCache {
    profile: Arc<Profile>,
    credentials: CredentialCache,
}

/// The credential caches of a program, each under the id of the last session that uses it.
#[derive(Default)]
pub struct CredentialCaches(HashMap<SessionId, ProfileCache>);

impl CredentialCaches {
    /// Returns the cache for a new session. A session that follows another one of the same profile takes over its cache;
    /// secrets never reach a profile that differs in any setting from the one that they were typed for.
    pub fn start_session(
        &mut self,
        id: SessionId,
        profile: &Arc<Profile>,
        previous: Option<SessionId>,
    ) -> CredentialCache {
        let before = previous.and_then(|previous| self.0.remove(&previous));
        let credentials = match before {
            Some(cache) if cache.profile == *profile => cache.credentials,
            Some(cache) => {
                cache.credentials.clear();
                CredentialCache::default()
            }
            None => CredentialCache::default(),
        };
        self.0.insert(id, ProfileCache { profile: Arc::clone(profile), credentials: credentials.clone() });
        credentials
    }

    /// Clears and removes the cache of a session that the user closed.
    pub fn end_session(&mut self, id: SessionId) {
        if let Some(cache) = self.0.remove(&id) {
            cache.credentials.clear();
        }
    }

    /// Clears and removes the caches of all sessions for which `is_alive` returns false.
    pub fn retain(&mut self, is_alive: impl Fn(SessionId) -> bool) {
        let ended: Vec<SessionId> = self.0.keys().copied().filter(|id| !is_alive(*id)).collect();
        for id in ended {
            self.end_session(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::parse;

    fn profile(host: &str) -> Arc<Profile> {
        let text = format!("[profile.p]\nroute = []\nhost = \"{host}\"\nuser = \"RO\"\n");
        let (settings, problems) = parse(&text, "config.toml");
        Arc::new(settings.profile("p").unwrap_or_else(|| panic!("{problems:?}")).clone())
    }

    const ONE: SessionId = SessionId(1);
    const TWO: SessionId = SessionId(2);

    fn start_with_password(caches: &mut CredentialCaches, id: SessionId) -> CredentialCache {
        let credentials = caches.start_session(id, &profile("a"), None);
        credentials.set("Password", Some(&Secret::new("s3cret".into())));
        credentials
    }

    fn has_password(credentials: &CredentialCache) -> bool {
        credentials.get("Password").is_some()
    }

    #[test]
    fn a_session_that_follows_another_one_has_its_secrets() {
        let mut caches = CredentialCaches::default();
        start_with_password(&mut caches, ONE);
        let second = caches.start_session(TWO, &profile("a"), Some(ONE));
        assert_eq!(second.get("Password").as_ref().map(Secret::reveal), Some("s3cret"));
        // Ending the earlier session takes nothing from the later one.
        caches.end_session(ONE);
        assert!(has_password(&second));
    }

    #[test]
    fn a_profile_that_differs_gets_nothing() {
        let mut caches = CredentialCaches::default();
        let first = start_with_password(&mut caches, ONE);
        assert!(!has_password(&caches.start_session(TWO, &profile("b"), Some(ONE))));
        assert!(!has_password(&first));
    }

    #[test]
    fn secrets_are_removed_at_the_end_of_the_session_and_when_they_are_refused() {
        let mut caches = CredentialCaches::default();
        let first = start_with_password(&mut caches, ONE);
        caches.end_session(ONE);
        assert!(!has_password(&first) && !has_password(&caches.start_session(TWO, &profile("a"), Some(ONE))));
        let second = start_with_password(&mut caches, ONE);
        second.set("Password", None);
        assert!(!has_password(&caches.start_session(TWO, &profile("a"), Some(ONE))));
    }

    #[test]
    fn retain_clears_only_the_caches_of_ended_sessions() {
        let mut caches = CredentialCaches::default();
        let (first, second) = (start_with_password(&mut caches, ONE), start_with_password(&mut caches, TWO));
        caches.retain(|id| id == TWO);
        assert!(!has_password(&first) && has_password(&second));
    }
}
