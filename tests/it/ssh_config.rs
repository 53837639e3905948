//! What `~/.ssh/config` says about a host, and which lines must not be ignored.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use rrx::domain::profile::CommandConsent;
use rrx::domain::ssh::ssh_config::{
    AddressFamily, AgentSocket, HostConfig, HostLookup, SignInMethod, SshConfigError, SshConfigFiles, UnknownHostKeys,
    host_config,
};

/// Files in memory.
struct MemoryFiles(BTreeMap<PathBuf, Vec<u8>>);

impl SshConfigFiles for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.get(path).cloned())
    }

    fn matching(&self, pattern: &Path) -> Vec<PathBuf> {
        let pattern = pattern.to_str().unwrap();
        let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
        let fits = |path: &&PathBuf| {
            let path = path.to_str().unwrap();
            if pattern.contains('*') { path.starts_with(before) && path.ends_with(after) } else { path == pattern }
        };
        self.0.keys().filter(fits).cloned().collect()
    }

    fn run(&self, command: &str) -> io::Result<bool> {
        match command {
            "late" => Err(io::Error::new(io::ErrorKind::TimedOut, "the command did not end")),
            _ => Ok(command.starts_with("true")),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "AGENT").then(|| "/run/agent".to_owned())
    }
}

fn asked(host: &str) -> HostLookup {
    HostLookup {
        host: host.into(),
        user: None,
        port: None,
        local_user: "ann".into(),
        local_uid: 1000,
        local_host: "desk.example.com".into(),
        home: "/home/ann".into(),
        commands: CommandConsent::Ask,
    }
}

fn read(text: &str, host: &str) -> Result<HostConfig, SshConfigError> {
    let files = MemoryFiles(BTreeMap::from([("/home/ann/.ssh/config".into(), text.as_bytes().to_vec())]));
    host_config(&asked(host), &["/home/ann/.ssh/config".into()], &files)
}

fn refusal(text: &str) -> String {
    read(text, "x").unwrap_err().to_string()
}

#[test]
fn the_keys_and_known_hosts_of_the_profile_are_those_of_hops_that_only_proxy_jump_names() {
    use rrx::domain::profile::{HopDefaults, parse};
    use rrx::domain::ssh::resolved_hop::{LocalAccount, resolve_route};
    use rrx::domain::ssh::ssh_config::SshConfigSource;
    let text = "[profile.eu]\nhost = \"h\"\nuser = \"u\"\nidentity = \"/keys/eu\"\nknown_hosts = \"/keys/known\"\n\
                route = [\"inner\", { host = \"last\", identity = \"/keys/last\" }]\n";
    let profile = parse(text, "f").0.profiles.remove(0);
    let config = "Host inner\n  ProxyJump outer,own\nHost outer\n  ProxyJump first\n\
                  Host own\n  IdentityFile /keys/own\n  UserKnownHostsFile /keys/own-known\n";
    let files = MemoryFiles(BTreeMap::from([("/home/ann/.ssh/config".into(), config.as_bytes().to_vec())]));
    let source = SshConfigSource {
        paths: vec!["/home/ann/.ssh/config".into()],
        files: Box::new(files),
        local_uid: 1000,
        local_host: "desk".into(),
    };
    let account = |hop_defaults| LocalAccount {
        os_user: "ann".into(),
        home: "/home/ann".into(),
        agent: None,
        global_known_hosts: vec![],
        hop_defaults,
        commands: CommandConsent::Ask,
    };
    let resolved = |hop_defaults| {
        let hops = resolve_route(&profile.route, &account(hop_defaults), Some(&source)).unwrap();
        let text =
            |files: &[std::path::PathBuf]| files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
        hops.iter()
            .map(|hop| (hop.host.clone(), text(&hop.keys).join(" "), text(&hop.known_hosts).join(" ")))
            .collect::<Vec<_>>()
    };
    let hop = |host: &str, keys: &str, known: &str| (host.to_owned(), keys.to_owned(), known.to_owned());
    assert_eq!(
        resolved(profile.hop_defaults.clone()),
        [
            hop("first", "/keys/eu", "/keys/known"),
            hop("outer", "/keys/eu", "/keys/known"),
            hop("own", "/keys/own", "/keys/own-known"),
            hop("inner", "/keys/eu", "/keys/known"),
            hop("last", "/keys/last", "/keys/known"),
        ]
    );
    let usual = "/home/ann/.ssh/known_hosts /home/ann/.ssh/known_hosts2";
    assert_eq!(resolved(HopDefaults::default())[0], hop("first", "", usual), "without defaults");
    let hops = resolve_route(&profile.route, &account(profile.hop_defaults.clone()), Some(&source)).unwrap();
    let default_files = |host: &str| {
        let hop = hops.iter().find(|hop| hop.host == host).unwrap();
        hop.key_files(std::path::Path::new("/home/ann")).default.len()
    };
    assert_eq!(["outer", "own", "inner", "last"].map(default_files), [3, 0, 0, 0]);
}

