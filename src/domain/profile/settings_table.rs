//! The table of all keys of the settings file: name, type, default, meaning and example.
//!
//! The parser takes types, bounds and allowed words from it, and uses it to report unknown keys. `docs/settings.md` is generated
//! from it.
//!
//! Invariant: the parser looks up a key only by a [`SettingKey`], and only this file can make one.

use SettingDefault::{Described, Required, Value};
use SettingType::{Column, Fingerprints, Flag, Hops, Number, OneOf, Path, Paths, Size, Table, Text, TimeZone};

/// The type of a settings key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingType {
    /// Text in quotes, without control characters.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number within these bounds, both included; `u64::MAX` as the upper bound means no bound.
    Number {
        from: u64,
        to: u64,
    },
    /// A number of bytes, or a text with a unit.
    Size,
    /// One of these words.
    OneOf(&'static [&'static str]),
    Path,
    /// One path or a list of paths.
    Paths,
    /// A list of jump hosts.
    Hops,
    /// One `SHA256:…` fingerprint or a list of them.
    Fingerprints,
    /// An offset, `SYSTEM`, or a name.
    TimeZone,
    /// `schema.table.column`.
    Column,
    /// A table. The section with this title lists its keys.
    Table(&'static str),
}

/// The default of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingDefault {
    /// The key is required.
    Required,
    /// This TOML value. A test parses it and compares the result with the default in the code.
    Value(&'static str),
    /// A default that is not one value, described in Markdown.
    Described(&'static str),
}

/// Whether `rrx profiles export` writes a key, and `rrx profiles import` accepts it from another person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    Shared,
    /// It is a secret or names the source of one.
    Secret,
    /// It names files of one machine.
    LocalFile,
    /// It is a decision of each user.
    OwnChoice,
}

impl Sharing {
    /// Returns why a key is refused in a profile of another person.
    pub(super) fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Shared => None,
            Self::Secret => Some("a secret, or a command that prints one, is not accepted from another person"),
            Self::LocalFile => Some("it names files of another machine"),
            Self::OwnChoice => Some("each user decides on it"),
        }
    }
}

/// One key of the settings file.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingKey {
    name: &'static str,
    kind: SettingType,
    default: SettingDefault,
    sharing: Sharing,
    description: &'static str,
    example: &'static str,
}

impl SettingKey {
    /// Returns the name as the file writes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    #[must_use]
    pub fn kind(&self) -> SettingType {
        self.kind
    }

    #[must_use]
    pub fn default(&self) -> SettingDefault {
        self.default
    }

    /// Returns whether the key is passed on to other people.
    #[must_use]
    pub fn sharing(&self) -> Sharing {
        self.sharing
    }

    /// Returns the meaning, in Markdown.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Returns an example value in TOML.
    #[must_use]
    pub fn example(&self) -> &'static str {
        self.example
    }
}

/// The keys of one table of the settings file.
#[derive(Debug)]
pub struct SettingsSection {
    /// The title in the reference.
    pub title: &'static str,
    /// What the table is for, in Markdown.
    pub description: &'static str,
    pub keys: &'static [&'static SettingKey],
}

/// Declares one section: a module with a constant for each key, and `KEYS` with all of them.
macro_rules! section {
    ($module:ident { $($key:ident = $name:literal, $kind:expr, $default:expr, $sharing:ident: $description:literal, $example:literal;)+ }) => {
        pub(super) mod $module {
            use super::*;

            $(
                pub(in crate::domain::profile) const $key: &SettingKey = &SettingKey {
                    name: $name,
                    kind: $kind,
                    default: $default,
                    sharing: Sharing::$sharing,
                    description: $description,
                    example: $example,
                };
            )+
            /// All keys of the section, in the order of the reference.
            pub(in crate::domain::profile) const KEYS: &[&SettingKey] = &[$($key),+];
        }
    };
}

section!(file {
    PROFILE = "profile", Table("`[profile.NAME]`"), Described("no profiles"), Shared:
        "The profiles: one section `[profile.NAME]` for each.", "{}";
    UI = "ui", Table("`[ui]`"), Described("the defaults of `[ui]`"), OwnChoice:
        "Keys and look of the screen.", "{}";
});

