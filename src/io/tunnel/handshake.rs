//! Connects to one hop until its host key is trusted: repeats the SSH handshake after the user accepted an unknown key, and
//! with other key types until the hop presents a pinned key.

use std::io;
use std::sync::Arc;

use ring::rand::{SecureRandom as _, SystemRandom};
use russh::client::connect_stream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::banner::BannerSender;
use super::context::TunnelContext;
use super::error::TunnelError;
use super::guarded_stream::GuardedStream;
use super::hop_connection::HopConnection;
use super::host_key_policy::{HostKeyDecision, HostKeyPolicy};
use super::host_key_verifier::{HostKeyVerifier, VerifierOutput};
use super::library_errors::describe_handshake_failure;
use super::ssh_settings::client_config;
use super::stream_relay::ByteStream;
use super::transport::{HopPath, open_stream};
use crate::domain::limits;
use crate::domain::protocol::{Answer, Question};
use crate::domain::ssh::host_key::HostKey;
use crate::domain::ssh::known_hosts::{KnownHosts, format_hashed_line, format_line};
use crate::domain::ssh::randomart;
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::domain::ssh::ssh_config::UnknownHostKeys;

/// Whether the user may be asked about an unknown host key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompting {
    Allowed,
    Disabled,
}

/// A connection to a hop whose key is trusted, before sign-in.
pub(super) struct VerifiedConnection {
    pub(super) connection: HopConnection,
    pub(super) key: HostKey,
}

/// The handshake with one hop.
pub(super) struct HopHandshake<'a> {
    pub(super) hop: &'a ResolvedHop,
    pub(super) path: &'a HopPath<'a>,
    pub(super) context: &'a TunnelContext,
    /// Cancelling it ends the connection.
    pub(super) cancel: &'a CancellationToken,
    pub(super) prompting: Prompting,
}

