//! The rig's replica: a private MariaDB with TLS, a general log, `read_only`, and a read-only account.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::folder::{Folder, Server, run};
use super::ports::free_port;

/// The address of the replica: not the sshd's.
pub const ADDRESS: &str = "127.0.0.2";
/// The name of the replica, where the sshd can have a hosts file of its own.
pub const NAME: &str = "replica.rrx.test";
/// The read-only account.
pub const ACCOUNT: &str = "RO_USER";
/// Its password: 48 characters of the awkward kind.
pub const PASSWORD: &str = r#"p'Q"r@s$T%u\V`w;X#y!Z&1=2+3/4?5<6>7[8]9{0}|~^*()"#;

/// A running server. Ended by the folder's watchdog.
pub struct Mariadb {
    folder: Folder,
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
    /// Makes the certificates, starts the replica and makes the account.
    pub fn start(folder: &Folder) -> Self {
        assert_eq!(PASSWORD.chars().count(), 48);
        make_certificates(folder);
        let replica =
            Self::start_in(folder, "mysql", &[&["--read-only=1".to_owned()], &tls_options(folder)[..]].concat());
        let password = folder.path("password");
        fs::write(&password, format!("{PASSWORD}\n")).unwrap();
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
        replica
    }

    /// Starts one more server, with the certificates of the first and these options. Ended when it is dropped.
    pub fn start_own(folder: &Folder, name: &str, options: &[&str]) -> Self {
        let mut all = tls_options(folder);
        all.extend(options.iter().map(ToString::to_string));
        Self::start_in(folder, name, &all)
    }

    /// Starts a server that takes writes and offers no TLS, with the same account.
    pub fn start_bare_writer(folder: &Folder) -> Self {
        Self::start_in(folder, "writer", &["--read-only=0".to_owned(), "--skip-ssl".to_owned()])
    }

    /// Makes a data folder of this name, starts a server on it and makes the account.
    fn start_in(folder: &Folder, name: &str, options: &[String]) -> Self {
        let data = folder.path(name);
        fs::create_dir(&data).unwrap();
        folder.give(&data);
        run(folder
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
        let log = folder.path(&format!("{name}.mariadb.log"));
        let (server, port) = start_server(folder, &data, &socket, &log, options);
        let folder_of = folder.clone();
        let host = if folder.is_root() && super::sshd::has_own_names() { NAME } else { ADDRESS };
        let mariadb = Self {
            folder: folder_of,
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

    /// The name by which the sshd reaches it.
    pub fn host(&self) -> &'static str {
        self.host
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().map_or(0, Server::id)
    }

    /// Ends the server as its administrator would; it can be started again.
    pub fn stop(&mut self) {
        let Some(server) = self.server.take() else { return };
        let _ = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
        let pid = self.data.join("mariadb.pid");
        super::folder::wait_until("the server has ended", std::time::Duration::from_secs(30), || !pid.exists());
    }

    /// Starts it again, on its port.
    pub fn start_again(&mut self) {
        let mut server = self.folder.spawn(
            &mut server_command(&self.folder, &self.data, &self.socket, self.port, &self.options),
            &self.server_log,
        );
        let address: SocketAddr = format!("{ADDRESS}:{}", self.port).parse().unwrap();
        server.wait_for(address).unwrap();
        self.server = Some(server);
    }

    /// Runs statements as root over the unix socket.
    pub fn sql(&self, text: &str) -> String {
        run(self.client().args(["-e", text]))
    }

    /// The same with every byte that the client prints.
    pub fn sql_raw(&self, text: &str) -> Vec<u8> {
        let output = self.client().args(["-e", text]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs a file of statements as root.
    pub fn sql_file(&self, file: &Path) {
        run(self.client().stdin(fs::File::open(file).unwrap()));
    }

    /// The general log so far.
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

fn tls_options(folder: &Folder) -> Vec<String> {
    ["ca=ca.pem", "cert=server.pem", "key=server.key"]
        .map(|option| {
            let (name, file) = option.split_once('=').unwrap();
            format!("--ssl-{name}={}", folder.path(file).display())
        })
        .to_vec()
}

/// Starts the server; another program may take the free port first, so it is tried three times.
fn start_server(folder: &Folder, data: &Path, socket: &Path, log: &Path, options: &[String]) -> (Server, u16) {
    let mut why = String::new();
    for _ in 0..3 {
        let port = free_port();
        let mut server = folder.spawn(&mut server_command(folder, data, socket, port, options), log);
        let address: SocketAddr = format!("{ADDRESS}:{port}").parse().unwrap();
        match server.wait_for(address) {
            Ok(()) => return (server, port),
            Err(told) => why = told,
        }
    }
    panic!("MariaDB does not start: {why}");
}

fn server_command(folder: &Folder, data: &Path, socket: &Path, port: u16, options: &[String]) -> Command {
    let mut command = folder.as_server("mariadbd");
    command
        // io_uring counts against the locked memory of the user, who runs several servers here.
        .args(["--no-defaults", "--skip-name-resolve", "--skip-log-bin", "--general-log=1"])
        .arg("--innodb-use-native-aio=0")
        // A server that starts clears the temporary folder of `#sql…` files, also of those of other servers.
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

/// Makes a CA, a certificate for the replica signed by it, another one that has expired, and a CA that signs nothing.
fn make_certificates(folder: &Folder) {
    let names = folder.path("names.cnf");
    fs::write(
        &names,
        format!("subjectAltName=DNS:{NAME},DNS:localhost,IP:{ADDRESS}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"),
    )
    .unwrap();
    let openssl = || {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path("")).stdin(Stdio::null());
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
        folder.give(&folder.path(file));
    }
}
