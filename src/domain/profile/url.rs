//! Connection URLs of other programs: `mysql://`, `mariadb://`, both with `+ssh` as other clients write them,
//! and `jdbc:` before them. A password in one is handed over beside the rest, never inside it.

use std::path::PathBuf;

use super::draft::{Imported, endpoint, name_from};
use super::{BadHop, Environment, Secret, TlsMode};

/// Why a text is no such URL. It quotes nothing that could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It does not begin with a scheme that is read here.
    #[error(
        "it begins with none of mysql://, mariadb://, mysql+ssh://, mariadb+ssh://, jdbc:mysql://, jdbc:mariadb://"
    )]
    Scheme,
    /// The host of the replica is wrong.
    #[error("the replica's host: {0}")]
    Host(BadHop),
    /// The SSH host is wrong.
    #[error("the SSH host: {0}")]
    Hop(BadHop),
    /// Several hosts are named.
    #[error("it names several hosts, and a profile reaches one")]
    Several,
    /// The replica behind the SSH host is missing.
    #[error("the replica's part is missing behind the SSH host (mysql+ssh://USER@BASTION/ACCOUNT@HOST/DATABASE)")]
    NoReplica,
    /// A percent-encoded part is not text.
    #[error("{0} is not UTF-8 after its %XX were decoded")]
    NotText(&'static str),
    /// A part that must be plain text holds control characters.
    #[error("{0} holds a control character")]
    Control(&'static str),
}

impl BadUrl {
    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Host(_) | Self::Hop(_) | Self::NoReplica => {
                "in a user or a password the symbols / ? # @ : % are written %2F %3F %23 %40 %3A %25"
            }
            Self::Several => "write one host",
            Self::Scheme | Self::NotText(_) | Self::Control(_) => {
                "write mysql://USER@HOST:3306/DATABASE or mysql+ssh://SSHUSER@BASTION:22/USER@HOST:3306/DATABASE"
            }
        }
    }
}

/// Reads a URL. What is not understood is named in [`Imported::notes`], by its name alone.
///
/// # Errors
/// Why it cannot be read.
pub fn read(text: &str) -> Result<Imported, BadUrl> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").ok_or(BadUrl::Scheme)?;
    let has_hop = match scheme.to_ascii_lowercase().as_str() {
        "mysql" | "mariadb" | "jdbc:mysql" | "jdbc:mariadb" => false,
        "mysql+ssh" | "mariadb+ssh" => true,
        _ => return Err(BadUrl::Scheme),
    };
    let mut imported = Imported::default();
    let rest = if has_hop { hop(rest, &mut imported)? } else { rest };
    replica(rest, has_hop, &mut imported)?;
    Ok(imported)
}

/// The part up to the first slash is the SSH host; answers with the rest.
fn hop<'a>(text: &'a str, imported: &mut Imported) -> Result<&'a str, BadUrl> {
    let (authority, rest) = text.split_once('/').ok_or(BadUrl::NoReplica)?;
    let (user, password, place) = account(authority)?;
    let mut hop: super::Hop = place.parse().map_err(BadUrl::Hop)?;
    hop.user = user;
    if password.is_some() {
        imported.notes.push("the SSH password of the URL is left out: rrx asks for it when the hop does".into());
    }
    imported.route.push(hop);
    Ok(rest)
}

fn replica(text: &str, has_hop: bool, imported: &mut Imported) -> Result<(), BadUrl> {
    let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let (authority, database) = path.split_once('/').unwrap_or((path, ""));
    let (user, password, place) = account(authority)?;
    if place.contains(',') {
        return Err(BadUrl::Several);
    }
    let place = if place.is_empty() && has_hop { "127.0.0.1" } else { place };
    let (host, port) = endpoint(place).map_err(BadUrl::Host)?;
    (imported.host, imported.port, imported.user, imported.password) = (Some(host), port, user, password);
    let database = plain(database, "the database")?;
    if !database.is_empty() {
        imported.database = Some(database);
    }
    if fragment.is_some_and(|fragment| !fragment.is_empty()) {
        imported.notes.push("what follows # is left out".into());
    }
    parameters(query, imported)
}

fn parameters(query: &str, imported: &mut Imported) -> Result<(), BadUrl> {
    let mut left_out: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
        let spaced = raw.replace('+', " ");
        let is_taken = match name.to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "sslmode" => TlsMode::meant(&decoded(raw, "a parameter")?).map(|tls| imported.tls = Some(tls)),
            "sslca" | "sslrootcert" => {
                imported.ca = Some(PathBuf::from(plain(raw, "the CA file")?)).filter(|ca| !ca.as_os_str().is_empty());
                Some(())
            }
            "name" => name_from(&decoded(&spaced, "the name")?).map(|name| imported.name = Some(name)),
            "env" | "environment" | "enviroment" => Environment::meant(&decoded(raw, "the environment")?)
                .map(|environment| imported.environment = Some(environment)),
            "user" => {
                imported.user = Some(plain(raw, "the user")?).filter(|user| !user.is_empty());
                Some(())
            }
            "password" => {
                imported.password = Some(Secret::new(decoded(raw, "the password")?));
                Some(())
            }
            // Keys are what rrx tries anyway.
            "useprivatekey" => Some(()),
            _ => None,
        };
        if is_taken.is_none() {
            // The name alone: a value may be a secret.
            left_out.push(crate::domain::text::excerpt(name, 40));
        }
    }
    if !left_out.is_empty() {
        imported.notes.push(format!("not understood, and left out: {}", left_out.join(", ")));
    }
    Ok(())
}

/// User, password and place of `[user[:password]@]place`.
fn account(authority: &str) -> Result<(Option<String>, Option<Secret>, &str), BadUrl> {
    let Some((account, place)) = authority.rsplit_once('@') else { return Ok((None, None, authority)) };
    let (user, password) = account.split_once(':').map_or((account, None), |(user, password)| (user, Some(password)));
    let user = Some(plain(user, "the user")?).filter(|user| !user.is_empty());
    let password = password.filter(|password| !password.is_empty());
    let password = password.map(|password| decoded(password, "the password").map(Secret::new)).transpose()?;
    Ok((user, password, place))
}

/// A decoded text that goes into the settings.
fn plain(text: &str, what: &'static str) -> Result<String, BadUrl> {
    let text = decoded(text, what)?;
    if text.chars().any(char::is_control) { Err(BadUrl::Control(what)) } else { Ok(text) }
}

/// `%XX` decoded; a `%` that is followed by something else is itself.
fn decoded(text: &str, what: &'static str) -> Result<String, BadUrl> {
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
        BadUrl::NotText(what)
    })
}
