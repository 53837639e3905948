//! Parses the settings file: from TOML text to [`Settings`], and what is wrong in it. An invalid profile is left out and
//! reported; the others are used. This module reads no file: it takes the text, and the file's name for the messages.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::settings_table::{file, ui};
use super::toml_entry::{SettingsError, SettingsText, TomlEntry, collect, printable, report_unknown_keys};
use super::{CompletionMode, LeftOutProfile, Settings, UiSettings, profile_section};
use crate::domain::nearest::nearest_name;
use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// Names that a profile cannot have, because they are or will be commands.
pub const RESERVED_NAMES: &[&str] = &[
    "completions",
    "demo",
    "docs",
    "doctor",
    "help",
    "keys",
    "log",
    "man",
    "profiles",
    "purge",
    "replay",
    "run",
    "schema",
    "secret",
    "snippets",
    "ssh-key",
    "tunnel",
];

/// Most characters of a profile's name: it is the name of a directory and a word of the status bar.
const NAME_CHARS: usize = 64;

/// Reads a settings text. The file's name is only for the messages.
#[must_use]
pub fn parse(text: &str, file_name: &str) -> (Settings, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = SettingsText { file: file_name, text };
    let mut parser = SettingsParser { source, settings: Settings::default(), problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    let mut damaged: DamagedProfiles = BTreeMap::new();
    for error in errors {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let number = parser.problems.len();
        for name in profiles_around(&root, text, at) {
            damaged.entry(name).or_default().push(number);
        }
        let message = error.message().trim().replace('\n', " ");
        parser.report("", SettingsError::new(at, format!("not TOML: {message}")).hint("repair this line"));
    }
    let mut found = Vec::new();
    report_unknown_keys(&root, file::KEYS, &mut found);
    parser.report_all("", found);
    parser.profiles(&root, &damaged);
    parser.ui(&root);
    (parser.settings, parser.problems)
}

impl Settings {
    /// Returns the profile of this name. Without one, the problem says why it is left out, or which profiles exist.
    ///
    /// # Errors
    /// A problem of kind [`ProblemKind::Settings`].
    pub fn require(&self, name: &str) -> Result<&super::Profile, Problem> {
        self.profile(name).ok_or_else(|| match self.left_out.iter().find(|profile| profile.name == name) {
            Some(profile) => profile.problem(),
            None => self.unknown_profile(name),
        })
    }

    fn unknown_profile(&self, name: &str) -> Problem {
        let usable = self.profiles.iter().map(|profile| profile.name.as_str());
        let left_out = self.left_out.iter().map(|profile| profile.name.as_str());
        let names: Vec<&str> = usable.chain(left_out).collect();
        let hint = match nearest_name(name, names.iter().copied()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None if let Some(command) = nearest_name(name, RESERVED_NAMES.iter().copied()) => {
                format!("did you mean the command `{}`?", self.command_line.with(command))
            }
            None if names.is_empty() => {
                format!("there are no profiles; `{}` shows the settings file", self.command_line.with("profiles list"))
            }
            None => format!("the profiles are: {}", names.join(", ")),
        };
        Problem::new(ProblemKind::Settings, format!("There is no profile \"{}\"", printable(name)))
            .hint(hint)
            .then(Remedy::ChooseProfile)
    }
}

impl LeftOutProfile {
    /// Returns the problem of using this profile: what is wrong with it, and where.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let what = format!("The profile \"{}\" is left out", printable(&self.name));
        let mut problem = Problem::new(ProblemKind::Settings, what).then(Remedy::Settings);
        problem.because.extend(self.problems.iter().map(|problem| problem.what.clone()));
        problem.hint = match self.problems.as_slice() {
            [only] if only.hint.is_some() => only.hint.clone(),
            [_] => Some("repair this line of the settings file".into()),
            _ => Some("repair these lines of the settings file".into()),
        };
        problem
    }
}

/// The profiles that syntax errors may have damaged, with the numbers of the problems.
type DamagedProfiles = BTreeMap<String, Vec<usize>>;

/// The state of reading one settings text.
struct SettingsParser<'a> {
    source: SettingsText<'a>,
    settings: Settings,
    problems: Vec<Problem>,
}

