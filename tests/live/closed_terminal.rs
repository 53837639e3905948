//! Closing the terminal of a running command: its work on the server ends, and the access log has its records.

use std::io::Read as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use serde_json::Value;

use crate::doctor::Home;
use crate::rig::{Rig, wait_until};
use crate::tunnel_command::{connect_to_mysql, records, tunnel_settings};

/// Time limit of each condition.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Starts the program in a terminal. Dropping the second value closes the terminal.
fn start_in_terminal(home: &Home, arguments: &[&str]) -> (Box<dyn Child + Send + Sync>, Box<dyn MasterPty + Send>) {
    let plain = home.rrx(arguments);
    let mut command = CommandBuilder::new(plain.get_program());
    command.args(plain.get_args());
    command.env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let terminal = native_pty_system().openpty(PtySize { rows: 24, cols: 80, ..PtySize::default() }).unwrap();
    let child = terminal.slave.spawn_command(command).unwrap();
    (child, terminal.master)
}

/// Waits until the tunnel is open, and returns its port.
fn tunnel_port(home: &Path) -> u16 {
    wait_until("the tunnel is open", TIMEOUT, || !records(home).is_empty());
    let at = records(home)[0]["at"].as_str().unwrap().to_owned();
    at.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// Returns the texts of a field in all records.
fn field_texts<'a>(records: &'a [Value], name: &str) -> Vec<&'a str> {
    records.iter().filter_map(|record| record[name].as_str()).collect()
}

#[test]
fn a_closed_terminal_ends_a_tunnel_with_the_records_of_all_its_clients() {
    let rig = Rig::start();
    let home = Home::with(&tunnel_settings(rig));
    let (mut child, terminal) = start_in_terminal(&home, &["tunnel", "rig"]);
    let port = tunnel_port(home.path());
    let mut clients = [connect_to_mysql(port), connect_to_mysql(port)];
    drop(terminal);
    assert_eq!(child.wait().unwrap().exit_code(), 0);
    for client in &mut clients {
        assert_eq!(client.read(&mut [0; 1]).unwrap_or(0), 0);
    }
    let records = records(home.path());
    assert_eq!(field_texts(&records, "event"), ["opened", "came", "came", "left", "left", "closed"]);
    assert_eq!(field_texts(&records, "end"), ["closed with the tunnel", "closed with the tunnel", "ended by the user"]);
    assert_eq!(records[5]["clients"], 2);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port is closed");
}

#[test]
fn a_closed_terminal_stops_the_statement_of_a_run_on_the_server_and_its_end_is_recorded() {
    let rig = Rig::start();
    let home = Home::with(&rig.profile_toml("rig"));
    let statement = "SELECT /* until its terminal is closed */ SLEEP(40)";
    let (mut child, terminal) = start_in_terminal(&home, &["run", "-p", "rig", "-e", statement]);
    let seen = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* until its terminal %'";
    wait_until("the statement runs", TIMEOUT, || rig.sql(seen).trim() == "1");
    drop(terminal);
    assert_eq!(child.wait().unwrap().exit_code(), 130);
    assert_eq!(rig.sql(seen).trim(), "0");
    let records = records(home.path());
    assert_eq!(records.len(), 2, "{records:?}");
    assert!(records[1]["end"].as_str().unwrap().starts_with("cancelled"), "{records:?}");
}

#[test]
fn a_tunnel_under_nohup_outlives_its_terminal() {
    let rig = Rig::start();
    let home = Home::with(&tunnel_settings(rig));
    let plain = home.rrx(&["tunnel", "rig"]);
    let mut command = Command::new("nohup");
    command.arg(plain.get_program()).args(plain.get_args()).env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap());
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    let port = tunnel_port(home.path());
    kill(pid, Signal::SIGHUP).unwrap();
    drop(connect_to_mysql(port));
    wait_until("the client is gone", TIMEOUT, || field_texts(&records(home.path()), "event").contains(&"left"));
    drop(connect_to_mysql(port));
    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(records(home.path()).last().unwrap()["clients"], 2);
}
