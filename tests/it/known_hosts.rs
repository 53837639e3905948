//! `known_hosts` is read as OpenSSH reads it, whatever stands in it.

use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;
use rrx::domain::ssh::host_key::HostKey;
use rrx::domain::ssh::known_hosts::{HostKeyStatus, KnownHosts, SkippedLine, format_hashed_line, format_line};

/// A key in wire form: its type, then some bytes.
fn key(algorithm: &str, fill: u8) -> HostKey {
    let mut blob = u32::try_from(algorithm.len()).unwrap().to_be_bytes().to_vec();
    blob.extend(algorithm.bytes());
    blob.extend([0, 0, 0, 32]);
    blob.extend([fill; 32]);
    HostKey { algorithm: algorithm.into(), blob }
}

fn ed(fill: u8) -> HostKey {
    key("ssh-ed25519", fill)
}

/// Type and base64 of a key, as a line has them.
fn text(key: &HostKey) -> String {
    format_line("x", 22, key).trim_end().trim_start_matches("x ").to_owned()
}

fn status(file: &str, host: &str, port: u16, key: &HostKey) -> HostKeyStatus {
    KnownHosts::parse(file.as_bytes()).status(host, port, key)
}

#[test]
fn a_recorded_key_is_known_by_its_line_and_its_comment_does_not_matter() {
    let file =
        format!("# hosts\n\nother {}\nbastion.example.com {} someone@somewhere else\n", text(&ed(2)), text(&ed(1)));
    assert_eq!(status(&file, "bastion.example.com", 22, &ed(1)), HostKeyStatus::Known { line: 4 });
}

#[test]
fn a_real_line_of_openssh_has_the_fingerprint_that_ssh_keygen_prints() {
    let blob = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let file = format!("github.com ssh-ed25519 {blob}\n");
    let presented = HostKey {
        algorithm: "ssh-ed25519".into(),
        blob: base64::Engine::decode(&base64::engine::general_purpose::STANDARD, blob).unwrap(),
    };
    assert_eq!(presented.fingerprint(), "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    assert_eq!(status(&file, "github.com", 22, &presented), HostKeyStatus::Known { line: 1 });
    assert!(presented.has_fingerprint("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"));
    assert!(presented.has_fingerprint(" +DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU= "));
    assert!(!presented.has_fingerprint("SHA256:"));
}

#[test]
fn hashed_names_match_with_and_without_port() {
    // The form of `ssh-keygen -H`: HMAC-SHA1 of the recorded name under a salt.
    let plain = hashed("bastion.example.com", &[7; 20]);
    let with_port = hashed("[bastion.example.com]:2222", &[9; 20]);
    let file = format!("{plain} {}\n{with_port} {}\n", text(&ed(1)), text(&ed(2)));
    assert_eq!(status(&file, "Bastion.Example.com", 22, &ed(1)), HostKeyStatus::Known { line: 1 });
    assert_eq!(status(&file, "bastion.example.com", 2222, &ed(2)), HostKeyStatus::Known { line: 2 });
    assert_eq!(status(&file, "bastion.example.org", 22, &ed(1)), HostKeyStatus::Unknown);
}

fn hashed(name: &str, salt: &[u8]) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
    let encode = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    format!("|1|{}|{}", encode(salt), encode(ring::hmac::sign(&key, name.as_bytes()).as_ref()))
}

#[test]
fn another_key_is_changed_and_names_line_and_fingerprint_of_the_recorded_one() {
    let file = format!("h {}\n", text(&ed(1)));
    let changed = HostKeyStatus::Changed { line: 1, algorithm: "ssh-ed25519".into(), recorded: ed(1).fingerprint() };
    assert_eq!(status(&file, "h", 22, &ed(2)), changed);
}

#[test]
fn a_key_of_another_type_than_the_recorded_one_is_changed_not_unknown() {
    let file = format!("h {}\n", text(&ed(1)));
    let rsa = key("ssh-rsa", 1);
    assert!(matches!(status(&file, "h", 22, &rsa), HostKeyStatus::Changed { line: 1, .. }));
}

#[test]
fn one_of_several_recorded_keys_is_enough_wherever_it_stands() {
    let file = format!("h {}\nh {}\nh {}\n", text(&ed(1)), text(&key("ssh-rsa", 4)), text(&ed(2)));
    assert_eq!(status(&file, "h", 22, &ed(2)), HostKeyStatus::Known { line: 3 });
    assert_eq!(status(&file, "h", 22, &key("ssh-rsa", 4)), HostKeyStatus::Known { line: 2 });
    assert_eq!(KnownHosts::parse(file.as_bytes()).recorded_key_types("h", 22), ["ssh-ed25519", "ssh-rsa"]);
    let other_rsa =
        HostKeyStatus::Changed { line: 2, algorithm: "ssh-rsa".into(), recorded: key("ssh-rsa", 4).fingerprint() };
    assert_eq!(status(&file, "h", 22, &key("ssh-rsa", 5)), other_rsa);
}

