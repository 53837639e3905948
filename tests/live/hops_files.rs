//! The effects of single `ssh_config` keywords on a connection, and named pipes instead of files, with real sshds.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rrx::domain::profile::Hop;
use rrx::domain::protocol::{Answer, ConnectionStep};
use rrx::domain::ssh::resolved_hop::RouteError;
use rrx::io::tunnel::{Tunnel, TunnelError};
use tokio::time::timeout;

use super::hops::{alias, certified_key, host, keygen, set_mode, trusting_users_of, with_config};
use super::tunnel::{Agent, ScriptedPrompter, context, done, drain, greeting, home};
use crate::rig::{Forwarder, Mode, Rig, SshdOptions};

/// Returns the block `Host b` with another `known_hosts` file.
fn with_known_hosts(rig: &Rig, file: &str) -> String {
    host("b", rig, rig.sshd(), "127.0.0.1").replace(&rig.known_hosts().display().to_string(), file)
}

/// Returns the block `Host b` without a key file.
fn without_key(rig: &Rig) -> String {
    host("b", rig, rig.sshd(), "127.0.0.1").replace(&rig.user_key().display().to_string(), "none")
}

/// Returns the block `Host b` that connects through a forwarder, with the host key name of the shared sshd.
fn through(rig: &Rig, forwarder: &Forwarder) -> String {
    let text = host("b", rig, rig.sshd(), "127.0.0.1");
    let port = format!("Port {}", rig.ssh_port());
    format!(
        "{}  HostKeyAlias [127.0.0.1]:{}\n",
        text.replace(&port, &format!("Port {}", forwarder.port())),
        rig.ssh_port()
    )
}

fn create_pipe(path: &Path) {
    nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR).unwrap();
}

// ---------------------------------------------------------------- known_hosts

#[tokio::test]
async fn an_accepted_key_is_recorded_hashed_where_ssh_config_says_so() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) =
        with_config(home.path(), &format!("{}  HashKnownHosts yes\n", with_known_hosts(rig, "~/known")));
    context.prompter = ScriptedPrompter::with_answers([Answer::Accept]);
    let tunnel = Tunnel::open(&[alias("b")], context.clone()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let known = home.path().join("known");
    let text = std::fs::read_to_string(&known).unwrap();
    assert!(text.starts_with("|1|") && !text.contains("127.0.0.1"), "{text}");
    let name = format!("[127.0.0.1]:{}", rig.ssh_port());
    let output = Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&known).output().unwrap();
    assert!(output.status.success(), "{text}");
    // The key is known now, so there is no question.
    context.prompter = ScriptedPrompter::with_answers([]);
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
    let (context, mut steps) = with_config(home.path(), &with_known_hosts(rig, known.to_str().unwrap()));
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known (known line 1)"));

    let text = format!("{}  GlobalKnownHostsFile {}\n", with_known_hosts(rig, "none"), known.display());
    let (context, mut steps) = with_config(home.path(), &text);
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known (known line 1)"));
}

#[tokio::test]
async fn a_key_that_is_not_recorded_is_accepted_for_one_tunnel_with_all_its_connections() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = with_config(home.path(), &with_known_hosts(rig, "/dev/null"));
    let script = ScriptedPrompter::with_answers([Answer::Accept]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[alias("b")], context).await.unwrap();
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "a second connection");
    assert_eq!(script.questions().len(), 1);
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
async fn a_forbidden_sign_in_method_is_not_tried_and_is_named_with_its_line() {
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
        let script = ScriptedPrompter::with_answers([]);
        context.prompter = script.clone();
        let message = Tunnel::open(&[alias("b")], context).await.unwrap_err().problem().to_string();
        for one in named {
            assert!(message.contains(&format!("not tried {one}")), "{message}");
        }
        assert!(message.contains(" line 7"), "{message}");
        assert!(script.questions().is_empty(), "nobody is asked for a password that must not be sent");
    }
    assert!(!sshd.log().contains("Accepted") && !sshd.log().contains("Failed publickey"), "{}", sshd.log());

    // An allowed method asks its question.
    let home = home();
    let (mut context, _steps) = with_config(home.path(), &format!("{text}  PubkeyAuthentication no\n"));
    let script = ScriptedPrompter::with_answers([]);
    context.prompter = script.clone();
    assert!(Tunnel::open(&[alias("b")], context).await.is_err());
    assert_eq!(script.questions().len(), 1);
}

