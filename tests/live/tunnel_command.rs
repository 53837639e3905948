//! Tests `rrx tunnel` with the real program: the C client through the tunnel, lost hops, the end of the tunnel, and the access
//! log.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::doctor::{CommandResult, Home};
use crate::rig::{Forwarder, Mode, Rig, SshdOptions};

/// Time limit of each event.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A running `rrx tunnel rig --json …` and its events.
pub struct TunnelCommand {
    child: Child,
    events: mpsc::Receiver<Value>,
    pub home: Home,
    /// The first event.
    pub opened: Value,
}

impl TunnelCommand {
    pub fn start(settings: &str, arguments: &[&str]) -> Self {
        let arguments = [&["tunnel", "rig", "--json"], arguments].concat();
        Self::start_with(Home::with(settings), Home::rrx, &arguments)
    }

    /// Starts the tunnel with a command that `rrx` creates.
    pub fn start_with(home: Home, rrx: impl Fn(&Home, &[&str]) -> Command, arguments: &[&str]) -> Self {
        let mut child = rrx(&home, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, events) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")));
            }
        });
        let mut tunnel = Self { child, events, home, opened: Value::Null };
        tunnel.opened = tunnel.events.recv_timeout(TIMEOUT).unwrap_or_else(|_| {
            let _ = tunnel.child.kill();
            let mut stderr = String::new();
            let _ = tunnel.child.stderr.take().unwrap().read_to_string(&mut stderr);
            panic!("the tunnel does not open: {stderr}")
        });
        assert_eq!(tunnel.opened["event"], "opened");
        tunnel
    }

    pub fn port(&self) -> u16 {
        self.opened["local_port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap()
    }

    /// Waits for an event by its name.
    pub fn wait(&self, event: &str) -> Value {
        self.events_until(event).pop().unwrap()
    }

    /// Waits for an event by its name, and returns it with the events before it.
    pub fn events_until(&self, event: &str) -> Vec<Value> {
        let mut all = Vec::new();
        while all.last().is_none_or(|last: &Value| last["event"] != event) {
            all.push(self.events.recv_timeout(TIMEOUT).unwrap_or_else(|_| panic!("no event {event}: {all:?}")));
        }
        all
    }

    /// Sends a signal, and waits for the exit code.
    pub fn stop(self, signal: Signal) -> (i32, Home) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
        self.wait_for_exit()
    }

    /// Sends the signal of Ctrl-C, and waits for the exit code and the last events.
    pub fn interrupt(self) -> (i32, Vec<Value>) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGINT).unwrap();
        let events = self.events_until("closed");
        (self.wait_for_exit().0, events)
    }

    /// Waits for the exit code.
    pub fn wait_for_exit(mut self) -> (i32, Home) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let empty = Home::with("");
        (code, std::mem::replace(&mut self.home, empty))
    }
}

impl Drop for TunnelCommand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the rig's profile with the permission to open a tunnel.
pub fn tunnel_settings(rig: &Rig) -> String {
    format!("{}tunnel = true\n", rig.profile_toml("rig"))
}