#[test]
fn a_revoked_key_is_refused_also_where_it_is_recorded_as_well() {
    let file = format!("h {}\n@revoked * {}\n", text(&ed(1)), text(&ed(1)));
    assert_eq!(status(&file, "h", 22, &ed(1)), HostKeyStatus::Revoked { line: 2 });
    assert_eq!(status(&file, "other", 22, &ed(1)), HostKeyStatus::Revoked { line: 2 });
    assert_eq!(status(&file, "other", 22, &ed(2)), HostKeyStatus::Unknown);
    assert!(matches!(status(&file, "h", 22, &ed(2)), HostKeyStatus::Changed { line: 1, .. }));
}

#[test]
fn a_certificate_authority_is_recognised_and_its_own_key_is_no_host_key() {
    let file = format!("@cert-authority *.example.com {}\n", text(&ed(1)));
    let known = KnownHosts::parse(file.as_bytes());
    let lines = |host: &str| known.authorities(host, 22).map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines("bastion.example.com"), [1]);
    assert!(lines("bastion.example.org").is_empty());
    assert_eq!(known.status("bastion.example.com", 22, &ed(1)), HostKeyStatus::Unknown);
    assert!(known.recorded_key_types("bastion.example.com", 22).is_empty());
}

#[test]
fn patterns_match_as_in_openssh() {
    let cases: &[(&str, &str, u16, bool)] = &[
        ("*", "anything", 22, true),
        ("*.example.com", "a.example.com", 22, true),
        ("*.example.com", "example.com", 22, false),
        ("host?", "host1", 22, true),
        ("host?", "host", 22, false),
        ("HOST.Example.COM", "host.example.com", 22, true),
        ("host.example.com", "HOST.example.com", 22, true),
        ("a,b,c", "b", 22, true),
        ("*.example.com,!bad.example.com", "good.example.com", 22, true),
        ("*.example.com,!bad.example.com", "bad.example.com", 22, false),
        ("!bad.example.com,*.example.com", "bad.example.com", 22, false),
        ("!bad.example.com", "good.example.com", 22, false),
        ("[h]:2222", "h", 2222, true),
        ("[h]:2222", "h", 22, false),
        ("[h]:*", "h", 2222, true),
        ("[*.example.com]:2222", "a.example.com", 2222, true),
        ("192.0.2.7", "192.0.2.7", 22, true),
        ("[2001:db8::1]:2222", "2001:DB8::1", 2222, true),
        ("a*b*c", "axxbyyc", 22, true),
        ("a*b*c", "axxbyy", 22, false),
        ("**", "h", 22, true),
        ("", "h", 22, false),
    ];
    for (pattern, host, port, expected) in cases {
        let known = status(&format!("{pattern} {}\n", text(&ed(1))), host, *port, &ed(1));
        assert_eq!(
            matches!(known, HostKeyStatus::Known { .. }),
            *expected,
            "{pattern} for {host}:{port} gave {known:?}"
        );
    }
}

#[test]
fn a_key_of_the_bare_host_counts_at_another_port_unless_that_port_has_its_own() {
    let bare = format!("h {}\n", text(&ed(1)));
    assert_eq!(status(&bare, "h", 2222, &ed(1)), HostKeyStatus::Known { line: 1 });
    assert_eq!(status(&bare, "h", 2222, &ed(2)), HostKeyStatus::Unknown, "another key there is new, not changed");
    let both = format!("{bare}[h]:2222 {}\n", text(&ed(2)));
    assert!(matches!(status(&both, "h", 2222, &ed(1)), HostKeyStatus::Changed { line: 2, .. }));
}

#[test]
fn tabs_carriage_returns_and_a_missing_last_newline_are_no_trouble() {
    let (kind, blob) = text(&ed(1)).split_once(' ').map(|(kind, blob)| (kind.to_owned(), blob.to_owned())).unwrap();
    let file = format!("  \t# a comment\r\n\t h \t{kind}\t\t{blob}\tcomment\r\nlast {kind} {blob}");
    assert_eq!(status(&file, "h", 22, &ed(1)), HostKeyStatus::Known { line: 2 });
    assert_eq!(status(&file, "last", 22, &ed(1)), HostKeyStatus::Known { line: 3 });
}

