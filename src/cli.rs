//! The command line: what can be typed, and its help. It decides and does nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use crate::domain::profile::{self, Environment, Hop, TlsMode};

/// Codes of the headless contract, shown under `--help`. Short lines: they are not wrapped anew on a narrow terminal.
const EXIT_CODES: &str = "\
Exit codes:
    0  ok and complete
    1  the statement failed
    2  usage or settings
    3  route, tunnel or sign-in failed, or the link was lost
    4  refused by guard, blinding or policy
    5  a comparison or check found something
    6  local files
    7  cut by a limit of the profile
  124  time limit
  130  interrupted";

/// Codes of `rrx doctor`.
const DOCTOR_CODES: &str = "\
Exit codes:
    0  every rung holds (warnings do not change it)
    2  usage or settings
    3  a rung failed
    6  local files
  130  interrupted";

/// Codes of `rrx tunnel`.
const TUNNEL_CODES: &str = "\
Exit codes:
    0  ended by Ctrl-C, SIGTERM or the end of its terminal (not under nohup)
    2  usage or settings
    3  route, tunnel or sign-in failed
    4  the profile does not allow it (tunnel = true does), or a reason is missing
    6  local files, the access log or the port
  130  interrupted before it stood";

/// rrx: read a MySQL-compatible read replica through its jump host.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(
    name = "rrx",
    version,
    about = "Reads a MySQL-compatible read replica through its jump host, and changes nothing there",
    long_about = "Reads a MySQL-compatible read replica through its jump host, and changes nothing there.\n\n\
        `rrx demo` needs no server, no file and no network: start there.",
    after_help = EXIT_CODES,
    max_term_width = 120
)]
pub struct Cli {
    /// The settings file to use instead of the usual one (see `rrx profiles list`)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a debug log to this file, for you alone; the variable RRX_LOG chooses the levels, such as trace
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Write the texts of statements into the debug log, too
    #[arg(long, global = true)]
    pub log_statements: bool,
    /// The profile to connect with; without one, the connection screen asks
    #[arg(value_name = "PROFILE")]
    pub profile: Option<String>,
    /// What to do instead of opening the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands that exist.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Open the screen on the embedded replica: no server, no file, no network needed
    #[cfg(feature = "demo")]
    Demo(DemoCommand),
    /// Run one statement without a screen: rows on stdout, words on stderr
    #[command(after_help = EXIT_CODES)]
    Run(RunCommand),
    /// Walk the way to a replica rung by rung, and say what is wrong and what to do next
    #[command(after_help = DOCTOR_CODES)]
    Doctor(DoctorCommand),
    /// Hold the way to a replica open for other programs, until Ctrl-C
    #[command(after_help = TUNNEL_CODES)]
    Tunnel(TunnelCommand),
    /// The profiles of the settings file: list, add, import, export
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// Secrets in the keyring of the operating system
    #[command(
        subcommand,
        long_about = "Secrets in the keyring of the operating system, for profiles with\n  \
        password = { keyring = true }\n\nNo secret ever stands in the settings, in an argument or in a log."
    )]
    Secret(SecretCommand),
    /// Show an SSH key, or make a new pair, as a text to send to whoever runs the bastion
    #[command(after_help = EXIT_CODES, long_about = "Shows the public half of an SSH key and its fingerprint as a text to send to \
        whoever runs the bastion.\n\nWith --new it makes a pair (ed25519) first. It never overwrites a key, and never shows a \
        private one.")]
    SshKey(SshKeyCommand),
    /// Statements that are kept
    #[command(subcommand)]
    Snippets(SnippetsCommand),
    /// The access log: who ran what
    #[command(subcommand)]
    Log(LogCommand),
    /// The keys of the screen
    Keys,
    /// Print the completions of a shell
    #[command(long_about = "Prints the completions of a shell, for example:\n  \
        rrx completions bash > ~/.local/share/bash-completion/completions/rrx")]
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for example `rrx man | man -l -`
    Man {
        /// Of which command; of rrx itself when absent
        command: Option<String>,
    },
}

/// `rrx demo`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DemoCommand {
    /// Subjects of each study
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub subjects: u32,
    /// Open no screen: serve the replica at this loopback address for other clients, such as 127.0.0.1:3307
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

