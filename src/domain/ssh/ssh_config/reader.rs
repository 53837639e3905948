//! Reads the files, and collects for each keyword the lines that count for one host.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::keyword::{KeywordUse, classify};
use super::line::{ConfigLine, parse_lines};
use super::token::{TokenValues, expand_tokens};
use super::types::{DEFAULT_PORT, HostLookup, SshConfigError, SshConfigFiles};
use crate::domain::profile::CommandConsent;
use crate::domain::ssh::pattern::matches_list;

/// The depth of nested `Include` lines: OpenSSH's own limit.
const MAX_DEPTH: usize = 16;

/// The arguments of a keyword, with file and line.
#[derive(Debug, Clone)]
pub(super) struct ConfigValue {
    /// The keyword as it is written.
    pub(super) keyword: String,
    pub(super) arguments: Vec<String>,
    /// Everything after the keyword, as it is written.
    pub(super) rest: String,
    file: PathBuf,
    line: usize,
}

impl ConfigValue {
    pub(super) fn first(&self) -> &str {
        self.arguments.first().map_or("", String::as_str)
    }

    pub(super) fn is_none(&self) -> bool {
        self.arguments.len() == 1 && self.first().eq_ignore_ascii_case("none")
    }

    pub(super) fn error(&self, what: impl Into<String>) -> SshConfigError {
        SshConfigError { file: self.file.clone(), line: self.line, what: what.into() }
    }

    /// Returns file and line number.
    pub(super) fn place(&self) -> String {
        format!("{} line {}", self.file.display(), self.line)
    }

    /// Returns the whole line with file and line number.
    pub(super) fn quoted(&self) -> String {
        format!("{} {} in {}", self.keyword, self.arguments.join(" "), self.place())
    }
}

/// The lines that count for one host.
pub(super) struct CollectedLines<'a> {
    pub(super) lookup: &'a HostLookup,
    pub(super) files: &'a dyn SshConfigFiles,
    /// The base directory of relative `Include` paths.
    directory: PathBuf,
    scope: FileScope,
    /// The host's name, once the files are read for the last time.
    final_name: Option<String>,
    /// Whether a `Match final` requires a second reading of the files.
    needs_final_pass: bool,
    /// The line that counts, by keyword.
    pub(super) first: BTreeMap<String, ConfigValue>,
    pub(super) identity_files: Vec<ConfigValue>,
    pub(super) certificate_files: Vec<ConfigValue>,
    pub(super) warnings: Vec<String>,
}

/// Whose file is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileScope {
    User,
    System,
}

impl<'a> CollectedLines<'a> {
    /// Reads the files in this order: the first is the user's, the others are the system's.
    pub(super) fn read(
        lookup: &'a HostLookup,
        paths: &[PathBuf],
        files: &'a dyn SshConfigFiles,
    ) -> Result<Self, SshConfigError> {
        let mut lines = Self {
            lookup,
            files,
            directory: PathBuf::new(),
            scope: FileScope::User,
            final_name: None,
            needs_final_pass: false,
            first: BTreeMap::new(),
            identity_files: Vec::new(),
            certificate_files: Vec::new(),
            warnings: Vec::new(),
        };
        lines.read_all(paths)?;
        if lines.needs_final_pass {
            // As in OpenSSH: `Match final` reads all files a second time, under the name that was found.
            lines.final_name = Some(lines.current_host_name());
            lines.read_all(paths)?;
        }
        Ok(lines)
    }

    fn read_all(&mut self, paths: &[PathBuf]) -> Result<(), SshConfigError> {
        for (index, path) in paths.iter().enumerate() {
            self.scope = if index == 0 { FileScope::User } else { FileScope::System };
            self.directory = match path.parent().filter(|_| self.scope == FileScope::System) {
                Some(directory) => directory.to_owned(),
                None => self.lookup.home.join(".ssh"),
            };
            self.read_file(path, 0)?;
        }
        Ok(())
    }

    fn read_file(&mut self, path: &Path, depth: usize) -> Result<(), SshConfigError> {
        let unreadable = |what: String| SshConfigError { file: path.to_owned(), line: 0, what };
        let Some(bytes) = self.files.read(path).map_err(|error| unreadable(error.to_string()))? else {
            return Ok(());
        };
        // Lines before the first `Host` or `Match` count. An included file is read only from a line that counts.
        let mut is_active = true;
        for line in parse_lines(&bytes) {
            match line {
                Ok(line) => self.take_line(path, line, &mut is_active, depth)?,
                Err(invalid) => {
                    let (line, what) = (invalid.number, invalid.reason.to_owned());
                    return Err(SshConfigError { file: path.to_owned(), line, what });
                }
            }
        }
        Ok(())
    }

