//! Keys, certificates and the agent: finds what can be offered at a hop, and unlocks it. Knows no connection.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Algorithm, Certificate, PrivateKey, PublicKey, decode_secret_key};
use tokio::net::UnixStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::context::TunnelContext;
use super::problem::TunnelError;
use super::station::Station;
use crate::domain::limits;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, Question};

/// How often a passphrase is asked for: once, and again twice.
const PASSPHRASE_TRIES: usize = 3;

/// Something to sign in with.
#[derive(Clone, Debug)]
pub(super) enum Credential {
    /// Nothing at all: some hops take that.
    Nothing,
    /// A key at hand.
    Key(Arc<PrivateKey>),
    /// A key at hand, and a certificate of it.
    Certified(Arc<PrivateKey>, Box<Certificate>),
    /// A key, or a key with a certificate, that the agent signs with.
    Agent(Box<AgentIdentity>),
    /// The account's password.
    Password(Secret),
    /// Answers to the hop's own questions.
    Answers {
        /// In the order of the questions.
        given: Vec<Secret>,
        /// Whether they may be given once more: a one-time code may not.
        is_repeatable: bool,
    },
}

impl Credential {
    /// The public part in wire form: the same key is offered once.
    pub(super) fn blob(&self) -> Vec<u8> {
        let bytes = match self {
            Self::Key(key) => key.public_key().to_bytes(),
            Self::Certified(_, certificate) => certificate.to_bytes(),
            Self::Agent(identity) => match &**identity {
                AgentIdentity::PublicKey { key, .. } => key.to_bytes(),
                AgentIdentity::Certificate { certificate, .. } => certificate.to_bytes(),
            },
            Self::Nothing | Self::Password(_) | Self::Answers { .. } => return Vec::new(),
        };
        bytes.unwrap_or_default()
    }

    /// Whether it is a key that wants a touch of its owner, for as long as that may take.
    pub(super) fn wants_a_touch(&self) -> bool {
        match self {
            Self::Agent(identity) => is_on_a_security_key(&identity.public_key().algorithm()),
            Self::Nothing | Self::Key(_) | Self::Certified(..) | Self::Password(_) | Self::Answers { .. } => false,
        }
    }

    /// Whether it is something that was typed, and so perhaps good once only.
    pub(super) fn is_typed(&self) -> bool {
        match self {
            Self::Password(_) | Self::Answers { .. } => true,
            Self::Nothing | Self::Key(_) | Self::Certified(..) | Self::Agent(_) => false,
        }
    }

    /// Whether it lets us in a second time.
    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Self::Answers { is_repeatable, .. } => *is_repeatable,
            Self::Nothing | Self::Key(_) | Self::Certified(..) | Self::Agent(_) | Self::Password(_) => true,
        }
    }
}

/// Something that may be offered.
pub(super) enum Offer {
    /// At hand, with its words.
    Ready(Credential, String),
    /// A key that wants its passphrase first.
    Locked(Locked),
}

/// A key file that wants its passphrase.
pub(super) struct Locked {
    /// The file.
    pub(super) path: PathBuf,
    text: Zeroizing<String>,
    certificates: Vec<(PathBuf, Certificate)>,
}

/// What became of a key file.
enum Loaded {
    /// It can be offered.
    Ready(Credential, String),
    /// It wants its passphrase.
    Locked(Zeroizing<String>),
    /// It cannot be used, and this is why.
    Unusable(String),
    /// There is none.
    Absent,
}

/// The agent, if one answers.
pub(super) type Agent = AgentClient<UnixStream>;

/// Connects to the agent and asks what it holds; words when it is named but does not answer.
pub(super) async fn ask(socket: &Path) -> Result<(Agent, Vec<AgentIdentity>), String> {
    let asking = async {
        let mut agent = AgentClient::connect_uds(socket).await?;
        let keys = agent.request_identities().await?;
        Ok::<_, russh::keys::Error>((agent, keys))
    };
    match timeout(limits::AGENT, asking).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".into()),
    }
}

