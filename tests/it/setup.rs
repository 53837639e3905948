//! Set-up: URLs and option files of other programs, profiles added, passed on and read back, secrets stored, keys made.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use clap::Parser;
use proptest::prelude::*;
use rrx::cli::{Cli, Command, ProfilesCommand};
use rrx::commands::{profiles, secret, ssh_key};
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{
    CommandLine, Environment, Hop, ImportedConnection, Overwrite, Profile, ProfileDraft, Secret, SecretSource, TlsMode,
    UrlParseError, add, add_shared_profile, parse, read_option_file, read_shared_profile, read_url,
    write_shared_profile,
};
use rrx::io::env::{HostEnv, SecretStore};
use rrx::io::host::keyring::{Keyring, KeyringError};
use rrx::io::host::secrets;
use rrx::io::storage::paths::Paths;
use rrx::io::storage::settings::{self, Presence};
use rrx::io::storage::stored_dates::StoredDates;
use rrx::io::tunnel::key_pair::PublicHalf;
use tempfile::{TempDir, tempdir};

const PASSWORD: &str = "dist1nct;p@ss'w\"ord%#/?:end";

// ------------------------------------------------------------ URLs

fn url(text: &str) -> ImportedConnection {
    read_url(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn urls_of_other_programs_are_read() {
    let plain = url("mysql://RO_USER:p%40ss@replica.example.com:3307/clinspark");
    assert_eq!(plain.host.as_deref(), Some("replica.example.com"));
    assert_eq!(
        (plain.port, plain.user.as_deref(), plain.database.as_deref()),
        (Some(3307), Some("RO_USER"), Some("clinspark"))
    );
    assert_eq!(plain.password.unwrap().reveal(), "p@ss");
    assert!(plain.route.is_empty() && plain.notes.is_empty());

    let hops = url(
        "mysql+ssh://ec2-user@bastion:2222/ro:pw@db.internal/shop?name=Shop+EU&usePrivateKey=true&env=production&tLSMode=0",
    );
    assert_eq!(hops.route.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ec2-user@bastion:2222"]);
    assert_eq!((hops.host.as_deref(), hops.port, hops.name.as_deref()), (Some("db.internal"), None, Some("shop-eu")));
    assert_eq!(hops.environment, Some(Environment::Production));
    assert!(hops.notes.is_empty(), "{:?}", hops.notes);

    let maria = url("MariaDB+SSH://u@[::1]:22/a@[fe80::2]:3306?ssl-mode=VERIFY_IDENTITY&ssl_ca=%2Fca.pem");
    assert_eq!(maria.route[0].to_string(), "u@[::1]:22");
    assert_eq!((maria.host.as_deref(), maria.tls), (Some("fe80::2"), Some(TlsMode::VerifyIdentity)));
    assert_eq!(maria.ca, Some(PathBuf::from("/ca.pem")));

    let jdbc = url("jdbc:mysql://h/db?user=u&password=a%26b&sslMode=REQUIRED&useUnicode=true");
    assert_eq!((jdbc.user.as_deref(), jdbc.password.unwrap().reveal()), (Some("u"), "a&b"));
    assert_eq!(jdbc.tls, Some(TlsMode::Required));
    assert_eq!(url("mysql+ssh://[::1]:22/u@h/db").route[0].to_string(), "[::1]:22");
    assert_eq!(url("mysql+ssh://b/u@/db").host.as_deref(), Some("127.0.0.1"));
}

#[test]
fn a_url_that_cannot_be_read_says_why_and_quotes_no_secret() {
    for (text, wanted) in [
        ("postgres://u:hunter2@h/db", "it does not begin with mysql://"),
        ("hunter2", "it does not begin with mysql://"),
        ("mysql://u:12/ter2@h/db", "it is not clear where the password ends"),
        ("mysql://user@dom:p@ss/hunter2#rd@host/db", "it is not clear where the password ends"),
        ("mysql://u:hunter2@h/db?user=a@b", "it is not clear where the password ends"),
        ("mysql+ssh://s:hun/ter2@b/u:p@h/db", "it is not clear where the password ends"),
        ("mysql+ssh://s:p@b/u:hun/ter2@h/db", "it is not clear where the password ends"),
        ("mysql+ssh://s:12/ter2@b/h", "it is not clear where the password ends"),
        ("mysql://u:hunter2@h/a/b", "the database contains a /"),
        ("mysql://u:hunter2@/db", "the replica's host: the host is missing"),
        ("mysql://u:hunter2@a,b/db", "it names several hosts"),
        ("mysql+ssh://u:hunter2@b", "the replica is missing after the SSH host"),
        ("mysql+ssh://u:hunter2@b:x/a@h", "the SSH host: the port"),
        ("mysql://u:%ff%fehunter2@h/db", "the password is not UTF-8"),
        ("mysql://u%0a:hunter2@h/db", "the user contains a control character"),
    ] {
        let error: UrlParseError = read_url(text).unwrap_err();
        assert!(error.to_string().starts_with(wanted), "{text}: {error}");
        assert!(!format!("{error} {error:?} {}", error.hint()).contains("ter2"), "{text}: {error}");
    }
}

#[test]
fn a_password_with_signs_that_are_not_encoded_is_read_where_only_one_end_is_possible() {
    for password in ["p@ss", "p:w", "hun/ter2", "a?b=c&d", "x#y", "a@b:c@d", "w/x?y#z"] {
        let read = url(&format!("mysql://RO@dom:{password}@replica.example.com:3307/clinspark"));
        assert_eq!(read.password.as_ref().map(Secret::reveal), Some(password));
        assert_eq!((read.user.as_deref(), read.host.as_deref()), (Some("RO@dom"), Some("replica.example.com")));
        assert_eq!((read.port, read.database.as_deref()), (Some(3307), Some("clinspark")));
    }
    let hop = url("mysql+ssh://s:p@1#2@b/u:p@2@h/db");
    assert_eq!((hop.route[0].to_string().as_str(), hop.host.as_deref()), ("s@b", Some("h")));
    assert_eq!(hop.password.unwrap().reveal(), "p@2");
}

#[test]
fn keys_and_tls_of_other_programs_are_read() {
    let ace = url("mysql://u@127.0.0.1:3306/d?ssh_host=bastion&ssh_port=2222&ssh_user=ops\
         &ssh_keyLocation=%2Fhome%2Fu%2F.ssh%2Fid&ssh_keyLocationEnabled=1&ssh_password=hunter2");
    assert_eq!(ace.route[0].to_string(), "ops@bastion:2222");
    assert_eq!(ace.identity, Some(PathBuf::from("/home/u/.ssh/id")));
    assert!(ace.notes.iter().all(|note| !note.contains("hunter2")) && ace.notes.len() == 1, "{:?}", ace.notes);
    for (parameters, tls, ca) in [
        ("tLSMode=2", Some(TlsMode::Required), None),
        ("tLSMode=4", Some(TlsMode::VerifyIdentity), None),
        ("tLSMode=0", None, None),
        ("tLSMode=1", None, None),
        ("useSSL=false", Some(TlsMode::Disabled), None),
        ("useSSL=true", Some(TlsMode::Required), None),
        ("useSSL=true&requireSSL=true&verifyServerCertificate=true", Some(TlsMode::VerifyIdentity), None),
        ("verifyServerCertificate=true&serverSslCert=%2Fca.pem", Some(TlsMode::VerifyCa), Some("/ca.pem")),
        ("useSSL=false&sslMode=VERIFY_IDENTITY", Some(TlsMode::VerifyIdentity), None),
        ("sslMode=verify-full&serverSslCert=%2Fca.pem", Some(TlsMode::VerifyIdentity), Some("/ca.pem")),
        ("sslMode=VERIFY_CA&trustCertificateKeyStoreUrl=file:///ca.crt", Some(TlsMode::VerifyCa), Some("/ca.crt")),
        ("ssl-mode=VERIFY_CA&ssl-ca=(/etc/ca.pem)", Some(TlsMode::VerifyCa), Some("/etc/ca.pem")),
    ] {
        let read = url(&format!("jdbc:mysql://h:3306/d?{parameters}"));
        assert_eq!((read.tls, read.ca), (tls, ca.map(PathBuf::from)), "{parameters}");
    }
    let store =
        url("jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:/k.jks&trustCertificateKeyStorePassword=hunter2");
    assert_eq!(store.ca, None);
    assert!(
        store.notes[0].contains("keytool") && !format!("{:?}", store.notes).contains("hunter2"),
        "{:?}",
        store.notes
    );
    assert_eq!(url("mysql://h/d?a=1&useUnicode=true&b").notes, ["not understood and left out: a, b"]);
    assert_eq!(
        url("mysql://h/d?a=1&password=x&ter2=1").notes,
        [
            "left out: 1 parameter after the password, because it can be a piece of the password; write the password last",
            "not understood and left out: a",
        ]
    );
}

#[test]
fn a_parameter_after_a_password_gives_no_text_and_its_name_is_not_shown() {
    for secret in
        ["password", "pwd", "ssh_password", "clientCertificateKeyStorePassword", "clientSecret", "token", "apiKey"]
    {
        for rest in [
            "ter2",
            "ter2=1",
            "user=ter2",
            "name=ter2",
            "ssh_host=ter2",
            "ssh_user=ter2",
            "sslCa=/ter2",
            "privateKey=/ter2",
        ] {
            let read = url(&format!("mysql://h/d?{secret}=hun&{rest}"));
            assert!(!format!("{read:?}").contains("ter2"), "{secret} {rest}: {read:?}");
            assert_eq!((read.user, read.name, read.ca, read.identity), (None, None, None, None));
            let count = read.notes.iter().filter(|note| note.starts_with("left out: 1 parameter after")).count();
            assert_eq!(count, 1, "{secret} {rest}: {:?}", read.notes);
        }
    }
    let read = url("mysql://h/d?token=x&sslMode=REQUIRED&env=test");
    assert_eq!((read.tls, read.environment), (Some(TlsMode::Required), Some(Environment::Test)));
    let without_secret =
        "allowPublicKeyRetrieval=true&usePrivateKey=1&ssh_keyLocation=/k&clientCertificateKeyStoreUrl=x&ssl-key=/y";
    assert_eq!(url(&format!("mysql://h/d?{without_secret}&user=u")).user.as_deref(), Some("u"));
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

/// Returns passwords, some of which have the name of a parameter in them.
fn password_pieces() -> impl Strategy<Value = String> {
    let names =
        ["&user=", "&name=", "&ssh_host=", "&ssh_port=", "&ssh_user=", "&sslca=", "&privatekey=/", "&pwd=", "&"];
    let piece = prop_oneof![3 => "[QZJV7-9/?#@:&=%. -]{3,12}", 1 => prop::sample::select(names.to_vec()).prop_map(str::to_owned)];
    proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_breaks_the_readers(text in "\\PC*", tail in ".{0,60}") {
        let _ = read_url(&text);
        for scheme in ["mysql://", "mariadb+ssh://", "jdbc:mysql://"] {
            let _ = read_url(&format!("{scheme}{tail}"));
            let _ = read_url(&format!("{scheme}u:p@h/{tail}"));
        }
        let _ = read_option_file(&text).connections();
        let _ = read_option_file(&format!("[client]\nhost=h\n{tail}\npassword={tail}")).connections();
        let _ = read_shared_profile(&text, "f", None);
        let _ = read_shared_profile(&format!("rrx_profile = 1\n[profile.a]\nhost = \"h\"\nuser = \"u\"\n{tail}"), "f", None);
    }

    #[test]
    fn every_password_arrives_and_shows_in_no_message(password in "\\PC{1,60}", user in "[a-zA-Z_@ ./-]{1,20}") {
        for form in ["mysql://{u}:{p}@h/db", "mysql+ssh://s:{p}@b/{u}:{p}@h/db", "mysql://h/db?user={u}&password={p}"] {
            let text = form.replace("{u}", &encoded(&user)).replace("{p}", &encoded(&password));
            let imported = url(&text);
            prop_assert_eq!(imported.password.as_ref().unwrap().reveal(), &password);
            prop_assert_eq!(imported.user.as_deref(), Some(user.as_str()));
            if password.len() > 8 {
                let shown = format!("{imported:?}");
                prop_assert!(!shown.contains(&password));
            }
        }
    }

    #[test]
    fn no_piece_of_a_password_gets_into_the_settings_or_into_a_message(
        password in password_pieces(), ssh in password_pieces(), form in 0..8_usize,
    ) {
        // The rest of the URL has small letters only. Small letters in the passwords are names of parameters.
        let form = [
            "mysql://u:{p}@host/db?name=some",
            "mysql+ssh://s:{s}@hop/u:{p}@host/db",
            "mariadb://u@dom:{p}@host",
            "mysql+ssh://s:{o}@hop/host/db",
            "mysql://host/db?user=u&password={p}",
            "jdbc:mysql://host/db?pwd={p}",
            "jdbc:mysql://host/db?clientcertificatekeystorepassword={p}&user=u",
            "mysql://host/db?ssh_password={p}",
        ][form];
        // With an @ and a / in the password of the SSH host, the URL can also be one with an account on the replica.
        let text = form.replace("{p}", &password).replace("{s}", &ssh).replace("{o}", &ssh.replace('@', "-"));
        let shown = match read_url(&text) {
            Err(error) => format!("{error} {error:?} {}", error.hint()),
            Ok(imported) => {
                let draft = ProfileDraft {
                    route: imported.route.clone(),
                    identity: imported.identity.clone().into_iter().collect(),
                    port: imported.port,
                    database: imported.database.clone(),
                    ca: imported.ca.clone(),
                    ..draft("x", imported.host.as_deref().unwrap_or("h"), imported.user.as_deref().unwrap_or("u"))
                };
                format!("{imported:?} {}", add("", "f", &draft, Overwrite::Forbidden).unwrap_or_default())
            }
        };
        let shown = shown.replace("write / ? # @ : % as %2F %3F %23 %40 %3A %25", "");
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        for secret in [&password, &ssh] {
            let is_secret = |piece: &&[char]| {
                piece.iter().any(char::is_ascii_alphanumeric) && !piece.iter().any(char::is_ascii_lowercase)
            };
            for piece in characters(secret).windows(3).filter(is_secret) {
                let piece: String = piece.iter().collect();
                prop_assert!(!shown.contains(&piece), "{piece} of {text}: {shown}");
            }
        }
    }

    #[test]
    fn a_quoted_password_of_an_option_file_arrives(password in "\\PC{1,60}") {
        let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
        let file = read_option_file(&format!("[client]\nhost = h\npassword = \"{quoted}\" # why\n"));
        let (_, imported) = file.connections().remove(0);
        let found = imported.password.unwrap();
        prop_assert_eq!(found.reveal(), &password);
    }

    #[test]
    fn a_draft_that_is_written_reads_back(
        name in "[a-z][a-z0-9_-]{0,12}x", host in "[a-z][a-z0-9.-]{0,20}", user in "[^\\p{C}\\p{Z}]{1,16}",
        port in proptest::option::of(1..u16::MAX), database in proptest::option::of("[^\\p{C}\\p{Z}]{1,16}"),
        command in "[^\\p{C}\\p{Z}]{1,30}", hop in "[a-z]{1,9}", before in 0..4_usize,
    ) {
        let draft = ProfileDraft {
            route: vec![hop.parse().unwrap()],
            port, database,
            password: Some(SecretSource::Command(command)),
            environment: Some(Environment::Test),
            ..draft(&name, &host, &user)
        };
        let text = ["", "# nothing\n", "[ui]\ntheme = \"dark\"\n", "[profile.zz]\nhost = \"h\"\nuser = \"u\"\n# last"][before];
        let written = add(text, "f", &draft, Overwrite::Forbidden).unwrap();
        let (settings, problems) = parse(&written, "f");
        prop_assert_eq!(problems, []);
        let profile = settings.profile(&name).unwrap();
        prop_assert_eq!((&profile.user, &profile.password), (&user, &draft.password));
        for line in text.lines() {
            prop_assert!(written.contains(line), "{}", written);
        }
    }
}

// ------------------------------------------------------------ option files

#[test]
fn option_files_are_read_as_the_clients_read_them() {
    let file = read_option_file(
        "# mine\n!include /etc/x\nstray = 1\n[client]\nuser = RO_USER\npassword='a#b\\\\c' # comment\nssl_ca = /ca.pem\n\
         loose-ssl-mode=VERIFY_CA\ndefault-character-set=utf8mb4\n[mysqld]\nport = 1\n\
         [client-eu]\nhost = eu.example.com\nport=3307\nwhat-is-this = 7\n[client_us]\nhost=us\npassword=raw#cut\nsocket=/s\n[client",
    );
    assert_eq!(
        file.notes,
        ["line 2: other files are not read (!include)", "line 3: it is in no group", "line 20: the group has no ]"]
    );
    let all = file.connections();
    assert_eq!(all.iter().map(|(group, _)| group.as_str()).collect::<Vec<_>>(), ["client-eu", "client_us"]);
    let (eu, us) = (&all[0].1, &all[1].1);
    assert_eq!((eu.name.as_deref(), eu.host.as_deref(), eu.port), (Some("eu"), Some("eu.example.com"), Some(3307)));
    assert_eq!((eu.user.as_deref(), eu.tls), (Some("RO_USER"), Some(TlsMode::VerifyCa)));
    assert_eq!(eu.password.as_ref().unwrap().reveal(), "a#b\\c");
    assert_eq!(eu.notes, ["not understood and left out: what-is-this"]);
    assert_eq!((us.name.as_deref(), us.password.as_ref().unwrap().reveal()), (Some("us"), "raw"));
    assert!(us.notes.iter().any(|note| note.starts_with("line 18: the text after # is a comment")), "{:?}", us.notes);
    assert!(us.notes.iter().any(|note| note.starts_with("socket is left out")));
    assert!(!format!("{file:?}").contains("a#b"));
}

// ------------------------------------------------------------ the settings file

fn draft(name: &str, host: &str, user: &str) -> ProfileDraft {
    ProfileDraft {
        name: name.into(),
        environment: None,
        route: vec![],
        identity: vec![],
        host: host.into(),
        port: None,
        user: user.into(),
        database: None,
        password: None,
        tls: None,
        ca: None,
        removed_keys: Vec::new(),
    }
}

const KEPT: &str = "# The team's profiles. Ask Ida before you change them.\n\
    [profile.eu] # the old one\n\
    host = \"h\"   # moved in May\n\
    user = \"u\"\n\
    blinding = \"rules.toml\"\n\
    limits = { rows = 7 }\n\
    \n\
    # how it looks\n\
    [ui]\n\
    theme = \"dark\"\n\
    # the end\n";

#[test]
fn adding_keeps_comments_and_order() {
    let draft = ProfileDraft {
        route: vec!["a@b:22".parse().unwrap(), "c".parse().unwrap()],
        password: Some(SecretSource::Keyring("us".into())),
        tls: Some(TlsMode::VerifyIdentity),
        ca: Some("/ca.pem".into()),
        ..draft("us", "replica", "RO_USER")
    };
    let written = add(KEPT, "f", &draft, Overwrite::Forbidden).unwrap();
    assert_eq!(
        written,
        format!(
            "{KEPT}\n[profile.us]\nroute = [\"a@b:22\", \"c\"]\nhost = \"replica\"\nuser = \"RO_USER\"\n\
             password = {{ keyring = true }}\ntls = \"verify-identity\"\nca = \"/ca.pem\"\n"
        )
    );
    assert_eq!(
        add("", "f", &self::draft("a", "h", "u"), Overwrite::Forbidden).unwrap(),
        "[profile.a]\nhost = \"h\"\nuser = \"u\"\n"
    );
}

#[test]
fn a_profile_that_is_there_is_replaced_only_when_that_is_said_and_keeps_its_policy() {
    let new = ProfileDraft { database: Some("d".into()), ..draft("eu", "new", "RO") };
    let problem = add(KEPT, "f", &new, Overwrite::Forbidden).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Settings);
    assert!(problem.hint.unwrap().contains("--replace"));
    let written = add(KEPT, "f", &new, Overwrite::Allowed).unwrap();
    let wanted = KEPT
        .replace("host = \"h\"", "host = \"new\"")
        .replace("user = \"u\"", "user = \"RO\"")
        .replace("limits = { rows = 7 }\n", "limits = { rows = 7 }\ndatabase = \"d\"\n");
    assert_eq!(written, wanted);
}

#[test]
fn replacing_changes_only_what_is_given_and_a_hop_named_again_keeps_its_pin() {
    let before = "[profile.rep]\nenvironment = \"validation\"\n\
        route = [{ host = \"b\", port = 22, user = \"u\", host_key = [\"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"], identity = \"~/k\" }]\n\
        host = \"old\"\nport = 3307\nuser = \"a\"\npassword = { command = \"pass\" }\n\
        tls = \"verify-identity\"\nca = \"/ca.pem\"\ndatabase = \"d\"\n";
    let (settings, problems) = parse(before, "f");
    assert_eq!(problems, []);
    let was = settings.profile("rep").unwrap().clone();
    let read = |draft: &ProfileDraft| {
        let written = add(before, "f", draft, Overwrite::Allowed).unwrap();
        parse(&written, "f").0.profile("rep").unwrap().clone()
    };
    let moved = read(&draft("rep", "new", "a2"));
    // A port belongs to its host.
    assert_eq!((moved.host.as_str(), moved.port, moved.user.as_str()), ("new", 3306, "a2"));
    assert_eq!(Profile { host: was.host.clone(), port: was.port, user: was.user.clone(), ..moved }, was);
    let hops = vec!["x".parse().unwrap(), "u@b:22".parse().unwrap()];
    let longer = read(&ProfileDraft { route: hops, ..draft("rep", "old", "a") });
    assert_eq!((longer.route.len(), &longer.route[1]), (2, &was.route[0]));
    let direct = read(&ProfileDraft { removed_keys: vec!["route", "database"], ..draft("rep", "old", "a") });
    assert!(direct.route.is_empty() && direct.database.is_none() && direct.ca.is_some(), "{direct:?}");
}

#[test]
fn a_password_from_a_keyring_that_is_not_there_is_refused_before_anything_is_written() {
    let mut home = Home::new("");
    home.ring.is_absent = true;
    let problem =
        home.run(&["profiles", "add", "kk", "--replica", "h", "--user", "u", "--keyring"], "", false).unwrap_err();
    assert!(problem.hint.as_ref().is_some_and(|hint| hint.contains("--password-command")), "{problem}");
    assert_eq!(home.config(), "");
}

#[test]
fn what_cannot_be_added_to_is_left_alone_and_named() {
    let new = draft("eu", "h", "u");
    let problem = add("[profile.x]\nhost = \n", "f", &new, Overwrite::Forbidden).unwrap_err();
    assert!(problem.what.starts_with("f:2: repair the settings file before"), "{problem}");
    let problem = add("profile = 7\n", "f", &new, Overwrite::Forbidden).unwrap_err();
    assert!(problem.because[0].contains("nothing was written"), "{problem}");
    for name in ["doctor", "a b", "-x", "", "é"] {
        assert!(add("", "f", &draft(name, "h", "u"), Overwrite::Forbidden).is_err(), "{name}");
    }
    let problem = add("", "f", &draft("eu", "two words", "u"), Overwrite::Forbidden).unwrap_err();
    assert!(problem.what.contains("a host name has no spaces"), "{problem}");
    let (_, problems) = parse("[profile.x]\nhost = \"replica:43306\"\nuser = \"u\"\n", "f");
    assert!(problems[0].to_string().contains("host = \"replica\", port = 43306"), "{problems:?}");
    let inline = add("profile = { a = { host = \"h\", user = \"u\" } }\n", "f", &new, Overwrite::Forbidden).unwrap();
    assert_eq!(parse(&inline, "f").0.profiles.len(), 2, "{inline}");
}

// ------------------------------------------------------------ commands

/// A keyring that lives in the test.
#[derive(Default)]
struct Ring {
    held: Mutex<BTreeMap<String, String>>,
    is_away: bool,
    is_absent: bool,
}

impl Ring {
    fn held(&self) -> Vec<(String, String)> {
        self.held.lock().unwrap().clone().into_iter().collect()
    }

    fn answer(&self) -> Result<(), KeyringError> {
        if self.is_away { Err(KeyringError::Unreachable("no session bus".into())) } else { Ok(()) }
    }
}

impl Keyring for Ring {
    fn get(&self, entry: &str) -> Result<Option<Secret>, KeyringError> {
        self.answer()?;
        Ok(self.held.lock().unwrap().get(entry).cloned().map(Secret::new))
    }

    fn set(&self, entry: &str, secret: &Secret) -> Result<(), KeyringError> {
        self.answer()?;
        self.held.lock().unwrap().insert(entry.into(), secret.reveal().into());
        Ok(())
    }

    fn clear(&self, entry: &str) -> Result<bool, KeyringError> {
        self.answer()?;
        Ok(self.held.lock().unwrap().remove(entry).is_some())
    }

    fn is_built_in(&self) -> bool {
        !self.is_absent
    }
}

fn may_first() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(493_776)
}

fn august() -> SystemTime {
    may_first() + Duration::from_hours(24 * 94 + 3)
}

struct Home {
    root: TempDir,
    paths: Paths,
    ring: Ring,
}

impl Home {
    fn new(config: &str) -> Self {
        let root = tempdir().unwrap();
        let paths = Paths::under(root.path());
        fs::create_dir_all(paths.config_directory()).unwrap();
        if !config.is_empty() {
            fs::write(&paths.config, config).unwrap();
        }
        Self { root, paths, ring: Ring::default() }
    }

    fn config(&self) -> String {
        fs::read_to_string(&self.paths.config).unwrap_or_default()
    }

    /// Runs a command line with these answers; `is_terminal` says whether anybody can be asked.
    fn run(&self, line: &[&str], answers: &str, is_terminal: bool) -> Result<String, Problem> {
        let cli = Cli::try_parse_from(std::iter::once("rrx").chain(line.iter().copied())).unwrap();
        let dates = StoredDates::new(&self.paths.state, may_first);
        let secrets = SecretStore { keyring: &self.ring, dates: &dates };
        let env = HostEnv::of_this_process(self.paths.clone());
        let deps = profiles::ProfilesDeps { env: &env, secrets };
        let (mut input, mut err) = (answers.as_bytes(), Vec::new());
        let mut interview = profiles::Interview { input: &mut input, err: &mut err, is_terminal };
        let done = match cli.command.unwrap() {
            Command::Profiles(ProfilesCommand::Add(command)) => profiles::add(&command, deps, &mut interview),
            Command::Profiles(ProfilesCommand::Import(command)) => profiles::import(&command, deps, &mut interview),
            Command::Secret(command) => {
                let loaded = settings::load(&self.paths, Presence::Optional);
                secret::run(&command, &loaded, secrets, |_| Ok(Secret::new(answers.into())), &mut err)
            }
            other => panic!("{other:?}"),
        };
        done.map(|()| String::from_utf8(err).unwrap())
    }

    fn profile(&self, name: &str) -> Profile {
        let loaded = settings::load(&self.paths, Presence::Required);
        assert_eq!(loaded.problems, []);
        loaded.settings.profile(name).unwrap().clone()
    }

    /// Every file below the home with its text.
    fn files(&self) -> String {
        fn walk(folder: &Path, all: &mut String) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, all);
                } else {
                    all.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
                }
            }
        }
        let mut all = String::new();
        walk(self.root.path(), &mut all);
        all
    }
}