impl SettingsParser<'_> {
    fn report(&mut self, section: &str, error: SettingsError) {
        self.problems.push(error.problem(self.source, section));
    }

    /// Reports errors in the order of the text.
    fn report_all(&mut self, section: &str, mut errors: Vec<SettingsError>) {
        errors.sort_by_key(|error| error.at);
        for error in errors {
            self.report(section, error);
        }
    }

    fn profiles(&mut self, root: &DeTable<'_>, damaged: &DamagedProfiles) {
        if let Some(entry) = TomlEntry::find(root, file::PROFILE) {
            match entry.table() {
                Ok(table) => self.sections(table, damaged),
                Err(error) => self.report("", error.hint("write [profile.NAME]")),
            }
        }
        // A syntax error in its header can hide a profile.
        for (name, problems) in damaged {
            let is_listed = self.settings.left_out.iter().any(|profile| profile.name == *name);
            if !is_listed && check_name(name, 0).is_ok() {
                self.leave_out(name, problems.iter().copied());
            }
        }
    }

    fn sections(&mut self, table: &DeTable<'_>, damaged: &DamagedProfiles) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let (at, name): (usize, &str) = (name.span().start, name.get_ref());
            if let Some(problems) = damaged.get(name) {
                self.leave_out(name, problems.iter().copied());
                continue;
            }
            let title = format!("profile.{}", printable(name));
            let first_problem = self.problems.len();
            if let Err(error) = check_name(name, at) {
                self.report(&title, error);
            } else if let DeValue::Table(table) = value.get_ref() {
                let read = profile_section::read(name, at, table);
                self.report_all(&title, read.errors);
                if let Some(profile) = read.profile {
                    self.report_all(&title, read.notes);
                    self.settings.profiles.push(profile);
                    continue;
                }
            } else {
                let error = SettingsError::new(at, format!("{title} is not a section"));
                self.report("", error.hint(format!("write [{title}]")));
            }
            self.leave_out(name, first_problem..self.problems.len());
        }
    }

    /// Lists a profile as left out because of the problems with these numbers. The last of them says so.
    fn leave_out(&mut self, name: &str, numbers: impl Iterator<Item = usize>) {
        let numbers: Vec<usize> = numbers.collect();
        let problems = numbers.iter().filter_map(|number| self.problems.get(*number)).cloned().collect();
        self.settings.left_out.push(LeftOutProfile { name: name.to_owned(), problems });
        if let Some(last) = numbers.last().and_then(|number| self.problems.get_mut(*number)) {
            last.because.push(format!("[profile.{}] is left out until this is repaired", printable(name)));
        }
    }

    fn ui(&mut self, root: &DeTable<'_>) {
        let Some(entry) = TomlEntry::find(root, file::UI) else { return };
        let mut errors = Vec::new();
        let mut read = UiSettings::default();
        if let Some(table) = collect(entry.table(), &mut errors) {
            report_unknown_keys(table, ui::KEYS, &mut errors);
            if let Some(entry) = TomlEntry::find(table, ui::KEYMAP)
                && let Some(keymap) = collect(entry.text(), &mut errors)
            {
                keymap.clone_into(&mut read.keymap);
                read.keymap_line = Some(self.source.line(entry.at));
            }
            let mut choice = |key| collect(TomlEntry::find(table, key)?.choice(), &mut errors);
            if let Some(theme) = choice(ui::THEME) {
                theme.clone_into(&mut read.theme);
            }
            if let Some(glyphs) = choice(ui::GLYPHS) {
                glyphs.clone_into(&mut read.glyphs);
            }
            read.completion = match choice(ui::COMPLETION) {
                Some("asked") => CompletionMode::Asked,
                Some("off") => CompletionMode::Off,
                Some(_) | None => CompletionMode::Typing,
            };
            if let Some(wrap) = TomlEntry::find(table, ui::WRAP).and_then(|entry| collect(entry.flag(), &mut errors)) {
                read.wrap = wrap;
            }
            if let Some(mouse) = TomlEntry::find(table, ui::MOUSE).and_then(|entry| collect(entry.flag(), &mut errors))
            {
                read.mouse = mouse;
            }
        }
        self.report_all("ui", errors);
        self.settings.ui = read;
    }
}

/// Checks a profile's name. It is typed in a shell, shown in the status bar, and used as the name of a directory.
pub(super) fn check_name(name: &str, at: usize) -> Result<(), SettingsError> {
    if RESERVED_NAMES.contains(&name) {
        return Err(SettingsError::new(at, format!("a profile cannot be called \"{name}\": that is a command of rrx"))
            .hint(format!("call it \"{name}-1\", for example")));
    }
    let is_word = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= NAME_CHARS
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_word {
        return Ok(());
    }
    Err(SettingsError::new(at, format!("a profile cannot be called \"{}\"", printable(name)))
        .hint("use up to 64 letters, digits, '-', '_' and '.', a letter or digit first"))
}

/// Returns the profiles that a syntax error at this position may have damaged: the one at this position in the parsed tree, and
/// the one whose header is above it in the text, which may be missing in the tree.
fn profiles_around(root: &DeTable<'_>, text: &str, at: usize) -> Vec<String> {
    let end = text.bytes().skip(at).position(|byte| byte == b'\n').map_or(text.len(), |length| at + length);
    let header = text.get(..end).unwrap_or(text).lines().rev().find(|line| line.trim_start().starts_with('['));
    if header.is_some_and(|line| line.trim() == "[ui]") {
        return Vec::new();
    }
    let mut names = Vec::new();
    if let Some(DeValue::Table(table)) = TomlEntry::find(root, file::PROFILE).map(|entry| entry.value) {
        let above = table.keys().filter(|name| name.span().start <= at).max_by_key(|name| name.span().start);
        names.extend(above.map(|name| name.get_ref().to_string()));
    }
    names.extend(header.and_then(profile_in_header).map(str::to_owned));
    names
}

/// Returns the profile that a header such as `[profile.eu]` or `[profile.eu.limits]` names. The header may be incomplete.
fn profile_in_header(line: &str) -> Option<&str> {
    let rest = line.trim_start().trim_start_matches('[').trim_start().strip_prefix(file::PROFILE.name())?;
    let name = rest.trim_start().strip_prefix('.')?.trim_start();
    let quote = name.chars().next().filter(|first| matches!(first, '"' | '\''));
    let name = match quote {
        Some(quote) => name.get(1..)?.split(quote).next()?,
        None => name.split(['.', ']', '#']).next()?.trim(),
    };
    Some(name).filter(|name| !name.is_empty())
}
