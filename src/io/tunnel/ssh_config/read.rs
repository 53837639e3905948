//! Reads the files and keeps for each keyword what counts for one host. A keyword that would lead elsewhere stops, where it
//! is the one that counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::keyword::{Keeping, LEADS_ELSEWHERE, keeping};
use super::line::{Line, lines};
use super::pattern::{Verdict, judge};
use super::token::{Meaning, tokens};
use super::{Asked, Files, Forbidden, HostConfig, Method, value};

/// How deep files may include files: OpenSSH's own bound.
const DEPTH: usize = 16;
/// OpenSSH's own port.
const PORT: u16 = 22;

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
    /// As it was written.
    keyword: String,
    words: Vec<String>,
    file: PathBuf,
    line: usize,
}

impl Value {
    fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn is_none(&self) -> bool {
        self.words.len() == 1 && self.first().eq_ignore_ascii_case("none")
    }

    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { file: self.file.clone(), line: self.line, what: what.into() }
    }

    /// The whole line with its place.
    fn quoted(&self) -> String {
        format!("{} {} in {} line {}", self.keyword, self.words.join(" "), self.file.display(), self.line)
    }
}

/// Reads `paths` in this order for a host: the first is the user's file, those behind it are the system's.
///
/// # Errors
/// A [`Problem`] where the files say something that cannot be followed: a keyword that would lead elsewhere, a value
/// that is none, a file that cannot be read.
pub fn resolve(asked: &Asked, paths: &[PathBuf], files: &dyn Files) -> Result<HostConfig, Problem> {
    let mut reader = Reader {
        asked,
        files,
        folder: PathBuf::new(),
        is_system: false,
        found: None,
        wants_final: false,
        first: BTreeMap::new(),
        identity_files: Vec::new(),
        certificate_files: Vec::new(),
        warnings: Vec::new(),
    };
    reader.all(paths)?;
    if reader.wants_final {
        // As OpenSSH: `Match final` has all files read once more, under the name that was found.
        reader.found = Some(reader.name_so_far());
        reader.all(paths)?;
    }
    reader.finish()
}

struct Reader<'a> {
    asked: &'a Asked,
    files: &'a dyn Files,
    /// Where relative names of `Include` lie.
    folder: PathBuf,
    /// Whether the system's files are being read.
    is_system: bool,
    /// The host's name, once the files are read for the last time.
    found: Option<String>,
    /// Whether they are to be read once more.
    wants_final: bool,
    /// Of each keyword the line that counts.
    first: BTreeMap<String, Value>,
    identity_files: Vec<Value>,
    certificate_files: Vec<Value>,
    warnings: Vec<String>,
}