impl HopHandshake<'_> {
    /// Runs the handshake on this stream, and on new ones if it has to be repeated. `accepted` is a key that was
    /// trusted before. Returns the connection with a text for the user.
    pub(super) async fn run(
        &self,
        stream: Box<dyn ByteStream>,
        mut accepted: Option<HostKey>,
    ) -> Result<(VerifiedConnection, String), TunnelError> {
        let mut refused_types: Vec<String> = Vec::new();
        let mut refused_keys: Vec<String> = Vec::new();
        let mut stream = Some(stream);
        loop {
            let policy = Arc::new(self.policy(accepted.clone()).await?);
            let next_stream = match stream.take() {
                Some(stream) => stream,
                None => open_stream(self.hop, self.path).await?.0,
            };
            let guarded = GuardedStream::new(next_stream, self.cancel.clone(), limits::HOP_PATIENCE);
            let config = Arc::new(client_config(self.hop.keepalive, &policy, &refused_types));
            let (verifier, output) = HostKeyVerifier::new(Arc::clone(&policy), self.banner());
            let VerifierOutput { decision, forward_message, disconnect_message } = output;
            let handshake = timeout(self.hop.handshake_timeout, connect_stream(config, guarded, verifier)).await;
            match (handshake, decision.take()) {
                (Ok(Ok(handle)), Some((key, HostKeyDecision::Trusted(why)))) => {
                    let text = format!("{why}{}{}", policy.skipped_lines(), ignored_lines(&self.hop.warnings));
                    let connection = HopConnection::new(handle, forward_message, disconnect_message);
                    return Ok((VerifiedConnection { connection, key }, text));
                }
                (_, Some((_, HostKeyDecision::Refused(error)))) => return Err(error),
                (_, Some((key, HostKeyDecision::Unknown))) => {
                    self.ask(&policy, &key).await?;
                    accepted = Some(key);
                }
                (_, Some((key, HostKeyDecision::NotPinned))) => {
                    refused_keys.push(key.describe());
                    refused_types.push(key.algorithm);
                }
                (_, _) if !refused_keys.is_empty() => {
                    // The hop has no key of another type left.
                    let host = self.hop.shown.clone();
                    return Err(TunnelError::HostKeyNotPinned { host, presented: refused_keys });
                }
                (Ok(Err(error)), _) => return Err(self.failed(describe_handshake_failure(&error))),
                (Err(_), _) => return Err(TunnelError::HandshakeTimedOut { host: self.hop.shown.clone() }),
                (Ok(Ok(_)), None) => return Err(self.failed("the hop presented no host key".to_owned())),
            }
        }
    }

    /// Further connections of the same tunnel repeat the banner, so only the first one tells it.
    fn banner(&self) -> BannerSender {
        let prompter = match self.prompting {
            Prompting::Allowed => Some(Arc::clone(&self.context.prompter)),
            Prompting::Disabled => None,
        };
        BannerSender::new(prompter, self.hop.shown.clone())
    }

    fn failed(&self, why: String) -> TunnelError {
        TunnelError::Handshake { host: self.hop.shown.clone(), why }
    }

    async fn policy(&self, accepted: Option<HostKey>) -> Result<HostKeyPolicy, TunnelError> {
        let mut known = Vec::new();
        // If keys are pinned, only they decide, and the files are not read.
        if self.hop.pinned.is_empty() {
            for file in self.hop.known_hosts.iter().chain(&self.hop.global_known_hosts) {
                let bytes = self.context.read_file(file).await;
                let bytes = bytes.map_err(|source| TunnelError::KnownHosts { file: file.clone(), source })?;
                known.push((file.clone(), KnownHosts::parse(&bytes.unwrap_or_default())));
            }
        }
        Ok(HostKeyPolicy {
            shown: self.hop.shown.clone(),
            known_as: self.hop.known_as.clone(),
            pinned: self.hop.pinned.clone(),
            known,
            accepted,
            now: self.context.unix_time(),
        })
    }

    /// Asks the user whether an unknown key is trusted, and records an accepted one.
    async fn ask(&self, policy: &HostKeyPolicy, key: &HostKey) -> Result<(), TunnelError> {
        let is_strict = self.hop.unknown_host_keys == UnknownHostKeys::Refuse;
        let declined = || TunnelError::HostKeyDeclined {
            host: self.hop.shown.clone(),
            presented: key.describe(),
            authority: policy.authority(),
            is_strict,
        };
        let may_ask = self.prompting == Prompting::Allowed && !is_strict;
        let Some(file) = self.hop.known_hosts.first().filter(|_| may_ask) else { return Err(declined()) };
        let question = Question::HostKey {
            host: self.hop.shown.clone(),
            algorithm: key.algorithm.clone(),
            fingerprint: key.fingerprint(),
            art: randomart::draw(key),
            recorded_in: file.clone(),
        };
        match self.context.prompter.ask(question).await {
            Answer::Accept => {
                let failed = |source| TunnelError::Record { file: file.clone(), source };
                let line = known_hosts_line(self.hop, key).map_err(failed)?;
                self.context.append_line(file, line).await.map_err(failed)
            }
            Answer::Decline | Answer::Secret(_) | Answer::Secrets(_) => Err(declined()),
        }
    }
}

/// Returns the line that records a hop's key.
fn known_hosts_line(hop: &ResolvedHop, key: &HostKey) -> io::Result<String> {
    let (name, port) = &hop.known_as;
    if !hop.hashes_names {
        return Ok(format_line(name, *port, key));
    }
    let mut salt = [0; 20];
    SystemRandom::new().fill(&mut salt).map_err(|_| io::Error::other("the system has no random bytes"))?;
    Ok(format_hashed_line(name, *port, key, &salt))
}

/// Returns a note about ignored lines of `ssh_config`, to append to the text of a connection step.
fn ignored_lines(warnings: &[String]) -> String {
    match warnings {
        [] => String::new(),
        [one] => format!(" · {one}"),
        [first, rest @ ..] => format!(" · {first} and {} more", rest.len()),
    }
}
