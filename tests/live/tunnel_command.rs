//! `rrx tunnel` by the real binary: the C client through it, lost hops, its end, and what the access log says of it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::doctor::{Home, Ran};
use crate::rig::{Forwarder, Mode, Rig, SshdOptions};

/// The longest that any event may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running `rrx tunnel rig --json …` and its events.
pub struct Tunnel {
    child: Child,
    events: mpsc::Receiver<Value>,
    pub home: Home,
    /// Its first event.
    pub opened: Value,
}

impl Tunnel {
    pub fn start(settings: &str, arguments: &[&str]) -> Self {
        let arguments = [&["tunnel", "rig", "--json"], arguments].concat();
        Self::of(Home::with(settings), Home::rrx, &arguments)
    }

    /// The same by a command that is made otherwise.
    pub fn of(home: Home, rrx: impl Fn(&Home, &[&str]) -> Command, arguments: &[&str]) -> Self {
        let mut child = rrx(&home, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, events) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")));
            }
        });
        let mut tunnel = Self { child, events, home, opened: Value::Null };
        tunnel.opened = tunnel.events.recv_timeout(PATIENCE).unwrap_or_else(|_| {
            let _ = tunnel.child.kill();
            let mut words = String::new();
            let _ = tunnel.child.stderr.take().unwrap().read_to_string(&mut words);
            panic!("it does not open: {words}")
        });
        assert_eq!(tunnel.opened["event"], "opened");
        tunnel
    }

    pub fn port(&self) -> u16 {
        self.opened["local_port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap()
    }

    /// Takes events until the one of this name.
    pub fn wait(&self, event: &str) -> Value {
        self.until(event).pop().unwrap()
    }

    /// The same with those before it.
    pub fn until(&self, event: &str) -> Vec<Value> {
        let mut all = Vec::new();
        while all.last().is_none_or(|told: &Value| told["event"] != event) {
            all.push(self.events.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no event {event}: {all:?}")));
        }
        all
    }

    /// Ends it by a signal; answers with its exit code.
    pub fn end(self, by: Signal) -> (i32, Home) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), by).unwrap();
        self.ended()
    }

    /// Ends it as Ctrl-C does; answers with its exit code and its last events.
    pub fn interrupted(self) -> (i32, Vec<Value>) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), Signal::SIGINT).unwrap();
        let events = self.until("closed");
        (self.ended().0, events)
    }

    /// Waits until it ends; answers with its exit code.
    pub fn ended(mut self) -> (i32, Home) {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let home = Home::with("");
        (code, std::mem::replace(&mut self.home, home))
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The profile of the rig, which allows it.
pub fn allowed(rig: &Rig) -> String {
    format!("{}tunnel = true\n", rig.profile_toml("rig"))
}

/// The records in the access log.
pub fn records(home: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(home.join("state/access.log.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn events(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["event"].as_str().unwrap()).collect()
}

/// The C client with a statement.
pub fn client(rig: &Rig, place: &[String], statement: &str) -> Command {
    let mut command = Command::new("mariadb");
    command
        .args(["--no-defaults", "--batch", "--skip-column-names", "--ssl", "--connect-timeout=20", "-u", rig.account()])
        .arg(format!("--ssl-ca={}", rig.ca().display()))
        .args(place)
        .args(["-e", statement])
        .env("MYSQL_PWD", rig.password())
        .stdin(Stdio::null());
    command
}

pub fn by_port(port: u16) -> Vec<String> {
    vec!["-h".into(), "127.0.0.1".into(), format!("-P{port}")]
}

pub fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A connection that has read the server's greeting.
pub fn greeted(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = [0; 256];
    let count = stream.read(&mut bytes).unwrap();
    assert!(String::from_utf8_lossy(&bytes[..count]).contains("MariaDB"), "{:?}", &bytes[..count]);
    stream
}

/// Reads to the end, however that comes.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

#[test]
fn the_c_client_works_through_a_port_and_the_log_has_it_all() {
    let rig = Rig::start();
    let tunnel = Tunnel::start(&allowed(rig), &["--reason", "T-7 a report"]);
    assert_eq!(events(&records(tunnel.home.path())), ["opened"], "on disk before anyone can come");
    let output = client(rig, &by_port(tunnel.port()), "SELECT @@read_only, REPEAT('x', 100000)").output().unwrap();
    assert_eq!(said(&output), format!("1\t{}", "x".repeat(100_000)));
    let left = tunnel.wait("left");
    let port = tunnel.port();
    let account = rig.account();
    let told = |program: &str| tunnel.opened["settings"][program].as_str().unwrap();
    let (place, ca) = (format!("-h 127.0.0.1 -P {port} -u {account} -p"), rig.ca().display().to_string());
    assert_eq!(told("mysql"), format!("mysql {place} --ssl-mode=VERIFY_CA --ssl-ca={ca}"));
    assert_eq!(told("mariadb"), format!("mariadb {place} --ssl --ssl-ca={ca}"));
    assert_eq!(told("JDBC"), format!("jdbc:mysql://127.0.0.1:{port}/?user={account}&sslMode=VERIFY_CA"));
    let tableau = format!("server 127.0.0.1, port {port}, database (none), username {account}, require SSL: yes");
    assert_eq!(told("Tableau"), tableau);
    let (code, home) = tunnel.end(Signal::SIGINT);
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
fn a_tunnel_listens_where_it_is_told_to() {
    let rig = Rig::start();
    let port = crate::rig::free_port();
    let tunnel = Tunnel::start(&allowed(rig), &["--listen", &format!("localhost:{port}")]);
    assert_eq!(tunnel.port(), port);
    drop(greeted(port));
    assert_eq!(tunnel.end(Signal::SIGTERM).0, 0);
}

#[test]
fn the_c_client_works_through_a_socket_that_is_gone_at_the_end() {
    let rig = Rig::start();
    let directory = rig.private_directory("held-socket");
    let path: PathBuf = directory.join("s");
    let tunnel = Tunnel::start(&allowed(rig), &["--socket", path.to_str().unwrap()]);
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&path).unwrap()) & 0o777, 0o600);
    let output = client(rig, &[format!("--socket={}", path.display())], "SELECT 6 * 7").output().unwrap();
    assert_eq!(said(&output), "42");
    tunnel.wait("left");
    let (code, home) = tunnel.end(Signal::SIGTERM);
    assert_eq!((code, path.exists()), (0, false));
    assert_eq!(events(&records(home.path())), ["opened", "came", "left", "closed"]);
}

#[test]
fn a_client_that_does_not_read_holds_up_no_other_and_both_end_with_the_tunnel() {
    let rig = Rig::start();
    let tunnel = Tunnel::start(&allowed(rig), &[]);
    let endless = "SELECT seq, REPEAT('x', 1000) FROM mysql.seq_1_to_1000000";
    let mut slow = client(rig, &by_port(tunnel.port()), endless);
    let mut slow = slow.arg("--quick").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = [0; 10];
    slow.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    let output = client(rig, &by_port(tunnel.port()), "SELECT 1").output().unwrap();
    assert_eq!(said(&output), "1");
    let other = greeted(tunnel.port());
    let (code, home) = tunnel.end(Signal::SIGINT);
    assert_eq!(code, 0);
    assert_eq!(rest(other), b"");
    let _ = slow.kill();
    let _ = slow.wait();
    let records = records(home.path());
    let ended = records.iter().filter(|record| record["end"] == "closed with the tunnel").count();
    assert_eq!((ended, records.last().unwrap()["clients"].as_u64()), (2, Some(3)), "{records:?}");
}

#[test]
fn a_killed_hop_ends_its_clients_and_new_ones_get_through_again() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = Tunnel::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = greeted(tunnel.port());
    sshd.kill_connections();
    assert_eq!(rest(client), b"");
    tunnel.wait("lost");
    tunnel.wait("back");
    drop(greeted(tunnel.port()));
    let (code, home) = tunnel.end(Signal::SIGINT);
    assert_eq!(code, 0);
    let records = records(home.path());
    let broken = records.iter().find(|record| record["client"] == 1 && record["event"] == "left").unwrap();
    assert!(broken["end"].as_str().unwrap().starts_with("broken"), "{broken}");
}

