//! Profiles: what the settings file gives, and how what is wrong in it is named.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{
    Environment, Hop, HopParseError, Profile, SecretSource, Settings, Spilling, TlsMode, parse,
};

fn fixtures(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/settings").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn names(settings: &Settings) -> Vec<&str> {
    settings.profiles.iter().map(|profile| profile.name.as_str()).collect()
}

fn one(text: &str) -> Profile {
    let (mut settings, problems) = parse(&format!("[profile.x]\nhost = \"h\"\nuser = \"u\"\n{text}"), "f");
    assert_eq!(problems, []);
    settings.profiles.pop().unwrap()
}

#[test]
fn every_valid_fixture_is_read_without_a_word() {
    for (path, text) in fixtures("valid") {
        assert_eq!(parse(&text, "f").1, [], "{}", path.display());
    }
}

/// `#!` lines of a fixture are the problems that it must give, `#=` the profiles that remain.
#[test]
fn every_invalid_fixture_is_named_with_its_line_and_the_rest_still_holds() {
    for (path, text) in fixtures("invalid") {
        let lines_after = |mark: &str| -> Vec<String> {
            text.lines().filter_map(|line| line.strip_prefix(mark)).map(|line| line.trim().to_owned()).collect()
        };
        let (settings, problems) = parse(&text, "f");
        let told: Vec<_> = problems.iter().map(|problem| problem.what.trim_start_matches("f:").to_owned()).collect();
        assert_eq!(told, lines_after("#! "), "{}", path.display());
        assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Settings));
        assert_eq!(names(&settings).join(", "), lines_after("#=").concat(), "{}", path.display());
    }
}

#[test]
fn the_whole_form_of_the_manual_gives_this_profile() {
    let text = fs::read_to_string("tests/fixtures/settings/valid/whole.toml").unwrap();
    let (settings, _) = parse(&text, "f");
    let profile = settings.profile("clinspark-eu").unwrap();
    let first = Hop {
        host: "bastion.example.com".into(),
        port: Some(22),
        user: Some("ec2-user".into()),
        identity: vec!["~/.ssh/id_ed25519".into()],
        certificate: None,
        host_key: vec![],
        known_hosts: Some("~/.ssh/known_hosts".into()),
        proxy_command: None,
    };
    let second = Hop {
        host: "inner".into(),
        port: Some(2222),
        user: Some("x".into()),
        identity: vec!["~/.ssh/inner".into()],
        certificate: None,
        host_key: vec!["SHA256:0123456789012345678901234567890123456789012".into()],
        known_hosts: Some("~/kh".into()),
        proxy_command: None,
    };
    assert_eq!(profile.route, [first, second]);
    assert_eq!(profile.identity_passphrase, Some(SecretSource::Command("pass show key".into())));
    assert_eq!(profile.tls, TlsMode::VerifyIdentity);
    assert_eq!(profile.limits.bytes, 1 << 30);
    assert_eq!(profile.environment, Environment::Production);
    assert!(profile.require_replica);
}

#[test]
fn an_absent_environment_is_production_and_tls_is_required() {
    let profile = one("");
    assert_eq!((profile.environment, profile.tls), (Environment::Production, TlsMode::Required));
    assert_eq!((profile.port, profile.time_zone.as_str(), profile.spill), (3306, "+00:00", Spilling::Allowed));
}

#[test]
fn a_ca_turns_identity_checking_on_unless_the_file_says_otherwise() {
    assert_eq!(one("ca = \"ca.pem\"").tls, TlsMode::VerifyIdentity);
    assert_eq!(one("ca = \"ca.pem\"\ntls = \"verify-ca\"").tls, TlsMode::VerifyCa);
}

#[test]
fn verify_ca_needs_a_ca() {
    for more in ["", "cleartext = true\n"] {
        let text = format!("[profile.x]\nhost = \"h\"\nuser = \"u\"\n{more}tls = \"verify-ca\"\n");
        let (settings, problems) = parse(&text, "f");
        assert!(settings.profile("x").is_none(), "{more}");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].hint.as_deref(), Some("set ca, or tls = \"verify-identity\""));
    }
}

