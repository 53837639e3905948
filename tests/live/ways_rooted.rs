//! Routes that need root: different users at each hop, a network link that loses every packet, and slow name servers.

use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rrx::domain::profile::Hop;
use rrx::domain::protocol::ConnectionStep;

use super::tunnel::{context, drain, greeting, home};
use super::tunnel_command::{TunnelCommand, tunnel_settings};
use crate::doctor::{CommandResult, Home};
use crate::rig::{Pam, Rig, RigDirectory, Sshd, SshdOptions, wait_until};

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

// ---------------------------------------------------------------- users at hops

/// Creates a key and an sshd that accepts only this key and user, and returns a hop for it.
fn hop_for_user(rig: &Rig, user: &str, permit: Vec<String>) -> (Sshd, Hop) {
    let directory: &RigDirectory = rig.directory();
    let name = format!("key-of-{user}");
    directory.make_key(&name, "ed25519", "");
    let keys = directory.path(&format!("{name}.listed"));
    std::fs::copy(directory.path(&format!("{name}.pub")), &keys).unwrap();
    // Only an sshd that runs as root can sign in another user than that of the rig's servers.
    let pam = (user != rig.ssh_user()).then_some(Pam { password: "never asked for", codes: &[] });
    let config = format!("AllowUsers {user}");
    let sshd = rig.start_sshd(&SshdOptions { config, permit, keys: Some(keys), pam, ..SshdOptions::default() });
    let hop = Hop {
        user: Some(user.into()),
        identity: vec![directory.path(&name)],
        ..rig.hop(sshd.port(), &sshd.known_hosts())
    };
    (sshd, hop)
}

#[tokio::test]
async fn three_hops_with_different_users_ports_and_keys_lead_to_the_replica() {
    let rig = Rig::start();
    let forward_to = |hop: &Hop| vec![format!("127.0.0.1:{}", hop.port.unwrap())];
    let (third, last) = hop_for_user(rig, "nobody", Vec::new());
    let (second, middle) = hop_for_user(rig, "games", forward_to(&last));
    let (first, outer) = hop_for_user(rig, rig.ssh_user(), forward_to(&middle));
    let home = home();
    let (open, mut steps) = context(home.path());
    let route = [outer.clone(), middle.clone(), last.clone()];
    let tunnel = rrx::io::tunnel::Tunnel::open(&route, open).await.unwrap();
    // The second local end has its own SSH connections through the same hops.
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_ne!(end.port(), 0);
    let signed_in: Vec<usize> =
        drain(&mut steps).iter().filter(|step| step.step == ConnectionStep::SignIn).map(|step| step.hop).collect();
    assert_eq!(signed_in, [0, 0, 1, 1, 2, 2]);
    for (sshd, hop) in [(&first, &outer), (&second, &middle), (&third, &last)] {
        let accepted = format!("Accepted publickey for {} from", hop.user.as_deref().unwrap());
        let log = sshd.log();
        assert_eq!(log.matches("Accepted publickey for ").count(), log.matches(&accepted).count(), "{log}");
        assert_eq!(log.matches(&accepted).count(), 2, "{log}");
    }
    // A hop does not accept the key of another hop.
    let swapped = [outer, Hop { identity: last.identity.clone(), ..middle }, last];
    let error = rrx::io::tunnel::Tunnel::open(&swapped, context(home.path()).0).await.unwrap_err();
    let message = error.problem().to_string();
    assert!(message.contains(&format!("127.0.0.1:{}", second.port())) && message.contains("games"), "{message}");
}

// ---------------------------------------------------------------- lost packets

/// A network namespace with a virtual link to this one. Dropping it removes both.
struct NetworkLink {
    namespace: String,
    local: String,
    remote: String,
    /// The address of the local end.
    address: String,
}

