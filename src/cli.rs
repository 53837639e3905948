//! The command line: commands, flags, and their help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::domain::export::ExportFormat;
use crate::domain::profile::{self, Environment, Hop, TlsMode};

/// The exit codes, shown below the help. The lines are short, because clap does not wrap them on a narrow terminal.
const EXIT_CODES: &str = "\
Exit codes:
    0  success, and the result is complete
    1  the statement failed
    2  wrong usage or settings
    3  connection or sign-in failed, or the connection was lost
    4  refused by the guard, blinding or policy
    5  a comparison or check found something
    6  a local file cannot be read or written
    7  the result was cut by a limit of the profile
  124  time limit reached
  130  interrupted";

/// The exit codes of `rrx doctor`.
const DOCTOR_CODES: &str = "\
Exit codes:
    0  all checks passed (also with warnings)
    2  wrong usage or settings
    3  a connection step failed
    4  the connection works, but rrx refuses the profile (blinding rules)
    6  a local file cannot be read or written
  130  interrupted";

/// The exit codes of the commands that only use local files and the keyring.
const LOCAL_CODES: &str = "\
Exit codes:
    0  success
    2  wrong usage or settings
    6  a local file or the keyring cannot be read or written
  130  interrupted";

/// The exit codes of `rrx tunnel`.
const TUNNEL_CODES: &str = "\
Exit codes:
    0  ended by Ctrl-C, SIGTERM or the end of its terminal (without nohup)
    2  wrong usage or settings
    3  connection or sign-in failed
    4  the profile does not allow tunnels (tunnel = true), or a reason is missing
    6  a local file, the access log or the port cannot be opened
  130  interrupted before the tunnel was open";

/// The command line of rrx.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(
    name = "rrx",
    version,
    about = "Read a MySQL-compatible read replica through its jump host, without changing anything",
    long_about = "Read a MySQL-compatible read replica through its jump host, without changing anything.\n\n\
        Start with `rrx demo`: it needs no server, no settings and no network.",
    after_help = EXIT_CODES,
    max_term_width = 120
)]
pub struct Cli {
    /// Use this settings file instead of the default one (`rrx profiles list` shows its path)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a debug log to this file (only you can read it); the variable `RRX_LOG` sets its levels, such as `trace`
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Include the texts of statements in the debug log
    #[arg(long, global = true)]
    pub log_statements: bool,
    /// The profile to connect to; without one, choose it on the screen
    #[arg(value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The command to run instead of opening the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Try rrx on a built-in demo replica, without server, settings or network
    #[cfg(feature = "demo")]
    Demo(DemoCommand),
    /// Run statements without a screen: results on stdout, messages on stderr
    #[command(after_help = EXIT_CODES)]
    Run(RunCommand),
    /// Check the connection to a replica step by step, and suggest what to do if a step fails
    #[command(after_help = DOCTOR_CODES)]
    Doctor(DoctorCommand),
    /// Keep a tunnel to a replica open for other programs, until Ctrl-C
    #[command(after_help = TUNNEL_CODES)]
    Tunnel(TunnelCommand),
    /// List, add, import and export profiles
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// Store secrets in the keyring of the operating system
    #[command(
        subcommand,
        long_about = "Store secrets in the keyring of the operating system, for profiles with\n  \
        password = { keyring = true }\n\nSecrets never appear in the settings, in arguments or in logs."
    )]
    Secret(SecretCommand),
    /// Show a public SSH key, or create a key pair, as a text for the administrator of the bastion
    #[command(after_help = LOCAL_CODES, long_about = "Show the public half of an SSH key and its fingerprint, as a text for the \
        administrator of the bastion.\n\nWith --new, create a key pair (ed25519) first. Existing keys are never overwritten, and private \
        keys are never shown.")]
    SshKey(SshKeyCommand),
    /// List and show saved statements (snippets)
    #[command(subcommand)]
    Snippets(SnippetsCommand),
    /// Show the access log: who ran what
    #[command(subcommand)]
    Log(LogCommand),
    /// List the key bindings
    Keys,
    /// Print completions for a shell
    #[command(long_about = "Print completions for a shell, for example:\n  \
        rrx completions bash > ~/.local/share/bash-completion/completions/rrx")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page, for example `rrx man | man -l -`
    Man {
        /// The command; without one, the page of rrx itself
        command: Option<String>,
    },
}