#[test]
fn a_way_back_that_is_refused_is_not_tried_again_unasked() {
    let rig = Rig::start();
    // The sshd reads it: no directory of the tests' own.
    let keys = rig.directory().path("held-refused.listed");
    let public = std::fs::read(rig.user_key().with_extension("pub")).unwrap();
    std::fs::write(&keys, public).unwrap();
    let sshd = rig.start_sshd(&SshdOptions { keys: Some(keys.clone()), ..SshdOptions::default() });
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = Tunnel::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = greeted(tunnel.port());
    std::fs::write(&keys, "").unwrap();
    sshd.kill_connections();
    assert_eq!(rest(client), b"");
    let gone = tunnel.wait("gone");
    assert!(gone["what"].as_str().unwrap().contains("refused the sign-in"), "{gone}");
    let (code, home) = tunnel.ended();
    assert_eq!(code, 3);
    let records = records(home.path());
    assert_eq!(events(&records), ["opened", "came", "left", "closed"]);
    assert!(records[3]["end"].as_str().unwrap().contains("refused the sign-in"), "{records:?}");
}

#[test]
fn a_way_back_to_a_host_with_other_keys_is_not_taken() {
    let rig = Rig::start();
    let mut sshd = rig.start_sshd(&SshdOptions::default());
    let settings = rig.profile_toml_through("rig", "127.0.0.1", sshd.port());
    let known = rig.known_hosts().display().to_string();
    let settings = settings.replace(&known, &sshd.known_hosts().display().to_string());
    let tunnel = Tunnel::start(&format!("{settings}tunnel = true\n"), &[]);
    let client = greeted(tunnel.port());
    let before = sshd.log();
    sshd.restart_with_new_keys(rig.directory());
    assert_eq!(rest(client), b"");
    let gone = tunnel.wait("gone");
    assert!(gone["what"].as_str().unwrap().contains("has changed"), "{gone}");
    let (code, home) = tunnel.ended();
    assert_eq!(code, 3);
    let records = records(home.path());
    assert_eq!(events(&records), ["opened", "came", "left", "closed"]);
    assert!(records[3]["end"].as_str().unwrap().contains("has changed"), "{records:?}");
    assert!(!sshd.log()[before.len()..].contains("Accepted"), "nothing was offered to it");
}

