//! What single keywords of `ssh_config` do to a connection, and files of odd kinds, against real sshds.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rrx::domain::profile::Hop;
use rrx::domain::protocol::{Answer, ConnectionStep};
use rrx::domain::ssh::resolved_hop::RouteError;
use rrx::io::tunnel::{Tunnel, TunnelError};
use tokio::time::timeout;

use super::hops::{alias, certified_key, host, keygen, set_mode, trusting_users_of, with_config};
use super::tunnel::{Agent, Script, context, done, drain, greeting, home};
use crate::rig::{Forwarder, Mode, Rig, SshdOptions};

/// `Host b`, with this in place of its `known_hosts` file.
fn known_in(rig: &Rig, file: &str) -> String {
    host("b", rig, rig.sshd(), "127.0.0.1").replace(&rig.known_hosts().display().to_string(), file)
}

/// `Host b`, without a key of its own.
fn keyless(rig: &Rig) -> String {
    host("b", rig, rig.sshd(), "127.0.0.1").replace(&rig.user_key().display().to_string(), "none")
}

/// `Host b` behind a proxy, known as what it is.
fn behind(rig: &Rig, way: &Forwarder) -> String {
    let text = host("b", rig, rig.sshd(), "127.0.0.1");
    let port = format!("Port {}", rig.ssh_port());
    format!("{}  HostKeyAlias [127.0.0.1]:{}\n", text.replace(&port, &format!("Port {}", way.port())), rig.ssh_port())
}

fn pipe(path: &Path) {
    nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR).unwrap();
}

// ---------------------------------------------------------------- known_hosts

#[tokio::test]
async fn an_accepted_key_is_recorded_hashed_where_ssh_config_says_so() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) =
        with_config(home.path(), &format!("{}  HashKnownHosts yes\n", known_in(rig, "~/known")));
    context.prompter = Script::of([Answer::Accept]);
    let tunnel = Tunnel::open(&[alias("b")], context.clone()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let known = home.path().join("known");
    let text = std::fs::read_to_string(&known).unwrap();
    assert!(text.starts_with("|1|") && !text.contains("127.0.0.1"), "{text}");
    let name = format!("[127.0.0.1]:{}", rig.ssh_port());
    let told = Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&known).output().unwrap();
    assert!(told.status.success(), "{text}");
    // It is known by now: nobody is asked.
    context.prompter = Script::of([]);
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
}

#[tokio::test]
async fn a_known_hosts_file_that_ssh_keygen_hashed_and_one_of_the_system_are_trusted() {
    let rig = Rig::start();
    let home = home();
    let known = home.path().join("known");
    std::fs::copy(rig.known_hosts(), &known).unwrap();
    keygen(&["-H", "-f"], &known);
    assert!(std::fs::read_to_string(&known).unwrap().starts_with("|1|"));
    let (context, mut steps) = with_config(home.path(), &known_in(rig, known.to_str().unwrap()));
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known (known line 1)"));

    let text = format!("{}  GlobalKnownHostsFile {}\n", known_in(rig, "none"), known.display());
    let (context, mut steps) = with_config(home.path(), &text);
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known (known line 1)"));
}

#[tokio::test]
async fn a_key_that_is_recorded_nowhere_is_asked_for_each_time_and_holds_while_the_tunnel_stands() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = with_config(home.path(), &known_in(rig, "/dev/null"));
    let script = Script::of([Answer::Accept]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[alias("b")], context).await.unwrap();
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "a second connection");
    assert_eq!(script.asked().len(), 1);
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn a_host_key_that_signs_with_sha_1_alone_is_not_trusted() {
    let rig = Rig::start();
    let name = "host_rsa_sha1";
    rig.directory().make_key(name, "rsa", "");
    let key = rig.directory().path(name);
    rig.directory().give(&key);
    for (algorithm, is_trusted) in [("rsa-sha2-256", true), ("ssh-rsa", false)] {
        let config = format!("HostKey {}\nHostKeyAlgorithms {algorithm}", key.display());
        let sshd = rig.start_sshd(&SshdOptions { config, ..SshdOptions::default() });
        let home = home();
        let known = home.path().join("known");
        let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
        std::fs::write(&known, format!("[127.0.0.1]:{} {public}", sshd.port())).unwrap();
        let opened = Tunnel::open(&[rig.hop(sshd.port(), &known)], context(home.path()).0).await;
        assert_eq!(opened.is_ok(), is_trusted, "{algorithm}");
        if let Err(error) = opened {
            assert!(matches!(error, TunnelError::Handshake { .. }), "{error:?}");
            assert!(error.problem().to_string().contains("SHA-1"), "{}", error.problem());
        }
    }
}