#[test]
fn the_first_value_wins_and_keys_add_up() {
    let text = "Host b*\n  HostName %h.example.com\n  User first\n  IdentityFile ~/.ssh/%r@%h\nHost *\n  User second\n  \
                IdentityFile \"/keys/with blank\"\n  Port=2222\n";
    let config = read(text, "bastion").unwrap();
    assert_eq!(config.host_name, "bastion.example.com");
    assert_eq!(config.user.as_deref(), Some("first"));
    assert_eq!(config.port, Some(2222));
    let keys = ["/home/ann/.ssh/first@bastion.example.com", "/keys/with blank"];
    assert_eq!(config.identity_files, keys.map(PathBuf::from));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn a_negated_pattern_takes_a_host_out() {
    let text = "Host *.eu !db.eu\n  User europe\n";
    assert_eq!(read(text, "web.eu").unwrap().user.as_deref(), Some("europe"));
    assert_eq!(read(text, "db.eu").unwrap().user, None);
}

#[test]
fn match_looks_at_the_name_so_far_at_the_one_typed_and_at_the_account() {
    let text = "Host x\n  HostName y\nMatch host Y originalhost x user ann\n  Port 1\nMatch !localuser ann\n  Port 2\n\
                Match all\n  Port 3\n";
    assert_eq!(read(text, "x").unwrap().port, Some(1));
    assert_eq!(read(text, "y").unwrap().port, Some(3));
}

#[test]
fn a_keyword_that_changes_the_route_is_refused_with_its_place() {
    assert_eq!(
        refusal("# a comment\nHost *\n  CanonicalizeHostname yes\n"),
        "/home/ann/.ssh/config:3: CanonicalizeHostname is not supported: it changes the route or which keys are trusted; \
         describe the hop in the profile instead"
    );
    assert!(refusal("KnownHostsCommand /bin/keys\n").contains("KnownHostsCommand"));
    assert!(refusal("Port 0\n").contains("`0` is not a port"));
    assert!(refusal("User \"open\n").contains(":1: a quote is not closed"));
}

#[test]
fn the_first_of_jump_and_command_counts() {
    let jumps = read("ProxyJump a,b@c:22\nProxyCommand nc %h %p\n", "x").unwrap().proxy_jump;
    assert_eq!(jumps, ["a", "b@c:22"]);
    assert_eq!(read("ProxyJump none\nProxyJump a\n", "x").unwrap().proxy_jump, Vec::<String>::new());
    let first = read("ProxyCommand nc %h %p\nProxyJump a\n", "x").unwrap();
    assert_eq!((first.proxy_jump, first.proxy_command.is_some()), (vec![], true));
    for text in [
        "Host x\n ProxyCommand none\nHost *\n ProxyJump b\n",
        "Host x\n ProxyCommand none\nHost *\n ProxyCommand nc %h %p\n",
        "ProxyJump none\nProxyCommand none\nProxyJump b\n",
    ] {
        let config = read(text, "x").unwrap();
        assert_eq!((config.proxy_jump, config.proxy_command), (vec![], None), "{text}");
    }
    let after_none = read("ProxyJump none\nProxyCommand nc %h %p\n", "x").unwrap();
    assert_eq!(after_none.proxy_command.unwrap().place, "/home/ann/.ssh/config line 2");
    assert!(refusal("ProxyJump a, b\n").contains(":1: `a, b`: a list of hops must not contain spaces"));
}

#[test]
fn a_harmless_value_that_comes_first_counts_before_one_that_leads_elsewhere() {
    for (harmless, elsewhere) in [
        ("CanonicalizeHostname no", "CanonicalizeHostname yes"),
        ("KnownHostsCommand none", "KnownHostsCommand /bin/keys"),
        ("RevokedHostKeys none", "RevokedHostKeys /revoked"),
        ("ProxyUseFdpass no", "ProxyUseFdpass yes"),
    ] {
        assert!(read(&format!("Host x\n {harmless}\nHost *\n {elsewhere}\n"), "x").is_ok(), "{harmless}");
        let told = refusal(&format!("{elsewhere}\n{harmless}\n"));
        assert!(told.contains(":1: ") && told.contains("is not supported"), "{told}");
    }
}

#[test]
fn a_match_that_does_not_hold_anyway_may_ask_for_what_rrx_does_not_have() {
    for text in [
        "Match host nowhere exec \"touch x\"\n User u\n",
        "Match exec \"touch x\" host nowhere\n User u\n",
        "Match user nobody tagged a,b localnetwork 10.0.0.0/8\n User u\n",
        "Match !final host nowhere version 9\n User u\n",
    ] {
        assert_eq!(read(text, "x").unwrap().user, None, "{text}");
    }
    assert!(refusal("Match host x tagged a\n User u\n").contains(":1: Match tagged is not supported"));
}

fn command(text: &str, host: &str) -> String {
    read(text, host).unwrap().proxy_command.unwrap().command
}

#[test]
fn a_proxy_command_is_the_rest_of_its_line_with_its_tokens() {
    let settings = "HostName real.example.com\nPort 2222\nUser ops\n";
    let line = "ProxyCommand = sh -c 'nc \"$0\" %p' %h # %n %r %%";
    assert_eq!(
        command(&format!("{settings}{line}\n"), "Alias"),
        "sh -c 'nc \"$0\" 2222' real.example.com # Alias ops %"
    );
    for token in ["%d", "%i", "%u", "%L", "%"] {
        let what = refusal(&format!("ProxyCommand nc {token}\n"));
        assert!(what.contains(":1: "), "{what}");
    }
}

#[test]
fn a_name_that_a_shell_would_interpret_is_not_put_into_a_command() {
    for (text, host) in [
        ("HostName $(touch${IFS}x)\nProxyCommand nc %h %p\n", "x"),
        ("ProxyCommand nc %n %p\n", "x;touch"),
        ("User `id`\nProxyCommand nc %r\n", "x"),
        ("User -oProxyCommand=x\nProxyCommand ssh %r\n", "x"),
    ] {
        let what = read(text, host).unwrap_err().to_string();
        assert!(what.contains("a shell would interpret"), "{text}: {what}");
    }
    assert_eq!(command("ProxyCommand nc %p\n", "x;touch"), "nc 22", "the name is not used");
    assert_eq!(command("ProxyCommand nc %h %p\n", "fe80::1%eth0"), "nc fe80::1%eth0 22");
}

fn with_commands(text: &str, host: &str) -> Result<HostConfig, SshConfigError> {
    let files = MemoryFiles(BTreeMap::from([("/home/ann/.ssh/config".into(), text.as_bytes().to_vec())]));
    let lookup = HostLookup { commands: CommandConsent::Given, ..asked(host) };
    host_config(&lookup, &["/home/ann/.ssh/config".into()], &files)
}

#[test]
fn a_command_of_match_decides_if_it_may_run() {
    for (text, user) in [
        ("Match exec true\n User u\n", Some("u")),
        ("Match exec \"true %h %n %r %u %p %d %i %k %l %L %j %%\"\n User u\n", Some("u")),
        ("Match exec false\n User u\n", None),
        ("Match !exec false\n User u\n", Some("u")),
        ("Match !exec true\n User u\n", None),
        ("Match exec true exec false\n User u\n", None),
        ("Match exec late\n User u\n", None),
        ("Match !exec late\n User u\n", None),
    ] {
        assert_eq!(with_commands(text, "x").unwrap().user.as_deref(), user, "{text}");
    }
    assert!(with_commands("Match exec late\n User u\n", "x").unwrap().warnings[0].contains("did not end"));
    assert!(with_commands("Match exec \"true %q\"\n User u\n", "x").is_err());
    assert!(with_commands("Match exec \"true %n\"\n User u\n", "x;touch").is_err());
}

#[test]
fn without_consent_a_command_of_match_does_not_run_and_its_block_does_not_count() {
    for text in ["Match exec true\n User u\n", "Match !exec false\n User u\n"] {
        let config = read(text, "x").unwrap();
        assert_eq!(config.user, None, "{text}");
        assert!(config.warnings[0].contains(":1: Match exec did not run"), "{:?}", config.warnings);
        assert!(config.warnings[0].contains("proxy_command = true"), "{:?}", config.warnings);
    }
}

#[test]
fn match_final_reads_the_files_once_more_under_the_name_that_was_found() {
    let text =
        "Match final all\n User last\nHost x\n HostName Y\n Bogus yes\nHost y\n Port 7\nMatch final host x\n Port 8\n";
    let config = read(text, "x").unwrap();
    assert_eq!((config.user.as_deref(), config.port, config.host_name.as_str()), (Some("last"), Some(7), "y"));
    assert_eq!(config.warnings.len(), 1, "each once: {:?}", config.warnings);
    let without = read("Match canonical\n User last\nHost x\n HostName y\nHost y\n Port 7\n", "x").unwrap();
    assert_eq!((without.user, without.port), (None, None));
}

#[test]
fn relative_names_of_include_lie_in_the_users_or_the_systems_folder() {
    let files = MemoryFiles(BTreeMap::from([
        ("/home/ann/.ssh/config".into(), b"Include deep/one ~/own\n".to_vec()),
        ("/home/ann/.ssh/deep/one".into(), b"Include two\n".to_vec()),
        ("/home/ann/.ssh/two".into(), b"User of-two\n".to_vec()),
        ("/home/ann/.ssh/deep/two".into(), b"User wrong\n".to_vec()),
        ("/home/ann/own".into(), b"Port 7\n".to_vec()),
        ("/etc/ssh/ssh_config".into(), b"Include ssh_config.d/*.conf\n".to_vec()),
        ("/etc/ssh/ssh_config.d/a.conf".into(), b"Include more\n".to_vec()),
        ("/etc/ssh/more".into(), b"HostKeyAlias alias\n".to_vec()),
    ]));
    let paths = ["/home/ann/.ssh/config".into(), "/etc/ssh/ssh_config".into()];
    let config = host_config(&asked("x"), &paths, &files).unwrap();
    assert_eq!((config.user.as_deref(), config.port), (Some("of-two"), Some(7)));
    assert_eq!(config.host_key_alias.as_deref(), Some("alias"));

    assert!(
        refusal("Include ~bob/config\n").contains(":1: `~bob/config`: the home directory of another user is unknown")
    );
    let system = MemoryFiles(BTreeMap::from([("/etc/ssh/ssh_config".into(), b"Include ~/x\n".to_vec())]));
    let told = host_config(&asked("x"), &paths, &system).unwrap_err().to_string();
    assert!(told.contains("/etc/ssh/ssh_config:1: `~/x`"), "{told}");
}

#[test]
fn the_tokens_in_each_hop_of_proxyjump_are_put_in() {
    let text = "Host x\n HostName y.example.com\n User u\n Port 7\n ProxyJump %r@%n-jump:22,jump.%h,p%p%%\n";
    assert_eq!(read(text, "x").unwrap().proxy_jump, ["u@x-jump:22", "jump.y.example.com", "p7%"]);
    assert!(refusal("Host x\n ProxyJump %d\n").contains(":2: `%d` is not a valid token here"));
}

#[test]
fn a_way_of_signing_in_is_forbidden_by_its_own_line_or_by_the_list_that_lacks_it() {
    let forbidden = |text: &str| -> Vec<(SignInMethod, String)> {
        read(text, "x").unwrap().forbidden.into_iter().map(|one| (one.method, one.because)).collect()
    };
    let line = |words: &str, number| format!("{words} in /home/ann/.ssh/config line {number}");
    assert_eq!(forbidden("PasswordAuthentication yes\nPasswordAuthentication no\nPubkeyAuthentication unbound\n"), []);
    assert_eq!(
        forbidden("Port 1\nPasswordAuthentication no\nChallengeResponseAuthentication no\n"),
        [
            (SignInMethod::KeyboardInteractive, line("ChallengeResponseAuthentication no", 3)),
            (SignInMethod::Password, line("PasswordAuthentication no", 2)),
        ]
    );
    assert_eq!(
        forbidden("PreferredAuthentications publickey,hostbased\nPubkeyAuthentication no\n"),
        [
            (SignInMethod::PublicKey, line("PubkeyAuthentication no", 2)),
            (SignInMethod::KeyboardInteractive, line("PreferredAuthentications publickey,hostbased", 1)),
            (SignInMethod::Password, line("PreferredAuthentications publickey,hostbased", 1)),
        ]
    );
    assert!(refusal("PasswordAuthentication maybe\n").contains(":1: `maybe` is neither yes nor no"));
}

#[test]
fn address_family_hashing_and_the_count_of_unanswered_questions_are_read() {
    let config = read("AddressFamily inet6\nHashKnownHosts yes\nServerAliveCountMax 7\n", "x").unwrap();
    assert_eq!(config.address_family, AddressFamily::V6);
    assert!(config.hash_known_hosts);
    assert_eq!(config.alive_count, Some(7));
    assert_eq!(read("AddressFamily inet\n", "x").unwrap().address_family, AddressFamily::V4);
    assert!(refusal("AddressFamily inet7\n").contains("`inet7`"));
    assert!(refusal("UserKnownHostsFile /a none\n").contains("`none` cannot be combined with file names"));
}

#[test]
fn a_host_key_is_never_taken_unasked() {
    for word in ["no", "off", "accept-new", "ask"] {
        let config = read(&format!("StrictHostKeyChecking {word}\n"), "x").unwrap();
        assert_eq!(config.unknown_host_keys, UnknownHostKeys::Ask, "{word}");
    }
    assert_eq!(read("StrictHostKeyChecking yes\n", "x").unwrap().unknown_host_keys, UnknownHostKeys::Refuse);
}

#[test]
fn files_agents_and_times_are_read_as_openssh_writes_them() {
    let text = "UserKnownHostsFile ~/.ssh/one %d/two\nGlobalKnownHostsFile none\nIdentityAgent $AGENT\n\
                ConnectTimeout 1m30\nServerAliveInterval none\nIdentitiesOnly yes\nCertificateFile ~/c-%u-%i\n\
                IdentityFile none\nHostKeyAlias alias\n";
    let config = read(text, "x").unwrap();
    let both = ["/home/ann/.ssh/one", "/home/ann/two"].map(PathBuf::from).to_vec();
    assert_eq!(config.user_known_hosts, Some(both));
    assert_eq!(config.global_known_hosts, Some(vec![]));
    assert_eq!(config.agent, AgentSocket::Path("/run/agent".into()));
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(90)));
    assert_eq!(config.alive_interval, None);
    assert!(config.identities_only);
    assert_eq!(config.certificate_files, [PathBuf::from("/home/ann/c-ann-1000")]);
    assert_eq!(config.identity_files, Vec::<PathBuf>::new());
    assert_eq!(config.host_key_alias.as_deref(), Some("alias"));
}