impl Reader<'_> {
    fn all(&mut self, paths: &[PathBuf]) -> Result<(), Problem> {
        for (index, path) in paths.iter().enumerate() {
            self.is_system = index > 0;
            self.folder = match path.parent().filter(|_| self.is_system) {
                Some(folder) => folder.to_owned(),
                None => self.asked.home.join(".ssh"),
            };
            self.file(path, 0)?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, depth: usize) -> Result<(), Problem> {
        let unreadable = |what: String| Problem { file: path.to_owned(), line: 0, what };
        let Some(bytes) = self.files.read(path).map_err(|error| unreadable(error.to_string()))? else {
            return Ok(());
        };
        // Nothing is included but from lines that count.
        let mut is_active = true;
        for line in lines(&bytes) {
            match line {
                Ok(line) => self.line(path, line, &mut is_active, depth)?,
                Err(bad) => {
                    return Err(Problem { file: path.to_owned(), line: bad.number, what: bad.reason.to_owned() });
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, path: &Path, line: Line, is_active: &mut bool, depth: usize) -> Result<(), Problem> {
        let Line { number, keyword, original, words } = line;
        let value = Value { keyword: original, words, file: path.to_owned(), line: number };
        match keyword.as_str() {
            "host" => {
                let name = self.found.as_ref().unwrap_or(&self.asked.host);
                *is_active = judge(name, value.words.iter().map(String::as_str)) == Verdict::Fits;
                Ok(())
            }
            "match" => {
                *is_active = self.matches(&value)?;
                Ok(())
            }
            _ if !*is_active => Ok(()),
            "include" => self.include(&value, depth),
            keyword => {
                self.keep(keyword, value);
                Ok(())
            }
        }
    }

    fn keep(&mut self, keyword: &str, value: Value) {
        let (keyword, keeping) = keeping(keyword);
        match keeping {
            Keeping::First if self.is_settled(keyword) => {}
            Keeping::First => {
                self.first.insert(keyword.to_owned(), value);
            }
            Keeping::Every if keyword == "identityfile" => self.identity_files.push(value),
            Keeping::Every => self.certificate_files.push(value),
            Keeping::Nothing => {}
            Keeping::Unknown => self.warn(keyword, &value),
        }
    }

    /// Whether a line that came before decides. Of `ProxyJump` and `ProxyCommand` the first one counts, but `ProxyJump none`
    /// leaves a command that comes behind it.
    fn is_settled(&self, keyword: &str) -> bool {
        let is_other = match keyword {
            "proxyjump" => self.first.contains_key("proxycommand"),
            "proxycommand" => self.first.get("proxyjump").is_some_and(|jump| !jump.is_none()),
            _ => false,
        };
        is_other || self.first.contains_key(keyword)
    }

    fn warn(&mut self, keyword: &str, value: &Value) {
        let ignored = self.first.get("ignoreunknown").map_or("", Value::first).to_ascii_lowercase();
        let words = format!("{}:{}: {} is not a keyword", value.file.display(), value.line, value.keyword);
        if judge(keyword, ignored.split(',')) != Verdict::Fits && !self.warnings.contains(&words) {
            self.warnings.push(words);
        }
    }

    fn include(&mut self, value: &Value, depth: usize) -> Result<(), Problem> {
        if depth >= DEPTH {
            return Err(value.problem("files include files too deep"));
        }
        for word in &value.words {
            let pattern = match word.strip_prefix('~') {
                // As OpenSSH: there it is nobody's home.
                Some(_) if self.is_system => {
                    return Err(value.problem(format!("`{word}`: the system's files cannot name a home")));
                }
                Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                    self.asked.home.join(rest.trim_start_matches('/'))
                }
                Some(_) => return Err(value.problem(format!("`{word}`: the home of another user is not known"))),
                // Wherever the file that says so lies; an absolute name takes the place of the folder.
                None => self.folder.join(word),
            };
            for path in self.files.matching(&pattern) {
                self.file(&path, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Whether every criterion of a `Match` holds. One that is not known stops only where all others hold: what does not
    /// hold anyway is not followed, whatever it says.
    fn matches(&mut self, value: &Value) -> Result<bool, Problem> {
        let mut holds = true;
        let mut unknown = None;
        let mut words = value.words.iter();
        while let Some(word) = words.next() {
            let (criterion, is_negated) = match word.strip_prefix('!') {
                Some(criterion) => (criterion, true),
                None => (word.as_str(), false),
            };
            let (criterion, list) = match criterion.split_once('=') {
                Some((criterion, list)) => (criterion, Some(list)),
                None => (criterion, None),
            };
            let criterion = criterion.to_ascii_lowercase();
            let alone = match criterion.as_str() {
                "all" => Some(true),
                // Names are never made canonical, and OpenSSH takes the one word for the other then.
                "final" | "canonical" => {
                    self.wants_final |= criterion == "final";
                    Some(self.found.is_some())
                }
                _ => None,
            };
            if let Some(is_so) = alone {
                holds &= is_so != is_negated;
                continue;
            }
            let Some(list) = list.or_else(|| words.next().map(String::as_str)) else {
                return Err(value.problem(format!("Match {criterion} wants a list of patterns")));
            };
            match self.fits(&criterion, list) {
                Some(fits) => holds &= fits != is_negated,
                None => unknown = unknown.or(Some(criterion)),
            }
        }
        match unknown.filter(|_| holds) {
            None => Ok(holds),
            Some(criterion) => Err(value.problem(format!(
                "Match {criterion} is not supported: all, final, host, originalhost, user and localuser are"
            ))),
        }
    }

    /// Whether a criterion's patterns fit; `None` where it is not known.
    fn fits(&self, criterion: &str, patterns: &str) -> Option<bool> {
        // Capitals count in accounts, and not in the names of hosts.
        let fold = |text: &str| if criterion.ends_with("host") { text.to_ascii_lowercase() } else { text.to_owned() };
        let name = match criterion {
            "host" => fold(&self.name_so_far()),
            "originalhost" => fold(&self.asked.host),
            "user" => self.user_so_far(),
            "localuser" => self.asked.local_user.clone(),
            _ => return None,
        };
        Some(judge(&name, fold(patterns).split(',')) == Verdict::Fits)
    }

    /// The name to connect to, as far as it is known.
    fn name_so_far(&self) -> String {
        let written = || self.first.get("hostname").and_then(|written| self.host_name(written.first()).ok());
        let name = self.found.clone().or_else(written).unwrap_or_else(|| self.asked.host.clone());
        name.to_ascii_lowercase()
    }

    fn user_so_far(&self) -> String {
        let written = self.first.get("user").map(|value| value.first().to_owned());
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
        let value = self.first.get(keyword);
        value.map(|value| read(value.first()).map_err(|what| value.problem(what))).transpose()
    }

    fn finish(self) -> Result<HostConfig, Problem> {
        self.refuse_other_ways()?;
        // Read also where the name was found before: a token that means nothing stops.
        self.read("hostname", |text| self.host_name(text))?;
        let host_name = self.name_so_far();
        let port = self.asked.port.or(self.read("port", value::port)?);
        let user = self.asked.user.clone().or(self.first.get("user").map(|value| value.first().to_owned()));
        let alias = self.first.get("hostkeyalias").map(|value| value.first().to_owned());
        let meaning = Meaning {
            asked: self.asked,
            host: &host_name,
            port: port.unwrap_or(PORT),
            user: user.as_deref().unwrap_or(&self.asked.local_user),
            jump: self.first.get("proxyjump").map_or("", Value::first),
            key_name: alias.as_deref().unwrap_or(&self.asked.host),
        };
        Ok(HostConfig {
            identity_files: self.paths(&self.identity_files, &meaning)?,
            certificate_files: self.paths(&self.certificate_files, &meaning)?,
            identities_only: self.read("identitiesonly", value::yes_or_no)?.unwrap_or(false),
            agent: self.read("identityagent", |text| value::agent(text, &meaning, self.files))?.unwrap_or_default(),
            user_known_hosts: self.known_hosts("userknownhostsfile", &meaning)?,
            global_known_hosts: self.known_hosts("globalknownhostsfile", &meaning)?,
            hash_known_hosts: self.read("hashknownhosts", value::yes_or_no)?.unwrap_or(false),
            unknown_keys: self.read("stricthostkeychecking", value::unknown_keys)?.unwrap_or_default(),
            proxy_jump: self.read("proxyjump", |text| value::hops(text, &meaning))?.unwrap_or_default(),
            forbidden: self.forbidden()?,
            address_family: self.read("addressfamily", value::address_family)?.unwrap_or_default(),
            connect_timeout: self.read("connecttimeout", value::time)?.flatten(),
            alive_interval: self.read("serveraliveinterval", value::time)?.flatten(),
            alive_count: self.read("serveralivecountmax", value::count)?,
            host_key_alias: alias.clone(),
            host_name: host_name.clone(),
            user: user.clone(),
            port,
            warnings: self.warnings.clone(),
        })
    }

    /// Stops where a line that counts would lead elsewhere.
    fn refuse_other_ways(&self) -> Result<(), Problem> {
        for (keyword, harmless) in LEADS_ELSEWHERE {
            let Some(value) = self.first.get(keyword) else { continue };
            let is_harmless = harmless.iter().any(|word| value.first().eq_ignore_ascii_case(word));
            if !is_harmless || value.words.len() > 1 {
                return Err(value.problem(format!(
                    "{} would lead elsewhere, and rrx does not have it: give the hop in the profile instead",
                    value.keyword
                )));
            }
        }
        match self.first.get("proxyjump").filter(|value| value.words.len() > 1) {
            Some(value) => Err(value.problem(format!("`{}`: a list of hops has no blanks", value.words.join(" ")))),
            None => Ok(()),
        }
    }

    fn paths(&self, values: &[Value], meaning: &Meaning<'_>) -> Result<Vec<PathBuf>, Problem> {
        let mut found: Vec<PathBuf> = Vec::new();
        for value in values.iter().filter(|value| !value.is_none()) {
            let path = meaning.path(value.first(), self.files).map_err(|what| value.problem(what))?;
            // A file that is named twice counts once.
            if !found.contains(&path) {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn known_hosts(&self, keyword: &str, meaning: &Meaning<'_>) -> Result<Option<Vec<PathBuf>>, Problem> {
        let Some(value) = self.first.get(keyword) else { return Ok(None) };
        if value.is_none() {
            return Ok(Some(Vec::new()));
        }
        if value.words.iter().any(|word| word.eq_ignore_ascii_case("none")) {
            return Err(value.problem("`none` stands beside names of files"));
        }
        let paths: Result<_, _> = value.words.iter().map(|word| meaning.path(word, self.files)).collect();
        paths.map(Some).map_err(|what| value.problem(what))
    }

    /// The ways of signing in that a line forbids, or that the list of those to try does not name.
    fn forbidden(&self) -> Result<Vec<Forbidden>, Problem> {
        let preferred = self.first.get("preferredauthentications");
        let mut found = Vec::new();
        for method in Method::ALL {
            let is_named = |value: &&Value| value.first().split(',').any(|name| name.trim() == method.name());
            let may_be_tried = self.read(method.keyword(), value::may_be_tried)?.unwrap_or(true);
            let line = if may_be_tried {
                preferred.filter(|value| !is_named(value))
            } else {
                self.first.get(method.keyword())
            };
            found.extend(line.map(|line| Forbidden { method, because: line.quoted() }));
        }
        Ok(found)
    }
}
