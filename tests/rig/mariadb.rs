//! The rig's replica: a private MariaDB with TLS, a general log, `read_only`, and a read-only account.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::directory::{RigDirectory, Server, run};
use super::ports::free_port;

/// The address of the replica. The sshd has another one.
pub const ADDRESS: &str = "127.0.0.2";
/// The name of the replica if the sshd has a private hosts file.
pub const NAME: &str = "replica.rrx.test";
pub const ACCOUNT: &str = "RO_USER";
/// The password of [`ACCOUNT`]: 48 characters, many of which need quoting.
pub const PASSWORD: &str = r#"p'Q"r@s$T%u\V`w;X#y!Z&1=2+3/4?5<6>7[8]9{0}|~^*()"#;

/// A running MariaDB server. The directory's watchdog kills it.
pub struct Mariadb {
    directory: RigDirectory,
    data: PathBuf,
    server_log: PathBuf,
    options: Vec<String>,
    port: u16,
    host: &'static str,
    socket: PathBuf,
    log: PathBuf,
    server: Option<Server>,
}

impl Mariadb {
    /// Creates the certificates and the account, and starts the replica.
    pub fn start(directory: &RigDirectory) -> Self {
        assert_eq!(PASSWORD.chars().count(), 48);
        make_certificates(directory);
        let replica =
            Self::start_in(directory, "mysql", &[&["--read-only=1".to_owned()], &tls_options(directory)[..]].concat());
        let password = directory.path("password");
        fs::write(&password, format!("{PASSWORD}\n")).unwrap();
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
        replica
    }

    /// Starts another server with the certificates of the first one. Dropping it kills it.
    pub fn start_with_options(directory: &RigDirectory, name: &str, options: &[&str]) -> Self {
        let mut all = tls_options(directory);
        all.extend(options.iter().map(ToString::to_string));
        Self::start_in(directory, name, &all)
    }

    /// Starts a server with the same account that accepts writes and offers no TLS.
    pub fn start_writable(directory: &RigDirectory) -> Self {
        Self::start_in(directory, "writer", &["--read-only=0".to_owned(), "--skip-ssl".to_owned()])
    }

    /// Creates a data directory, starts a server on it, and creates the account.
    fn start_in(directory: &RigDirectory, name: &str, options: &[String]) -> Self {
        let data = directory.path(name);
        fs::create_dir(&data).unwrap();
        directory.give(&data);
        run(directory
            .as_server("mariadb-install-db")
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-use-native-aio=0",
            ])
            .arg(format!("--tmpdir={}", data.display()))
            .arg(format!("--datadir={}", data.display())));
        let socket = data.join("admin.sock");
        let general_log = data.join("general.log");
        let log = directory.path(&format!("{name}.mariadb.log"));
        let (server, port) = start_server(directory, &data, &socket, &log, options);
        let host = if directory.is_root() && super::sshd::has_private_hosts_file() { NAME } else { ADDRESS };
        let mariadb = Self {
            directory: directory.clone(),
            data,
            server_log: log,
            options: options.to_vec(),
            port,
            host,
            socket,
            log: general_log,
            server: Some(server),
        };
        let quoted = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
        mariadb.sql(&format!(
            "CREATE USER '{ACCOUNT}'@'%' IDENTIFIED BY '{quoted}'; GRANT SELECT, SHOW VIEW, PROCESS ON *.* TO '{ACCOUNT}'@'%';"
        ));
        mariadb
    }

    /// Returns the name or address by which the sshd reaches the server.
    pub fn host(&self) -> &'static str {
        self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the process id of the server, or 0 if it is stopped.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().map_or(0, Server::id)
    }

    /// Stops the server like its administrator. [`Mariadb::restart`] starts it.
    pub fn stop(&mut self) {
        let Some(server) = self.server.take() else { return };
        let _ = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
        let pid = self.data.join("mariadb.pid");
        super::directory::wait_until("the server has ended", std::time::Duration::from_secs(30), || !pid.exists());
    }

    /// Starts the stopped server on the same port.
    pub fn restart(&mut self) {
        let mut server = self.directory.spawn(
            &mut server_command(&self.directory, &self.data, &self.socket, self.port, &self.options),
            &self.server_log,
        );
        let address: SocketAddr = format!("{ADDRESS}:{}", self.port).parse().unwrap();
        server.wait_for(address).unwrap();
        self.server = Some(server);
    }

    /// Runs statements as root over the unix socket, and returns the rows.
    pub fn sql(&self, text: &str) -> String {
        run(self.client().args(["-e", text]))
    }

    /// Runs statements as root, and returns the bytes that the client prints.
    pub fn sql_raw(&self, text: &str) -> Vec<u8> {
        let output = self.client().args(["-e", text]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs a file of statements as root.
    pub fn sql_file(&self, file: &Path) {
        run(self.client().stdin(fs::File::open(file).unwrap()));
    }

    /// Returns the general log so far.
    pub fn general_log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    fn client(&self) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args([
                "--no-defaults",
                "--batch",
                "--raw",
                "--skip-column-names",
                "--default-character-set=utf8mb4",
                "-u",
                "root",
            ])
            .arg(format!("--socket={}", self.socket.display()))
            .stdin(Stdio::null());
        command
    }
}