/// `rrx demo`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DemoCommand {
    /// The number of subjects in each study
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub subjects: u32,
    /// Serve the replica to other clients at this loopback address (such as 127.0.0.1:3307) instead of opening the screen
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// `rrx run`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a flag of the command line")]
#[command(group = ArgGroup::new("statement").required(true).args(["snippet", "execute", "file"]))]
pub struct RunCommand {
    /// The snippet to run; `-` reads statements from standard input
    #[arg(value_name = "SNIPPET")]
    pub snippet: Option<String>,
    /// The statements to run
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true)]
    pub execute: Option<String>,
    /// A file with the statements to run; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The profile to connect to; `demo` is built in
    #[arg(short, long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The output format; the default depends on the extension of the output file, or is a table on a terminal and TSV otherwise
    #[arg(long, value_parser = export_format(), value_name = "FORMAT")]
    pub format: Option<ExportFormat>,
    /// Write the result to this file (`-` for stdout); an existing file is replaced only when the result is complete (until
    /// then it is in FILE.partial), devices and pipes receive the rows as they arrive
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Stop after this many rows, which counts as complete
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub limit: Option<u64>,
    /// Return all rows, without the profile's row limit
    #[arg(long)]
    pub all: bool,
    /// Stop the statement if there is no row after this time
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub timeout: Option<u64>,
    /// Run the statement even if its plan reads more rows than `limits.plan_rows` of the profile
    #[arg(long)]
    pub any_plan: bool,
    /// Exit with 1 if the server reports warnings, because values may be wrong
    #[arg(long)]
    pub strict: bool,
    /// Put a quote before text in CSV and TSV that a spreadsheet would run as a formula
    #[arg(long)]
    pub no_formulas: bool,
    /// End the lines of CSV with CR LF, as RFC 4180 does, instead of LF
    #[arg(long)]
    pub crlf: bool,
    /// Also write a description of the columns (name, type, nullability, origin) to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub columns: Option<PathBuf>,
    /// The ticket or protocol for the access log
    #[arg(long = "ref", value_name = "TEXT")]
    pub reference: Option<String>,
}

/// Where the statements of `rrx run` come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementSource {
    Snippet(String),
    /// The text on the command line.
    Text(String),
    File(PathBuf),
    Stdin,
}

impl RunCommand {
    /// Returns where the statements come from.
    #[must_use]
    pub fn source(&self) -> StatementSource {
        if let Some(text) = &self.execute {
            return StatementSource::Text(text.clone());
        }
        match &self.file {
            Some(file) if file.as_os_str() == "-" => return StatementSource::Stdin,
            Some(file) => return StatementSource::File(file.clone()),
            None => {}
        }
        match self.snippet.as_deref() {
            None | Some("-") => StatementSource::Stdin,
            Some(name) => StatementSource::Snippet(name.to_owned()),
        }
    }
}

/// `rrx doctor`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DoctorCommand {
    /// The profile; not needed if the settings have only one
    #[arg(value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Record an unknown host key if it has this fingerprint; can be repeated
    #[arg(long, value_name = "SHA256:…")]
    pub accept_host_key: Vec<String>,
    /// Also write the report to a new file for a ticket, without secrets and their sources
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Replace hosts, addresses, accounts and keys in the bundle by random words
    #[arg(long, requires = "bundle")]
    pub anonymize: bool,
    #[command(flatten)]
    pub format: OutputFormat,
}

