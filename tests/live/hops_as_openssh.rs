//! Compares how rrx reads `ssh_config` and `known_hosts` with `ssh -G` and `ssh-keygen -F`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rrx::domain::profile::{CommandConsent, Hop};
use rrx::domain::ssh::host_key::HostKey;
use rrx::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts, format_hashed_line};
use rrx::domain::ssh::ssh_config::{
    AddressFamily, AgentSocket, HostConfig, HostLookup, SignInMethod, UnknownHostKeys, host_config,
};

use super::hops::{Disk, set_mode};

// ---------------------------------------------------------------- ssh_config

/// Returns the home directory that `ssh` uses, from the user database.
fn ssh_home() -> PathBuf {
    nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().dir
}

fn user_name() -> String {
    nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().name
}

/// Returns the values of `ssh -G` by keyword, or `None` if it refuses the file. For `Include`, ssh takes the home directory from
/// the environment.
fn read_with_ssh(config: &Path, home: &Path, address: &str) -> Option<BTreeMap<String, Vec<String>>> {
    let output = Command::new("ssh").arg("-G").arg("-F").arg(config).arg(address).env("HOME", home).output().unwrap();
    if !output.status.success() {
        return None;
    }
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        values.entry(keyword.to_owned()).or_default().push(value.to_owned());
    }
    Some(values)
}

fn read_with_rrx(paths: &[PathBuf], home: &Path, host: &str) -> Result<HostConfig, String> {
    let hop: Hop = host.parse().unwrap();
    let lookup = HostLookup {
        host: hop.host,
        user: hop.user,
        port: hop.port,
        local_user: user_name(),
        local_uid: nix::unistd::getuid().as_raw(),
        local_host: nix::unistd::gethostname().unwrap().to_string_lossy().into_owned(),
        home: home.to_owned(),
        commands: CommandConsent::Given,
    };
    host_config(&lookup, paths, &Disk).map_err(|problem| problem.to_string())
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    set_mode(path, 0o600);
}

/// Reads the files with ssh and with rrx, the first as the user's file and the second as the system's, and compares the values.
fn compare(texts: &[&str], host: &str) {
    let directory = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..texts.len()).map(|number| directory.path().join(format!("config{number}"))).collect();
    // `ssh` reads one file, which includes the others. `Match all` ends the last block of the file before.
    let mut all = String::new();
    for (path, text) in paths.iter().zip(texts) {
        write(path, text);
        writeln!(all, "Match all\nInclude {}", path.display()).unwrap();
    }
    let config = directory.path().join("all");
    write(&config, &all);
    let address = if host.contains(':') { format!("ssh://{host}") } else { host.to_owned() };
    let theirs = read_with_ssh(&config, &ssh_home(), &address);
    let ours = read_with_rrx(&paths, &ssh_home(), host);
    match (theirs, ours) {
        (None, Err(_)) => {}
        (None, Ok(_)) => panic!("ssh refuses the file and rrx does not\n{texts:?}"),
        (Some(_), Err(why)) => panic!("ssh reads the file and rrx does not: {why}\n{texts:?}"),
        (Some(theirs), Ok(ours)) => {
            for (keyword, actual) in our_values(&ours) {
                let expected = expected_value(&theirs, keyword);
                assert_eq!(actual, expected, "{keyword} for {host} of {texts:?}");
            }
        }
    }
}

/// Returns the value of `ssh -G` for a keyword in the format of [`our_values`].
fn expected_value(theirs: &BTreeMap<String, Vec<String>>, keyword: &str) -> String {
    let all = theirs.get(keyword).cloned().unwrap_or_default();
    let home = ssh_home();
    let expanded: Vec<String> = all.iter().map(|path| path.replacen('~', home.to_str().unwrap(), 1)).collect();
    let first = all.first().cloned().unwrap_or_default();
    match keyword {
        "identityfile" if expanded.iter().all(|path| path.contains("/.ssh/id_")) => String::new(),
        "identityfile" | "certificatefile" => expanded.join(" "),
        "stricthostkeychecking" => (first == "true" || first == "yes").to_string(),
        "pubkeyauthentication" => (first != "false" && first != "no" && is_preferred(theirs, "publickey")).to_string(),
        "passwordauthentication" => (first == "yes" && is_preferred(theirs, "password")).to_string(),
        "kbdinteractiveauthentication" => (first == "yes" && is_preferred(theirs, "keyboard-interactive")).to_string(),
        _ => first,
    }
}

fn is_preferred(theirs: &BTreeMap<String, Vec<String>>, method: &str) -> bool {
    theirs.get("preferredauthentications").is_none_or(|list| list[0].split(',').any(|name| name == method))
}