section!(profile {
    ENVIRONMENT = "environment", OneOf(&["production", "validation", "test", "development"]), Value("\"production\""), Shared:
        "The kind of system. It decides the label and the colour that every screen shows.", "\"validation\"";
    ROUTE = "route", Hops, Value("[]"), Shared:
        "The jump hosts in order. An empty list is a direct connection. A hop is `\"user@host:port\"`, an alias of \
         `~/.ssh/config`, or a table (see *Hop*).", "[\"ec2-user@bastion.example.com:22\"]";
    IDENTITY = "identity", Paths, Described("`IdentityFile` of `ssh_config`, else the agent and OpenSSH's default names"), LocalFile:
        "The SSH private keys to try, in order, for all hops without an `identity`.", "\"~/.ssh/id_ed25519\"";
    IDENTITY_PASSPHRASE = "identity_passphrase", Table("Secret source"), Described("rrx asks when a key needs it"), Secret:
        "Where the passphrase of these keys comes from (see *Secret source*).", "{ command = \"pass show ssh-key\" }";
    PROXY_COMMAND = "proxy_command", Flag, Value("false"), OwnChoice:
        "Whether the commands run that `ssh_config` or the first hop names (`ProxyCommand`, `Match exec`). Without it, the screen \
         asks before it runs a `ProxyCommand`.", "true";
    KNOWN_HOSTS = "known_hosts", Path, Described("`UserKnownHostsFile` of `ssh_config`, else `~/.ssh/known_hosts`"), LocalFile:
        "The file with the host keys of all hops without a `known_hosts`.", "\"~/.ssh/known_hosts\"";
    HOST = "host", Text, Required, Shared:
        "The replica's host name, as the last hop resolves it.", "\"replica.abc123.eu-west-1.rds.amazonaws.com\"";
    PORT = "port", Number { from: 1, to: 65_535 }, Value("3306"), Shared:
        "The replica's port.", "3307";
    USER = "user", Text, Required, Shared:
        "The MySQL account.", "\"RO_USER\"";
    PASSWORD = "password", Table("Secret source"), Described("rrx asks"), Secret:
        "Where the account's password comes from (see *Secret source*). The password itself is never in the file.",
        "{ command = \"pass show rr\" }";
    TLS = "tls", OneOf(&["disabled", "preferred", "required", "verify-ca", "verify-identity"]),
        Described("`\"required\"`; `\"verify-identity\"` if `ca` is set"), Shared:
        "TLS between rrx and the replica, inside the tunnel. The names of the modes are those of MySQL's clients. \
         `\"verify-ca\"` requires `ca`.", "\"verify-identity\"";
    CA = "ca", Path, Described("the public root certificates that are built in; they serve only `verify-identity`"), LocalFile:
        "The CA file (PEM) that must have signed the replica's certificate.", "\"~/rds-global-bundle.pem\"";
    TLS_SERVER_NAME = "tls_server_name", Text, Described("the name in `host`"), Shared:
        "The name that the replica's certificate must have under `verify-identity`, if rrx reaches the replica by another name, \
         such as through a port that another program forwards.", "\"replica.abc123.eu-west-1.rds.amazonaws.com\"";
    CLEARTEXT = "cleartext", Flag, Value("false"), Shared:
        "Whether the password may be sent as plain text inside TLS, as tokens need it. It requires `tls = \"verify-ca\"` or \
         `\"verify-identity\"`.", "false";
    DATABASE = "database", Text, Described("no database is selected"), Shared:
        "The database to start in.", "\"clinspark\"";
    REQUIRE_REPLICA = "require_replica", Flag, Value("false"), Shared:
        "Whether rrx refuses a server that is not a replica.", "true";
    HEARTBEAT = "heartbeat", Column, Described("rrx asks the server itself"), Shared:
        "A column with a time that the writer updates regularly. rrx prefers it as the source of the replica's lag.", "\"ops.heartbeat.ts\"";
    DOCS = "docs", Paths, Value("[]"), LocalFile:
        "Directories of [documentation packs](documentation-packs.md).", "[\"~/clinspark-docs\"]";
    SNIPPETS = "snippets", Paths, Value("[]"), LocalFile:
        "More directories of [snippets](snippets-and-replays.md), after your own.", "[\"~/team/snippets\"]";
    BLINDING = "blinding", Path, Described("no rules; the header shows NO BLINDING RULES"), Shared:
        "A file of blinding rules. This version cannot enforce them: it refuses a profile that names one (exit code 4).",
        "\"blinding.toml\"";
    ON_BLINDED = "on_blinded", OneOf(&["mask", "refuse"]), Value("\"mask\""), OwnChoice:
        "Reserved for blinding. It is checked, but has no effect yet.", "\"refuse\"";
    UNBLIND = "unblind", OneOf(&["ask", "headless", "never"]), Value("\"ask\""), OwnChoice:
        "Reserved for blinding. It is checked, but has no effect yet.", "\"never\"";
    LIMITS = "limits", Table("Limits"), Value("{}"), Shared:
        "Limits of each result (see *Limits*).", "{ rows = 50000, seconds = 60 }";
    SESSION = "session", Table("Session"), Value("{}"), Shared:
        "Variables of the MySQL session (see *Session*).", "{ time_zone = \"Europe/Berlin\" }";
    SPILL = "spill", Flag, Value("true"), OwnChoice:
        "Whether the rows of a large result may go to a sealed temporary file. With `false` a result ends at 64 MiB.", "false";
    LOST_STATEMENTS = "lost_statements", OneOf(&["ask", "stop"]), Value("\"ask\""), OwnChoice:
        "What happens to a statement that still runs on the replica after its connection was lost. With `ask`, rrx asks before the \
         next statement starts. With `stop`, it stops the statement as soon as it has reconnected.", "\"stop\"";
    TUNNEL = "tunnel", Flag, Value("false"), OwnChoice:
        "Whether `rrx tunnel` may open this profile for other programs.", "true";
    HISTORY = "history", OneOf(&["full", "no-literals", "off"]), Value("\"full\""), OwnChoice:
        "Reserved. Another value than `full` is reported as having no effect yet: the access log keeps every statement whole.",
        "\"full\"";
    CONFIRM = "confirm", OneOf(&["never", "first", "always"]), Value("\"never\""), OwnChoice:
        "Reserved. Another value than `never` is reported as having no effect yet: statements run without a confirmation.",
        "\"never\"";
});

