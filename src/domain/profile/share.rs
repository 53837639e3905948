//! A profile passed on from one person to another: a TOML text without secrets, commands or paths of one machine, the host keys
//! of its hops pinned. What comes in that form is not trusted: whatever else it holds, it is refused with line and reason.

use std::path::{Component, Path};

use toml::de::{DeTable, DeValue};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::draft::{self, check_name};
use super::fault::{Fault, Field, Source, nearest, shown};
use super::{Hop, Overwrite, Profile, ProfileLimits, TlsMode, edit, section};
use crate::domain::problem::Problem;

/// The key that says what the file is, and in which form.
const MARK: &str = "rrx_profile";
/// The form that is written, and the only one that is read.
const FORM: i64 = 1;
/// Keys that are passed on.
const KEYS: &[&str] = &[
    "environment",
    "route",
    "host",
    "port",
    "user",
    "tls",
    "cleartext",
    "database",
    "require_replica",
    "heartbeat",
    "blinding",
    "limits",
    "session",
];
/// Keys of a hop that are passed on.
const HOP_KEYS: &[&str] = &["host", "port", "user", "host_key"];

/// A profile that came in that form, checked.
#[derive(Debug, Clone)]
pub struct Shared {
    /// What it says.
    pub profile: Profile,
    /// What to look at before it is used.
    pub notes: Vec<String>,
    entries: Vec<(String, Value)>,
}

/// Writes a profile without secrets. The hops are given with the host keys that are pinned or recorded for them.
#[must_use]
pub fn export(profile: &Profile, route: &[Hop]) -> String {
    let mut table = Table::new();
    let mut put = |key: &str, value: Value| {
        table.insert(key, Item::Value(value));
    };
    put("environment", profile.environment.setting().unwrap_or("production").into());
    if !route.is_empty() {
        let mut hops: Array = route.iter().map(draft::hop).collect();
        for hop in hops.iter_mut() {
            hop.decor_mut().set_prefix("\n    ");
        }
        hops.set_trailing("\n");
        hops.set_trailing_comma(true);
        put("route", Value::Array(hops));
    }
    put("host", profile.host.as_str().into());
    put("port", i64::from(profile.port).into());
    put("user", profile.user.as_str().into());
    put("tls", profile.tls.setting().into());
    if profile.cleartext {
        put("cleartext", true.into());
    }
    if let Some(database) = &profile.database {
        put("database", database.as_str().into());
    }
    put("require_replica", profile.require_replica.into());
    if let Some(heartbeat) = &profile.heartbeat {
        put("heartbeat", heartbeat.join(".").into());
    }
    let file_name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(rules) = &profile.blinding {
        put("blinding", file_name(rules).into());
    }
    if let Some(limits) = limits(&profile.limits) {
        put("limits", Value::InlineTable(limits));
    }
    put("session", Value::InlineTable(session(profile)));

    let mut words = vec![
        "A profile of rrx without secrets. `rrx profiles import FILE` adds it to the settings.".to_owned(),
        "Each user brings their own password and SSH key.".to_owned(),
    ];
    if let Some(ca) = &profile.ca {
        words.push(format!("The replica's certificate was verified with {}: name your copy as `ca`.", file_name(ca)));
    }
    if profile.blinding.is_some() {
        words.push("The blinding rules are a file of their own: pass it on beside this one.".to_owned());
    }
    for hop in route.iter().filter(|hop| hop.host_key.is_empty()) {
        words.push(format!("No host key of {hop} is recorded: compare its fingerprint when rrx asks."));
    }
    let words: String = words.iter().map(|line| format!("# {}\n", line.replace(char::is_control, " "))).collect();

    let mut all = Table::new();
    all.set_implicit(true);
    all.insert(&profile.name, Item::Table(table));
    let mut document = DocumentMut::new();
    document.insert(MARK, Item::Value(FORM.into()));
    document.insert("profile", Item::Table(all));
    format!("{words}{document}")
}

