//! Judges the host key of a hop, fail closed. Knows the rules; asks nobody and writes nothing.
//!
//! A key that is not known ends the connection: the user is asked while nothing is open, and an accepted key is met again
//! on a new connection, where it must be the very same.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{DisconnectReason, Handler, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelId, ChannelOpenFailure};
use tokio::sync::watch;

use super::known_hosts::{HostKey, KnownHosts, Verdict};
use super::problem::{TunnelError, plain};

/// What is known about one hop's keys before it is met.
#[derive(Debug)]
pub(super) struct Policy {
    /// As the user names it.
    pub(super) host: String,
    pub(super) port: u16,
    /// Fingerprints that decide alone when there are any.
    pub(super) pinned: Vec<String>,
    /// Files in the order in which they are asked.
    pub(super) known: Vec<(PathBuf, KnownHosts)>,
    /// A key that the user accepted, or that was trusted when this tunnel was opened.
    pub(super) accepted: Option<HostKey>,
}

/// What is thought of a presented key.
#[derive(Debug)]
pub(super) enum Judgement {
    /// Trusted; the words say why.
    Trusted(String),
    /// Nobody knows it.
    Unknown,
    /// It is not one of the pinned ones; the host may have others.
    NotPinned,
    /// Not to be trusted, and no way round.
    Refused(TunnelError),
}

impl Policy {
    /// Key types that are recorded for this hop, in all files.
    pub(super) fn recorded_types(&self) -> Vec<String> {
        if let Some(key) = &self.accepted {
            return vec![key.algorithm.clone()];
        }
        self.known.iter().flat_map(|(_, known)| known.recorded_types(&self.host, self.port)).collect()
    }

    /// File and line of a certificate authority for this hop.
    pub(super) fn authority(&self) -> Option<(PathBuf, usize)> {
        self.known.iter().find_map(|(file, known)| Some((file.clone(), known.authority(&self.host, self.port)?)))
    }

    /// Words about lines that could not be used, for the ladder.
    pub(super) fn skipped(&self) -> String {
        let mut words = String::new();
        for (file, known) in &self.known {
            if let Some(first) = known.skipped.first() {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let more = match known.skipped.len() {
                    1 => String::new(),
                    count => format!(" and {} more", count - 1),
                };
                // Writing to a string cannot fail.
                let _ = write!(words, " · {name} line {} skipped: {}{more}", first.line, first.why);
            }
        }
        words
    }

    fn judge(&self, key: &HostKey) -> Judgement {
        let presented = describe(key);
        if !self.pinned.is_empty() {
            return if self.pinned.iter().any(|pinned| key.has_fingerprint(pinned)) {
                Judgement::Trusted(format!("{presented} pinned"))
            } else {
                Judgement::NotPinned
            };
        }
        let verdicts: Vec<(&PathBuf, Verdict)> =
            self.known.iter().map(|(file, known)| (file, known.verdict(&self.host, self.port, key))).collect();
        for (file, verdict) in &verdicts {
            if let Verdict::Revoked { line } = verdict {
                return Judgement::Refused(TunnelError::HostKeyRevoked {
                    host: self.host.clone(),
                    file: (*file).clone(),
                    line: *line,
                    presented,
                });
            }
        }
        for (file, verdict) in &verdicts {
            if let Verdict::Known { line } = verdict {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                return Judgement::Trusted(format!("{presented} known ({name} line {line})"));
            }
        }
        if self.accepted.as_ref() == Some(key) {
            return Judgement::Trusted(format!("{presented} accepted"));
        }
        for (file, verdict) in verdicts {
            if let Verdict::Changed { line, algorithm, recorded } = verdict {
                return Judgement::Refused(TunnelError::HostKeyChanged {
                    host: self.host.clone(),
                    file: file.clone(),
                    line,
                    recorded: format!("{} {recorded}", short(&algorithm)),
                    presented,
                });
            }
        }
        Judgement::Unknown
    }
}

/// Type and fingerprint, such as `ED25519 SHA256:…`.
pub(super) fn describe(key: &HostKey) -> String {
    format!("{} {}", short(&key.algorithm), key.fingerprint())
}

/// The short name of a key type, as OpenSSH prints it beside a fingerprint.
pub(super) fn short(algorithm: &str) -> &str {
    match algorithm {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        _ if algorithm.starts_with("ecdsa-") => "ECDSA",
        _ => algorithm,
    }
}

/// What a connection leaves behind when it is judged.
pub(super) type Judged = Arc<Mutex<Option<(HostKey, Judgement)>>>;

/// What was judged. A refusal is taken out; a trusted key stays for the next key exchange.
pub(super) fn judgement(judged: &Judged) -> Option<(HostKey, Judgement)> {
    let mut judged = judged.lock().unwrap_or_else(PoisonError::into_inner);
    match &*judged {
        Some((key, Judgement::Trusted(words))) => Some((key.clone(), Judgement::Trusted(words.clone()))),
        _ => judged.take(),
    }
}

/// The last words of a hop about a forward that it did not open.
pub(super) type Told = watch::Receiver<Option<String>>;

/// Sits in the SSH connection: judges its key, hears why forwards fail and why it ends.
#[derive(Debug)]
pub(super) struct Guardian {
    policy: Arc<Policy>,
    judged: Judged,
    told: watch::Sender<Option<String>>,
    gone: watch::Sender<Option<String>>,
}

impl Guardian {
    /// A guardian, where its judgement will be found, the last words about forwards, and the reason of the end.
    pub(super) fn new(policy: Arc<Policy>) -> (Self, Judged, Told, watch::Receiver<Option<String>>) {
        let judged = Judged::default();
        let (told, words) = watch::channel(None);
        let (gone, end) = watch::channel(None);
        (Self { policy, judged: Arc::clone(&judged), told, gone }, judged, words, end)
    }
}

impl Handler for Guardian {
    type Error = russh::Error;

    async fn check_server_key(&mut self, presented: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = presented else { return Ok(false) };
        let key = HostKey { algorithm: type_of(&key.algorithm()).to_owned(), blob: key.to_bytes()? };
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        // A rekey presents the key again: it must be the one that was trusted.
        if let Some((first, Judgement::Trusted(_))) = &*judged {
            return Ok(*first == key);
        }
        let judgement = self.policy.judge(&key);
        let is_trusted = matches!(judgement, Judgement::Trusted(_));
        *judged = Some((key, judgement));
        Ok(is_trusted)
    }

    async fn channel_open_failure(
        &mut self,
        _channel: ChannelId,
        _reason: ChannelOpenFailure,
        description: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.told.send_replace(Some(description.to_owned()));
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Self::Error>) -> Result<(), Self::Error> {
        let why = match &reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                format!("the hop closed the connection: {}", plain(&info.message))
            }
            DisconnectReason::Error(russh::Error::KeepaliveTimeout) => "the hop does not answer any more".to_owned(),
            DisconnectReason::Error(russh::Error::Disconnect | russh::Error::HUP) => {
                "the hop closed the connection".to_owned()
            }
            DisconnectReason::Error(error) => plain(&error.to_string()),
        };
        self.gone.send_replace(Some(why));
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(error) => Err(error),
        }
    }
}

/// The name under which a key of this algorithm is recorded: every RSA signature belongs to an `ssh-rsa` key.
pub(super) fn type_of(algorithm: &russh::keys::Algorithm) -> &str {
    match algorithm {
        russh::keys::Algorithm::Rsa { .. } => "ssh-rsa",
        other => other.as_str(),
    }
}
