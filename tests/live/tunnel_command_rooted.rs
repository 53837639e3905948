//! `rrx tunnel` and the other users of this machine: needs root, to be one of them.

use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::Signal;

use crate::crowd::Crowd;
use crate::rig::Rig;
use crate::tunnel_command::{Tunnel, allowed, by_port, client, said};

/// What another user of this machine gets from a command line of the shell.
fn as_another(rig: &Rig, line: &str) -> String {
    let (uid, gid) =
        rig.directory().server_ids().expect("this test needs root; tests/run --without-root leaves it out");
    let output = std::process::Command::new("setpriv")
        .args([&format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups", "--", "sh", "-c", line])
        .current_dir("/")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn another_user_gets_nothing_from_the_port_and_is_counted() {
    let rig = Rig::start();
    let tunnel = Tunnel::start(&allowed(rig), &[]);
    let line = format!("mariadb --no-defaults -h 127.0.0.1 -P{} -u {} -e 'SELECT 1'", tunnel.port(), rig.account());
    let told = as_another(rig, &line);
    assert!(told.contains("Lost connection") && !told.contains("Access denied"), "{told}");
    tunnel.wait("stranger");
    let (code, home) = tunnel.end(Signal::SIGINT);
    assert_eq!(code, 0);
    let shown = home.run(&["log", "show"]);
    assert!(shown.out.contains("tunnel closed: 0 clients, 1 connection refused"), "{shown:?}");
}

#[test]
fn a_crowd_of_another_user_keeps_no_client_out_and_is_told_of_once_in_a_while() {
    let rig = Rig::start();
    let tunnel = Tunnel::start(&allowed(rig), &[]);
    let ids = rig.directory().server_ids().expect("this test needs root; tests/run --without-root leaves it out");
    let crowd = Crowd::at(tunnel.port(), Some(ids));
    let begun = std::time::Instant::now();
    tunnel.wait("stranger");
    for _ in 0..3 {
        let output = client(rig, &by_port(tunnel.port()), "SELECT 6 * 7").output().unwrap();
        assert_eq!(said(&output), "42");
    }
    drop(crowd);
    let port = tunnel.port();
    let (child, events) = tunnel.interrupted();
    let told = events.iter().filter(|event| event["event"] == "stranger").count();
    assert!(u64::try_from(told).unwrap() <= begun.elapsed().as_secs() + 1, "{told} in {:?}", begun.elapsed());
    let closed = events.last().unwrap();
    assert_eq!((child, &closed["event"], &closed["clients"]), (0, &"closed".into(), &3.into()), "{closed}");
    assert!(closed["strangers"].as_u64().unwrap() > 100, "{closed}");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn another_user_gets_nothing_from_the_socket_though_its_file_were_open_to_all() {
    let rig = Rig::start();
    let directory = rig.private_directory("held-open");
    let path = directory.join("s");
    let tunnel = Tunnel::start(&allowed(rig), &["--socket", path.to_str().unwrap()]);
    let line = format!("mariadb --no-defaults --socket={} -u {} -e 'SELECT 1'", path.display(), rig.account());
    let told = as_another(rig, &line);
    assert!(told.contains("Can't connect"), "the file system is the first wall: {told}");
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o711)).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let told = as_another(rig, &line);
    assert!(told.contains("Lost connection") && !told.contains("Access denied"), "{told}");
    tunnel.wait("stranger");
    assert_eq!(tunnel.end(Signal::SIGINT).0, 0);
}
