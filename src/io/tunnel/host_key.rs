//! Judges the host key of a hop, fail closed. Knows the rules; asks nobody and writes nothing.
//!
//! A key that is not known ends the connection: the user is asked while nothing is open, and an accepted key is met again
//! on a new connection, where it must be the very same.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{DisconnectReason, Handler, Session};
use russh::keys::ssh_key::certificate::CertType;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{Certificate, PublicKey, PublicKeyOrCertificate};
use russh::{ChannelId, ChannelOpenFailure};
use tokio::sync::watch;

use super::problem::{CLOSED, TunnelError, ended, plain};
use crate::domain::ssh::host_key::{HostKey, short_type};
use crate::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts};
use crate::domain::ssh::pattern;

/// What is known about one hop's keys before it is met.
#[derive(Debug)]
pub(super) struct Policy {
    /// As the user names it.
    pub(super) shown: String,
    /// The name and port under which its key is recorded.
    pub(super) known_as: (String, u16),
    /// Fingerprints that decide alone when there are any.
    pub(super) pinned: Vec<String>,
    /// Files in the order in which they are asked.
    pub(super) known: Vec<(PathBuf, KnownHosts)>,
    /// A key that the user accepted, or that was trusted when this tunnel was opened.
    pub(super) accepted: Option<HostKey>,
    /// Seconds since 1970: certificates have a last one.
    pub(super) now: u64,
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
        self.known.iter().flat_map(|(_, known)| known.recorded_key_types(&self.known_as.0, self.known_as.1)).collect()
    }

    /// File and line of a certificate authority for this hop. Pinned keys decide alone: then there is none.
    pub(super) fn authority(&self) -> Option<(PathBuf, usize)> {
        let (name, port) = &self.known_as;
        self.known.iter().find_map(|(file, known)| {
            let (line, _) = known.authorities(name, *port).next()?;
            Some((file.clone(), line))
        })
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
        let presented = key.describe();
        if !self.pinned.is_empty() {
            return if self.pinned.iter().any(|pinned| key.has_fingerprint(pinned)) {
                Judgement::Trusted(format!("{presented} pinned"))
            } else {
                Judgement::NotPinned
            };
        }
        let verdicts: Vec<(&PathBuf, HostKeyStatus)> = self
            .known
            .iter()
            .map(|(file, known)| (file, known.status(&self.known_as.0, self.known_as.1, key)))
            .collect();
        for (file, verdict) in &verdicts {
            if let HostKeyStatus::Revoked { line } = verdict {
                return Judgement::Refused(TunnelError::HostKeyRevoked {
                    host: self.shown.clone(),
                    file: (*file).clone(),
                    line: *line,
                    presented,
                });
            }
        }
        for (file, verdict) in &verdicts {
            if let HostKeyStatus::Known { line } = verdict {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                return Judgement::Trusted(format!("{presented} known ({name} line {line})"));
            }
        }
        if self.accepted.as_ref() == Some(key) {
            return Judgement::Trusted(format!("{presented} accepted"));
        }
        for (file, verdict) in verdicts {
            if let HostKeyStatus::Changed { line, algorithm, recorded } = verdict {
                return Judgement::Refused(TunnelError::HostKeyChanged {
                    host: self.shown.clone(),
                    file: file.clone(),
                    line,
                    recorded: format!("{} {recorded}", short_type(&algorithm)),
                    presented,
                });
            }
        }
        Judgement::Unknown
    }

    /// A certificate is judged by its authority; where none of them is known, by the key that it is for, as OpenSSH does.
    fn judge_certificate(&self, certificate: &Certificate, key: &HostKey) -> Judgement {
        let Ok(authority) = host_key(certificate.signature_key()) else { return self.judge(key) };
        let (name, port) = &self.known_as;
        let found = self.known.iter().find_map(|(file, known)| {
            let (line, _) = known.authorities(name, *port).find(|(_, recorded)| recorded.blob == authority.blob)?;
            Some((file, line))
        });
        let Some((file, line)) = found.filter(|_| self.pinned.is_empty()) else { return self.judge(key) };
        for one in [key, &authority] {
            if let refused @ Judgement::Refused(TunnelError::HostKeyRevoked { .. }) = self.judge(one) {
                return refused;
            }
        }
        let presented = key.describe();
        if let Some(why) = flaw(certificate, name, self.now) {
            let (host, file) = (self.shown.clone(), file.clone());
            return Judgement::Refused(TunnelError::HostCertificate { host, file, line, why });
        }
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        Judgement::Trusted(format!("{presented} certified ({file} line {line})"))
    }
}