impl NetworkLink {
    fn create() -> Self {
        let id = std::process::id();
        let (namespace, local, remote) = (format!("rrx-{id}"), format!("rrx{id}n"), format!("rrx{id}f"));
        // The range for benchmarks (RFC 2544) is not routed. Each process uses another network.
        let net = format!("198.{}.{}", 18 + (id >> 14 & 1), id >> 6 & 255);
        let (this, other) = ((id & 63) * 4 + 1, (id & 63) * 4 + 2);
        let link = Self { namespace, local, remote, address: format!("{net}.{this}") };
        let (namespace, local, remote) = (link.namespace.as_str(), link.local.as_str(), link.remote.as_str());
        run("ip", &["netns", "add", namespace]);
        run("ip", &["link", "add", local, "type", "veth", "peer", "name", remote, "netns", namespace]);
        run("ip", &["address", "add", &format!("{net}.{this}/30"), "dev", local]);
        run("ip", &["-n", namespace, "address", "add", &format!("{net}.{other}/30"), "dev", remote]);
        run("ip", &["link", "set", local, "up"]);
        run("ip", &["-n", namespace, "link", "set", remote, "up"]);
        // The namespace also has its own 127.0.0.1.
        run("ip", &["-n", namespace, "link", "set", "lo", "up"]);
        link
    }

    /// Makes both ends discard every packet, without an error for the sender. `netem loss 100%` would do the same, but not every
    /// kernel has it.
    fn drop_packets(&self) {
        run("tc", &["qdisc", "replace", "dev", &self.local, "root", "blackhole"]);
        run("tc", &["-n", &self.namespace, "qdisc", "replace", "dev", &self.remote, "root", "blackhole"]);
    }

    fn restore(&self) {
        run("tc", &["qdisc", "delete", "dev", &self.local, "root"]);
        run("tc", &["-n", &self.namespace, "qdisc", "delete", "dev", &self.remote, "root"]);
    }

    /// Returns the command that runs the program at the other end.
    fn rrx(&self, home: &Home, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", self.namespace)).arg(env!("CARGO_BIN_EXE_rrx")).args(arguments);
        command.env_clear().env("HOME", home.path()).env("RRX_HOME", home.path()).stdin(Stdio::null());
        command
    }
}

impl Drop for NetworkLink {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "delete", &self.local]).status();
        let _ = Command::new("ip").args(["netns", "delete", &self.namespace]).status();
    }
}

#[test]
fn lost_packets_are_noticed_in_time_and_the_tunnel_reconnects_after_them() {
    let rig = Rig::start();
    let link = NetworkLink::create();
    let address: &'static str = link.address.clone().leak();
    let sshd = rig.start_sshd(&SshdOptions { address: Some(address), ..SshdOptions::default() });
    let known = rig.known_hosts().display().to_string();
    let settings = tunnel_settings(rig)
        .replace(&format!("127.0.0.1:{}", rig.ssh_port()), &format!("{address}:{}", sshd.port()))
        .replace(&known, &sshd.known_hosts().display().to_string());
    let home = Home::with(&settings);
    let tunnel = TunnelCommand::start_with(
        Home::with(&settings),
        |home, arguments| link.rrx(home, arguments),
        &["tunnel", "rig", "--json"],
    );
    let mut running = link.rrx(&home, &["run", "-p", "rig", "-e", "SELECT /* on a lossy wire */ SLEEP(60)"]);
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let runs = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* on a lossy wire */ %'";
    wait_until("the statement runs", Duration::from_secs(20), || rig.sql(runs).trim() == "1");
    link.drop_packets();
    let begun = Instant::now();
    let ran = CommandResult::of(&running.wait_with_output().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}: {ran:?}", begun.elapsed());
    assert!(ran.code == 3 && ran.err.contains("The connection to the replica is lost"), "{ran:?}");
    let log = std::fs::read_to_string(home.path().join("state/access.log.jsonl")).unwrap();
    assert!(log.contains("broken, not known to have finished"), "{log}");
    tunnel.wait("lost");
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}", begun.elapsed());
    link.restore();
    tunnel.wait("back");
    let again = CommandResult::of(
        &link.rrx(&home, &["run", "-p", "rig", "-e", "SELECT 6 * 7", "--format", "csv"]).output().unwrap(),
    );
    assert!(again.code == 0 && again.out.contains("42"), "{again:?}");
    assert_eq!(tunnel.stop(Signal::SIGINT).0, 0);
}

