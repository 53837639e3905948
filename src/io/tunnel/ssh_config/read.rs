//! Reads the files and keeps for each keyword what counts for one host. Knows keywords, and which of those that rrx does
//! not have would lead elsewhere: those stop.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::line::{Line, lines};
use super::pattern::{Verdict, judge};
use super::token::{Meaning, tokens};
use super::{Agent, Asked, Files, HostConfig, UnknownKeys};

/// How deep files may include files: OpenSSH's own bound.
const DEPTH: usize = 16;
/// OpenSSH's own port.
const PORT: u16 = 22;

/// Keywords that would lead elsewhere or trust otherwise, unless they have this value.
const LEADS_ELSEWHERE: [(&str, &str); 8] = [
    ("proxycommand", "none"),
    ("proxyusefdpass", "no"),
    ("canonicalizehostname", "no"),
    ("knownhostscommand", "none"),
    ("revokedhostkeys", "none"),
    ("bindaddress", "none"),
    ("bindinterface", "none"),
    ("addressfamily", "any"),
];

/// Keywords whose first value counts, as text.
const SINGLE: [&str; 12] = [
    "hostname",
    "user",
    "port",
    "identitiesonly",
    "identityagent",
    "hostkeyalias",
    "stricthostkeychecking",
    "proxyjump",
    "connecttimeout",
    "serveraliveinterval",
    "userknownhostsfile",
    "globalknownhostsfile",
];

/// Why the configuration cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}", file.display())]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// What stands there.
    pub what: String,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
struct Value {
    words: Vec<String>,
    file: PathBuf,
    line: usize,
}

impl Value {
    fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { file: self.file.clone(), line: self.line, what: what.into() }
    }
}

/// Reads `files` in this order (the user's, then the system's) for a host.
///
/// # Errors
/// A [`Problem`] where the files say something that cannot be followed: a keyword that would lead elsewhere, a value
/// that is none, a file that cannot be read.
pub fn resolve(asked: &Asked, paths: &[PathBuf], files: &dyn Files) -> Result<HostConfig, Problem> {
    let mut reader = Reader {
        asked,
        files,
        single: BTreeMap::new(),
        identity_files: Vec::new(),
        certificate_files: Vec::new(),
        warnings: Vec::new(),
    };
    for path in paths {
        reader.file(path, true, 0)?;
    }
    reader.finish()
}

