//! Reads connection URLs of other programs: `mysql://`, `mariadb://`, both with `+ssh` as other clients write them, and with
//! `jdbc:` before them. A password is returned separately, as a [`Secret`].

use super::draft::{ImportedConnection, parse_endpoint};
use super::url_text::{SSH_PASSWORD_LEFT_OUT, UrlParseError, decoded, plain};
use super::{Secret, url_parameters};

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
///
/// In `A:B/C@D`, the text `B/C` can be a password that is not encoded, and `B` can be a port. An IPv6
/// address in brackets is no user.
fn hop<'a>(text: &'a str, imported: &mut ImportedConnection) -> Result<&'a str, UrlParseError> {
    let (authority, rest) = text.split_once('/').ok_or(UrlParseError::NoReplica)?;
    if authority.contains(':') && !authority.starts_with('[') && !authority.contains('@') && rest.contains('@') {
        return Err(UrlParseError::Ambiguous);
    }
    let (account, endpoint) =
        authority.rsplit_once('@').map_or((None, authority), |(account, rest)| (Some(account), rest));
    let (user, password) = account.map_or(Ok((None, None)), credentials)?;
    let mut hop: super::Hop = endpoint.parse().map_err(UrlParseError::Hop)?;
    hop.user = user;
    if password.is_some() {
        imported.notes.push(SSH_PASSWORD_LEFT_OUT.into());
    }
    imported.route.push(hop);
    Ok(rest)
}

fn replica(text: &str, has_hop: bool, imported: &mut ImportedConnection) -> Result<(), UrlParseError> {
    let (account, rest) = split_account(text, has_hop)?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    let (endpoint, database) = path.split_once('/').unwrap_or((path, ""));
    if database.contains('/') {
        return Err(UrlParseError::Database);
    }
    let (user, password) = account.map_or(Ok((None, None)), credentials)?;
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
    if !fragment.is_empty() {
        imported.notes.push("the part after # is left out".into());
    }
    url_parameters::read(query, imported)
}

/// Splits `user[:password]@` off. A password may have an `@` that is not encoded, so the last one counts.
///
/// With a `/`, a `?` or a `#` before the last `@`, a password that is not encoded and a later part with an `@` look alike. The text
/// before the sign decides: if it can be a host, both are possible. After an SSH host, which may have a password too, they always
/// are.
fn split_account(text: &str, has_hop: bool) -> Result<(Option<&str>, &str), UrlParseError> {
    let Some((account, rest)) = text.rsplit_once('@') else { return Ok((None, text)) };
    let Some(sign) = account.find(['/', '?', '#']) else { return Ok((Some(account), rest)) };
    let authority = account.get(..sign).unwrap_or_default();
    let endpoint = authority.rsplit_once('@').map_or(authority, |(_, endpoint)| endpoint);
    if has_hop || !authority.contains(':') || parse_endpoint(endpoint).is_ok() {
        return Err(UrlParseError::Ambiguous);
    }
    Ok((Some(account), rest))
}

/// Reads `user[:password]`.
fn credentials(account: &str) -> Result<(Option<String>, Option<Secret>), UrlParseError> {
    let (user, password) = account.split_once(':').map_or((account, None), |(user, password)| (user, Some(password)));
    let user = Some(plain(user, "the user")?).filter(|user| !user.is_empty());
    let password = password.filter(|password| !password.is_empty());
    let password = password.map(|password| decoded(password, "the password").map(Secret::new)).transpose()?;
    Ok((user, password))
}