#[test]
fn an_included_file_counts_where_it_is_named_and_a_circle_ends() {
    let files = MemoryFiles(BTreeMap::from([
        ("/home/ann/.ssh/config".into(), b"Host x\n Include conf.d/*\nHost *\n User last\n".to_vec()),
        ("/home/ann/.ssh/conf.d/a".into(), b"Host x\n User of-a\nHost y\n Port 9\n".to_vec()),
        ("/circle".into(), b"Include /circle\n".to_vec()),
    ]));
    let config = ["/home/ann/.ssh/config".into()];
    let resolved = host_config(&asked("x"), &config, &files).unwrap();
    assert_eq!((resolved.user.as_deref(), resolved.port), (Some("of-a"), None));
    assert_eq!(host_config(&asked("y"), &config, &files).unwrap().user.as_deref(), Some("last"));
    let circle = host_config(&asked("x"), &["/circle".into()], &files).unwrap_err();
    assert!(circle.to_string().contains("too many nested Include lines"), "{circle}");
}

#[test]
fn what_is_no_keyword_is_told_and_the_rest_holds() {
    let config = read("Bogus yes\nUser u\nCiphers aes128-ctr\n", "x").unwrap();
    assert_eq!(config.warnings, ["/home/ann/.ssh/config:1: Bogus is not a keyword"]);
    assert_eq!(config.user.as_deref(), Some("u"));
    let ignored = read("IgnoreUnknown B*,other\nBogus yes\nBizarre no\n", "x").unwrap();
    assert_eq!(ignored.warnings, Vec::<String>::new());
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let files = MemoryFiles(BTreeMap::from([("/c".into(), bytes)]));
        let _ = host_config(&asked("x"), &["/c".into()], &files);
    }

    #[test]
    fn no_words_break_the_reader(lines in proptest::collection::vec(
        "(Host|Match|HostName|Port|User|Include|IdentityFile|ProxyJump|ConnectTimeout|IdentityAgent|Match final|PasswordAuthentication|UserKnownHostsFile) [%${}~!*?,a-z0-9\" ]{0,12}", 0..12)
    ) {
        let _ = read(&lines.join("\n"), "x");
    }
}