/// `rrx tunnel`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct TunnelCommand {
    /// The profile; it needs `tunnel = true`
    #[arg(value_name = "PROFILE")]
    pub profile: String,
    /// Listen on 127.0.0.1:PORT, localhost:PORT or PORT; the default is a free port of 127.0.0.1
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Listen on a socket at this path instead of a port; only you can connect to it
    #[arg(long, value_name = "PATH", conflicts_with = "listen")]
    pub socket: Option<PathBuf>,
    /// The reason for the access log; rrx asks for it if the profile has blinding rules
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Print events as JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `rrx profiles`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum ProfilesCommand {
    /// List the profiles, and the problems in the settings file
    List(OutputFormat),
    /// Add a profile, from answers to questions or from flags
    #[command(after_help = LOCAL_CODES, long_about = "Add a profile to the settings file. Comments and order of the file stay.\n\n\
        On a terminal rrx asks for bastion, SSH key, replica, account, database, TLS and the source of the password. With --replica or \
        --url it asks for nothing:\n  \
        rrx profiles add eu --bastion ec2-user@bastion.example.com --replica replica.internal --user RO_USER --prompt")]
    Add(AddCommand),
    /// Import profiles from a URL, from ~/.my.cnf, or from an exported profile
    #[command(after_help = LOCAL_CODES, long_about = "Import profiles:\n  \
        mysql://USER@HOST:3306/DATABASE\n  \
        mysql+ssh://SSHUSER@JUMPHOST:22/USER@HOST:3306/DATABASE (also mariadb+ssh://)\n  \
        an option file such as ~/.my.cnf ([client] and each [clientNAME])\n  \
        a file of `rrx profiles export`\n\n\
        A password in the source is never written to the settings.")]
    Import(ImportCommand),
    /// Write a profile with its host keys and without secrets, to share it
    #[command(after_help = LOCAL_CODES)]
    Export(ExportCommand),
}

/// `rrx profiles add`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct AddCommand {
    /// The name of the profile
    pub name: String,
    /// The host of the replica
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parse_endpoint)]
    pub replica: Option<Endpoint>,
    /// The account on the replica
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The database to start in
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Use a mysql:// or mysql+ssh:// URL; `-` reads it from standard input, so that process lists do not show it
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[command(flatten)]
    pub details: ProfileDetails,
}

/// `rrx profiles import`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ImportCommand {
    /// A URL or a file; `-` reads it from standard input, so that process lists do not show it
    #[arg(value_name = "URL|FILE")]
    pub source: String,
    /// The name of the profile, instead of the name in the source
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Import only this group of an option file, such as client-eu
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    #[command(flatten)]
    pub details: ProfileDetails,
}

/// The flags that `add` and `import` have in common.
#[derive(Debug, Clone, PartialEq, Eq, Args, Default)]
pub struct ProfileDetails {
    /// A jump host, or an alias of ~/.ssh/config; repeat it for each hop, in order
    #[arg(long = "bastion", value_name = "[USER@]HOST[:PORT]")]
    pub bastions: Vec<Hop>,
    /// An SSH key for the jump hosts; repeat it to try several, in order
    #[arg(long = "identity", value_name = "FILE")]
    pub identities: Vec<PathBuf>,
    /// The environment; without it, the profile counts as production
    #[arg(long, value_enum, value_name = "ENVIRONMENT")]
    pub environment: Option<EnvironmentArg>,
    /// A command that prints the password; rrx runs it for each new connection
    #[arg(long, value_name = "COMMAND", group = "password_source")]
    pub password_command: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE", group = "password_source")]
    pub password_file: Option<PathBuf>,
    /// An environment variable with the password
    #[arg(long, value_name = "VARIABLE", group = "password_source")]
    pub password_env: Option<String>,
    /// Take the password from the keyring (see `rrx secret set`)
    #[arg(long, group = "password_source")]
    pub keyring: bool,
    /// Ask for the password when connecting
    #[arg(long, group = "password_source")]
    pub prompt: bool,
    /// TLS mode inside the tunnel; the default is required, or verify-identity with --ca
    #[arg(long, value_enum, value_name = "MODE")]
    pub tls: Option<TlsArg>,
    /// The CA file that verifies the replica
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Change an existing profile of this name; settings without a flag here (limits, blinding, …) stay
    #[arg(long)]
    pub replace: bool,
}

