//! Tests `rrx doctor` with two hops, with keys that cannot be used, and with servers that do not answer. It names the failed
//! step and hop.

use std::path::{Path, PathBuf};

use super::doctor::{FailingCase, Home, profile, quoted, route, run_case};
use super::scripted_server::{Reply, ScriptedServer, variables};
use crate::rig::{Rig, Silent, Sshd, SshdOptions};

/// Starts an sshd that forwards to the shared one.
fn start_outer(rig: &Rig) -> Sshd {
    let permit = vec![format!("127.0.0.1:{}", rig.ssh_port())];
    rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() })
}

/// Returns a route over both, and a `known_hosts` file with the keys of the outer sshd and more lines.
fn two_hops(rig: &Rig, outer: &Sshd, directory: &Path, more: &str) -> [(&'static str, String); 2] {
    let known = directory.join(format!("known-{}", more.len()));
    std::fs::write(&known, std::fs::read_to_string(outer.known_hosts()).unwrap() + more).unwrap();
    let user = rig.ssh_user();
    let route = format!("[\"{user}@127.0.0.1:{}\", \"{user}@127.0.0.1:{}\"]", outer.port(), rig.ssh_port());
    [("route", route), ("known_hosts", quoted(&known))]
}

fn with_changes(rig: &Rig, pairs: &[(&str, String)]) -> String {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
    profile(rig, &pairs)
}

#[test]
fn more_failing_routes_are_reported_at_their_step() {
    let rig = Rig::start();
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let outer = start_outer(rig);
    let other = rig.start_sshd(&SshdOptions::default());
    let silent = Silent::new();
    let permit = vec![format!("127.0.0.1:{}", silent.port())];
    let permissive = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let place = format!("[127.0.0.1]:{}", rig.ssh_port());
    let key = rig.sshd().host_key("ed25519");
    let pinned = format!(
        "[{{ host = \"127.0.0.1\", port = {}, user = \"{}\", host_key = [\"{}\"] }}]",
        rig.ssh_port(),
        rig.ssh_user(),
        other.fingerprint("ed25519")
    );
    let read_write_engine = ScriptedServer::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&[("version", "8.0.39"), ("sql_select_limit", "18446744073709551615")])
        } else if text.contains("TRANSACTION READ ONLY") {
            Reply::Error(1235, "this engine knows no read-only transaction")
        } else {
            Reply::Done
        }
    });
    let bare = [
        ("route", "[]".to_owned()),
        ("host", "\"127.0.0.1\"".to_owned()),
        ("port", read_write_engine.port.to_string()),
        ("tls", "\"disabled\"".to_owned()),
    ];
    let without_ca: Vec<String> =
        with_changes(rig, &bare).lines().filter(|line| !line.starts_with("ca = ")).map(str::to_owned).collect();
    let cases = [
        FailingCase {
            name: "the second hop's key is unknown",
            settings: with_changes(rig, &two_hops(rig, &outer, files.path(), "")),
            step: "host-key",
            expected: vec!["not known"],
            next: "Ask the owner of 127.0.0.1",
        },
        FailingCase {
            name: "the second hop's key has changed",
            settings: with_changes(
                rig,
                &two_hops(rig, &outer, files.path(), &format!("{place} {}\n", other.host_key("ed25519"))),
            ),
            step: "host-key",
            expected: vec!["has changed"],
            next: "someone intercepts the connection",
        },
        FailingCase {
            name: "a revoked key",
            settings: with_changes(
                rig,
                &[("known_hosts", quoted(&file("revoked", &format!("{place} {key}\n@revoked * {key}\n"))))],
            ),
            step: "host-key",
            expected: vec!["revoked", "line 2"],
            next: "",
        },
        FailingCase {
            name: "another key than the pinned one",
            settings: with_changes(rig, &[("route", pinned)]),
            step: "host-key",
            expected: vec!["ED25519 SHA256:"],
            next: "host_key",
        },
        FailingCase {
            name: "a target that never answers",
            settings: with_changes(
                rig,
                &[
                    ("route", route(rig, &format!("127.0.0.1:{}", permissive.port()))),
                    ("known_hosts", quoted(&permissive.known_hosts())),
                    ("host", "\"127.0.0.1\"".into()),
                    ("port", silent.port().to_string()),
                ],
            ),
            step: "forward",
            expected: vec!["in time"],
            next: "",
        },
        FailingCase {
            name: "an engine that cannot be made read-only",
            settings: without_ca.join("\n"),
            step: "guard",
            expected: vec!["1235"],
            next: "",
        },
    ];
    let next_steps: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = cases.iter().map(|case| scope.spawn(move || run_case(case))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(next_steps.iter().all(|next| !next.is_empty()), "each has a next step: {next_steps:#?}");
}

