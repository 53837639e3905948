//! Hops from `ssh_config`, and the sign-in methods that do not need root, with real sshds.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::Hop;
use rrx::domain::protocol::ConnectionStep;
use rrx::domain::ssh::resolved_hop::RouteError;
use rrx::domain::ssh::ssh_config::{SshConfigFiles, SshConfigSource};
use rrx::io::host::shell_command;
use rrx::io::storage::ssh_files;
use rrx::io::tunnel::{Tunnel, TunnelContext, TunnelError};

use super::tunnel::{Agent, context, done, drain, greeting, home};
use crate::rig::{Rig, Sshd, SshdOptions};

/// The real file system.
pub struct Disk;

impl SshConfigFiles for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
        ssh_files::read(path)
    }

    fn matching(&self, pattern: &Path) -> Vec<PathBuf> {
        ssh_files::matching(pattern)
    }

    fn run(&self, command: &str) -> std::io::Result<bool> {
        shell_command::succeeds(command, None, std::time::Duration::from_secs(5))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// Writes `~/.ssh/config` in a home directory, and returns the source that reads it.
fn write_config(home: &Path, text: &str) -> Arc<SshConfigSource> {
    let directory = home.join(".ssh");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("config"), text).unwrap();
    set_mode(&directory.join("config"), 0o600);
    Arc::new(SshConfigSource {
        paths: vec![directory.join("config")],
        files: Box::new(Disk),
        local_uid: 4711,
        local_host: "here.example.com".into(),
    })
}

pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Returns a hop that is only a name in `ssh_config`.
pub fn alias(name: &str) -> Hop {
    name.parse().unwrap()
}

pub fn with_config(
    home: &Path,
    text: &str,
) -> (TunnelContext, tokio::sync::mpsc::Receiver<rrx::io::tunnel::HopProgress>) {
    let (mut context, steps) = context(home);
    context.ssh_config = Some(write_config(home, text));
    (context, steps)
}

/// Returns a `Host` block of `ssh_config` for an sshd of the rig.
pub fn host(name: &str, rig: &Rig, sshd: &Sshd, address: &str) -> String {
    format!(
        "Host {name}\n  HostName {address}\n  Port {}\n  User {}\n  IdentityFile {}\n  UserKnownHostsFile {}\n",
        sshd.port(),
        rig.ssh_user(),
        rig.user_key().display(),
        sshd.known_hosts().display()
    )
}

