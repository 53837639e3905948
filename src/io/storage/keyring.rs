//! The operating system's keyring: the Secret Service on Linux, the keychain on macOS. A plain build has none, and says so.

use crate::domain::profile::Secret;

/// A keyring: the border to the operating system.
pub trait Keyring: Send + Sync {
    /// The secret under this name; `None` where there is none.
    ///
    /// # Errors
    /// Why the keyring cannot be asked.
    fn get(&self, entry: &str) -> Result<Option<Secret>, KeyringError>;

    /// Stores a secret under this name, in place of the one that is there.
    ///
    /// # Errors
    /// Why it cannot be stored.
    fn set(&self, entry: &str, secret: &Secret) -> Result<(), KeyringError>;

    /// Takes the secret of this name out; `false` where there was none.
    ///
    /// # Errors
    /// Why the keyring cannot be asked.
    fn clear(&self, entry: &str) -> Result<bool, KeyringError>;

    /// Whether this build has it at all.
    fn is_built_in(&self) -> bool {
        true
    }
}

/// Why a keyring does not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The program was built without it.
    #[error("the keyring is not in this build")]
    NotBuiltIn,
    /// Nobody serves it here: no session bus, no Secret Service, a locked keychain.
    #[error("the keyring does not answer: {0}")]
    Unreachable(String),
}

impl KeyringError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotBuiltIn => {
                "use { command = \"…\" }, { env = \"…\" }, { file = \"…\" } or { prompt = true }, or a build with the feature `keyring`"
            }
            Self::Unreachable(_) => {
                "unlock it, or start a Secret Service (gnome-keyring, KeePassXC) in this session; without a desktop use { command = \"…\" }, { file = \"…\" } or { prompt = true }"
            }
        }
    }
}

/// The keyring of this machine.
#[must_use]
pub fn system() -> &'static dyn Keyring {
    &System
}

struct System;

#[cfg(not(feature = "keyring"))]
impl Keyring for System {
    fn get(&self, _entry: &str) -> Result<Option<Secret>, KeyringError> {
        Err(KeyringError::NotBuiltIn)
    }

    fn set(&self, _entry: &str, _secret: &Secret) -> Result<(), KeyringError> {
        Err(KeyringError::NotBuiltIn)
    }

    fn clear(&self, _entry: &str) -> Result<bool, KeyringError> {
        Err(KeyringError::NotBuiltIn)
    }

    fn is_built_in(&self) -> bool {
        false
    }
}

#[cfg(feature = "keyring")]
impl Keyring for System {
    fn get(&self, entry: &str) -> Result<Option<Secret>, KeyringError> {
        match real::entry(entry)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(error) => real::absent(&error, None),
        }
    }

    fn set(&self, entry: &str, secret: &Secret) -> Result<(), KeyringError> {
        real::entry(entry)?.set_password(secret.reveal()).map_err(|error| real::told(&error))
    }

    fn clear(&self, entry: &str) -> Result<bool, KeyringError> {
        match real::entry(entry)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(error) => real::absent(&error, false),
        }
    }
}

/// The library. Its errors are told by their kind alone: one of them carries the bytes of the secret.
#[cfg(feature = "keyring")]
mod real {
    use keyring::v1::{Entry, Error};

    use super::KeyringError;

    /// The name under which all secrets of this program stand.
    const SERVICE: &str = "rrx";

    pub(super) fn entry(name: &str) -> Result<Entry, KeyringError> {
        if let Err(error) = Entry::store_status() {
            return Err(told(error));
        }
        Entry::new(SERVICE, name).map_err(|error| told(&error))
    }

    /// What stands for "there is none"; every other error is one.
    pub(super) fn absent<T>(error: &Error, nothing: T) -> Result<T, KeyringError> {
        match error {
            Error::NoEntry => Ok(nothing),
            error => Err(told(error)),
        }
    }

    pub(super) fn told(error: &Error) -> KeyringError {
        KeyringError::Unreachable(match error {
            Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
            Error::NoDefaultStore => "there is none on this machine".into(),
            Error::BadEncoding(_) => "what it holds is not text".into(),
            Error::TooLong(name, most) => format!("{name} is longer than {most}"),
            Error::Ambiguous(_) => "it holds several under this name".into(),
            _ => "it refused".into(),
        })
    }
}
