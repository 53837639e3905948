//! Signs in at a hop: with keys and certificates, then with answers to the hop's questions, then with a password; with
//! several of them if the hop requires that.

mod attempt;
mod keys;
mod password;
mod questions;

use std::future::Future;

use russh::MethodKind;
use tokio::sync::Notify;

use attempt::{OfferOutcome, SignInAttempt};
use keys::KeyQueue;
use password::offer_password;
use questions::{answer_questions, repeat_answers};

use super::context::TunnelContext;
use super::error::TunnelError;
use super::hop_connection::HopConnection;
use super::identity::{AvailableKeys, Credential, NamedCredential, connect_agent, find_keys};
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::domain::ssh::ssh_config::SignInMethod;

/// The maximum number of methods that a hop may require one after the other.
const MAX_STEPS: usize = 6;

/// A sign-in at one hop.
pub(super) struct SignIn<'a> {
    attempt: SignInAttempt<'a>,
    keys: KeyQueue,
}

/// A connection that is signed in.
pub(super) struct SignedIn {
    pub(super) connection: HopConnection,
    /// In the order in which the hop accepted them.
    pub(super) credentials: Vec<Credential>,
    /// What the hop accepted, for the user.
    pub(super) summary: String,
}

impl<'a> SignIn<'a> {
    pub(super) fn new(connection: HopConnection, hop: &'a ResolvedHop, context: &'a TunnelContext) -> Self {
        Self { attempt: SignInAttempt::new(connection, hop, context), keys: KeyQueue::default() }
    }

    /// Signs in with the credentials that the hop accepted before. Asks the user nothing.
    pub(super) async fn repeat(mut self, credentials: &[Credential]) -> Result<SignedIn, TunnelError> {
        if credentials.iter().any(|credential| matches!(credential, Credential::AgentKey(_)))
            && let Some(socket) = &self.attempt.hop.agent
        {
            // An agent that no longer answers is not asked for a signature: that may take as long as a touch of a key.
            self.attempt.agent = connect_agent(socket).await.ok().map(|(agent, _)| agent);
        }
        for credential in credentials {
            let outcome = match credential {
                Credential::Answers { given, .. } => repeat_answers(&mut self.attempt, given).await?,
                Credential::Nothing
                | Credential::Key(_)
                | Credential::CertifiedKey(..)
                | Credential::AgentKey(_)
                | Credential::Password(_) => {
                    self.attempt.offer(NamedCredential::new(credential.clone(), "the same as before")).await?
                }
            };
            match outcome {
                OfferOutcome::SignedIn => {
                    let (connection, credentials) = (self.attempt.connection, credentials.to_vec());
                    return Ok(SignedIn { connection, credentials, summary: String::new() });
                }
                OfferOutcome::MoreRequired => {}
                OfferOutcome::Refused => break,
            }
        }
        Err(self.attempt.into_error())
    }

    /// Offers all credentials in order until the hop accepts enough of them. Notifies `key_offered` when the first offer is a
    /// key that needs no passphrase.
    ///
    /// A hop that closes the connection after too many keys is connected once more by `reconnect`, for the other methods that
    /// it accepts: it counted the keys, and the other methods were never tried.
    pub(super) async fn first<F>(
        mut self,
        key_offered: Option<&Notify>,
        reconnect: impl FnOnce() -> F,
    ) -> Result<SignedIn, TunnelError>
    where
        F: Future<Output = Result<HopConnection, TunnelError>> + Send,
    {
        if self.attempt.hop.allows(SignInMethod::PublicKey) {
            let AvailableKeys { agent, offers, unusable } = find_keys(self.attempt.hop, self.attempt.context).await;
            self.attempt.agent = agent;
            self.attempt.tried.extend(unusable);
            self.keys.fill(offers);
        }
        if let Some(key_offered) = key_offered
            && self.keys.is_next_ready()
        {
            key_offered.notify_one();
        }
        if self.run_steps().await? {
            return Ok(self.finish());
        }
        if self.has_tried_only_keys() {
            self.attempt.connection = reconnect().await?;
            self.attempt.is_closed_by_hop = false;
            self.keys.clear();
            if self.run_steps().await? {
                return Ok(self.finish());
            }
        }
        Err(self.attempt.into_error())
    }

    /// Returns whether the hop has signed the user in, after as many steps as it requires.
    async fn run_steps(&mut self) -> Result<bool, TunnelError> {
        for _ in 0..MAX_STEPS {
            match self.run_step().await? {
                OfferOutcome::SignedIn => return Ok(true),
                OfferOutcome::MoreRequired => {}
                OfferOutcome::Refused => break,
            }
        }
        Ok(false)
    }

    /// Returns whether the hop closed the connection after only keys were tried, and may accept another method.
    fn has_tried_only_keys(&self) -> bool {
        let others = [MethodKind::KeyboardInteractive, MethodKind::Password];
        self.attempt.is_closed()
            && self.attempt.accepted.is_empty()
            && self.keys.has_offered()
            && !self.attempt.has_prompted
            && self.attempt.methods.as_ref().is_none_or(|methods| others.iter().any(|method| methods.contains(method)))
    }

    /// Tries the methods in order until the hop accepts one.
    async fn run_step(&mut self) -> Result<OfferOutcome, TunnelError> {
        let hop = self.attempt.hop;
        if hop.allows(SignInMethod::PublicKey)
            && self.attempt.may_try(MethodKind::PublicKey)
            && let outcome @ (OfferOutcome::SignedIn | OfferOutcome::MoreRequired) =
                self.keys.offer_all(&mut self.attempt).await?
        {
            return Ok(outcome);
        }
        if self.attempt.methods.is_none()
            && !self.attempt.is_closed()
            && self.attempt.ask_methods().await? == OfferOutcome::SignedIn
        {
            return Ok(OfferOutcome::SignedIn);
        }
        if hop.allows(SignInMethod::KeyboardInteractive)
            && self.attempt.may_try(MethodKind::KeyboardInteractive)
            && let Some(outcome) = answer_questions(&mut self.attempt).await?
        {
            return Ok(outcome);
        }
        if hop.allows(SignInMethod::Password)
            && self.attempt.may_try(MethodKind::Password)
            && let Some(outcome) = offer_password(&mut self.attempt).await?
        {
            return Ok(outcome);
        }
        Ok(OfferOutcome::Refused)
    }

    fn finish(self) -> SignedIn {
        let names: Vec<&str> = self.attempt.accepted.iter().map(|accepted| accepted.name.as_str()).collect();
        let summary = format!("{}, as {}", names.join(", then "), self.attempt.hop.user);
        let credentials = self.attempt.accepted.into_iter().map(|accepted| accepted.credential).collect();
        SignedIn { connection: self.attempt.connection, credentials, summary }
    }
}
