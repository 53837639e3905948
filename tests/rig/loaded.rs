//! A private MariaDB that holds the demo's tables and rows: a socket and a folder of its own, gone with the value.
//!
//! Any live test may start one: `Loaded::start(subjects)` listens on no port; `Loaded::listening(subjects)` is a replica
//! with the demo's account, for a session through an sshd.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rrx::demo::data;
use rrx::demo::schema::DemoSchema;

/// Where a listening one listens.
pub const ADDRESS: &str = "127.0.0.1";
/// The account that may read what the demo's account may read, and the password of the demo's data alone.
pub const ACCOUNT: &str = "RO_USER";
pub const PASSWORD: &str = "loaded";

/// A running server with the demo in it.
pub struct Loaded {
    folder: tempfile::TempDir,
    server: Child,
    port: Option<u16>,
}

impl Loaded {
    /// Starts a server and loads the demo with `subjects` for each study.
    pub fn start(subjects: u32) -> Self {
        Self::start_with(subjects, None)
    }

    /// The same as a read-only server that calls itself by this version, on a port of [`ADDRESS`], with [`ACCOUNT`].
    pub fn listening(subjects: u32, version: &str) -> Self {
        let loaded = Self::start_with(subjects, Some(version));
        loaded.ask(&account(&data::schema()));
        loaded
    }

    fn start_with(subjects: u32, version: Option<&str>) -> Self {
        let folder = tempfile::Builder::new().prefix("rrx-loaded-").tempdir().unwrap();
        let is_root = nix::unistd::Uid::effective().is_root();
        if is_root {
            done(Command::new("chown").arg("mysql").arg(folder.path()));
        }
        let user: &[&str] = if is_root { &["--user=mysql"] } else { &[] };
        install(&folder.path().join("data"), user);
        let mut words = String::new();
        // Another process may take the port first.
        for _ in 0..3 {
            let listens = version.map(|version| (crate::rig::free_port(), version));
            match serve(folder.path(), user, listens) {
                Ok(server) => {
                    let loaded = Self { folder, server, port: listens.map(|(port, _)| port) };
                    load(&loaded.socket(), subjects);
                    return loaded;
                }
                Err(log) => words = log,
            }
        }
        panic!("no answer: {words}");
    }

    /// Where it listens; the account is `root` without a password.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    /// The port of a listening one.
    pub fn port(&self) -> u16 {
        self.port.expect("one that listens")
    }

    /// Runs a statement and gives the fields of its rows as the client prints them.
    pub fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        let output =
            client(&self.socket()).args(["--batch", "--raw", "--skip-column-names"]).arg("-e").arg(sql).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}\n{sql}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Loads the demo's tables and rows through the client into a server that listens on `socket`.
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

/// Starts the server and waits until it answers; where it ends before that, or takes over a minute, this gives its log.
fn serve(folder: &Path, user: &[&str], listens: Option<(u16, &str)>) -> Result<Child, String> {
    let log = folder.join("log");
    let mut server = Command::new("mariadbd")
        // A server that starts clears the temporary folder of `#sql…` files, also of those of other servers.
        .args(["--no-defaults", "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0"])
        .arg(format!("--tmpdir={}", folder.display()))
        .args(["--innodb-buffer-pool-size=48M", "--innodb-log-file-size=16M"])
        .args(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"])
        .arg(format!("--datadir={}", folder.join("data").display()))
        .arg(format!("--socket={}", folder.join("socket").display()))
        .arg(format!("--pid-file={}", folder.join("pid").display()))
        .args(network(listens))
        .args(user)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let give_up = Instant::now() + Duration::from_mins(1);
    while !answers(&folder.join("socket")) {
        if server.try_wait().unwrap().is_some() || Instant::now() > give_up {
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

/// Makes the account with the demo's grants, and the server read-only.
fn account(schema: &DemoSchema) -> String {
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

/// Makes the data folder. Under load the bootstrap server of `mariadb-install-db` now and then does not come up: it gets
/// three tries, each on a fresh folder, and the last one's words are shown.
fn install(data_folder: &Path, user: &[&str]) {
    let mut words = String::new();
    for _ in 0..3 {
        let _ = std::fs::remove_dir_all(data_folder);
        let output = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg("--innodb-use-native-aio=0")
            .args(data_folder.parent().map(|folder| format!("--tmpdir={}", folder.display())))
            .arg(format!("--datadir={}", data_folder.display()))
            .args(user)
            .output()
            .unwrap();
        if output.status.success() {
            return;
        }
        words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    panic!("mariadb-install-db: {words}");
}

fn done(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}