fn limits(limits: &ProfileLimits) -> Option<InlineTable> {
    let usual = ProfileLimits::default();
    let pairs = [
        ("rows", limits.rows, usual.rows),
        ("bytes", limits.bytes, usual.bytes),
        ("seconds", limits.first_row.as_secs(), usual.first_row.as_secs()),
        ("fetch_seconds", limits.fetch.as_secs(), usual.fetch.as_secs()),
    ];
    let own = pairs.into_iter().filter(|(_, own, usual)| own != usual);
    let table: InlineTable =
        own.filter_map(|(key, own, _)| Some((key, Value::from(i64::try_from(own).ok()?)))).collect();
    (!table.is_empty()).then_some(table)
}

fn session(profile: &Profile) -> InlineTable {
    let most = i64::try_from(profile.group_concat_max_len).unwrap_or(i64::MAX);
    [("time_zone", Value::from(profile.time_zone.as_str())), ("group_concat_max_len", Value::from(most))]
        .into_iter()
        .collect()
}

/// Whether a text says of itself that it is of this form.
#[must_use]
pub fn is_shared(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().any(|line| line.split_once('=').is_some_and(|(key, _)| key.trim() == MARK))
}

/// Reads a passed-on profile, under another name where one is given. The file's name is only for messages.
///
/// # Errors
/// Everything that is wrong in it, with its line; then nothing of it may be used.
pub fn read_shared(text: &str, file: &str, name: Option<&str>) -> Result<Shared, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { file, text };
    let mut faults = Vec::new();
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let what = format!("not TOML: {}", error.message().trim().replace('\n', " "));
            return Err(vec![Fault::new(at, what).problem(source, "")]);
        }
    };
    let read = one(&root, name, &mut faults);
    match read {
        Some((profile, from)) if faults.is_empty() => {
            let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
                vec![Fault::new(0, format!("not TOML: {}", error.message())).problem(source, "")]
            })?;
            let table = document.get("profile").and_then(|all| all.get(&from)).and_then(Item::as_table_like);
            let entries = table.map(|table| table.iter().filter_map(entry).collect()).unwrap_or_default();
            let notes = notes(&profile);
            Ok(Shared { profile, notes, entries })
        }
        _ => {
            faults.sort_by_key(|fault| fault.at);
            Err(faults.into_iter().map(|fault| fault.problem(source, "")).collect())
        }
    }
}

/// Puts a passed-on profile into a settings text.
///
/// # Errors
/// As [`super::add`].
pub fn admit(text: &str, file: &str, shared: &Shared, overwrite: Overwrite) -> Result<String, Problem> {
    // The blinding rules of a profile that is there already stay, whatever comes from outside.
    let decided: Vec<&str> = KEYS.iter().copied().filter(|key| *key != "blinding").collect();
    edit::put(text, file, &shared.profile.name, shared.entries.clone(), &decided, overwrite)
}

/// A value as it goes into the settings: without the comments of whoever wrote it.
fn entry((key, item): (&str, &Item)) -> Option<(String, Value)> {
    let mut value = item.clone().into_value().ok()?;
    plain(&mut value);
    Some((key.to_owned(), value))
}

fn plain(value: &mut Value) {
    value.decor_mut().clear();
    match value {
        Value::Array(list) => {
            list.iter_mut().for_each(plain);
            list.set_trailing("");
            list.set_trailing_comma(false);
            list.fmt();
        }
        Value::InlineTable(table) => {
            table.iter_mut().for_each(|(_, value)| plain(value));
            table.fmt();
        }
        _ => {}
    }
}

