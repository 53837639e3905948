//! A new profile before it is in the settings file: from flags, questions, a dialog, a URL or an option file.

use std::path::PathBuf;

use toml_edit::{Array, InlineTable, Value};

use super::toml_entry::SettingsError;
use super::{Environment, Hop, HopParseError, Profile, Secret, SecretSource, TlsMode, parse};
use crate::domain::problem::{Problem, ProblemKind};

/// The values of a new profile: jump hosts, replica, account, source of the password, and some other settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileDraft {
    pub name: String,
    /// Without one, the profile counts as production.
    pub environment: Option<Environment>,
    /// The hops in order. An empty route is a direct connection.
    pub route: Vec<Hop>,
    /// The SSH keys of hops without keys of their own.
    pub identity: Vec<PathBuf>,
    pub host: String,
    /// The default is 3306.
    pub port: Option<u16>,
    pub user: String,
    /// The database to start in.
    pub database: Option<String>,
    /// Without one, rrx asks.
    pub password: Option<SecretSource>,
    /// The default depends on `ca`.
    pub tls: Option<TlsMode>,
    pub ca: Option<PathBuf>,
    /// Keys that are removed from a replaced profile. Its other keys stay if the draft has no value for them.
    pub removed_keys: Vec<&'static str>,
}

/// A connection as another program stores it. Each value may be absent.
#[derive(Debug, Clone, Default)]
pub struct ImportedConnection {
    /// The name in the other program, changed into a valid profile name.
    pub name: Option<String>,
    pub environment: Option<Environment>,
    pub route: Vec<Hop>,
    /// The SSH key.
    pub identity: Option<PathBuf>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub database: Option<String>,
    /// The account's password. It is never written to the settings.
    pub password: Option<Secret>,
    pub tls: Option<TlsMode>,
    pub ca: Option<PathBuf>,
    /// Sentences for the user about settings that were left out or not understood.
    pub notes: Vec<String>,
}

impl ProfileDraft {
    /// Returns the keys that the draft replaces even if it has no value for them: `port`, because the old port belongs to the
    /// old host, and the removed keys.
    pub(super) fn decided_keys(&self) -> Vec<&'static str> {
        std::iter::once("port").chain(self.removed_keys.iter().copied()).collect()
    }

    fn keeps(&self, key: &str) -> bool {
        !self.removed_keys.contains(&key)
    }

    /// Returns the keys and values of the profile's section, in the order of the reference.
    pub(super) fn entries(&self) -> Vec<(String, Value)> {
        let mut entries: Vec<(&str, Value)> = Vec::new();
        if let Some(environment) = self.environment.and_then(Environment::name) {
            entries.push(("environment", environment.into()));
        }
        if !self.route.is_empty() {
            entries.push(("route", Value::Array(self.route.iter().map(hop_value).collect::<Array>())));
        }
        if let Some(identity) = identity_value(&self.identity) {
            entries.push(("identity", identity));
        }
        entries.push(("host", self.host.as_str().into()));
        if let Some(port) = self.port {
            entries.push(("port", i64::from(port).into()));
        }
        entries.push(("user", self.user.as_str().into()));
        if let Some(source) = &self.password {
            entries.push(("password", secret_value(source)));
        }
        if let Some(tls) = self.tls {
            entries.push(("tls", tls.name().into()));
        }
        if let Some(ca) = &self.ca {
            entries.push(("ca", ca.to_string_lossy().as_ref().into()));
        }
        if let Some(database) = &self.database {
            entries.push(("database", database.as_str().into()));
        }
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Returns whether a profile that was read from the settings has the values of the draft.
    pub(super) fn matches(&self, profile: &Profile) -> bool {
        let keeps_route = self.route.is_empty() && self.keeps("route");
        let same_hop = |a: &Hop, b: &Hop| {
            (&a.host, a.port, &a.user) == (&b.host, b.port, &b.user)
                && (self.identity.is_empty() || !b.identity.is_empty())
                && (a.host_key.is_empty() || a.host_key == b.host_key)
        };
        let same_route = keeps_route
            || self.route.len() == profile.route.len()
                && self.route.iter().zip(&profile.route).all(|(a, b)| same_hop(a, b));
        same_route
            && self.name == profile.name
            && self.host == profile.host
            && self.port.unwrap_or(3306) == profile.port
            && self.user == profile.user
            && (self.password.is_none() || self.password == profile.password)
            && (self.database == profile.database || self.database.is_none() && self.keeps("database"))
            && self.environment.is_none_or(|environment| environment == profile.environment)
            && (self.ca.is_none() || self.ca == profile.ca)
            && self.tls.is_none_or(|tls| tls == profile.tls)
    }
}

/// Checks the name of a profile.
///
/// # Errors
/// Why the name is invalid, and what to write instead.
pub fn check_name(name: &str) -> Result<(), Problem> {
    parse::check_name(name, 0).map_err(|SettingsError { what, hint, .. }| {
        let problem = Problem::new(ProblemKind::Settings, what);
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    })
}

/// Makes a valid profile name from a text; `None` if too little of the text is valid.
#[must_use]
pub fn profile_name_from(text: &str) -> Option<String> {
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

/// Reads `host[:port]` of a replica; an IPv6 address with a port is in brackets.
///
/// # Errors
/// A [`HopParseError`].
pub fn parse_endpoint(text: &str) -> Result<(String, Option<u16>), HopParseError> {
    if text.contains('@') { Err(HopParseError::Account) } else { super::route::host_and_port(text) }
}

impl Environment {
    /// Returns the name in the settings; the demo has none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Production => Some("production"),
            Self::Validation => Some("validation"),
            Self::Test => Some("test"),
            Self::Development => Some("development"),
            Self::Demo => None,
        }
    }

    /// Finds the environment of this name in the settings.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Production, Self::Validation, Self::Test, Self::Development]
            .into_iter()
            .find(|environment| environment.name() == Some(name))
    }

    /// Finds the environment by a name that people or other programs use.
    #[must_use]
    pub fn from_alias(word: &str) -> Option<Self> {
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
    /// Returns the name in the settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify-ca",
            Self::VerifyIdentity => "verify-identity",
        }
    }

    /// Finds the mode of this name in the settings.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Disabled, Self::Preferred, Self::Required, Self::VerifyCa, Self::VerifyIdentity]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// Finds the mode by a name that MySQL, Connector/J, MariaDB or another program uses.
    #[must_use]
    pub fn from_alias(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().replace('_', "-").as_str() {
            "disabled" | "disable" | "none" => Some(Self::Disabled),
            "preferred" | "prefered" | "prefer" => Some(Self::Preferred),
            "required" | "require" | "trust" => Some(Self::Required),
            "verify-ca" | "verifyca" => Some(Self::VerifyCa),
            "verify-identity" | "verify-full" | "verifyidentity" | "verifyfull" => Some(Self::VerifyIdentity),
            _ => None,
        }
    }
}

/// Writes the SSH keys: one as a text, several as a list.
fn identity_value(files: &[PathBuf]) -> Option<Value> {
    let mut texts = files.iter().map(|file| file.to_string_lossy().into_owned());
    match files {
        [] => None,
        [_] => texts.next().map(Value::from),
        _ => Some(Value::Array(texts.collect::<Array>())),
    }
}

/// Writes a hop: as a text, or as a table if it has pinned host keys.
pub(super) fn hop_value(hop: &Hop) -> Value {
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

fn secret_value(source: &SecretSource) -> Value {
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
