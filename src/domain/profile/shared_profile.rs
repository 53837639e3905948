//! A profile that one person shares with another: a TOML text without secrets, commands or local paths, in which the host keys of
//! the hops are pinned. Such a text is not trusted: any other key in it is refused with line and reason.

use std::path::{Component, Path};

use toml::de::{DeTable, DeValue};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::draft::{self, check_name};
use super::edit::{self, ProfileKeys};
use super::settings_table::{SettingKey, Sharing, hop, profile as profile_keys, shared_file};
use super::toml_entry::{SettingsError, SettingsText, TomlEntry, printable};
use super::{Hop, Overwrite, Profile, ProfileLimits, TlsMode, profile_section};
use crate::domain::nearest::nearest_name;
use crate::domain::problem::Problem;

/// The version of the format that is written, and the only one that is read.
const FORMAT: i64 = 1;

/// A checked profile of another person.
#[derive(Debug, Clone)]
pub struct SharedProfile {
    pub profile: Profile,
    /// What the user should look at before using it, as sentences.
    pub notes: Vec<String>,
    entries: Vec<(String, Value)>,
}

/// Writes a profile without secrets. `route` has the hops with the host keys that are pinned or recorded for them.
#[must_use]
pub fn write_shared_profile(profile: &Profile, route: &[Hop]) -> String {
    let mut table = Table::new();
    let mut put = |key: &SettingKey, value: Value| {
        table.insert(key.name(), Item::Value(value));
    };
    put(profile_keys::ENVIRONMENT, profile.environment.name().unwrap_or("production").into());
    if !route.is_empty() {
        let mut hops: Array = route.iter().map(draft::hop_value).collect();
        for hop in hops.iter_mut() {
            hop.decor_mut().set_prefix("\n    ");
        }
        hops.set_trailing("\n");
        hops.set_trailing_comma(true);
        put(profile_keys::ROUTE, Value::Array(hops));
    }
    put(profile_keys::HOST, profile.host.as_str().into());
    put(profile_keys::PORT, i64::from(profile.port).into());
    put(profile_keys::USER, profile.user.as_str().into());
    put(profile_keys::TLS, shared_tls(profile.tls).name().into());
    if let Some(name) = &profile.tls_server_name {
        put(profile_keys::TLS_SERVER_NAME, name.as_str().into());
    }
    if profile.cleartext {
        put(profile_keys::CLEARTEXT, true.into());
    }
    if let Some(database) = &profile.database {
        put(profile_keys::DATABASE, database.as_str().into());
    }
    put(profile_keys::REQUIRE_REPLICA, profile.require_replica.into());
    if let Some(heartbeat) = &profile.heartbeat {
        put(profile_keys::HEARTBEAT, heartbeat.join(".").into());
    }
    let file_name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(rules) = &profile.blinding {
        put(profile_keys::BLINDING, file_name(rules).into());
    }
    if let Some(limits) = limits(&profile.limits) {
        put(profile_keys::LIMITS, Value::InlineTable(limits));
    }
    put(profile_keys::SESSION, Value::InlineTable(session(profile)));

    let mut comments = vec![
        "A profile of rrx without secrets. `rrx profiles import FILE` adds it to your settings.".to_owned(),
        "Each user adds their own password and SSH key.".to_owned(),
    ];
    if let Some(ca) = &profile.ca {
        comments.push(format!(
            "The replica's certificate was verified with {}: name your copy of it as `ca`.",
            file_name(ca)
        ));
    }
    if profile.tls != shared_tls(profile.tls) {
        comments.push("If its certificate has another name, set `tls = \"verify-ca\"` together with `ca`.".to_owned());
    }
    if profile.blinding.is_some() {
        comments.push("The blinding rules are in a separate file: send it together with this one.".to_owned());
    }
    for hop in route.iter().filter(|hop| hop.host_key.is_empty()) {
        comments.push(format!("No host key of {hop} is recorded: compare its fingerprint when rrx asks."));
    }
    let comments: Vec<String> =
        comments.iter().map(|line| format!("# {}", line.replace(char::is_control, " "))).collect();

    let mut all = Table::new();
    all.set_implicit(true);
    all.insert(&profile.name, Item::Table(table));
    let mut document = DocumentMut::new();
    document.insert(shared_file::FORMAT.name(), Item::Value(FORMAT.into()));
    document.insert("profile", Item::Table(all));
    format!("{}\n{document}", comments.join("\n"))
}

/// Returns the mode for a profile without its CA file, which `verify-ca` requires.
fn shared_tls(tls: TlsMode) -> TlsMode {
    match tls {
        TlsMode::VerifyCa => TlsMode::VerifyIdentity,
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required | TlsMode::VerifyIdentity => tls,
    }
}

