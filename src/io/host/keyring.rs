//! The keyring of the operating system: the Secret Service on Linux, the keychain on macOS. Needs the feature `keyring`.

use crate::domain::profile::Secret;

/// A keyring of the operating system.
pub trait Keyring: Send + Sync {
    /// Returns the secret of this entry, if there is one.
    ///
    /// # Errors
    /// Returns an error if the keyring cannot be read.
    fn get(&self, entry: &str) -> Result<Option<Secret>, KeyringError>;

    /// Stores a secret as this entry, and replaces the existing one.
    ///
    /// # Errors
    /// Returns an error if the secret cannot be stored.
    fn set(&self, entry: &str, secret: &Secret) -> Result<(), KeyringError>;

    /// Deletes this entry. Returns `false` if there was none.
    ///
    /// # Errors
    /// Returns an error if the keyring cannot be changed.
    fn clear(&self, entry: &str) -> Result<bool, KeyringError>;

    /// Returns whether this build has a keyring.
    fn is_built_in(&self) -> bool {
        true
    }
}

/// Why the keyring cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// rrx was built without the feature `keyring`.
    #[error("this build has no keyring")]
    NotBuiltIn,
    /// For example: no session bus, no Secret Service, a locked keychain.
    #[error("the keyring does not answer: {0}")]
    Unreachable(String),
}

impl KeyringError {
    /// Returns what to do about it.
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

/// Returns the keyring of this machine.
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
        match library::entry(entry)?.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(error) => library::or_absent(&error, None),
        }
    }

    fn set(&self, entry: &str, secret: &Secret) -> Result<(), KeyringError> {
        library::entry(entry)?.set_password(secret.reveal()).map_err(|error| library::keyring_error(&error))
    }

    fn clear(&self, entry: &str) -> Result<bool, KeyringError> {
        match library::entry(entry)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(error) => library::or_absent(&error, false),
        }
    }
}

/// Calls the keyring library. Its errors are reported by their kind only, because one of them contains the bytes of the
/// secret.
#[cfg(feature = "keyring")]
mod library {
    use keyring::v1::{Entry, Error};

    use super::KeyringError;

    /// The service name of all entries of rrx.
    const SERVICE: &str = "rrx";

    pub(super) fn entry(name: &str) -> Result<Entry, KeyringError> {
        if let Err(error) = Entry::store_status() {
            return Err(keyring_error(error));
        }
        Entry::new(SERVICE, name).map_err(|error| keyring_error(&error))
    }

    /// Turns "no entry" into a value; other errors stay errors.
    pub(super) fn or_absent<T>(error: &Error, nothing: T) -> Result<T, KeyringError> {
        match error {
            Error::NoEntry => Ok(nothing),
            error => Err(keyring_error(error)),
        }
    }

    pub(super) fn keyring_error(error: &Error) -> KeyringError {
        KeyringError::Unreachable(match error {
            Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
            Error::NoDefaultStore => "this machine has no keyring".into(),
            Error::BadEncoding(_) => "the entry is not text".into(),
            Error::TooLong(name, max) => format!("{name} is longer than {max}"),
            Error::Ambiguous(_) => "it has several entries of this name".into(),
            _ => "it refused the request".into(),
        })
    }
}