// ---------------------------------------------------------------- names

/// Starts a name server that returns the same address for every name, after a delay.
fn start_slow_name_server(at: &'static str, after: Duration, address: [u8; 4]) {
    let socket = UdpSocket::bind((at, 53)).expect("port 53, which root may have");
    std::thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let (socket, question) = (socket.try_clone().unwrap(), question[..length].to_vec());
            std::thread::spawn(move || {
                std::thread::sleep(after);
                // The name ends with an empty label, followed by type and class. The rest of the request is not copied.
                let end = 12 + question[12..].iter().position(|byte| *byte == 0).unwrap() + 5;
                let is_v4 = question[end - 4..end - 2] == [0, 1];
                let mut answer = question[..end].to_vec();
                answer[2..12].copy_from_slice(&[0x81, 0x80, 0, 1, 0, u8::from(is_v4), 0, 0, 0, 0]);
                if is_v4 {
                    answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
                    answer.extend(address);
                }
                let _ = socket.send_to(&answer, from);
            });
        }
    });
}

/// Runs a statement with a name server.
fn run_with_name_server(home: &Home, server: &str, profile: &str) -> CommandResult {
    let resolver: PathBuf = home.path().join(format!("resolv-{server}.conf"));
    std::fs::write(&resolver, format!("nameserver {server}\noptions timeout:30 attempts:3\n")).unwrap();
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(&resolver)
        .args([env!("CARGO_BIN_EXE_rrx"), "run", "-p", profile, "-e", "SELECT 6 * 7", "--format", "csv"])
        .env("RRX_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    CommandResult::of(&output)
}

fn known_hosts_for(rig: &Rig, name: &str, directory: &Path) -> PathBuf {
    let known = directory.join("known");
    std::fs::write(&known, format!("[{name}]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ed25519"))).unwrap();
    known
}

/// Returns the profile `direct`: without a hop, and with the name of the replica in its certificate.
fn direct(rig: &Rig) -> String {
    let toml = rig.profile_toml("direct");
    let is_kept = |line: &&str| !["route", "host =", "identity", "known_hosts"].iter().any(|key| line.starts_with(key));
    let kept: Vec<&str> = toml.lines().filter(is_kept).collect();
    format!("{}\nroute = []\nhost = \"replica.rrx.test\"\n", kept.join("\n"))
}

#[test]
fn a_name_server_that_is_slow_but_answers_is_waited_for_with_a_hop_and_without() {
    let rig = Rig::start();
    let home = Home::with("");
    start_slow_name_server("127.0.0.10", Duration::from_secs(3), [127, 0, 0, 1]);
    start_slow_name_server("127.0.0.11", Duration::from_secs(3), [127, 0, 0, 2]);
    let known = known_hosts_for(rig, "slow.rrx.test", home.path());
    let hop = rig
        .profile_toml_through("hop", "slow.rrx.test", rig.ssh_port())
        .replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    home.settings(&format!("{hop}\n{}", direct(rig)));
    let results = std::thread::scope(|scope| {
        [("127.0.0.10", "hop"), ("127.0.0.11", "direct")]
            .map(|(server, profile)| {
                let home = &home;
                scope.spawn(move || run_with_name_server(home, server, profile))
            })
            .map(|run| run.join().unwrap())
    });
    for ran in results {
        assert!(ran.code == 0 && ran.out.contains("42"), "{ran:?}");
    }
}

#[test]
fn without_a_hop_a_name_server_that_does_not_answer_is_reported_in_time() {
    let rig = Rig::start();
    let _silent = UdpSocket::bind("127.0.0.12:53").expect("port 53, which root may have");
    let home = Home::with(&direct(rig));
    let begun = Instant::now();
    let ran = run_with_name_server(&home, "127.0.0.12", "direct");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("replica.rrx.test"), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
