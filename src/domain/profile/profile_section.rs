//! Reads one `[profile.NAME]` section: its keys, and what they mean together.

use std::path::PathBuf;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::settings_table::{SettingKey, limits, profile, secret, session};
use super::toml_entry::{SettingsError, TomlEntry, collect, report_unknown_keys};
use super::{
    CommandConsent, Environment, HopDefaults, LostStatements, Profile, ProfileLimits, SecretKind, SecretSource,
    SessionTimeZone, Spilling, TlsMode, route,
};
use crate::domain::limits::{LEAST_ROW_BYTES, MAX_ROW_BYTES};

/// The result of reading a section.
pub(super) struct ParsedProfile {
    /// `None` if the section has an error.
    pub(super) profile: Option<Profile>,
    pub(super) errors: Vec<SettingsError>,
    /// Keys that have no effect yet.
    pub(super) notes: Vec<SettingsError>,
}

/// Reads the section of this name, whose header starts at `at`.
pub(super) fn read(name: &str, at: usize, table: &DeTable<'_>) -> ParsedProfile {
    let mut reader = ProfileReader { name, table, at, errors: Vec::new(), notes: Vec::new() };
    report_unknown_keys(table, profile::KEYS, &mut reader.errors);
    let profile = reader.profile();
    reader.check_reserved_keys();
    let profile = if reader.errors.is_empty() { profile } else { None };
    ParsedProfile { profile, errors: reader.errors, notes: reader.notes }
}

struct ProfileReader<'a, 'i> {
    name: &'a str,
    table: &'a DeTable<'i>,
    at: usize,
    errors: Vec<SettingsError>,
    notes: Vec<SettingsError>,
}

impl<'a, 'i> ProfileReader<'a, 'i> {
    fn profile(&mut self) -> Option<Profile> {
        let environment = self.choice(profile::ENVIRONMENT).and_then(Environment::from_name);
        let ca = self.path(profile::CA);
        let tls = self.tls(ca.is_some());
        let session = self.sub_table(profile::SESSION, session::KEYS);
        let mut read = Profile {
            name: self.name.to_owned(),
            environment: environment.unwrap_or_default(),
            route: Vec::new(),
            hop_defaults: HopDefaults {
                identity: self.paths(profile::IDENTITY),
                known_hosts: self.path(profile::KNOWN_HOSTS),
            },
            identity_passphrase: self.secret(SecretKind::Passphrase),
            proxy_command: match self.flag(profile::PROXY_COMMAND) {
                Some(true) => CommandConsent::Given,
                Some(false) | None => CommandConsent::Ask,
            },
            host: String::new(),
            port: 3306,
            user: String::new(),
            password: self.secret(SecretKind::Password),
            tls,
            ca,
            tls_server_name: self.text(profile::TLS_SERVER_NAME),
            cleartext: self.cleartext(tls),
            database: self.text(profile::DATABASE),
            require_replica: self.flag(profile::REQUIRE_REPLICA).unwrap_or(false),
            docs: self.paths(profile::DOCS),
            snippets: self.paths(profile::SNIPPETS),
            blinding: self.path(profile::BLINDING),
            limits: self.limits(),
            time_zone: self.time_zone(session).unwrap_or_default(),
            sql_mode: self.sql_mode(session),
            group_concat_max_len: self.number(session, session::GROUP_CONCAT_MAX_LEN).unwrap_or(1 << 20),
            lost_statements: match self.choice(profile::LOST_STATEMENTS) {
                Some("stop") => LostStatements::Stop,
                Some(_) | None => LostStatements::Ask,
            },
            spill: if self.flag(profile::SPILL).unwrap_or(true) { Spilling::Allowed } else { Spilling::Forbidden },
            tunnel: self.flag(profile::TUNNEL).unwrap_or(false),
            heartbeat: self.heartbeat(),
        };
        if let Some(port) = self.number(Some(self.table), profile::PORT) {
            read.port = u16::try_from(port).unwrap_or(3306);
        }
        read.route = self.route(&read.hop_defaults);
        read.host = self.required(profile::HOST)?;
        read.user = self.required(profile::USER)?;
        Some(read)
    }

