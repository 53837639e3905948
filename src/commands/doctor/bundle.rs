//! The report as a file for a ticket: the profile's settings without any secret or the source of one, what was found, and
//! on request words in place of the names of hosts and people. It reads nothing but what it is given.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};

use super::Names;
use super::report::Report;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Hop, Profile, SecretSource, TlsMode};
use crate::io::session::Outside;
use crate::io::storage::atomic;

/// What stands where a text could quote a secret.
const LEFT_OUT: &str = "(left out)";

/// Refuses a path where a file is already, before anything is walked.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Problem> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(taken(path)),
        Err(_) => Ok(()),
    }
}

/// Writes the bundle, for its owner only.
pub(super) fn write(path: &Path, report: &Report<'_>, outside: &Outside, names: Names) -> Result<(), Problem> {
    let text = text(report, outside, names)?;
    atomic::create(path, text.as_bytes()).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return taken(path);
        }
        Problem::new(ProblemKind::Local, format!("The bundle {} cannot be written", path.display()))
            .because(error.to_string())
    })
}

fn taken(path: &Path) -> Problem {
    Problem::new(ProblemKind::Local, format!("The bundle {} is not written", path.display()))
        .because("a file of that name is there already")
        .hint("name another file, or remove that one first")
}

fn text(report: &Report<'_>, outside: &Outside, names: Names) -> Result<String, Problem> {
    let mut document = document(report, names);
    let home = outside.home.display().to_string();
    let hasher = match names {
        Names::Plain => None,
        Names::Hashed => Some(Hasher::new(report, outside)?),
    };
    each_text(&mut document, &mut |text| {
        if home.len() > 1 {
            *text = text.replace(&home, "~");
        }
        if let Some(hasher) = &hasher {
            *text = hasher.hashed(text);
        }
    });
    let mut text = serde_json::to_string_pretty(&document)
        .map_err(|error| Problem::new(ProblemKind::Local, "The bundle cannot be written").because(error.to_string()))?;
    text.push('\n');
    Ok(text)
}

fn document(report: &Report<'_>, names: Names) -> Value {
    let mut document = report.json();
    let secret_failed = is_of_a_secret(&document["problem"]);
    document["system"] = json!({ "os": std::env::consts::OS, "arch": std::env::consts::ARCH });
    document["settings"] = settings(report.profile);
    document["names"] = json!(match names {
        Names::Plain => "plain",
        Names::Hashed => "hashed with a key that is kept nowhere",
    });
    if secret_failed {
        // A command that prints secrets may print one in its complaint.
        document["problem"]["because"] = json!([LEFT_OUT]);
    }
    if let Some(rungs) = document["rungs"].as_array_mut() {
        for rung in rungs.iter_mut().filter(|rung| is_of_a_secret(&rung["problem"])) {
            rung["problem"]["because"] = json!([LEFT_OUT]);
        }
    }
    if names == Names::Hashed {
        if document["problem"]["server"]["code"] == 1049 {
            // It lists the names of databases.
            document["problem"]["next"] = json!(LEFT_OUT);
        }
        for list in ["rungs", "host_keys"] {
            for entry in document[list].as_array_mut().into_iter().flatten() {
                if entry["problem"]["server"]["code"] == 1049 {
                    entry["problem"]["next"] = json!(LEFT_OUT);
                }
                if entry.get("randomart").is_some() {
                    entry["randomart"] = json!(LEFT_OUT);
                }
            }
        }
    }
    document
}

/// Whether a problem is about a secret's source: its reasons may quote what a command printed.
fn is_of_a_secret(problem: &Value) -> bool {
    let mut texts = problem["because"].as_array().into_iter().flatten().chain([&problem["what"]]);
    texts.any(|text| text.as_str().is_some_and(|text| text.contains("There is no secret")))
}

/// The settings as far as they explain a way that fails. Of a secret there is only the kind of its source.
fn settings(profile: &Profile) -> Value {
    json!({
        "route": profile.route.iter().map(hop).collect::<Vec<_>>(),
        "identity_passphrase": profile.identity_passphrase.as_ref().map(source),
        "host": profile.host,
        "port": profile.port,
        "user": profile.user,
        "password": profile.password.as_ref().map(source),
        "tls": match profile.tls {
            TlsMode::Disabled => "disabled",
            TlsMode::Preferred => "preferred",
            TlsMode::Required => "required",
            TlsMode::VerifyCa => "verify-ca",
            TlsMode::VerifyIdentity => "verify-identity",
        },
        "ca": profile.ca.as_ref().map(|path| path.display().to_string()),
        "cleartext": profile.cleartext,
        "database": profile.database,
        "require_replica": profile.require_replica,
        "blinding": profile.blinding.is_some(),
        "time_zone": profile.time_zone,
        "tunnel": profile.tunnel,
    })
}