// ---------------------------------------------------------------- signing in

#[tokio::test]
async fn a_way_of_signing_in_that_is_forbidden_is_not_tried_and_named_with_its_line() {
    let rig = Rig::start();
    let config = "PasswordAuthentication yes".to_owned();
    let sshd = rig.start_sshd(&SshdOptions { config, ..SshdOptions::default() });
    let text = host("b", rig, &sshd, "127.0.0.1");
    for (forbids, named) in [
        (
            "PubkeyAuthentication no\n  PasswordAuthentication no",
            &["publickey: PubkeyAuthentication no", "password: Passw"][..],
        ),
        (
            "PreferredAuthentications keyboard-interactive",
            &["publickey: Preferred", "password: PreferredAuthentications"],
        ),
    ] {
        let home = home();
        let (mut context, _steps) = with_config(home.path(), &format!("{text}  {forbids}\n"));
        let script = Script::of([]);
        context.prompter = script.clone();
        let told = Tunnel::open(&[alias("b")], context).await.unwrap_err().problem().to_string();
        for one in named {
            assert!(told.contains(&format!("not tried {one}")), "{told}");
        }
        assert!(told.contains(" line 7"), "{told}");
        assert!(script.asked().is_empty(), "nobody is asked for a password that must not be sent");
    }
    assert!(!sshd.log().contains("Accepted") && !sshd.log().contains("Failed publickey"), "{}", sshd.log());

    // What is not forbidden is asked for.
    let home = home();
    let (mut context, _steps) = with_config(home.path(), &format!("{text}  PubkeyAuthentication no\n"));
    let script = Script::of([]);
    context.prompter = script.clone();
    assert!(Tunnel::open(&[alias("b")], context).await.is_err());
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn identity_agent_none_leaves_the_agent_alone() {
    let rig = Rig::start();
    let home = home();
    let agent = Agent::start(home.path(), &[rig.user_key()]);
    for (line, is_in) in [("", true), ("  IdentityAgent none\n", false)] {
        let (mut context, _steps) = with_config(home.path(), &format!("{}{line}", keyless(rig)));
        context.agent = Some(agent.socket.clone());
        let opened = Tunnel::open(&[alias("b")], context).await;
        assert_eq!(opened.is_ok(), is_in, "{line}");
        if let Err(error) = opened {
            let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
            assert!(tried.is_empty(), "{tried:?}");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_ssh_config_names_signs_in() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&trusting_users_of(rig));
    let home = home();
    let key = certified_key(rig, home.path(), &["-n", rig.ssh_user(), "-V", "-1d:+1d"]);
    let elsewhere = home.path().join("elsewhere.pub");
    std::fs::rename(home.path().join("certified-cert.pub"), &elsewhere).unwrap();
    let text = host("b", rig, &sshd, "127.0.0.1").replace(&rig.user_key().display().to_string(), key.to_str().unwrap());
    assert!(
        Tunnel::open(&[alias("b")], with_config(home.path(), &text).0).await.is_err(),
        "the key alone is in no list"
    );
    let (context, _steps) = with_config(home.path(), &format!("{text}  CertificateFile ~/elsewhere.pub\n"));
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok(), "{}", sshd.log());
}

// ---------------------------------------------------------------- reaching and staying

#[tokio::test]
async fn address_family_says_which_addresses_count() {
    let rig = Rig::start();
    for (family, is_reached) in [("inet", true), ("any", true), ("inet6", false)] {
        let home = home();
        let text = format!("{}  AddressFamily {family}\n", host("b", rig, rig.sshd(), "127.0.0.1"));
        let opened = Tunnel::open(&[alias("b")], with_config(home.path(), &text).0).await;
        assert_eq!(opened.is_ok(), is_reached, "{family}");
        if let Err(error) = opened {
            assert!(matches!(error, TunnelError::Resolve { .. }), "{error:?}");
            assert!(error.problem().to_string().contains("no IPv6 address, and AddressFamily"), "{}", error.problem());
        }
    }
}

#[tokio::test]
async fn connect_timeout_is_how_long_a_silent_hop_is_waited_for() {
    let rig = Rig::start();
    let silent = Forwarder::to("127.0.0.1", rig.ssh_port());
    silent.set(Mode::BlackHole);
    let home = home();
    let (context, _steps) = with_config(home.path(), &format!("{}  ConnectTimeout 1\n", behind(rig, &silent)));
    let begin = Instant::now();
    let error = Tunnel::open(&[alias("b")], context).await.unwrap_err();
    assert!(matches!(error, TunnelError::Handshake { .. }), "{error:?}");
    let waited = begin.elapsed();
    assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(10), "{waited:?}");
}