/// Returns the values that rrx reads, by keyword.
fn our_values(ours: &HostConfig) -> Vec<(&'static str, String)> {
    let shown = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let known_hosts = |paths: &Option<Vec<PathBuf>>, default: String| match paths.as_deref() {
        None => default,
        Some([]) => "none".to_owned(),
        Some(paths) => shown(paths),
    };
    let may = |method: SignInMethod| ours.forbidden.iter().all(|one| one.method != method).to_string();
    let home = ssh_home().display().to_string();
    let seconds = |time: Option<std::time::Duration>, none: &str| {
        time.map_or_else(|| none.to_owned(), |time| time.as_secs().to_string())
    };
    let yes_or_no = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    let jump = ours.proxy_jump.join(",");
    vec![
        ("hostname", ours.host_name.clone()),
        ("user", ours.user.clone().unwrap_or_else(user_name)),
        ("port", ours.port.unwrap_or(22).to_string()),
        ("identitiesonly", yes_or_no(ours.identities_only)),
        ("proxyjump", jump),
        ("hostkeyalias", ours.host_key_alias.clone().unwrap_or_default()),
        ("identityfile", shown(&ours.identity_files)),
        ("certificatefile", shown(&ours.certificate_files)),
        (
            "userknownhostsfile",
            known_hosts(&ours.user_known_hosts, format!("{home}/.ssh/known_hosts {home}/.ssh/known_hosts2")),
        ),
        (
            "globalknownhostsfile",
            known_hosts(&ours.global_known_hosts, "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2".into()),
        ),
        ("stricthostkeychecking", (ours.unknown_host_keys == UnknownHostKeys::Refuse).to_string()),
        ("hashknownhosts", yes_or_no(ours.hash_known_hosts)),
        ("connecttimeout", seconds(ours.connect_timeout, "none")),
        ("serveraliveinterval", seconds(ours.alive_interval, "0")),
        ("serveralivecountmax", ours.alive_count.unwrap_or(3).to_string()),
        (
            "identityagent",
            match &ours.agent {
                AgentSocket::FromEnvironment => String::new(),
                AgentSocket::Disabled => "none".into(),
                AgentSocket::Path(path) => path.display().to_string(),
            },
        ),
        (
            "addressfamily",
            match ours.address_family {
                AddressFamily::Any => "any",
                AddressFamily::V4 => "inet",
                AddressFamily::V6 => "inet6",
            }
            .into(),
        ),
        ("pubkeyauthentication", may(SignInMethod::PublicKey)),
        ("passwordauthentication", may(SignInMethod::Password)),
        ("kbdinteractiveauthentication", may(SignInMethod::KeyboardInteractive)),
    ]
}

#[test]
fn ssh_g_reads_these_files_like_rrx() {
    for (text, host) in [
        ("Host a\n HostName a.example.com\n User x\n Port 2222\nHost *\n User y\n", "a"),
        ("Host *.example.com !b.example.com\n User x\n", "b.example.com"),
        ("Host *.example.com !b.example.com\n User x\n", "c.example.com"),
        ("Match host a.example.com\n User x\nHost a\n HostName A.example.com\n", "a"),
        ("Host a\n HostName A.example.com\nMatch host a.example.com\n User x\n", "a"),
        ("Match originalhost a,b user z\n Port 7\nMatch all\n Port 8\n", "z@a"),
        ("Host a\n HostName %h.example.com\n IdentityFile /keys/one\n User u\n Port 9\n", "a"),
        ("Host=a\n\tPort = 99\n  User=\"x y\"\n", "a"),
        ("ProxyJump j1,u@j2:2200\nProxyCommand none\n", "a"),
        ("Host a\n ProxyCommand none\nHost *\n ProxyJump b\n", "a"),
        ("Host a\n ProxyCommand none\nHost *\n ProxyCommand nc %h %p\n", "a"),
        ("ProxyJump none\nProxyCommand none\nProxyJump b\n", "a"),
        ("CanonicalizeHostname no\nCanonicalizeHostname yes\n", "a"),
        ("Host a\n IdentityFile /one\n IdentityFile \"/two words\"\n IdentitiesOnly yes\n", "a"),
        ("host a # no comment\n port 5\n", "a"),
        ("HostKeyAlias other\nPort 22\nPort 23\n", "u@a:2022"),
        ("Match host nowhere exec \"false\"\n User x\n", "a"),
        ("Match final all\n User x\nHost a\n HostName B\nHost b\n Port 7\n IdentityFile /k\n", "a"),
        ("Match !final host b\n User x\nMatch canonical\n Port 9\nHost a\n HostName b\n", "a"),
        ("Match final host b originalhost a\n IdentityFile /k\nHost a\n HostName b\n IdentityFile /k\n", "a"),
        ("UserKnownHostsFile ~/one %d/two \"/three words\"\nGlobalKnownHostsFile none\nHashKnownHosts yes\n", "a"),
        ("StrictHostKeyChecking accept-new\nConnectTimeout 1m30\nServerAliveInterval 2m\nServerAliveCountMax 0\n", "a"),
        (
            "ConnectTimeout none\nServerAliveInterval none\nIdentityAgent none\nCertificateFile ~/c\nCertificateFile /d\n",
            "a",
        ),
        ("ChallengeResponseAuthentication no\nPreferredAuthentications publickey,keyboard-interactive\n", "a"),
        ("PubkeyAuthentication host-bound\nPasswordAuthentication no\nIgnoreUnknown B*\nBogus yes\n", "a"),
        ("DSAAuthentication no\nAddressFamily inet6\nAddressFamily inet\n", "a"),
    ] {
        compare(&[text], host);
    }
}