pub fn keygen(arguments: &[&str], file: &Path) {
    let output = Command::new("ssh-keygen").arg("-q").args(arguments).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Creates a user key with a certificate of the rig's authority. The key itself is not authorized.
pub fn certified_key(rig: &Rig, directory: &Path, options: &[&str]) -> PathBuf {
    let key = directory.join("certified");
    keygen(&["-t", "ed25519", "-N", "", "-f"], &key);
    let authority = rig.authority();
    let mut arguments = vec!["-I", "user@rig", "-s", authority.to_str().unwrap()];
    arguments.extend(options);
    keygen(&arguments, &directory.join("certified.pub"));
    key
}

pub fn trusting_users_of(rig: &Rig) -> SshdOptions {
    SshdOptions { config: format!("TrustedUserCAKeys {}.pub", rig.authority().display()), ..SshdOptions::default() }
}

// ---------------------------------------------------------------- ssh_config

#[tokio::test]
async fn a_name_in_ssh_config_is_a_hop_and_its_proxyjump_is_the_hop_before_it() {
    let rig = Rig::start();
    let inner = rig.start_sshd(&SshdOptions { address: Some("127.0.0.2"), ..SshdOptions::default() });
    let permit = vec![format!("127.0.0.2:{}", inner.port())];
    let outer = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let home = home();
    std::fs::create_dir_all(home.path().join(".ssh/more")).unwrap();
    let included = home.path().join(".ssh/more/outer.conf");
    std::fs::write(&included, host("outer", rig, &outer, "127.0.0.1")).unwrap();
    set_mode(&included, 0o600);
    let text = format!("Include more/*.conf\n{}  ProxyJump outer\n", host("inner", rig, &inner, "127.0.0.2"));
    let (context, mut steps) = with_config(home.path(), &text);
    let tunnel = Tunnel::open(&[alias("inner")], context).await.unwrap();
    assert_eq!((tunnel.hop_count(), tunnel.last_hop()), (2, "inner"));
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    let steps = drain(&mut steps);
    assert_eq!(done(&steps, ConnectionStep::Resolve), "outer = 127.0.0.1");
    let reached: Vec<_> = steps.iter().filter(|step| step.step == ConnectionStep::Reach).map(|step| step.hop).collect();
    assert_eq!(reached, [0, 0, 1, 1]);
    assert!(inner.log().contains("Accepted publickey"), "{}", inner.log());
}

#[tokio::test]
async fn a_hop_that_only_proxyjump_names_signs_in_with_the_keys_of_the_profile() {
    let rig = Rig::start();
    let inner = rig.start_sshd(&SshdOptions { address: Some("127.0.0.2"), ..SshdOptions::default() });
    let permit = vec![format!("127.0.0.2:{}", inner.port())];
    let outer = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let home = home();
    let without_files: String = host("outer", rig, &outer, "127.0.0.1")
        .lines()
        .filter(|line| !line.contains("IdentityFile") && !line.contains("UserKnownHostsFile"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let text = format!("{without_files}{}  ProxyJump outer\n", host("inner", rig, &inner, "127.0.0.2"));
    let known = home.path().join("known");
    std::fs::write(&known, format!("[127.0.0.1]:{} {}\n", outer.port(), outer.host_key("ed25519"))).unwrap();
    for (identity, is_signed_in) in [(vec![rig.user_key()], true), (Vec::new(), false)] {
        let (mut context, _steps) = with_config(home.path(), &text);
        context.hop_defaults = rrx::domain::profile::HopDefaults { identity, known_hosts: Some(known.clone()) };
        assert_eq!(Tunnel::open(&[alias("inner")], context).await.is_ok(), is_signed_in);
    }
}

#[tokio::test]
async fn the_profiles_values_for_a_hop_take_precedence_over_ssh_config() {
    let rig = Rig::start();
    let home = home();
    let text = "Host bastion\n  HostName 127.0.0.1\n  Port 1\n  User nobody-at-all\n  IdentityFile /nowhere\n  UserKnownHostsFile /nowhere\n";
    let (context, _steps) = with_config(home.path(), text);
    let hop = Hop { host: "bastion".into(), ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let tunnel = Tunnel::open(&[hop], context).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
}

#[tokio::test]
async fn a_host_key_alias_is_the_name_that_is_looked_up() {
    let rig = Rig::start();
    let home = home();
    let known = home.path().join("known");
    std::fs::write(&known, format!("the-bastion {}\n", rig.sshd().host_key("ed25519"))).unwrap();
    let text = format!(
        "{}  HostKeyAlias the-bastion\n",
        host("b", rig, rig.sshd(), "127.0.0.1")
            .replace(&rig.known_hosts().display().to_string(), known.to_str().unwrap())
    );
    let (context, mut steps) = with_config(home.path(), &text);
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("known (known line 1)"));
}

#[tokio::test]
async fn strict_checking_refuses_an_unknown_key_without_a_question() {
    let rig = Rig::start();
    let home = home();
    let text = host("b", rig, rig.sshd(), "127.0.0.1").replace(&rig.known_hosts().display().to_string(), "~/none")
        + "  StrictHostKeyChecking yes\n";
    let (mut context, _steps) = with_config(home.path(), &text);
    let script = super::tunnel::ScriptedPrompter::with_answers([rrx::domain::protocol::Answer::Accept]);
    context.prompter = script.clone();
    let error = Tunnel::open(&[alias("b")], context).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyDeclined { is_strict: true, .. }), "{error:?}");
    assert!(script.questions().is_empty());
    assert!(error.problem().to_string().contains("StrictHostKeyChecking"));
}

#[tokio::test]
async fn an_unsupported_keyword_is_an_error_with_its_file_and_line() {
    let home = home();
    for (text, line, word) in [
        ("Host b\n  HostName 127.0.0.1\n  KnownHostsCommand x\n", 3, "KnownHostsCommand"),
        ("Match tagged x\n  User x\n", 1, "tagged"),
        ("Host b\n  Port 99999\n", 2, "99999"),
    ] {
        let (context, _steps) = with_config(home.path(), text);
        let problem = Tunnel::open(&[alias("b")], context).await.unwrap_err().problem();
        let message = problem.to_string();
        let position = format!("{} line {line}", home.path().join(".ssh/config").display());
        assert!(message.contains(&position) && message.contains(word), "{message}");
        assert_eq!(problem.kind, ProblemKind::Settings);
    }
}

#[tokio::test]
async fn hops_in_a_circle_are_an_error() {
    let home = home();
    let (context, _steps) = with_config(home.path(), "Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n");
    let error = Tunnel::open(&[alias("a")], context).await.unwrap_err();
    assert!(matches!(error, TunnelError::Route(RouteError::Loop { .. })), "{error:?}");
}

#[tokio::test]
async fn a_file_that_others_can_write_is_not_used() {
    let home = home();
    let (context, _steps) = with_config(home.path(), "Host a\n  HostName 127.0.0.1\n");
    set_mode(&home.path().join(".ssh/config"), 0o666);
    let message = Tunnel::open(&[alias("a")], context).await.unwrap_err().problem().to_string();
    assert!(message.contains("bad owner or permissions"), "{message}");
}

/// Runs the program without an `ssh` command on the path. Its hops are in the user's `ssh_config`.
#[test]
fn the_program_needs_no_ssh_and_reads_the_users_ssh_config() {
    let rig = Rig::start();
    let inner = rig.start_sshd(&SshdOptions { address: Some("127.0.0.2"), ..SshdOptions::default() });
    let permit = vec![format!("127.0.0.2:{}", inner.port())];
    let outer = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let home = home();
    let hosts = format!(
        "{}{}  ProxyJump outer\n",
        host("outer", rig, &outer, "127.0.0.1"),
        host("inner", rig, &inner, "127.0.0.2")
    );
    let _ = write_config(home.path(), &hosts);
    let settings = home.path().join("config.toml");
    let text: Vec<String> = rig
        .profile_toml("far")
        .lines()
        .filter(|line| !line.starts_with("identity") && !line.starts_with("known_hosts"))
        .map(|line| if line.starts_with("route") { "route = [\"inner\"]".to_owned() } else { line.to_owned() })
        .collect();
    std::fs::write(&settings, text.join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_rrx"))
        .args(["run", "-p", "far", "-e", "SELECT 6 * 7 AS answer", "--format", "csv", "--config"])
        .arg(&settings)
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", "/nonexistent")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "answer\n42\n", "{stderr}");
    assert!(inner.log().contains("Accepted publickey"));
}

// ---------------------------------------------------------------- agents and certificates

#[tokio::test]
async fn identities_only_limits_an_agent_with_many_keys_to_the_named_one() {
    let rig = Rig::start();
    let home = home();
    let mut keys: Vec<PathBuf> = (0..6)
        .map(|number| {
            let key = home.path().join(format!("key{number}"));
            keygen(&["-t", "ed25519", "-N", "", "-f"], &key);
            key
        })
        .collect();
    keys.push(rig.user_key());
    let agent = Agent::start(home.path(), &keys);
    // The named file is a public key. Only the agent has the private key.
    let public = home.path().join("mine.pub");
    std::fs::copy(rig.user_key().with_extension("pub"), &public).unwrap();
    let text = host("b", rig, rig.sshd(), "127.0.0.1")
        .replace(&rig.user_key().display().to_string(), public.to_str().unwrap())
        + &format!("  IdentitiesOnly yes\n  IdentityAgent {}\n", agent.socket.display());
    let (context, mut steps) = with_config(home.path(), &text);
    assert!(Tunnel::open(&[alias("b")], context).await.is_ok());
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).contains("by the agent"));
}