#[test]
fn sizes_are_read_in_units_of_ten_and_of_two() {
    for (text, bytes) in [("7", 7), ("\"64KiB\"", 64 << 10), ("\"500 MB\"", 500_000_000), ("\"12\"", 12)] {
        assert_eq!(one(&format!("limits = {{ bytes = {text} }}")).limits.bytes, bytes);
    }
    let row_bytes = |text: &str| one(&format!("limits = {{ {text} }}")).limits.row_bytes;
    assert_eq!([row_bytes(""), row_bytes("row_bytes = \"1GiB\"")], [128 << 20, 1 << 30]);
    for (size, hint) in [("2GiB", "write at most 1073741824 bytes"), ("1KiB", "write at least 1048576 bytes")] {
        let text = format!("[profile.x]\nhost = \"h\"\nuser = \"u\"\nlimits = {{ row_bytes = \"{size}\" }}\n");
        assert_eq!(parse(&text, "f").1[0].hint.as_deref(), Some(hint));
    }
    assert_eq!(one("limits = { seconds = 5 }").limits.first_row, Duration::from_secs(5));
}

#[test]
fn hops_are_read_in_every_form() {
    let read = |text: &str| text.parse::<Hop>().map(|hop| (hop.user, hop.host, hop.port));
    assert_eq!(read("bastion"), Ok((None, "bastion".into(), None)));
    assert_eq!(read("a@b@host:2200"), Ok((Some("a@b".into()), "host".into(), Some(2200))));
    assert_eq!(read("u@[fe80::1]:2200"), Ok((Some("u".into()), "fe80::1".into(), Some(2200))));
    assert_eq!(read("[::1]"), Ok((None, "::1".into(), None)));
    assert_eq!(read("::1"), Ok((None, "::1".into(), None)));
    assert_eq!(read("[::1]x"), Err(HopParseError::Address));
    assert_eq!(read("host:"), Err(HopParseError::Port));
    assert_eq!(read("host:+22"), Err(HopParseError::Port));
    assert_eq!(read(""), Err(HopParseError::NoHost));
    assert_eq!(read("a b"), Err(HopParseError::Name));
}

