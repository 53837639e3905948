//! Reads keymap files: `[layer]` sections with `action = "chords"`, a list of them, or `"none"`. All errors are reported at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keymap::write_chords;
use super::{Chord, Keymap};

/// An entry that was ignored. The rest of the file is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {entry}: {reason}")]
pub struct BadEntry {
    /// The name of the file, for messages.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub entry: String,
    /// Why it was ignored, and what to write instead.
    pub reason: String,
}

/// Reads a file into a keymap. Its bindings replace those of the same action, and those that conflict with its chords.
/// `resolve` returns the action for a section and a name.
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
    let mut new_bindings: Vec<(String, Vec<Chord>, A, String, usize)> = Vec::new();
    for (section, entries) in table.get_ref() {
        let layer = section.get_ref().as_ref();
        if layer == "inherits" {
            if entries.get_ref().as_str().is_none() {
                bad.push(entry(file, line_of(section.span()), layer, "write a style in quotes, such as \"vim\""));
            }
            continue;
        }
        let DeValue::Table(entries) = entries.get_ref() else {
            bad.push(entry(file, line_of(section.span()), layer, "write a section such as [grid]"));
            continue;
        };
        for (name, value) in entries {
            let line = line_of(name.span());
            let title = format!("{layer}.{}", name.get_ref());
            let Some(action) = resolve(layer, name.get_ref()) else {
                bad.push(entry(file, line, &title, "there is no such action; `rrx keys` lists all actions"));
                continue;
            };
            match chords_of(value) {
                Ok(lists) => {
                    keymap.unbind(layer, action);
                    for chords in lists {
                        new_bindings.push((layer.to_owned(), chords, action, title.clone(), line));
                    }
                }
                Err(reason) => bad.push(entry(file, line, &title, &reason)),
            }
        }
    }
    // All bindings of the file are added together, so that two actions can swap their keys.
    for (layer, chords, ..) in &new_bindings {
        keymap.clear(layer, chords);
    }
    for (layer, chords, action, title, line) in new_bindings {
        let typed = write_chords(&chords);
        if let Err(other) = keymap.bind(&layer, chords, action) {
            let reason = format!(
                "`{typed}` conflicts with `{}`: one is the beginning of the other",
                write_chords(&other.chords)
            );
            bad.push(entry(file, line, &title, &reason));
        }
    }
    bad.sort_by_key(|entry| entry.line);
    bad
}

/// Returns the style that a keymap file inherits (`inherits = "vim"`), with its line.
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
    let parse = |text: &str| Chord::sequence(text).map_err(|error| error.to_string());
    match value.get_ref() {
        DeValue::String(text) if text == "none" => Ok(Vec::new()),
        DeValue::String(text) => Ok(vec![parse(text)?]),
        DeValue::Array(items) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => parse(text),
                _ => Err("write a list of keys in quotes".to_owned()),
            })
            .collect(),
        _ => Err("write keys in quotes, such as \"ctrl-r\", or \"none\"".to_owned()),
    }
}
