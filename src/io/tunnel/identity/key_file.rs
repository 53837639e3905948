//! Key files: loads and decrypts them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};
use zeroize::Zeroizing;

use super::agent::find_agent_key;
use super::certificate::{CertificateFile, with_certificates};
use super::credential::{Credential, NamedCredential, is_security_key};
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, Question};
use crate::io::tunnel::context::TunnelContext;
use crate::io::tunnel::error::TunnelError;

/// How often the user may enter a passphrase.
const PASSPHRASE_TRIES: usize = 3;

/// What a key file contains.
pub(super) enum LoadedKey {
    Ready(NamedCredential),
    Encrypted(Zeroizing<String>),
    /// The file cannot be used, for this reason.
    Unusable(String),
    /// The file does not exist.
    Missing,
}

/// A key file that needs its passphrase.
pub(in crate::io::tunnel) struct EncryptedKey {
    pub(in crate::io::tunnel) path: PathBuf,
    text: Zeroizing<String>,
    pub(super) certificates: Vec<CertificateFile>,
}

/// The configured passphrase of the key files; its source is used once.
#[derive(Default)]
pub(in crate::io::tunnel) struct ConfiguredPassphrase {
    passphrase: Option<Secret>,
    is_fetched: bool,
}

impl ConfiguredPassphrase {
    async fn get(&mut self, context: &TunnelContext) -> Result<Option<Secret>, TunnelError> {
        if !self.is_fetched
            && let Some(source) = &context.passphrase
        {
            self.passphrase = Some(source().await.map_err(TunnelError::Passphrase)?);
        }
        self.is_fetched = true;
        Ok(self.passphrase.clone())
    }
}

/// Loads a key file. If the agent has the key of an encrypted or public file, the agent's key is used.
pub(super) async fn load_key(path: &Path, context: &TunnelContext, agent_keys: &[AgentIdentity]) -> LoadedKey {
    let text = match context.read_file(path).await {
        Ok(None) => return LoadedKey::Missing,
        Err(error) => return LoadedKey::Unusable(error.to_string()),
        Ok(Some(bytes)) => match String::from_utf8(bytes) {
            Ok(text) => Zeroizing::new(text),
            Err(_) => return LoadedKey::Unusable("it is not a key".into()),
        },
    };
    let by_agent = |public: &PublicKey| {
        let credential = find_agent_key(agent_keys, public)?;
        Some(LoadedKey::Ready(NamedCredential::new(credential, format!("key {} by the agent", path.display()))))
    };
    if let Ok(public) = PublicKey::from_openssh(text.trim()) {
        let why = "it is a public key, and the agent does not have its private key";
        return by_agent(&public).unwrap_or_else(|| LoadedKey::Unusable(why.into()));
    }
    if text.contains("BEGIN EC PRIVATE KEY") && text.contains("ENCRYPTED") {
        return LoadedKey::Unusable(format!(
            "it is encrypted in an old format that rrx cannot read: convert it with `ssh-keygen -p -f {}`",
            path.display()
        ));
    }
    // The first line shows that this PKCS#8 file is encrypted; the library reports such a file as damaged.
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
        return LoadedKey::Encrypted(text);
    }
    // OpenSSH's format contains the public key even if the private key is encrypted.
    let public = PrivateKey::from_openssh(text.as_bytes()).ok().map(|key| key.public_key().clone());
    if let Some(public) = &public
        && is_security_key(&public.algorithm())
    {
        return by_agent(public).unwrap_or_else(|| {
            LoadedKey::Unusable(format!(
                "it is on a security key, which rrx can use only through the agent: run `ssh-add {}`",
                path.display()
            ))
        });
    }
    match decode(&text, None).await {
        Ok(key) => {
            let name = format!("key {}", path.display());
            return LoadedKey::Ready(NamedCredential::new(Credential::Key(Arc::new(key)), name));
        }
        Err(russh::keys::Error::KeyIsEncrypted) => {}
        Err(error) => return LoadedKey::Unusable(format!("it cannot be read: {error}")),
    }
    public.as_ref().and_then(by_agent).unwrap_or(LoadedKey::Encrypted(text))
}

impl EncryptedKey {
    pub(super) fn new(path: PathBuf, text: Zeroizing<String>) -> Self {
        Self { path, text, certificates: Vec::new() }
    }

    /// Tries the configured passphrase, then one that was entered earlier, then asks the user. The inner error is a
    /// text for the user if the key stays encrypted.
    ///
    /// # Errors
    /// Returns an error if the source of the passphrase fails.
    pub(in crate::io::tunnel) async fn decrypt(
        &self,
        context: &TunnelContext,
        configured: &mut ConfiguredPassphrase,
    ) -> Result<Result<Vec<NamedCredential>, String>, TunnelError> {
        if let Some(secret) = configured.get(context).await?
            && let Ok(key) = decode(&self.text, Some(secret)).await
        {
            return Ok(Ok(self.credentials(key)));
        }
        let purpose = format!("Passphrase of the key {}", self.path.display());
        if let Some(secret) = context.prompter.remembered_secret(&purpose) {
            if let Ok(key) = decode(&self.text, Some(secret)).await {
                return Ok(Ok(self.credentials(key)));
            }
            context.prompter.remember_secret(&purpose, None);
        }
        for attempt in 0..PASSPHRASE_TRIES {
            let note = if attempt == 0 { "" } else { " (wrong, try again)" };
            let prompt = format!("{purpose}{note}");
            match context.prompter.ask(Question::Secret { prompt }).await {
                Answer::Secret(secret) => {
                    if let Ok(key) = decode(&self.text, Some(secret.clone())).await {
                        context.prompter.remember_secret(&purpose, Some(&secret));
                        return Ok(Ok(self.credentials(key)));
                    }
                }
                Answer::Accept | Answer::Decline | Answer::Secrets(_) => {
                    return Ok(Err("it is encrypted, and no passphrase was entered".into()));
                }
            }
        }
        Ok(Err(format!("it is encrypted, and {PASSPHRASE_TRIES} passphrases were wrong")))
    }

    fn credentials(&self, key: PrivateKey) -> Vec<NamedCredential> {
        let name = format!("key {}", self.path.display());
        with_certificates(NamedCredential::new(Credential::Key(Arc::new(key)), name), &self.certificates)
    }
}

/// Decodes a key on a blocking thread: a passphrase takes half a second by design.
async fn decode(text: &Zeroizing<String>, passphrase: Option<Secret>) -> Result<PrivateKey, russh::keys::Error> {
    let text = text.clone();
    tokio::task::spawn_blocking(move || decode_secret_key(&text, passphrase.as_ref().map(Secret::reveal)))
        .await
        .map_err(|error| russh::keys::Error::IO(io::Error::other(error)))?
}
