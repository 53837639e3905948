//! The state of a sign-in at one hop: offers single credentials, and records the outcome of each.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use russh::client::AuthResult;
use russh::keys::agent::AgentIdentity;
use russh::keys::{Algorithm, HashAlg, PrivateKeyWithHashAlg};
use russh::{AgentAuthError, MethodKind, MethodSet};
use tokio::time::timeout;

use crate::domain::limits;
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::io::tunnel::context::TunnelContext;
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::hop_connection::HopConnection;
use crate::io::tunnel::identity::{Credential, NamedCredential, SshAgent};
use crate::io::tunnel::library_errors::remote_text;

/// A sign-in in progress.
pub(super) struct SignInAttempt<'a> {
    pub(super) connection: HopConnection,
    pub(super) hop: &'a ResolvedHop,
    pub(super) context: &'a TunnelContext,
    pub(super) agent: Option<SshAgent>,
    /// The credentials that were tried, with their outcomes, for the error message.
    pub(super) tried: Vec<String>,
    /// The methods that the hop accepts now; `None` before the hop has listed them.
    pub(super) methods: Option<MethodSet>,
    /// The credentials that the hop accepted so far, in order.
    pub(super) accepted: Vec<NamedCredential>,
    /// Whether the hop has closed this connection.
    pub(super) is_closed_by_hop: bool,
    /// Whether the user was prompted.
    pub(super) has_prompted: bool,
}

/// The hop's answer to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferOutcome {
    SignedIn,
    /// Accepted, but the hop requires another method too.
    MoreRequired,
    Refused,
}

/// Whether a refused offer is listed in the error message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefusalReport {
    Listed,
    Omitted,
}