struct Reader<'a> {
    asked: &'a Asked,
    files: &'a dyn Files,
    single: BTreeMap<&'static str, Value>,
    identity_files: Vec<Value>,
    certificate_files: Vec<Value>,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path, mut is_active: bool, depth: usize) -> Result<(), Problem> {
        let unreadable = |what: String| Problem { file: path.to_owned(), line: 0, what };
        let Some(bytes) = self.files.read(path).map_err(|error| unreadable(error.to_string()))? else {
            return Ok(());
        };
        for line in lines(&bytes) {
            match line {
                Ok(line) => self.line(path, &line, &mut is_active, depth)?,
                Err(bad) => {
                    return Err(Problem { file: path.to_owned(), line: bad.number, what: bad.reason.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, path: &Path, line: &Line, is_active: &mut bool, depth: usize) -> Result<(), Problem> {
        let value = Value { words: line.words.clone(), file: path.to_owned(), line: line.number };
        match line.keyword.as_str() {
            "host" => {
                *is_active = judge(&self.asked.host, line.words.iter().map(String::as_str)) == Verdict::Fits;
                Ok(())
            }
            "match" => {
                *is_active = self.matches(&value)?;
                Ok(())
            }
            _ if !*is_active => Ok(()),
            "include" => self.include(&value, depth),
            "identityfile" => {
                self.identity_files.push(value);
                Ok(())
            }
            "certificatefile" => {
                self.certificate_files.push(value);
                Ok(())
            }
            keyword => self.keep(keyword, line, value),
        }
    }

    fn keep(&mut self, keyword: &str, line: &Line, value: Value) -> Result<(), Problem> {
        if let Some((_, harmless)) = LEADS_ELSEWHERE.iter().find(|(name, _)| *name == keyword) {
            // Whichever of ProxyJump and ProxyCommand comes first counts.
            let is_late = keyword == "proxycommand" && self.single.contains_key("proxyjump");
            if is_late || value.first().eq_ignore_ascii_case(harmless) {
                return Ok(());
            }
            return Err(value.problem(format!(
                "{} would lead elsewhere, and rrx does not have it: give the hop in the profile instead",
                line.original
            )));
        }
        if let Some(single) = SINGLE.iter().find(|name| **name == keyword) {
            self.single.entry(single).or_insert(value);
        } else if !KNOWN.contains(&keyword) {
            self.warnings.push(format!("{}:{}: {} is not a keyword", value.file.display(), value.line, line.original));
        }
        Ok(())
    }

    fn include(&mut self, value: &Value, depth: usize) -> Result<(), Problem> {
        if depth >= DEPTH {
            return Err(value.problem("files include files too deep"));
        }
        for word in &value.words {
            let pattern = match word.strip_prefix("~/") {
                Some(rest) => self.asked.home.join(rest),
                None if word.starts_with('/') => PathBuf::from(word),
                // Also in the system's file: OpenSSH takes it from the folder of the file that it stands in.
                None => value.file.parent().unwrap_or(Path::new("/")).join(word),
            };
            for path in self.files.matching(&pattern) {
                self.file(&path, true, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether every criterion of a `Match` holds.
    fn matches(&self, value: &Value) -> Result<bool, Problem> {
        let mut holds = true;
        let mut words = value.words.iter();
        while let Some(word) = words.next() {
            let (criterion, is_negated) = match word.strip_prefix('!') {
                Some(criterion) => (criterion, true),
                None => (word.as_str(), false),
            };
            if criterion.eq_ignore_ascii_case("all") {
                holds &= !is_negated;
                continue;
            }
            let (criterion, list) = match criterion.split_once('=') {
                Some((criterion, list)) => (criterion, Some(list)),
                None => (criterion, None),
            };
            // Capitals count in accounts, and not in the names of hosts.
            let criterion = criterion.to_ascii_lowercase();
            let fold =
                |text: &str| if criterion.ends_with("host") { text.to_ascii_lowercase() } else { text.to_owned() };
            let name = match criterion.as_str() {
                "host" => fold(&self.host_so_far()),
                "originalhost" => fold(&self.asked.host),
                "user" => self.user_so_far(),
                "localuser" => self.asked.local_user.clone(),
                _ => {
                    return Err(value.problem(format!(
                        "Match {criterion} is not supported: all, host, originalhost, user and localuser are"
                    )));
                }
            };
            let Some(list) = list.or_else(|| words.next().map(String::as_str)) else {
                return Err(value.problem(format!("Match {criterion} wants a list of patterns")));
            };
            let verdict = judge(&name, fold(list).split(','));
            holds &= (verdict == Verdict::Fits) != is_negated;
        }
        Ok(holds)
    }

    fn host_so_far(&self) -> String {
        let written = self.single.get("hostname").map(Value::first);
        written.and_then(|written| self.host_name(written).ok()).unwrap_or_else(|| self.asked.host.clone())
    }

    fn user_so_far(&self) -> String {
        let written = self.single.get("user").map(|value| value.first().to_owned());
        self.asked.user.clone().or(written).unwrap_or_else(|| self.asked.local_user.clone())
    }

    /// `HostName`, in which `%h` is what was typed.
    fn host_name(&self, written: &str) -> Result<String, String> {
        tokens(written, |token| match token {
            '%' => Some("%".to_owned()),
            'h' => Some(self.asked.host.clone()),
            _ => None,
        })
    }

    /// Reads one value, where there is one.
    fn read<T>(&self, keyword: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Problem> {
        let value = self.single.get(keyword);
        value.map(|value| read(value.first()).map_err(|what| value.problem(what))).transpose()
    }

    fn finish(self) -> Result<HostConfig, Problem> {
        let written = self.read("hostname", |text| self.host_name(text))?;
        let host_name = written.unwrap_or_else(|| self.asked.host.clone()).to_ascii_lowercase();
        let port = self.asked.port.or(self.read("port", port)?);
        let user = self.asked.user.clone().or(self.single.get("user").map(|value| value.first().to_owned()));
        let jump = self.single.get("proxyjump").map_or("", Value::first);
        let alias = self.single.get("hostkeyalias").map(|value| value.first().to_owned());
        let meaning = Meaning {
            asked: self.asked,
            host: &host_name,
            port: port.unwrap_or(PORT),
            user: user.as_deref().unwrap_or(&self.asked.local_user),
            jump,
            key_name: alias.as_deref().unwrap_or(&self.asked.host),
        };
        let path = |text: &str| meaning.path(text, self.files);
        let paths = |values: &[Value]| {
            let is_one = |value: &&Value| !value.first().eq_ignore_ascii_case("none");
            let read = |value: &Value| path(value.first()).map_err(|what| value.problem(what));
            let mut found: Vec<PathBuf> = Vec::new();
            for path in values.iter().filter(is_one).map(read) {
                // A file that is named twice counts once.
                found.extend(Some(path?).filter(|path| !found.contains(path)));
            }
            Ok(found)
        };
        let known_hosts = |keyword: &str| {
            self.single.get(keyword).map(|value| {
                let names = value.words.iter().filter(|word| !word.eq_ignore_ascii_case("none"));
                names.map(|word| path(word)).collect::<Result<Vec<_>, _>>().map_err(|what| value.problem(what))
            })
        };
        Ok(HostConfig {
            identity_files: paths(&self.identity_files)?,
            certificate_files: paths(&self.certificate_files)?,
            identities_only: self.read("identitiesonly", yes_or_no)?.unwrap_or(false),
            agent: self.read("identityagent", |text| agent(text, &meaning, self.files))?.unwrap_or_default(),
            user_known_hosts: known_hosts("userknownhostsfile").transpose()?,
            global_known_hosts: known_hosts("globalknownhostsfile").transpose()?,
            unknown_keys: self.read("stricthostkeychecking", unknown_keys)?.unwrap_or_default(),
            proxy_jump: hops(jump),
            connect_timeout: self.read("connecttimeout", time)?.flatten(),
            alive_interval: self.read("serveraliveinterval", time)?.flatten(),
            host_key_alias: alias.clone(),
            host_name: host_name.clone(),
            user: user.clone(),
            port,
            warnings: self.warnings.clone(),
        })
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{text}` is no port: 1 to 65535"))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no")),
    }
}

fn unknown_keys(text: &str) -> Result<UnknownKeys, String> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(UnknownKeys::Refused),
        "ask" | "no" | "false" | "off" | "accept-new" => Ok(UnknownKeys::Asked),
        _ => Err(format!("`{text}` is not one of yes, accept-new, no, off and ask")),
    }
}

fn agent(text: &str, meaning: &Meaning<'_>, files: &dyn Files) -> Result<Agent, String> {
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

fn hops(text: &str) -> Vec<String> {
    if text.eq_ignore_ascii_case("none") {
        return Vec::new();
    }
    text.split(',').map(|hop| hop.trim().to_owned()).filter(|hop| !hop.is_empty()).collect()
}

/// A time as OpenSSH writes it: seconds, or numbers with `s m h d w`. `none` is none. Source: TIME FORMATS in
/// `sshd_config(5)`.
fn time(text: &str) -> Result<Option<Duration>, String> {
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

/// Other keywords of OpenSSH 9: they change neither the path nor whom it trusts, or speak of what rrx does not do.
const KNOWN: &[&str] = &[
    "addkeystoagent",
    "batchmode",
    "canonicaldomains",
    "canonicalizefallbacklocal",
    "canonicalizemaxdots",
    "canonicalizepermittedcnames",
    "casignaturealgorithms",
    "channeltimeout",
    "checkhostip",
    "ciphers",
    "clearallforwardings",
    "compression",
    "connectionattempts",
    "controlmaster",
    "controlpath",
    "controlpersist",
    "dynamicforward",
    "enableescapecommandline",
    "enablesshkeysign",
    "escapechar",
    "exitonforwardfailure",
    "fingerprinthash",
    "forkafterauthentication",
    "forwardagent",
    "forwardx11",
    "forwardx11timeout",
    "forwardx11trusted",
    "gatewayports",
    "gssapiauthentication",
    "gssapidelegatecredentials",
    "hashknownhosts",
    "hostbasedacceptedalgorithms",
    "hostbasedauthentication",
    "hostkeyalgorithms",
    "ignoreunknown",
    "ipqos",
    "kbdinteractiveauthentication",
    "kbdinteractivedevices",
    "kexalgorithms",
    "localcommand",
    "localforward",
    "loglevel",
    "logverbose",
    "macs",
    "nohostauthenticationforlocalhost",
    "numberofpasswordprompts",
    "obscurekeystroketiming",
    "passwordauthentication",
    "permitlocalcommand",
    "permitremoteopen",
    "pkcs11provider",
    "preferredauthentications",
    "pubkeyacceptedalgorithms",
    "pubkeyacceptedkeytypes",
    "pubkeyauthentication",
    "rekeylimit",
    "remotecommand",
    "remoteforward",
    "requesttty",
    "requiredrsasize",
    "securitykeyprovider",
    "sendenv",
    "serveralivecountmax",
    "sessiontype",
    "setenv",
    "stdinnull",
    "streamlocalbindmask",
    "streamlocalbindunlink",
    "syslogfacility",
    "tag",
    "tcpkeepalive",
    "tunnel",
    "tunneldevice",
    "updatehostkeys",
    "usekeychain",
    "verifyhostkeydns",
    "visualhostkey",
    "xauthlocation",
];