fn limits(limits: &ProfileLimits) -> Option<InlineTable> {
    let default = ProfileLimits::default();
    let pairs = [
        ("rows", limits.rows, default.rows),
        ("bytes", limits.bytes, default.bytes),
        ("row_bytes", limits.row_bytes, default.row_bytes),
        ("seconds", limits.first_row.as_secs(), default.first_row.as_secs()),
        ("fetch_seconds", limits.fetch.as_secs(), default.fetch.as_secs()),
    ];
    let changed = pairs.into_iter().filter(|(_, value, default)| value != default).map(|(key, value, _)| (key, value));
    let plan_rows = limits.plan_rows.map(|rows| ("plan_rows", rows));
    let table: InlineTable = changed
        .chain(plan_rows)
        .filter_map(|(key, value)| Some((key, Value::from(i64::try_from(value).ok()?))))
        .collect();
    (!table.is_empty()).then_some(table)
}

fn session(profile: &Profile) -> InlineTable {
    let max_length = i64::try_from(profile.group_concat_max_len).unwrap_or(i64::MAX);
    let mode = profile.sql_mode.as_deref().map(|mode| ("sql_mode", Value::from(mode)));
    [("time_zone", Value::from(profile.time_zone.as_str())), ("group_concat_max_len", Value::from(max_length))]
        .into_iter()
        .chain(mode)
        .collect()
}

/// Returns whether a text has the mark of a shared profile.
#[must_use]
pub fn is_shared_profile(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().any(|line| line.split_once('=').is_some_and(|(key, _)| key.trim() == shared_file::FORMAT.name()))
}

/// Reads a profile of another person, under another name if one is given. The file's name is only for messages.
///
/// # Errors
/// Returns everything that is wrong in the text, with line numbers; then nothing of it may be used.
pub fn read_shared_profile(text: &str, file: &str, name: Option<&str>) -> Result<SharedProfile, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = SettingsText { file, text };
    let mut errors = Vec::new();
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let what = format!("not TOML: {}", error.message().trim().replace('\n', " "));
            return Err(vec![SettingsError::new(at, what).problem(source, "")]);
        }
    };
    let read = only_profile(&root, name, &mut errors);
    match read {
        Some((profile, original_name)) if errors.is_empty() => {
            let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
                vec![SettingsError::new(0, format!("not TOML: {}", error.message())).problem(source, "")]
            })?;
            let table = document.get("profile").and_then(|all| all.get(&original_name)).and_then(Item::as_table_like);
            let entries = table.map(|table| table.iter().filter_map(entry).collect()).unwrap_or_default();
            let notes = notes(&profile);
            Ok(SharedProfile { profile, notes, entries })
        }
        _ => {
            errors.sort_by_key(|error| error.at);
            Err(errors.into_iter().map(|error| error.problem(source, "")).collect())
        }
    }
}

/// Puts a profile of another person into a settings text.
///
/// # Errors
/// Returns the errors of [`super::add`].
pub fn add_shared_profile(
    text: &str,
    file: &str,
    shared: &SharedProfile,
    overwrite: Overwrite,
) -> Result<String, Problem> {
    // The blinding rules of an existing profile always stay, even if the other person sends different ones.
    let decided: Vec<&str> =
        shared_keys(profile_keys::KEYS).filter(|key| *key != profile_keys::BLINDING.name()).collect();
    let keys = ProfileKeys { name: &shared.profile.name, entries: shared.entries.clone(), decided: &decided };
    edit::put(text, file, keys, overwrite)
}

/// Returns the names of the keys that are shared.
fn shared_keys<'a>(keys: &'a [&'static SettingKey]) -> impl Iterator<Item = &'static str> + 'a {
    keys.iter().filter(|key| key.sharing() == Sharing::Shared).map(|key| key.name())
}

/// Copies a value for the settings, without the comments of its author.
fn entry((key, item): (&str, &Item)) -> Option<(String, Value)> {
    let mut value = item.clone().into_value().ok()?;
    remove_comments(&mut value);
    Some((key.to_owned(), value))
}

fn remove_comments(value: &mut Value) {
    value.decor_mut().clear();
    match value {
        Value::Array(list) => {
            list.iter_mut().for_each(remove_comments);
            list.set_trailing("");
            list.set_trailing_comma(false);
            list.fmt();
        }
        Value::InlineTable(table) => {
            table.iter_mut().for_each(|(_, value)| remove_comments(value));
            table.fmt();
        }
        _ => {}
    }
}