/// `rrx run`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(group = ArgGroup::new("statement").required(true).args(["snippet", "execute", "file"]))]
pub struct RunCommand {
    /// The snippet to run; `-` reads the statement from standard input
    #[arg(value_name = "SNIPPET")]
    pub snippet: Option<String>,
    /// The statement itself
    #[arg(short, long, value_name = "SQL", allow_hyphen_values = true)]
    pub execute: Option<String>,
    /// The file that holds the statement; `-` reads it from standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The profile to connect with; `demo` is built in
    #[arg(short, long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The form of the rows; without it that of the ending of FILE, else a table on a terminal and TSV otherwise
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: Option<RowForm>,
    /// The file for the rows, `-` for stdout; a file of that name is replaced only when they are complete (until then
    /// they are in FILE.partial), a device or pipe gets them as they come
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Stop after so many rows, and count that as complete
    #[arg(long, value_name = "N", conflicts_with = "all")]
    pub limit: Option<u64>,
    /// All rows, whatever the profile's row limit
    #[arg(long)]
    pub all: bool,
    /// Seconds to the first row
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=31_536_000))]
    pub timeout: Option<u64>,
    /// Exit with 1 where the server gave warnings: they tell that a number may be wrong
    #[arg(long)]
    pub strict: bool,
    /// Put a quote before text in CSV and TSV that a spreadsheet would run as a formula
    #[arg(long)]
    pub no_formulas: bool,
    /// Also write what the columns of the one result are (name, type, nullability, origin) into this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub columns: Option<PathBuf>,
    /// The ticket or protocol that this is for; it goes into the access log
    #[arg(long = "ref", value_name = "TEXT")]
    pub reference: Option<String>,
}

/// Where the statement of `rrx run` comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementSource {
    /// A snippet of this name.
    Snippet(String),
    /// The command line.
    Text(String),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl RunCommand {
    /// Where the statement comes from.
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

/// The form of rows on stdout or in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowForm {
    /// Columns under a header, for reading
    Table,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// JSON: an array of objects
    Json,
    /// JSON, one object a line
    Jsonl,
    /// A table of Markdown
    Markdown,
    /// INSERT statements
    Sql,
    /// Parquet: typed columns, for a file or a pipe (a build with the feature `parquet`)
    Parquet,
    /// A workbook, for a file or a pipe (a build with the feature `xlsx`)
    Xlsx,
}

/// `rrx doctor`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct DoctorCommand {
    /// The profile; the only one of the settings when absent
    #[arg(value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Record an unknown host key if it is exactly this one; may be given several times
    #[arg(long, value_name = "SHA256:…")]
    pub accept_host_key: Vec<String>,
    /// Also write the report to a new file for a ticket: it holds no secret and no source of one
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Put words in place of hosts, addresses, accounts and keys in the bundle
    #[arg(long, requires = "bundle")]
    pub anonymize: bool,
    /// How it is printed.
    #[command(flatten)]
    pub form: Form,
}

/// `rrx tunnel`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct TunnelCommand {
    /// The profile; it must say `tunnel = true`
    #[arg(value_name = "PROFILE")]
    pub profile: String,
    /// Where it listens: 127.0.0.1:PORT, localhost:PORT or PORT; at a free port of 127.0.0.1 when absent
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// A socket at this path in place of a port, for you alone
    #[arg(long, value_name = "PATH", conflicts_with = "listen")]
    pub socket: Option<PathBuf>,
    /// Why it is needed, for the access log; asked for where the profile has blinding rules
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Print events as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

/// `rrx profiles`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum ProfilesCommand {
    /// List the profiles, and what is wrong in the settings file
    List(Form),
    /// Add a profile: asks for what onboarding gives, or takes it from the flags
    #[command(after_help = EXIT_CODES, long_about = "Adds a profile to the settings file. Comments and order of the file stay.\n\n\
        On a terminal it asks for bastion, replica, account, database and where the password comes from. With --replica or \
        --url it asks for nothing:\n  \
        rrx profiles add eu --bastion ec2-user@bastion.example.com --replica replica.internal --user RO_USER --prompt")]
    Add(AddCommand),
    /// Import a URL, a ~/.my.cnf, or a profile that somebody passed on
    #[command(after_help = EXIT_CODES, long_about = "Imports profiles:\n  \
        mysql://USER@HOST:3306/DATABASE\n  \
        mysql+ssh://SSHUSER@BASTION:22/USER@HOST:3306/DATABASE (also mariadb+ssh://)\n  \
        an option file such as ~/.my.cnf ([client] and each [clientNAME])\n  \
        a file of `rrx profiles export`\n\n\
        A password that is found is never written into the settings.")]
    Import(ImportCommand),
    /// Write a profile without secrets, host keys included, to pass it on
    #[command(after_help = EXIT_CODES)]
    Export(ExportCommand),
}

/// `rrx profiles add`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct AddCommand {
    /// What to call it
    pub name: String,
    /// The replica
    #[arg(long, value_name = "HOST[:PORT]", value_parser = endpoint)]
    pub replica: Option<Endpoint>,
    /// The account on the replica
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The database to start in
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
    /// Take what a mysql:// or mysql+ssh:// URL says; `-` reads the URL from standard input, where no list of processes shows it
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The rest.
    #[command(flatten)]
    pub details: ProfileDetails,
}

/// `rrx profiles import`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ImportCommand {
    /// A URL or a file; `-` reads either from standard input, where no list of processes shows it
    #[arg(value_name = "URL|FILE")]
    pub source: String,
    /// What to call the profile, where the source says nothing or something else
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Only this group of an option file, such as client-eu
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// The rest.
    #[command(flatten)]
    pub details: ProfileDetails,
}

