//! A profile being set up: what onboarding gives, before it stands in the settings file. Where it comes from (flags, questions,
//! a form, a URL, an option file) is not its business.

use std::path::PathBuf;

use toml_edit::{Array, InlineTable, Value};

use super::fault::Fault;
use super::{BadHop, Environment, Hop, Profile, Secret, SecretSource, TlsMode, parse};
use crate::domain::problem::{Problem, ProblemKind};

/// What onboarding gives: bastion, replica, account, password source, and the few things around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The profile's name.
    pub name: String,
    /// Its environment; absent is treated as production.
    pub environment: Option<Environment>,
    /// The hops in order; none is a direct connection.
    pub route: Vec<Hop>,
    /// The replica's host.
    pub host: String,
    /// The replica's port; 3306 where it is absent.
    pub port: Option<u16>,
    /// The account.
    pub user: String,
    /// The database to start in.
    pub database: Option<String>,
    /// Where the password comes from; absent asks.
    pub password: Option<SecretSource>,
    /// TLS, where it is not what follows from `ca`.
    pub tls: Option<TlsMode>,
    /// The CA file.
    pub ca: Option<PathBuf>,
    /// Keys of a profile that is replaced which it shall no longer have; other keys that are not given stay.
    pub without: Vec<&'static str>,
}

/// A connection as another program writes it down: whatever it holds.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// The name that it has there, as a profile can be called.
    pub name: Option<String>,
    /// Its environment.
    pub environment: Option<Environment>,
    /// The hops.
    pub route: Vec<Hop>,
    /// The replica's host.
    pub host: Option<String>,
    /// Its port.
    pub port: Option<u16>,
    /// The account.
    pub user: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The account's password. It never goes into the settings.
    pub password: Option<Secret>,
    /// TLS.
    pub tls: Option<TlsMode>,
    /// The CA file.
    pub ca: Option<PathBuf>,
    /// What was left out or not understood, in plain words.
    pub notes: Vec<String>,
}

impl Draft {
    /// Keys of the settings that it decides even where it does not give them: a port belongs to its host.
    pub(super) fn decided(&self) -> Vec<&'static str> {
        std::iter::once("port").chain(self.without.iter().copied()).collect()
    }

    fn leaves(&self, key: &str) -> bool {
        !self.without.contains(&key)
    }

    /// The keys and values of its section, in the order of the manual.
    pub(super) fn entries(&self) -> Vec<(String, Value)> {
        let mut entries: Vec<(&str, Value)> = Vec::new();
        if let Some(environment) = self.environment.and_then(Environment::setting) {
            entries.push(("environment", environment.into()));
        }
        if !self.route.is_empty() {
            entries.push(("route", Value::Array(self.route.iter().map(hop).collect::<Array>())));
        }
        entries.push(("host", self.host.as_str().into()));
        if let Some(port) = self.port {
            entries.push(("port", i64::from(port).into()));
        }
        entries.push(("user", self.user.as_str().into()));
        if let Some(source) = &self.password {
            entries.push(("password", secret(source)));
        }
        if let Some(tls) = self.tls {
            entries.push(("tls", tls.setting().into()));
        }
        if let Some(ca) = &self.ca {
            entries.push(("ca", ca.to_string_lossy().as_ref().into()));
        }
        if let Some(database) = &self.database {
            entries.push(("database", database.as_str().into()));
        }
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Whether this profile, read from the settings, says what the draft says.
    pub(super) fn is(&self, profile: &Profile) -> bool {
        let is_as_before = self.route.is_empty() && self.leaves("route");
        let same_hop = |a: &Hop, b: &Hop| {
            (&a.host, a.port, &a.user) == (&b.host, b.port, &b.user)
                && (a.host_key.is_empty() || a.host_key == b.host_key)
        };
        let same_way = is_as_before
            || self.route.len() == profile.route.len()
                && self.route.iter().zip(&profile.route).all(|(a, b)| same_hop(a, b));
        same_way
            && self.name == profile.name
            && self.host == profile.host
            && self.port.unwrap_or(3306) == profile.port
            && self.user == profile.user
            && (self.password.is_none() || self.password == profile.password)
            && (self.database == profile.database || self.database.is_none() && self.leaves("database"))
            && self.environment.is_none_or(|environment| environment == profile.environment)
            && (self.ca.is_none() || self.ca == profile.ca)
            && self.tls.is_none_or(|tls| tls == profile.tls)
    }
}

