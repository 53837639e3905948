//! Reads connection URLs of other programs: `mysql://`, `mariadb://`, both with `+ssh` as other clients write them, and with
//! `jdbc:` before them. A password is returned separately, as a [`Secret`].

use std::path::PathBuf;

use super::draft::{ImportedConnection, parse_endpoint, profile_name_from};
use super::{Environment, HopParseError, Secret, TlsMode};
use crate::domain::text::excerpt;

/// Why a text is not such a URL. No message quotes what could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlParseError {
    /// The scheme is unknown.
    #[error(
        "it does not begin with mysql://, mariadb://, mysql+ssh://, mariadb+ssh://, jdbc:mysql:// or jdbc:mariadb://"
    )]
    Scheme,
    #[error("the replica's host: {0}")]
    Host(HopParseError),
    #[error("the SSH host: {0}")]
    Hop(HopParseError),
    #[error("it names several hosts, and a profile reaches one")]
    Several,
    #[error("the replica is missing after the SSH host (mysql+ssh://USER@JUMPHOST/ACCOUNT@HOST/DATABASE)")]
    NoReplica,
    /// A percent-encoded part is not text.
    #[error("{0} is not UTF-8 after its %XX were decoded")]
    NotText(&'static str),
    /// A part that must be plain text contains control characters.
    #[error("{0} contains a control character")]
    Control(&'static str),
}

impl UrlParseError {
    /// Returns what to write instead.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Host(_) | Self::Hop(_) | Self::NoReplica => {
                "in a user or a password the symbols / ? # @ : % are written %2F %3F %23 %40 %3A %25"
            }
            Self::Several => "write one host",
            Self::Scheme | Self::NotText(_) | Self::Control(_) => {
                "write mysql://USER@HOST:3306/DATABASE or mysql+ssh://SSHUSER@JUMPHOST:22/USER@HOST:3306/DATABASE"
            }
        }
    }
}

/// Reads a URL. The names of unknown parameters are listed in [`ImportedConnection::notes`].
///
/// # Errors
/// A [`UrlParseError`].
pub fn read_url(text: &str) -> Result<ImportedConnection, UrlParseError> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").ok_or(UrlParseError::Scheme)?;
    let has_hop = match scheme.to_ascii_lowercase().as_str() {
        "mysql" | "mariadb" | "jdbc:mysql" | "jdbc:mariadb" => false,
        "mysql+ssh" | "mariadb+ssh" => true,
        _ => return Err(UrlParseError::Scheme),
    };
    let mut imported = ImportedConnection::default();
    let rest = if has_hop { hop(rest, &mut imported)? } else { rest };
    replica(rest, has_hop, &mut imported)?;
    Ok(imported)
}

/// Reads the SSH host, which is the part up to the first slash, and returns the rest.
fn hop<'a>(text: &'a str, imported: &mut ImportedConnection) -> Result<&'a str, UrlParseError> {
    let (authority, rest) = text.split_once('/').ok_or(UrlParseError::NoReplica)?;
    let (user, password, endpoint) = account(authority)?;
    let mut hop: super::Hop = endpoint.parse().map_err(UrlParseError::Hop)?;
    hop.user = user;
    if password.is_some() {
        imported.notes.push("the SSH password of the URL is left out: rrx asks for it when the jump host does".into());
    }
    imported.route.push(hop);
    Ok(rest)
}

fn replica(text: &str, has_hop: bool, imported: &mut ImportedConnection) -> Result<(), UrlParseError> {
    let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = path.split_once('/').unwrap_or((path, ""));
    let (user, password, endpoint) = account(authority)?;
    if endpoint.contains(',') {
        return Err(UrlParseError::Several);
    }
    let endpoint = if endpoint.is_empty() && has_hop { "127.0.0.1" } else { endpoint };
    let (host, port) = parse_endpoint(endpoint).map_err(UrlParseError::Host)?;
    (imported.host, imported.port, imported.user, imported.password) = (Some(host), port, user, password);
    let database = plain(database, "the database")?;
    if !database.is_empty() {
        imported.database = Some(database);
    }
    if fragment.is_some_and(|fragment| !fragment.is_empty()) {
        imported.notes.push("the part after # is left out".into());
    }
    parameters(query, imported)
}

fn parameters(query: &str, imported: &mut ImportedConnection) -> Result<(), UrlParseError> {
    let mut left_out: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
        let spaced = raw.replace('+', " ");
        let is_known = match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "sslmode" => TlsMode::from_alias(&decoded(raw, "a parameter")?).map(|tls| imported.tls = Some(tls)),
            "sslca" | "sslrootcert" => {
                imported.ca = Some(PathBuf::from(plain(raw, "the CA file")?)).filter(|ca| !ca.as_os_str().is_empty());
                Some(())
            }
            "name" => profile_name_from(&decoded(&spaced, "the name")?).map(|name| imported.name = Some(name)),
            "env" | "environment" | "enviroment" => Environment::from_alias(&decoded(raw, "the environment")?)
                .map(|environment| imported.environment = Some(environment)),
            "user" => {
                imported.user = Some(plain(raw, "the user")?).filter(|user| !user.is_empty());
                Some(())
            }
            "password" => {
                imported.password = Some(Secret::new(decoded(raw, "the password")?));
                Some(())
            }
            // rrx tries private keys anyway.
            "useprivatekey" => Some(()),
            _ => None,
        };
        if is_known.is_none() {
            // Only the name is listed: the value may be a secret.
            left_out.push(excerpt(name, 40));
        }
    }
    if !left_out.is_empty() {
        imported.notes.push(format!("not understood and left out: {}", left_out.join(", ")));
    }
    Ok(())
}

/// Splits `[user[:password]@]endpoint`.
fn account(authority: &str) -> Result<(Option<String>, Option<Secret>, &str), UrlParseError> {
    let Some((account, endpoint)) = authority.rsplit_once('@') else { return Ok((None, None, authority)) };
    let (user, password) = account.split_once(':').map_or((account, None), |(user, password)| (user, Some(password)));
    let user = Some(plain(user, "the user")?).filter(|user| !user.is_empty());
    let password = password.filter(|password| !password.is_empty());
    let password = password.map(|password| decoded(password, "the password").map(Secret::new)).transpose()?;
    Ok((user, password, endpoint))
}

/// Decodes a text for the settings. It must not contain control characters.
fn plain(text: &str, what: &'static str) -> Result<String, UrlParseError> {
    let text = decoded(text, what)?;
    if text.chars().any(char::is_control) { Err(UrlParseError::Control(what)) } else { Ok(text) }
}

/// Decodes `%XX`; a `%` before anything else stays.
fn decoded(text: &str, what: &'static str) -> Result<String, UrlParseError> {
    let hex =
        |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if let (b'%', Some(high), Some(low)) = (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            out.push(high << 4 | low);
            at += 3;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    String::from_utf8(out).map_err(|error| {
        zeroize::Zeroize::zeroize(&mut error.into_bytes());
        UrlParseError::NotText(what)
    })
}
