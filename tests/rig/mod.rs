//! The rig: a private MariaDB server and a private OpenSSH server through which the tests reach it, with their own keys, CA
//! and accounts.
//!
//! All tests of a binary share one rig. The first call of [`Rig::start`] creates it, which takes about five seconds. It has
//! its own temporary directory, listens on free loopback ports, and runs both servers as an unprivileged user if the tests
//! run as root. When the test process ends for any reason, a watchdog kills the servers and removes the directory.
//!
//! ```text
//!  test ── 127.0.0.1:ssh ──► sshd ── replica.rrx.test:mysql (127.0.0.2) ──► mariadbd (read_only, TLS, general_log)
//!    └── unix socket as root (Rig::sql): prepares data, inspects the server ──────┘
//! ```
//!
//! If the tests run as root, only the sshd can resolve the name `replica.rrx.test`, by a hosts file in its mount namespace.
//! Otherwise the replica has no name, only its address. [`Rig::mysql_host`] returns the name or the address.

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of the rig")]
#![allow(clippy::unused_self, reason = "the tests should not depend on which values are constant")]

mod directory;
mod forwarder;
mod mariadb;
mod ports;
mod silent;
mod sshd;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use directory::{RigDirectory, run, wait_until};
pub use forwarder::{Forwarder, Mode, TargetOrder};
pub use mariadb::{ACCOUNT, Mariadb, PASSWORD};
pub use ports::free_port;
use rrx::domain::profile::{
    CommandConsent, Environment, Hop, HopDefaults, LostStatements, Profile, ProfileLimits, SecretSource, Spilling,
    TlsMode,
};
pub use silent::Silent;
pub use sshd::{ALIAS, Pam, Sshd, SshdOptions, has_private_hosts_file};

/// A running MariaDB server and a running sshd.
pub struct Rig {
    directory: RigDirectory,
    mariadb: Mariadb,
    sshd: Sshd,
}