/// Whether a profile can be called so.
///
/// # Errors
/// Why not, and what to write instead.
pub fn check_name(name: &str) -> Result<(), Problem> {
    parse::check_name(name, 0).map_err(|Fault { what, hint, .. }| {
        let problem = Problem::new(ProblemKind::Settings, what);
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

/// A text made into a name that a profile can have; nothing where too little is left.
#[must_use]
pub fn name_from(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.trim().chars().take(64) {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_matches(['-', '_', '.']).to_ascii_lowercase();
    check_name(&name).is_ok().then_some(name)
}

/// Reads `host[:port]` of a replica; an IPv6 address with a port stands in brackets.
///
/// # Errors
/// Why it is none.
pub fn endpoint(text: &str) -> Result<(String, Option<u16>), BadHop> {
    if text.contains('@') { Err(BadHop::Account) } else { super::route::host_and_port(text) }
}

impl Environment {
    /// The word of the settings; the demo has none.
    #[must_use]
    pub fn setting(self) -> Option<&'static str> {
        match self {
            Self::Production => Some("production"),
            Self::Validation => Some("validation"),
            Self::Test => Some("test"),
            Self::Development => Some("development"),
            Self::Demo => None,
        }
    }

    /// The environment that a word of people or of other programs means.
    #[must_use]
    pub fn meant(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "production" | "prod" | "live" => Some(Self::Production),
            "validation" | "val" | "uat" | "staging" => Some(Self::Validation),
            "test" | "testing" | "qa" => Some(Self::Test),
            "development" | "dev" | "local" => Some(Self::Development),
            _ => None,
        }
    }
}

impl TlsMode {
    /// The word of the settings.
    #[must_use]
    pub fn setting(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify-ca",
            Self::VerifyIdentity => "verify-identity",
        }
    }

    /// The mode that the words of MySQL, Connector/J, MariaDB and others mean.
    #[must_use]
    pub fn meant(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().replace('_', "-").as_str() {
            "disabled" | "disable" => Some(Self::Disabled),
            "preferred" | "prefer" => Some(Self::Preferred),
            "required" | "require" | "trust" => Some(Self::Required),
            "verify-ca" => Some(Self::VerifyCa),
            "verify-identity" | "verify-full" => Some(Self::VerifyIdentity),
            _ => None,
        }
    }
}

/// A hop as the settings write it: a text, or a table where a text does not hold it all.
pub(super) fn hop(hop: &Hop) -> Value {
    if hop.host_key.is_empty() {
        return hop.to_string().into();
    }
    let mut table = InlineTable::new();
    table.insert("host", hop.host.as_str().into());
    if let Some(port) = hop.port {
        table.insert("port", i64::from(port).into());
    }
    if let Some(user) = &hop.user {
        table.insert("user", user.as_str().into());
    }
    table.insert("host_key", Value::Array(hop.host_key.iter().map(String::as_str).collect::<Array>()));
    Value::InlineTable(table)
}

fn secret(source: &SecretSource) -> Value {
    let mut table = InlineTable::new();
    match source {
        SecretSource::Command(command) => table.insert("command", command.as_str().into()),
        SecretSource::Env(name) => table.insert("env", name.as_str().into()),
        SecretSource::File(path) => table.insert("file", path.to_string_lossy().as_ref().into()),
        SecretSource::Keyring(_) => table.insert("keyring", true.into()),
        SecretSource::Prompt => table.insert("prompt", true.into()),
    };
    Value::InlineTable(table)
}
