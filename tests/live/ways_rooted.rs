//! Ways that only root can lay: users of the machine at each hop, a wire of its own that loses every packet, slow names.

use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rrx::domain::profile::Hop;
use rrx::domain::protocol::ConnectionStep;

use super::tunnel::{context, drain, greeting, home};
use super::tunnel_command::{Tunnel as Held, allowed};
use crate::doctor::{Home, Ran};
use crate::rig::{Pam, Rig, RigDirectory, Sshd, SshdOptions, wait_until};

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).stdin(Stdio::null()).output().unwrap();
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

// ---------------------------------------------------------------- users at hops

/// A key of its own, and an sshd that admits it alone.
fn hop_of(rig: &Rig, user: &str, permit: Vec<String>) -> (Sshd, Hop) {
    let directory: &RigDirectory = rig.directory();
    let name = format!("key-of-{user}");
    directory.make_key(&name, "ed25519", "");
    let keys = directory.path(&format!("{name}.listed"));
    std::fs::copy(directory.path(&format!("{name}.pub")), &keys).unwrap();
    // Another user than that of the rig's servers: only a server of root's can become it.
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
async fn three_hops_with_a_user_a_port_and_a_key_of_their_own_lead_to_the_replica() {
    let rig = Rig::start();
    let behind = |hop: &Hop| vec![format!("127.0.0.1:{}", hop.port.unwrap())];
    let (third, last) = hop_of(rig, "nobody", Vec::new());
    let (second, middle) = hop_of(rig, "games", behind(&last));
    let (first, outer) = hop_of(rig, rig.ssh_user(), behind(&middle));
    let home = home();
    let (open, mut steps) = context(home.path());
    let route = [outer.clone(), middle.clone(), last.clone()];
    let tunnel = rrx::io::tunnel::Tunnel::open(&route, open).await.unwrap();
    // The second has an SSH connection of its own over the same hops.
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
    // The key of another hop opens none of them: each is used where it belongs.
    let swapped = [outer, Hop { identity: last.identity.clone(), ..middle }, last];
    let error = rrx::io::tunnel::Tunnel::open(&swapped, context(home.path()).0).await.unwrap_err();
    let told = error.problem().to_string();
    assert!(told.contains(&format!("127.0.0.1:{}", second.port())) && told.contains("games"), "{told}");
}

// ---------------------------------------------------------------- a wire that loses packets

/// A network namespace with a wire to this one. Both ends go with it.
struct Wire {
    space: String,
    near: String,
    far: String,
    /// The address of this end.
    address: String,
}

impl Wire {
    fn lay() -> Self {
        let id = std::process::id();
        let (space, near, far) = (format!("rrx-{id}"), format!("rrx{id}n"), format!("rrx{id}f"));
        // Of the range for measurements (RFC 2544), which nobody routes; another for each process.
        let net = format!("198.{}.{}", 18 + (id >> 14 & 1), id >> 6 & 255);
        let (this, other) = ((id & 63) * 4 + 1, (id & 63) * 4 + 2);
        let wire = Self { space, near, far, address: format!("{net}.{this}") };
        let (space, near, far) = (wire.space.as_str(), wire.near.as_str(), wire.far.as_str());
        run("ip", &["netns", "add", space]);
        run("ip", &["link", "add", near, "type", "veth", "peer", "name", far, "netns", space]);
        run("ip", &["address", "add", &format!("{net}.{this}/30"), "dev", near]);
        run("ip", &["-n", space, "address", "add", &format!("{net}.{other}/30"), "dev", far]);
        run("ip", &["link", "set", near, "up"]);
        run("ip", &["-n", space, "link", "set", far, "up"]);
        // Ports of its own on 127.0.0.1 too.
        run("ip", &["-n", space, "link", "set", "lo", "up"]);
        wire
    }

    /// From now on both ends lose each packet, without a word to the sender. (`netem loss 100%` where the kernel has it is the
    /// same; this queue every kernel has.)
    fn lose(&self) {
        run("tc", &["qdisc", "replace", "dev", &self.near, "root", "blackhole"]);
        run("tc", &["-n", &self.space, "qdisc", "replace", "dev", &self.far, "root", "blackhole"]);
    }

    fn mend(&self) {
        run("tc", &["qdisc", "delete", "dev", &self.near, "root"]);
        run("tc", &["-n", &self.space, "qdisc", "delete", "dev", &self.far, "root"]);
    }

    /// The program at the other end.
    fn rrx(&self, home: &Home, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", self.space)).arg(env!("CARGO_BIN_EXE_rrx")).args(arguments);
        command.env_clear().env("HOME", home.path()).env("RRX_HOME", home.path()).stdin(Stdio::null());
        command
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["link", "delete", &self.near]).status();
        let _ = Command::new("ip").args(["netns", "delete", &self.space]).status();
    }
}