const EU: &str = "[profile.eu]\nhost = \"h\"\nuser = \"u\"\npassword = { keyring = true }\n";

#[test]
fn flags_alone_make_a_profile_and_nothing_is_asked() {
    let home = Home::new("");
    let line = [
        "profiles",
        "add",
        "eu",
        "--bastion",
        "ec2-user@bastion:2222",
        "--bastion",
        "inner",
        "--identity",
        "~/.ssh/rr",
        "--identity",
        "/keys/other",
        "--replica",
        "db:3307",
        "--user",
        "RO_USER",
        "--database",
        "clinspark",
        "--environment",
        "validation",
        "--password-file",
        "~/pw",
        "--ca",
        "/ca.pem",
    ];
    let said = home.run(&line, "", true).unwrap();
    assert!(said.contains("Open it with `rrx eu`"), "{said}");
    let profile = home.profile("eu");
    assert_eq!(profile.route.iter().map(ToString::to_string).collect::<Vec<_>>(), ["ec2-user@bastion:2222", "inner"]);
    assert_eq!((profile.host.as_str(), profile.port, profile.environment), ("db", 3307, Environment::Validation));
    assert_eq!(profile.route[1].identity, [home.paths.home.join(".ssh/rr"), "/keys/other".into()]);
    assert_eq!(profile.password, Some(SecretSource::File(home.paths.home.join("pw"))));
    assert_eq!(profile.tls, TlsMode::VerifyIdentity);
    let mode = fs::metadata(&home.paths.config).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = home.run(&line, "", false).unwrap_err();
    assert_eq!(again.kind.exit_code(), 2);
    assert_eq!(home.config().matches("[profile.eu]").count(), 1);
}