/// Returns the records of the access log.
pub fn records(home: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(home.join("state/access.log.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn events(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["event"].as_str().unwrap()).collect()
}

/// Returns the command of the C client that runs a statement. `address` has the arguments for the port or the socket.
pub fn client(rig: &Rig, address: &[String], statement: &str) -> Command {
    let mut command = Command::new("mariadb");
    command
        .args(["--no-defaults", "--batch", "--skip-column-names", "--ssl", "--connect-timeout=20", "-u", rig.account()])
        .arg(format!("--ssl-ca={}", rig.ca().display()))
        .args(address)
        .args(["-e", statement])
        .env("MYSQL_PWD", rig.password())
        .stdin(Stdio::null());
    command
}

pub fn port_arguments(port: u16) -> Vec<String> {
    vec!["-h".into(), "127.0.0.1".into(), format!("-P{port}")]
}

pub fn stdout_text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Connects and reads the server's greeting.
pub fn connect_to_mysql(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut bytes = [0; 256];
    let count = stream.read(&mut bytes).unwrap();
    assert!(String::from_utf8_lossy(&bytes[..count]).contains("MariaDB"), "{:?}", &bytes[..count]);
    stream
}

/// Reads until the connection ends, normally or with an error.
fn read_to_end(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

#[test]
fn the_c_client_works_through_a_port_and_the_log_has_all_records() {
    let rig = Rig::start();
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &["--reason", "T-7 a report"]);
    assert_eq!(events(&records(tunnel.home.path())), ["opened"], "on disk before anyone can come");
    let output =
        client(rig, &port_arguments(tunnel.port()), "SELECT @@read_only, REPEAT('x', 100000)").output().unwrap();
    assert_eq!(stdout_text(&output), format!("1\t{}", "x".repeat(100_000)));
    let left = tunnel.wait("left");
    let port = tunnel.port();
    let account = rig.account();
    let client_settings = |program: &str| tunnel.opened["settings"][program].as_str().unwrap();
    let (place, ca) = (format!("-h 127.0.0.1 -P {port} -u {account} -p"), rig.ca().display().to_string());
    assert_eq!(client_settings("mysql"), format!("mysql {place} --ssl-mode=VERIFY_CA --ssl-ca={ca}"));
    assert_eq!(client_settings("mariadb"), format!("mariadb {place} --ssl --ssl-ca={ca}"));
    assert_eq!(client_settings("JDBC"), format!("jdbc:mysql://127.0.0.1:{port}/?user={account}&sslMode=VERIFY_CA"));
    let tableau = format!("server 127.0.0.1, port {port}, database (none), username {account}, require SSL: yes");
    assert_eq!(client_settings("Tableau"), tableau);
    let (code, home) = tunnel.stop(Signal::SIGINT);
    assert_eq!(code, 0);
    let records = records(home.path());
    assert_eq!(events(&records), ["opened", "came", "left", "closed"]);
    assert!(records.iter().all(|record| record["kind"] == "tunnel" && record["id"] == records[0]["id"]), "{records:?}");
    assert_eq!(records[0]["reason"], "T-7 a report");
    assert_eq!(records[0]["at"], format!("127.0.0.1:{port}"));
    assert_eq!((&records[2]["down"], &records[2]["end"]), (&left["down"], &"closed".into()));
    assert!(records[2]["down"].as_u64().unwrap() > 100_000 && records[2]["up"].as_u64().unwrap() > 100);
    assert_eq!((&records[3]["clients"], &records[3]["down"]), (&1.into(), &records[2]["down"]));
    let shown = home.run(&["log", "show"]);
    assert!(shown.out.contains("T-7 a report") && shown.out.contains("tunnel closed: 1 client,"), "{shown:?}");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port is closed");
}

#[test]
fn a_tunnel_listens_at_the_given_port() {
    let rig = Rig::start();
    let port = crate::rig::free_port();
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &["--listen", &format!("localhost:{port}")]);
    assert_eq!(tunnel.port(), port);
    drop(connect_to_mysql(port));
    assert_eq!(tunnel.stop(Signal::SIGTERM).0, 0);
}

#[test]
fn the_c_client_works_through_a_socket_that_is_removed_at_the_end() {
    let rig = Rig::start();
    let directory = rig.private_directory("tunnel-socket");
    let path: PathBuf = directory.join("s");
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &["--socket", path.to_str().unwrap()]);
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap()) & 0o777, 0o600);
    let output = client(rig, &[format!("--socket={}", path.display())], "SELECT 6 * 7").output().unwrap();
    assert_eq!(stdout_text(&output), "42");
    tunnel.wait("left");
    let (code, home) = tunnel.stop(Signal::SIGTERM);
    assert_eq!((code, path.exists()), (0, false));
    assert_eq!(events(&records(home.path())), ["opened", "came", "left", "closed"]);
}

