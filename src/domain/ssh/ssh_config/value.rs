//! Parses the values of single keywords: numbers, times, choices.

use std::time::Duration;

use super::token::TokenValues;
use super::types::{AddressFamily, AgentSocket, SshConfigFiles, UnknownHostKeys};

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{text}` is not a port (1 to 65535)"))
}

pub(super) fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

/// Parses whether a sign-in method is allowed. `PubkeyAuthentication` has two more values that also allow it.
pub(super) fn method_allowed(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "unbound" | "host-bound" => Ok(true),
        _ => yes_or_no(text),
    }
}

pub(super) fn address_family(text: &str) -> Result<AddressFamily, String> {
    match text.to_ascii_lowercase().as_str() {
        "any" => Ok(AddressFamily::Any),
        "inet" => Ok(AddressFamily::V4),
        "inet6" => Ok(AddressFamily::V6),
        _ => Err(format!("`{text}` is not one of any, inet and inet6")),
    }
}

pub(super) fn unknown_host_keys(text: &str) -> Result<UnknownHostKeys, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(UnknownHostKeys::Refuse),
        "ask" | "no" | "false" | "off" | "accept-new" => Ok(UnknownHostKeys::Ask),
        _ => Err(format!("`{text}` is not one of yes, accept-new, no, off and ask")),
    }
}

pub(super) fn agent_socket(
    text: &str,
    tokens: &TokenValues<'_>,
    files: &dyn SshConfigFiles,
) -> Result<AgentSocket, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(AgentSocket::Disabled);
    }
    if text == "SSH_AUTH_SOCK" {
        return Ok(AgentSocket::FromEnvironment);
    }
    match text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        Some(name) => match files.variable(name) {
            Some(path) => Ok(AgentSocket::Path(path.into())),
            None => Err(format!("the variable {name} is not set")),
        },
        None => tokens.expand_path(text, files).map(AgentSocket::Path),
    }
}

/// Parses the hops of `ProxyJump`, with their tokens expanded.
pub(super) fn proxy_jump(text: &str, tokens: &TokenValues<'_>) -> Result<Vec<String>, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    text.split(',').map(str::trim).filter(|hop| !hop.is_empty()).map(|hop| tokens.expand_hop(hop)).collect()
}

/// Parses a time as OpenSSH writes it: seconds, or numbers with `s m h d w`. `none` is `None`. Source: TIME FORMATS in
/// `sshd_config(5)`.
pub(super) fn time(text: &str) -> Result<Option<Duration>, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let invalid = || format!("`{text}` is not a time such as 30, 90s or 1m30s");
    let mut seconds = 0_u64;
    let mut number = None::<u64>;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            number = number.unwrap_or(0).checked_mul(10).and_then(|number| number.checked_add(digit.into()));
            number.ok_or_else(invalid)?;
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(invalid()),
        };
        let part = number.take().ok_or_else(invalid)?.checked_mul(unit).ok_or_else(invalid)?;
        seconds = seconds.checked_add(part).ok_or_else(invalid)?;
    }
    let rest = number.unwrap_or(0);
    if text.is_empty() {
        return Err(invalid());
    }
    seconds.checked_add(rest).map(Duration::from_secs).map(Some).ok_or_else(invalid)
}