/// The one profile of the file and the name that it has there.
fn one(root: &DeTable<'_>, name: Option<&str>, faults: &mut Vec<Fault>) -> Option<(Profile, String)> {
    for key in root.keys().filter(|key| !matches!(key.get_ref().as_ref(), MARK | "profile")) {
        faults.push(Fault::new(
            key.span().start,
            format!("\"{}\" does not belong into such a file", shown(key.get_ref())),
        ));
    }
    match Field::of(root, MARK) {
        None => faults.push(Fault::new(0, format!("{MARK} = {FORM} is missing: this is no passed-on profile"))),
        Some(field) => match field.number(1..u64::MAX) {
            Ok(1) => {}
            Ok(other) => faults.push(
                field.fault(format!("this version reads form {FORM}, not {other}")).hint("a newer rrx may read it"),
            ),
            Err(fault) => faults.push(fault),
        },
    }
    let Some(field) = Field::of(root, "profile") else {
        faults.push(Fault::new(0, "it holds no [profile.NAME]"));
        return None;
    };
    let table = field.table().map_err(|fault| faults.push(fault)).ok()?;
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    if let Some((second, _)) = entries.get(1) {
        faults.push(Fault::new(second.span().start, "it holds more than one profile").hint("one file passes on one"));
    }
    let (key, value) = entries.first()?;
    let (at, from): (usize, &str) = (key.span().start, key.get_ref());
    let name = name.unwrap_or(from);
    if let Err(problem) = check_name(name) {
        faults.push(Fault::new(at, problem.what).hint("--name gives it another name"));
        return None;
    }
    let DeValue::Table(table) = value.get_ref() else {
        faults.push(Fault::new(at, "the profile is no section").hint("write [profile.NAME]"));
        return None;
    };
    check_keys(table, faults);
    let read = section::read(name, at, table);
    // A key that is refused and unknown is told once.
    let told: Vec<usize> = faults.iter().map(|fault| fault.at).collect();
    faults.extend(read.faults.into_iter().filter(|fault| !told.contains(&fault.at)));
    if let Some(profile) = &read.profile
        && let Some(rules) = &profile.blinding
        && !is_bare_name(rules)
    {
        faults.push(Fault::new(at, "blinding: only the name of a file beside the settings can be passed on"));
    }
    Some((read.profile?, from.to_owned()))
}

/// A file's name and nothing else: no folder, no `..`, no home.
fn is_bare_name(path: &Path) -> bool {
    let mut parts = path.components();
    matches!(parts.next(), Some(Component::Normal(name)) if name != "~") && parts.next().is_none()
}

/// Only what may come from somebody else.
fn check_keys(table: &DeTable<'_>, faults: &mut Vec<Fault>) {
    refuse_others(table, KEYS, faults);
    let hops = Field::of(table, "route").and_then(|field| field.elements()).unwrap_or_default();
    for hop in hops.iter().filter_map(|hop| hop.table().ok()) {
        refuse_others(hop, HOP_KEYS, faults);
    }
}

fn refuse_others(table: &DeTable<'_>, known: &[&str], faults: &mut Vec<Fault>) {
    for key in table.keys() {
        let name: &str = key.get_ref();
        if known.contains(&name) {
            continue;
        }
        let why = match name {
            "password" | "identity_passphrase" => {
                "a secret, or a command that brings one, is not taken from somebody else"
            }
            "identity" | "certificate" | "known_hosts" | "ca" | "docs" | "snippets" => {
                "it names files of another machine"
            }
            "tunnel" | "unblind" | "on_blinded" | "history" | "confirm" | "spill" => "that is for each user to decide",
            _ => "unknown key",
        };
        let fault = Fault::new(key.span().start, format!("\"{}\": {why}", shown(name)));
        faults.push(match nearest(name, known.iter().copied()).filter(|_| why == "unknown key") {
            Some(meant) => fault.hint(format!("did you mean \"{meant}\"?")),
            None => fault.hint("take this line out, and write it into your own settings if you want it"),
        });
    }
}

/// What a careful reader asks about.
fn notes(profile: &Profile) -> Vec<String> {
    let mut notes = Vec::new();
    for hop in &profile.route {
        notes.push(if hop.host_key.is_empty() {
            format!("the host key of {hop} is not pinned: rrx shows its fingerprint at the first connecting")
        } else {
            format!("{hop} is trusted only with {}", hop.host_key.join(" or "))
        });
    }
    if profile.cleartext {
        notes.push("cleartext = true: the replica gets the password readable, inside TLS".into());
    }
    if matches!(profile.tls, TlsMode::Disabled | TlsMode::Preferred) {
        notes.push(format!("tls = \"{}\": the way past the last hop may be readable", profile.tls.setting()));
    }
    if let Some(rules) = &profile.blinding {
        notes.push(format!("its blinding rules are expected in {} beside the settings", rules.display()));
    }
    notes.push(
        "it brings no password and no key: `password` and `identity` are yours to add; until then rrx asks".into(),
    );
    notes
}
