//! The values of single keywords: numbers, times, choices. Knows no file and no line.

use std::time::Duration;

use super::token::Meaning;
use super::{AddressFamily, Agent, Files, UnknownKeys};

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{text}` is no port: 1 to 65535"))
}

pub(super) fn count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

/// Whether a way of signing in may be tried. For keys there are two more words, about how the hop is bound to them.
pub(super) fn may_be_tried(text: &str) -> Result<bool, String> {
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

pub(super) fn unknown_keys(text: &str) -> Result<UnknownKeys, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(UnknownKeys::Refused),
        "ask" | "no" | "false" | "off" | "accept-new" => Ok(UnknownKeys::Asked),
        _ => Err(format!("`{text}` is not one of yes, accept-new, no, off and ask")),
    }
}

pub(super) fn agent(text: &str, meaning: &Meaning<'_>, files: &dyn Files) -> Result<Agent, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Agent::No);
    }
    if text == "SSH_AUTH_SOCK" {
        return Ok(Agent::Usual);
    }
    match text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        Some(name) => match files.variable(name) {
            Some(path) => Ok(Agent::At(path.into())),
            None => Err(format!("the variable {name} is not set")),
        },
        None => meaning.path(text, files).map(Agent::At),
    }
}

/// The hops that `ProxyJump` names, the tokens in each put in.
pub(super) fn hops(text: &str, meaning: &Meaning<'_>) -> Result<Vec<String>, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Vec::new());
    }
    text.split(',').map(str::trim).filter(|hop| !hop.is_empty()).map(|hop| meaning.hop(hop)).collect()
}

/// A time as OpenSSH writes it: seconds, or numbers with `s m h d w`. `none` is none. Source: TIME FORMATS in
/// `sshd_config(5)`.
pub(super) fn time(text: &str) -> Result<Option<Duration>, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let bad = || format!("`{text}` is no time such as 30, 90s or 1m30s");
    let mut seconds = 0_u64;
    let mut number = None::<u64>;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            number = number.unwrap_or(0).checked_mul(10).and_then(|number| number.checked_add(digit.into()));
            number.ok_or_else(bad)?;
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(bad()),
        };
        let part = number.take().ok_or_else(bad)?.checked_mul(unit).ok_or_else(bad)?;
        seconds = seconds.checked_add(part).ok_or_else(bad)?;
    }
    let rest = number.unwrap_or(0);
    if text.is_empty() {
        return Err(bad());
    }
    seconds.checked_add(rest).map(Duration::from_secs).map(Some).ok_or_else(bad)
}