section!(hop {
    HOST = "host", Text, Required, Shared:
        "The host name, address, or an alias of `~/.ssh/config`.", "\"bastion.example.com\"";
    PORT = "port", Number { from: 1, to: 65_535 }, Described("`Port` of `ssh_config`, else 22"), Shared:
        "The SSH port.", "2222";
    USER = "user", Text, Described("`User` of `ssh_config`, else your user name on this machine"), Shared:
        "The account on this host.", "\"ec2-user\"";
    IDENTITY = "identity", Paths, Described("`identity` of the profile"), LocalFile:
        "The private keys to try, in order.", "[\"~/.ssh/bastion\"]";
    CERTIFICATE = "certificate", Path, Described("`CertificateFile` of `ssh_config`, else the file next to the key"), LocalFile:
        "A certificate for the keys.", "\"~/.ssh/bastion-cert.pub\"";
    HOST_KEY = "host_key", Fingerprints, Described("`known_hosts` decides"), Shared:
        "Pinned host keys. If there are any, no other key is accepted.",
        "[\"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]";
    KNOWN_HOSTS = "known_hosts", Path, Described("`known_hosts` of the profile"), LocalFile:
        "The file with the host keys of this hop.", "\"~/.ssh/known_hosts_work\"";
    PROXY_COMMAND = "proxy_command", Text, Described("`ProxyCommand` of `ssh_config`"), OwnChoice:
        "The command that connects to the first hop, as `ProxyCommand` of `ssh_config`, with its tokens `%h`, `%n`, `%p`, `%r` \
         and `%%`. It needs `proxy_command = true` in the profile, or your consent on the screen.",
        "\"aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p\"";
});