#[test]
fn a_client_that_comes_while_the_way_is_lost_waits_for_it() {
    let rig = Rig::start();
    let hop = Forwarder::to("127.0.0.1", rig.ssh_port());
    let known = rig.private_directory("held-known").join("known");
    let key = rig.sshd().host_key("ed25519");
    std::fs::write(&known, format!("[127.0.0.1]:{} {key}\n", hop.port())).unwrap();
    let settings = rig.profile_toml_through("rig", "127.0.0.1", hop.port());
    let settings = settings.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    let tunnel = Tunnel::start(&format!("{settings}tunnel = true\n"), &[]);
    hop.set(Mode::Reset);
    tunnel.wait("lost");
    tunnel.wait("not-back");
    let port = tunnel.port();
    let waiting = std::thread::spawn(move || greeted(port));
    tunnel.wait("came");
    hop.set(Mode::Pass);
    drop(waiting.join().unwrap());
    assert_eq!(tunnel.end(Signal::SIGTERM).0, 0);
}

#[test]
fn a_client_that_gets_no_forward_is_told_why_in_its_own_protocol() {
    let rig = Rig::start();
    let hop = Forwarder::to("127.0.0.1", rig.ssh_port());
    let known = rig.private_directory("held-told").join("known");
    let key = rig.sshd().host_key("ed25519");
    std::fs::write(&known, format!("[127.0.0.1]:{} {key}\n", hop.port())).unwrap();
    let settings = rig.profile_toml_through("rig", "127.0.0.1", hop.port());
    let settings = settings.replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    let tunnel = Tunnel::start(&format!("{settings}tunnel = true\n"), &[]);
    // The first connection carries the first client; the second client's own one does not come about.
    let first = greeted(tunnel.port());
    hop.set(Mode::BlackHole);
    let output = client(rig, &by_port(tunnel.port()), "SELECT 1").output().unwrap();
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains("rrx tunnel: "), "{words}");
    drop(first);
    assert_eq!(tunnel.end(Signal::SIGINT).0, 0);
}

#[test]
fn what_may_not_be_held_is_refused_with_what_to_do() {
    let rig = Rig::start();
    let refused = |settings: &str, arguments: &[&str]| -> Ran {
        let home = Home::with(settings);
        let ran = home.run(arguments);
        assert!(records(home.path()).is_empty(), "nothing was opened");
        ran
    };
    let not_allowed = refused(&rig.profile_toml("rig"), &["tunnel", "rig"]);
    assert_eq!(not_allowed.code, 4, "{not_allowed:?}");
    assert!(not_allowed.err.contains("tunnel = true in [profile.rig]"), "{}", not_allowed.err);
    let blinded = format!("{}blinding = 'b.toml'\n", allowed(rig));
    let no_reason = refused(&blinded, &["tunnel", "rig"]);
    assert_eq!(no_reason.code, 4, "{no_reason:?}");
    assert!(no_reason.err.contains("--reason"), "{}", no_reason.err);
    let demo = refused("", &["tunnel", "demo"]);
    assert!(demo.code == 4 && demo.err.contains("rrx demo --listen"), "{demo:?}");
    let unknown_key =
        refused(&allowed(rig).replace(&rig.known_hosts().display().to_string(), "~/none"), &["tunnel", "rig"]);
    assert_eq!(unknown_key.code, 3, "{unknown_key:?}");
    assert!(unknown_key.err.contains("rrx doctor rig --accept-host-key SHA256:"), "{}", unknown_key.err);
    let closed = crate::rig::free_port().to_string();
    let port = format!("port = {}", rig.mysql_port());
    let no_forward = refused(&allowed(rig).replace(&port, &format!("port = {closed}")), &["tunnel", "rig"]);
    assert!(no_forward.code == 3 && no_forward.err.contains("refuses to forward"), "{no_forward:?}");
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().port().to_string();
    let in_use = refused(&allowed(rig), &["tunnel", "rig", "--listen", &taken]);
    assert_eq!(in_use.code, 6, "{in_use:?}");
    let for_all = refused(&allowed(rig), &["tunnel", "rig", "--listen", "0.0.0.0:3307"]);
    assert!(for_all.code == 2 && for_all.err.contains("--listen 127.0.0.1:3307"), "{for_all:?}");

    let reasoned = Tunnel::start(&blinded, &["--reason", "T-9"]);
    let (_, home) = reasoned.end(Signal::SIGINT);
    assert_eq!(records(home.path())[0]["reason"], "T-9");
}
