//! Option files of MySQL clients (`~/.my.cnf`): the groups `[client]` and `[clientNAME]`, read as the clients read them.
//! A password in one is handed over beside the rest, never inside it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::draft::{Imported, name_from};
use super::{Secret, TlsMode};

/// An option file.
#[derive(Default)]
pub struct MyCnf {
    groups: Vec<Group>,
    /// What was passed over, each with its line.
    pub notes: Vec<String>,
}

#[derive(Default)]
struct Group {
    name: String,
    options: BTreeMap<String, Zeroizing<String>>,
    notes: Vec<String>,
}

impl std::fmt::Debug for MyCnf {
    /// Names of groups alone: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.groups.iter().map(|group| &group.name)).finish()
    }
}

/// Reads an option file; never fails, lines that are not understood are told in [`MyCnf::notes`].
#[must_use]
pub fn read(text: &str) -> MyCnf {
    let mut file = MyCnf::default();
    let mut at: Option<usize> = None;
    for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('!') {
            file.notes.push(format!("line {number}: other files are not followed (!include)"));
        } else if let Some(rest) = line.strip_prefix('[') {
            let Some((name, _)) = rest.split_once(']') else {
                file.notes.push(format!("line {number}: the group has no ]"));
                at = None;
                continue;
            };
            let name = name.trim().to_owned();
            at = Some(file.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
                file.groups.push(Group { name, ..Group::default() });
                file.groups.len() - 1
            }));
        } else if let Some(group) = at.and_then(|at| file.groups.get_mut(at)) {
            group.option(line, number);
        } else {
            file.notes.push(format!("line {number}: it stands in no group"));
        }
    }
    file
}

impl Group {
    fn option(&mut self, line: &str, number: usize) {
        let (line, comment) = without_comment(line);
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.trim().to_ascii_lowercase().replace('_', "-");
        let key = key.strip_prefix("loose-").unwrap_or(&key).to_owned();
        if comment && key == "password" && !value.trim_start().starts_with(['"', '\'']) {
            self.notes.push(format!(
                "line {number}: what follows # is a comment, as for the mysql client; a password that holds # stands in quotes"
            ));
        }
        self.options.insert(key, Zeroizing::new(unquoted(value.trim())));
    }
}

/// The line up to a `#` outside quotes, and whether there was one.
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

/// The value without its quotes, escapes resolved: `\b \t \n \r \\ \s` and quotes; another backslash is itself.
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

/// Options that say nothing about where to connect and as whom: passed over without a word.
const MANNERS: &[&str] = &["default-character-set", "prompt", "pager", "auto-rehash", "no-auto-rehash", "compress"];

impl MyCnf {
    /// The connections that it holds, each with the name of its group: `[client]` where it names a host or stands alone, and each
    /// `[clientNAME]` with what `[client]` says besides.
    #[must_use]
    pub fn connections(&self) -> Vec<(String, Imported)> {
        let base = self.groups.iter().find(|group| group.name == "client");
        let named: Vec<&Group> = self
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
            imported.name = group.name.strip_prefix("client").and_then(name_from);
            found.push((group.name.clone(), imported));
        }
        found
    }
}

/// The groups in order, the later over the earlier.
fn connection(groups: &[&Group]) -> Imported {
    let mut imported = Imported::default();
    let mut left_out = Vec::new();
    let mut options: BTreeMap<&str, &str> = BTreeMap::new();
    for group in groups {
        options.extend(group.options.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        imported.notes.extend(group.notes.iter().cloned());
    }
    for (key, value) in options {
        let text = || Some(value.to_owned()).filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
        let is_taken = match key {
            "host" => text().map(|host| imported.host = Some(host)),
            "user" => text().map(|user| imported.user = Some(user)),
            "database" => text().map(|database| imported.database = Some(database)),
            "port" => value.parse().ok().filter(|port| *port > 0).map(|port| imported.port = Some(port)),
            // Without a value the client asks, and so does rrx.
            "password" if value.is_empty() => Some(()),
            "password" => {
                imported.password = Some(Secret::new(value.to_owned()));
                Some(())
            }
            "ssl-ca" => text().map(|ca| imported.ca = Some(PathBuf::from(ca))),
            "ssl-mode" => TlsMode::meant(value).map(|tls| imported.tls = Some(tls)),
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
                imported.notes.push(format!("{key} is left out: rrx goes by TCP"));
                Some(())
            }
            key if MANNERS.contains(&key) => Some(()),
            _ => None,
        };
        if is_taken.is_none() {
            left_out.push(crate::domain::text::excerpt(key, 40));
        }
    }
    if !left_out.is_empty() {
        imported.notes.push(format!("not understood, and left out: {}", left_out.join(", ")));
    }
    imported
}

fn is_on(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "" | "1" | "on" | "true" | "yes")
}