#[test]
fn without_a_terminal_what_is_missing_is_named_by_its_flag() {
    let home = Home::new("");
    let problem = home.run(&["profiles", "add", "eu"], "", false).unwrap_err();
    assert!(problem.hint.unwrap().contains("--replica"));
    let problem = home.run(&["profiles", "add", "eu", "--replica", "h"], "", false).unwrap_err();
    assert!(problem.hint.unwrap().contains("--user"));
    assert_eq!(home.config(), "");
}

#[test]
fn on_a_terminal_it_asks_for_what_onboarding_gives() {
    let home = Home::new("");
    let answers = "wrong\ntest\nec2-user@bastion\n~/.ssh/rr\nreplica.internal\n\nRO_USER\n\nverify-ca\n-\n/ca.pem\n\
                   command\npass show rr\n";
    let said = home.run(&["profiles", "add", "eu"], answers, true).unwrap();
    for question in [
        "Environment",
        "Bastion",
        "Replica",
        "Account",
        "Database",
        "SSH key",
        "TLS",
        "CA file",
        "Source of the password",
    ] {
        assert!(said.contains(question), "{said}");
    }
    assert!(said.contains("choose one of these environments") && said.contains("an answer is required"), "{said}");
    assert!(said.contains("prompt, keyring, command") && said.contains("verify-ca requires a CA file"), "{said}");
    let mut without = Home::new("");
    without.ring.is_absent = true;
    let answers = answers.replace("\ncommand\n", "\nkeyring\ncommand\n");
    let said_there = without.run(&["profiles", "add", "eu"], &answers, true).unwrap();
    assert!(
        said_there.contains("prompt, command, file or env [prompt]"),
        "what is not there is not offered: {said_there}"
    );
    assert!(said_there.contains("this build has no keyring"), "{said_there}");
    let profile = home.profile("eu");
    assert_eq!((profile.environment, profile.database.as_deref()), (Environment::Test, None));
    assert_eq!(profile.route[0].to_string(), "ec2-user@bastion");
    assert_eq!(profile.route[0].identity, [home.paths.home.join(".ssh/rr")]);
    assert_eq!((profile.tls, profile.ca), (TlsMode::VerifyCa, Some("/ca.pem".into())));
    assert_eq!(profile.password, Some(SecretSource::Command("pass show rr".into())));
    home.run(&["profiles", "add", "direct"], "\n-\nreplica\nRO\n\n\nprompt\n", true).unwrap();
    assert_eq!((home.profile("direct").tls, home.profile("direct").ca), (TlsMode::Required, None));
    let stopped = home.run(&["profiles", "add", "us"], "test\n", true).unwrap_err();
    assert_eq!(stopped.kind.exit_code(), 130);
    assert!(!home.config().contains("[profile.us]"));
}