#[test]
fn rrx_refuses_what_ssh_refuses() {
    for text in [
        "Port 0\n",
        "User \"open\n",
        "StrictHostKeyChecking maybe\n",
        "AddressFamily inet7\n",
        "PasswordAuthentication maybe\n",
        "ServerAliveCountMax none\n",
        "ConnectTimeout soon\n",
        "UserKnownHostsFile /a none\n",
        "ProxyJump a, b\n",
        "Match\n User x\n",
        "Match bogus x\n User y\n",
        "Host\n",
        "HostName\n",
    ] {
        compare(&[text], "a");
    }
}

#[test]
fn a_relative_include_is_in_the_users_ssh_directory_wherever_the_including_file_is() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join(".ssh/deep")).unwrap();
    for (name, text) in [
        ("deep/one", "Include two ~/.ssh/three\n"),
        ("two", "Port 7\n"),
        ("deep/two", "Port 8\n"),
        ("three", "User u\n"),
    ] {
        write(&home.path().join(".ssh").join(name), text);
    }
    let config = home.path().join("config");
    write(&config, "Include deep/*\n");
    let theirs = read_with_ssh(&config, home.path(), "a").unwrap();
    let ours = read_with_rrx(&[config], home.path(), "a").unwrap();
    assert_eq!(
        (ours.port.unwrap().to_string(), ours.user.unwrap()),
        (theirs["port"][0].clone(), theirs["user"][0].clone())
    );
}

/// Generates blocks of an `ssh_config` file.
fn blocks() -> impl Strategy<Value = String> {
    let heads = vec![
        "Host a",
        "Host *",
        "Host a b",
        "Host !a *",
        "Host ?",
        "Match host a",
        "Match user root",
        "Match !host a",
        "Match originalhost A",
        "Match all",
        "Match host *.com,!a.com",
        "Match final all",
        "Match !final host x",
        "Match final host a.com",
        "Match host nowhere exec \"false\"",
    ];
    let lines = vec![
        "HostName %h.com",
        "HostName x",
        "User u",
        "User root",
        "Port 7",
        "IdentityFile ~/k",
        "IdentityFile /keys/k",
        "IdentitiesOnly yes",
        "ProxyJump j",
        "ProxyJump none",
        "ProxyCommand none",
        "HostKeyAlias k",
        "CertificateFile ~/c",
        "UserKnownHostsFile ~/one /two",
        "UserKnownHostsFile none",
        "GlobalKnownHostsFile /g",
        "StrictHostKeyChecking yes",
        "StrictHostKeyChecking no",
        "HashKnownHosts yes",
        "HashKnownHosts no",
        "ConnectTimeout 1m",
        "ServerAliveInterval 5",
        "ServerAliveCountMax 9",
        "IdentityAgent none",
        "IdentityAgent /agent",
        "AddressFamily inet",
        "AddressFamily any",
        "PasswordAuthentication no",
        "PasswordAuthentication yes",
        "PubkeyAuthentication no",
        "KbdInteractiveAuthentication no",
        "PreferredAuthentications publickey,password",
        "CanonicalizeHostname no",
    ];
    let block = (prop::sample::select(heads), prop::collection::vec(prop::sample::select(lines), 0..5))
        .prop_map(|(head, lines)| format!("{head}\n  {}\n", lines.join("\n  ")));
    prop::collection::vec(block, 0..6).prop_map(|blocks| blocks.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn ssh_g_reads_a_random_user_file_and_system_file_like_rrx(
        user_file in blocks(),
        system_file in blocks(),
        host in prop::sample::select(vec!["a", "b", "A", "u@a", "a.com"]),
    ) {
        compare(&[&user_file, &system_file], host);
    }
}

// ---------------------------------------------------------------- known_hosts

/// Returns a different key for each line, so that a key identifies the line that applies to a host.
fn key(number: usize) -> HostKey {
    let mut blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
    blob.extend([u8::try_from(number).unwrap(); 32]);
    HostKey { algorithm: "ssh-ed25519".into(), blob }
}

/// Returns the lines that `ssh-keygen -F` finds for a name, with their markers.
fn found_by_keygen(file: &Path, name: &str) -> BTreeSet<(usize, String)> {
    let output = Command::new("ssh-keygen").args(["-F", name, "-f"]).arg(file).output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let found_line = |line: &str| -> Option<(usize, String)> {
        let mut words = line.strip_prefix("# Host ")?.split_once(" found: line ")?.1.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next().unwrap_or_default().to_owned()))
    };
    output.lines().filter_map(found_line).collect()
}

