//! Signs in at a hop by agent and key files, and remembers what was tried. Knows nothing of host keys and forwards.

use russh::MethodKind;
use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg};
use russh::{AgentAuthError, MethodSet};
use tokio::time::timeout;

use super::context::TunnelContext;
use super::host_key::Guardian;
use super::identity::{Agent, Candidate, Credential, KeyFiles, Loaded, agent_keys, candidates, connect_agent};
use super::problem::TunnelError;
use crate::domain::limits;
use crate::domain::profile::Hop;

/// Keys offered at one hop: OpenSSH's sshd closes the connection at the sixth failure.
const MOST_OFFERED: usize = 5;

/// A sign-in that goes on: what was offered, and what came of it.
pub(super) struct SignIn<'a> {
    handle: &'a mut Handle<Guardian>,
    host: String,
    user: String,
    agent: Option<Agent>,
    tried: Vec<String>,
    offered: Vec<Vec<u8>>,
    takes: Vec<String>,
}

/// What one offer led to.
enum Outcome {
    In,
    /// Not taken; whether further keys make sense.
    Refused {
        may_go_on: bool,
    },
}

impl<'a> SignIn<'a> {
    /// `host` is the hop as the user names it.
    pub(super) fn new(handle: &'a mut Handle<Guardian>, host: String, user: String) -> Self {
        Self { handle, host, user, agent: None, tried: Vec::new(), offered: Vec::new(), takes: Vec::new() }
    }

    /// Signs in with what was good before.
    pub(super) async fn again(mut self, credential: &Credential, context: &TunnelContext) -> Result<(), TunnelError> {
        if matches!(credential, Credential::Agent(_))
            && let Some(socket) = &context.agent
        {
            self.agent = connect_agent(socket).await.ok();
        }
        match self.offer(credential, "the same key as before").await? {
            Outcome::In => Ok(()),
            Outcome::Refused { .. } => Err(self.refused()),
        }
    }

    /// Offers what there is, in order, until something is taken; the words say what.
    pub(super) async fn first(
        mut self,
        hop: &Hop,
        context: &TunnelContext,
    ) -> Result<(Credential, String), TunnelError> {
        let mut keys = Vec::new();
        if let Some(socket) = &context.agent {
            match connect_agent(socket).await {
                Ok(mut agent) => {
                    keys = agent_keys(&mut agent).await;
                    self.agent = Some(agent);
                    if keys.is_empty() && hop.identity.is_empty() {
                        self.tried.push("the agent: it holds no key".into());
                    }
                }
                Err(why) if hop.identity.is_empty() => {
                    self.tried.push(format!("the agent at {}: {why}", socket.display()));
                }
                Err(_) => {}
            }
        }
        let mut files = KeyFiles::new(context);
        for candidate in candidates(&hop.identity, &keys, &context.home) {
            let (credential, shown) = match candidate {
                Candidate::Agent(identity) => {
                    let shown = shown_agent(&identity);
                    (Credential::Agent(identity), shown)
                }
                Candidate::File { path, is_default } => match files.load(&path, is_default, &keys).await? {
                    Loaded::Ready(credential @ Credential::Key(_)) => (credential, format!("key {}", path.display())),
                    Loaded::Ready(credential) => (credential, format!("key {} by the agent", path.display())),
                    Loaded::Unusable(why) => {
                        self.tried.push(format!("key {}: {why}", path.display()));
                        continue;
                    }
                    Loaded::Absent => continue,
                },
            };
            if self.offered.contains(&credential.blob()) {
                continue;
            }
            if self.offered.len() == MOST_OFFERED {
                self.tried
                    .push(format!("{MOST_OFFERED} keys, and no more: name the right one as identity in the profile"));
                break;
            }
            match self.offer(&credential, &shown).await? {
                Outcome::In => {
                    let words = format!("{shown}, as {}", self.user);
                    return Ok((credential, words));
                }
                Outcome::Refused { may_go_on: true } => {}
                Outcome::Refused { may_go_on: false } => break,
            }
        }
        Err(self.refused())
    }

    fn refused(self) -> TunnelError {
        TunnelError::SignIn { host: self.host, user: self.user, tried: self.tried, takes: self.takes }
    }

    async fn offer(&mut self, credential: &Credential, shown: &str) -> Result<Outcome, TunnelError> {
        self.offered.push(credential.blob());
        let attempt = timeout(limits::SIGN_IN, self.attempt(credential)).await;
        let Ok(result) = attempt else { return Err(TunnelError::SignInTimedOut { host: self.host.clone() }) };
        match result {
            Ok(AuthResult::Success) => Ok(Outcome::In),
            Ok(AuthResult::Failure { remaining_methods, partial_success }) => {
                let closed = remaining_methods.is_empty() || self.handle.is_closed();
                let what = match (partial_success, closed) {
                    (true, _) => "taken, but the hop wants something more than a key",
                    (false, true) => "not taken, and the hop closed the connection",
                    (false, false) => "not taken",
                };
                self.tried.push(format!("{shown}: {what}"));
                self.takes = names(&remaining_methods);
                let may_go_on = !partial_success && !closed && remaining_methods.contains(&MethodKind::PublicKey);
                Ok(Outcome::Refused { may_go_on })
            }
            Err(why) => {
                self.tried.push(format!("{shown}: {why}"));
                Ok(Outcome::Refused { may_go_on: !self.handle.is_closed() })
            }
        }
    }

    async fn attempt(&mut self, credential: &Credential) -> Result<AuthResult, String> {
        let user = self.user.clone();
        match credential {
            Credential::Key(key) => {
                let hash = self.hash_for(&key.algorithm()).await;
                let key = PrivateKeyWithHashAlg::new(std::sync::Arc::clone(key), hash);
                self.handle.authenticate_publickey(user, key).await.map_err(|error| error.to_string())
            }
            Credential::Agent(identity) => {
                let hash = self.hash_for(&identity.public_key().algorithm()).await;
                let agent = self.agent.as_mut().ok_or("the agent does not answer any more")?;
                let result = match (**identity).clone() {
                    AgentIdentity::PublicKey { key, .. } => {
                        self.handle.authenticate_publickey_with(user, key, hash, agent).await
                    }
                    AgentIdentity::Certificate { certificate, .. } => {
                        self.handle.authenticate_certificate_with(user, certificate, hash, agent).await
                    }
                };
                result.map_err(|error| match error {
                    AgentAuthError::Send(_) => "the hop closed the connection".to_owned(),
                    AgentAuthError::Key(error) => format!("the agent does not sign: {error}"),
                })
            }
        }
    }

    /// The hash that the hop takes for RSA: a modern sshd refuses SHA-1. A hop that does not tell is offered SHA-512, as
    /// OpenSSH does.
    async fn hash_for(&self, algorithm: &Algorithm) -> Option<HashAlg> {
        if !matches!(algorithm, Algorithm::Rsa { .. }) {
            return None;
        }
        self.handle.best_supported_rsa_hash().await.ok().flatten().unwrap_or(Some(HashAlg::Sha512))
    }
}

fn shown_agent(identity: &AgentIdentity) -> String {
    match identity.comment() {
        "" => format!("agent key {}", identity.public_key().fingerprint(HashAlg::Sha256)),
        comment => format!("agent key {comment}"),
    }
}

fn names(methods: &MethodSet) -> Vec<String> {
    methods.iter().map(String::from).collect()
}
