//! A host key as users see it: its type, its fingerprint, and a short text with both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::digest::{SHA256, digest};

/// A host key as the server sends it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostKey {
    /// The key type, such as `ssh-ed25519` (`ssh-rsa` for every RSA key).
    pub algorithm: String,
    /// The key in the encoding of the SSH protocol.
    pub blob: Vec<u8>,
}

impl HostKey {
    /// Returns `SHA256:…`, as OpenSSH writes it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, &self.blob)))
    }

    /// Returns whether a pinned fingerprint belongs to this key. The prefix `SHA256:` and the padding may be missing.
    #[must_use]
    pub fn has_fingerprint(&self, pinned: &str) -> bool {
        let pinned = pinned.trim();
        let hash = pinned.strip_prefix("SHA256:").unwrap_or(pinned).trim_end_matches('=');
        self.fingerprint().strip_prefix("SHA256:") == Some(hash)
    }

    /// Returns type and fingerprint, such as `ED25519 SHA256:…`.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{} {}", short_type(&self.algorithm), self.fingerprint())
    }
}

/// Returns the short name of a key type, as OpenSSH prints it next to a fingerprint.
#[must_use]
pub fn short_type(algorithm: &str) -> &str {
    match algorithm {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        _ if algorithm.starts_with("ecdsa-") => "ECDSA",
        _ => algorithm,
    }
}