#[test]
fn a_name_that_exists_is_refused_before_anything_is_asked() {
    let faulty = format!("{EU}[profile.us]\nhots = 1\n");
    for name in ["eu", "us"] {
        let home = Home::new(&faulty);
        for line in [
            &["profiles", "add", name][..],
            &["profiles", "import", "mysql://u:pw@h/d", "--name", name],
            &["profiles", "import", &format!("mysql://u:pw@{name}/d")],
        ] {
            let problem = home.run(line, "y\n", true).unwrap_err();
            assert_eq!(
                (problem.kind.exit_code(), problem.what.as_str()),
                (2, &*format!("The profile \"{name}\" exists already"))
            );
        }
        assert!(home.ring.held().is_empty(), "nothing is stored");
    }
    let home = Home::new(EU);
    let answers = "\n-\nreplica\nRO\n\n\nprompt\n";
    home.run(&["profiles", "add", "eu", "--replace"], answers, true).unwrap();
    assert_eq!(home.profile("eu").host, "replica");
}

#[test]
fn a_linked_settings_file_stays_a_link() {
    let home = Home::new("");
    let real = home.root.path().join("dotfiles.toml");
    fs::write(&real, "# mine\n").unwrap();
    std::os::unix::fs::symlink(&real, &home.paths.config).unwrap();
    home.run(&["profiles", "add", "eu", "--replica", "h", "--user", "u"], "", false).unwrap();
    assert!(fs::symlink_metadata(&home.paths.config).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("# mine\n"));
    assert_eq!(home.profile("eu").host, "h");
}

