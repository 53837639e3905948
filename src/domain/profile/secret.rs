//! Secrets: wiped after use, never shown, and where they come from.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::CommandLine;

/// A password, passphrase or one-time code. It has no `Display`; `Debug` prints `…`; its memory is wiped on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
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
    /// An environment variable.
    Env(String),
    /// A file's first line.
    File(PathBuf),
    /// The operating system's keyring, under this name.
    Keyring(String),
    /// Ask.
    Prompt,
}

/// Which secret of a profile is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// The account's password.
    Password,
    /// The passphrase of the key files.
    Passphrase,
}

impl SecretKind {
    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passphrase => "passphrase",
        }
    }

    /// The key of the settings file that names its source.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passphrase => "identity_passphrase",
        }
    }

    /// The name under which the keyring has it. A profile's name holds no `/`: no two meet.
    #[must_use]
    pub fn entry(self, profile: &str) -> String {
        match self {
            Self::Password => profile.to_owned(),
            Self::Passphrase => format!("{profile}/passphrase"),
        }
    }
}

impl SecretSource {
    /// What to do when the server has refused the password that came from here, so many days after it was put there.
    /// Nothing where the source makes a new one each time, or is a person.
    #[must_use]
    pub fn refused(&self, profile: &str, days: Option<u64>, rrx: &CommandLine) -> Option<String> {
        let age = |done: &str| days.map_or_else(String::new, |days| format!("{done} {}: ", ago(days)));
        match self {
            Self::Keyring(_) => Some(format!(
                "{}it may have been rotated; `{}` stores the new one",
                age("stored"),
                rrx.with(&format!("secret set {profile}"))
            )),
            Self::File(path) => Some(format!(
                "{}it may have been rotated; write the new one into {}",
                age("its file was written"),
                path.display()
            )),
            Self::Command(_) | Self::Env(_) | Self::Prompt => None,
        }
    }

    /// What to do where the source gives nothing.
    #[must_use]
    pub fn absent(&self, rrx: &CommandLine) -> String {
        match self {
            Self::Command(_) => "run the command by hand: its first line must be the secret, its exit code 0".into(),
            Self::Env(name) => {
                format!("set {name} in the shell that starts rrx, or name another source in the profile")
            }
            Self::File(path) => {
                format!("write it into the first line of {}, which only you may read", path.display())
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

    /// What is said of the source in a list; never the secret.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Command(command) => format!("the command `{command}`"),
            Self::Env(name) => format!("the environment variable {name}"),
            Self::File(path) => format!("the file {}", path.display()),
            Self::Keyring(_) => "the keyring".into(),
            Self::Prompt => "you, when it is needed".into(),
        }
    }
}

/// Days in words: `today`, `yesterday`, `94 days ago`.
#[must_use]
pub fn ago(days: u64) -> String {
    match days {
        0 => "today".into(),
        1 => "yesterday".into(),
        days => format!("{days} days ago"),
    }
}
