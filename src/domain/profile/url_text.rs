//! The text of connection URLs: how its parts are decoded, and why a text is no such URL.

use super::HopParseError;

/// Why a text is not such a URL. No message quotes what could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlParseError {
    /// The scheme is unknown.
    #[error(
        "it does not begin with mysql://, mariadb://, mysql+ssh://, mariadb+ssh://, jdbc:mysql:// or jdbc:mariadb://"
    )]
    Scheme,
    #[error("the replica's host: {0}")]
    Host(HopParseError),
    #[error("the SSH host: {0}")]
    Hop(HopParseError),
    #[error("it names several hosts, and a profile reaches one")]
    Several,
    #[error("the replica is missing after the SSH host (mysql+ssh://USER@JUMPHOST/ACCOUNT@HOST/DATABASE)")]
    NoReplica,
    /// A password may have signs that are not percent-encoded. It must not be guessed where it ends.
    #[error("it is not clear where the password ends, because an @ follows a /, a ? or a #")]
    Ambiguous,
    #[error("the database contains a /")]
    Database,
    /// A percent-encoded part is not text.
    #[error("{0} is not UTF-8 after its %XX were decoded")]
    NotText(&'static str),
    /// A part that must be plain text contains control characters.
    #[error("{0} contains a control character")]
    Control(&'static str),
}

impl UrlParseError {
    /// Returns what to write instead.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Ambiguous => {
                "in a user, a password, a database or a parameter write / ? # @ : % as %2F %3F %23 %40 %3A %25; write an SSH \
                 host with its user: mysql+ssh://SSHUSER@JUMPHOST:22/"
            }
            Self::Host(_) | Self::Hop(_) | Self::NoReplica | Self::Database => {
                "in a user, a password, a database or a parameter write / ? # @ : % as %2F %3F %23 %40 %3A %25"
            }
            Self::Several => "write one host",
            Self::Scheme | Self::NotText(_) | Self::Control(_) => {
                "write mysql://USER@HOST:3306/DATABASE or mysql+ssh://SSHUSER@JUMPHOST:22/USER@HOST:3306/DATABASE"
            }
        }
    }
}

/// The note about a password of the SSH host.
pub(super) const SSH_PASSWORD_LEFT_OUT: &str =
    "the SSH password of the URL is left out: rrx asks for it when the jump host does";

/// Decodes a text for the settings. It must not contain control characters.
pub(super) fn plain(text: &str, what: &'static str) -> Result<String, UrlParseError> {
    let text = decoded(text, what)?;
    if text.chars().any(char::is_control) { Err(UrlParseError::Control(what)) } else { Ok(text) }
}

/// Decodes `%XX`; a `%` before anything else stays.
pub(super) fn decoded(text: &str, what: &'static str) -> Result<String, UrlParseError> {
    let hex =
        |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if let (b'%', Some(high), Some(low)) = (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).map_err(|error| {
        zeroize::Zeroize::zeroize(&mut error.into_bytes());
        UrlParseError::NotText(what)
    })
}
