//! Hops as the settings write them: `user@host:port` or a table. Knows neither `ssh_config` nor keys.

use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::Hop;
use super::fault::{Fault, Field, kept, unknown_keys};

/// Keys of a hop's table.
const HOP_KEYS: &[&str] = &["host", "port", "user", "identity", "certificate", "host_key", "known_hosts"];

/// Why a text is no hop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHop {
    /// The host is missing.
    #[error("the host is missing")]
    NoHost,
    /// `@` without a name before it.
    #[error("the user before @ is missing")]
    NoUser,
    /// The port is not a number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// An IPv6 address with something wrong around it.
    #[error("an IPv6 address is written in brackets: [::1]:22")]
    Address,
    /// An account where only a host and a port belong.
    #[error("an account does not stand before this host")]
    Account,
    /// Blanks, control characters, or a leading dash.
    #[error("a name holds a blank or a control character, or begins with a dash")]
    Name,
}

impl std::str::FromStr for Hop {
    type Err = BadHop;

    /// Reads `[user@]host[:port]`; an IPv6 address with a port stands in brackets.
    fn from_str(text: &str) -> Result<Self, BadHop> {
        let (user, place) = match text.rsplit_once('@') {
            Some(("", _)) => return Err(BadHop::NoUser),
            Some((user, place)) => (Some(name(user)?), place),
            None => (None, text),
        };
        let (host, port) = host_and_port(place)?;
        Ok(Self { port, user, ..bare(host) })
    }
}

impl std::fmt::Display for Hop {
    /// As the settings write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        match (self.host.contains(':'), self.port) {
            (false, None) => write!(f, "{}", self.host),
            (false, Some(port)) => write!(f, "{}:{port}", self.host),
            (true, None) => write!(f, "[{}]", self.host),
            (true, Some(port)) => write!(f, "[{}]:{port}", self.host),
        }
    }
}

/// Reads one element of `route`.
pub(super) fn read(field: &Field<'_, '_>, faults: &mut Vec<Fault>) -> Option<Hop> {
    if field.table().is_ok() {
        return read_table(field, faults);
    }
    let text = kept(field.text(), faults)?;
    match text.parse() {
        Ok(hop) => Some(hop),
        Err(reason) => {
            faults.push(field.fault(reason).hint("write user@host:port, or { host = \"…\", port = 22, user = \"…\" }"));
            None
        }
    }
}

fn read_table(field: &Field<'_, '_>, faults: &mut Vec<Fault>) -> Option<Hop> {
    let table = field.table().ok()?;
    unknown_keys(table, HOP_KEYS, faults);
    let Some(host) = Field::of(table, "host") else {
        faults.push(field.fault("a hop needs a host"));
        return None;
    };
    let mut hop = bare(checked_name(&host, faults)?);
    if let Some(port) = Field::of(table, "port")
        && let Some(number) = kept(port.number(1..65_536), faults)
    {
        hop.port = u16::try_from(number).ok();
    }
    if let Some(user) = Field::of(table, "user") {
        hop.user = checked_name(&user, faults);
    }
    if let Some(identity) = Field::of(table, "identity") {
        hop.identity = paths(&identity, faults);
    }
    if let Some(keys) = Field::of(table, "host_key") {
        hop.host_key = fingerprints(&keys, faults);
    }
    if let Some(file) = Field::of(table, "known_hosts") {
        hop.known_hosts = kept(file.text(), faults).map(PathBuf::from);
    }
    if let Some(certificate) = Field::of(table, "certificate") {
        hop.certificate = kept(certificate.text(), faults).map(PathBuf::from);
    }
    Some(hop)
}

/// A file, or a list of files.
pub(super) fn paths(field: &Field<'_, '_>, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let elements = field.elements().unwrap_or_else(|| vec![*field]);
    elements.iter().filter_map(|element| kept(element.text(), faults)).map(PathBuf::from).collect()
}

fn fingerprints(field: &Field<'_, '_>, faults: &mut Vec<Fault>) -> Vec<String> {
    let elements = field.elements().unwrap_or_else(|| vec![*field]);
    if elements.is_empty() {
        // An empty list would read as "no pin" where the user meant one.
        faults.push(field.fault("names no key"));
    }
    let mut keys = Vec::new();
    for element in &elements {
        let Some(text) = kept(element.text(), faults) else { continue };
        if is_fingerprint(text) {
            keys.push(text.to_owned());
        } else {
            faults.push(
                element
                    .fault("is not a SHA256 fingerprint")
                    .hint("`ssh-keygen -lf` prints it: SHA256: and 43 characters"),
            );
        }
    }
    keys
}

fn is_fingerprint(text: &str) -> bool {
    text.strip_prefix("SHA256:").is_some_and(|hash| {
        hash.len() == 43 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    })
}

fn bare(host: String) -> Hop {
    Hop {
        host,
        port: None,
        user: None,
        identity: Vec::new(),
        certificate: None,
        host_key: Vec::new(),
        known_hosts: None,
    }
}

pub(super) fn host_and_port(place: &str) -> Result<(String, Option<u16>), BadHop> {
    if let Some(rest) = place.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(BadHop::Address)?;
        address.split('%').next().and_then(|bare| bare.parse::<Ipv6Addr>().ok()).ok_or(BadHop::Address)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(self::port(port)?),
            None if after.is_empty() => None,
            None => return Err(BadHop::Address),
        };
        return Ok((name(address)?, port));
    }
    if place.parse::<Ipv6Addr>().is_ok() {
        return Ok((place.to_owned(), None));
    }
    match place.split_once(':') {
        Some((_, port)) if port.contains(':') => Err(BadHop::Address),
        Some((host, port)) => Ok((name(host)?, Some(self::port(port)?))),
        None => Ok((name(place)?, None)),
    }
}

fn port(text: &str) -> Result<u16, BadHop> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port > 0).ok_or(BadHop::Port)
}

fn name(text: &str) -> Result<String, BadHop> {
    if text.is_empty() {
        return Err(BadHop::NoHost);
    }
    if text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(BadHop::Name);
    }
    Ok(text.to_owned())
}

/// A host or user of a table: an address may stand there without brackets.
fn checked_name(field: &Field<'_, '_>, faults: &mut Vec<Fault>) -> Option<String> {
    let text = kept(field.text(), faults)?;
    match name(text) {
        Ok(name) => Some(name),
        Err(reason) => {
            faults.push(field.fault(reason));
            None
        }
    }
}
