//! A private MariaDB server with the demo's tables and rows.
//!
//! [`DemoMariadb::start`] starts a server that has only a socket. [`DemoMariadb::listening`] starts a replica with a port and
//! the demo's account, for a session through an sshd.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rrx::demo::data;
use rrx::demo::schema::DemoSchema;

/// The address of a server with a port.
pub const ADDRESS: &str = "127.0.0.1";
/// An account with the privileges of the demo's account.
pub const ACCOUNT: &str = "RO_USER";
pub const PASSWORD: &str = "loaded";

/// A running server with the demo's data. Dropping it kills the server and removes its data.
pub struct DemoMariadb {
    directory: tempfile::TempDir,
    server: Child,
    port: Option<u16>,
}

impl DemoMariadb {
    /// Starts a server without a port, and loads the demo's data with `subjects` for each study.
    pub fn start(subjects: u32) -> Self {
        Self::start_with(subjects, None)
    }

    /// Starts a read-only server that reports `version`, on a port of [`ADDRESS`], with [`ACCOUNT`].
    pub fn listening(subjects: u32, version: &str) -> Self {
        let loaded = Self::start_with(subjects, Some(version));
        loaded.rows(&account_sql(&data::schema()));
        loaded
    }

    fn start_with(subjects: u32, version: Option<&str>) -> Self {
        let directory = tempfile::Builder::new().prefix("rrx-loaded-").tempdir().unwrap();
        let is_root = nix::unistd::Uid::effective().is_root();
        if is_root {
            run(Command::new("chown").arg("mysql").arg(directory.path()));
        }
        let user: &[&str] = if is_root { &["--user=mysql"] } else { &[] };
        install(&directory.path().join("data"), user);
        let mut server_log = String::new();
        // Another process can take the port first.
        for _ in 0..3 {
            let listens = version.map(|version| (crate::rig::free_port(), version));
            match serve(directory.path(), user, listens) {
                Ok(server) => {
                    let loaded = Self { directory, server, port: listens.map(|(port, _)| port) };
                    load(&loaded.socket(), subjects);
                    return loaded;
                }
                Err(log) => server_log = log,
            }
        }
        panic!("the server does not answer: {server_log}");
    }

    /// Returns the unix socket. Its account is `root` without a password.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }

    /// Returns the port.
    ///
    /// # Panics
    /// If the server has no port.
    pub fn port(&self) -> u16 {
        self.port.expect("the server has a port")
    }

    /// Runs a statement, and returns the fields of its rows as the client prints them.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let output =
            client(&self.socket()).args(["--batch", "--raw", "--skip-column-names"]).arg("-e").arg(sql).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}\n{sql}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }
}

impl Drop for DemoMariadb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Loads the demo's tables and rows into the server at `socket`.
pub fn load(socket: &Path, subjects: u32) {
    let schema = data::schema();
    let mut child = client(socket).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = std::io::BufWriter::new(child.stdin.take().unwrap());
    input.write_all(data::ddl(&schema).as_bytes()).unwrap();
    data::dump(&schema, subjects, &mut input).unwrap();
    drop(input.into_inner().unwrap());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the server and waits until it answers. If it ends or does not answer within a minute, its log is the error.
fn serve(directory: &Path, user: &[&str], listens: Option<(u16, &str)>) -> Result<Child, String> {
    let log = directory.join("log");
    let mut server = Command::new("mariadbd")
        // At its start a server removes all `#sql…` files from the temporary directory, even those of other servers.
        .args(["--no-defaults", "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0"])
        .arg(format!("--tmpdir={}", directory.display()))
        .args(["--innodb-buffer-pool-size=48M", "--innodb-log-file-size=16M"])
        .args(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"])
        .arg(format!("--datadir={}", directory.join("data").display()))
        .arg(format!("--socket={}", directory.join("socket").display()))
        .arg(format!("--pid-file={}", directory.join("pid").display()))
        .args(network(listens))
        .args(user)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while !answers(&directory.join("socket")) {
        if server.try_wait().unwrap().is_some() || Instant::now() > deadline {
            let _ = server.kill();
            let _ = server.wait();
            return Err(std::fs::read_to_string(log).unwrap());
        }
        std::thread::yield_now();
    }
    Ok(server)
}

fn network(listens: Option<(u16, &str)>) -> Vec<String> {
    match listens {
        None => vec!["--skip-networking".into()],
        Some((port, version)) => vec![
            format!("--bind-address={ADDRESS}"),
            format!("--port={port}"),
            format!("--version={version}"),
            "--skip-name-resolve".into(),
        ],
    }
}

/// Returns the statements that create the account with the demo's grants and make the server read-only.
fn account_sql(schema: &DemoSchema) -> String {
    let mut text =
        format!("CREATE USER {ACCOUNT}@'%' IDENTIFIED BY '{PASSWORD}'; GRANT PROCESS ON *.* TO {ACCOUNT}@'%';");
    for database in schema.databases.iter().filter(|it| it.name != "information_schema") {
        if database.tables.iter().any(|table| table.is_forbidden) {
            let tables = database.tables.iter().filter(|table| !table.is_forbidden).map(|table| &table.name);
            for name in tables.chain(database.views.iter().map(|view| &view.name)) {
                let _ = write!(text, "GRANT SELECT ON `{}`.`{name}` TO {ACCOUNT}@'%';", database.name);
            }
        } else {
            let _ = write!(text, "GRANT SELECT, SHOW VIEW ON `{}`.* TO {ACCOUNT}@'%';", database.name);
        }
    }
    text + "SET GLOBAL read_only = 1"
}

fn client(socket: &Path) -> Command {
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--user=root", "--default-character-set=utf8mb4", "--binary-mode"]);
    command.arg(format!("--socket={}", socket.display()));
    command
}

fn answers(socket: &Path) -> bool {
    client(socket).args(["-e", "DO 1"]).stderr(Stdio::null()).status().unwrap().success()
}

/// Creates the data directory. It tries three times, each time in a new directory, because under load the bootstrap server of
/// `mariadb-install-db` sometimes fails.
fn install(data_directory: &Path, user: &[&str]) {
    let mut output_text = String::new();
    for _ in 0..3 {
        let _ = std::fs::remove_dir_all(data_directory);
        let output = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg("--innodb-use-native-aio=0")
            .args(data_directory.parent().map(|directory| format!("--tmpdir={}", directory.display())))
            .arg(format!("--datadir={}", data_directory.display()))
            .args(user)
            .output()
            .unwrap();
        if output.status.success() {
            return;
        }
        output_text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    panic!("mariadb-install-db: {output_text}");
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