#[test]
fn a_secret_written_into_the_file_is_never_repeated_in_a_message() {
    let text = fs::read_to_string("tests/fixtures/settings/invalid/secret-in-the-file.toml").unwrap();
    let told = format!("{:?}", parse(&text, "f").1);
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_profile_with_blinding_is_read_but_refused_with_exit_code_4() {
    let profile = one("blinding = \"blinding.toml\"");
    assert_eq!(profile.refusal().map(|problem| problem.kind.exit_code()), Some(4));
    assert_eq!(one("").refusal(), None);
}

#[test]
fn an_unknown_profile_is_a_settings_problem_with_the_nearest_name() {
    let (settings, _) = parse("[profile.eu-west]\nhost = \"h\"\nuser = \"u\"", "f");
    let problem = settings.require("eu-wets").unwrap_err();
    assert_eq!((problem.kind.exit_code(), problem.hint.as_deref()), (2, Some("did you mean \"eu-west\"?")));
    assert!(settings.require("eu-west").is_ok());
}

#[test]
fn a_left_out_profile_is_answered_with_its_faults_and_their_lines() {
    let text = "[profile.eu]\nhost = \"h\"\nhots = 1\nuser = \"u\"\n[profile.eu2]\nhost = \"h\"\nuser = \"u\"\n\
                [profile.us]\nuser = \"u\"\nport = 0\n[profile.run]\nhost = \"h\"\n";
    let (settings, _) = parse(text, "f.toml");
    let left_out: Vec<&str> = settings.left_out.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(left_out, ["eu", "us", "run"]);
    let problem = settings.require("eu").unwrap_err();
    assert_eq!(problem.what, "The profile \"eu\" is left out");
    assert_eq!(problem.because, ["f.toml:3: [profile.eu] unknown key \"hots\""]);
    assert_eq!((problem.kind.exit_code(), problem.hint.as_deref()), (2, Some("did you mean \"host\"?")));
    let problem = settings.require("us").unwrap_err();
    assert_eq!(problem.because.len(), 2, "{problem}");
    assert_eq!(problem.hint.as_deref(), Some("repair these lines of the settings file"));
}

#[test]
fn a_profile_that_a_syntax_error_hides_is_left_out_with_the_line_of_the_error() {
    for (text, name) in [
        ("[profile.eu]\nhost = \"h\nuser = \"u\"\n", "eu"),
        ("[profile.eu\nhost = \"h\"\nuser = \"u\"\n", "eu"),
        ("[profile.\"eu\"]\nhost = \"h\"\nuser = u\n", "eu"),
        ("[profile.eu]\nhost = \"h\"\nuser = \"u\"\n[profile.eu.limits]\nrows = \n", "eu"),
        ("[profile.eu]\nhost = \"h\"\nuser = \"u\"\n[profile.us]\nhost = \"h\"\nuser = \"u\"\nport\n", "us"),
    ] {
        let (settings, _) = parse(text, "f.toml");
        let left_out: Vec<&str> = settings.left_out.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(left_out, [name], "{text}");
        let problem = settings.require(name).unwrap_err();
        assert!(problem.because[0].starts_with("f.toml:") && problem.because[0].contains("not TOML"), "{problem}");
    }
}

#[test]
fn paths_count_from_the_home_and_from_the_settings_file() {
    let (settings, _) = parse(&fs::read_to_string("tests/fixtures/settings/valid/whole.toml").unwrap(), "f");
    let profile = settings.with_absolute_paths(Path::new("/home/u"), Path::new("/etc/rrx")).profiles.remove(0);
    assert_eq!(profile.route[0].identity, [PathBuf::from("/home/u/.ssh/id_ed25519")]);
    assert_eq!(profile.route[1].known_hosts, Some("/home/u/kh".into()));
    assert_eq!(profile.blinding, Some("/etc/rrx/blinding.toml".into()));
    assert_eq!(profile.snippets, [PathBuf::from("/home/u/team/snippets")]);
}

#[test]
fn a_left_out_profile_is_said_to_be_left_out() {
    let (_, problems) = parse("[profile.bad]\nhost = 1\nuser = 2", "f");
    let last: &Problem = problems.last().unwrap();
    assert_eq!(last.because, ["[profile.bad] is left out until this is repaired"]);
}

/// Pieces of a settings file, right and wrong, so that random texts get past the TOML reader.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("[profile.a]\n".to_owned()),
        Just("[profile.b\n".to_owned()),
        Just("[[profile.a.route]]\n".to_owned()),
        Just("host = \"h\"\nuser = \"u\"\n".to_owned()),
        Just("limits = { rows = 5, bytes = \"1GiB\" \n".to_owned()),
        Just("password = { env = \"X\" }\n".to_owned()),
        "(route|identity|ca|tls|port|docs|ui|profile|session) = [\"\\[\\]{}0-9a-z,: @é]{0,12}\n",
        "(?s).{0,12}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic_and_names_lines_that_exist(pieces in prop::collection::vec(piece(), 0..12)) {
        let text = pieces.concat();
        let (settings, problems) = parse(&text, "f");
        for problem in &problems {
            let line: usize = problem.what.split(':').nth(1).unwrap().parse().unwrap();
            prop_assert!(line >= 1 && line <= text.matches('\n').count() + 1);
        }
        for profile in &settings.left_out {
            prop_assert!(!profile.problems.is_empty() && settings.profile(&profile.name).is_none(), "{profile:?}");
        }
        for profile in settings.profiles {
            prop_assert!(!profile.host.is_empty() && !profile.user.is_empty());
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_own_line(above in 0_usize..40, comment in "#[ -~é]{0,20}") {
        let text = format!("[profile.x]\n{}nonsense = 1\n", format!("{comment}\n").repeat(above));
        let (_, problems) = parse(&text, "f");
        let expected = format!("f:{}: [profile.x] unknown key \"nonsense\"", above + 2);
        prop_assert!(problems.iter().any(|problem| problem.what == expected), "{:?}", problems);
    }

    #[test]
    fn a_hop_written_out_reads_back_the_same(
        user in prop::option::of("[a-z][a-z@.]{0,8}[a-z]"), host in "[a-z0-9][a-z0-9.-]{0,20}|::1|fe80::12", port in prop::option::of(1_u16..)
    ) {
        let hop = Hop { host, port, user, identity: vec![], certificate: None, host_key: vec![], known_hosts: None, proxy_command: None };
        prop_assert_eq!(hop.to_string().parse(), Ok(hop));
    }

    #[test]
    fn any_hop_text_is_read_or_refused(text in ".{0,40}") {
        let _ = text.parse::<Hop>();
    }
}

#[test]
fn a_panic_in_the_hands_of_a_secret_does_not_show_it() {
    use rrx::domain::profile::Secret;
    use rrx::domain::protocol::Answer;

    const TEXT: &str = "hunter2-in-memory";
    let held = || (Secret::new(TEXT.to_owned()), Answer::Secret(Secret::new(TEXT.to_owned())));
    let failures: [fn((Secret, Answer)); 2] =
        [|held| panic!("{held:?}"), |held| assert_eq!(format!("{:?}", held.0), format!("{:#?}", held.1))];
    for fail in failures {
        let payload = std::panic::catch_unwind(|| fail(held())).unwrap_err();
        let words = payload.downcast_ref::<String>().cloned().unwrap_or_default();
        assert!(words.contains('…') && !words.contains(TEXT), "{words}");
    }
}
