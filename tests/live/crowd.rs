//! Many foreign connections to a loopback port, and a stopped reader of the events: neither blocks the owner.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rrx::io::host::own_sockets;
use rrx::io::tunnel::Tunnel;

use super::tunnel::{context, home, hop, read_some};
use super::tunnel_command::{client, connect_to_mysql, events, port_arguments, records, stdout_text, tunnel_settings};
use crate::doctor::Home;
use crate::rig::{Rig, free_port, wait_until};

/// A script that opens connections endlessly. It keeps two hundred open, and closes the oldest for each new one.
const CONNECT_LOOP: &str = r#"
held=()
while exec {new}<>/dev/tcp/127.0.0.1/"$1"; do
    held+=("$new")
    if [ ${#held[@]} -gt 200 ]; then old=${held[0]}; exec {old}>&-; held=("${held[@]:1}"); fi
done 2>/dev/null
"#;

/// Processes that connect to a port until this value is dropped or the port is closed.
pub struct Crowd(Vec<Child>);

impl Crowd {
    /// Starts the processes, with the ids of another user if they are given.
    pub fn start(port: u16, ids: Option<(u32, u32)>) -> Self {
        let connecting = || {
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
            command.args(["-c", CONNECT_LOOP, "crowd", &port.to_string()]).current_dir("/");
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        };
        Self((0..3).map(|_| connecting()).collect())
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
async fn a_crowd_at_the_local_end_does_not_block_our_own_connection() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = context(home.path());
    // Reading the system's connections takes this time on a busy machine, too long to do it for each foreign connection.
    context.is_own_socket = Arc::new(|nears, far| {
        std::thread::sleep(Duration::from_millis(20));
        own_sockets::is_own(nears, far)
    });
    let tunnel = Tunnel::open(&[hop(rig)], context).await.unwrap();
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    let _crowd = Crowd::start(end.port(), None);
    let begun = Instant::now();
    while tunnel.rejected_clients() < 400 {
        assert!(begun.elapsed() < Duration::from_secs(5), "{} were turned away", tunnel.rejected_clients());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(read_some(end.port()).await.contains("MariaDB"));
}

#[test]
fn a_stopped_reader_of_the_events_blocks_neither_the_clients_nor_the_end() {
    let rig = Rig::start();
    let home = Home::with(&tunnel_settings(rig));
    let (_reader, writer) = std::io::pipe().unwrap();
    // The pipe is full from the start, because no one reads it.
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
    drop(connect_to_mysql(port));
    for _ in 0..3 {
        assert_eq!(stdout_text(&client(rig, &port_arguments(port), "SELECT 6 * 7").output().unwrap()), "42");
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    wait_until("it ends", Duration::from_secs(20), || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let records = records(home.path());
    let events = events(&records);
    assert_eq!((events.first(), events.last()), (Some(&"opened"), Some(&"closed")), "{events:?}");
    assert!(events.iter().filter(|event| **event == "came").count() >= 4, "{events:?}");
}