    fn entry(&self, key: &'static SettingKey) -> Option<TomlEntry<'a, 'i>> {
        TomlEntry::find(self.table, key)
    }

    fn text(&mut self, key: &'static SettingKey) -> Option<String> {
        let entry = self.entry(key)?;
        collect(entry.text(), &mut self.errors).map(str::to_owned)
    }

    fn path(&mut self, key: &'static SettingKey) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    fn paths(&mut self, key: &'static SettingKey) -> Vec<PathBuf> {
        self.entry(key).map(|entry| route::paths(&entry, &mut self.errors)).unwrap_or_default()
    }

    fn flag(&mut self, key: &'static SettingKey) -> Option<bool> {
        let entry = self.entry(key)?;
        collect(entry.flag(), &mut self.errors)
    }

    fn choice(&mut self, key: &'static SettingKey) -> Option<&'static str> {
        let entry = self.entry(key)?;
        collect(entry.choice(), &mut self.errors)
    }

    fn required(&mut self, key: &'static SettingKey) -> Option<String> {
        if self.entry(key).is_none() {
            let name = key.name();
            self.errors.push(
                SettingsError::new(self.at, format!("\"{name}\" is missing")).hint(format!("add {name} = \"…\"")),
            );
            return None;
        }
        let text = self.text(key)?;
        let error = |reason: &str| self.entry(key).map(|entry| entry.error(reason));
        let error = match route::host_and_port(&text) {
            _ if key != profile::HOST => None,
            _ if text.chars().any(char::is_whitespace) => error("a host name has no spaces"),
            Ok((host, Some(port))) => {
                error("the port has a key of its own").map(|e| e.hint(format!("host = \"{host}\", port = {port}")))
            }
            Ok((_, None)) => None,
            Err(why) => error(&why.to_string()),
        };
        if error.is_some() {
            self.errors.extend(error);
            return None;
        }
        Some(text)
    }

    fn sub_table(&mut self, key: &'static SettingKey, known: &[&SettingKey]) -> Option<&'a DeTable<'i>> {
        let entry = self.entry(key)?;
        let table = collect(entry.table(), &mut self.errors)?;
        report_unknown_keys(table, known, &mut self.errors);
        Some(table)
    }

    fn number(&mut self, table: Option<&'a DeTable<'i>>, key: &'static SettingKey) -> Option<u64> {
        let entry = TomlEntry::find(table?, key)?;
        collect(entry.number(), &mut self.errors)
    }

    /// Reads the hops. A hop without its own values gets the defaults of the profile.
    fn route(&mut self, defaults: &HopDefaults) -> Vec<super::Hop> {
        let Some(entry) = self.entry(profile::ROUTE) else { return Vec::new() };
        let Some(elements) = entry.elements() else {
            self.errors.push(entry.error("needs a list of hops").hint("route = [\"user@host:22\"]; [] is direct"));
            return Vec::new();
        };
        let mut hops: Vec<_> = elements.iter().filter_map(|element| route::read(element, &mut self.errors)).collect();
        for hop in &mut hops {
            if hop.identity.is_empty() {
                hop.identity.clone_from(&defaults.identity);
            }
            if hop.known_hosts.is_none() {
                hop.known_hosts.clone_from(&defaults.known_hosts);
            }
        }
        hops
    }

    fn tls(&mut self, has_ca: bool) -> TlsMode {
        let named = self.choice(profile::TLS).and_then(TlsMode::from_name);
        if named == Some(TlsMode::VerifyCa) && self.entry(profile::CA).is_none() {
            self.errors.extend(self.entry(profile::TLS).map(|entry| {
                entry
                    .error("without ca, every certificate of a public CA would be accepted, for any name")
                    .hint("set ca, or tls = \"verify-identity\"")
            }));
        }
        named.unwrap_or(if has_ca { TlsMode::VerifyIdentity } else { TlsMode::Required })
    }

    fn cleartext(&mut self, tls: TlsMode) -> bool {
        let is_requested = self.flag(profile::CLEARTEXT).unwrap_or(false);
        if is_requested && !matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
            self.errors.extend(self.entry(profile::CLEARTEXT).map(|entry| {
                entry
                    .error("would send the password as plain text over a connection that is not verified")
                    .hint("set tls = \"verify-identity\" and ca, or remove cleartext")
            }));
        }
        is_requested
    }