#[test]
fn an_imported_password_goes_into_the_keyring_or_nowhere() {
    let url = format!("mysql+ssh://s@b/RO_USER:{}@db.example.com/clinspark", encoded(PASSWORD));
    let offered = Home::new("");
    let said = offered.run(&["profiles", "import", &url], "y\n", true).unwrap();
    assert_eq!(offered.ring.held(), [("db".to_owned(), PASSWORD.to_owned())]);
    assert_eq!(offered.profile("db").password, Some(SecretSource::Keyring("db".into())));
    assert!(!said.contains(PASSWORD) && !offered.files().contains(PASSWORD));

    let mut away = Home::new("");
    away.ring.is_away = true;
    let mut absent = Home::new("");
    absent.ring.is_absent = true;
    for (home, answers, is_terminal) in
        [(Home::new(""), "n\n", true), (Home::new(""), "", false), (away, "y\n", true), (absent, "", true)]
    {
        let said = home.run(&["profiles", "import", &url, "--name", "eu"], answers, is_terminal).unwrap();
        assert!(said.contains("is not stored") && said.contains("rrx asks for it"), "{said}");
        assert!(said.contains("process lists"), "{said}");
        assert_eq!(home.profile("eu").password, None);
        assert!(home.ring.held().is_empty());
        assert!(!said.contains(PASSWORD) && !home.files().contains(PASSWORD));
    }
    let piped = Home::new("");
    let said = piped.run(&["profiles", "import", "-", "--keyring"], &format!("{url}\n"), false).unwrap();
    assert!(!said.contains("process lists"), "{said}");
    assert!(!said.contains("rrx secret set"), "it is there already: {said}");
    assert_eq!(piped.ring.held(), [("db".to_owned(), PASSWORD.to_owned())]);
    let added = Home::new("");
    added.run(&["profiles", "add", "x", "--url", &url, "--password-env", "PW", "--user", "OTHER"], "", false).unwrap();
    assert_eq!(
        (added.profile("x").user.as_str(), added.profile("x").password),
        ("OTHER", Some(SecretSource::Env("PW".into())))
    );
}

