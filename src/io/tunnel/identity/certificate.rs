//! User certificates: loads them, checks them, and pairs them with their keys.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::Certificate;
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;

use super::credential::{Credential, NamedCredential};
use crate::io::tunnel::context::TunnelContext;

/// A certificate with the file it came from.
#[derive(Clone)]
pub(super) struct CertificateFile {
    pub(super) path: PathBuf,
    pub(super) certificate: Certificate,
}

/// Loads a certificate; `None` when the file does not exist.
///
/// # Errors
/// Returns a text for the user if the file cannot be read or is not a certificate.
pub(super) async fn load_certificate(path: &Path, context: &TunnelContext) -> Result<Option<CertificateFile>, String> {
    match context.read_file(path).await {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => {
            let text = String::from_utf8(bytes).map_err(|_| "it is not a certificate".to_owned())?;
            let certificate = Certificate::from_openssh(text.trim());
            let certificate = certificate.map_err(|error| format!("it cannot be read: {error}"))?;
            Ok(Some(CertificateFile { path: path.to_owned(), certificate }))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Returns why a certificate cannot be used for signing in. Its names are not checked, because the hop may have its own
/// rules for accounts.
pub(super) fn user_certificate_defect(certificate: &Certificate, now: u64) -> Option<&'static str> {
    if certificate.cert_type() != CertType::User {
        Some("it is a host certificate")
    } else if now < certificate.valid_after() {
        Some("it is not valid yet")
    } else if now >= certificate.valid_before() {
        Some("it has expired")
    } else {
        None
    }
}

/// Returns what is offered for one key: its certificates, then the key itself.
pub(super) fn with_certificates(key: NamedCredential, certificates: &[CertificateFile]) -> Vec<NamedCredential> {
    let public: Option<KeyData> = match &key.credential {
        Credential::Key(key) => Some(key.public_key().key_data().clone()),
        Credential::AgentKey(identity) => match &**identity {
            AgentIdentity::PublicKey { key, .. } => Some(key.key_data().clone()),
            AgentIdentity::Certificate { .. } => None,
        },
        Credential::Nothing | Credential::CertifiedKey(..) | Credential::Password(_) | Credential::Answers { .. } => {
            None
        }
    };
    let mut offers = Vec::new();
    for CertificateFile { path, certificate } in certificates {
        if public.as_ref() != Some(certificate.public_key()) {
            continue;
        }
        let certified = match &key.credential {
            Credential::Key(key) => Credential::CertifiedKey(Arc::clone(key), Box::new(certificate.clone())),
            Credential::AgentKey(_)
            | Credential::Nothing
            | Credential::CertifiedKey(..)
            | Credential::Password(_)
            | Credential::Answers { .. } => Credential::AgentKey(Box::new(AgentIdentity::Certificate {
                certificate: certificate.clone(),
                comment: certificate.comment().to_owned(),
            })),
        };
        offers.push(NamedCredential::new(certified, format!("{} with certificate {}", key.name, path.display())));
    }
    offers.push(key);
    offers
}
