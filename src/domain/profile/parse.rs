//! The settings file: TOML text to [`Settings`] and what is wrong in it. A bad profile is left out and named, the rest
//! still holds. Knows no file: it is given the text and the name that the file has for the user.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Field, Source, kept, nearest, shown, unknown_keys};
use super::{Settings, UiSettings, section};
use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// Words that a profile cannot be called: they are commands, or will be.
pub const COMMANDS: &[&str] = &[
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

/// Characters of a profile's name, at most: it is a folder's name and a word of the status bar.
const NAME_CHARS: usize = 64;

/// Reads a settings text. The file's name is only for the messages.
#[must_use]
pub fn parse(text: &str, file: &str) -> (Settings, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reading = Reading { source: Source { file, text }, settings: Settings::default(), problems: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    let mut torn = BTreeSet::new();
    for error in errors {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        torn.extend(profiles_around(&root, text, at));
        let message = error.message().trim().replace('\n', " ");
        reading.tell("", Fault::new(at, format!("not TOML: {message}")).hint("repair this line"));
    }
    let mut faults = Vec::new();
    unknown_keys(&root, &["profile", "ui"], &mut faults);
    reading.tell_all("", faults);
    reading.profiles(&root, &torn);
    reading.ui(&root);
    (reading.settings, reading.problems)
}

impl Settings {
    /// The profile of this name, or a problem that names those that there are.
    ///
    /// # Errors
    /// A problem of kind [`ProblemKind::Settings`].
    pub fn require(&self, name: &str) -> Result<&super::Profile, Problem> {
        self.profile(name).ok_or_else(|| {
            let names: Vec<&str> = self.profiles.iter().map(|profile| profile.name.as_str()).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None if let Some(command) = nearest(name, COMMANDS.iter().copied()) => {
                    format!("did you mean the command `{}`?", self.command_line.with(command))
                }
                None if names.is_empty() => {
                    format!("there is none; `{}` names the settings file", self.command_line.with("profiles list"))
                }
                None => format!("there are: {}", names.join(", ")),
            };
            Problem::new(ProblemKind::Settings, format!("There is no usable profile \"{}\"", shown(name)))
                .hint(hint)
                .then(Remedy::ChooseProfile)
        })
    }
}

struct Reading<'a> {
    source: Source<'a>,
    settings: Settings,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn tell(&mut self, section: &str, fault: Fault) {
        self.problems.push(fault.problem(self.source, section));
    }

    fn tell_all(&mut self, section: &str, mut faults: Vec<Fault>) {
        faults.sort_by_key(|fault| fault.at);
        for fault in faults {
            self.tell(section, fault);
        }
    }

    fn profiles(&mut self, root: &DeTable<'_>, torn: &BTreeSet<String>) {
        let Some(field) = Field::of(root, "profile") else { return };
        let table = match field.table() {
            Ok(table) => table,
            Err(fault) => return self.tell("", fault.hint("write [profile.NAME]")),
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let (at, name): (usize, &str) = (name.span().start, name.get_ref());
            let title = format!("profile.{}", shown(name));
            if torn.contains(name) {
                self.left_out(&title);
                continue;
            }
            if let Err(fault) = check_name(name, at) {
                self.tell(&title, fault);
                self.left_out(&title);
                continue;
            }
            let DeValue::Table(table) = value.get_ref() else {
                self.tell("", Fault::new(at, format!("{title} is no section")).hint(format!("write [{title}]")));
                continue;
            };
            let read = section::read(name, at, table);
            self.tell_all(&title, read.faults);
            match read.profile {
                Some(profile) => {
                    self.tell_all(&title, read.notes);
                    self.settings.profiles.push(profile);
                }
                None => self.left_out(&title),
            }
        }
    }

    /// Says with the last fault of a section that the profile is not there.
    fn left_out(&mut self, title: &str) {
        if let Some(problem) = self.problems.last_mut() {
            problem.because.push(format!("[{title}] is left out until this is repaired"));
        }
    }

    fn ui(&mut self, root: &DeTable<'_>) {
        let Some(field) = Field::of(root, "ui") else { return };
        let mut faults = Vec::new();
        let mut ui = UiSettings::default();
        if let Some(table) = kept(field.table(), &mut faults) {
            unknown_keys(table, &["keymap", "theme", "glyphs"], &mut faults);
            if let Some(field) = Field::of(table, "keymap")
                && let Some(keymap) = kept(field.text(), &mut faults)
            {
                keymap.clone_into(&mut ui.keymap);
                ui.keymap_line = Some(self.source.line(field.at));
            }
            let themes = ["auto", "dark", "light", "mono"].map(|word| (word, word));
            if let Some(theme) = Field::of(table, "theme").and_then(|field| kept(field.choice(&themes), &mut faults)) {
                theme.clone_into(&mut ui.theme);
            }
            let glyphs = ["auto", "unicode", "ascii"].map(|word| (word, word));
            if let Some(glyphs) = Field::of(table, "glyphs").and_then(|field| kept(field.choice(&glyphs), &mut faults))
            {
                glyphs.clone_into(&mut ui.glyphs);
            }
        }
        self.tell_all("ui", faults);
        self.settings.ui = ui;
    }
}

/// A profile's name is typed in a shell, shown in a bar and made into a folder's name.
pub(super) fn check_name(name: &str, at: usize) -> Result<(), Fault> {
    if COMMANDS.contains(&name) {
        return Err(Fault::new(at, format!("a profile cannot be called \"{name}\": that is a command of rrx"))
            .hint(format!("call it \"{name}-1\", for example")));
    }
    let is_word = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= NAME_CHARS
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_word {
        return Ok(());
    }
    Err(Fault::new(at, format!("a profile cannot be called \"{}\"", shown(name)))
        .hint("use up to 64 letters, digits, '-', '_' and '.', a letter or digit first"))
}

/// The profiles that a syntax error at this place may have damaged: the one that the tree has there, and the one whose
/// header stands above it in the text (the tree may not know it).
fn profiles_around(root: &DeTable<'_>, text: &str, at: usize) -> Vec<String> {
    let end = text.bytes().skip(at).position(|byte| byte == b'\n').map_or(text.len(), |length| at + length);
    let header = text.get(..end).unwrap_or(text).lines().rev().find(|line| line.trim_start().starts_with('['));
    if header.is_some_and(|line| line.trim() == "[ui]") {
        return Vec::new();
    }
    let mut names = Vec::new();
    if let Some(DeValue::Table(table)) = Field::of(root, "profile").map(|field| field.value) {
        let above = table.keys().filter(|name| name.span().start <= at).max_by_key(|name| name.span().start);
        names.extend(above.map(|name| name.get_ref().to_string()));
    }
    if let Some(name) = header.and_then(|line| line.split_once('.')).map(|(_, rest)| rest) {
        let name = name.split(']').next().unwrap_or(name).trim();
        names.push(name.trim_matches(['"', '\'']).to_owned());
    }
    names
}
