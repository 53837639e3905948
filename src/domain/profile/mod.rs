//! Profiles and settings: how to reach a replica, and its limits. This module reads no file: `io::storage` provides the text.

mod command_line;
mod connection_url;
mod draft;
mod edit;
mod option_file;
mod parse;
mod paths;
mod profile_section;
mod route;
mod secret;
pub mod settings_table;
mod shared_profile;
mod toml_entry;
mod url_parameters;
mod url_text;

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::problem::{Problem, ProblemKind, Remedy};
pub use command_line::CommandLine;
pub use connection_url::read_url;
pub use draft::{ImportedConnection, ProfileDraft, check_name, parse_endpoint, profile_name_from};
pub use edit::{Overwrite, add, check_new_name};
pub use option_file::{OptionFile, read_option_file};
pub use parse::{RESERVED_NAMES, parse};
pub use paths::absolute_path;
pub use route::HopParseError;
pub use secret::{Secret, SecretKind, SecretOddity, SecretSource, days_ago};
pub use shared_profile::{
    SharedProfile, add_shared_profile, is_shared_profile, read_shared_profile, write_shared_profile,
};
pub use url_text::UrlParseError;

#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// In the order of the file.
    pub profiles: Vec<Profile>,
    /// Profiles that cannot be used because of errors in the file, in the order of the file.
    pub left_out: Vec<LeftOutProfile>,
    pub ui: UiSettings,
    /// The beginning of command lines for the same settings.
    pub command_line: CommandLine,
}

impl Settings {
    /// Returns the profile of this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}

/// A profile of the settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutProfile {
    pub name: String,
    /// What is wrong with it. There is at least one problem.
    pub problems: Vec<Problem>,
}

/// The section `[ui]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UiSettings {
    /// `default`, `vim`, `emacs`, or the name of a file of the user, in `keymaps` in the directory of the settings file.
    pub keymap: String,
    /// The line of the settings that names it.
    pub keymap_line: Option<usize>,
    /// `auto`, `dark`, `light`, `mono`.
    pub theme: String,
    /// `auto`, `unicode`, `ascii`.
    pub glyphs: String,
    pub mouse: bool,
    pub completion: CompletionMode,
    /// Whether long lines of a worksheet go on in the next row.
    pub wrap: bool,
}

/// When completions are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CompletionMode {
    /// While the user types, and on a key.
    #[default]
    Typing,
    /// On a key only.
    Asked,
    Off,
}

impl Default for UiSettings {
    fn default() -> Self {
        Self {
            keymap: "default".into(),
            keymap_line: None,
            theme: "auto".into(),
            glyphs: "auto".into(),
            mouse: true,
            completion: CompletionMode::default(),
            wrap: false,
        }
    }
}

/// The kind of system that a profile reaches. A profile without one counts as production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Environment {
    /// Real data of running studies.
    #[default]
    Production,
    /// A clone for validation.
    Validation,
    Test,
    /// The system of a developer.
    Development,
    /// The embedded replica.
    Demo,
}

impl Environment {
    /// Returns the label on every screen.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Production => "PROD",
            Self::Validation => "VAL",
            Self::Test => "TEST",
            Self::Development => "DEV",
            Self::Demo => "DEMO",
        }
    }
}

/// One SSH host of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    pub host: String,
    /// `None` means the port of `ssh_config`, or else 22.
    pub port: Option<u16>,
    /// `None` means the user of the operating system.
    pub user: Option<String>,
    /// Key files to try, in order. Empty means the agent, then OpenSSH's default files.
    pub identity: Vec<PathBuf>,
    /// A certificate for the keys.
    pub certificate: Option<PathBuf>,
    /// Pinned host keys (`SHA256:…`). If there are any, no other key is accepted.
    pub host_key: Vec<String>,
    /// `None` means `~/.ssh/known_hosts`.
    pub known_hosts: Option<PathBuf>,
    /// A command that connects to the hop with its standard input and output, as `ProxyCommand` of `ssh_config`.
    pub proxy_command: Option<String>,
}

impl Hop {
    /// The default port of OpenSSH.
    pub const PORT: u16 = 22;
}

/// Whether the commands that `ssh_config` or a hop names may run: `ProxyCommand` and `Match exec`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CommandConsent {
    /// The user is asked, or else the command does not run.
    #[default]
    Ask,
    Given,
}

/// The SSH settings of a profile for hops that have none of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HopDefaults {
    pub identity: Vec<PathBuf>,
    pub known_hosts: Option<PathBuf>,
}

/// Whether the rows of a result that do not fit in memory may go to a temporary file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spilling {
    Allowed,
    /// The result ends at the memory limit.
    Forbidden,
}

