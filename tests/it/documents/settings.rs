//! The parts made from tables of keys: the settings file, snippet headers, documentation packs, environment variables.

use std::fmt::Write as _;

use rrx::domain::docs::pack::{PACK_KEYS, PAGE_KEYS};
use rrx::domain::documented_key::DocumentedKey;
use rrx::domain::profile::settings_table::{
    ENVIRONMENT_VARIABLES, SECTIONS, SettingDefault, SettingKey, SettingType, Sharing,
};
use rrx::domain::profile::{Profile, parse};
use rrx::domain::snippets::header::{HEADER_KEYS, PARAM_KEYS};

use super::table;

/// The whole settings file: a table for each section, then what each key is for.
pub fn reference() -> String {
    let mut text = String::new();
    for section in SECTIONS {
        write!(text, "## {}\n\n{}\n\n", section.title, section.description).unwrap();
        text.push_str(&table(
            &["key", "type", "default", "shared", "meaning", "example"],
            section.keys.iter().map(|key| {
                let example = if matches!(key.kind(), SettingType::Table(title) if title.starts_with('`')) {
                    String::new()
                } else {
                    format!("`{} = {}`", key.name(), key.example())
                };
                vec![
                    format!("`{}`", key.name()),
                    type_name(key.kind()),
                    default(key.default()),
                    sharing(key).to_owned(),
                    key.description().to_owned(),
                    example,
                ]
            }),
        ));
        text.push('\n');
    }
    text
}

pub fn environment_variables() -> String {
    let rows =
        ENVIRONMENT_VARIABLES.iter().map(|variable| vec![format!("`{}`", variable.name), variable.description.into()]);
    table(&["variable", "what rrx does with it"], rows)
}

pub fn snippet_fields() -> String {
    format!("{}\nKeys of a `[param.NAME]` table:\n\n{}", keys(HEADER_KEYS), keys(PARAM_KEYS))
}

pub fn pack_fields() -> String {
    keys(PACK_KEYS)
}

pub fn page_fields() -> String {
    keys(PAGE_KEYS)
}

fn keys(keys: &[DocumentedKey]) -> String {
    table(
        &["key", "type", "meaning", "example"],
        keys.iter().map(|key| {
            let example = if key.example == "{}" { String::new() } else { format!("`{} = {}`", key.name, key.example) };
            vec![format!("`{}`", key.name), key.value_type.into(), key.description.into(), example]
        }),
    )
}

fn type_name(kind: SettingType) -> String {
    match kind {
        SettingType::Text => "text".into(),
        SettingType::Flag => "`true` or `false`".into(),
        SettingType::Number { from, to: u64::MAX } => format!("number from {from}"),
        SettingType::Number { from, to } => format!("number from {from} to {to}"),
        SettingType::Size => "number of bytes, or text with a unit".into(),
        SettingType::OneOf(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        SettingType::Path => "path".into(),
        SettingType::Paths => "path or list of paths".into(),
        SettingType::Hops => "list of jump hosts".into(),
        SettingType::Fingerprints => "fingerprint or list of fingerprints".into(),
        SettingType::TimeZone => "offset, `SYSTEM` or a name".into(),
        SettingType::Column => "`schema.table.column`".into(),
        SettingType::Table(title) => format!("table: {title}"),
    }
}

fn default(default: SettingDefault) -> String {
    match default {
        SettingDefault::Required => "required".into(),
        SettingDefault::Value(value) => format!("`{value}`"),
        SettingDefault::Described(text) => text.into(),
    }
}

fn sharing(key: &SettingKey) -> &'static str {
    match key.sharing() {
        Sharing::Shared => "yes",
        Sharing::Secret => "no: a secret",
        Sharing::LocalFile => "no: a file of this machine",
        Sharing::OwnChoice => "no: each user decides",
    }
}

const PROFILE: &str = "[profile.eu]\nhost = \"h\"\nuser = \"u\"\n";

fn profile(text: &str) -> Profile {
    let (mut settings, problems) = parse(text, "f");
    assert_eq!(problems, [], "{text}");
    settings.profiles.remove(0)
}

/// A settings file with one key written out, at the place where its section has it.
fn with(title: &str, key: &str, value: &str) -> Option<String> {
    Some(match title {
        "`[profile.NAME]`" if matches!(key, "host" | "user") => return None,
        "`[profile.NAME]`" => format!("{PROFILE}{key} = {value}\n"),
        "Hop" if key == "host" => format!("{PROFILE}route = [{{ host = {value} }}]\n"),
        "Hop" => format!("{PROFILE}route = [{{ host = \"b\", {key} = {value} }}]\n"),
        "Secret source" => format!("{PROFILE}password = {{ {key} = {value} }}\n"),
        "Limits" => format!("{PROFILE}limits = {{ {key} = {value} }}\n"),
        "Session" => format!("{PROFILE}session = {{ {key} = {value} }}\n"),
        "`[ui]`" => format!("{PROFILE}[ui]\n{key} = {value}\n"),
        "The file" => return None,
        other => panic!("the test does not know the section {other}"),
    })
}

#[test]
fn a_default_that_is_written_out_changes_nothing() {
    let bare = parse(PROFILE, "f").0;
    let mut count = 0;
    for section in SECTIONS {
        for key in section.keys {
            let SettingDefault::Value(value) = key.default() else { continue };
            // A hop, unlike the other tables, is absent by default.
            let Some(text) = with(section.title, key.name(), value) else { continue };
            let (mut settings, problems) = parse(&text, "f");
            assert_eq!(problems, [], "{text}");
            settings.ui.keymap_line = None;
            assert_eq!(format!("{settings:?}"), format!("{bare:?}"), "{text}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn every_example_is_accepted() {
    for section in SECTIONS {
        for key in section.keys {
            let Some(text) = with(section.title, key.name(), key.example()) else { continue };
            let text = match key.name() {
                // It requires a verified certificate.
                "cleartext" => format!("{text}tls = \"verify-identity\"\n"),
                _ => text,
            };
            let (settings, problems) = parse(&text, "f");
            let is_reserved = matches!(key.name(), "history" | "confirm");
            assert!(problems.is_empty() || is_reserved, "{text}{problems:?}");
            assert_eq!(settings.profiles.len(), 1, "{text}");
        }
    }
    assert_eq!(profile(PROFILE).port, 3306);
}