/// Returns the lines that rrx finds for a host.
fn found_by_rrx(file: &Path, (host, port): (&str, u16), lines: usize) -> BTreeSet<(usize, String)> {
    let known = KnownHosts::parse(&std::fs::read(file).unwrap());
    let mut found: BTreeSet<_> = known.authorities(host, port).map(|(line, _)| (line, "CA".to_owned())).collect();
    for number in 1..=lines {
        match known.status(host, port, &key(number)) {
            HostKeyStatus::Known { line } => found.insert((line, String::new())),
            HostKeyStatus::Revoked { line } => found.insert((line, "REVOKED".to_owned())),
            HostKeyStatus::Unknown | HostKeyStatus::Changed { .. } => false,
        };
    }
    found
}

#[test]
fn ssh_keygen_finds_the_hashed_line_of_rrx_and_rrx_finds_the_lines_that_it_hashes() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("known");
    std::fs::write(&file, format_hashed_line("Bastion", 2222, &key(1), &[7; 20])).unwrap();
    assert_eq!(found_by_keygen(&file, "[bastion]:2222"), BTreeSet::from([(1, String::new())]));

    let line = |name: &str, number| format!("{name} ssh-ed25519 {}\n", STANDARD.encode(key(number).blob));
    std::fs::write(&file, line("bastion,192.0.2.7", 1) + &line("[bastion]:2222", 2)).unwrap();
    assert!(Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&file).status().unwrap().success());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() == 3 && text.lines().all(|line| line.starts_with("|1|")), "{text}");
    for (name, at) in
        [("bastion", ("bastion", 22)), ("192.0.2.7", ("192.0.2.7", 22)), ("[bastion]:2222", ("bastion", 2222))]
    {
        assert_eq!(found_by_rrx(&file, at, 2), found_by_keygen(&file, name), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn ssh_keygen_finds_the_same_lines_of_a_host_as_rrx(
        lines in prop::collection::vec((
            prop::sample::select(vec!["", "", "", "", "@revoked ", "@cert-authority ", "@strange ", "# ", "\t"]),
            prop::collection::vec("(!)?([ab*?]{1,3}|\\[[ab*?]{1,2}\\]:22|A|\\*\\.c|a\\.c)", 1..4),
            prop::sample::select(vec!["", "", " a comment", " ???"]),
        ), 1..8),
        host in "[ab]{1,2}|a\\.c",
        is_hashed in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("known");
        let mut text = String::new();
        for (number, (marker, patterns, comment)) in lines.iter().enumerate() {
            let blob = if *comment == " ???" { "???".to_owned() } else { STANDARD.encode(key(number + 1).blob) };
            writeln!(text, "{marker}{} ssh-ed25519 {blob}{comment}", patterns.join(",")).unwrap();
        }
        std::fs::write(&file, &text).unwrap();
        if is_hashed {
            // ssh-keygen refuses a file with an invalid line, and does not change it.
            Command::new("ssh-keygen").args(["-q", "-H", "-f"]).arg(&file).output().unwrap();
        }
        // ssh-keygen also finds lines that cannot be used. rrx ignores them.
        let known = KnownHosts::parse(&std::fs::read(&file).unwrap());
        let is_used = |line: usize| known.skipped.iter().all(|skipped| skipped.line != line);
        // Hashing splits a line that has a name twice into two lines with the same key. rrx reports the first of them.
        let now = std::fs::read_to_string(&file).unwrap();
        let blob = |line: usize| now.lines().nth(line - 1).and_then(|line| line.split(" ssh-ed25519 ").nth(1));
        let mut seen = BTreeSet::new();
        let theirs: BTreeSet<_> = found_by_keygen(&file, &host)
            .into_iter()
            .filter(|(line, marker)| is_used(*line) && (marker == "CA" || seen.insert(blob(*line))))
            .collect();
        prop_assert_eq!(found_by_rrx(&file, (&host, 22), lines.len()), theirs, "{} in\n{}", host, text);
    }
}