    fn take_line(
        &mut self,
        path: &Path,
        line: ConfigLine,
        is_active: &mut bool,
        depth: usize,
    ) -> Result<(), SshConfigError> {
        let ConfigLine { number, keyword, written_keyword, arguments, rest } = line;
        let value = ConfigValue { keyword: written_keyword, arguments, rest, file: path.to_owned(), line: number };
        match keyword.as_str() {
            "host" => {
                let name = self.final_name.as_ref().unwrap_or(&self.lookup.host);
                *is_active = matches_list(value.arguments.iter().map(String::as_str), name);
                Ok(())
            }
            "match" => {
                *is_active = self.is_match_met(&value)?;
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

    fn keep(&mut self, keyword: &str, value: ConfigValue) {
        let (keyword, keyword_use) = classify(keyword);
        match keyword_use {
            KeywordUse::FirstLine if self.is_decided(keyword) => {}
            KeywordUse::FirstLine => {
                self.first.insert(keyword.to_owned(), value);
            }
            KeywordUse::AllLines if keyword == "identityfile" => self.identity_files.push(value),
            KeywordUse::AllLines => self.certificate_files.push(value),
            KeywordUse::Ignored => {}
            KeywordUse::Unknown => self.warn(keyword, &value),
        }
    }

    /// Returns whether an earlier line decides. The first of `ProxyJump` and `ProxyCommand` counts, but `ProxyJump none` does
    /// not override a later command.
    fn is_decided(&self, keyword: &str) -> bool {
        let is_overridden = match keyword {
            "proxyjump" => self.first.contains_key("proxycommand"),
            "proxycommand" => self.first.get("proxyjump").is_some_and(|jump| !jump.is_none()),
            _ => false,
        };
        is_overridden || self.first.contains_key(keyword)
    }

    fn warn(&mut self, keyword: &str, value: &ConfigValue) {
        let ignored = self.first.get("ignoreunknown").map_or("", ConfigValue::first).to_ascii_lowercase();
        if !matches_list(ignored.split(','), keyword) {
            self.add_warning(value, &format!("{} is not a keyword", value.keyword));
        }
    }

    fn add_warning(&mut self, value: &ConfigValue, text: &str) {
        let warning = format!("{}:{}: {text}", value.file.display(), value.line);
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn include(&mut self, value: &ConfigValue, depth: usize) -> Result<(), SshConfigError> {
        if depth >= MAX_DEPTH {
            return Err(value.error("too many nested Include lines"));
        }
        for argument in &value.arguments {
            let pattern = match argument.strip_prefix('~') {
                // As in OpenSSH: the system's files belong to no user.
                Some(_) if self.scope == FileScope::System => {
                    return Err(value.error(format!("`{argument}`: a system file cannot refer to a home directory")));
                }
                Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                    self.lookup.home.join(rest.trim_start_matches('/'))
                }
                Some(_) => {
                    return Err(value.error(format!("`{argument}`: the home directory of another user is unknown")));
                }
                // The path is relative to that directory, not to the including file; `join` keeps an absolute path.
                None => self.directory.join(argument),
            };
            for path in self.files.matching(&pattern) {
                self.read_file(&path, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Returns whether a host meets all criteria of a `Match`. An unsupported criterion is an error only if all others are met:
    /// otherwise the block does not count anyway.
    fn is_match_met(&mut self, value: &ConfigValue) -> Result<bool, SshConfigError> {
        let mut all_met = true;
        let mut unsupported = None;
        let mut commands = Vec::new();
        let mut arguments = value.arguments.iter();
        while let Some(argument) = arguments.next() {
            let (criterion, is_negated) = match argument.strip_prefix('!') {
                Some(criterion) => (criterion, true),
                None => (argument.as_str(), false),
            };
            let (criterion, patterns) = match criterion.split_once('=') {
                Some((criterion, patterns)) => (criterion, Some(patterns)),
                None => (criterion, None),
            };
            let criterion = criterion.to_ascii_lowercase();
            let without_patterns = match criterion.as_str() {
                "all" => Some(true),
                // Without canonical names OpenSSH treats both words alike.
                "final" | "canonical" => {
                    self.needs_final_pass |= criterion == "final";
                    Some(self.final_name.is_some())
                }
                _ => None,
            };
            if let Some(is_met) = without_patterns {
                all_met &= is_met != is_negated;
                continue;
            }
            let Some(patterns) = patterns.or_else(|| arguments.next().map(String::as_str)) else {
                return Err(value.error(format!("Match {criterion} needs a list of patterns")));
            };
            if criterion == "exec" {
                commands.push((patterns, is_negated));
                continue;
            }
            match self.criterion_matches(&criterion, patterns) {
                Some(is_met) => all_met &= is_met != is_negated,
                None => unsupported = unsupported.or(Some(criterion)),
            }
        }
        match unsupported.filter(|_| all_met) {
            // As in OpenSSH, a command runs only if it decides.
            None => Ok(all_met && self.are_commands_met(&commands, value)?),
            Some(criterion) => Err(value.error(format!(
                "Match {criterion} is not supported: all, final, host, originalhost, user, localuser and exec are"
            ))),
        }
    }

    /// Runs the commands of `Match exec`, each with whether it is negated. If they must not run, or cannot, the block does not
    /// count.
    fn are_commands_met(&mut self, commands: &[(&str, bool)], value: &ConfigValue) -> Result<bool, SshConfigError> {
        for (command, is_negated) in commands {
            if self.lookup.commands != CommandConsent::Given {
                self.add_warning(
                    value,
                    "Match exec did not run, so its block does not count; proxy_command = true in the profile allows it",
                );
                return Ok(false);
            }
            let command = self.expand_match_command(command).map_err(|what| value.error(what))?;
            match self.files.run(&command) {
                Ok(is_met) if is_met != *is_negated => {}
                Ok(_) => return Ok(false),
                Err(error) => {
                    self.add_warning(value, &format!("Match exec failed, so its block does not count: {error}"));
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Expands the command of a `Match exec` with what is known so far.
    fn expand_match_command(&self, command: &str) -> Result<String, String> {
        let (host, user) = (self.current_host_name(), self.current_user());
        let port = self.first.get("port").and_then(|value| value.first().parse().ok());
        let tokens = TokenValues {
            lookup: self.lookup,
            host: &host,
            port: self.lookup.port.or(port).unwrap_or(DEFAULT_PORT),
            user: &user,
            jump: self.first.get("proxyjump").map_or("", ConfigValue::first),
            key_name: self.first.get("hostkeyalias").map_or(self.lookup.host.as_str(), ConfigValue::first),
        };
        tokens.expand_match_command(command)
    }

    /// Returns whether the patterns of a criterion match; `None` if the criterion is not supported.
    fn criterion_matches(&self, criterion: &str, patterns: &str) -> Option<bool> {
        // Letter case matters in account names, but not in host names.
        let fold = |text: &str| if criterion.ends_with("host") { text.to_ascii_lowercase() } else { text.to_owned() };
        let name = match criterion {
            "host" => fold(&self.current_host_name()),
            "originalhost" => fold(&self.lookup.host),
            "user" => self.current_user(),
            "localuser" => self.lookup.local_user.clone(),
            _ => return None,
        };
        Some(matches_list(fold(patterns).split(','), &name))
    }

    /// Returns the name to connect to, as far as it is known yet.
    pub(super) fn current_host_name(&self) -> String {
        let configured = || self.first.get("hostname").and_then(|value| self.expand_host_name(value.first()).ok());
        let name = self.final_name.clone().or_else(configured).unwrap_or_else(|| self.lookup.host.clone());
        name.to_ascii_lowercase()
    }

    fn current_user(&self) -> String {
        let configured = self.first.get("user").map(|value| value.first().to_owned());
        self.lookup.user.clone().or(configured).unwrap_or_else(|| self.lookup.local_user.clone())
    }

    /// Expands a value of `HostName`, in which `%h` is the name that the user typed.
    pub(super) fn expand_host_name(&self, text: &str) -> Result<String, String> {
        expand_tokens(text, |token| match token {
            '%' => Some("%".to_owned()),
            'h' => Some(self.lookup.host.clone()),
            _ => None,
        })
    }
}