impl Rig {
    /// Returns the rig of this test binary, and starts it at the first call.
    ///
    /// # Panics
    /// If a server does not start. The message contains the end of its log.
    pub fn start() -> &'static Self {
        static RIG: OnceLock<Rig> = OnceLock::new();
        RIG.get_or_init(|| {
            let directory = RigDirectory::new();
            directory.make_user_keys();
            let mariadb = Mariadb::start(&directory);
            let sshd = Sshd::start(&directory, &mariadb, &SshdOptions::default());
            print_log_on_panic(sshd.log_file());
            Self { directory, mariadb, sshd }
        })
    }

    /// Returns the port of the shared sshd on [`Rig::ssh_host`].
    pub fn ssh_port(&self) -> u16 {
        self.sshd.port()
    }

    /// Returns the address of the shared sshd.
    pub fn ssh_host(&self) -> &'static str {
        sshd::HOST
    }

    /// Returns the account of all sshds.
    pub fn ssh_user(&self) -> &str {
        self.directory.server_user()
    }

    /// Returns the directory with all files of the rig.
    pub fn directory(&self) -> &RigDirectory {
        &self.directory
    }

    /// Returns the shared sshd. Tests that stop or kill an sshd use [`Rig::start_sshd`].
    pub fn sshd(&self) -> &Sshd {
        &self.sshd
    }

    /// Starts another sshd for the same MariaDB. Dropping it stops it.
    pub fn start_sshd(&self, options: &SshdOptions) -> Sshd {
        Sshd::start(&self.directory, &self.mariadb, options)
    }

    /// Returns another server with the same account, and starts it at the first call. It accepts writes, offers no TLS, and is
    /// not a replica.
    ///
    /// # Panics
    /// If it does not start.
    pub fn writable_mariadb(&self) -> &'static Mariadb {
        static WRITER: OnceLock<Mariadb> = OnceLock::new();
        WRITER.get_or_init(|| Mariadb::start_writable(&self.directory))
    }

    /// Starts another server with the same account and certificates, which the test may stop, restart and change.
    pub fn start_mariadb(&self, name: &str, options: &[&str]) -> Mariadb {
        Mariadb::start_with_options(&self.directory, name, options)
    }

    /// Returns the replica's name or address, as the sshd reaches it.
    pub fn mysql_host(&self) -> &str {
        self.mariadb.host()
    }

    pub fn mysql_port(&self) -> u16 {
        self.mariadb.port()
    }

    /// Returns the replica's address, for connections that do not use the sshd, such as those of the C client in a bench.
    pub fn mysql_address(&self) -> &'static str {
        mariadb::ADDRESS
    }

    /// Returns the read-only account, which has SELECT, SHOW VIEW and PROCESS on everything.
    pub fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// Returns the account's password: 48 characters with quotes, `@`, `$`, `%` and backslashes.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Returns the file with the password, for `password = { file = … }`.
    pub fn password_file(&self) -> PathBuf {
        self.directory.path("password")
    }

    /// Returns the user's private key (ed25519, no passphrase), which the sshd accepts.
    pub fn user_key(&self) -> PathBuf {
        self.directory.path("user_key")
    }

    /// Returns a private RSA key without a passphrase, which the sshd accepts.
    pub fn rsa_key(&self) -> PathBuf {
        self.directory.path("rsa_key")
    }

    /// Returns a private key with the passphrase [`directory::PASSPHRASE`], which the sshd accepts.
    pub fn encrypted_key(&self) -> PathBuf {
        self.directory.path("encrypted_key")
    }

    /// Returns the passphrase of [`Rig::encrypted_key`].
    pub fn passphrase(&self) -> &'static str {
        directory::PASSPHRASE
    }

    /// Returns a private key that the sshd does not accept.
    pub fn unauthorized_key(&self) -> PathBuf {
        self.directory.path("unauthorized_key")
    }

    /// Returns the private key of the authority that signs user keys and host keys. The public key is in the same directory.
    pub fn authority(&self) -> PathBuf {
        self.directory.path("authority")
    }

    /// Returns the private key of an authority that no server or client trusts.
    pub fn untrusted_authority(&self) -> PathBuf {
        self.directory.path("untrusted_authority")
    }

    /// Returns the `known_hosts` file with the shared sshd's key. A test that changes it must use a copy.
    pub fn known_hosts(&self) -> PathBuf {
        self.sshd.known_hosts()
    }

    /// Returns the certificate of the CA that signed the replica's certificate, which has the names `replica.rrx.test`,
    /// `localhost` and its address.
    pub fn ca(&self) -> PathBuf {
        self.directory.path("ca.pem")
    }

    /// Returns the certificate of a CA that signed no other certificate.
    pub fn other_ca(&self) -> PathBuf {
        self.directory.path("other_ca.pem")
    }

    /// Runs statements as the server's root over its unix socket, and returns the rows, tab-separated and without headers.
    ///
    /// # Panics
    /// If the server refuses a statement.
    pub fn sql(&self, text: &str) -> String {
        self.mariadb.sql(text)
    }

    /// Runs statements like [`Rig::sql`], and returns the bytes that the client prints.
    ///
    /// # Panics
    /// If the server refuses a statement.
    pub fn sql_raw(&self, text: &str) -> Vec<u8> {
        self.mariadb.sql_raw(text)
    }

    /// Runs a file of statements as the server's root, for large fixtures.
    ///
    /// # Panics
    /// If the server refuses a statement.
    pub fn sql_file(&self, file: &Path) {
        self.mariadb.sql_file(file);
    }

    /// Returns the server's general log so far, which has every statement with its connection.
    pub fn general_log(&self) -> String {
        self.mariadb.general_log()
    }

    /// Creates a private directory in the rig's directory.
    pub fn private_directory(&self, name: &str) -> PathBuf {
        self.directory.private(name)
    }

    /// Returns a section of `config.toml` that connects to the replica through the shared sshd.
    pub fn profile_toml(&self, name: &str) -> String {
        self.profile_toml_through(name, sshd::HOST, self.ssh_port())
    }

    /// Returns a section of `config.toml` that connects to the replica through the hop at an address, such as a [`Forwarder`] or
    /// another sshd.
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

    /// Returns a hop for the sshd at a loopback port, with the user's key. The `known_hosts` file must have the sshd's key.
    pub fn hop(&self, port: u16, known_hosts: &Path) -> Hop {
        Hop {
            host: sshd::HOST.into(),
            port: Some(port),
            user: Some(self.ssh_user().into()),
            identity: vec![self.user_key()],
            certificate: None,
            host_key: Vec::new(),
            known_hosts: Some(known_hosts.to_owned()),
            proxy_command: None,
        }
    }

    /// Returns a profile like that of [`Rig::profile_toml`].
    pub fn profile(&self) -> Profile {
        Profile {
            name: "rig".into(),
            environment: Environment::Test,
            route: vec![self.hop(self.ssh_port(), &self.known_hosts())],
            identity_passphrase: None,
            proxy_command: CommandConsent::Ask,
            host: self.mysql_host().into(),
            port: self.mysql_port(),
            user: ACCOUNT.into(),
            password: Some(SecretSource::File(self.password_file())),
            tls: TlsMode::VerifyIdentity,
            ca: Some(self.ca()),
            tls_server_name: None,
            cleartext: false,
            database: None,
            require_replica: true,
            docs: Vec::new(),
            snippets: Vec::new(),
            blinding: None,
            limits: ProfileLimits::default(),
            time_zone: "+00:00".into(),
            sql_mode: None,
            group_concat_max_len: 1 << 20,
            spill: Spilling::Allowed,
            lost_statements: LostStatements::Ask,
            tunnel: false,
            heartbeat: None,
            hop_defaults: HopDefaults::default(),
        }
    }
}

/// Prints the end of the shared sshd's log when a test fails, because most tests connect through it.
#[expect(clippy::print_stderr, reason = "a failing test prints it")]
fn print_log_on_panic(log: PathBuf) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        let log = std::fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("the shared sshd's log ends:\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
    }));
}
