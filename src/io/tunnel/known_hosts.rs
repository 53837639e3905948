//! `known_hosts` as OpenSSH reads it: pure functions over the file's bytes. Knows no file, no network and no user.
//!
//! The SSH library's own helper accepts `@revoked` keys, calls a key of another type "unknown" instead of "changed", and
//! stops at the first line it cannot read; hence this one. Keys are compared as wire bytes, never with their comment.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::hmac;

/// The port that needs no mention.
pub const SSH_PORT: u16 = 22;

/// A host key as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostKey {
    /// The key type, such as `ssh-ed25519` (`ssh-rsa` for every RSA key).
    pub algorithm: String,
    /// The key in wire form.
    pub blob: Vec<u8>,
}

impl HostKey {
    /// `SHA256:…` in OpenSSH's form.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, &self.blob)))
    }

    /// Whether a pinned fingerprint (`SHA256:…`, padding and the prefix may be missing) is this key's.
    #[must_use]
    pub fn has_fingerprint(&self, pinned: &str) -> bool {
        let pinned = pinned.trim();
        let hash = pinned.strip_prefix("SHA256:").unwrap_or(pinned).trim_end_matches('=');
        self.fingerprint().strip_prefix("SHA256:") == Some(hash)
    }
}

/// What the file says about a presented key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is recorded.
    Known {
        /// Line, counted from 1.
        line: usize,
    },
    /// Nothing is recorded for this host.
    Unknown,
    /// Something else is recorded for this host.
    Changed {
        /// Line of the recorded key, counted from 1.
        line: usize,
        /// Type of the recorded key.
        algorithm: String,
        /// Fingerprint of the recorded key.
        recorded: String,
    },
    /// It is marked as revoked.
    Revoked {
        /// Line, counted from 1.
        line: usize,
    },
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Line, counted from 1.
    pub line: usize,
    /// Why.
    pub why: &'static str,
}

/// The usable lines of a file, and what was wrong with the others.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
    /// Lines that were skipped.
    pub skipped: Vec<Skipped>,
}

#[derive(Debug, Clone)]
struct Entry {
    line: usize,
    marker: Marker,
    hosts: Hosts,
    key: HostKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    None,
    Revoked,
    Authority,
}

#[derive(Debug, Clone)]
enum Hosts {
    /// Lower-cased patterns; a true flag is a negation.
    Patterns(Vec<(bool, Vec<u8>)>),
    Hashed {
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
}

impl KnownHosts {
    /// Reads a file's bytes; never fails, lines that cannot be used are told in [`KnownHosts::skipped`].
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut known = Self::default();
        for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = index + 1;
            match parse_line(text) {
                Ok(Some((marker, hosts, key))) => known.entries.push(Entry { line, marker, hosts, key }),
                Ok(None) => {}
                Err(why) => known.skipped.push(Skipped { line, why }),
            }
        }
        known
    }

    /// What the file says about the key that this host presented.
    ///
    /// As in OpenSSH, a key recorded for the bare host also counts for the host at another port, when nothing is
    /// recorded for that port.
    #[must_use]
    pub fn verdict(&self, host: &str, port: u16, key: &HostKey) -> Verdict {
        let verdict = self.verdict_for(&name_of(host, port), key);
        if verdict != Verdict::Unknown || port == SSH_PORT {
            return verdict;
        }
        match self.verdict_for(&name_of(host, SSH_PORT), key) {
            found @ (Verdict::Known { .. } | Verdict::Revoked { .. }) => found,
            Verdict::Unknown | Verdict::Changed { .. } => Verdict::Unknown,
        }
    }

    /// The keys recorded for this host, in the order of the file: those of the bare host where nothing is recorded for the port.
    #[must_use]
    pub fn recorded_keys(&self, host: &str, port: u16) -> Vec<&HostKey> {
        let of = |name: String| -> Vec<&HostKey> {
            let here = self.entries.iter().filter(|entry| entry.marker == Marker::None && entry.hosts.contain(&name));
            here.map(|entry| &entry.key).collect()
        };
        let keys = of(name_of(host, port));
        if keys.is_empty() && port != SSH_PORT { of(name_of(host, SSH_PORT)) } else { keys }
    }

    /// The key types recorded for this host, in the order of the file: they are asked for first, so that a host with
    /// several keys presents one that can be compared.
    #[must_use]
    pub fn recorded_types(&self, host: &str, port: u16) -> Vec<String> {
        let mut types = self.types_for(&name_of(host, port));
        if types.is_empty() && port != SSH_PORT {
            types = self.types_for(&name_of(host, SSH_PORT));
        }
        types
    }

    /// The certificate authorities for this host, with their lines.
    pub fn authorities(&self, host: &str, port: u16) -> impl Iterator<Item = (usize, &HostKey)> {
        let (name, bare) = (name_of(host, port), name_of(host, SSH_PORT));
        self.entries
            .iter()
            .filter(move |entry| {
                entry.marker == Marker::Authority && (entry.hosts.contain(&name) || entry.hosts.contain(&bare))
            })
            .map(|entry| (entry.line, &entry.key))
    }

    fn verdict_for(&self, name: &str, key: &HostKey) -> Verdict {
        let here: Vec<&Entry> = self.entries.iter().filter(|entry| entry.hosts.contain(name)).collect();
        if let Some(entry) = here.iter().find(|entry| entry.marker == Marker::Revoked && entry.key.blob == key.blob) {
            return Verdict::Revoked { line: entry.line };
        }
        let plain = || here.iter().filter(|entry| entry.marker == Marker::None);
        if let Some(entry) = plain().find(|entry| entry.key.blob == key.blob) {
            return Verdict::Known { line: entry.line };
        }
        let other = plain().find(|entry| entry.key.algorithm == key.algorithm).or_else(|| plain().next());
        match other {
            Some(entry) => Verdict::Changed {
                line: entry.line,
                algorithm: entry.key.algorithm.clone(),
                recorded: entry.key.fingerprint(),
            },
            None => Verdict::Unknown,
        }
    }

    fn types_for(&self, name: &str) -> Vec<String> {
        let mut types: Vec<String> = Vec::new();
        for entry in &self.entries {
            if entry.marker == Marker::None && entry.hosts.contain(name) && !types.contains(&entry.key.algorithm) {
                types.push(entry.key.algorithm.clone());
            }
        }
        types
    }
}

