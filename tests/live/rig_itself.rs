//! Tests of the rig itself, with the clients of OpenSSH and MariaDB.

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
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.starts_with("42\t1\n"), "{stdout}{}\n{}", String::from_utf8_lossy(&output.stderr), rig.sshd().log());
    assert!(stdout.contains("GRANT SELECT, PROCESS, SHOW VIEW ON *.* TO `RO_USER`@`%`"), "{stdout}");
    assert!(rig.general_log().contains("SELECT 6*7"));
    assert!(
        std::net::ToSocketAddrs::to_socket_addrs(&("replica.rrx.test", 1)).is_err(),
        "the replica's name is known outside"
    );
}

#[test]
fn free_ports_are_distinct_and_outside_the_range_of_outgoing_connections() {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_else(|_| "32768".into());
    let first: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
    let ports: std::collections::BTreeSet<u16> = (0..200).map(|_| free_port()).collect();
    assert_eq!(ports.len(), 200);
    // On a system whose range begins lower this is not possible, so the rig starts a server up to three times.
    assert!(first < 12_000 || ports.iter().all(|port| *port < first), "{ports:?} {range}");
}