fn tls_options(directory: &RigDirectory) -> Vec<String> {
    ["ca=ca.pem", "cert=server.pem", "key=server.key"]
        .map(|option| {
            let (name, file) = option.split_once('=').unwrap();
            format!("--ssl-{name}={}", directory.path(file).display())
        })
        .to_vec()
}

/// Starts the server. It tries three ports, because another program can take a free port first.
fn start_server(directory: &RigDirectory, data: &Path, socket: &Path, log: &Path, options: &[String]) -> (Server, u16) {
    let mut why = String::new();
    for _ in 0..3 {
        let port = free_port();
        let mut server = directory.spawn(&mut server_command(directory, data, socket, port, options), log);
        let address: SocketAddr = format!("{ADDRESS}:{port}").parse().unwrap();
        match server.wait_for(address) {
            Ok(()) => return (server, port),
            Err(reason) => why = reason,
        }
    }
    panic!("MariaDB does not start: {why}");
}

fn server_command(directory: &RigDirectory, data: &Path, socket: &Path, port: u16, options: &[String]) -> Command {
    let mut command = directory.as_server("mariadbd");
    command
        // io_uring would need locked memory, whose limit applies to all servers of the user.
        .args(["--no-defaults", "--skip-name-resolve", "--skip-log-bin", "--general-log=1"])
        .arg("--innodb-use-native-aio=0")
        // At its start a server removes all `#sql…` files from the temporary directory, even those of other servers.
        .arg(format!("--tmpdir={}", data.display()))
        .args(["--server-id=7", "--max-connections=64", "--innodb-buffer-pool-size=64M", "--key-buffer-size=1M"])
        .args(["--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=48M", "--max-allowed-packet=256M"])
        .args(["--character-set-server=utf8mb4", "--performance-schema=0", "--pid-file=mariadb.pid"])
        .arg(format!("--bind-address={ADDRESS}"))
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", data.display()))
        .arg(format!("--socket={}", socket.display()))
        .arg(format!("--general-log-file={}", data.join("general.log").display()))
        .args(options);
    command
}

/// Creates a CA with a valid and an expired certificate for the replica, and a CA without certificates.
fn make_certificates(directory: &RigDirectory) {
    let names = directory.path("names.cnf");
    fs::write(
        &names,
        format!("subjectAltName=DNS:{NAME},DNS:localhost,IP:{ADDRESS}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"),
    )
    .unwrap();
    let openssl = || {
        let mut command = Command::new("openssl");
        command.current_dir(directory.path("")).stdin(Stdio::null());
        command
    };
    for ca in ["ca", "other_ca"] {
        run(openssl()
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
            ])
            .args([
                "-subj",
                &format!("/CN=rrx rig {ca}"),
                "-keyout",
                &format!("{ca}.key"),
                "-out",
                &format!("{ca}.pem"),
            ])
            .args(["-addext", "keyUsage=critical,keyCertSign,cRLSign"]));
    }
    run(openssl().args(["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]).args([
        "-subj",
        &format!("/CN={NAME}"),
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    ]));
    for (days, file) in [("30", "server.pem"), ("-1", "expired.pem")] {
        run(openssl()
            .args(["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"])
            .args(["-days", days, "-extfile", "names.cnf", "-out", file]));
    }
    for file in ["server.key", "server.pem", "expired.pem", "ca.pem"] {
        directory.give(&directory.path(file));
    }
}
