//! Crowds of strangers at a loopback port, and a reader of events that has stopped: neither keeps the owner out.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rrx::io::host::own_sockets;
use rrx::io::tunnel::Tunnel;

use super::tunnel::{context, home, hop, read_some};
use super::tunnel_command::{allowed, by_port, client, events, greeted, records, said};
use crate::doctor::Home;
use crate::rig::{Rig, free_port, wait_until};

/// Opens connections without end; holds two hundred and closes the oldest for each new one.
const PUSH: &str = r#"
held=()
while exec {new}<>/dev/tcp/127.0.0.1/"$1"; do
    held+=("$new")
    if [ ${#held[@]} -gt 200 ]; then old=${held[0]}; exec {old}>&-; held=("${held[@]:1}"); fi
done 2>/dev/null
"#;

/// Processes that push at a port until this is dropped, or the port is closed.
pub struct Crowd(Vec<Child>);

impl Crowd {
    /// A crowd of this user, or of another one.
    pub fn at(port: u16, ids: Option<(u32, u32)>) -> Self {
        let push = || {
            let mut command = match ids {
                None => Command::new("bash"),
                Some((uid, gid)) => {
                    let mut command = Command::new("setpriv");
                    command.args([
                        &format!("--reuid={uid}"),
                        &format!("--regid={gid}"),
                        "--clear-groups",
                        "--",
                        "bash",
                    ]);
                    command
                }
            };
            command.args(["-c", PUSH, "crowd", &port.to_string()]).current_dir("/");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        Self((0..3).map(|_| push()).collect())
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_at_the_local_end_does_not_keep_our_own_connection_out() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = context(home.path());
    // What a look at the system's connections takes on a machine with many. One for each stranger would take too long.
    context.is_own_socket = Arc::new(|nears, far| {
        std::thread::sleep(Duration::from_millis(20));
        own_sockets::is_own(nears, far)
    });
    let tunnel = Tunnel::open(&[hop(rig)], context).await.unwrap();
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    let _crowd = Crowd::at(end.port(), None);
    let begun = Instant::now();
    while tunnel.rejected_clients() < 400 {
        assert!(begun.elapsed() < Duration::from_secs(5), "{} were turned away", tunnel.rejected_clients());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(read_some(end.port()).await.contains("MariaDB"));
}

#[test]
fn a_reader_of_the_events_that_has_stopped_stops_neither_the_clients_nor_the_end() {
    let rig = Rig::start();
    let home = Home::with(&allowed(rig));
    let (_reader, writer) = std::io::pipe().unwrap();
    // The pipe is full from the beginning, and stays so.
    let mut filler = writer.try_clone().unwrap();
    std::thread::spawn(move || while filler.write_all(&[b'\n'; 512]).is_ok() {});
    let port = free_port();
    let mut child = home
        .rrx(&["tunnel", "rig", "--json", "--listen", &port.to_string()])
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let connects = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    wait_until("the port is there", Duration::from_secs(20), connects);
    drop(greeted(port));
    for _ in 0..3 {
        assert_eq!(said(&client(rig, &by_port(port), "SELECT 6 * 7").output().unwrap()), "42");
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    wait_until("it ends", Duration::from_secs(20), || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let records = records(home.path());
    let told = events(&records);
    assert_eq!((told.first(), told.last()), (Some(&"opened"), Some(&"closed")), "{told:?}");
    assert!(told.iter().filter(|event| **event == "came").count() >= 4, "{told:?}");
}
