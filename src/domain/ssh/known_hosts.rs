//! Parses `known_hosts` files as OpenSSH does, looks up host keys, and formats new lines. Works on bytes and opens no file.
//!
//! The SSH library's own helper accepts `@revoked` keys, calls a key of another type "unknown" instead of "changed", and
//! stops at the first line it cannot read; hence this one. Keys are compared as wire bytes, never with their comment.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::host_key::HostKey;
use super::pattern;

/// The default port of SSH: names at this port are recorded without it.
pub const SSH_PORT: u16 = 22;

/// The answer of a `known_hosts` file about a presented key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostKeyStatus {
    /// The key is recorded.
    Known {
        /// Counted from 1.
        line: usize,
    },
    /// Nothing is recorded for this host.
    Unknown,
    /// Another key is recorded for this host.
    Changed {
        /// Line of the recorded key, counted from 1.
        line: usize,
        /// Type of the recorded key.
        algorithm: String,
        /// Fingerprint of the recorded key.
        recorded: String,
    },
    /// The key is marked as revoked.
    Revoked {
        /// Counted from 1.
        line: usize,
    },
}

/// A line that cannot be used, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedLine {
    /// Counted from 1.
    pub line: usize,
    pub why: &'static str,
}

/// A parsed `known_hosts` file: its usable lines, and what is wrong with the others.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    entries: Vec<KnownHostsEntry>,
    pub skipped: Vec<SkippedLine>,
}

#[derive(Debug, Clone)]
struct KnownHostsEntry {
    line: usize,
    marker: EntryMarker,
    hosts: HostPatterns,
    key: HostKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EntryMarker {
    None,
    Revoked,
    Authority,
}

#[derive(Debug, Clone)]
enum HostPatterns {
    Plain(Vec<HostPattern>),
    /// One name, as HMAC-SHA1 under a salt.
    Hashed {
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
}

/// A lower-case pattern of host names.
#[derive(Debug, Clone)]
struct HostPattern {
    sign: PatternSign,
    pattern: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PatternSign {
    Plain,
    Negated,
}

impl KnownHosts {
    /// Parses a file. Lines that cannot be used are listed in [`KnownHosts::skipped`].
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut known = Self::default();
        for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = index + 1;
            match parse_line(text) {
                Ok(Some((marker, hosts, key))) => known.entries.push(KnownHostsEntry { line, marker, hosts, key }),
                Ok(None) => {}
                Err(why) => known.skipped.push(SkippedLine { line, why }),
            }
        }
        known
    }

    /// Looks up the key that this host presented.
    ///
    /// As in OpenSSH, a key recorded for the bare host also counts for the host at another port, when nothing is
    /// recorded for that port.
    #[must_use]
    pub fn status(&self, host: &str, port: u16, key: &HostKey) -> HostKeyStatus {
        let status = self.status_of_name(&recorded_name(host, port), key);
        if status != HostKeyStatus::Unknown || port == SSH_PORT {
            return status;
        }
        match self.status_of_name(&recorded_name(host, SSH_PORT), key) {
            found @ (HostKeyStatus::Known { .. } | HostKeyStatus::Revoked { .. }) => found,
            HostKeyStatus::Unknown | HostKeyStatus::Changed { .. } => HostKeyStatus::Unknown,
        }
    }

    /// Returns the keys recorded for this host, in the order of the file. Where nothing is recorded for the port, the keys of
    /// the bare host count.
    #[must_use]
    pub fn recorded_keys(&self, host: &str, port: u16) -> Vec<&HostKey> {
        let keys_of = |name: String| -> Vec<&HostKey> {
            let entries =
                self.entries.iter().filter(|entry| entry.marker == EntryMarker::None && entry.hosts.contain(&name));
            entries.map(|entry| &entry.key).collect()
        };
        let keys = keys_of(recorded_name(host, port));
        if keys.is_empty() && port != SSH_PORT { keys_of(recorded_name(host, SSH_PORT)) } else { keys }
    }

    /// Returns the key types recorded for this host, in the order of the file. They are requested first, so that a host with
    /// several keys presents one that can be compared.
    #[must_use]
    pub fn recorded_key_types(&self, host: &str, port: u16) -> Vec<String> {
        let mut types = self.key_types_of_name(&recorded_name(host, port));
        if types.is_empty() && port != SSH_PORT {
            types = self.key_types_of_name(&recorded_name(host, SSH_PORT));
        }
        types
    }

    /// Returns the certificate authorities for this host, with their lines.
    pub fn authorities(&self, host: &str, port: u16) -> impl Iterator<Item = (usize, &HostKey)> {
        let (name, bare) = (recorded_name(host, port), recorded_name(host, SSH_PORT));
        self.entries
            .iter()
            .filter(move |entry| {
                entry.marker == EntryMarker::Authority && (entry.hosts.contain(&name) || entry.hosts.contain(&bare))
            })
            .map(|entry| (entry.line, &entry.key))
    }