/// `rrx profiles export`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ExportCommand {
    /// The profile
    pub name: String,
    /// Write to this new file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A host with an optional port.
pub type Endpoint = (String, Option<u16>);

/// An environment, as in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentArg {
    /// Data of running studies
    Production,
    /// A clone for validation
    Validation,
    /// A test system
    Test,
    /// A development system
    Development,
}

impl From<EnvironmentArg> for Environment {
    fn from(argument: EnvironmentArg) -> Self {
        match argument {
            EnvironmentArg::Production => Self::Production,
            EnvironmentArg::Validation => Self::Validation,
            EnvironmentArg::Test => Self::Test,
            EnvironmentArg::Development => Self::Development,
        }
    }
}

/// A TLS mode, as in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TlsArg {
    /// No TLS
    Disabled,
    /// TLS if the server offers it
    Preferred,
    /// Always TLS, with any certificate
    Required,
    /// Always TLS, with a certificate of the CA
    VerifyCa,
    /// Always TLS, with a certificate of the CA for the name of the replica
    VerifyIdentity,
}

impl From<TlsArg> for TlsMode {
    fn from(argument: TlsArg) -> Self {
        match argument {
            TlsArg::Disabled => Self::Disabled,
            TlsArg::Preferred => Self::Preferred,
            TlsArg::Required => Self::Required,
            TlsArg::VerifyCa => Self::VerifyCa,
            TlsArg::VerifyIdentity => Self::VerifyIdentity,
        }
    }
}

/// `rrx secret`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum SecretCommand {
    /// Store the password of a profile; rrx asks without echo, or reads the first line of standard input
    #[command(after_help = LOCAL_CODES)]
    Set(SecretOf),
    /// Delete the password of a profile from the keyring
    #[command(after_help = LOCAL_CODES)]
    Clear(SecretOf),
}

/// A secret of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SecretOf {
    /// The profile
    pub profile: String,
    /// The passphrase of its SSH keys instead of the password
    #[arg(long)]
    pub passphrase: bool,
}

/// `rrx ssh-key`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SshKeyCommand {
    /// Public keys to show, with or without .pub; the default is `~/.ssh/id_ed25519.pub`
    #[arg(value_name = "FILE", conflicts_with = "new")]
    pub files: Vec<PathBuf>,
    /// Create a key pair in this file (and FILE.pub); the default is `~/.ssh/id_ed25519`
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub new: Option<Option<PathBuf>>,
    /// The comment of the new key; the default is USER@MACHINE
    #[arg(long, value_name = "TEXT", requires = "new")]
    pub comment: Option<String>,
    /// Create the key without a passphrase
    #[arg(long, requires = "new")]
    pub no_passphrase: bool,
}

/// `rrx snippets`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum SnippetsCommand {
    /// List your snippets, and those of a profile
    List {
        /// Also list the snippets of this profile
        #[arg(short, long, value_name = "PROFILE")]
        profile: Option<String>,
        #[command(flatten)]
        format: OutputFormat,
    },
    /// Print a snippet as it is in its file
    Show {
        /// The name of the snippet: its file name without .sql
        name: String,
        /// Also search the snippets of this profile
        #[arg(short, long, value_name = "PROFILE")]
        profile: Option<String>,
        #[command(flatten)]
        format: OutputFormat,
    },
}

/// `rrx log`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum LogCommand {
    /// Show the latest statements, the latest at the end
    Show {
        /// How many statements to show at most
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        last: u32,
        #[command(flatten)]
        format: OutputFormat,
    },
}

/// The flag for JSON output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct OutputFormat {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    profile::parse_endpoint(text).map_err(|error| error.to_string())
}

/// A parser of the names in the table of export formats.
fn export_format() -> impl TypedValueParser<Value = ExportFormat> {
    let names = ExportFormat::ALL.map(|format| PossibleValue::new(format.name()).help(format.description()));
    // The parser accepts only names of the table, so one of them is found.
    PossibleValuesParser::new(names).try_map(|name| ExportFormat::from_name(&name).ok_or("not an export format"))
}