/// What `add` and `import` both take.
#[derive(Debug, Clone, PartialEq, Eq, Args, Default)]
pub struct ProfileDetails {
    /// A jump host; once for each hop, in order. An alias of ~/.ssh/config is one too
    #[arg(long = "bastion", value_name = "[USER@]HOST[:PORT]")]
    pub bastions: Vec<Hop>,
    /// What it reaches; without it the profile is treated as production
    #[arg(long, value_enum, value_name = "WORD")]
    pub environment: Option<EnvironmentWord>,
    /// A command that prints the password; it runs for each new connection
    #[arg(long, value_name = "COMMAND", group = "password_source")]
    pub password_command: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE", group = "password_source")]
    pub password_file: Option<PathBuf>,
    /// A variable of the environment that holds the password
    #[arg(long, value_name = "VARIABLE", group = "password_source")]
    pub password_env: Option<String>,
    /// The password is in the keyring (`rrx secret set`)
    #[arg(long, group = "password_source")]
    pub keyring: bool,
    /// rrx asks for the password
    #[arg(long, group = "password_source")]
    pub prompt: bool,
    /// TLS inside the tunnel; required where it is not said, verify-identity with --ca
    #[arg(long, value_enum, value_name = "MODE")]
    pub tls: Option<TlsWord>,
    /// The CA file that verifies the replica
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// A profile of that name may be there: what is given takes the place of what it says; limits, blinding and the like stay
    #[arg(long)]
    pub replace: bool,
}

/// `rrx profiles export`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct ExportCommand {
    /// Which profile
    pub name: String,
    /// The file to write; standard output without it. A file that is there is not overwritten
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A host and a port.
pub type Endpoint = (String, Option<u16>);

/// An environment, as the settings write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentWord {
    /// Real data of running studies
    Production,
    /// A clone for validation
    Validation,
    /// A test system
    Test,
    /// A developer's own
    Development,
}

impl From<EnvironmentWord> for Environment {
    fn from(word: EnvironmentWord) -> Self {
        match word {
            EnvironmentWord::Production => Self::Production,
            EnvironmentWord::Validation => Self::Validation,
            EnvironmentWord::Test => Self::Test,
            EnvironmentWord::Development => Self::Development,
        }
    }
}

/// TLS, as the settings write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TlsWord {
    /// None
    Disabled,
    /// When the server offers it
    Preferred,
    /// Always, any certificate
    Required,
    /// Always, signed by the CA
    VerifyCa,
    /// Always, signed by the CA, for the replica's own name
    VerifyIdentity,
}

impl From<TlsWord> for TlsMode {
    fn from(word: TlsWord) -> Self {
        match word {
            TlsWord::Disabled => Self::Disabled,
            TlsWord::Preferred => Self::Preferred,
            TlsWord::Required => Self::Required,
            TlsWord::VerifyCa => Self::VerifyCa,
            TlsWord::VerifyIdentity => Self::VerifyIdentity,
        }
    }
}

/// `rrx secret`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum SecretCommand {
    /// Store a profile's password; asks without echo, or reads the first line of standard input
    #[command(after_help = EXIT_CODES)]
    Set(SecretOf),
    /// Take a profile's password out of the keyring
    #[command(after_help = EXIT_CODES)]
    Clear(SecretOf),
}

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SecretOf {
    /// The profile
    pub profile: String,
    /// The passphrase of its SSH keys instead of the account's password
    #[arg(long)]
    pub passphrase: bool,
}

/// `rrx ssh-key`
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct SshKeyCommand {
    /// Public keys to show, with or without .pub; `~/.ssh/id_ed25519.pub` where none is named
    #[arg(value_name = "FILE", conflicts_with = "new")]
    pub files: Vec<PathBuf>,
    /// Make a new pair in this file (and FILE.pub); `~/.ssh/id_ed25519` where none is named
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub new: Option<Option<PathBuf>>,
    /// What the key is called; USER@MACHINE where nothing is said
    #[arg(long, value_name = "TEXT", requires = "new")]
    pub comment: Option<String>,
    /// Make it without a passphrase, and ask for none
    #[arg(long, requires = "new")]
    pub no_passphrase: bool,
}

/// `rrx snippets`
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum SnippetsCommand {
    /// List the snippets of your folder, and of a profile's folders
    List {
        /// Also the folders of this profile
        #[arg(short, long, value_name = "PROFILE")]
        profile: Option<String>,
        /// How to print them.
        #[command(flatten)]
        form: Form,
    },
    /// Print one snippet as its file holds it
    Show {
        /// Its name: the file's name without `.sql`
        name: String,
        /// Also look in the folders of this profile
        #[arg(short, long, value_name = "PROFILE")]
        profile: Option<String>,
        /// How to print it.
        #[command(flatten)]
        form: Form,
    },
}

/// `rrx log`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum LogCommand {
    /// Show the newest statements, the newest last
    Show {
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        last: usize,
        /// How to print them.
        #[command(flatten)]
        form: Form,
    },
}

/// How facts are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Form {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    profile::endpoint(text).map_err(|error| error.to_string())
}