#[tokio::test]
async fn a_certificate_next_to_the_key_or_named_signs_in_and_an_expired_one_is_reported() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&trusting_users_of(rig));
    let home = home();
    let key = certified_key(rig, home.path(), &["-n", rig.ssh_user(), "-V", "-1d:+1d"]);
    let hop = || Hop { identity: vec![key.clone()], ..rig.hop(sshd.port(), &sshd.known_hosts()) };
    let (first, mut steps) = context(home.path());
    Tunnel::open(&[hop()], first).await.unwrap();
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).contains("with certificate"), "{}", sshd.log());

    let elsewhere = home.path().join("elsewhere.pub");
    std::fs::rename(home.path().join("certified-cert.pub"), &elsewhere).unwrap();
    assert!(Tunnel::open(&[hop()], context(home.path()).0).await.is_err(), "the key alone is in no list");
    let named = Hop { certificate: Some(elsewhere), ..hop() };
    assert!(Tunnel::open(&[named], context(home.path()).0).await.is_ok());

    let directory = tempfile::tempdir().unwrap();
    let old = certified_key(rig, directory.path(), &["-n", rig.ssh_user(), "-V", "-2d:-1d"]);
    let expired = Hop { identity: vec![old], ..hop() };
    let error = Tunnel::open(&[expired], context(home.path()).0).await.unwrap_err();
    let message = error.problem().to_string();
    assert!(message.contains("certified-cert.pub: it has expired"), "{message}");
}

