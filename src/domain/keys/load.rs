//! Reads keymap files: `[layer]` sections, `action = "chords"`, a list of them, or `"none"`. All that is wrong is named at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keymap::write_chords;
use super::{Chord, Keymap};

/// One entry that could not be taken; the rest of the file holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {entry}: {reason}")]
pub struct BadEntry {
    /// The file, as the user knows it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    pub entry: String,
    /// Why not, and what would do.
    pub reason: String,
}

/// Reads one file over a keymap: its bindings replace those of the same action, and free chords that it takes.
/// `resolve` knows the actions: section and name to action.
pub fn load<A: Copy + Eq>(
    keymap: &mut Keymap<A>,
    file: &str,
    text: &str,
    resolve: &dyn Fn(&str, &str) -> Option<A>,
) -> Vec<BadEntry> {
    let mut bad = Vec::new();
    let line_of = |span: Range<usize>| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        bad.push(BadEntry {
            file: file.into(),
            line: error.span().map_or(1, line_of),
            entry: "this line".into(),
            reason: error.message().into(),
        });
    }
    let mut fresh: Vec<(String, Vec<Chord>, A, String, usize)> = Vec::new();
    for (section, entries) in table.get_ref() {
        let layer = section.get_ref().as_ref();
        if layer == "inherits" {
            if entries.get_ref().as_str().is_none() {
                bad.push(entry(file, line_of(section.span()), layer, "a style in quotes is wanted, such as \"vim\""));
            }
            continue;
        }
        let DeValue::Table(entries) = entries.get_ref() else {
            bad.push(entry(file, line_of(section.span()), layer, "a section such as [grid] is wanted here"));
            continue;
        };
        for (name, value) in entries {
            let line = line_of(name.span());
            let title = format!("{layer}.{}", name.get_ref());
            let Some(action) = resolve(layer, name.get_ref()) else {
                bad.push(entry(file, line, &title, "there is no such action; `rrx keys` lists them"));
                continue;
            };
            match chords_of(value) {
                Ok(lists) => {
                    keymap.unbind(layer, action);
                    for chords in lists {
                        fresh.push((layer.to_owned(), chords, action, title.clone(), line));
                    }
                }
                Err(reason) => bad.push(entry(file, line, &title, &reason)),
            }
        }
    }
    // The file's own bindings come in together, so that two that swap keys do not stand in each other's way.
    for (layer, chords, ..) in &fresh {
        keymap.clear(layer, chords);
    }
    for (layer, chords, action, title, line) in fresh {
        let typed = write_chords(&chords);
        if let Err(other) = keymap.bind(&layer, chords, action) {
            let reason = format!("`{typed}` clashes with `{}`: one begins with the other", write_chords(&other.chords));
            bad.push(entry(file, line, &title, &reason));
        }
    }
    bad.sort_by_key(|entry| entry.line);
    bad
}

/// The style that a keymap file builds upon (`inherits = "vim"`), with its line.
#[must_use]
pub fn inherits(text: &str) -> Option<(usize, String)> {
    let (table, _) = DeTable::parse_recoverable(text);
    let (key, value) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "inherits")?;
    let line = text.get(..key.span().start).map_or(1, |before| before.matches('\n').count() + 1);
    Some((line, value.get_ref().as_str()?.to_owned()))
}

fn entry(file: &str, line: usize, entry: &str, reason: &str) -> BadEntry {
    BadEntry { file: file.into(), line, entry: entry.into(), reason: reason.into() }
}

fn chords_of(value: &Spanned<DeValue<'_>>) -> Result<Vec<Vec<Chord>>, String> {
    let one = |text: &str| Chord::sequence(text).map_err(|error| error.to_string());
    match value.get_ref() {
        DeValue::String(text) if text == "none" => Ok(Vec::new()),
        DeValue::String(text) => Ok(vec![one(text)?]),
        DeValue::Array(items) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => one(text),
                _ => Err("a list of keys in quotes is wanted".to_owned()),
            })
            .collect(),
        _ => Err("keys in quotes are wanted, such as \"ctrl-r\", or \"none\"".to_owned()),
    }
}