#[test]
fn an_option_file_gives_a_profile_for_each_group_or_none() {
    let home = Home::new("");
    let file = home.root.path().join("my.cnf");
    fs::write(&file, "[client]\nuser=RO\n[client-eu]\nhost=eu\n[client-us]\nhost=us\n").unwrap();
    let file = file.to_str().unwrap();
    let problem = home.run(&["profiles", "import", file, "--name", "one"], "", false).unwrap_err();
    assert!(problem.hint.unwrap().contains("client-eu, client-us"));
    let problem = home.run(&["profiles", "import", file, "--group", "client-uk"], "", false).unwrap_err();
    assert!(problem.hint.unwrap().contains("client-eu"));
    home.run(&["profiles", "import", file], "", false).unwrap();
    assert_eq!((home.profile("eu").host, home.profile("us").user), ("eu".to_owned(), "RO".to_owned()));
    fs::write(file, "[client-us]\nhost=us\n[client-new]\nhost=new\n").unwrap();
    let before = home.config();
    home.run(&["profiles", "import", file], "", false).unwrap_err();
    assert_eq!(home.config(), before, "all of them or none");
    let problem = home.run(&["profiles", "import", "/no/such/file"], "", false).unwrap_err();
    assert_eq!(problem.kind.exit_code(), 2);
}

// ------------------------------------------------------------ secrets

#[test]
fn a_secret_is_stored_dated_found_and_cleared() {
    let home = Home::new(EU);
    home.run(&["secret", "set", "eu"], PASSWORD, false).unwrap();
    let said = home.run(&["secret", "set", "eu", "--passphrase"], "pass phrase", false).unwrap();
    assert!(said.contains("write identity_passphrase = { keyring = true }"), "{said}");
    assert_eq!(
        home.ring.held(),
        [("eu".into(), PASSWORD.to_owned()), ("eu/passphrase".into(), "pass phrase".to_owned())]
    );
    let source = home.profile("eu").password.unwrap();
    let found = secrets::resolve_within(&source, "x", Duration::from_secs(1), &home.ring).unwrap().unwrap();
    assert_eq!(found.reveal(), PASSWORD);
    let days = StoredDates::new(&home.paths.state, august).age_in_days(&source);
    assert_eq!(days, Some(94));
    let hint = source.hint_when_refused("eu", days, &CommandLine::default()).unwrap();
    assert_eq!(hint, "stored 94 days ago: it may have been rotated; `rrx secret set eu` stores the new one");
    assert!(!home.files().contains(PASSWORD));
    let said = home.run(&["secret", "clear", "eu"], "", false).unwrap();
    assert!(said.contains("Deleted the password of eu"), "{said}");
    assert_eq!(StoredDates::new(&home.paths.state, august).age_in_days(&source), None);
    let said = home.run(&["secret", "clear", "eu"], "", false).unwrap();
    assert!(said.contains("had no password"), "{said}");
    let problem = secrets::resolve_within(&source, "x", Duration::from_secs(1), &home.ring).unwrap_err();
    assert_eq!(problem.because, ["the keyring has no entry for this profile"]);
    let rrx = CommandLine::of(Some(Path::new("team.toml")));
    assert_eq!(source.hint_when_absent(&rrx), "`rrx --config team.toml secret set eu` stores it");
    let passphrase = SecretSource::Keyring("eu/passphrase".into());
    assert_eq!(passphrase.hint_when_absent(&CommandLine::default()), "`rrx secret set eu --passphrase` stores it");
}

