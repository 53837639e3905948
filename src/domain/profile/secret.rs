//! Secrets: wiped after use, never shown, and where they come from.

use std::path::PathBuf;

use zeroize::Zeroizing;

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
    /// The operating system's keyring.
    Keyring,
    /// Ask.
    Prompt,
}