section!(secret {
    COMMAND = "command", Text, Described("not used"), Secret:
        "A shell command; the secret is the first line that it prints. It runs for each new connection.", "\"pass show rr\"";
    ENV = "env", Text, Described("not used"), Secret:
        "The environment variable that contains the secret.", "\"RR_PASSWORD\"";
    FILE = "file", Path, Described("not used"), Secret:
        "The file whose first line is the secret.", "\"~/.secrets/rr\"";
    KEYRING = "keyring", Flag, Described("not used"), Secret:
        "The operating system's keyring, filled by `rrx secret set`. It needs a build with the feature `keyring`. Only `true` \
         is allowed.", "true";
    PROMPT = "prompt", Flag, Described("not used"), Secret:
        "rrx asks. Only `true` is allowed.", "true";
});

section!(limits {
    ROWS = "rows", Number { from: 1, to: u64::MAX }, Value("1000000"), Shared:
        "Rows of a result.", "50000";
    BYTES = "bytes", Size, Value("\"1GiB\""), Shared:
        "Bytes of a result.", "\"500MB\"";
    ROW_BYTES = "row_bytes", Size, Value("\"128MiB\""), Shared:
        "Bytes of one row, from `\"1MiB\"` to `\"1GiB\"`. A row is held in memory as a whole, so a longer one ends the statement and its \
         connection. MySQL's default `max_allowed_packet` lets in values of up to 64 MiB.",
        "\"256MiB\"";
    SECONDS = "seconds", Number { from: 1, to: 31_536_000 }, Value("300"), Shared:
        "Seconds until the first row.", "60";
    FETCH_SECONDS = "fetch_seconds", Number { from: 1, to: 31_536_000 }, Value("3600"), Shared:
        "Seconds for the whole result.", "600";
    PLAN_ROWS = "plan_rows", Number { from: 1, to: u64::MAX }, Described("no limit"), Shared:
        "Rows that a statement may read by its plan. Before a SELECT, rrx reads its plan on a second connection. If the plan reads \
         more rows, rrx asks before it runs the statement, and `rrx run` refuses it without `--any-plan`.", "50000000";
});

section!(session {
    TIME_ZONE = "time_zone", TimeZone, Value("\"+00:00\""), Shared:
        "The session's time zone: it decides how the server shows a TIMESTAMP, and which day `CURDATE()` is. With `\"server\"` \
         it is the server's own, as in the `mysql` client.", "\"Europe/Berlin\"";
    SQL_MODE = "sql_mode", Text, Described("the server's"), Shared:
        "The session's SQL mode, as a list of flags with commas. rrx reads your text as the server does under this mode.",
        "\"ANSI_QUOTES,PIPES_AS_CONCAT\"";
    GROUP_CONCAT_MAX_LEN = "group_concat_max_len", Number { from: 4, to: u64::MAX }, Value("1048576"), Shared:
        "The longest text that `GROUP_CONCAT` makes, in bytes.", "65536";
});

section!(ui {
    KEYMAP = "keymap", Text, Value("\"default\""), OwnChoice:
        "The keys: `default`, `vim`, `emacs`, or `NAME` for your own file `keymaps/NAME.toml` in the directory of the settings file (see \
         [Keys](keys.md)).", "\"vim\"";
    THEME = "theme", OneOf(&["auto", "dark", "light", "mono"]), Value("\"auto\""), OwnChoice:
        "The colours. `auto` follows `NO_COLOR`, `COLORTERM`, `COLORFGBG` and `TERM`.", "\"light\"";
    GLYPHS = "glyphs", OneOf(&["auto", "unicode", "ascii"]), Value("\"auto\""), OwnChoice:
        "The signs and borders. `auto` follows the locale and `TERM`.", "\"ascii\"";
    MOUSE = "mouse", Flag, Value("true"), OwnChoice:
        "Whether rrx uses the mouse. Without it, the terminal selects text with the mouse, as it does with Shift held down.", "false";
    WRAP = "wrap", Flag, Value("false"), OwnChoice:
        "Whether long lines of a worksheet go on in the next row. A key switches it (see [Writing SQL](writing-sql.md#editing)).", "true";
    COMPLETION = "completion", OneOf(&["typing", "asked", "off"]), Value("\"typing\""), OwnChoice:
        "When names and keywords are offered in a worksheet: while you type, only when you press the key for it, or never (see \
         [Writing SQL](writing-sql.md#completion)).", "\"asked\"";
});