#[test]
fn the_hop_that_fails_is_named_and_the_key_of_the_second_is_accepted_by_its_exact_fingerprint() {
    let rig = Rig::start();
    let outer = start_outer(rig);
    let directory = tempfile::tempdir().unwrap();
    let known = directory.path().join("known-0");
    let home = Home::with(&with_changes(rig, &two_hops(rig, &outer, directory.path(), "")));
    let before = std::fs::read_to_string(&known).unwrap();
    let right = rig.sshd().fingerprint("ed25519");

    let json = home.run(&["doctor", "rig", "--json"]).json();
    let steps = json["steps"].as_array().unwrap();
    let (last, others) = steps.split_last().unwrap();
    assert_eq!((&last["state"], &last["hop"]), (&"failed".into(), &2.into()), "{json:#}");
    assert!(others.iter().all(|step| step["state"] == "ok" || step["state"] == "skipped"), "{json:#}");
    assert!(json["problem"].to_string().contains(&format!("127.0.0.1:{}", rig.ssh_port())), "{json:#}");
    assert_eq!(std::fs::read_to_string(&known).unwrap(), before, "nothing is recorded");

    // The fingerprint of the first hop does not accept the key of the second hop.
    let wrong = home.run(&["doctor", "rig", "--accept-host-key", &outer.fingerprint("ed25519")]);
    assert_eq!(wrong.code, 3, "{wrong:?}");
    assert_eq!(std::fs::read_to_string(&known).unwrap(), before);

    let accepted = home.run(&["doctor", "rig", "--accept-host-key", &right]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let line = format!("[127.0.0.1]:{} {}\n", rig.ssh_port(), rig.sshd().host_key("ed25519"));
    assert_eq!(std::fs::read_to_string(&known).unwrap(), before + &line);
    assert_eq!(home.run(&["doctor", "rig"]).code, 0);
}

#[test]
fn an_expired_certificate_and_a_failing_secret_are_reported_in_json() {
    let rig = Rig::start();
    let certificate = format!("--ssl-cert={}", rig.directory().path("expired.pem").display());
    let server = rig.start_mariadb("doctor-expired", &[&certificate]);
    let targets = ["127.0.0.2", rig.mysql_host()].map(|host| format!("{host}:{}", server.port()));
    let sshd = rig.start_sshd(&SshdOptions { permit: targets.to_vec(), ..SshdOptions::default() });
    let expired = FailingCase {
        name: "an expired certificate",
        settings: with_changes(
            rig,
            &[
                ("route", route(rig, &format!("127.0.0.1:{}", sshd.port()))),
                ("known_hosts", quoted(&sshd.known_hosts())),
                ("port", server.port().to_string()),
            ],
        ),
        step: "mysql",
        expected: vec!["TLS: ", "expired"],
        next: "",
    };
    assert!(!run_case(&expired).is_empty());

    let failing = "{ command = 'echo s3cret-words >&2; exit 7' }";
    let home = Home::with(&profile(rig, &[("password", failing)]));
    let ran = home.run(&["doctor", "rig", "--json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["outcome"], &json["exit"]), (2, &"failed".into(), &2.into()), "{json:#}");
    assert!(json["problem"]["what"].as_str().unwrap().contains("There is no secret"), "{json:#}");
    assert!(json["problem"]["next"].as_str().is_some_and(|next| !next.is_empty()), "{json:#}");
    let steps = json["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["state"] != "unfinished"), "{json:#}");
}

#[test]
fn an_encrypted_key_without_a_passphrase_is_reported_with_the_possible_sources() {
    let rig = Rig::start();
    let home = Home::with(&profile(rig, &[("identity", &quoted(&rig.encrypted_key()))]));
    let ran = home.run(&["doctor", "rig", "--json"]);
    let json = ran.json();
    let last = json["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["step"], &last["state"]), (&"sign-in".into(), &"failed".into()), "{json:#}");
    let problem = &json["problem"];
    assert_eq!(&last["problem"]["what"], &problem["what"], "{json:#}");
    assert!(problem["what"].as_str().unwrap().starts_with("Passphrase of the key "), "{json:#}");
    assert!(problem["next"].as_str().unwrap().contains("configure a source in the profile"), "{json:#}");
    assert_ne!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_port_of_an_ssh_server_is_told_in_the_same_words_by_every_command_on_every_way() {
    let rig = Rig::start();
    let port = rig.ssh_port().to_string();
    let permit = vec![format!("127.0.0.1:{port}")];
    let permissive = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let through = [
        ("route", route(rig, &format!("127.0.0.1:{}", permissive.port()))),
        ("known_hosts", quoted(&permissive.known_hosts())),
    ];
    let direct = [("route", "[]".to_owned())];
    let words = "no MySQL server answered: the first bytes look like an SSH server: SSH-2.0-OpenSSH_";
    for way in [direct.as_slice(), &through] {
        for tls in ["disabled", "required", "verify-identity"] {
            let target = [("host", "\"127.0.0.1\"".into()), ("port", port.clone()), ("tls", format!("\"{tls}\""))];
            let settings = with_changes(rig, &[way, &target].concat());
            let keeps = |line: &&str| tls == "verify-identity" || !line.starts_with("ca = ");
            let home = Home::with(&settings.lines().filter(keeps).collect::<Vec<_>>().join("\n"));
            let checked = home.run(&["doctor", "rig"]);
            assert!(checked.code == 3 && checked.out.contains(words), "{tls}, {way:?}: {checked:?}");
            assert!(checked.out.contains("failed at the step: MySQL"), "{tls}, {way:?}: {checked:?}");
            let ran = home.run(&["run", "-p", "rig", "-e", "SELECT 1"]);
            assert!(ran.code == 3 && ran.err.contains(words), "{tls}, {way:?}: {ran:?}");
            assert!(ran.err.contains("3306 is MySQL's usual port"), "{tls}, {way:?}: {ran:?}");
        }
    }
}

#[test]
fn the_banner_of_a_hop_is_printed_with_a_failure_and_by_doctor_always() {
    let rig = Rig::start();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("banner");
    std::fs::write(&file, "NOTICE\n\u{1b}[2Jauthorised users only\n").unwrap();
    std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let config = format!("Banner {}", file.display());
    let sshd = rig.start_sshd(&SshdOptions { config, ..SshdOptions::default() });
    let way =
        [("route", route(rig, &format!("127.0.0.1:{}", sshd.port()))), ("known_hosts", quoted(&sshd.known_hosts()))];
    let home = Home::with(&with_changes(rig, &way));
    let banner = format!("127.0.0.1:{} says:\n  NOTICE\n  ␛[2Jauthorised users only\n", sshd.port());
    let ran = home.run(&["run", "-p", "rig", "-e", "SELECT 1"]);
    assert!(ran.code == 0 && !ran.err.contains("NOTICE"), "{ran:?}");
    let checked = home.run(&["doctor", "rig"]);
    assert!(checked.code == 0 && checked.out.contains(&banner), "{checked:?}");
    let json = home.run(&["doctor", "rig", "--json"]).json();
    assert_eq!(json["hop_messages"][0]["lines"][1], "␛[2Jauthorised users only", "{json:#}");
    let closed = [way.as_slice(), &[("host", "\"127.0.0.1\"".into()), ("port", "9".into())]].concat();
    let home = Home::with(&with_changes(rig, &closed));
    let failed = home.run(&["run", "-p", "rig", "-e", "SELECT 1"]);
    assert!(failed.code == 3 && failed.err.starts_with(&banner), "{failed:?}");
}