/// Why a certificate of a known authority does not vouch for this host. Source: PROTOCOL.certkeys of OpenSSH.
fn flaw(certificate: &Certificate, host: &str, now: u64) -> Option<String> {
    let host = host.to_ascii_lowercase();
    if certificate.cert_type() != CertType::Host {
        return Some("it is a certificate for users".into());
    }
    if certificate.verify_signature().is_err() {
        return Some("its signature is wrong".into());
    }
    if now < certificate.valid_after() {
        return Some("it is not valid yet: look at this machine's clock".into());
    }
    if now >= certificate.valid_before() {
        return Some("it has expired".into());
    }
    let names = certificate.valid_principals();
    if !names.iter().any(|name| pattern::matches(name.to_ascii_lowercase().as_bytes(), host.as_bytes())) {
        let names = if names.is_empty() { "no host".to_owned() } else { plain(&names.join(", ")) };
        return Some(format!("it is for {names}, not for {host}"));
    }
    if certificate.critical_options().iter().next().is_some() {
        return Some("it has conditions that rrx does not know".into());
    }
    None
}

fn host_key(key: &KeyData) -> Result<HostKey, russh::keys::ssh_key::Error> {
    let key = PublicKey::new(key.clone(), "");
    Ok(HostKey { algorithm: type_of(&key.algorithm()).to_owned(), blob: key.to_bytes()? })
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
        let key = host_key(presented.public_key().key_data())?;
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        // A rekey presents the key again: it must be the one that was trusted.
        if let Some((first, Judgement::Trusted(_))) = &*judged {
            return Ok(*first == key);
        }
        let judgement = match presented.certificate() {
            Some(certificate) => self.policy.judge_certificate(certificate, &key),
            None => self.policy.judge(&key),
        };
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
                format!("{CLOSED}: {}", plain(&info.message))
            }
            DisconnectReason::Error(error) => ended(error),
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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// Made by `ssh-keygen -s authority -h -n 127.0.0.1 -V always:forever`.
    const CERTIFICATE: &str = "AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIFwmDsXjceWXFbgJms17zUK1HlApBZPvbrX/i2CCEeQZAAAA\
         INlywvA4InvjEX1T9SfbVmfyW7OXZhp41KghhJDpguHLAAAAAAAAAAAAAAACAAAABGhvc3QAAAANAAAACTEyNy4wLjAuMQAAAAAA\
         AAAA//////////8AAAAAAAAAAAAAAAAAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIPvlBYpOHHpxyNMkBHlRivaddkCi6JAMA4WhbFC4\
         yHChAAAAUwAAAAtzc2gtZWQyNTUxOQAAAEAb4OGaO2xEEfcW9a55djHkpmsh1PCREAHwMh2+xGNQZ5IdKrze9TQ5YBRWuf7pCaQc\
         unjEPk+F4ZG/bBn/lXQE";

    fn certificate(bytes: &[u8]) -> Certificate {
        let text = format!("ssh-ed25519-cert-v01@openssh.com {}", STANDARD.encode(bytes));
        Certificate::from_openssh(&text).unwrap()
    }

    #[test]
    fn a_certificate_with_a_wrong_signature_vouches_for_nobody() {
        let mut bytes = STANDARD.decode(CERTIFICATE).unwrap();
        assert_eq!(flaw(&certificate(&bytes), "127.0.0.1", 1), None);
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(flaw(&certificate(&bytes), "127.0.0.1", 1), Some("its signature is wrong".into()));
    }
}