#[test]
fn a_client_that_does_not_read_delays_no_other_and_both_end_with_the_tunnel() {
    let rig = Rig::start();
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &[]);
    let endless = "SELECT seq, REPEAT('x', 1000) FROM mysql.seq_1_to_1000000";
    let mut slow = client(rig, &port_arguments(tunnel.port()), endless);
    let mut slow = slow.arg("--quick").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = [0; 10];
    slow.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let output = client(rig, &port_arguments(tunnel.port()), "SELECT 1").output().unwrap();
    assert_eq!(stdout_text(&output), "1");
    let other = connect_to_mysql(tunnel.port());
    let (code, home) = tunnel.stop(Signal::SIGINT);
    assert_eq!(code, 0);
    assert_eq!(read_to_end(other), b"");
    let _ = slow.kill();
    let _ = slow.wait();
    let records = records(home.path());
    let ended = records.iter().filter(|record| record["end"] == "closed with the tunnel").count();
    assert_eq!((ended, records.last().unwrap()["clients"].as_u64()), (2, Some(3)), "{records:?}");
}

#[test]
fn a_killed_hop_ends_its_clients_and_new_clients_can_connect() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = TunnelCommand::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = connect_to_mysql(tunnel.port());
    sshd.kill_connections();
    assert_eq!(read_to_end(client), b"");
    tunnel.wait("lost");
    tunnel.wait("back");
    drop(connect_to_mysql(tunnel.port()));
    let (code, home) = tunnel.stop(Signal::SIGINT);
    assert_eq!(code, 0);
    let records = records(home.path());
    let broken = records.iter().find(|record| record["client"] == 1 && record["event"] == "left").unwrap();
    assert!(broken["end"].as_str().unwrap().starts_with("broken"), "{broken}");
}

#[test]
fn a_refused_reconnect_is_not_repeated() {
    let rig = Rig::start();
    // The sshd must be able to read the file, so it is not in a private directory.
    let keys = rig.directory().path("tunnel-refused.listed");
    let public = std::fs::read(rig.user_key().with_extension("pub")).unwrap();
    std::fs::write(&keys, public).unwrap();
    let sshd = rig.start_sshd(&SshdOptions { keys: Some(keys.clone()), ..SshdOptions::default() });
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = TunnelCommand::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = connect_to_mysql(tunnel.port());
    std::fs::write(&keys, "").unwrap();
    sshd.kill_connections();
    assert_eq!(read_to_end(client), b"");
    let gone = tunnel.wait("gone");
    assert!(gone["what"].as_str().unwrap().contains("refused the sign-in"), "{gone}");
    let (code, home) = tunnel.wait_for_exit();
    assert_eq!(code, 3);
    let records = records(home.path());
    assert_eq!(events(&records), ["opened", "came", "left", "closed"]);
    assert!(records[3]["end"].as_str().unwrap().contains("refused the sign-in"), "{records:?}");
}

#[test]
fn a_host_with_other_keys_is_not_reconnected_to() {
    let rig = Rig::start();
    let mut sshd = rig.start_sshd(&SshdOptions::default());
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = TunnelCommand::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = connect_to_mysql(tunnel.port());
    let before = sshd.log();
    sshd.restart_with_new_keys(rig.directory());
    assert_eq!(read_to_end(client), b"");
    let gone = tunnel.wait("gone");
    assert!(gone["what"].as_str().unwrap().contains("has changed"), "{gone}");
    let (code, home) = tunnel.wait_for_exit();
    assert_eq!(code, 3);
    let records = records(home.path());
    assert_eq!(events(&records), ["opened", "came", "left", "closed"]);
    assert!(records[3]["end"].as_str().unwrap().contains("has changed"), "{records:?}");
    assert!(!sshd.log()[before.len()..].contains("Accepted"), "nothing was offered to it");
}

#[test]
fn a_client_that_connects_while_the_hop_is_lost_waits_for_it() {
    let rig = Rig::start();
    let hop = Forwarder::to("127.0.0.1", rig.ssh_port());
    let known = rig.private_directory("tunnel-known").join("known");
    let key = rig.sshd().host_key("ed25519");
    std::fs::write(&known, format!("[127.0.0.1]:{} {key}\n", hop.port())).unwrap();
    let settings = rig.profile_toml_through("rig", "127.0.0.1", hop.port());
    let settings = settings.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    let tunnel = TunnelCommand::start(&format!("{settings}tunnel = true\n"), &[]);
    hop.set(Mode::Reset);
    tunnel.wait("lost");
    tunnel.wait("not-back");
    let port = tunnel.port();
    let waiting = std::thread::spawn(move || connect_to_mysql(port));
    tunnel.wait("came");
    hop.set(Mode::Pass);
    drop(waiting.join().unwrap());
    assert_eq!(tunnel.stop(Signal::SIGTERM).0, 0);
}