/// The line that records a key, as OpenSSH writes it without hashing, with its newline.
#[must_use]
pub fn line_for(host: &str, port: u16, key: &HostKey) -> String {
    format!("{} {} {}\n", name_of(host, port), key.algorithm, STANDARD.encode(&key.blob))
}

/// As [`line_for`], with the name hashed under a salt, as `HashKnownHosts` has it.
#[must_use]
pub fn hashed_line_for(host: &str, port: u16, key: &HostKey, salt: &[u8; 20]) -> String {
    let hash = hash_of(&name_of(host, port), salt);
    let (salt, hash) = (STANDARD.encode(salt), STANDARD.encode(hash));
    format!("|1|{salt}|{hash} {} {}\n", key.algorithm, STANDARD.encode(&key.blob))
}

fn hash_of(name: &str, salt: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt), name.as_bytes())
}

/// The name under which a host is recorded: lower case, `[host]:port` when the port is not 22.
#[must_use]
pub fn name_of(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == SSH_PORT { host } else { format!("[{host}]:{port}") }
}

type Parsed = (Marker, Hosts, HostKey);

/// A usable line, nothing (blank or a comment), or the reason why it cannot be used.
fn parse_line(text: &[u8]) -> Result<Option<Parsed>, &'static str> {
    let mut fields =
        text.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)).filter(|field| !field.is_empty());
    let Some(mut first) = fields.next() else { return Ok(None) };
    if first.starts_with(b"#") {
        return Ok(None);
    }
    let mut marker = Marker::None;
    if first.starts_with(b"@") {
        marker = match first {
            b"@revoked" => Marker::Revoked,
            b"@cert-authority" => Marker::Authority,
            _ => return Err("its marker is not known"),
        };
        first = fields.next().ok_or("it ends after its marker")?;
    }
    let hosts = parse_hosts(first)?;
    let algorithm = fields.next().ok_or("it names no key type")?;
    if algorithm.iter().all(u8::is_ascii_digit) {
        return Err("it is a key of SSH protocol 1");
    }
    let algorithm = std::str::from_utf8(algorithm).map_err(|_| "its key type is not text")?;
    let encoded = fields.next().ok_or("it holds no key")?;
    let blob = STANDARD.decode(encoded).map_err(|_| "its key is not base64")?;
    if inner_type(&blob) != Some(algorithm.as_bytes()) {
        return Err("its key is not of the type that the line names");
    }
    Ok(Some((marker, hosts, HostKey { algorithm: algorithm.to_owned(), blob })))
}

fn parse_hosts(field: &[u8]) -> Result<Hosts, &'static str> {
    if let Some(rest) = field.strip_prefix(b"|") {
        let mut parts = rest.split(|byte| *byte == b'|');
        let (version, salt, hash) = (parts.next(), parts.next(), parts.next());
        if version != Some(b"1") || parts.next().is_some() {
            return Err("its host name is hashed in an unknown way");
        }
        let decode = |part: Option<&[u8]>| part.and_then(|part| STANDARD.decode(part).ok());
        return match (decode(salt), decode(hash)) {
            (Some(salt), Some(hash)) if hash.len() == 20 => Ok(Hosts::Hashed { salt, hash }),
            _ => Err("its hashed host name is damaged"),
        };
    }
    let patterns = field
        .split(|byte| *byte == b',')
        .filter(|pattern| !pattern.is_empty())
        .map(|pattern| match pattern.strip_prefix(b"!") {
            Some(negated) => (true, negated.to_ascii_lowercase()),
            None => (false, pattern.to_ascii_lowercase()),
        })
        .collect();
    Ok(Hosts::Patterns(patterns))
}

/// The type that a key in wire form says it is of.
fn inner_type(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

impl Hosts {
    /// Whether the line is for this (lower-case) name. One negated pattern that matches takes the line out.
    fn contain(&self, name: &str) -> bool {
        match self {
            Self::Hashed { salt, hash } => hash_of(name, salt).as_ref() == hash.as_slice(),
            Self::Patterns(patterns) => {
                let mut found = false;
                for (negated, pattern) in patterns {
                    if matches_pattern(pattern, name.as_bytes()) {
                        if *negated {
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

/// `*` is any run of bytes, `?` any one byte. Linear in memory, at worst the product of both lengths in time: a hostile
/// pattern of many stars cannot make it explode.
pub(super) fn matches_pattern(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to go on when a literal fails: after the last star, one byte of the name later than before.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&byte) = name.get(n) {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                retry = Some((p, n));
            }
            Some(&wanted) if wanted == b'?' || wanted == byte => {
                p += 1;
                n += 1;
            }
            Some(_) | None => {
                let Some((after, from)) = retry else { return false };
                p = after;
                n = from + 1;
                retry = Some((after, n));
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