#[test]
fn a_keyring_that_does_not_serve_is_told_and_nothing_is_pretended() {
    let mut home = Home::new(EU);
    let problem = home.run(&["secret", "set", "us"], "x", false).unwrap_err();
    assert!(problem.what.contains("no profile \"us\""), "{problem}");
    assert!(home.run(&["secret", "set", "eu"], "", false).unwrap_err().because[0].contains("empty"));
    home.ring.is_away = true;
    let problem = home.run(&["secret", "set", "eu"], PASSWORD, false).unwrap_err();
    assert_eq!(problem.kind.exit_code(), 6);
    assert!(problem.because[0].contains("no session bus") && problem.hint.is_some(), "{problem}");
    home.ring.is_absent = true;
    let problem = home.run(&["secret", "set", "eu"], PASSWORD, false).unwrap_err();
    assert_eq!(problem.kind.exit_code(), 2);
    for source in ["command", "file", "env", "prompt", "feature `keyring`"] {
        assert!(problem.hint.as_ref().unwrap().contains(source), "{problem}");
    }
    assert!(!home.files().contains(PASSWORD));
}

#[test]
fn an_old_password_file_is_told_its_age() {
    let root = tempdir().unwrap();
    let file = root.path().join("pw");
    fs::write(&file, "x").unwrap();
    fs::File::open(&file).unwrap().set_modified(may_first()).unwrap();
    let source = SecretSource::File(file);
    assert_eq!(StoredDates::new(root.path(), august).age_in_days(&source), Some(94));
    assert!(
        source
            .hint_when_refused("eu", Some(1), &CommandLine::default())
            .unwrap()
            .starts_with("the file was written yesterday: ")
    );
    assert_eq!(SecretSource::Prompt.hint_when_refused("eu", None, &CommandLine::default()), None);
}

// ------------------------------------------------------------ passing on

const WHOLE: &str = "[profile.eu]\nenvironment = \"validation\"\nroute = [\"a@b:22\", { host = \"c\", port = 2222, identity = \"/home/me/key\", known_hosts = \"/home/me/kh\" }]\n\
    identity = \"/home/me/.ssh/id\"\nidentity_passphrase = { command = \"show-secret\" }\nhost = \"h\"\nuser = \"RO_USER\"\n\
    password = { command = \"show-secret\" }\nca = \"/home/me/ca.pem\"\ndatabase = \"d\"\nrequire_replica = true\n\
    limits = { rows = 7 }\nsession = { time_zone = \"Europe/Berlin\" }\ntunnel = true\nheartbeat = \"a.b.c\"\n";
const PIN: &str = "SHA256:0123456789012345678901234567890123456789012";

fn passed_on(config: &str) -> String {
    let profile = parse(config, "f").0.profiles.remove(0);
    let route: Vec<Hop> = profile
        .route
        .iter()
        .map(|hop| Hop { identity: vec![], known_hosts: None, host_key: vec![PIN.into()], ..hop.clone() })
        .collect();
    write_shared_profile(&profile, &route)
}

#[test]
fn a_profile_is_passed_on_without_secrets_or_paths_and_its_keys_are_pinned() {
    let text = passed_on(WHOLE);
    for hidden in ["show-secret", "/home/me", "password =", "tunnel", "identity ="] {
        assert!(!text.contains(hidden), "{hidden} in\n{text}");
    }
    let context =
        read_shared_profile(&text, "f", Some("mine")).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    let written = add_shared_profile("# mine\n", "f", &context, Overwrite::Forbidden).unwrap();
    let (settings, problems) = parse(&written, "f");
    assert_eq!(problems, [], "{written}");
    let (mine, theirs) = (settings.profile("mine").unwrap(), parse(WHOLE, "f").0.profiles.remove(0));
    assert_eq!(mine.route.iter().map(|hop| hop.host_key.clone()).collect::<Vec<_>>(), [[PIN], [PIN]]);
    assert_eq!((&mine.host, &mine.user, mine.tls), (&theirs.host, &theirs.user, TlsMode::VerifyIdentity));
    assert_eq!((mine.limits, &mine.time_zone, &mine.heartbeat), (theirs.limits, &theirs.time_zone, &theirs.heartbeat));
    assert_eq!((mine.environment, mine.require_replica, mine.tunnel), (Environment::Validation, true, false));
    assert_eq!((&mine.password, &mine.identity_passphrase, &mine.ca), (&None, &None, &None));
    assert!(context.notes.iter().any(|note| note.contains(PIN)), "{:?}", context.notes);
}

#[test]
fn a_profile_with_verify_ca_is_passed_on_with_verify_identity_because_its_ca_stays() {
    let text = passed_on("[profile.eu]\nhost = \"h\"\nuser = \"u\"\nca = \"/ca.pem\"\ntls = \"verify-ca\"\n");
    assert!(text.contains("set `tls = \"verify-ca\"` together with `ca`"), "{text}");
    let shared = read_shared_profile(&text, "f", None).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
    assert_eq!((shared.profile.tls, shared.profile.ca), (TlsMode::VerifyIdentity, None));
}

#[test]
fn a_url_with_verify_ca_needs_a_ca() {
    let home = Home::new("");
    let line = ["profiles", "import", "mysql://u@h/d?sslMode=VERIFY_CA", "--name", "eu"];
    let problem = home.run(&line, "", false).unwrap_err();
    assert!(problem.to_string().contains("set ca, or tls = \"verify-identity\""), "{problem}");
    assert_eq!(home.config(), "");
    home.run(&[&line[..], &["--ca", "/ca.pem"]].concat(), "", false).unwrap();
    assert_eq!((home.profile("eu").tls, home.profile("eu").ca), (TlsMode::VerifyCa, Some("/ca.pem".into())));
}

#[test]
fn what_is_passed_on_reaches_the_settings_by_the_command() {
    let home = Home::new("# mine\n");
    let file = home.root.path().join("eu.toml");
    fs::write(&file, passed_on(WHOLE)).unwrap();
    let said = home.run(&["profiles", "import", file.to_str().unwrap()], "", false).unwrap();
    assert!(said.contains("It connects to h:3306 as RO_USER through a@b:22 and c:2222."), "{said}");
    assert!(said.contains(PIN) && said.contains("no password"), "{said}");
    assert_eq!(home.profile("eu").host, "h");
    assert!(home.config().starts_with("# mine\n"));
}