section!(shared_file {
    FORMAT = "rrx_profile", Number { from: 1, to: u64::MAX }, Required, Shared:
        "The version of the format. This version of rrx writes and reads 1.", "1";
    PROFILE = "profile", Table("`[profile.NAME]`"), Required, Shared:
        "The one profile in the file.", "{}";
});

/// All sections, in the order of the reference.
pub const SECTIONS: &[SettingsSection] = &[
    SettingsSection { title: "The file", description: "The tables of the file.", keys: file::KEYS },
    SettingsSection {
        title: "`[profile.NAME]`",
        description: "How to reach one replica, and its limits. `NAME` has up to 64 letters, digits, `-`, `_` and `.`, \
            begins with a letter or a digit, and is not the name of a command.",
        keys: profile::KEYS,
    },
    SettingsSection { title: "Hop", description: "One jump host of `route`, written as a table.", keys: hop::KEYS },
    SettingsSection {
        title: "Secret source",
        description: "Where a secret comes from: a table with exactly one of these keys.",
        keys: secret::KEYS,
    },
    SettingsSection {
        title: "Limits",
        description: "A result that reaches a limit is cut and marked as cut; `rrx run` then exits with 7 (rows, bytes) or 124 (time).",
        keys: limits::KEYS,
    },
    SettingsSection {
        title: "Session",
        description: "What rrx sets at the start of each session and reads back.",
        keys: session::KEYS,
    },
    SettingsSection { title: "`[ui]`", description: "Keys and look of the screen.", keys: ui::KEYS },
];

/// An environment variable that rrx reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvironmentVariable {
    pub name: &'static str,
    /// What rrx does with it, in Markdown.
    pub description: &'static str,
}

/// All environment variables that rrx reads by name, in the order of the reference. rrx also reads the variables that
/// a profile names as source of a secret, and those in `ssh_config`.
pub const ENVIRONMENT_VARIABLES: &[EnvironmentVariable] = &[
    EnvironmentVariable {
        name: "RRX_HOME",
        description: "One directory for everything: `config/config.toml`, `data` and `state` below it, instead of the \
            platform's directories.",
    },
    EnvironmentVariable {
        name: "RRX_LOG",
        description: "The levels of the debug log that `--log FILE` writes, such as `trace` (see \
            [Troubleshooting](troubleshooting.md)).",
    },
    EnvironmentVariable { name: "SSH_AUTH_SOCK", description: "The socket of the SSH agent." },
    EnvironmentVariable { name: "NO_COLOR", description: "Any value: no colours (with `theme = \"auto\"`)." },
    EnvironmentVariable { name: "COLORTERM", description: "`truecolor` or `24bit`: the terminal has all colours." },
    EnvironmentVariable { name: "COLORFGBG", description: "The terminal's background: a dark or a light theme." },
    EnvironmentVariable {
        name: "TERM",
        description: "The terminal: how many colours and signs it has, and whether it supports copies by OSC 52.",
    },
    EnvironmentVariable {
        name: "TERM_PROGRAM",
        description: "`Apple_Terminal`: a terminal that does not support copies by OSC 52.",
    },
    EnvironmentVariable { name: "LC_ALL", description: "The locale; the first of the three that is set decides." },
    EnvironmentVariable { name: "LC_CTYPE", description: "The locale, if `LC_ALL` is not set." },
    EnvironmentVariable { name: "LANG", description: "The locale, if neither of the two is set." },
    EnvironmentVariable { name: "TMUX", description: "rrx runs in tmux: copies are wrapped for it." },
    EnvironmentVariable { name: "STY", description: "rrx runs in GNU screen: copies are wrapped for it." },
    EnvironmentVariable { name: "DISPLAY", description: "An X11 desktop: its clipboard can be used." },
    EnvironmentVariable { name: "WAYLAND_DISPLAY", description: "A Wayland desktop: its clipboard can be used." },
    EnvironmentVariable {
        name: "SSH_CONNECTION",
        description: "rrx was reached through SSH: the clipboard of this machine is not used.",
    },
    EnvironmentVariable { name: "SSH_TTY", description: "As `SSH_CONNECTION`." },
];