/// What happens to a statement that still runs on the server after its connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LostStatements {
    /// rrx asks before another statement starts.
    #[default]
    Ask,
    /// rrx stops it when it has reconnected.
    Stop,
}

/// TLS between rrx and the replica, inside the tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsMode {
    Disabled,
    /// TLS when the server offers it.
    Preferred,
    /// TLS always, with any certificate.
    #[default]
    Required,
    /// TLS always, with a certificate that the CA signed.
    VerifyCa,
    /// TLS always, with a certificate that the CA signed for the name of the replica.
    VerifyIdentity,
}

/// The limits of a profile, each for one result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileLimits {
    pub rows: u64,
    pub bytes: u64,
    /// Bytes of one row. A row needs this memory as a whole.
    pub row_bytes: u64,
    pub first_row: Duration,
    /// Time for the whole result.
    pub fetch: Duration,
    /// The rows that a statement may read by its plan before rrx asks; `None` reads no plan.
    pub plan_rows: Option<u64>,
}

impl Default for ProfileLimits {
    fn default() -> Self {
        use crate::domain::limits;
        Self {
            rows: limits::ROWS,
            bytes: limits::BYTES,
            row_bytes: limits::ROW_BYTES,
            first_row: Duration::from_secs(limits::SECONDS),
            fetch: Duration::from_secs(limits::FETCH_SECONDS),
            plan_rows: None,
        }
    }
}

/// The time zone of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionTimeZone {
    /// The server's own. The session does not set it.
    Server,
    /// An offset, `SYSTEM`, or a name that the server knows.
    Fixed(String),
}

impl SessionTimeZone {
    /// The word of the settings for [`Self::Server`].
    pub const SERVER: &'static str = "server";

    /// Returns the text that the settings have for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Server => Self::SERVER,
            Self::Fixed(zone) => zone,
        }
    }
}

impl From<&str> for SessionTimeZone {
    /// Takes the text that the settings have for it. Only the settings check that it is a time zone.
    fn from(text: &str) -> Self {
        if text.eq_ignore_ascii_case(Self::SERVER) { Self::Server } else { Self::Fixed(text.to_owned()) }
    }
}

impl Default for SessionTimeZone {
    /// UTC: the same statement has the same answer on every server.
    fn default() -> Self {
        Self::Fixed("+00:00".into())
    }
}

/// How to reach one replica, and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: String,
    pub environment: Environment,
    /// The hops in order. Empty is a direct connection.
    pub route: Vec<Hop>,
    /// The hops of the route have these already; those of `ProxyJump` get them when the route is resolved.
    pub hop_defaults: HopDefaults,
    pub identity_passphrase: Option<SecretSource>,
    pub proxy_command: CommandConsent,
    /// The replica's host name, as the last hop resolves it.
    pub host: String,
    pub port: u16,
    pub user: String,
    /// `None` means that rrx asks.
    pub password: Option<SecretSource>,
    /// TLS inside the tunnel.
    pub tls: TlsMode,
    /// The file of the CA that signs the replica's certificate.
    pub ca: Option<PathBuf>,
    /// The name that the certificate must have, if it is not `host`. It is also sent to the server.
    pub tls_server_name: Option<String>,
    /// Whether the password may be sent as plain text inside verified TLS.
    pub cleartext: bool,
    pub database: Option<String>,
    /// Whether a server that is not a replica is refused.
    pub require_replica: bool,
    /// Directories of documentation packs.
    pub docs: Vec<PathBuf>,
    /// Snippet directories in addition to the user's own.
    pub snippets: Vec<PathBuf>,
    /// The file of the blinding rules. See [`Profile::refusal`].
    pub blinding: Option<PathBuf>,
    pub limits: ProfileLimits,
    pub time_zone: SessionTimeZone,
    /// The `sql_mode` of the session; `None` keeps the server's.
    pub sql_mode: Option<String>,
    /// A number of bytes.
    pub group_concat_max_len: u64,
    pub spill: Spilling,
    pub lost_statements: LostStatements,
    /// Whether `rrx tunnel` may open this profile for other programs.
    pub tunnel: bool,
    /// Schema, table and column of a time that the writer renews: a source of the replica's lag.
    pub heartbeat: Option<[String; 3]>,
}

impl Profile {
    /// Returns why the profile must not be used: it names blinding rules, and this version cannot enforce them. Showing values
    /// that the rules hide would be worse than showing nothing.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        let rules = self.blinding.as_ref()?;
        Some(
            Problem::new(
                ProblemKind::Refused,
                format!("The profile {} has blinding rules, and this version of rrx cannot enforce them", self.name),
            )
            .because(format!("blinding = \"{}\"", rules.display()))
            .hint("use a profile without blinding, if your role allows it; otherwise wait for a version that enforces the rules")
            .then(Remedy::ChooseProfile),
        )
    }
}
