//! Reads hops as the settings write them: `user@host:port` or a table.

use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::Hop;
use super::settings_table::hop;
use super::toml_entry::{SettingsError, TomlEntry, collect, report_unknown_keys};

/// Why a text is not a hop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HopParseError {
    #[error("the host is missing")]
    NoHost,
    /// There is no name before the `@`.
    #[error("the user before @ is missing")]
    NoUser,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// An IPv6 address is not in brackets, or something follows the brackets.
    #[error("an IPv6 address is written in brackets: [::1]:22")]
    Address,
    /// There is an account, but only host and port are allowed.
    #[error("this host takes no account before it")]
    Account,
    /// A name contains a space or a control character, or begins with a dash.
    #[error("a name contains a space or a control character, or begins with a dash")]
    Name,
}

impl std::str::FromStr for Hop {
    type Err = HopParseError;

    /// Reads `[user@]host[:port]`; an IPv6 address with a port is in brackets.
    fn from_str(text: &str) -> Result<Self, HopParseError> {
        let (user, endpoint) = match text.rsplit_once('@') {
            Some(("", _)) => return Err(HopParseError::NoUser),
            Some((user, endpoint)) => (Some(name(user)?), endpoint),
            None => (None, text),
        };
        let (host, port) = host_and_port(endpoint)?;
        Ok(Self { port, user, ..bare(host) })
    }
}

impl std::fmt::Display for Hop {
    /// Writes the hop as the settings do.
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

/// Reads one element of `route`: a text or a table.
pub(super) fn read(entry: &TomlEntry<'_, '_>, errors: &mut Vec<SettingsError>) -> Option<Hop> {
    if entry.table().is_ok() {
        return read_table(entry, errors);
    }
    let text = collect(entry.text(), errors)?;
    match text.parse() {
        Ok(hop) => Some(hop),
        Err(reason) => {
            errors.push(entry.error(reason).hint("write user@host:port, or { host = \"…\", port = 22, user = \"…\" }"));
            None
        }
    }
}

fn read_table(entry: &TomlEntry<'_, '_>, errors: &mut Vec<SettingsError>) -> Option<Hop> {
    let table = entry.table().ok()?;
    report_unknown_keys(table, hop::KEYS, errors);
    let Some(host) = TomlEntry::find(table, hop::HOST) else {
        errors.push(entry.error("a hop needs a host"));
        return None;
    };
    let mut read = bare(checked_name(&host, errors)?);
    if let Some(port) = TomlEntry::find(table, hop::PORT)
        && let Some(number) = collect(port.number(), errors)
    {
        read.port = u16::try_from(number).ok();
    }
    if let Some(user) = TomlEntry::find(table, hop::USER) {
        read.user = checked_name(&user, errors);
    }
    if let Some(identity) = TomlEntry::find(table, hop::IDENTITY) {
        read.identity = paths(&identity, errors);
    }
    if let Some(keys) = TomlEntry::find(table, hop::HOST_KEY) {
        read.host_key = fingerprints(&keys, errors);
    }
    if let Some(file) = TomlEntry::find(table, hop::KNOWN_HOSTS) {
        read.known_hosts = collect(file.text(), errors).map(PathBuf::from);
    }
    if let Some(command) = TomlEntry::find(table, hop::PROXY_COMMAND) {
        read.proxy_command = collect(command.text(), errors).map(str::to_owned);
    }
    if let Some(certificate) = TomlEntry::find(table, hop::CERTIFICATE) {
        read.certificate = collect(certificate.text(), errors).map(PathBuf::from);
    }
    Some(read)
}

/// Reads a path or a list of paths.
pub(super) fn paths(entry: &TomlEntry<'_, '_>, errors: &mut Vec<SettingsError>) -> Vec<PathBuf> {
    let elements = entry.elements().unwrap_or_else(|| vec![*entry]);
    elements.iter().filter_map(|element| collect(element.text(), errors)).map(PathBuf::from).collect()
}

fn fingerprints(entry: &TomlEntry<'_, '_>, errors: &mut Vec<SettingsError>) -> Vec<String> {
    let elements = entry.elements().unwrap_or_else(|| vec![*entry]);
    if elements.is_empty() {
        // An empty list would mean "not pinned", and the user meant to pin a key.
        errors.push(entry.error("has no fingerprint"));
    }
    let mut keys = Vec::new();
    for element in &elements {
        let Some(text) = collect(element.text(), errors) else { continue };
        if is_fingerprint(text) {
            keys.push(text.to_owned());
        } else {
            errors.push(
                element
                    .error("is not a SHA256 fingerprint")
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
        proxy_command: None,
    }
}

/// Reads `host[:port]`; an IPv6 address with a port is in brackets.
pub(super) fn host_and_port(text: &str) -> Result<(String, Option<u16>), HopParseError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(HopParseError::Address)?;
        address.split('%').next().and_then(|bare| bare.parse::<Ipv6Addr>().ok()).ok_or(HopParseError::Address)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(self::port(port)?),
            None if after.is_empty() => None,
            None => return Err(HopParseError::Address),
        };
        return Ok((name(address)?, port));
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Ok((text.to_owned(), None));
    }
    match text.split_once(':') {
        Some((_, port)) if port.contains(':') => Err(HopParseError::Address),
        Some((host, port)) => Ok((name(host)?, Some(self::port(port)?))),
        None => Ok((name(text)?, None)),
    }
}

fn port(text: &str) -> Result<u16, HopParseError> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port > 0).ok_or(HopParseError::Port)
}

fn name(text: &str) -> Result<String, HopParseError> {
    if text.is_empty() {
        return Err(HopParseError::NoHost);
    }
    if text.starts_with('-') || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(HopParseError::Name);
    }
    Ok(text.to_owned())
}

/// Reads a host or a user of a table; an IPv6 address needs no brackets there.
fn checked_name(entry: &TomlEntry<'_, '_>, errors: &mut Vec<SettingsError>) -> Option<String> {
    let text = collect(entry.text(), errors)?;
    match name(text) {
        Ok(name) => Some(name),
        Err(reason) => {
            errors.push(entry.error(reason));
            None
        }
    }
}