#[tokio::test]
async fn a_certificate_in_the_agent_signs_in() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&trusting_users_of(rig));
    let home = home();
    let key = certified_key(rig, home.path(), &["-n", rig.ssh_user(), "-V", "-1d:+1d"]);
    let agent = Agent::start(home.path(), &[key]);
    let (mut context, _steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let hop = Hop { identity: vec![], ..rig.hop(sshd.port(), &sshd.known_hosts()) };
    assert!(Tunnel::open(&[hop], context).await.is_ok(), "{}", sshd.log());
}

#[tokio::test]
async fn keys_of_every_type_and_format_sign_in_encrypted_or_not() {
    let rig = Rig::start();
    let home = home();
    let formats: [&[&str]; 8] = [
        &["-t", "ed25519"],
        &["-t", "ecdsa", "-b", "256"],
        &["-t", "ecdsa", "-b", "384"],
        &["-t", "ecdsa", "-b", "521"],
        &["-t", "rsa", "-b", "2048"],
        &["-t", "rsa", "-b", "2048", "-m", "PEM"],
        &["-t", "rsa", "-b", "2048", "-m", "PKCS8"],
        &["-t", "ecdsa", "-b", "256", "-m", "PKCS8"],
    ];
    let mut keys = Vec::new();
    for (number, format) in formats.into_iter().enumerate() {
        for phrase in ["", "open sesame"] {
            let key = home.path().join(format!("key-{number}-{}", phrase.len()));
            keygen(&[format, &["-a", "4", "-N", phrase, "-f"]].concat(), &key);
            keys.push((key, phrase, format));
        }
    }
    let listed = home.path().join("listed");
    let lines: Vec<String> =
        keys.iter().map(|(key, ..)| std::fs::read_to_string(key.with_extension("pub")).unwrap()).collect();
    std::fs::write(&listed, lines.concat()).unwrap();
    set_mode(home.path(), 0o755);
    let config = format!("AuthorizedKeysFile {}", listed.display());
    let sshd = rig.start_sshd(&SshdOptions { config, ..SshdOptions::default() });
    for (key, phrase, format) in keys {
        let (mut context, _steps) = context(home.path());
        let answer = rrx::domain::protocol::Answer::Secret(rrx::domain::profile::Secret::new(phrase.into()));
        let script = super::tunnel::ScriptedPrompter::with_answers([answer]);
        context.prompter = script.clone();
        let hop = Hop { identity: vec![key], ..rig.hop(sshd.port(), &sshd.known_hosts()) };
        let opened = Tunnel::open(&[hop], context).await;
        assert!(opened.is_ok(), "{format:?} {phrase:?}: {}", opened.unwrap_err().problem());
        assert_eq!(script.questions().len(), usize::from(!phrase.is_empty()), "{format:?}");
    }
}

