//! Profiles: how to reach one replica, and the policy that holds there. Knows no file: the storage room brings the text.

mod command_line;
mod draft;
mod edit;
mod fault;
mod my_cnf;
mod parse;
mod place;
mod route;
mod secret;
mod section;
mod share;
mod url;

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::problem::{Problem, ProblemKind, Remedy};
pub use command_line::CommandLine;
pub use draft::{Draft, Imported, check_name, endpoint, name_from};
pub use edit::{Overwrite, add};
pub use my_cnf::{MyCnf, read as read_my_cnf};
pub use parse::{COMMANDS, parse};
pub use place::resolve;
pub use route::BadHop;
pub use secret::{Secret, SecretKind, SecretSource, ago};
pub use share::{Shared, admit, export, is_shared, read_shared};
pub use url::{BadUrl, read as read_url};

/// All settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// In the order of the file.
    pub profiles: Vec<Profile>,
    /// `[ui]`.
    pub ui: UiSettings,
    /// What a command line for the same settings begins with.
    pub command_line: CommandLine,
}

impl Settings {
    /// The profile of this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}

/// `[ui]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UiSettings {
    /// `default`, `vim`, `emacs`, or a user's own: a file beside the settings.
    pub keymap: String,
    /// Where the settings name it.
    pub keymap_line: Option<usize>,
    /// `auto`, `dark`, `light`, `mono`.
    pub theme: String,
    /// `auto`, `unicode`, `ascii`.
    pub glyphs: String,
}

impl Default for UiSettings {
    fn default() -> Self {
        Self { keymap: "default".into(), keymap_line: None, theme: "auto".into(), glyphs: "auto".into() }
    }
}

/// Which kind of environment a profile reaches. Absent in the file: treated as production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Environment {
    /// Real data of running studies.
    #[default]
    Production,
    /// A clone for validation.
    Validation,
    /// A test system.
    Test,
    /// A developer's own.
    Development,
    /// The embedded replica.
    Demo,
}

impl Environment {
    /// The word on every screen.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Production => "PROD",
            Self::Validation => "VAL",
            Self::Test => "TEST",
            Self::Development => "DEV",
            Self::Demo => "DEMO",
        }
    }
}

/// One SSH host on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Host name or address.
    pub host: String,
    /// Port; that of `ssh_config`, else 22, when absent.
    pub port: Option<u16>,
    /// Account; the OS user when absent.
    pub user: Option<String>,
    /// Key files to try, in order; empty: the agent, then OpenSSH's default names.
    pub identity: Vec<PathBuf>,
    /// A certificate for the keys.
    pub certificate: Option<PathBuf>,
    /// Pinned host keys (`SHA256:…`); when there are any they decide alone.
    pub host_key: Vec<String>,
    /// The `known_hosts` file; `~/.ssh/known_hosts` when absent.
    pub known_hosts: Option<PathBuf>,
}

impl Hop {
    /// The port where nothing else says one: OpenSSH's own.
    pub const PORT: u16 = 22;
}

/// TLS between rrx and the replica, inside the tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TlsMode {
    /// None.
    Disabled,
    /// When the server offers it.
    Preferred,
    /// Always, any certificate.
    #[default]
    Required,
    /// Always, signed by the CA.
    VerifyCa,
    /// Always, signed by the CA, for the replica's own name.
    VerifyIdentity,
}

/// `limits` of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileLimits {
    /// Rows of a result.
    pub rows: u64,
    /// Bytes of a result.
    pub bytes: u64,
    /// Time to the first row.
    pub first_row: Duration,
    /// Time for a whole result.
    pub fetch: Duration,
}

impl Default for ProfileLimits {
    fn default() -> Self {
        use crate::domain::limits;
        Self {
            rows: limits::ROWS,
            bytes: limits::BYTES,
            first_row: Duration::from_secs(limits::SECONDS),
            fetch: Duration::from_secs(limits::FETCH_SECONDS),
        }
    }
}

/// How to reach one replica, and the policy that holds there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the settings file has them")]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// The hops in order; empty is a direct connection.
    pub route: Vec<Hop>,
    /// The source of the passphrase of the key files.
    pub identity_passphrase: Option<SecretSource>,
    /// The replica's host name as the last hop resolves it.
    pub host: String,
    /// The replica's port.
    pub port: u16,
    /// The account.
    pub user: String,
    /// Where its password comes from; `None` asks.
    pub password: Option<SecretSource>,
    /// TLS inside the tunnel.
    pub tls: TlsMode,
    /// The CA file.
    pub ca: Option<PathBuf>,
    /// Whether the password may be sent as it is (only over verified TLS).
    pub cleartext: bool,
    /// The database to start in.
    pub database: Option<String>,
    /// Whether a writer is refused.
    pub require_replica: bool,
    /// Folders of doc packs.
    pub docs: Vec<PathBuf>,
    /// More snippet folders.
    pub snippets: Vec<PathBuf>,
    /// The blinding rules; a profile that names them is refused until they can be enforced.
    pub blinding: Option<PathBuf>,
    /// Bounds of its statements.
    pub limits: ProfileLimits,
    /// The session's time zone.
    pub time_zone: String,
    /// The session's `group_concat_max_len`.
    pub group_concat_max_len: u64,
    /// Whether results may spill to disk.
    pub spill: bool,
    /// Whether `rrx tunnel` may open this profile for other programs.
    pub tunnel: bool,
    /// Schema, table and column of a time that the writer renews: a source of the replica's lag.
    pub heartbeat: Option<[String; 3]>,
}

impl Profile {
    /// Why this profile may not be used although it could be read: it names blinding rules, which cannot be enforced
    /// yet, and showing values that they hide would be worse than showing nothing.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        let rules = self.blinding.as_ref()?;
        Some(
            Problem::new(
                ProblemKind::Refused,
                format!("The profile {} has blinding rules, and this version cannot enforce them", self.name),
            )
            .because(format!("blinding = \"{}\"", rules.display()))
            .hint("use a profile without blinding, if your role allows it; otherwise wait for a version that blinds")
            .then(Remedy::ChooseProfile),
        )
    }
}