/// Everything that can be offered at a hop, in order: keys that the user named, the agent's, the usual files, and last
/// those that want a passphrase. A certificate comes before its key.
pub(super) async fn find(
    hop: &Station,
    context: &TunnelContext,
    tried: &mut Vec<String>,
) -> (Option<Agent>, Vec<Offer>) {
    let (paths, is_named) = hop.key_files(context);
    let (agent, held) = ask_agent(hop, is_named, tried).await;
    let mut certificates = Vec::new();
    for path in &hop.certificates {
        match load_certificate(path, context).await {
            Ok(Some(certificate)) => certificates.push((path.clone(), certificate)),
            Ok(None) => tried.push(format!("certificate {}: there is no such file", path.display())),
            Err(why) => tried.push(format!("certificate {}: {why}", path.display())),
        }
    }
    let (mut ready, mut locked) = (Vec::new(), Vec::new());
    for path in paths {
        // OpenSSH looks for a certificate beside each key.
        let beside = PathBuf::from(format!("{}-cert.pub", path.display()));
        if let Ok(Some(certificate)) = load_certificate(&beside, context).await {
            certificates.push((beside, certificate));
        }
        match load(&path, context, &held).await {
            Loaded::Ready(credential, words) => ready.push((credential, words)),
            Loaded::Locked(text) => {
                locked.push(Offer::Locked(Locked { path, text, certificates: Vec::new() }));
            }
            Loaded::Absent if !is_named => {}
            Loaded::Absent => tried.push(format!("key {}: there is no such file", path.display())),
            Loaded::Unusable(why) => tried.push(format!("key {}: {why}", path.display())),
        }
    }
    certificates.retain(|(path, certificate)| match flaw(certificate, context.unix_time()) {
        None => true,
        Some(why) => {
            tried.push(format!("certificate {}: {why}", path.display()));
            false
        }
    });
    for offer in &mut locked {
        if let Offer::Locked(locked) = offer {
            locked.certificates.clone_from(&certificates);
        }
    }
    let held: Vec<_> =
        if hop.keys_only { Vec::new() } else { held.into_iter().map(|key| (shown_agent(&key), key)).collect() };
    let held = held.into_iter().map(|(words, key)| (Credential::Agent(Box::new(key)), words));
    let in_order: Vec<_> = if is_named { ready.into_iter().chain(held).collect() } else { held.chain(ready).collect() };
    let offers = in_order.into_iter().flat_map(|(credential, words)| certified(credential, words, &certificates));
    let offers = offers.map(|(credential, words)| Offer::Ready(credential, words)).chain(locked).collect();
    (agent, offers)
}

async fn ask_agent(hop: &Station, is_named: bool, tried: &mut Vec<String>) -> (Option<Agent>, Vec<AgentIdentity>) {
    let Some(socket) = &hop.agent else { return (None, Vec::new()) };
    match ask(socket).await {
        Ok((agent, keys)) => {
            if keys.is_empty() && !is_named {
                tried.push("the agent: it holds no key".into());
            }
            (Some(agent), keys)
        }
        Err(why) => {
            if !is_named {
                tried.push(format!("the agent at {}: {why}", socket.display()));
            }
            (None, Vec::new())
        }
    }
}

/// What is offered for one key: its certificates, then the key itself.
fn certified(
    credential: Credential,
    words: String,
    certificates: &[(PathBuf, Certificate)],
) -> Vec<(Credential, String)> {
    let key: Option<KeyData> = match &credential {
        Credential::Key(key) => Some(key.public_key().key_data().clone()),
        Credential::Agent(identity) => match &**identity {
            AgentIdentity::PublicKey { key, .. } => Some(key.key_data().clone()),
            AgentIdentity::Certificate { .. } => None,
        },
        Credential::Nothing | Credential::Certified(..) | Credential::Password(_) | Credential::Answers { .. } => None,
    };
    let mut offers = Vec::new();
    for (path, certificate) in certificates.iter().filter(|(_, one)| key.as_ref() == Some(one.public_key())) {
        let certified = match &credential {
            Credential::Key(key) => Credential::Certified(Arc::clone(key), Box::new(certificate.clone())),
            _ => Credential::Agent(Box::new(AgentIdentity::Certificate {
                certificate: certificate.clone(),
                comment: certificate.comment().to_owned(),
            })),
        };
        offers.push((certified, format!("{words} with certificate {}", path.display())));
    }
    offers.push((credential, words));
    offers
}

/// Why a certificate is of no use for signing in. For whom it is, the hop decides: it may have rules of its own.
fn flaw(certificate: &Certificate, now: u64) -> Option<&'static str> {
    if certificate.cert_type() != CertType::User {
        Some("it is a certificate for hosts")
    } else if now < certificate.valid_after() {
        Some("it is not valid yet")
    } else if now >= certificate.valid_before() {
        Some("it has expired")
    } else {
        None
    }
}

