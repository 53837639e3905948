//! The credentials that a user can sign in with, and how often each may be used.

use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::{Algorithm, Certificate, PrivateKey};

use crate::domain::profile::Secret;

/// A credential for signing in at a hop.
#[derive(Clone, Debug)]
pub(in crate::io::tunnel) enum Credential {
    /// No credential at all: some hops accept that.
    Nothing,
    /// A private key in memory.
    Key(Arc<PrivateKey>),
    /// A private key in memory, with its certificate.
    CertifiedKey(Arc<PrivateKey>, Box<Certificate>),
    /// A key, or a key with a certificate, that the agent signs with.
    AgentKey(Box<AgentIdentity>),
    Password(Secret),
    /// Answers to the hop's questions.
    Answers {
        /// In the order of the questions.
        given: Vec<Secret>,
        /// Whether they may be sent again: a one-time code must not.
        is_repeatable: bool,
    },
}

/// A credential with its name in messages.
#[derive(Clone, Debug)]
pub(in crate::io::tunnel) struct NamedCredential {
    pub(in crate::io::tunnel) credential: Credential,
    pub(in crate::io::tunnel) name: String,
}

impl NamedCredential {
    pub(in crate::io::tunnel) fn new(credential: Credential, name: impl Into<String>) -> Self {
        Self { credential, name: name.into() }
    }
}

impl Credential {
    /// Returns the public part in wire format, which shows whether a key was already offered.
    pub(in crate::io::tunnel) fn public_blob(&self) -> Vec<u8> {
        let bytes = match self {
            Self::Key(key) => key.public_key().to_bytes(),
            Self::CertifiedKey(_, certificate) => certificate.to_bytes(),
            Self::AgentKey(identity) => match &**identity {
                AgentIdentity::PublicKey { key, .. } => key.to_bytes(),
                AgentIdentity::Certificate { certificate, .. } => certificate.to_bytes(),
            },
            Self::Nothing | Self::Password(_) | Self::Answers { .. } => return Vec::new(),
        };
        bytes.unwrap_or_default()
    }

    /// Returns whether the user has to touch a device for it.
    pub(in crate::io::tunnel) fn needs_touch(&self) -> bool {
        match self {
            Self::AgentKey(identity) => is_security_key(&identity.public_key().algorithm()),
            Self::Nothing | Self::Key(_) | Self::CertifiedKey(..) | Self::Password(_) | Self::Answers { .. } => false,
        }
    }

    /// Returns whether the user typed it, so that it may be a one-time code.
    pub(in crate::io::tunnel) fn is_typed(&self) -> bool {
        match self {
            Self::Password(_) | Self::Answers { .. } => true,
            Self::Nothing | Self::Key(_) | Self::CertifiedKey(..) | Self::AgentKey(_) => false,
        }
    }

    /// Returns whether it can sign in a second time.
    pub(in crate::io::tunnel) fn is_repeatable(&self) -> bool {
        match self {
            Self::Answers { is_repeatable, .. } => *is_repeatable,
            Self::Nothing | Self::Key(_) | Self::CertifiedKey(..) | Self::AgentKey(_) | Self::Password(_) => true,
        }
    }
}

/// Returns whether the private key is inside a device, and the file contains only a reference to it.
pub(super) fn is_security_key(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256)
}
