//! Verifies the host key during the SSH handshake, passes on the hop's banner, and collects its messages about failed forwards
//! and about the end of the connection.
//!
//! An unknown key ends the connection: the user is asked while nothing is open, and an accepted key has to be presented again,
//! unchanged, on a new connection.

use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{DisconnectReason, Handler, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelOpenFailure};
use tokio::sync::watch;

use super::banner::BannerSender;
use super::host_certificate::to_host_key;
use super::host_key_policy::{HostKeyDecision, HostKeyPolicy};
use super::library_errors::{CLOSED, describe_disconnect, remote_text};
use crate::domain::ssh::host_key::HostKey;

/// The decision of a verifier, shared with the task that waits for the handshake.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedDecision(Arc<Mutex<Option<(HostKey, HostKeyDecision)>>>);

impl SharedDecision {
    /// Returns the decision. A trusted key stays for the next key exchange; any other decision is removed.
    pub(super) fn take(&self) -> Option<(HostKey, HostKeyDecision)> {
        let mut decision = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*decision {
            Some((key, HostKeyDecision::Trusted(why))) => Some((key.clone(), HostKeyDecision::Trusted(why.clone()))),
            _ => decision.take(),
        }
    }
}

/// The hop's last text about a forward that it did not open.
pub(super) type ForwardMessage = watch::Receiver<Option<String>>;
/// The reason why a connection ended, once it has.
pub(super) type DisconnectMessage = watch::Receiver<Option<String>>;

/// Handles the events of one SSH connection.
#[derive(Debug)]
pub(super) struct HostKeyVerifier {
    policy: Arc<HostKeyPolicy>,
    decision: SharedDecision,
    forward_message: watch::Sender<Option<String>>,
    disconnect_message: watch::Sender<Option<String>>,
    banner: BannerSender,
}

/// Receives the results of a verifier.
pub(super) struct VerifierOutput {
    pub(super) decision: SharedDecision,
    pub(super) forward_message: ForwardMessage,
    pub(super) disconnect_message: DisconnectMessage,
}

impl HostKeyVerifier {
    pub(super) fn new(policy: Arc<HostKeyPolicy>, banner: BannerSender) -> (Self, VerifierOutput) {
        let decision = SharedDecision::default();
        let (forward_sender, forward_message) = watch::channel(None);
        let (disconnect_sender, disconnect_message) = watch::channel(None);
        let verifier = Self {
            policy,
            decision: decision.clone(),
            forward_message: forward_sender,
            disconnect_message: disconnect_sender,
            banner,
        };
        (verifier, VerifierOutput { decision, forward_message, disconnect_message })
    }
}

impl Handler for HostKeyVerifier {
    type Error = russh::Error;

    async fn check_server_key(&mut self, presented: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let key = to_host_key(presented.public_key().key_data())?;
        let mut decision = self.decision.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A new key exchange presents the key again: it must be the one that was trusted.
        if let Some((first, HostKeyDecision::Trusted(_))) = &*decision {
            return Ok(*first == key);
        }
        let new = self.policy.decide(presented, &key);
        let is_trusted = matches!(new, HostKeyDecision::Trusted(_));
        *decision = Some((key, new));
        Ok(is_trusted)
    }

    async fn auth_banner(&mut self, banner: &str, _session: &mut Session) -> Result<(), Self::Error> {
        self.banner.tell(banner).await;
        Ok(())
    }

    async fn channel_open_failure(
        &mut self,
        _channel: ChannelId,
        _reason: ChannelOpenFailure,
        description: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.forward_message.send_replace(Some(description.to_owned()));
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Self::Error>) -> Result<(), Self::Error> {
        let why = match &reason {
            DisconnectReason::ReceivedDisconnect(info) => format!("{CLOSED}: {}", remote_text(&info.message)),
            DisconnectReason::Error(error) => describe_disconnect(error),
        };
        self.disconnect_message.send_replace(Some(why));
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(error) => Err(error),
        }
    }
}
