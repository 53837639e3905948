//! Replaces the names of hosts and people, addresses and keys by pseudonyms. They are derived with a key that is not stored.

use std::net::{IpAddr, Ipv6Addr};

use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};

use super::report::Report;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::session::SessionEnv;

/// Whether a bundle contains the names of hosts and people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamesInBundle {
    Plain,
    /// A pseudonym replaces each name. Within one bundle a name always has the same pseudonym.
    Hashed,
}

/// Replaces names by pseudonyms. A name has the same pseudonym everywhere in one bundle, and another one in the next bundle.
pub(super) struct Anonymizer {
    key: [u8; 32],
    /// The known names, each with the kind of its pseudonym. The longest name is first.
    names: Vec<(String, &'static str)>,
}

impl Anonymizer {
    /// Collects the names of the profile, the server and the user.
    ///
    /// # Errors
    /// Returns a problem if the system provides no random numbers.
    pub(super) fn new(report: &Report<'_>, env: &SessionEnv) -> Result<Self, Problem> {
        let mut key = [0; 32];
        SystemRandom::new().fill(&mut key).map_err(|_| {
            Problem::new(ProblemKind::Local, "The names cannot be hashed")
                .because("the system returned no random numbers")
        })?;
        let profile = report.profile;
        let mut names = vec![
            (profile.name.clone(), "profile"),
            (profile.host.clone(), "host"),
            (profile.user.clone(), "user"),
            (env.os_user.clone(), "user"),
        ];
        names.extend(profile.database.iter().map(|name| (name.clone(), "database")));
        let home = env.home.display().to_string();
        names.extend(env.command_line.settings().map(|file| (file.replace(&home, "~"), "file")));
        for hop in &profile.route {
            names.push((hop.host.clone(), "host"));
            names.extend(hop.user.iter().map(|name| (name.clone(), "user")));
        }
        if let Some(facts) = &report.check.facts {
            names.push((facts.identity.clone(), "server"));
            names.push((facts.account.clone(), "account"));
            names.extend(facts.identity.split([' ', ':', '/']).map(|part| (part.to_owned(), "server")));
            names.extend(facts.database.iter().map(|name| (name.clone(), "database")));
        }
        // Numbers are not replaced, because that would also replace every number that equals a port.
        names.retain(|(name, _)| !name.is_empty() && !name.bytes().all(|byte| byte.is_ascii_digit()));
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Ok(Self { key, names })
    }

    /// Makes an anonymizer for these names, each with the kind of its pseudonym.
    #[cfg(test)]
    pub(super) fn with_names(names: &[(&str, &'static str)]) -> Self {
        Self { key: [7; 32], names: names.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect() }
    }

    pub(super) fn pseudonym(&self, kind: &str, name: &str) -> String {
        let mut context = Context::new(&SHA256);
        context.update(&self.key);
        context.update(name.to_ascii_lowercase().as_bytes());
        let digest = context.finish();
        let first = digest.as_ref().first_chunk().copied().map_or(0, u32::from_be_bytes);
        format!("{kind}-{first:08x}")
    }

    /// Replaces names, keys and addresses in a text.
    pub(super) fn replace_names(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, kind) in &self.names {
            text = replace_word(&text, name, &self.pseudonym(kind, name));
        }
        text = self.replace_between(&text, "agent key ", &[", as ", ": "], "key");
        // MySQL quotes the client's host as the server sees it: 'account'@'host'.
        text = self.replace_between(&text, "'@'", &["'"], "host");
        text = self.replace_between(&text, "SHA256:", &[" ", ",", "\"", ";", ")"], "key");
        self.replace_addresses(&text)
    }

    /// Replaces the text after each `open`, up to the first of `close` or the end.
    fn replace_between(&self, text: &str, open: &str, close: &[&str], kind: &str) -> String {
        let mut changed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(open) {
            let (before, after_open) = rest.split_at(at + open.len());
            let end = close.iter().filter_map(|close| after_open.find(close)).min().unwrap_or(after_open.len());
            let (name, after) = after_open.split_at(end);
            changed.push_str(before);
            changed.push_str(&if name.is_empty() { String::new() } else { self.pseudonym(kind, name) });
            rest = after;
        }
        changed.push_str(rest);
        changed
    }

    /// Replaces every IP address.
    fn replace_addresses(&self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
        let mut changed = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, after_open) = rest.split_at(start);
            let (run, after) = after_open.split_at(after_open.find(|c| !is_part(c)).unwrap_or(after_open.len()));
            changed.push_str(before);
            changed.push_str(&self.replace_address(run));
            rest = after;
        }
        changed.push_str(rest);
        changed
    }

    fn replace_address(&self, run: &str) -> String {
        let bare = run.trim_end_matches(['.', ':']);
        let tail = run.get(bare.len()..).unwrap_or_default();
        let (host, port) = match bare.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, format!(":{port}")),
            Some(_) | None => (bare, String::new()),
        };
        let is_address = match host.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => true,
            // `::` alone, or with few letters around it, is more likely code than an address.
            Ok(IpAddr::V6(address)) => address != Ipv6Addr::UNSPECIFIED && host.len() > 4,
            Err(_) => false,
        };
        if is_address { format!("{}{port}{tail}", self.pseudonym("address", host)) } else { run.to_owned() }
    }
}

/// Replaces a name if it is a whole word.
fn replace_word(text: &str, name: &str, by: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut changed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after_open) = rest.split_at(at);
        let after = after_open.get(name.len()..).unwrap_or_default();
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

    #[test]
    fn names_addresses_and_keys_become_stable_words() {
        let anonymizer = Anonymizer::with_names(&[("bastion.example.com", "host"), ("RO_USER", "user")]);
        let text =
            "bastion.example.com → 203.0.113.9; 203.0.113.9:22 as RO_USER_2 and RO_USER; fe80::1:2, 12:30:00, a.b";
        let hashed = anonymizer.replace_names(text);
        let (host, address) =
            (anonymizer.pseudonym("host", "bastion.example.com"), anonymizer.pseudonym("address", "203.0.113.9"));
        let (user, v6) = (anonymizer.pseudonym("user", "RO_USER"), anonymizer.pseudonym("address", "fe80::1:2"));
        let expected = format!("{host} → {address}; {address}:22 as RO_USER_2 and {user}; {v6}, 12:30:00, a.b");
        assert_eq!(hashed, expected);
        for text in
            ["agent key you@laptop, as x", "tried agent key you@laptop: not taken", "'x'@'ip-10-0-0-1.lan' (using"]
        {
            let hashed = anonymizer.replace_names(text);
            assert!(!hashed.contains("laptop") && !hashed.contains("lan'"), "{hashed}");
        }
        assert!(!anonymizer.replace_names("ED25519 SHA256:uTDvzFQX7oAg known").contains("uTDv"));
    }
}
