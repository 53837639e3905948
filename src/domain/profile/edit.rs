//! Puts a profile into a settings text and keeps everything else: comments, order, spaces. The result is read back with rrx's own
//! parser before it is returned.

use toml_edit::{DocumentMut, InlineTable, Item, RawString, Table, TableLike, Value};

use super::draft::check_name;
use super::{Hop, Profile, ProfileDraft, Settings, parse};
use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// Whether a profile of that name may exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// The given keys replace those of the profile; its other keys (limits, blinding …) stay.
    Allowed,
    /// An existing profile is a problem.
    Forbidden,
}

/// Adds a profile to the settings text. The file's name is only for messages.
///
/// # Errors
/// A problem of kind [`ProblemKind::Settings`]: the text cannot be read, the name is invalid or taken, or the result does not read
/// back as the draft.
pub fn add(text: &str, file: &str, draft: &ProfileDraft, overwrite: Overwrite) -> Result<String, Problem> {
    let keys = ProfileKeys { name: &draft.name, entries: draft.entries(), decided: &draft.decided_keys() };
    let written = put(text, file, keys, overwrite)?;
    match parse(&written, file).0.profile(&draft.name) {
        Some(profile) if draft.matches(profile) => Ok(written),
        Some(_) | None => Err(not_read_back(file, &draft.name)),
    }
}

/// Checks the name of a new profile: it is valid, and no profile of the settings has it.
///
/// # Errors
/// A problem of kind [`ProblemKind::Settings`].
pub fn check_new_name(name: &str, settings: &Settings, overwrite: Overwrite) -> Result<(), Problem> {
    check_name(name)?;
    let is_left_out = settings.left_out.iter().any(|profile| profile.name == name);
    if overwrite == Overwrite::Forbidden && (is_left_out || settings.profile(name).is_some()) {
        return Err(exists_already(name).because("the settings file contains it"));
    }
    Ok(())
}

fn exists_already(name: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("The profile \"{name}\" exists already")).hint(
        "choose another name (--name when importing), or change this profile with --replace on the command line: \
         keys that you do not give stay as they are",
    )
}

/// Keys and values for the section of a profile.
pub(super) struct ProfileKeys<'a> {
    pub(super) name: &'a str,
    pub(super) entries: Vec<(String, Value)>,
    /// Keys that are removed from an existing section if `entries` has no value for them.
    pub(super) decided: &'a [&'a str],
}

/// Puts keys and values into the section of a profile.
pub(super) fn put(text: &str, file: &str, keys: ProfileKeys<'_>, overwrite: Overwrite) -> Result<String, Problem> {
    let ProfileKeys { name, entries, decided } = keys;
    check_name(name)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        let line = error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count());
        Problem::new(ProblemKind::Settings, format!("{file}:{line}: repair the settings file before you add to it"))
            .because(error.message().trim().replace('\n', " "))
            .hint("repair this line; rrx then reports what else is wrong")
            .then(Remedy::Settings)
    })?;
    let exists = document.get("profile").and_then(Item::as_table_like).is_some_and(|all| all.contains_key(name));
    if exists && overwrite == Overwrite::Forbidden {
        return Err(exists_already(name).because(format!("{file} contains [profile.{name}]")));
    }
    if exists {
        replace(&mut document, name, entries, decided);
    } else {
        append(&mut document, name, entries);
    }
    let written = document.to_string();
    check(text, &written, file, name)?;
    Ok(written)
}

/// Appends the section. Comments at the end of the file stay before it.
fn append(document: &mut DocumentMut, name: &str, entries: Vec<(String, Value)>) {
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_first = document.is_empty() && trailing.is_empty();
    if let Some(Item::Value(Value::InlineTable(all))) = document.get_mut("profile") {
        all.insert(name, Value::InlineTable(entries.into_iter().collect::<InlineTable>()));
        return;
    }
    let mut section: Table = entries.into_iter().map(|(key, value)| (key, Item::Value(value))).collect();
    section.set_position(Some(isize::MAX));
    section.decor_mut().set_prefix(match (is_first, trailing.is_empty()) {
        (true, _) => String::new(),
        (false, true) => "\n".to_owned(),
        (false, false) => format!("{}\n\n", trailing.trim_end_matches('\n')),
    });
    document.set_trailing(RawString::from(""));
    let all = document.entry("profile").or_insert_with(|| {
        let mut all = Table::new();
        all.set_implicit(true);
        Item::Table(all)
    });
    if let Some(all) = all.as_table_like_mut() {
        all.insert(name, Item::Table(section));
    }
}

fn replace(document: &mut DocumentMut, name: &str, entries: Vec<(String, Value)>, decided: &[&str]) {
    let section: Option<&mut dyn TableLike> = document
        .get_mut("profile")
        .and_then(Item::as_table_like_mut)
        .and_then(|all| all.get_mut(name))
        .and_then(Item::as_table_like_mut);
    let Some(section) = section else { return };
    for key in decided.iter().filter(|key| !entries.iter().any(|(given, _)| given == *key)) {
        section.remove(key);
    }
    for (key, mut value) in entries {
        match section.get_mut(&key) {
            Some(Item::Value(old)) => {
                if key == "route" {
                    keep_hops(old, &mut value);
                }
                // The comment after the old value stays.
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            Some(other) => *other = Item::Value(value),
            None => {
                section.insert(&key, Item::Value(value));
            }
        }
    }
}

/// Keeps the table of a hop that is in the new route too, with its pinned keys and its identity.
fn keep_hops(old: &Value, new: &mut Value) {
    let (Some(old), Some(new)) = (old.as_array(), new.as_array_mut()) else { return };
    for hop in new.iter_mut() {
        let Some(named) = hop.as_str().and_then(|text| text.parse::<Hop>().ok()) else { continue };
        let is_same = |table: &InlineTable| {
            table.get("host").and_then(Value::as_str) == Some(named.host.as_str())
                && table.get("port").and_then(Value::as_integer) == named.port.map(i64::from)
                && table.get("user").and_then(Value::as_str) == named.user.as_deref()
        };
        if let Some(table) = old.iter().filter_map(Value::as_inline_table).find(|table| is_same(table)) {
            *hop = Value::InlineTable(table.clone());
        }
    }
}

/// Checks that the profile is there, and that everything else reads as before.
fn check(before: &str, after: &str, file: &str, name: &str) -> Result<(), Problem> {
    let (before, _) = parse(before, file);
    let (after, problems) = parse(after, file);
    let others = |settings: &Settings| -> Vec<Profile> {
        settings.profiles.iter().filter(|profile| profile.name != name).cloned().collect()
    };
    let title = format!("[profile.{name}]");
    if let Some(problem) =
        problems.iter().find(|problem| after.profile(name).is_none() && problem.what.contains(&title))
    {
        let mut problem = problem.clone();
        problem.because.push("nothing was written".into());
        return Err(problem);
    }
    let same_ui = before.ui.keymap == after.ui.keymap && before.ui.theme == after.ui.theme;
    if after.profile(name).is_none() || others(&before) != others(&after) || !same_ui {
        return Err(not_read_back(file, name));
    }
    Ok(())
}

fn not_read_back(file: &str, name: &str) -> Problem {
    Problem::new(ProblemKind::Settings, format!("Cannot add the profile {name} to {file}"))
        .because(
            "the file is written in a way that rrx cannot add to without changing something else; nothing was written",
        )
        .hint(format!("write the section [profile.{name}] yourself"))
        .then(Remedy::Settings)
}
