//! The rig holds what it promises: held against OpenSSH's and MariaDB's own clients.

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::rig::{Rig, free_port, wait_until};

#[test]
fn the_real_clients_reach_the_replica_through_the_sshd_and_no_other_way() {
    let rig = Rig::start();
    let port = free_port();
    let mut ssh = Command::new("ssh")
        .args([
            "-F",
            "none",
            "-N",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
        ])
        .arg("-o")
        .arg(format!("UserKnownHostsFile={}", rig.known_hosts().display()))
        .args(["-p", &rig.ssh_port().to_string(), "-i"])
        .arg(rig.user_key())
        .arg("-L")
        .arg(format!("127.0.0.1:{port}:{}:{}", rig.mysql_host(), rig.mysql_port()))
        .arg(format!("{}@{}", rig.ssh_user(), rig.ssh_host()))
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("ssh listens", Duration::from_secs(10), || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let output = Command::new("mariadb")
        .args(["--no-defaults", "-N", "-B", "-h", "127.0.0.1", "-u", rig.account()])
        .args([&format!("-P{port}"), &format!("-p{}", rig.password()), &format!("--ssl-ca={}", rig.ca().display())])
        .args(["-e", "SELECT 6*7, @@read_only; SHOW GRANTS"])
        .output()
        .unwrap();
    ssh.kill().unwrap();
    ssh.wait().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.starts_with("42\t1\n"), "{told}{}\n{}", String::from_utf8_lossy(&output.stderr), rig.sshd().log());
    assert!(told.contains("GRANT SELECT, PROCESS, SHOW VIEW ON *.* TO `RO_USER`@`%`"), "{told}");
    assert!(rig.general_log().contains("SELECT 6*7"));
    assert!(
        std::net::ToSocketAddrs::to_socket_addrs(&("replica.rrx.test", 1)).is_err(),
        "the replica's name is known outside"
    );
}

#[test]
fn a_free_port_is_given_once_and_never_one_that_the_system_gives_to_a_connection() {
    let own = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_else(|_| "32768".into());
    let first: u16 = own.split_whitespace().next().unwrap().parse().unwrap();
    let given: std::collections::BTreeSet<u16> = (0..200).map(|_| free_port()).collect();
    assert_eq!(given.len(), 200);
    // A system whose own range begins below them all leaves no room, and the servers of the rig are tried three times.
    assert!(first < 12_000 || given.iter().all(|port| *port < first), "{given:?} {own}");
}
