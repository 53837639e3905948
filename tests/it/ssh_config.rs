//! `~/.ssh/config`: what it says of a host, and what it must not be passed over in.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use rrx::io::tunnel::ssh_config::{Agent, Asked, Files, HostConfig, Problem, UnknownKeys, resolve};

/// Files in memory.
struct Paper(BTreeMap<PathBuf, Vec<u8>>);

impl Files for Paper {
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

    fn variable(&self, name: &str) -> Option<String> {
        (name == "AGENT").then(|| "/run/agent".to_owned())
    }
}

fn asked(host: &str) -> Asked {
    Asked {
        host: host.into(),
        user: None,
        port: None,
        local_user: "ann".into(),
        local_uid: 1000,
        local_host: "desk.example.com".into(),
        home: "/home/ann".into(),
    }
}

fn read(text: &str, host: &str) -> Result<HostConfig, Problem> {
    let files = Paper(BTreeMap::from([("/home/ann/.ssh/config".into(), text.as_bytes().to_vec())]));
    resolve(&asked(host), &["/home/ann/.ssh/config".into()], &files)
}

fn refusal(text: &str) -> String {
    read(text, "x").unwrap_err().to_string()
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
fn what_would_lead_elsewhere_stops_with_its_place() {
    assert_eq!(
        refusal("# a comment\nHost *\n  ProxyCommand nc %h %p\n"),
        "/home/ann/.ssh/config:3: ProxyCommand would lead elsewhere, and rrx does not have it: give the hop in the \
         profile instead"
    );
    assert!(refusal("Match exec \"test -f /x\"\n  User u\n").contains(":1: Match exec is not supported"));
    assert!(refusal("KnownHostsCommand /bin/keys\n").contains("KnownHostsCommand"));
    assert!(refusal("Port 0\n").contains("`0` is no port"));
    assert!(refusal("User \"open\n").contains(":1: a quote is not closed"));
}

#[test]
fn the_first_of_jump_and_command_counts() {
    let jumps = read("ProxyJump a,b@c:22\nProxyCommand nc %h %p\n", "x").unwrap().proxy_jump;
    assert_eq!(jumps, ["a", "b@c:22"]);
    assert_eq!(read("ProxyJump none\nProxyJump a\n", "x").unwrap().proxy_jump, Vec::<String>::new());
    assert!(read("ProxyCommand nc %h %p\nProxyJump a\n", "x").is_err());
    assert!(read("ProxyCommand none\nProxyJump a\n", "x").is_ok());
}

#[test]
fn a_host_key_is_never_taken_unasked() {
    for word in ["no", "off", "accept-new", "ask"] {
        let config = read(&format!("StrictHostKeyChecking {word}\n"), "x").unwrap();
        assert_eq!(config.unknown_keys, UnknownKeys::Asked, "{word}");
    }
    assert_eq!(read("StrictHostKeyChecking yes\n", "x").unwrap().unknown_keys, UnknownKeys::Refused);
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
    assert_eq!(config.agent, Agent::At("/run/agent".into()));
    assert_eq!(config.connect_timeout, Some(Duration::from_secs(90)));
    assert_eq!(config.alive_interval, None);
    assert!(config.identities_only);
    assert_eq!(config.certificate_files, [PathBuf::from("/home/ann/c-ann-1000")]);
    assert_eq!(config.identity_files, Vec::<PathBuf>::new());
    assert_eq!(config.host_key_alias.as_deref(), Some("alias"));
}

#[test]
fn an_included_file_counts_where_it_is_named_and_a_circle_ends() {
    let files = Paper(BTreeMap::from([
        ("/home/ann/.ssh/config".into(), b"Host x\n Include conf.d/*\nHost *\n User last\n".to_vec()),
        ("/home/ann/.ssh/conf.d/a".into(), b"Host x\n User of-a\nHost y\n Port 9\n".to_vec()),
        ("/circle".into(), b"Include /circle\n".to_vec()),
    ]));
    let config = ["/home/ann/.ssh/config".into()];
    let resolved = resolve(&asked("x"), &config, &files).unwrap();
    assert_eq!((resolved.user.as_deref(), resolved.port), (Some("of-a"), None));
    assert_eq!(resolve(&asked("y"), &config, &files).unwrap().user.as_deref(), Some("last"));
    let circle = resolve(&asked("x"), &["/circle".into()], &files).unwrap_err();
    assert!(circle.to_string().contains("too deep"), "{circle}");
}

#[test]
fn what_is_no_keyword_is_told_and_the_rest_holds() {
    let config = read("Bogus yes\nUser u\nCiphers aes128-ctr\n", "x").unwrap();
    assert_eq!(config.warnings, ["/home/ann/.ssh/config:1: Bogus is not a keyword"]);
    assert_eq!(config.user.as_deref(), Some("u"));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let files = Paper(BTreeMap::from([("/c".into(), bytes)]));
        let _ = resolve(&asked("x"), &["/c".into()], &files);
    }

    #[test]
    fn no_words_break_the_reader(lines in proptest::collection::vec(
        "(Host|Match|HostName|Port|User|Include|IdentityFile|ProxyJump|ConnectTimeout|IdentityAgent) [%${}~!*?,a-z0-9\" ]{0,12}", 0..12)
    ) {
        let _ = read(&lines.join("\n"), "x");
    }
}