fn hop(hop: &Hop) -> Value {
    let paths = |paths: &[std::path::PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    json!({
        "host": hop.host,
        "port": hop.port,
        "user": hop.user,
        "identity": paths(&hop.identity),
        "certificate": hop.certificate.is_some(),
        "host_key": hop.host_key,
        "known_hosts": hop.known_hosts.as_ref().map(|path| path.display().to_string()),
    })
}

fn source(source: &SecretSource) -> &'static str {
    match source {
        SecretSource::Command(_) => "command",
        SecretSource::Env(_) => "env",
        SecretSource::File(_) => "file",
        SecretSource::Keyring(_) => "keyring",
        SecretSource::Prompt => "prompt",
    }
}

/// Fields whose texts are words of the form itself: an account that is called like one must not change them.
const OWN_WORDS: [&str; 9] = ["format", "rrx", "time", "environment", "outcome", "rung", "state", "role", "tls"];

/// Changes every text of a document, never its keys, nor the words of its form.
fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(fields) => {
            let others = fields.iter_mut().filter(|(name, _)| !OWN_WORDS.contains(&name.as_str()));
            others.for_each(|(_, value)| each_text(value, change));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts words in place of names: the same name is the same word in one bundle, and another one in the next.
struct Hasher {
    key: [u8; 32],
    /// What is known to be a name, with the kind of its word; the longest first.
    names: Vec<(String, &'static str)>,
}

impl Hasher {
    fn new(report: &Report<'_>, outside: &Outside) -> Result<Self, Problem> {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key).map_err(|_| {
            Problem::new(ProblemKind::Local, "The names cannot be hashed").because("the system gives no random numbers")
        })?;
        let profile = report.profile;
        let mut names = vec![
            (profile.name.clone(), "profile"),
            (profile.host.clone(), "host"),
            (profile.user.clone(), "user"),
            (outside.os_user.clone(), "user"),
        ];
        names.extend(profile.database.iter().map(|name| (name.clone(), "database")));
        let home = outside.home.display().to_string();
        names.extend(outside.command_line.settings().map(|file| (file.replace(&home, "~"), "file")));
        for hop in &profile.route {
            names.push((hop.host.clone(), "host"));
            names.extend(hop.user.iter().map(|name| (name.clone(), "user")));
        }
        if let Some(facts) = &report.walk.facts {
            names.push((facts.identity.clone(), "server"));
            names.push((facts.account.clone(), "account"));
            names.extend(facts.identity.split([' ', ':', '/']).map(|part| (part.to_owned(), "server")));
            names.extend(facts.database.iter().map(|name| (name.clone(), "database")));
        }
        // A number is no name: a port would be hashed wherever its digits stand.
        names.retain(|(name, _)| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit()));
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Ok(Self { key, names })
    }

    fn word(&self, kind: &str, name: &str) -> String {
        let mut context = Context::new(&SHA256);
        context.update(&self.key);
        context.update(name.to_ascii_lowercase().as_bytes());
        let digest = context.finish();
        let first = digest.as_ref().first_chunk().copied().map_or(0, u32::from_be_bytes);
        format!("{kind}-{first:08x}")
    }

    fn hashed(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, kind) in &self.names {
            text = replace_word(&text, name, &self.word(kind, name));
        }
        text = self.between(&text, "agent key ", &[", as ", ": "], "key");
        // MySQL names the client's host as the server sees it: 'account'@'host'.
        text = self.between(&text, "'@'", &["'"], "host");
        text = self.between(&text, "SHA256:", &[" ", ",", "\"", ";", ")"], "key");
        self.addresses(&text)
    }

    /// What stands behind each `open`, up to the first of `close` or the end.
    fn between(&self, text: &str, open: &str, close: &[&str], kind: &str) -> String {
        let mut changed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            let (before, behind) = rest.split_at(at + open.len());
            let end = close.iter().filter_map(|close| behind.find(close)).min().unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            changed.push_str(before);
            changed.push_str(&if name.is_empty() { String::new() } else { self.word(kind, name) });
            rest = after;
        }
        changed.push_str(rest);
        changed
    }

    /// Every IP address, wherever it came from.
    fn addresses(&self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
        let mut changed = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, behind) = rest.split_at(start);
            let (run, after) = behind.split_at(behind.find(|c| !is_part(c)).unwrap_or(behind.len()));
            changed.push_str(before);
            changed.push_str(&self.address(run));
            rest = after;
        }
        changed.push_str(rest);
        changed
    }

    fn address(&self, run: &str) -> String {
        let bare = run.trim_end_matches(['.', ':']);
        let tail = run.get(bare.len()..).unwrap_or_default();
        let (host, port) = match bare.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, format!(":{port}")),
            Some(_) | None => (bare, String::new()),
        };
        let is_address = match host.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => true,
            // `::` alone, or two letters around it, is more likely code than an address.
            Ok(IpAddr::V6(address)) => address != Ipv6Addr::UNSPECIFIED && host.len() > 4,
            Err(_) => false,
        };
        if is_address { format!("{}{port}{tail}", self.word("address", host)) } else { run.to_owned() }
    }
}