#[test]
fn a_client_without_a_forward_gets_the_reason_in_its_own_protocol() {
    let rig = Rig::start();
    let hop = Forwarder::to("127.0.0.1", rig.ssh_port());
    let known = rig.private_directory("tunnel-no-forward").join("known");
    let key = rig.sshd().host_key("ed25519");
    std::fs::write(&known, format!("[127.0.0.1]:{} {key}\n", hop.port())).unwrap();
    let settings = rig.profile_toml_through("rig", "127.0.0.1", hop.port());
    let settings = settings.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    let tunnel = TunnelCommand::start(&format!("{settings}tunnel = true\n"), &[]);
    // The first client uses the existing SSH connection. The second client needs a new one, which fails.
    let first = connect_to_mysql(tunnel.port());
    hop.set(Mode::BlackHole);
    let output = client(rig, &port_arguments(tunnel.port()), "SELECT 1").output().unwrap();
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("rrx tunnel: "), "{stderr}");
    drop(first);
    assert_eq!(tunnel.stop(Signal::SIGINT).0, 0);
}

#[test]
fn a_tunnel_that_is_not_allowed_is_refused_with_what_to_do() {
    let rig = Rig::start();
    let refused = |settings: &str, arguments: &[&str]| -> CommandResult {
        let home = Home::with(settings);
        let ran = home.run(arguments);
        assert!(records(home.path()).is_empty(), "nothing was opened");
        ran
    };
    let not_allowed = refused(&rig.profile_toml("rig"), &["tunnel", "rig"]);
    assert_eq!(not_allowed.code, 4, "{not_allowed:?}");
    assert!(not_allowed.err.contains("tunnel = true in [profile.rig]"), "{}", not_allowed.err);
    let blinded = format!("{}blinding = 'b.toml'\n", tunnel_settings(rig));
    let no_reason = refused(&blinded, &["tunnel", "rig"]);
    assert_eq!(no_reason.code, 4, "{no_reason:?}");
    assert!(no_reason.err.contains("--reason"), "{}", no_reason.err);
    let demo = refused("", &["tunnel", "demo"]);
    assert!(demo.code == 4 && demo.err.contains("rrx demo --listen"), "{demo:?}");
    let unknown_key =
        refused(&tunnel_settings(rig).replace(&rig.known_hosts().display().to_string(), "~/none"), &["tunnel", "rig"]);
    assert_eq!(unknown_key.code, 3, "{unknown_key:?}");
    assert!(unknown_key.err.contains("rrx doctor rig --accept-host-key SHA256:"), "{}", unknown_key.err);
    let closed = crate::rig::free_port().to_string();
    let port = format!("port = {}", rig.mysql_port());
    let no_forward = refused(&tunnel_settings(rig).replace(&port, &format!("port = {closed}")), &["tunnel", "rig"]);
    assert!(no_forward.code == 3 && no_forward.err.contains("refuses to forward"), "{no_forward:?}");
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().port().to_string();
    let in_use = refused(&tunnel_settings(rig), &["tunnel", "rig", "--listen", &taken]);
    assert_eq!(in_use.code, 6, "{in_use:?}");
    let for_all = refused(&tunnel_settings(rig), &["tunnel", "rig", "--listen", "0.0.0.0:3307"]);
    assert!(for_all.code == 2 && for_all.err.contains("--listen 127.0.0.1:3307"), "{for_all:?}");

    let reasoned = TunnelCommand::start(&blinded, &["--reason", "T-9"]);
    let (_, home) = reasoned.stop(Signal::SIGINT);
    assert_eq!(records(home.path())[0]["reason"], "T-9");
}
