//! Tests `rrx tunnel` with another user of this machine. They need root to run commands as that user.

use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::Signal;

use crate::crowd::Crowd;
use crate::rig::Rig;
use crate::tunnel_command::{TunnelCommand, client, port_arguments, stdout_text, tunnel_settings};

/// Runs a shell command as another user, and returns its output.
fn run_as_another_user(rig: &Rig, line: &str) -> String {
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
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &[]);
    let line = format!("mariadb --no-defaults -h 127.0.0.1 -P{} -u {} -e 'SELECT 1'", tunnel.port(), rig.account());
    let output = run_as_another_user(rig, &line);
    assert!(output.contains("Lost connection") && !output.contains("Access denied"), "{output}");
    tunnel.wait("stranger");
    let (code, home) = tunnel.stop(Signal::SIGINT);
    assert_eq!(code, 0);
    let shown = home.run(&["log", "show"]);
    assert!(shown.out.contains("tunnel closed: 0 clients, 1 connection refused"), "{shown:?}");
}

#[test]
fn a_crowd_of_another_user_blocks_no_client_and_is_reported_at_most_once_a_second() {
    let rig = Rig::start();
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &[]);
    let ids = rig.directory().server_ids().expect("this test needs root; tests/run --without-root leaves it out");
    let crowd = Crowd::start(tunnel.port(), Some(ids));
    let begun = std::time::Instant::now();
    tunnel.wait("stranger");
    for _ in 0..3 {
        let output = client(rig, &port_arguments(tunnel.port()), "SELECT 6 * 7").output().unwrap();
        assert_eq!(stdout_text(&output), "42");
    }
    drop(crowd);
    let port = tunnel.port();
    let (child, events) = tunnel.interrupt();
    let reports = events.iter().filter(|event| event["event"] == "stranger").count();
    assert!(u64::try_from(reports).unwrap() <= begun.elapsed().as_secs() + 1, "{reports} in {:?}", begun.elapsed());
    let closed = events.last().unwrap();
    assert_eq!((child, &closed["event"], &closed["clients"]), (0, &"closed".into(), &3.into()), "{closed}");
    assert!(closed["strangers"].as_u64().unwrap() > 100, "{closed}");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn another_user_gets_nothing_from_the_socket_even_if_its_file_is_open_to_all() {
    let rig = Rig::start();
    let directory = rig.private_directory("tunnel-open");
    let path = directory.join("s");
    let tunnel = TunnelCommand::start(&tunnel_settings(rig), &["--socket", path.to_str().unwrap()]);
    let line = format!("mariadb --no-defaults --socket={} -u {} -e 'SELECT 1'", path.display(), rig.account());
    let output = run_as_another_user(rig, &line);
    assert!(output.contains("Can't connect"), "the file system refuses first: {output}");
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o711)).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let output = run_as_another_user(rig, &line);
    assert!(output.contains("Lost connection") && !output.contains("Access denied"), "{output}");
    tunnel.wait("stranger");
    assert_eq!(tunnel.stop(Signal::SIGINT).0, 0);
}