#[test]
fn hostile_files_are_refused_with_line_and_reason() {
    let whole = |lines: &str| format!("rrx_profile = 1\n[profile.eu]\nhost = \"h\"\nuser = \"u\"\n{lines}\n");
    for (text, wanted) in [
        (whole("password = { command = \"rm -rf /\" }"), "f:5: \"password\": a secret, or a command"),
        (whole("identity_passphrase = { command = \"x\" }"), "f:5: \"identity_passphrase\": a secret"),
        (whole("identity = \"/etc/shadow\""), "f:5: \"identity\": it names files of another machine"),
        (whole("ca = \"evil.pem\""), "f:5: \"ca\""),
        (whole("tunnel = true"), "f:5: \"tunnel\": each user decides on it"),
        (whole("unblind = \"headless\""), "f:5: \"unblind\""),
        (whole("blinding = \"../../x\""), "f:2: blinding: must be the name of a file"),
        (whole("route = [{ host = \"b\", known_hosts = \"/evil\" }]"), "f:5: \"known_hosts\""),
        (whole("route = [{ host = \"-oProxyCommand=x\" }]"), "f:5: "),
        (whole("hots = \"b\""), "f:5: \"hots\": unknown key"),
        (whole("limits = { rows = 1, colums = 2 }"), "f:5: unknown key \"colums\""),
        (whole("[profile.us]\nhost = \"h\"\nuser = \"u\""), "f:5: the file has more than one profile"),
        (whole("[ui]\nkeymap = \"x\""), "f:5: \"ui\" does not belong"),
        (whole("database = \"a\\u001b[2J\""), "f:5: database: contains a control character"),
        (
            "rrx_profile = 2\n[profile.eu]\nhost = \"h\"\nuser = \"u\"\n".into(),
            "f:1: rrx_profile: this version of rrx reads format 1",
        ),
        ("rrx_profile = 1\n[profile.doctor]\nhost = \"h\"\nuser = \"u\"\n".into(), "f:2: a profile cannot be called"),
        ("rrx_profile = 1\n[profile.eu\n".into(), "f:2: not TOML"),
        ("rrx_profile = 1\n".into(), "f:1: [profile.NAME] is missing"),
        ("[profile.eu]\nhost = \"h\"\nuser = \"u\"\n".into(), "f:1: rrx_profile = 1 is missing"),
    ] {
        let problems = read_shared_profile(&text, "f", None).err().unwrap_or_else(|| panic!("taken:\n{text}"));
        assert!(problems.iter().any(|problem| problem.what.starts_with(wanted)), "{wanted}: {problems:?}");
    }
    let home = Home::new("");
    let file = home.root.path().join("evil.toml");
    fs::write(&file, whole("password = { command = \"touch x\" }\nca = \"x\"")).unwrap();
    let problem = home.run(&["profiles", "import", file.to_str().unwrap()], "", false).unwrap_err();
    assert_eq!(problem.kind.exit_code(), 2);
    assert!(problem.because.iter().any(|why| why.contains("\"ca\"")), "{problem}");
    assert_eq!(home.config(), "");
}

#[test]
fn blinding_rules_that_are_there_stay_whatever_comes() {
    let text = passed_on("[profile.eu]\nhost = \"h\"\nuser = \"u\"\n");
    let context = read_shared_profile(&text, "f", None).unwrap();
    let written = add_shared_profile(KEPT, "f", &context, Overwrite::Allowed).unwrap();
    assert!(written.contains("blinding = \"rules.toml\""), "{written}");
}

// ------------------------------------------------------------ SSH keys

fn ssh_key_command(home: &Path, line: &[&str], answers: &[&str]) -> Result<(String, String), Problem> {
    let line = ["rrx", "ssh-key"].into_iter().chain(line.iter().copied());
    let Some(Command::SshKey(command)) = Cli::try_parse_from(line).unwrap().command else { panic!() };
    let owner = ssh_key::KeyOwner { home: home.to_owned(), comment: "me@here".into() };
    let (mut out, mut err, mut answers) = (Vec::new(), Vec::new(), answers.iter());
    let ask = |_: &str| Ok(Secret::new((*answers.next().expect("an answer")).to_owned()));
    ssh_key::run(&command, &owner, ask, &mut out, &mut err)?;
    Ok((String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap()))
}

#[test]
fn a_new_key_is_made_once_locked_and_shown_as_a_ticket() {
    let home = tempdir().unwrap();
    let path = home.path().join(".ssh/id_ed25519");
    let problem = ssh_key_command(home.path(), &[], &[]).unwrap_err();
    assert!(problem.hint.unwrap().contains("--new"));
    let (ticket, said) = ssh_key_command(home.path(), &["--new"], &["one", "two", "geheim", "geheim"]).unwrap();
    for wanted in ["ssh-ed25519 AAAA", " me@here", "SHA256:", "Public address to be allow-listed"] {
        assert!(ticket.contains(wanted), "{ticket}");
    }
    assert!(said.contains("do not share it"), "{said}");
    let private = fs::read_to_string(&path).unwrap();
    assert!(private.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n") && !private.contains("geheim"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(home.path().join(".ssh")).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(ssh_key_command(home.path(), &[], &[]).unwrap().0, ticket);
    assert_eq!(ssh_key_command(home.path(), &[path.to_str().unwrap()], &[]).unwrap().0, ticket);

    let problem = ssh_key_command(home.path(), &["--new"], &[]).unwrap_err();
    assert!(problem.because[0].contains("not overwritten"), "{problem}");
    assert_eq!(fs::read_to_string(&path).unwrap(), private);
    let public = fs::read_to_string(path.with_extension("pub")).unwrap();
    assert!(ticket.contains(&PublicHalf::read(&public).unwrap().fingerprint));
}

#[test]
fn a_private_half_is_never_shown() {
    let home = tempdir().unwrap();
    let file = home.path().join("key");
    let file = file.to_str().unwrap();
    ssh_key_command(home.path(), &["--new", file, "--no-passphrase", "--comment", "for eu"], &[]).unwrap();
    fs::remove_file(format!("{file}.pub")).unwrap();
    let problem = ssh_key_command(home.path(), &[file], &[]).unwrap_err();
    assert!(problem.because[0].contains("private key"), "{problem}");
    // The same where it lies under the usual name: a pair cannot be made there, so the way out is the public half.
    fs::create_dir(home.path().join(".ssh")).unwrap();
    let usual = home.path().join(".ssh/id_ed25519");
    fs::copy(file, &usual).unwrap();
    let problem = ssh_key_command(home.path(), &[], &[]).unwrap_err();
    assert!(problem.because[0].contains("private key"), "{problem}");
    assert!(problem.hint.as_ref().unwrap().contains(&format!("ssh-keygen -y -f {}", usual.display())), "{problem}");
    fs::write(format!("{file}.pub"), "no key\n").unwrap();
    assert!(ssh_key_command(home.path(), &[file], &[]).is_err());
    let differing = ["a", "b", "a", "b", "a", "b"];
    let problem = ssh_key_command(home.path(), &["--new", "~/other"], &differing).unwrap_err();
    assert!(problem.because[0].contains("differed"), "{problem}");
    assert!(!home.path().join("other").exists());
}