    fn status_of_name(&self, name: &str, key: &HostKey) -> HostKeyStatus {
        let entries: Vec<&KnownHostsEntry> = self.entries.iter().filter(|entry| entry.hosts.contain(name)).collect();
        if let Some(entry) =
            entries.iter().find(|entry| entry.marker == EntryMarker::Revoked && entry.key.blob == key.blob)
        {
            return HostKeyStatus::Revoked { line: entry.line };
        }
        let plain = || entries.iter().filter(|entry| entry.marker == EntryMarker::None);
        if let Some(entry) = plain().find(|entry| entry.key.blob == key.blob) {
            return HostKeyStatus::Known { line: entry.line };
        }
        let recorded = plain().find(|entry| entry.key.algorithm == key.algorithm).or_else(|| plain().next());
        match recorded {
            Some(entry) => HostKeyStatus::Changed {
                line: entry.line,
                algorithm: entry.key.algorithm.clone(),
                recorded: entry.key.fingerprint(),
            },
            None => HostKeyStatus::Unknown,
        }
    }

    fn key_types_of_name(&self, name: &str) -> Vec<String> {
        let mut types: Vec<String> = Vec::new();
        for entry in &self.entries {
            if entry.marker == EntryMarker::None && entry.hosts.contain(name) && !types.contains(&entry.key.algorithm) {
                types.push(entry.key.algorithm.clone());
            }
        }
        types
    }
}

/// Formats the line that records a key, as OpenSSH writes it without hashing, with its newline.
#[must_use]
pub fn format_line(host: &str, port: u16, key: &HostKey) -> String {
    format!("{} {} {}\n", recorded_name(host, port), key.algorithm, STANDARD.encode(&key.blob))
}

/// Formats the same line with the name hashed under a salt, as with `HashKnownHosts yes`.
#[must_use]
pub fn format_hashed_line(host: &str, port: u16, key: &HostKey, salt: &[u8; 20]) -> String {
    let hash = hash_of(&recorded_name(host, port), salt);
    let (salt, hash) = (STANDARD.encode(salt), STANDARD.encode(hash));
    format!("|1|{salt}|{hash} {} {}\n", key.algorithm, STANDARD.encode(&key.blob))
}

fn hash_of(name: &str, salt: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt), name.as_bytes())
}

/// Returns the name under which a host is recorded: lower case, `[host]:port` when the port is not 22.
#[must_use]
pub fn recorded_name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == SSH_PORT { host } else { format!("[{host}]:{port}") }
}

/// Parses a line. Returns `None` for an empty line or a comment, and an error for a line that cannot be used.
fn parse_line(text: &[u8]) -> Result<Option<(EntryMarker, HostPatterns, HostKey)>, &'static str> {
    let mut fields =
        text.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)).filter(|field| !field.is_empty());
    let Some(mut first) = fields.next() else { return Ok(None) };
    if first.starts_with(b"#") {
        return Ok(None);
    }
    let mut marker = EntryMarker::None;
    if first.starts_with(b"@") {
        marker = match first {
            b"@revoked" => EntryMarker::Revoked,
            b"@cert-authority" => EntryMarker::Authority,
            _ => return Err("its marker is unknown"),
        };
        first = fields.next().ok_or("it ends after its marker")?;
    }
    let hosts = parse_hosts(first)?;
    let algorithm = fields.next().ok_or("it names no key type")?;
    if algorithm.iter().all(u8::is_ascii_digit) {
        return Err("it is a key of SSH protocol 1");
    }
    let algorithm = std::str::from_utf8(algorithm).map_err(|_| "its key type is not text")?;
    let encoded = fields.next().ok_or("it has no key")?;
    let blob = STANDARD.decode(encoded).map_err(|_| "its key is not base64")?;
    if inner_type(&blob) != Some(algorithm.as_bytes()) {
        return Err("its key is not of the type that the line names");
    }
    Ok(Some((marker, hosts, HostKey { algorithm: algorithm.to_owned(), blob })))
}

fn parse_hosts(field: &[u8]) -> Result<HostPatterns, &'static str> {
    if let Some(rest) = field.strip_prefix(b"|") {
        let mut parts = rest.split(|byte| *byte == b'|');
        let (version, salt, hash) = (parts.next(), parts.next(), parts.next());
        if version != Some(b"1") || parts.next().is_some() {
            return Err("its host name is hashed in an unknown way");
        }
        let decode = |part: Option<&[u8]>| part.and_then(|part| STANDARD.decode(part).ok());
        return match (decode(salt), decode(hash)) {
            (Some(salt), Some(hash)) if hash.len() == 20 => Ok(HostPatterns::Hashed { salt, hash }),
            _ => Err("its hashed host name is damaged"),
        };
    }
    let patterns = field
        .split(|byte| *byte == b',')
        .filter(|pattern| !pattern.is_empty())
        .map(|pattern| match pattern.strip_prefix(b"!") {
            Some(negated) => HostPattern { sign: PatternSign::Negated, pattern: negated.to_ascii_lowercase() },
            None => HostPattern { sign: PatternSign::Plain, pattern: pattern.to_ascii_lowercase() },
        })
        .collect();
    Ok(HostPatterns::Plain(patterns))
}

/// Returns the type that is written in an encoded key.
fn inner_type(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

impl HostPatterns {
    /// Returns whether the line applies to this (lower-case) name. A negated pattern that matches excludes the line.
    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => hash_of(name, salt).as_ref() == hash.as_slice(),
            Self::Plain(patterns) => {
                let mut found = false;
                for HostPattern { sign, pattern } in patterns {
                    if pattern::matches(pattern, name.as_bytes()) {
                        if *sign == PatternSign::Negated {
                            return false;
                        }
                        found = true;
                    }
                }
                found
            }
        }
    }
}
