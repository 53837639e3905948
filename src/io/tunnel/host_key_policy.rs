//! Decides whether the host key of a hop is trusted, and refuses in case of doubt. Asks no questions and writes
//! nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use russh::keys::{Certificate, PublicKeyOrCertificate};

use super::error::TunnelError;
use super::host_certificate::{certificate_defect, to_host_key};
use crate::domain::ssh::host_key::{HostKey, short_type};
use crate::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts};

/// What is known about the keys of a hop before the handshake.
#[derive(Debug)]
pub(super) struct HostKeyPolicy {
    /// The hop as the user names it.
    pub(super) shown: String,
    /// The name and port under which its key is recorded.
    pub(super) known_as: (String, u16),
    /// If there are pinned fingerprints, only they decide.
    pub(super) pinned: Vec<String>,
    /// The `known_hosts` files, in the order in which they are searched.
    pub(super) known: Vec<(PathBuf, KnownHosts)>,
    /// A key that the user accepted, or that was trusted when this tunnel was opened.
    pub(super) accepted: Option<HostKey>,
    /// Seconds since 1970, for the validity of certificates.
    pub(super) now: u64,
}

/// The decision about a presented key.
#[derive(Debug)]
pub(super) enum HostKeyDecision {
    /// Trusted, for this reason.
    Trusted(String),
    /// Recorded nowhere: the user may be asked.
    Unknown,
    /// None of the pinned keys; the host may have others.
    NotPinned,
    /// Not trusted, and the user is not asked.
    Refused(TunnelError),
}

impl HostKeyPolicy {
    /// Returns the key types that are recorded for this hop, in all files.
    pub(super) fn recorded_key_types(&self) -> Vec<String> {
        if let Some(key) = &self.accepted {
            return vec![key.algorithm.clone()];
        }
        let (name, port) = &self.known_as;
        self.known.iter().flat_map(|(_, known)| known.recorded_key_types(name, *port)).collect()
    }

    /// Returns file and line of a certificate authority for this hop. No files are read for pinned keys, so there is
    /// none then.
    pub(super) fn authority(&self) -> Option<(PathBuf, usize)> {
        let (name, port) = &self.known_as;
        self.known.iter().find_map(|(file, known)| {
            let (line, _) = known.authorities(name, *port).next()?;
            Some((file.clone(), line))
        })
    }

    /// Returns a note about lines that could not be used, to append to the text of a connection step.
    pub(super) fn skipped_lines(&self) -> String {
        let mut note = String::new();
        for (file, known) in &self.known {
            if let Some(first) = known.skipped.first() {
                let more = match known.skipped.len() {
                    1 => String::new(),
                    count => format!(" and {} more", count - 1),
                };
                // Writing to a string cannot fail.
                let _ = write!(note, " · {} line {} skipped: {}{more}", file_name(file), first.line, first.why);
            }
        }
        note
    }

    /// Decides about the key or certificate that the hop presents.
    pub(super) fn decide(&self, presented: &PublicKeyOrCertificate, key: &HostKey) -> HostKeyDecision {
        match presented.certificate() {
            Some(certificate) => self.decide_certificate(certificate, key),
            None => self.decide_key(key),
        }
    }

    fn decide_key(&self, key: &HostKey) -> HostKeyDecision {
        let presented = key.describe();
        if !self.pinned.is_empty() {
            return if self.pinned.iter().any(|pinned| key.has_fingerprint(pinned)) {
                HostKeyDecision::Trusted(format!("{presented} pinned"))
            } else {
                HostKeyDecision::NotPinned
            };
        }
        let (name, port) = &self.known_as;
        let statuses: Vec<(&PathBuf, HostKeyStatus)> =
            self.known.iter().map(|(file, known)| (file, known.status(name, *port, key))).collect();
        for (file, status) in &statuses {
            if let HostKeyStatus::Revoked { line } = status {
                let (host, file) = (self.shown.clone(), (*file).clone());
                return HostKeyDecision::Refused(TunnelError::HostKeyRevoked { host, file, line: *line, presented });
            }
        }
        for (file, status) in &statuses {
            if let HostKeyStatus::Known { line } = status {
                return HostKeyDecision::Trusted(format!("{presented} known ({} line {line})", file_name(file)));
            }
        }
        if self.accepted.as_ref() == Some(key) {
            return HostKeyDecision::Trusted(format!("{presented} accepted"));
        }
        for (file, status) in statuses {
            if let HostKeyStatus::Changed { line, algorithm, recorded } = status {
                return HostKeyDecision::Refused(TunnelError::HostKeyChanged {
                    host: self.shown.clone(),
                    file: file.clone(),
                    line,
                    recorded: format!("{} {recorded}", short_type(&algorithm)),
                    presented,
                });
            }
        }
        HostKeyDecision::Unknown
    }

    /// Decides by the certificate's authority; if that is unknown, by the key in the certificate, as OpenSSH does.
    fn decide_certificate(&self, certificate: &Certificate, key: &HostKey) -> HostKeyDecision {
        let Ok(authority) = to_host_key(certificate.signature_key()) else { return self.decide_key(key) };
        let (name, port) = &self.known_as;
        let found = self.known.iter().find_map(|(file, known)| {
            let (line, _) = known.authorities(name, *port).find(|(_, recorded)| recorded.blob == authority.blob)?;
            Some((file, line))
        });
        let Some((file, line)) = found.filter(|_| self.pinned.is_empty()) else { return self.decide_key(key) };
        for checked in [key, &authority] {
            if let refused @ HostKeyDecision::Refused(TunnelError::HostKeyRevoked { .. }) = self.decide_key(checked) {
                return refused;
            }
        }
        if let Some(why) = certificate_defect(certificate, name, self.now) {
            let (host, file) = (self.shown.clone(), file.clone());
            return HostKeyDecision::Refused(TunnelError::HostCertificate { host, file, line, why });
        }
        HostKeyDecision::Trusted(format!("{} certified ({} line {line})", key.describe(), file_name(file)))
    }
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