#[test]
fn lines_that_cannot_be_used_are_named_and_do_not_hide_the_others() {
    let good = text(&ed(1));
    let file = format!(
        "h\nh ssh-ed25519\nh ssh-ed25519 ???\n@strange h {good}\n|1|bad {good}\n|2|AAAA|AAAA {good}\nh 1024 35 1234\n\
         h ssh-rsa {}\n@revoked\nh {good}\n",
        good.split_once(' ').unwrap().1
    );
    let known = KnownHosts::parse(file.as_bytes());
    let lines: Vec<usize> = known.skipped.iter().map(|skipped| skipped.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(known.skipped[2], SkippedLine { line: 3, why: "its key is not base64" });
    assert_eq!(known.status("h", 22, &ed(1)), HostKeyStatus::Known { line: 10 });
}

#[test]
fn a_pattern_of_many_stars_is_answered_at_once() {
    let pattern = "*a".repeat(2000);
    let host = "a".repeat(1999);
    assert_eq!(status(&format!("{pattern} {}\n", text(&ed(1))), &host, 22, &ed(1)), HostKeyStatus::Unknown);
}

#[test]
fn a_recorded_line_is_appended_without_touching_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/ssh/known_hosts");
    let write = rrx::io::storage::known_hosts::append;
    write(&path, &format_line("H", 2222, &ed(1))).unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    assert_eq!(first, format!("[h]:2222 {}\n", text(&ed(1))));
    std::fs::write(&path, "no newline at the end").unwrap();
    write(&path, &format_line("h", 22, &ed(2))).unwrap();
    let second = std::fs::read_to_string(&path).unwrap();
    assert_eq!(second, format!("no newline at the end\nh {}\n", text(&ed(2))));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(rrx::io::storage::known_hosts::read(&folder.path().join("none")).unwrap(), None);
}

#[test]
fn a_hashed_line_names_nobody_and_is_known_afterwards() {
    let line = format_hashed_line("Bastion", 2222, &ed(1), &[7; 20]);
    assert_eq!(line, format!("{} {}\n", hashed("[bastion]:2222", &[7; 20]), text(&ed(1))));
    assert_eq!(status(&line, "bastion", 2222, &ed(1)), HostKeyStatus::Known { line: 1 });
    assert_eq!(status(&line, "bastion", 22, &ed(1)), HostKeyStatus::Unknown);
}

#[test]
fn a_device_takes_the_line_and_a_pipe_does_not() {
    let write = rrx::io::storage::known_hosts::append;
    write(std::path::Path::new("/dev/null"), &format_line("h", 22, &ed(1))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let told = write(&pipe, &format_line("h", 22, &ed(1))).unwrap_err().to_string();
    assert!(told.contains("not a regular file"), "{told}");
}

proptest! {
    #[test]
    fn whatever_stands_in_the_file_it_is_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let known = KnownHosts::parse(&bytes);
        let _ = known.status("h", 22, &ed(1));
        let _ = known.recorded_key_types("h", 2222);
        let _ = known.authorities("h", 22).count();
    }

    #[test]
    fn lines_of_odd_fields_are_read_without_panic_and_hide_nothing(
        junk in proptest::collection::vec("[@|1*?!,# \t=A-Za-z0-9/+]{0,60}", 0..20)
    ) {
        // A line that happens to be a good one for this host would be another matter: none can hold a whole key.
        let file = format!("{}\nbastion.example.com {}\n", junk.join("\n"), text(&ed(1)));
        prop_assert_eq!(
            status(&file, "bastion.example.com", 22, &ed(1)),
            HostKeyStatus::Known { line: file.lines().count() }
        );
    }

    #[test]
    fn what_is_recorded_is_known_afterwards(host in "[a-zA-Z0-9.-]{1,40}", port in 1u16.., fill in any::<u8>()) {
        let line = format_line(&host, port, &ed(fill));
        prop_assert_eq!(status(&line, &host, port, &ed(fill)), HostKeyStatus::Known { line: 1 });
        let is_changed = matches!(status(&line, &host, port, &ed(fill.wrapping_add(1))), HostKeyStatus::Changed { line: 1, .. });
        prop_assert!(is_changed);
    }

    #[test]
    fn stars_and_question_marks_match_as_a_plain_search_does(pattern in "[ab*?]{0,8}", host in "[ab]{1,8}") {
        fn plain(pattern: &[u8], name: &[u8]) -> bool {
            match (pattern.split_first(), name.split_first()) {
                (None, None) => true,
                (Some((b'*', rest)), _) if plain(rest, name) => true,
                (Some((b'*', _)), Some((_, behind))) => plain(pattern, behind),
                (Some((b'?', rest)), Some((_, behind))) => plain(rest, behind),
                (Some((wanted, rest)), Some((byte, behind))) if wanted == byte => plain(rest, behind),
                _ => false,
            }
        }
        let known = status(&format!("{pattern} {}\n", text(&ed(1))), &host, 22, &ed(1));
        let expected = !pattern.is_empty() && plain(pattern.as_bytes(), host.as_bytes());
        prop_assert_eq!(matches!(known, HostKeyStatus::Known { .. }), expected);
    }
}