/// Replaces a name where it stands alone: not as a part of a longer word.
fn replace_word(text: &str, name: &str, by: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut changed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, behind) = rest.split_at(at);
        let after = behind.get(name.len()..).unwrap_or_default();
        let is_alone = !changed.chars().chain(before.chars()).next_back().is_some_and(is_part)
            && !after.chars().next().is_some_and(is_part);
        changed.push_str(before);
        changed.push_str(if is_alone { by } else { name });
        rest = after;
    }
    changed.push_str(rest);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(names: &[(&str, &'static str)]) -> Hasher {
        Hasher { key: [7; 32], names: names.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect() }
    }

    #[test]
    fn names_addresses_and_keys_become_words_that_stay_the_same() {
        let hasher = hasher(&[("bastion.example.com", "host"), ("RO_USER", "user")]);
        let text =
            "bastion.example.com → 203.0.113.9; 203.0.113.9:22 as RO_USER_2 and RO_USER; fe80::1:2, 12:30:00, a.b";
        let hashed = hasher.hashed(text);
        let (host, address) = (hasher.word("host", "bastion.example.com"), hasher.word("address", "203.0.113.9"));
        let (user, v6) = (hasher.word("user", "RO_USER"), hasher.word("address", "fe80::1:2"));
        let wanted = format!("{host} → {address}; {address}:22 as RO_USER_2 and {user}; {v6}, 12:30:00, a.b");
        assert_eq!(hashed, wanted);
        for told in
            ["agent key you@laptop, as x", "tried agent key you@laptop: not taken", "'x'@'ip-10-0-0-1.lan' (using"]
        {
            let hashed = hasher.hashed(told);
            assert!(!hashed.contains("laptop") && !hashed.contains("lan'"), "{hashed}");
        }
        assert!(!hasher.hashed("ED25519 SHA256:uTDvzFQX7oAg known").contains("uTDv"));
    }

    #[test]
    fn an_account_that_is_called_like_a_rung_leaves_the_rungs_alone() {
        let hasher = hasher(&[("mysql", "user"), ("ok", "profile")]);
        let mut document =
            json!({ "rungs": [{ "rung": "mysql", "state": "ok", "found": "as mysql" }], "user": "mysql" });
        each_text(&mut document, &mut |text| *text = hasher.hashed(text));
        let word = hasher.word("user", "mysql");
        let rung = json!({ "rung": "mysql", "state": "ok", "found": format!("as {word}") });
        assert_eq!(document, json!({ "rungs": [rung], "user": word }));
    }

    #[test]
    fn a_problem_of_a_secret_loses_its_reasons() {
        assert!(is_of_a_secret(&json!({ "what": "There is no secret for this sign-in", "because": ["x"] })));
        assert!(is_of_a_secret(&json!({ "what": "y", "because": ["There is no secret for this sign-in", "x"] })));
        assert!(!is_of_a_secret(&json!({ "what": "y", "because": ["x"] })));
        assert!(!is_of_a_secret(&Value::Null));
    }
}