async fn load_certificate(path: &Path, context: &TunnelContext) -> Result<Option<Certificate>, String> {
    match context.read_file(path).await {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => {
            let text = String::from_utf8(bytes).map_err(|_| "it is not a certificate".to_owned())?;
            Certificate::from_openssh(text.trim()).map(Some).map_err(|error| format!("it cannot be read: {error}"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Loads a key file. A locked or public key that the agent holds is left to the agent.
async fn load(path: &Path, context: &TunnelContext, held: &[AgentIdentity]) -> Loaded {
    let text = match context.read_file(path).await {
        Ok(None) => return Loaded::Absent,
        Err(error) => return Loaded::Unusable(error.to_string()),
        Ok(Some(bytes)) => match String::from_utf8(bytes) {
            Ok(text) => Zeroizing::new(text),
            Err(_) => return Loaded::Unusable("it is not a key".into()),
        },
    };
    let by_agent = format!("key {} by the agent", path.display());
    if let Ok(public) = PublicKey::from_openssh(text.trim()) {
        return match held_by(held, &public) {
            Some(credential) => Loaded::Ready(credential, by_agent),
            None => Loaded::Unusable("it is a public key, and the agent does not hold its private one".into()),
        };
    }
    if text.contains("BEGIN EC PRIVATE KEY") && text.contains("ENCRYPTED") {
        let remedy = format!("`ssh-keygen -p -f {}` writes it anew", path.display());
        return Loaded::Unusable(format!("it is locked in an old form that rrx does not read: {remedy}"));
    }
    // PKCS#8 says so in its first line; the library takes a locked one for damaged.
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
        return Loaded::Locked(text);
    }
    // OpenSSH's format shows the public part, of a locked key too.
    let public = PrivateKey::from_openssh(text.as_bytes()).ok().map(|key| key.public_key().clone());
    if let Some(public) = &public
        && is_on_a_security_key(&public.algorithm())
    {
        return match held_by(held, public) {
            Some(credential) => Loaded::Ready(credential, by_agent),
            None => Loaded::Unusable(format!(
                "it is on a security key, which rrx reaches through the agent alone: `ssh-add {}`",
                path.display()
            )),
        };
    }
    match decode(&text, None).await {
        Ok(key) => return Loaded::Ready(Credential::Key(Arc::new(key)), format!("key {}", path.display())),
        Err(russh::keys::Error::KeyIsEncrypted) => {}
        Err(error) => return Loaded::Unusable(format!("it cannot be read: {error}")),
    }
    match public.and_then(|public| held_by(held, &public)) {
        Some(credential) => Loaded::Ready(credential, by_agent),
        None => Loaded::Locked(text),
    }
}

/// The configured passphrase of the key files; its source is asked once.
#[derive(Default)]
pub(super) struct Passphrase {
    configured: Option<Secret>,
    is_fetched: bool,
}

impl Passphrase {
    async fn configured(&mut self, context: &TunnelContext) -> Result<Option<Secret>, TunnelError> {
        if !self.is_fetched
            && let Some(source) = &context.passphrase
        {
            self.configured = Some(source().await.map_err(TunnelError::Passphrase)?);
        }
        self.is_fetched = true;
        Ok(self.configured.clone())
    }
}

impl Locked {
    /// Tries the configured passphrase, then one that was typed before, then asks; words where that did not help.
    ///
    /// # Errors
    /// When the source of the passphrase fails.
    pub(super) async fn unlock(
        &self,
        context: &TunnelContext,
        passphrase: &mut Passphrase,
    ) -> Result<Result<Vec<(Credential, String)>, String>, TunnelError> {
        if let Some(secret) = passphrase.configured(context).await?
            && let Ok(key) = decode(&self.text, Some(secret)).await
        {
            return Ok(Ok(self.offers(key)));
        }
        let purpose = format!("Passphrase of the key {}", self.path.display());
        if let Some(secret) = context.asker.typed(&purpose) {
            if let Ok(key) = decode(&self.text, Some(secret)).await {
                return Ok(Ok(self.offers(key)));
            }
            context.asker.keep(&purpose, None);
        }
        for attempt in 0..PASSPHRASE_TRIES {
            let again = if attempt == 0 { "" } else { " (that was not it)" };
            let prompt = format!("{purpose}{again}");
            match context.asker.ask(Question::Secret { prompt, echo: false }).await {
                Answer::Secret(secret) => {
                    if let Ok(key) = decode(&self.text, Some(secret.clone())).await {
                        context.asker.keep(&purpose, Some(&secret));
                        return Ok(Ok(self.offers(key)));
                    }
                }
                Answer::Accept | Answer::Decline => {
                    return Ok(Err("it is locked, and no passphrase was given".into()));
                }
            }
        }
        Ok(Err(format!("it is locked, and {PASSPHRASE_TRIES} passphrases were wrong")))
    }

    fn offers(&self, key: PrivateKey) -> Vec<(Credential, String)> {
        certified(Credential::Key(Arc::new(key)), format!("key {}", self.path.display()), &self.certificates)
    }
}

/// Whether the key itself is in a device, and the file but its handle.
fn is_on_a_security_key(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256)
}

fn shown_agent(identity: &AgentIdentity) -> String {
    match identity.comment() {
        "" => format!("agent key {}", identity.public_key().fingerprint(russh::keys::HashAlg::Sha256)),
        comment => format!("agent key {}", super::problem::plain(comment)),
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
