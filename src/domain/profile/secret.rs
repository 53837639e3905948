//! Secrets and their sources. A secret is wiped after use and never shown.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{CommandLine, settings_table};

/// A password, passphrase or one-time code. It has no `Display`; `Debug` prints `…`; its memory is wiped on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text. Only the code that sends it may call this.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Something at the ends of a stored secret that is probably not a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretOddity {
    ByteOrderMark,
    Quotes,
    SpaceBefore,
    SpaceAfter,
}

impl SecretOddity {
    /// Finds the first oddity of a secret.
    #[must_use]
    pub fn of(secret: &Secret) -> Option<Self> {
        let text = secret.reveal();
        let is_quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
        if text.starts_with('\u{feff}') {
            Some(Self::ByteOrderMark)
        } else if is_quoted('"') || is_quoted('\'') {
            Some(Self::Quotes)
        } else if text.starts_with(char::is_whitespace) {
            Some(Self::SpaceBefore)
        } else if text.ends_with(char::is_whitespace) {
            Some(Self::SpaceAfter)
        } else {
            None
        }
    }

    /// Describes what is odd, after "the password".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "begins with a byte order mark, which some editors write",
            Self::Quotes => "is in quotes",
            Self::SpaceBefore => "begins with a space",
            Self::SpaceAfter => "ends with a space",
        }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// A shell command's first line of output.
    Command(String),
    Env(String),
    /// A file's first line.
    File(PathBuf),
    /// The operating system's keyring, under this name.
    Keyring(String),
    /// rrx asks the user.
    Prompt,
}

/// One of the secrets of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The password of the MySQL account.
    Password,
    /// The passphrase of the key files.
    Passphrase,
}

impl SecretKind {
    /// Returns the name for messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passphrase => "passphrase",
        }
    }

    /// Returns the key of the settings file that names the secret's source.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Password => settings_table::profile::PASSWORD.name(),
            Self::Passphrase => settings_table::profile::IDENTITY_PASSPHRASE.name(),
        }
    }

    /// Returns the name of the secret in the keyring. No two profiles share one, since a profile's name has no `/`.
    #[must_use]
    pub fn keyring_name(self, profile: &str) -> String {
        match self {
            Self::Password => profile.to_owned(),
            Self::Passphrase => format!("{profile}/passphrase"),
        }
    }
}

impl SecretSource {
    /// Returns what to do when the server has refused the password of this source, which is so many days old. `None` for a source
    /// that makes a new password each time, and for a prompt.
    #[must_use]
    pub fn hint_when_refused(&self, profile: &str, days: Option<u64>, rrx: &CommandLine) -> Option<String> {
        let age = |event: &str| days.map_or_else(String::new, |days| format!("{event} {}: ", days_ago(days)));
        match self {
            Self::Keyring(_) => Some(format!(
                "{}it may have been rotated; `{}` stores the new one",
                age("stored"),
                rrx.with(&format!("secret set {profile}"))
            )),
            Self::File(path) => Some(format!(
                "{}it may have been rotated; write the new one to {}",
                age("the file was written"),
                path.display()
            )),
            Self::Command(_) | Self::Env(_) | Self::Prompt => None,
        }
    }

    /// Returns what to do when the source provides no secret.
    #[must_use]
    pub fn hint_when_absent(&self, rrx: &CommandLine) -> String {
        match self {
            Self::Command(_) => {
                "run the command yourself: it must print the secret on the first line and exit with 0".into()
            }
            Self::Env(name) => {
                format!("set {name} in the shell that starts rrx, or name another source in the profile")
            }
            Self::File(path) => {
                format!("write it to the first line of {}, which only you may read", path.display())
            }
            Self::Keyring(entry) => {
                let words = match entry.split_once('/') {
                    None => format!("secret set {entry}"),
                    Some((profile, _)) => format!("secret set {profile} --passphrase"),
                };
                format!("`{}` stores it", rrx.with(&words))
            }
            Self::Prompt => {
                "name another source in the profile: { command = \"…\" }, { file = \"…\" } or { env = \"…\" }".into()
            }
        }
    }

    /// Describes the source, never the secret.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Command(command) => format!("the command `{command}`"),
            Self::Env(name) => format!("the environment variable {name}"),
            Self::File(path) => format!("the file {}", path.display()),
            Self::Keyring(_) => "the keyring".into(),
            Self::Prompt => "you, when it is needed".into(),
        }
    }
}

/// Describes how long ago a day was: `today`, `yesterday`, `94 days ago`.
#[must_use]
pub fn days_ago(days: u64) -> String {
    match days {
        0 => "today".into(),
        1 => "yesterday".into(),
        days => format!("{days} days ago"),
    }
}
