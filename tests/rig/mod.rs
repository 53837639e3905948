//! The rig: a private MariaDB that is reached only through a private OpenSSH sshd, with keys, a CA and accounts of its own.
//!
//! One rig serves all tests of a binary: [`Rig::start`] makes it on first use (about five seconds) and hands the same one
//! out ever after. It lives in a folder of its own under the temporary folder, listens on free loopback ports, and runs
//! both servers as an unprivileged user when the tests run as root. When the test process ends, in whatever way, a
//! watchdog kills the servers and removes the folder.
//!
//! ```text
//!  test ── 127.0.0.1:ssh ──► sshd ── replica.rrx.test:mysql (127.0.0.2) ──► mariadbd (read_only, TLS, general_log)
//!    └── unix socket as root (Rig::sql): prepares data, looks at the server ──────┘
//! ```
//!
//! The name `replica.rrx.test` is known to the sshd alone (a hosts file in its own mount namespace) where the tests run
//! as root; elsewhere the replica is named by its address. [`Rig::mysql_host`] says which.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of the rig")]
#![allow(clippy::unused_self, reason = "what is constant today need not be tomorrow: tests ask the rig")]

mod folder;
mod forwarder;
mod mariadb;
mod ports;
mod silent;
mod sshd;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use folder::{Folder, wait_until};
pub use forwarder::{Forwarder, Mode, Turns};
pub use mariadb::{ACCOUNT, Mariadb, PASSWORD};
pub use ports::free_port;
use rrx::domain::profile::{Environment, Hop, Profile, ProfileLimits, SecretSource, Spilling, TlsMode};
pub use silent::Silent;
pub use sshd::{ALIAS, Pam, Sshd, SshdOptions, has_own_names};

/// A running MariaDB behind a running sshd. See the module.
pub struct Rig {
    folder: Folder,
    mariadb: Mariadb,
    sshd: Sshd,
}