/// Reads the one profile of the file and its name.
fn only_profile(root: &DeTable<'_>, name: Option<&str>, errors: &mut Vec<SettingsError>) -> Option<(Profile, String)> {
    check_format(root, errors);
    let Some(all) = TomlEntry::find(root, shared_file::PROFILE) else {
        errors.push(SettingsError::new(0, "[profile.NAME] is missing"));
        return None;
    };
    let table = all.table().map_err(|error| errors.push(error)).ok()?;
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    if let Some((second, _)) = entries.get(1) {
        errors.push(
            SettingsError::new(second.span().start, "the file has more than one profile")
                .hint("write one file for each profile"),
        );
    }
    let (key, value) = entries.first()?;
    let (at, original_name): (usize, &str) = (key.span().start, key.get_ref());
    let name = name.unwrap_or(original_name);
    if let Err(problem) = check_name(name) {
        errors.push(SettingsError::new(at, problem.what).hint("--name gives it another name"));
        return None;
    }
    let DeValue::Table(table) = value.get_ref() else {
        errors.push(SettingsError::new(at, "the profile is not a section").hint("write [profile.NAME]"));
        return None;
    };
    check_keys(table, errors);
    let read = profile_section::read(name, at, table);
    // A key that is both refused and unknown is reported only once.
    let reported: Vec<usize> = errors.iter().map(|error| error.at).collect();
    errors.extend(read.errors.into_iter().filter(|error| !reported.contains(&error.at)));
    if let Some(profile) = &read.profile
        && let Some(rules) = &profile.blinding
        && !is_bare_name(rules)
    {
        errors.push(SettingsError::new(at, "blinding: must be the name of a file in the directory of the settings"));
    }
    Some((read.profile?, original_name.to_owned()))
}

/// Checks the version of the format, and that the file contains nothing but one profile.
fn check_format(root: &DeTable<'_>, errors: &mut Vec<SettingsError>) {
    for key in root.keys() {
        let name: &str = key.get_ref();
        if !shared_file::KEYS.iter().any(|known| known.name() == name) {
            errors.push(SettingsError::new(
                key.span().start,
                format!("\"{}\" does not belong in such a file", printable(name)),
            ));
        }
    }
    let mark = shared_file::FORMAT.name();
    match TomlEntry::find(root, shared_file::FORMAT) {
        None => {
            errors.push(SettingsError::new(0, format!("{mark} = {FORMAT} is missing: this is not a shared profile")));
        }
        Some(entry) => match entry.number() {
            Ok(1) => {}
            Ok(other) => errors.push(
                entry
                    .error(format!("this version of rrx reads format {FORMAT}, not {other}"))
                    .hint("a newer rrx may read it"),
            ),
            Err(error) => errors.push(error),
        },
    }
}

/// Returns whether a path is only a file's name: no directory, no `..`, no home.
fn is_bare_name(path: &Path) -> bool {
    let mut parts = path.components();
    matches!(parts.next(), Some(Component::Normal(name)) if name != "~") && parts.next().is_none()
}

/// Refuses the keys that are not accepted from another person.
fn check_keys(table: &DeTable<'_>, errors: &mut Vec<SettingsError>) {
    refuse_unshared_keys(table, profile_keys::KEYS, errors);
    let hops = TomlEntry::find(table, profile_keys::ROUTE).and_then(|entry| entry.elements()).unwrap_or_default();
    for hop in hops.iter().filter_map(|hop| hop.table().ok()) {
        refuse_unshared_keys(hop, hop::KEYS, errors);
    }
}

fn refuse_unshared_keys(table: &DeTable<'_>, keys: &[&'static SettingKey], errors: &mut Vec<SettingsError>) {
    for key in table.keys() {
        let name: &str = key.get_ref();
        if shared_keys(keys).any(|known| known == name) {
            continue;
        }
        // A key of the other table is refused for the reason of that key.
        let known = profile_keys::KEYS.iter().chain(hop::KEYS).find(|known| known.name() == name);
        let refusal = known.and_then(|known| known.sharing().refusal());
        let reason = refusal.unwrap_or("unknown key");
        let error = SettingsError::new(key.span().start, format!("\"{}\": {reason}", printable(name)));
        let meant = if refusal.is_none() { nearest_name(name, shared_keys(keys)) } else { None };
        errors.push(match meant {
            Some(meant) => error.hint(format!("did you mean \"{meant}\"?")),
            None => error.hint("remove this line, or move it to your own settings"),
        });
    }
}

/// Returns notes that a careful user reads before the first connection.
fn notes(profile: &Profile) -> Vec<String> {
    let mut notes = Vec::new();
    for hop in &profile.route {
        notes.push(if hop.host_key.is_empty() {
            format!("the host key of {hop} is not pinned: rrx shows its fingerprint when it first connects")
        } else {
            format!("{hop} is trusted only with {}", hop.host_key.join(" or "))
        });
    }
    if let Some(name) = &profile.tls_server_name {
        notes.push(format!(
            "tls_server_name = {name:?}: the replica's certificate is verified for this name, not for host"
        ));
    }
    if profile.cleartext {
        notes.push("cleartext = true: the replica receives the password as plain text, inside TLS".into());
    }
    if matches!(profile.tls, TlsMode::Disabled | TlsMode::Preferred) {
        notes.push(format!("tls = \"{}\": the connection after the last hop may be readable", profile.tls.name()));
    }
    if let Some(rules) = &profile.blinding {
        notes.push(format!("rrx expects its blinding rules in {}, in the directory of the settings", rules.display()));
    }
    notes.push("it has no password and no key: add your own `password` and `identity`; until then rrx asks".into());
    notes
}
