//! Key files and the agent: finds what can be offered at a hop, and unlocks it. Knows no connection.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::context::TunnelContext;
use super::problem::TunnelError;
use crate::domain::limits;
use crate::domain::port::{Answer, Question};
use crate::domain::profile::Secret;

/// How often a passphrase is asked for: once, and again twice.
const PASSPHRASE_TRIES: usize = 3;
/// OpenSSH's default key files, below `~/.ssh`.
const DEFAULT_FILES: [&str; 3] = ["id_ed25519", "id_ecdsa", "id_rsa"];

/// Something to sign in with.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    /// A key at hand.
    Key(Arc<PrivateKey>),
    /// A key that the agent signs with.
    Agent(Box<AgentIdentity>),
}

impl Credential {
    /// The public part in wire form: the same key is offered once.
    pub(super) fn blob(&self) -> Vec<u8> {
        let bytes = match self {
            Self::Key(key) => key.public_key().to_bytes(),
            Self::Agent(identity) => match &**identity {
                AgentIdentity::PublicKey { key, .. } => key.to_bytes(),
                AgentIdentity::Certificate { certificate, .. } => certificate.to_bytes(),
            },
        };
        bytes.unwrap_or_default()
    }
}

/// Where a credential may come from.
#[derive(Debug)]
pub(super) enum Candidate {
    /// A key of the agent.
    Agent(Box<AgentIdentity>),
    /// A file that the profile names, or one of the default ones.
    File { path: PathBuf, is_default: bool },
}

/// What became of a key file.
pub(super) enum Loaded {
    /// It can be offered.
    Ready(Credential),
    /// It cannot, and this is why.
    Unusable(String),
    /// There is none, and nobody named it.
    Absent,
}

/// The agent, if one answers.
pub(super) type Agent = AgentClient<UnixStream>;

/// Connects to the agent; words when it is named but does not answer.
pub(super) async fn connect_agent(socket: &Path) -> Result<Agent, String> {
    match timeout(limits::REACH, AgentClient::connect_uds(socket)).await {
        Ok(Ok(agent)) => Ok(agent),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

/// The agent's keys; none when it does not say.
pub(super) async fn agent_keys(agent: &mut Agent) -> Vec<AgentIdentity> {
    match timeout(limits::REACH, agent.request_identities()).await {
        Ok(Ok(keys)) => keys,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// What to offer, in order: the named files alone, else the agent's keys and then the default files.
pub(super) fn candidates(named: &[PathBuf], agent_keys: &[AgentIdentity], home: &Path) -> Vec<Candidate> {
    if !named.is_empty() {
        return named.iter().map(|path| Candidate::File { path: path.clone(), is_default: false }).collect();
    }
    let files =
        DEFAULT_FILES.iter().map(|name| Candidate::File { path: home.join(".ssh").join(name), is_default: true });
    agent_keys.iter().cloned().map(Box::new).map(Candidate::Agent).chain(files).collect()
}

/// Reads key files and remembers the configured passphrase.
pub(super) struct KeyFiles<'a> {
    context: &'a TunnelContext,
    /// The configured passphrase, once it was fetched.
    configured: Option<Secret>,
    is_fetched: bool,
}

impl<'a> KeyFiles<'a> {
    pub(super) fn new(context: &'a TunnelContext) -> Self {
        Self { context, configured: None, is_fetched: false }
    }

    /// Loads a key file. A locked or public key that the agent holds is left to the agent.
    ///
    /// # Errors
    /// When the source of the passphrase fails.
    pub(super) async fn load(
        &mut self,
        path: &Path,
        is_default: bool,
        agent_keys: &[AgentIdentity],
    ) -> Result<Loaded, TunnelError> {
        let text = match self.context.read_file(&self.context.expand(path)).await {
            Ok(None) if is_default => return Ok(Loaded::Absent),
            Ok(None) => return Ok(Loaded::Unusable("there is no such file".into())),
            Err(error) => return Ok(Loaded::Unusable(error.to_string())),
            Ok(Some(bytes)) => match String::from_utf8(bytes) {
                Ok(text) => Zeroizing::new(text),
                Err(_) => return Ok(Loaded::Unusable("it is not a key".into())),
            },
        };
        if let Ok(public) = PublicKey::from_openssh(text.trim()) {
            return Ok(held_by(agent_keys, &public).map_or_else(
                || Loaded::Unusable("it is a public key, and the agent does not hold its private one".into()),
                Loaded::Ready,
            ));
        }
        match decode(&text, None).await {
            Ok(key) => return Ok(Loaded::Ready(Credential::Key(Arc::new(key)))),
            Err(russh::keys::Error::KeyIsEncrypted) => {}
            Err(error) => return Ok(Loaded::Unusable(format!("it cannot be read: {error}"))),
        }
        // OpenSSH's format shows the public part of a locked key.
        let public = PrivateKey::from_openssh(text.as_bytes()).ok().map(|key| key.public_key().clone());
        if let Some(held) = public.and_then(|public| held_by(agent_keys, &public)) {
            return Ok(Loaded::Ready(held));
        }
        self.unlock(path, &text).await
    }

    /// Tries the configured passphrase, then asks.
    async fn unlock(&mut self, path: &Path, text: &Zeroizing<String>) -> Result<Loaded, TunnelError> {
        if let Some(secret) = self.configured().await?
            && let Ok(key) = decode(text, Some(secret)).await
        {
            return Ok(Loaded::Ready(Credential::Key(Arc::new(key))));
        }
        for attempt in 0..PASSPHRASE_TRIES {
            let again = if attempt == 0 { "" } else { " (that was not it)" };
            let prompt = format!("Passphrase of the key {}{again}", path.display());
            match self.context.asker.ask(Question::Secret { prompt, echo: false }).await {
                Answer::Secret(secret) => {
                    if let Ok(key) = decode(text, Some(secret)).await {
                        return Ok(Loaded::Ready(Credential::Key(Arc::new(key))));
                    }
                }
                Answer::Accept | Answer::Decline => {
                    return Ok(Loaded::Unusable("it is locked, and no passphrase was given".into()));
                }
            }
        }
        Ok(Loaded::Unusable(format!("it is locked, and {PASSPHRASE_TRIES} passphrases were wrong")))
    }

    /// The configured passphrase; its source is asked once.
    async fn configured(&mut self) -> Result<Option<Secret>, TunnelError> {
        if !self.is_fetched
            && let Some(source) = &self.context.passphrase
        {
            self.configured = Some(source().await.map_err(TunnelError::Passphrase)?);
        }
        self.is_fetched = true;
        Ok(self.configured.clone())
    }
}

fn held_by(agent_keys: &[AgentIdentity], public: &PublicKey) -> Option<Credential> {
    agent_keys
        .iter()
        .find(
            |identity| matches!(identity, AgentIdentity::PublicKey { key, .. } if key.key_data() == public.key_data()),
        )
        .map(|identity| Credential::Agent(Box::new(identity.clone())))
}

/// Decodes a key on a thread that may compute: a passphrase costs half a second by design.
async fn decode(text: &Zeroizing<String>, secret: Option<Secret>) -> Result<PrivateKey, russh::keys::Error> {
    let text = text.clone();
    tokio::task::spawn_blocking(move || decode_secret_key(&text, secret.as_ref().map(Secret::reveal)))
        .await
        .map_err(|error| russh::keys::Error::IO(io::Error::other(error)))?
}