impl Rig {
    /// The rig of this test binary, started on first use.
    ///
    /// # Panics
    /// When a server does not start: the message holds the end of its log.
    pub fn start() -> &'static Self {
        static RIG: OnceLock<Rig> = OnceLock::new();
        RIG.get_or_init(|| {
            let folder = Folder::new();
            folder.make_user_keys();
            let mariadb = Mariadb::start(&folder);
            let sshd = Sshd::start(&folder, &mariadb, &SshdOptions::default());
            tell_log_on_panic(sshd.log_file());
            Self { folder, mariadb, sshd }
        })
    }

    /// Where the shared sshd listens; its host is [`Rig::ssh_host`].
    pub fn ssh_port(&self) -> u16 {
        self.sshd.port()
    }

    /// The address of the shared sshd.
    pub fn ssh_host(&self) -> &'static str {
        sshd::HOST
    }

    /// The account with which the sshd is signed in to.
    pub fn ssh_user(&self) -> &str {
        self.folder.server_user()
    }

    /// The folder of all its files, and the users under whom its servers run.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The shared sshd. Tests that stop or kill one start their own: [`Rig::own_sshd`].
    pub fn sshd(&self) -> &Sshd {
        &self.sshd
    }

    /// Another sshd before the same MariaDB, ended when it is dropped.
    pub fn own_sshd(&self, options: &SshdOptions) -> Sshd {
        Sshd::start(&self.folder, &self.mariadb, options)
    }

    /// Another server with the same account, started on first use: it takes writes and offers no TLS. It is no replica.
    ///
    /// # Panics
    /// When it does not start.
    pub fn bare_writer(&self) -> &'static Mariadb {
        static WRITER: OnceLock<Mariadb> = OnceLock::new();
        WRITER.get_or_init(|| Mariadb::start_bare_writer(&self.folder))
    }

    /// One more server with the same account and certificates, which a test may stop, start and change as it likes.
    pub fn own_mariadb(&self, name: &str, options: &[&str]) -> Mariadb {
        Mariadb::start_own(&self.folder, name, options)
    }

    /// The replica's name as the sshd resolves it.
    pub fn mysql_host(&self) -> &str {
        self.mariadb.host()
    }

    /// The replica's port.
    pub fn mysql_port(&self) -> u16 {
        self.mariadb.port()
    }

    /// The replica's address: for what must go past the sshd (the C client in a benchmark), never for what is tested.
    pub fn mysql_address(&self) -> &'static str {
        mariadb::ADDRESS
    }

    /// The read-only account: SELECT, SHOW VIEW and PROCESS on everything.
    pub fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// The account's password: 48 characters with quotes, `@`, `$`, `%` and backslashes.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// A file that holds the password, for `password = { file = … }`.
    pub fn password_file(&self) -> PathBuf {
        self.folder.path("password")
    }

    /// The user's private key (ed25519, no passphrase), which the sshd admits.
    pub fn user_key(&self) -> PathBuf {
        self.folder.path("user_key")
    }

    /// A private RSA key without passphrase, which the sshd admits.
    pub fn rsa_key(&self) -> PathBuf {
        self.folder.path("rsa_key")
    }

    /// A private key with the passphrase [`folder::PASSPHRASE`], which the sshd admits.
    pub fn locked_key(&self) -> PathBuf {
        self.folder.path("locked_key")
    }

    /// The passphrase of [`Rig::locked_key`].
    pub fn passphrase(&self) -> &'static str {
        folder::PASSPHRASE
    }

    /// A private key that the sshd does not admit.
    pub fn stranger_key(&self) -> PathBuf {
        self.folder.path("stranger_key")
    }

    /// The authority that signs keys of users and hosts: its private key; `.pub` beside it.
    pub fn authority(&self) -> PathBuf {
        self.folder.path("authority")
    }

    /// An authority that nobody trusts.
    pub fn other_authority(&self) -> PathBuf {
        self.folder.path("other_authority")
    }

    /// A `known_hosts` file that holds the shared sshd's key. Do not let a test write to it: take a copy.
    pub fn known_hosts(&self) -> PathBuf {
        self.sshd.known_hosts()
    }

    /// The certificate of the CA that signed the replica's certificate (names: `replica.rrx.test`, `localhost`, its address).
    pub fn ca(&self) -> PathBuf {
        self.folder.path("ca.pem")
    }

    /// Another CA, which signed nothing here.
    pub fn other_ca(&self) -> PathBuf {
        self.folder.path("other_ca.pem")
    }

    /// Runs statements as the server's root over its unix socket; the answer is tab-separated, without headers.
    ///
    /// # Panics
    /// When the server refuses one of them.
    pub fn sql(&self, text: &str) -> String {
        self.mariadb.sql(text)
    }

    /// The same with every byte that the client prints.
    ///
    /// # Panics
    /// When the server refuses one of them.
    pub fn sql_raw(&self, text: &str) -> Vec<u8> {
        self.mariadb.sql_raw(text)
    }

    /// Runs a file of statements as the server's root (for big fixtures).
    ///
    /// # Panics
    /// When the server refuses one of them.
    pub fn sql_file(&self, file: &Path) {
        self.mariadb.sql_file(file);
    }

    /// The server's general log so far: every statement with its connection.
    pub fn general_log(&self) -> String {
        self.mariadb.general_log()
    }

    /// A new private folder below the rig's, removed with it.
    pub fn private_folder(&self, name: &str) -> PathBuf {
        self.folder.private(name)
    }

    /// A section of `config.toml` that reaches the replica through the shared sshd.
    pub fn profile_toml(&self, name: &str) -> String {
        self.profile_toml_through(name, sshd::HOST, self.ssh_port())
    }

    /// A section of `config.toml` that reaches the replica through a hop at this address (a [`Forwarder`], another sshd).
    pub fn profile_toml_through(&self, name: &str, host: &str, port: u16) -> String {
        format!(
            "[profile.{name}]\nenvironment = \"test\"\nroute = [\"{}@{host}:{port}\"]\nidentity = '{}'\nknown_hosts = '{}'\n\
             host = \"{}\"\nport = {}\nuser = \"{ACCOUNT}\"\npassword = {{ file = '{}' }}\ntls = \"verify-identity\"\nca = '{}'\n",
            self.ssh_user(),
            self.user_key().display(),
            self.known_hosts().display(),
            self.mysql_host(),
            self.mysql_port(),
            self.password_file().display(),
            self.ca().display(),
        )
    }

    /// A hop that signs in to the sshd at this loopback port by the user's key; its key must be in this `known_hosts`.
    pub fn hop(&self, port: u16, known_hosts: &Path) -> Hop {
        Hop {
            host: sshd::HOST.into(),
            port: Some(port),
            user: Some(self.ssh_user().into()),
            identity: vec![self.user_key()],
            certificate: None,
            host_key: Vec::new(),
            known_hosts: Some(known_hosts.to_owned()),
        }
    }

    /// A profile that reaches the replica through the shared sshd, as [`Rig::profile_toml`] says it.
    pub fn profile(&self) -> Profile {
        Profile {
            name: "rig".into(),
            environment: Environment::Test,
            route: vec![self.hop(self.ssh_port(), &self.known_hosts())],
            identity_passphrase: None,
            host: self.mysql_host().into(),
            port: self.mysql_port(),
            user: ACCOUNT.into(),
            password: Some(SecretSource::File(self.password_file())),
            tls: TlsMode::VerifyIdentity,
            ca: Some(self.ca()),
            cleartext: false,
            database: None,
            require_replica: true,
            docs: Vec::new(),
            snippets: Vec::new(),
            blinding: None,
            limits: ProfileLimits::default(),
            time_zone: "+00:00".into(),
            group_concat_max_len: 1 << 20,
            spill: Spilling::Allowed,
            tunnel: false,
            heartbeat: None,
        }
    }
}

/// A test that fails says what the shared sshd last said: most of them go through it.
#[expect(clippy::print_stderr, reason = "what a failing test prints")]
fn tell_log_on_panic(log: PathBuf) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        let log = std::fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("the shared sshd's log ends:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
    }));
}