impl<'a> SignInAttempt<'a> {
    pub(super) fn new(connection: HopConnection, hop: &'a ResolvedHop, context: &'a TunnelContext) -> Self {
        Self {
            connection,
            hop,
            context,
            agent: None,
            tried: Vec::new(),
            methods: None,
            accepted: Vec::new(),
            is_closed_by_hop: false,
            has_prompted: false,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed_by_hop || self.connection.handle.is_closed()
    }

    /// Returns whether the hop may still accept this method.
    pub(super) fn may_try(&self, method: MethodKind) -> bool {
        !self.is_closed() && self.methods.as_ref().is_none_or(|methods| methods.contains(&method))
    }

    /// Ends the attempt: no method is tried any more.
    pub(super) fn give_up(&mut self, tried: &str) {
        self.tried.push(tried.to_owned());
        self.methods = Some(MethodSet::empty());
    }

    /// Asks the hop which methods it accepts, by an offer without a credential (RFC 4252, section 5.2).
    pub(super) async fn ask_methods(&mut self) -> Result<OfferOutcome, TunnelError> {
        let none = self.connection.handle.authenticate_none(self.hop.user.clone());
        let result = within(&self.hop.shown, limits::SIGN_IN, none).await?;
        let nothing = NamedCredential::new(Credential::Nothing, "no credential");
        Ok(self.record(result, nothing, RefusalReport::Omitted))
    }

    /// Offers a key or a password. Answers to questions are given in a conversation, not here.
    pub(super) async fn offer(&mut self, offer: NamedCredential) -> Result<OfferOutcome, TunnelError> {
        let host = self.hop.shown.clone();
        let limit = if offer.credential.needs_touch() { limits::TOUCH } else { limits::SIGN_IN };
        let result = within(&host, limit, self.authenticate(&offer.credential)).await?;
        Ok(self.record(result, offer, RefusalReport::Listed))
    }

    /// Records the hop's answer to an offer.
    pub(super) fn record<E: ToString>(
        &mut self,
        result: Result<AuthResult, E>,
        offer: NamedCredential,
        report: RefusalReport,
    ) -> OfferOutcome {
        match result {
            Ok(AuthResult::Success) => {
                self.accepted.push(offer);
                OfferOutcome::SignedIn
            }
            Ok(AuthResult::Failure { remaining_methods, partial_success }) => {
                self.is_closed_by_hop |= remaining_methods.is_empty() || self.connection.handle.is_closed();
                let outcome = match (partial_success, self.is_closed_by_hop) {
                    (true, _) => "accepted, but the hop requires another method too",
                    (false, true) => "not accepted, and the hop closed the connection",
                    (false, false) => "not accepted",
                };
                if report == RefusalReport::Listed {
                    self.tried.push(format!("{}: {outcome}", offer.name));
                }
                if !remaining_methods.is_empty() {
                    self.methods = Some(remaining_methods);
                }
                if partial_success {
                    self.accepted.push(offer);
                    OfferOutcome::MoreRequired
                } else {
                    OfferOutcome::Refused
                }
            }
            Err(why) => {
                self.tried.push(format!("{}: {}", offer.name, remote_text(&why.to_string())));
                OfferOutcome::Refused
            }
        }
    }

    async fn authenticate(&mut self, credential: &Credential) -> Result<AuthResult, String> {
        let user = self.hop.user.clone();
        let to_text = |error: russh::Error| error.to_string();
        match credential {
            Credential::Key(key) => {
                let hash = self.signature_hash(&key.algorithm()).await;
                let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
                self.connection.handle.authenticate_publickey(user, key).await.map_err(to_text)
            }
            Credential::CertifiedKey(key, certificate) => {
                let (key, certificate) = (Arc::clone(key), (**certificate).clone());
                self.connection.handle.authenticate_openssh_cert(user, key, certificate).await.map_err(to_text)
            }
            Credential::AgentKey(identity) => {
                let hash = self.signature_hash(&identity.public_key().algorithm()).await;
                let agent = self.agent.as_mut().ok_or("the agent no longer answers")?;
                let handle = &mut self.connection.handle;
                let result = match (**identity).clone() {
                    AgentIdentity::PublicKey { key, .. } => {
                        handle.authenticate_publickey_with(user, key, hash, agent).await
                    }
                    AgentIdentity::Certificate { certificate, .. } => {
                        handle.authenticate_certificate_with(user, certificate, hash, agent).await
                    }
                };
                result.map_err(|error| match error {
                    AgentAuthError::Send(_) => "the hop closed the connection".to_owned(),
                    AgentAuthError::Key(error) => format!("the agent cannot sign: {error}"),
                })
            }
            Credential::Password(secret) => {
                self.connection.handle.authenticate_password(user, secret.reveal()).await.map_err(to_text)
            }
            Credential::Nothing | Credential::Answers { .. } => {
                self.connection.handle.authenticate_none(user).await.map_err(to_text)
            }
        }
    }

    /// Returns the hash for an RSA signature that the hop accepts: a modern sshd refuses SHA-1. If the hop does not
    /// announce one, returns SHA-512, like OpenSSH.
    async fn signature_hash(&self, algorithm: &Algorithm) -> Option<HashAlg> {
        if !matches!(algorithm, Algorithm::Rsa { .. }) {
            return None;
        }
        self.connection.handle.best_supported_rsa_hash().await.ok().flatten().unwrap_or(Some(HashAlg::Sha512))
    }

    /// Returns the error of a sign-in that failed.
    pub(super) fn into_error(self) -> TunnelError {
        let accepts = self.methods.map(|methods| methods.iter().map(String::from).collect()).unwrap_or_default();
        let forbidden =
            self.hop.forbidden.iter().map(|rule| format!("{}: {}", rule.method.name(), rule.because)).collect();
        let (host, user) = (self.hop.shown.clone(), self.hop.user.clone());
        TunnelError::SignIn { host, user, tried: self.tried, accepts, forbidden }
    }
}

/// Waits for the hop's answer for a limited time.
pub(super) async fn within<T>(host: &str, limit: Duration, answer: impl Future<Output = T>) -> Result<T, TunnelError> {
    timeout(limit, answer).await.map_err(|_| TunnelError::SignInTimedOut { host: host.to_owned() })
}
