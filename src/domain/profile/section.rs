//! One `[profile.NAME]` section: which keys it knows, and what they mean together. Knows no file.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Field, kept, unknown_keys};
use super::{Environment, Profile, ProfileLimits, SecretKind, SecretSource, TlsMode, route};

/// Keys of a profile.
const KEYS: &[&str] = &[
    "environment",
    "route",
    "identity",
    "identity_passphrase",
    "known_hosts",
    "host",
    "port",
    "user",
    "password",
    "tls",
    "ca",
    "cleartext",
    "database",
    "require_replica",
    "heartbeat",
    "docs",
    "snippets",
    "blinding",
    "on_blinded",
    "limits",
    "session",
    "history",
    "confirm",
    "spill",
    "tunnel",
    "unblind",
];
/// Keys of `limits`.
const LIMIT_KEYS: &[&str] = &["rows", "bytes", "seconds", "fetch_seconds", "plan_rows"];
/// Keys of `session`.
const SESSION_KEYS: &[&str] = &["time_zone", "group_concat_max_len"];
/// Forms of a secret.
const SECRET_KEYS: &[&str] = &["command", "env", "file", "keyring", "prompt"];
/// What may bound a result.
const POSITIVE: Range<u64> = 1..u64::MAX;
/// A year: no statement is awaited longer, and sums of times stay small.
const SECONDS: Range<u64> = 1..31_536_001;
/// The values that the server's own variable takes.
const GROUP_CONCAT: Range<u64> = 4..u64::MAX;

/// A profile as far as it could be read, what is wrong in it, and what is kept but does nothing yet.
pub(super) struct Section {
    /// There when nothing was wrong.
    pub(super) profile: Option<Profile>,
    /// What was wrong.
    pub(super) faults: Vec<Fault>,
    /// Keys that have no effect yet.
    pub(super) notes: Vec<Fault>,
}

/// Reads the section of this name, whose header starts at `at`.
pub(super) fn read(name: &str, at: usize, table: &DeTable<'_>) -> Section {
    let mut reader = Reader { name, table, at, faults: Vec::new(), notes: Vec::new() };
    unknown_keys(table, KEYS, &mut reader.faults);
    let profile = reader.profile();
    reader.check_what_waits();
    let profile = if reader.faults.is_empty() { profile } else { None };
    Section { profile, faults: reader.faults, notes: reader.notes }
}

struct Reader<'a, 'i> {
    name: &'a str,
    table: &'a DeTable<'i>,
    at: usize,
    faults: Vec<Fault>,
    notes: Vec<Fault>,
}

impl<'a, 'i> Reader<'a, 'i> {
    fn profile(&mut self) -> Option<Profile> {
        let environment = self.choice(
            "environment",
            &[
                ("production", Environment::Production),
                ("validation", Environment::Validation),
                ("test", Environment::Test),
                ("development", Environment::Development),
            ],
        );
        let ca = self.path("ca");
        let tls = self.tls(ca.is_some());
        let session = self.sub_table("session", SESSION_KEYS);
        let mut profile = Profile {
            name: self.name.to_owned(),
            environment: environment.unwrap_or_default(),
            route: self.route(),
            identity_passphrase: self.secret(SecretKind::Passphrase),
            host: String::new(),
            port: 3306,
            user: String::new(),
            password: self.secret(SecretKind::Password),
            tls,
            ca,
            cleartext: self.cleartext(tls),
            database: self.text("database"),
            require_replica: self.flag("require_replica").unwrap_or(false),
            docs: self.paths("docs"),
            snippets: self.paths("snippets"),
            blinding: self.path("blinding"),
            limits: self.limits(),
            time_zone: self.time_zone(session).unwrap_or_else(|| "+00:00".into()),
            group_concat_max_len: self.number_in(session, "group_concat_max_len", GROUP_CONCAT).unwrap_or(1 << 20),
            spill: self.flag("spill").unwrap_or(true),
            tunnel: self.flag("tunnel").unwrap_or(false),
            heartbeat: self.heartbeat(),
        };
        if let Some(port) = self.number_in(Some(self.table), "port", 1..65_536) {
            profile.port = u16::try_from(port).unwrap_or(3306);
        }
        profile.host = self.wanted("host")?;
        profile.user = self.wanted("user")?;
        Some(profile)
    }

    fn field(&self, key: &'static str) -> Option<Field<'a, 'i>> {
        Field::of(self.table, key)
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        let field = self.field(key)?;
        kept(field.text(), &mut self.faults).map(str::to_owned)
    }

    fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    fn paths(&mut self, key: &'static str) -> Vec<PathBuf> {
        self.field(key).map(|field| route::paths(&field, &mut self.faults)).unwrap_or_default()
    }

    fn flag(&mut self, key: &'static str) -> Option<bool> {
        let field = self.field(key)?;
        kept(field.flag(), &mut self.faults)
    }

    fn choice<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let field = self.field(key)?;
        kept(field.choice(words), &mut self.faults)
    }

    fn wanted(&mut self, key: &'static str) -> Option<String> {
        if self.field(key).is_none() {
            self.faults.push(Fault::new(self.at, format!("\"{key}\" is missing")).hint(format!("add {key} = \"…\"")));
            return None;
        }
        let text = self.text(key)?;
        let fault = |words: &str| self.field(key).map(|field| field.fault(words));
        let fault = match route::host_and_port(&text) {
            _ if key != "host" => None,
            _ if text.chars().any(char::is_whitespace) => fault("a host name has no blanks"),
            Ok((host, Some(port))) => {
                fault("the port has a key of its own").map(|f| f.hint(format!("host = \"{host}\", port = {port}")))
            }
            Ok((_, None)) => None,
            Err(why) => fault(&why.to_string()),
        };
        if fault.is_some() {
            self.faults.extend(fault);
            return None;
        }
        Some(text)
    }

    fn sub_table(&mut self, key: &'static str, known: &[&str]) -> Option<&'a DeTable<'i>> {
        let field = self.field(key)?;
        let table = kept(field.table(), &mut self.faults)?;
        unknown_keys(table, known, &mut self.faults);
        Some(table)
    }

    fn number_in(&mut self, table: Option<&'a DeTable<'i>>, key: &'static str, bounds: Range<u64>) -> Option<u64> {
        let field = Field::of(table?, key)?;
        kept(field.number(bounds), &mut self.faults)
    }

    /// The hops, each with the profile's defaults where it has none of its own.
    fn route(&mut self) -> Vec<super::Hop> {
        let identity = self.paths("identity");
        let known_hosts = self.path("known_hosts");
        let Some(field) = self.field("route") else { return Vec::new() };
        let Some(elements) = field.elements() else {
            self.faults.push(field.fault("needs a list of hops").hint("route = [\"user@host:22\"]; [] is direct"));
            return Vec::new();
        };
        let mut hops: Vec<_> = elements.iter().filter_map(|element| route::read(element, &mut self.faults)).collect();
        for hop in &mut hops {
            if hop.identity.is_empty() {
                hop.identity.clone_from(&identity);
            }
            if hop.known_hosts.is_none() {
                hop.known_hosts.clone_from(&known_hosts);
            }
        }
        hops
    }

    fn tls(&mut self, has_ca: bool) -> TlsMode {
        let named = self.choice(
            "tls",
            &[
                ("disabled", TlsMode::Disabled),
                ("preferred", TlsMode::Preferred),
                ("required", TlsMode::Required),
                ("verify-ca", TlsMode::VerifyCa),
                ("verify-identity", TlsMode::VerifyIdentity),
            ],
        );
        named.unwrap_or(if has_ca { TlsMode::VerifyIdentity } else { TlsMode::Required })
    }

    fn cleartext(&mut self, tls: TlsMode) -> bool {
        let is_asked = self.flag("cleartext").unwrap_or(false);
        if is_asked && !matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
            self.faults.extend(self.field("cleartext").map(|field| {
                field
                    .fault("would send the password readable over a link that is not verified")
                    .hint("set tls = \"verify-identity\" and ca, or take cleartext out")
            }));
        }
        is_asked
    }

    fn secret(&mut self, kind: SecretKind) -> Option<SecretSource> {
        const FORMS: &str =
            "{ command = \"…\" }, { env = \"…\" }, { file = \"…\" }, { keyring = true } or { prompt = true }";
        let field = self.field(kind.key())?;
        if let DeValue::String(_) = field.value {
            self.faults.push(field.fault("a secret does not stand in the settings").hint(format!("use {FORMS}")));
            return None;
        }
        let table = kept(field.table(), &mut self.faults)?;
        unknown_keys(table, SECRET_KEYS, &mut self.faults);
        let forms: Vec<_> = SECRET_KEYS.iter().filter_map(|form| Field::of(table, form)).collect();
        let [form] = forms.as_slice() else {
            self.faults.push(field.fault("needs exactly one source").hint(FORMS));
            return None;
        };
        let source = match form.key {
            "keyring" | "prompt" => form.flag().and_then(|flag| match (flag, form.key) {
                (true, "keyring") => Ok(SecretSource::Keyring(kind.entry(self.name))),
                (true, _) => Ok(SecretSource::Prompt),
                (false, _) => Err(form.fault("can only be true; leave it out otherwise")),
            }),
            "command" => form.text().map(|text| SecretSource::Command(text.to_owned())),
            "env" => form.text().and_then(|text| {
                if text.contains('=') {
                    return Err(form.fault("an environment variable's name has no \"=\""));
                }
                Ok(SecretSource::Env(text.to_owned()))
            }),
            _ => form.text().map(|text| SecretSource::File(PathBuf::from(text))),
        };
        kept(source, &mut self.faults)
    }

    fn limits(&mut self) -> ProfileLimits {
        let mut limits = ProfileLimits::default();
        let table = self.sub_table("limits", LIMIT_KEYS);
        if let Some(rows) = self.number_in(table, "rows", POSITIVE) {
            limits.rows = rows;
        }
        if let Some(bytes) = table.and_then(|table| Field::of(table, "bytes"))
            && let Some(bytes) = kept(size(&bytes), &mut self.faults)
        {
            limits.bytes = bytes;
        }
        if let Some(seconds) = self.number_in(table, "seconds", SECONDS) {
            limits.first_row = Duration::from_secs(seconds);
        }
        if let Some(seconds) = self.number_in(table, "fetch_seconds", SECONDS) {
            limits.fetch = Duration::from_secs(seconds);
        }
        // Checked, and kept for the plan that will look at it.
        let _ = self.number_in(table, "plan_rows", POSITIVE);
        limits
    }

    fn time_zone(&mut self, session: Option<&'a DeTable<'i>>) -> Option<String> {
        let field = Field::of(session?, "time_zone")?;
        let text = kept(field.text(), &mut self.faults)?;
        if is_time_zone(text) {
            return Some(text.to_owned());
        }
        self.faults.push(field.fault("is no time zone").hint("write \"+00:00\", \"SYSTEM\" or \"Europe/Berlin\""));
        None
    }

    fn heartbeat(&mut self) -> Option<[String; 3]> {
        let field = self.field("heartbeat")?;
        let text = kept(field.text(), &mut self.faults)?;
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [schema, table, column] if ![schema, table, column].iter().any(|part| part.is_empty()) => {
                Some([schema, table, column].map(|part| (*part).to_owned()))
            }
            _ => {
                self.faults.push(field.fault("needs schema.table.column"));
                None
            }
        }
    }

    /// Keys whose rooms are not built: their values are checked, and the user is told where silence would mislead.
    fn check_what_waits(&mut self) {
        let _ = self.choice("on_blinded", &[("mask", ()), ("refuse", ())]);
        let _ = self.choice("unblind", &[("ask", ()), ("headless", ()), ("never", ())]);
        if self.choice("history", &[("full", false), ("no-literals", true), ("off", true)]) == Some(true) {
            self.note("history", "has no effect yet: the access log keeps every statement whole");
        }
        if self.choice("confirm", &[("never", false), ("first", true), ("always", true)]) == Some(true) {
            self.note("confirm", "has no effect yet: statements run without a confirmation");
        }
    }

    fn note(&mut self, key: &'static str, text: &str) {
        self.notes.extend(self.field(key).map(|field| field.fault(text)));
    }
}

/// A number of bytes: a whole number, or a text such as `1GiB`, `500 MB`, `64KiB`.
fn size(field: &Field<'_, '_>) -> Result<u64, Fault> {
    let DeValue::String(text) = field.value else { return field.number(POSITIVE) };
    let wrong = || field.fault("needs a number of bytes").hint("write 1073741824, \"1GiB\", \"500MB\" or \"64KiB\"");
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

/// `+HH:MM` within the server's range, `SYSTEM`, or a name as the zone tables have it.
fn is_time_zone(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(['+', '-']) {
        let Some((hours, minutes)) = rest.split_once(':') else { return false };
        let is_form = (1..=2).contains(&hours.len()) && minutes.len() == 2;
        return match (hours.parse::<u16>(), minutes.parse::<u16>()) {
            (Ok(hours), Ok(minutes)) => is_form && minutes < 60 && hours * 60 + minutes <= 14 * 60,
            _ => false,
        };
    }
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'+' | b'-'))
}