#[test]
fn packets_that_the_wire_loses_are_known_in_time_and_the_way_comes_back_with_them() {
    let rig = Rig::start();
    let wire = Wire::lay();
    let address: &'static str = wire.address.clone().leak();
    let sshd = rig.start_sshd(&SshdOptions { address: Some(address), ..SshdOptions::default() });
    let known = rig.known_hosts().display().to_string();
    let settings = allowed(rig)
        .replace(&format!("127.0.0.1:{}", rig.ssh_port()), &format!("{address}:{}", sshd.port()))
        .replace(&known, &sshd.known_hosts().display().to_string());
    let home = Home::with(&settings);
    let held =
        Held::of(Home::with(&settings), |home, arguments| wire.rrx(home, arguments), &["tunnel", "rig", "--json"]);
    let mut running = wire.rrx(&home, &["run", "-p", "rig", "-e", "SELECT /* on a lossy wire */ SLEEP(60)"]);
    let running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let runs = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT /* on a lossy wire */ %'";
    wait_until("the statement runs", Duration::from_secs(20), || rig.sql(runs).trim() == "1");
    wire.lose();
    let begun = Instant::now();
    let ran = Ran::of(&running.wait_with_output().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}: {ran:?}", begun.elapsed());
    assert!(ran.code == 3 && ran.err.contains("The connection to the replica is lost"), "{ran:?}");
    let log = std::fs::read_to_string(home.path().join("state/access.log.jsonl")).unwrap();
    assert!(log.contains("broken, not known to have finished"), "{log}");
    held.wait("lost");
    assert!(begun.elapsed() < Duration::from_secs(16), "{:?}", begun.elapsed());
    wire.mend();
    held.wait("back");
    let again =
        Ran::of(&wire.rrx(&home, &["run", "-p", "rig", "-e", "SELECT 6 * 7", "--format", "csv"]).output().unwrap());
    assert!(again.code == 0 && again.out.contains("42"), "{again:?}");
    assert_eq!(held.end(Signal::SIGINT).0, 0);
}

// ---------------------------------------------------------------- names

/// A name server of one address for every name. It takes its time for each answer.
fn slow_names(at: &'static str, after: Duration, address: [u8; 4]) {
    let socket = UdpSocket::bind((at, 53)).expect("port 53, which root may have");
    std::thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut question) {
            let (socket, question) = (socket.try_clone().unwrap(), question[..length].to_vec());
            std::thread::spawn(move || {
                std::thread::sleep(after);
                // The name ends with an empty label; type and class come behind it. What else was asked for is left out.
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

/// Runs a statement where names come from this server.
fn run_with_names_of(home: &Home, server: &str, profile: &str) -> Ran {
    let resolver: PathBuf = home.path().join(format!("resolv-{server}.conf"));
    std::fs::write(&resolver, format!("nameserver {server}\noptions timeout:30 attempts:3\n")).unwrap();
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let told = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(&resolver)
        .args([env!("CARGO_BIN_EXE_rrx"), "run", "-p", profile, "-e", "SELECT 6 * 7", "--format", "csv"])
        .env("RRX_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ran::of(&told)
}

fn known_as(rig: &Rig, name: &str, directory: &Path) -> PathBuf {
    let known = directory.join("known");
    std::fs::write(&known, format!("[{name}]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ed25519"))).unwrap();
    known
}

/// The profile `direct`: no hop, and the replica by the name in its certificate.
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
    slow_names("127.0.0.10", Duration::from_secs(3), [127, 0, 0, 1]);
    slow_names("127.0.0.11", Duration::from_secs(3), [127, 0, 0, 2]);
    let known = known_as(rig, "slow.rrx.test", home.path());
    let hop = rig
        .profile_toml_through("hop", "slow.rrx.test", rig.ssh_port())
        .replace(&rig.known_hosts().display().to_string(), &known.display().to_string());
    home.settings(&format!("{hop}\n{}", direct(rig)));
    let told = std::thread::scope(|scope| {
        [("127.0.0.10", "hop"), ("127.0.0.11", "direct")]
            .map(|(server, profile)| {
                let home = &home;
                scope.spawn(move || run_with_names_of(home, server, profile))
            })
            .map(|run| run.join().unwrap())
    });
    for ran in told {
        assert!(ran.code == 0 && ran.out.contains("42"), "{ran:?}");
    }
}

#[test]
fn without_a_hop_a_name_server_that_does_not_answer_is_told_in_time() {
    let rig = Rig::start();
    let _deaf = UdpSocket::bind("127.0.0.12:53").expect("port 53, which root may have");
    let home = Home::with(&direct(rig));
    let begun = Instant::now();
    let ran = run_with_names_of(&home, "127.0.0.12", "direct");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("replica.rrx.test"), "{ran:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