#[tokio::test]
async fn a_key_encrypted_in_an_unsupported_format_is_named_with_the_command_that_converts_it() {
    let rig = Rig::start();
    let home = home();
    let key = home.path().join("old");
    keygen(&["-t", "ecdsa", "-b", "256", "-m", "PEM", "-N", "open sesame", "-f"], &key);
    let hop = Hop { identity: vec![key], ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let error = Tunnel::open(&[hop], context(home.path()).0).await.unwrap_err();
    let TunnelError::SignIn { tried, accepts, .. } = &error else { panic!("{error:?}") };
    assert!(tried.len() == 1 && tried[0].contains("ssh-keygen -p -f"), "{tried:?}");
    assert_eq!(accepts, &["publickey"]);
}

#[tokio::test]
async fn an_agent_that_does_not_exist_is_named_among_the_tried_methods() {
    let rig = Rig::start();
    let home = home();
    let (mut context, _steps) = context(home.path());
    context.agent = Some(home.path().join("agent.sock"));
    let hop = Hop { identity: vec![], ..rig.hop(rig.ssh_port(), &rig.known_hosts()) };
    let message = Tunnel::open(&[hop], context).await.unwrap_err().problem().to_string();
    assert!(message.contains("the agent at ") && message.contains("agent.sock"), "{message}");
}

// ---------------------------------------------------------------- host certificates

/// Starts an sshd with a host certificate, and returns a hop to it with a home directory whose `known_hosts` file trusts
/// `authority`.
fn certified_host(rig: &Rig, options: &[&'static str], authority: &Path) -> (Sshd, tempfile::TempDir, Hop) {
    let sshd = rig.start_sshd(&SshdOptions { certificate: Some(options.to_vec()), ..SshdOptions::default() });
    let home = home();
    let public = std::fs::read_to_string(authority.with_extension("pub")).unwrap();
    let known = home.path().join("known");
    std::fs::write(&known, format!("# by hand\n@cert-authority 127.0.0.* {public}")).unwrap();
    let hop = rig.hop(sshd.port(), &known);
    (sshd, home, hop)
}

#[tokio::test]
async fn a_host_certificate_of_a_known_authority_is_trusted_for_all_its_connections() {
    let rig = Rig::start();
    let (_sshd, home, hop) = certified_host(rig, &["-h", "-n", "127.0.0.1", "-V", "-1d:+1d"], &rig.authority());
    let (context, mut steps) = context(home.path());
    let tunnel = Tunnel::open(&[hop], context).await.unwrap();
    assert!(done(&drain(&mut steps), ConnectionStep::HostKey).contains("certified (known line 2)"));
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "a second connection");
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn a_host_certificate_that_is_not_valid_for_this_host_now_is_refused() {
    let rig = Rig::start();
    let host = "127.0.0.1";
    for (options, why) in [
        (&["-h", "-n", host, "-V", "-2d:-1d"][..], "it has expired"),
        (&["-h", "-n", host, "-V", "+1d:+2d"], "it is not valid yet"),
        (&["-h", "-n", "other.example.com", "-V", "-1d:+1d"], "it is for other.example.com, not for 127.0.0.1"),
        (
            &["-h", "-n", host, "-V", "-1d:+1d", "-O", "critical:only@x=1"],
            "it has critical options that rrx does not support",
        ),
        (&["-n", host, "-V", "-1d:+1d"], "it is a user certificate, not a host certificate"),
    ] {
        let (_sshd, home, hop) = certified_host(rig, options, &rig.authority());
        let error = Tunnel::open(&[hop], context(home.path()).0).await.unwrap_err();
        assert!(matches!(&error, TunnelError::HostCertificate { line: 2, .. }), "{error:?}");
        assert!(error.problem().to_string().contains(why), "{}", error.problem());
    }
}

#[tokio::test]
async fn a_host_certificate_of_another_authority_counts_as_an_unknown_key() {
    let rig = Rig::start();
    let (_sshd, home, hop) =
        certified_host(rig, &["-h", "-n", "127.0.0.1", "-V", "-1d:+1d"], &rig.untrusted_authority());
    let error = Tunnel::open(&[hop], context(home.path()).0).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyDeclined { authority: Some(_), .. }), "{error:?}");
}

#[tokio::test]
async fn a_revoked_authority_is_not_trusted_for_any_host() {
    let rig = Rig::start();
    let (_sshd, home, hop) = certified_host(rig, &["-h", "-n", "127.0.0.1", "-V", "-1d:+1d"], &rig.authority());
    let known = home.path().join("known");
    let public = std::fs::read_to_string(rig.authority().with_extension("pub")).unwrap();
    let text = std::fs::read_to_string(&known).unwrap() + &format!("@revoked * {public}");
    std::fs::write(&known, text).unwrap();
    let error = Tunnel::open(&[hop], context(home.path()).0).await.unwrap_err();
    assert!(matches!(error, TunnelError::HostKeyRevoked { line: 3, .. }), "{error:?}");
}
