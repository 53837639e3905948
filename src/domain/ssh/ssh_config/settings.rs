//! Turns the lines that count for a host into its settings. Rejects lines that rrx cannot follow.

use std::path::PathBuf;

use super::keyword::CHANGES_ROUTE_OR_TRUST;
use super::reader::{CollectedLines, ConfigValue};
use super::token::TokenValues;
use super::types::{
    DEFAULT_PORT, ForbiddenMethod, HostConfig, HostLookup, ProxyCommand, SignInMethod, SshConfigError, SshConfigFiles,
};
use super::value;

/// Reads the settings of a host. The first of `paths` is the user's file, the others are the system's.
///
/// # Errors
/// When the files cannot be used: a keyword that changes the route or trust in a way that rrx does not support, an invalid
/// value, a file that cannot be read.
pub fn host_config(
    lookup: &HostLookup,
    paths: &[PathBuf],
    files: &dyn SshConfigFiles,
) -> Result<HostConfig, SshConfigError> {
    let lines = CollectedLines::read(lookup, paths, files)?;
    reject_unsupported(&lines)?;
    // Expanded even if the host name is final already, because an invalid token is an error.
    read(&lines, "hostname", |text| lines.expand_host_name(text))?;
    let host_name = lines.current_host_name();
    let port = lookup.port.or(read(&lines, "port", value::port)?);
    let user = lookup.user.clone().or(first(&lines, "user"));
    let host_key_alias = first(&lines, "hostkeyalias");
    let tokens = TokenValues {
        lookup,
        host: &host_name,
        port: port.unwrap_or(DEFAULT_PORT),
        user: user.as_deref().unwrap_or(&lookup.local_user),
        jump: lines.first.get("proxyjump").map_or("", ConfigValue::first),
        key_name: host_key_alias.as_deref().unwrap_or(&lookup.host),
    };
    Ok(HostConfig {
        identity_files: paths_of(&lines, &lines.identity_files, &tokens)?,
        certificate_files: paths_of(&lines, &lines.certificate_files, &tokens)?,
        identities_only: read(&lines, "identitiesonly", value::yes_or_no)?.unwrap_or(false),
        agent: read(&lines, "identityagent", |text| value::agent_socket(text, &tokens, files))?.unwrap_or_default(),
        user_known_hosts: known_hosts(&lines, "userknownhostsfile", &tokens)?,
        global_known_hosts: known_hosts(&lines, "globalknownhostsfile", &tokens)?,
        hash_known_hosts: read(&lines, "hashknownhosts", value::yes_or_no)?.unwrap_or(false),
        unknown_host_keys: read(&lines, "stricthostkeychecking", value::unknown_host_keys)?.unwrap_or_default(),
        proxy_command: proxy_command(&lines, &tokens)?,
        proxy_jump: read(&lines, "proxyjump", |text| value::proxy_jump(text, &tokens))?.unwrap_or_default(),
        forbidden: forbidden_methods(&lines)?,
        address_family: read(&lines, "addressfamily", value::address_family)?.unwrap_or_default(),
        connect_timeout: read(&lines, "connecttimeout", value::time)?.flatten(),
        alive_interval: read(&lines, "serveraliveinterval", value::time)?.flatten(),
        alive_count: read(&lines, "serveralivecountmax", value::count)?,
        warnings: lines.warnings.clone(),
        host_key_alias: host_key_alias.clone(),
        host_name: host_name.clone(),
        user: user.clone(),
        port,
    })
}

fn proxy_command(lines: &CollectedLines<'_>, tokens: &TokenValues<'_>) -> Result<Option<ProxyCommand>, SshConfigError> {
    let Some(value) = lines.first.get("proxycommand").filter(|value| !value.is_none()) else { return Ok(None) };
    let command = tokens.expand_command(&value.rest).map_err(|what| value.error(what))?;
    Ok(Some(ProxyCommand { command, place: value.place() }))
}

/// Expands the tokens of a command that the profile names.
///
/// # Errors
/// When a token is not valid, or its value could be read as a part of the command.
pub(in crate::domain::ssh) fn expand_command(
    command: &str,
    lookup: &HostLookup,
    (host, port, user): (&str, u16, &str),
) -> Result<String, String> {
    TokenValues { lookup, host, port, user, jump: "", key_name: &lookup.host }.expand_command(command)
}

fn first(lines: &CollectedLines<'_>, keyword: &str) -> Option<String> {
    lines.first.get(keyword).map(|value| value.first().to_owned())
}

/// Parses the value of a keyword, if there is one.
fn read<T>(
    lines: &CollectedLines<'_>,
    keyword: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, SshConfigError> {
    let value = lines.first.get(keyword);
    value.map(|value| parse(value.first()).map_err(|what| value.error(what))).transpose()
}

/// Rejects lines that would change the route or trust in a way that rrx does not support.
fn reject_unsupported(lines: &CollectedLines<'_>) -> Result<(), SshConfigError> {
    for (keyword, harmless) in CHANGES_ROUTE_OR_TRUST {
        let Some(value) = lines.first.get(keyword) else { continue };
        let is_harmless = harmless.iter().any(|word| value.first().eq_ignore_ascii_case(word));
        if !is_harmless || value.arguments.len() > 1 {
            return Err(value.error(format!(
                "{} is not supported: it changes the route or which keys are trusted; describe the hop in the profile \
                 instead",
                value.keyword
            )));
        }
    }
    match lines.first.get("proxyjump").filter(|value| value.arguments.len() > 1) {
        Some(value) => {
            Err(value.error(format!("`{}`: a list of hops must not contain spaces", value.arguments.join(" "))))
        }
        None => Ok(()),
    }
}

fn paths_of(
    lines: &CollectedLines<'_>,
    values: &[ConfigValue],
    tokens: &TokenValues<'_>,
) -> Result<Vec<PathBuf>, SshConfigError> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for value in values.iter().filter(|value| !value.is_none()) {
        let path = tokens.expand_path(value.first(), lines.files).map_err(|what| value.error(what))?;
        // A file that is named twice counts once.
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn known_hosts(
    lines: &CollectedLines<'_>,
    keyword: &str,
    tokens: &TokenValues<'_>,
) -> Result<Option<Vec<PathBuf>>, SshConfigError> {
    let Some(value) = lines.first.get(keyword) else { return Ok(None) };
    if value.is_none() {
        return Ok(Some(Vec::new()));
    }
    if value.arguments.iter().any(|argument| argument.eq_ignore_ascii_case("none")) {
        return Err(value.error("`none` cannot be combined with file names"));
    }
    let paths: Result<_, _> =
        value.arguments.iter().map(|argument| tokens.expand_path(argument, lines.files)).collect();
    paths.map(Some).map_err(|what| value.error(what))
}

/// Returns the sign-in methods that a line forbids, or that the list of preferred methods does not name.
fn forbidden_methods(lines: &CollectedLines<'_>) -> Result<Vec<ForbiddenMethod>, SshConfigError> {
    let preferred = lines.first.get("preferredauthentications");
    let mut forbidden = Vec::new();
    for method in SignInMethod::ALL {
        let is_listed = |value: &&ConfigValue| value.first().split(',').any(|name| name.trim() == method.name());
        let is_allowed = read(lines, method.keyword(), value::method_allowed)?.unwrap_or(true);
        let line =
            if is_allowed { preferred.filter(|value| !is_listed(value)) } else { lines.first.get(method.keyword()) };
        forbidden.extend(line.map(|line| ForbiddenMethod { method, because: line.quoted() }));
    }
    Ok(forbidden)
}
