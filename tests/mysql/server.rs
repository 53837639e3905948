//! A private MySQL server behind the rig's sshd. It is that of Debian sid, in a directory that `tests/run mysql` creates.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rrx::domain::profile::{Profile, SecretSource, TlsMode};

use crate::rig::{ACCOUNT, PASSWORD, Rig, Sshd, SshdOptions, wait_until};

/// The address of the server. The rig's MariaDB has the same address with another port, so both have the same certificate and
/// name.
const ADDRESS: &str = "127.0.0.2";

/// A running MySQL server.
pub struct MySql {
    rig: &'static Rig,
    sshd: Sshd,
    port: u16,
    socket: PathBuf,
}

impl MySql {
    /// Returns the server of this test binary, and starts it at the first call from the directory in `RRX_MYSQL_ROOT`.
    ///
    /// # Panics
    /// If it does not start. The message contains the end of its log.
    pub fn start() -> &'static Self {
        static SERVER: OnceLock<MySql> = OnceLock::new();
        SERVER.get_or_init(|| {
            let root = PathBuf::from(std::env::var("RRX_MYSQL_ROOT").expect("RRX_MYSQL_ROOT: see tests/run --help"));
            Self::start_in(&root)
        })
    }

    fn start_in(root: &std::path::Path) -> Self {
        let rig = Rig::start();
        let directory = rig.directory();
        let (uid, gid) = directory.server_ids().expect("root, for chroot");
        let inside = PathBuf::from(format!("/srv/rrx-{}", std::process::id()));
        let outside = root.join(inside.strip_prefix("/").unwrap());
        assert!(!outside.exists(), "{} exists already: an earlier start failed with a message", outside.display());
        fs::create_dir_all(&outside).unwrap();
        for file in ["ca.pem", "server.pem", "server.key"] {
            fs::copy(directory.path(file), outside.join(file)).unwrap();
            directory.give(&outside.join(file));
        }
        let quoted = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
        let accounts = format!(
            "CREATE USER '{ACCOUNT}'@'%' IDENTIFIED WITH caching_sha2_password BY '{quoted}';\n\
             CREATE USER 'TLS_ONLY'@'%' IDENTIFIED WITH caching_sha2_password BY '{quoted}' REQUIRE SSL;\n\
             GRANT SELECT, SHOW VIEW, PROCESS, REPLICATION CLIENT ON *.* TO '{ACCOUNT}'@'%', 'TLS_ONLY'@'%';\n\
             SET GLOBAL read_only = 1;\n"
        );
        fs::write(outside.join("accounts.sql"), accounts).unwrap();
        directory.give(&outside);
        directory.give(&outside.join("accounts.sql"));
        let mysqld = || {
            let mut command = Command::new("chroot");
            command.arg(format!("--userspec={uid}:{gid}")).arg(root).args(["mysqld", "--no-defaults"]);
            command.arg(format!("--datadir={}/data", inside.display())).stdin(Stdio::null());
            command
        };
        let output = mysqld().arg("--initialize-insecure").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = crate::rig::free_port();
        let path = |name: &str| format!("{}/{name}", inside.display());
        let mut command = mysqld();
        command
            .args([
                "--mysqlx=OFF",
                "--disable-log-bin",
                "--skip-name-resolve",
                "--server-id=9",
                "--general-log=1",
                "--secure-file-priv=",
            ])
            .args([format!("--bind-address={ADDRESS}"), format!("--port={port}")])
            .args(
                [
                    "socket=admin.sock",
                    "pid-file=pid",
                    "general-log-file=general.log",
                    "tmpdir=",
                    "init-file=accounts.sql",
                ]
                .map(|option| {
                    let (name, file) = option.split_once('=').unwrap();
                    format!("--{name}={}", path(file))
                }),
            )
            .args(["ca=ca.pem", "cert=server.pem", "key=server.key"].map(|option| {
                let (name, file) = option.split_once('=').unwrap();
                format!("--ssl-{name}={}", path(file))
            }));
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut server = directory.spawn(&mut command, &directory.path("mysqld.log"));
        if let Err(why) = server.wait_for(format!("{ADDRESS}:{port}").parse().unwrap()) {
            panic!("MySQL does not start: {why}");
        }
        // The server runs until the rig's watchdog kills it.
        std::mem::forget(server);
        let permit = vec![format!("{}:{port}", rig.mysql_host()), format!("{ADDRESS}:{port}")];
        let sshd = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
        let socket = outside.join("admin.sock");
        wait_until("the socket exists", Duration::from_secs(30), || socket.exists());
        Self { rig, sshd, port, socket }
    }

    /// Returns a profile that connects through the sshd, with verified TLS.
    pub fn profile(&self) -> Profile {
        Profile {
            route: vec![self.rig.hop(self.sshd.port(), &self.sshd.known_hosts())],
            port: self.port,
            require_replica: false,
            time_zone: "+02:00".into(),
            group_concat_max_len: 12_345,
            password: Some(SecretSource::Env(PASSWORD.into())),
            tls: TlsMode::VerifyIdentity,
            ..self.rig.profile()
        }
    }

    /// Returns the address for a direct connection.
    pub fn address(&self) -> &'static str {
        ADDRESS
    }

    /// Returns the command of a client that is signed in as administrator.
    pub fn client(&self) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4"])
            .args(["-u", "root", "--socket"])
            .arg(&self.socket);
        command
    }

    /// Runs statements as administrator over the socket, and returns the bytes that the client prints.
    pub fn sql(&self, text: &str) -> Vec<u8> {
        let output = self.client().args(["-e", text]).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}