#[tokio::test]
async fn a_short_alive_interval_ends_no_link_at_a_pause_and_a_dead_one_in_time() {
    let rig = Rig::start();
    let way = Forwarder::to("127.0.0.1", rig.ssh_port());
    let home = home();
    let (context, _steps) = with_config(home.path(), &format!("{}  ServerAliveInterval 1\n", behind(rig, &way)));
    let tunnel = Tunnel::open(&[alias("b")], context).await.unwrap();
    way.set(Mode::Stall);
    // As an interval of one second and OpenSSH's count of three would have it, this is the end.
    assert!(timeout(Duration::from_secs(5), tunnel.closed()).await.is_err(), "a pause is no end");
    way.set(Mode::Pass);
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    way.set(Mode::BlackHole);
    let begin = Instant::now();
    timeout(Duration::from_secs(15), tunnel.closed()).await.expect("known in time");
    assert!(begin.elapsed() > Duration::from_secs(5), "{:?}", begin.elapsed());
}

// ---------------------------------------------------------------- files of odd kinds

#[tokio::test]
async fn a_pipe_that_nobody_writes_into_hangs_no_sign_in() {
    let rig = Rig::start();
    let home = home();
    let dead = home.path().join("pipe");
    pipe(&dead);
    let key = Hop { identity: vec![dead.clone()], ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let known = rig.hop(rig.ssh_port(), &dead);
    let (by_key, by_known) = tokio::join!(
        timeout(Duration::from_secs(15), Tunnel::open(std::slice::from_ref(&key), context(home.path()).0)),
        timeout(Duration::from_secs(15), Tunnel::open(std::slice::from_ref(&known), context(home.path()).0)),
    );
    let by_key = by_key.expect("given up in time").unwrap_err();
    let TunnelError::SignIn { tried, .. } = &by_key else { panic!("{by_key:?}") };
    assert!(tried[0].contains("pipe: it sent nothing within"), "{tried:?}");
    let by_known = by_known.expect("given up in time").unwrap_err();
    assert!(matches!(by_known, TunnelError::KnownHosts { .. }), "{by_known:?}");

    let (context, _steps) = with_config(home.path(), "");
    std::fs::remove_file(home.path().join(".ssh/config")).unwrap();
    pipe(&home.path().join(".ssh/config"));
    let by_config = timeout(Duration::from_secs(15), Tunnel::open(&[alias("b")], context)).await;
    let by_config = by_config.expect("given up in time").unwrap_err();
    assert!(matches!(by_config, TunnelError::Route(RouteError::SshConfig { .. })), "{by_config:?}");
}

#[tokio::test]
async fn a_key_that_is_written_into_a_pipe_signs_in() {
    let rig = Rig::start();
    let home = home();
    let path = home.path().join("pipe");
    pipe(&path);
    set_mode(&path, 0o600);
    let (key, to) = (std::fs::read(rig.user_key()).unwrap(), path.clone());
    let writer = std::thread::spawn(move || std::fs::write(to, key));
    let hop = Hop { identity: vec![path], ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let opened = Tunnel::open(&[hop], context(home.path()).0).await;
    assert!(opened.is_ok(), "{}", opened.unwrap_err().problem());
    writer.join().unwrap().unwrap();
}