#[tokio::test]
async fn identity_agent_none_leaves_the_agent_alone() {
    let rig = Rig::start();
    let home = home();
    let agent = Agent::start(home.path(), &[rig.user_key()]);
    for (line, is_in) in [("", true), ("  IdentityAgent none\n", false)] {
        let (mut context, _steps) = with_config(home.path(), &format!("{}{line}", without_key(rig)));
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

// ---------------------------------------------------------------- connecting and keeping alive

#[tokio::test]
async fn address_family_selects_the_addresses() {
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
async fn connect_timeout_limits_the_wait_for_a_silent_hop() {
    let rig = Rig::start();
    let silent = Forwarder::to("127.0.0.1", rig.ssh_port());
    silent.set(Mode::BlackHole);
    let home = home();
    let (context, _steps) = with_config(home.path(), &format!("{}  ConnectTimeout 1\n", through(rig, &silent)));
    let begin = Instant::now();
    let error = Tunnel::open(&[alias("b")], context).await.unwrap_err();
    assert!(matches!(error, TunnelError::HandshakeTimedOut { .. }), "{error:?}");
    let waited = begin.elapsed();
    assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(10), "{waited:?}");
}

#[tokio::test]
async fn a_short_alive_interval_keeps_a_paused_link_and_ends_a_dead_one_in_time() {
    let rig = Rig::start();
    let forwarder = Forwarder::to("127.0.0.1", rig.ssh_port());
    let home = home();
    let (context, _steps) = with_config(home.path(), &format!("{}  ServerAliveInterval 1\n", through(rig, &forwarder)));
    let tunnel = Tunnel::open(&[alias("b")], context).await.unwrap();
    forwarder.set(Mode::Stall);
    // OpenSSH, with an interval of one second and a count of three, would end the connection now.
    assert!(timeout(Duration::from_secs(5), tunnel.closed()).await.is_err(), "a pause is no end");
    forwarder.set(Mode::Pass);
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    forwarder.set(Mode::BlackHole);
    let begin = Instant::now();
    timeout(Duration::from_secs(15), tunnel.closed()).await.expect("known in time");
    assert!(begin.elapsed() > Duration::from_secs(5), "{:?}", begin.elapsed());
}

// ---------------------------------------------------------------- named pipes

#[tokio::test]
async fn a_pipe_without_a_writer_does_not_block_the_sign_in() {
    let rig = Rig::start();
    let home = home();
    let dead = home.path().join("pipe");
    create_pipe(&dead);
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
    create_pipe(&home.path().join(".ssh/config"));
    let by_config = timeout(Duration::from_secs(15), Tunnel::open(&[alias("b")], context)).await;
    let by_config = by_config.expect("given up in time").unwrap_err();
    assert!(matches!(by_config, TunnelError::Route(RouteError::SshConfig { .. })), "{by_config:?}");
}

#[tokio::test]
async fn a_key_that_is_written_into_a_pipe_signs_in() {
    let rig = Rig::start();
    let home = home();
    let path = home.path().join("pipe");
    create_pipe(&path);
    set_mode(&path, 0o600);
    let (key, to) = (std::fs::read(rig.user_key()).unwrap(), path.clone());
    let writer = std::thread::spawn(move || std::fs::write(to, key));
    let hop = Hop { identity: vec![path], ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let opened = Tunnel::open(&[hop], context(home.path()).0).await;
    assert!(opened.is_ok(), "{}", opened.unwrap_err().problem());
    writer.join().unwrap().unwrap();
}
