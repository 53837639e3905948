//! Reads option files of MySQL clients (`~/.my.cnf`): the groups `[client]` and `[clientNAME]`, as the clients read them. A
//! password is returned separately, as a [`Secret`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::draft::{ImportedConnection, profile_name_from};
use super::{Secret, TlsMode};
use crate::domain::text::excerpt;

#[derive(Default)]
pub struct OptionFile {
    groups: Vec<OptionGroup>,
    /// Notes on lines that were left out, each with its line number.
    pub notes: Vec<String>,
}

#[derive(Default)]
struct OptionGroup {
    name: String,
    options: BTreeMap<String, Zeroizing<String>>,
    notes: Vec<String>,
}

impl std::fmt::Debug for OptionFile {
    /// Prints only the names of the groups: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.groups.iter().map(|group| &group.name)).finish()
    }
}

/// Reads an option file. Lines that are not understood are listed in [`OptionFile::notes`].
#[must_use]
pub fn read_option_file(text: &str) -> OptionFile {
    let mut file = OptionFile::default();
    let mut at: Option<usize> = None;
    for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('!') {
            file.notes.push(format!("line {number}: other files are not read (!include)"));
        } else if let Some(rest) = line.strip_prefix('[') {
            let Some((name, _)) = rest.split_once(']') else {
                file.notes.push(format!("line {number}: the group has no ]"));
                at = None;
                continue;
            };
            let name = name.trim().to_owned();
            at = Some(file.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
                file.groups.push(OptionGroup { name, ..OptionGroup::default() });
                file.groups.len() - 1
            }));
        } else if let Some(group) = at.and_then(|at| file.groups.get_mut(at)) {
            group.option(line, number);
        } else {
            file.notes.push(format!("line {number}: it is in no group"));
        }
    }
    file
}

impl OptionGroup {
    fn option(&mut self, line: &str, number: usize) {
        let (line, comment) = without_comment(line);
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.trim().to_ascii_lowercase().replace('_', "-");
        let key = key.strip_prefix("loose-").unwrap_or(&key).to_owned();
        if comment && key == "password" && !value.trim_start().starts_with(['"', '\'']) {
            self.notes.push(format!(
                "line {number}: the text after # is a comment, as for the mysql client; put a password that contains # in quotes"
            ));
        }
        self.options.insert(key, Zeroizing::new(unquoted(value.trim())));
    }
}

/// Returns the line up to a `#` outside quotes, and whether there was one.
fn without_comment(line: &str) -> (&str, bool) {
    let mut quote: Option<char> = None;
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\'' | '"' if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            '#' if quote.is_none() => return (line.get(..at).unwrap_or(line), true),
            _ => {}
        }
    }
    (line, false)
}

/// Removes the quotes and resolves the escapes `\b \t \n \r \\ \s`, `\'` and `\"`; any other backslash stays.
fn unquoted(value: &str) -> String {
    let inner = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let mut text = String::with_capacity(value.len());
    let mut rest = inner.unwrap_or(value).chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('b') => text.push('\u{8}'),
            Some('t') => text.push('\t'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('s') => text.push(' '),
            Some(c @ ('\\' | '"' | '\'')) => text.push(c),
            Some(c) => text.extend(['\\', c]),
            None => text.push('\\'),
        }
    }
    text
}

/// Options that do not affect the connection. They are ignored without a note.
const IGNORED_OPTIONS: &[&str] =
    &["default-character-set", "prompt", "pager", "auto-rehash", "no-auto-rehash", "compress"];

impl OptionFile {
    /// Returns the connections, each with the name of its group: `[client]` if it names a host or is the only group, and each
    /// `[clientNAME]` together with the options of `[client]`.
    #[must_use]
    pub fn connections(&self) -> Vec<(String, ImportedConnection)> {
        let base = self.groups.iter().find(|group| group.name == "client");
        let named: Vec<&OptionGroup> = self
            .groups
            .iter()
            .filter(|group| group.name.len() > "client".len() && group.name.starts_with("client"))
            .filter(|group| !matches!(group.name.as_str(), "client-server" | "client-mariadb"))
            .collect();
        let mut found = Vec::new();
        if let Some(base) = base
            && (named.is_empty() || base.options.contains_key("host"))
        {
            found.push((base.name.clone(), connection(&[base])));
        }
        for group in named {
            let mut imported = connection(&base.into_iter().chain([group]).collect::<Vec<_>>());
            imported.name = group.name.strip_prefix("client").and_then(profile_name_from);
            found.push((group.name.clone(), imported));
        }
        found
    }
}

/// Merges the groups. A later group wins.
fn connection(groups: &[&OptionGroup]) -> ImportedConnection {
    let mut imported = ImportedConnection::default();
    let mut left_out = Vec::new();
    let mut options: BTreeMap<&str, &str> = BTreeMap::new();
    for group in groups {
        options.extend(group.options.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        imported.notes.extend(group.notes.iter().cloned());
    }
    for (key, value) in options {
        let text = || Some(value.to_owned()).filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
        let is_known = match key {
            "host" => text().map(|host| imported.host = Some(host)),
            "user" => text().map(|user| imported.user = Some(user)),
            "database" => text().map(|database| imported.database = Some(database)),
            "port" => value.parse().ok().filter(|port| *port > 0).map(|port| imported.port = Some(port)),
            // Without a value rrx asks for the password, as the client does.
            "password" if value.is_empty() => Some(()),
            "password" => {
                imported.password = Some(Secret::new(value.to_owned()));
                Some(())
            }
            "ssl-ca" => text().map(|ca| imported.ca = Some(PathBuf::from(ca))),
            "ssl-mode" => TlsMode::from_alias(value).map(|tls| imported.tls = Some(tls)),
            "ssl-verify-server-cert" if is_on(value) => {
                imported.tls = Some(TlsMode::VerifyIdentity);
                Some(())
            }
            "skip-ssl" | "disable-ssl" => {
                imported.tls = Some(TlsMode::Disabled);
                Some(())
            }
            "ssl" if is_on(value) => Some(()),
            "socket" | "protocol" => {
                imported.notes.push(format!("{key} is left out: rrx connects by TCP"));
                Some(())
            }
            key if IGNORED_OPTIONS.contains(&key) => Some(()),
            _ => None,
        };
        if is_known.is_none() {
            left_out.push(excerpt(key, 40));
        }
    }
    if !left_out.is_empty() {
        imported.notes.push(format!("not understood and left out: {}", left_out.join(", ")));
    }
    imported
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "" | "1" | "on" | "true" | "yes")
}