    fn secret(&mut self, kind: SecretKind) -> Option<SecretSource> {
        const SOURCES: &str =
            "{ command = \"…\" }, { env = \"…\" }, { file = \"…\" }, { keyring = true } or { prompt = true }";
        let entry = self.entry(match kind {
            SecretKind::Password => profile::PASSWORD,
            SecretKind::Passphrase => profile::IDENTITY_PASSPHRASE,
        })?;
        if let DeValue::String(_) = entry.value {
            let hint = format!("use {SOURCES}");
            self.errors.push(entry.error("the settings must not contain a secret").hint(hint));
            return None;
        }
        let table = collect(entry.table(), &mut self.errors)?;
        report_unknown_keys(table, secret::KEYS, &mut self.errors);
        let sources: Vec<_> = secret::KEYS.iter().filter_map(|key| TomlEntry::find(table, key)).collect();
        let [source] = sources.as_slice() else {
            self.errors.push(entry.error("needs exactly one source").hint(SOURCES));
            return None;
        };
        let read = if source.key == secret::KEYRING || source.key == secret::PROMPT {
            source.flag().and_then(|flag| match (flag, source.key == secret::KEYRING) {
                (true, true) => Ok(SecretSource::Keyring(kind.keyring_name(self.name))),
                (true, false) => Ok(SecretSource::Prompt),
                (false, _) => Err(source.error("can only be true; leave it out otherwise")),
            })
        } else if source.key == secret::COMMAND {
            source.text().map(|text| SecretSource::Command(text.to_owned()))
        } else if source.key == secret::ENV {
            source.text().and_then(|text| {
                if text.contains('=') {
                    return Err(source.error("the name of an environment variable has no \"=\""));
                }
                Ok(SecretSource::Env(text.to_owned()))
            })
        } else {
            source.text().map(|text| SecretSource::File(PathBuf::from(text)))
        };
        collect(read, &mut self.errors)
    }

    fn limits(&mut self) -> ProfileLimits {
        let mut read = ProfileLimits::default();
        let table = self.sub_table(profile::LIMITS, limits::KEYS);
        if let Some(rows) = self.number(table, limits::ROWS) {
            read.rows = rows;
        }
        let mut size_of = |key, range| collect(size(&TomlEntry::find(table?, key)?, range), &mut self.errors);
        if let Some(bytes) = size_of(limits::BYTES, (1, u64::MAX)) {
            read.bytes = bytes;
        }
        if let Some(bytes) = size_of(limits::ROW_BYTES, (LEAST_ROW_BYTES, MAX_ROW_BYTES)) {
            read.row_bytes = bytes;
        }
        if let Some(seconds) = self.number(table, limits::SECONDS) {
            read.first_row = Duration::from_secs(seconds);
        }
        if let Some(seconds) = self.number(table, limits::FETCH_SECONDS) {
            read.fetch = Duration::from_secs(seconds);
        }
        read.plan_rows = self.number(table, limits::PLAN_ROWS);
        read
    }

    fn time_zone(&mut self, table: Option<&'a DeTable<'i>>) -> Option<SessionTimeZone> {
        let entry = TomlEntry::find(table?, session::TIME_ZONE)?;
        let text = collect(entry.text(), &mut self.errors)?;
        // The word for the server's own has the form of a name.
        if is_time_zone(text) {
            return Some(SessionTimeZone::from(text));
        }
        let hint = "write \"+00:00\", \"Europe/Berlin\", or \"server\" for the server's own";
        self.errors.push(entry.error("is not a time zone").hint(hint));
        None
    }

    /// Reads a list of `sql_mode` flags. Whether the server knows them shows when it connects.
    fn sql_mode(&mut self, table: Option<&'a DeTable<'i>>) -> Option<String> {
        let entry = TomlEntry::find(table?, session::SQL_MODE)?;
        let text = collect(entry.text(), &mut self.errors)?;
        let flags: Vec<&str> = text.split(',').map(str::trim).filter(|flag| !flag.is_empty()).collect();
        let is_flag = |flag: &&str| flag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if flags.iter().all(is_flag) {
            return Some(flags.join(",").to_ascii_uppercase());
        }
        self.errors
            .push(entry.error("is not an SQL mode").hint("write flags with commas: \"ANSI_QUOTES,PIPES_AS_CONCAT\""));
        None
    }

    fn heartbeat(&mut self) -> Option<[String; 3]> {
        let entry = self.entry(profile::HEARTBEAT)?;
        let text = collect(entry.text(), &mut self.errors)?;
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [schema, table, column] if ![schema, table, column].iter().any(|part| part.is_empty()) => {
                Some([schema, table, column].map(|part| (*part).to_owned()))
            }
            _ => {
                self.errors.push(entry.error("needs schema.table.column"));
                None
            }
        }
    }

    /// Checks the keys that have no effect yet, and reports values that a user could rely on.
    fn check_reserved_keys(&mut self) {
        let _ = self.choice(profile::ON_BLINDED);
        let _ = self.choice(profile::UNBLIND);
        if self.choice(profile::HISTORY).is_some_and(|word| word != "full") {
            self.note(profile::HISTORY, "has no effect yet: the access log keeps every statement whole");
        }
        if self.choice(profile::CONFIRM).is_some_and(|word| word != "never") {
            self.note(profile::CONFIRM, "has no effect yet: statements run without a confirmation");
        }
    }

    fn note(&mut self, key: &'static SettingKey, text: &str) {
        self.notes.extend(self.entry(key).map(|entry| entry.error(text)));
    }
}

/// Reads a number of bytes within these limits.
fn size(entry: &TomlEntry<'_, '_>, (least, most): (u64, u64)) -> Result<u64, SettingsError> {
    let bytes = bytes(entry)?;
    if bytes < least {
        return Err(entry.error("is too small").hint(format!("write at least {least} bytes")));
    }
    if bytes > most {
        return Err(entry.error("is too large").hint(format!("write at most {most} bytes")));
    }
    Ok(bytes)
}

/// Reads a number of bytes: a whole number, or a text such as `1GiB`, `500 MB`, `64KiB`.
fn bytes(entry: &TomlEntry<'_, '_>) -> Result<u64, SettingsError> {
    let DeValue::String(text) = entry.value else { return entry.number() };
    let wrong = || entry.error("needs a number of bytes").hint("write 1073741824, \"1GiB\", \"500MB\" or \"64KiB\"");
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

/// Returns whether a text is `+HH:MM` within the server's range, `SYSTEM`, or a name as the zone tables have it.
fn is_time_zone(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(['+', '-']) {
        let Some((hours, minutes)) = rest.split_once(':') else { return false };
        let has_digits = (1..=2).contains(&hours.len()) && minutes.len() == 2;
        return match (hours.parse::<u16>(), minutes.parse::<u16>()) {
            (Ok(hours), Ok(minutes)) => has_digits && minutes < 60 && hours * 60 + minutes <= 14 * 60,
            _ => false,
        };
    }
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-'))
}
