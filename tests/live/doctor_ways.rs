//! `rrx doctor` on ways of two hops, on keys that may not be used, and on what never answers: the step and the hop are named.

use std::path::{Path, PathBuf};

use super::doctor::{Broken, Home, one, profile, quoted, route};
use super::scripted_server::{Reply, ScriptedServer, variables};
use crate::rig::{Rig, Silent, Sshd, SshdOptions};

/// An sshd before the shared one.
fn outer(rig: &Rig) -> Sshd {
    let permit = vec![format!("127.0.0.1:{}", rig.ssh_port())];
    rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() })
}

/// The route over both, and a `known_hosts` with the keys of the first and these lines.
fn two_hops(rig: &Rig, outer: &Sshd, directory: &Path, more: &str) -> [(&'static str, String); 2] {
    let known = directory.join(format!("known-{}", more.len()));
    std::fs::write(&known, std::fs::read_to_string(outer.known_hosts()).unwrap() + more).unwrap();
    let user = rig.ssh_user();
    let route = format!("[\"{user}@127.0.0.1:{}\", \"{user}@127.0.0.1:{}\"]", outer.port(), rig.ssh_port());
    [("route", route), ("known_hosts", quoted(&known))]
}

fn made(rig: &Rig, pairs: &[(&str, String)]) -> String {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
    profile(rig, &pairs)
}

#[test]
fn each_further_way_that_is_broken_is_told_at_its_rung() {
    let rig = Rig::start();
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> PathBuf {
        let path = files.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let outer = outer(rig);
    let other = rig.start_sshd(&SshdOptions::default());
    let silent = Silent::new();
    let permit = vec![format!("127.0.0.1:{}", silent.port())];
    let wide = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
    let place = format!("[127.0.0.1]:{}", rig.ssh_port());
    let key = rig.sshd().host_key("ed25519");
    let pinned = format!(
        "[{{ host = \"127.0.0.1\", port = {}, user = \"{}\", host_key = [\"{}\"] }}]",
        rig.ssh_port(),
        rig.ssh_user(),
        other.fingerprint("ed25519")
    );
    let writes = ScriptedServer::start(|text| {
        if text.contains("SHOW VARIABLES") {
            variables(&[("version", "8.0.39"), ("sql_select_limit", "18446744073709551615")])
        } else if text.contains("TRANSACTION READ ONLY") {
            Reply::No(1235, "this engine knows no read-only transaction")
        } else {
            Reply::Done
        }
    });
    let bare = [
        ("route", "[]".to_owned()),
        ("host", "\"127.0.0.1\"".to_owned()),
        ("port", writes.port.to_string()),
        ("tls", "\"disabled\"".to_owned()),
    ];
    let without_ca: Vec<String> =
        made(rig, &bare).lines().filter(|line| !line.starts_with("ca = ")).map(str::to_owned).collect();
    let cases = [
        Broken {
            name: "the second hop's key is unknown",
            settings: made(rig, &two_hops(rig, &outer, files.path(), "")),
            step: "host-key",
            says: vec!["not known"],
            next: "Ask the owner of 127.0.0.1",
        },
        Broken {
            name: "the second hop's key has changed",
            settings: made(
                rig,
                &two_hops(rig, &outer, files.path(), &format!("{place} {}\n", other.host_key("ed25519"))),
            ),
            step: "host-key",
            says: vec!["has changed"],
            next: "someone intercepts the connection",
        },
        Broken {
            name: "a revoked key",
            settings: made(
                rig,
                &[("known_hosts", quoted(&file("revoked", &format!("{place} {key}\n@revoked * {key}\n"))))],
            ),
            step: "host-key",
            says: vec!["revoked", "line 2"],
            next: "",
        },
        Broken {
            name: "another key than the pinned one",
            settings: made(rig, &[("route", pinned)]),
            step: "host-key",
            says: vec!["ED25519 SHA256:"],
            next: "host_key",
        },
        Broken {
            name: "a target that never answers",
            settings: made(
                rig,
                &[
                    ("route", route(rig, &format!("127.0.0.1:{}", wide.port()))),
                    ("known_hosts", quoted(&wide.known_hosts())),
                    ("host", "\"127.0.0.1\"".into()),
                    ("port", silent.port().to_string()),
                ],
            ),
            step: "forward",
            says: vec!["in time"],
            next: "",
        },
        Broken {
            name: "an engine that cannot be made read-only",
            settings: without_ca.join("\n"),
            step: "guard",
            says: vec!["1235"],
            next: "",
        },
    ];
    let told: Vec<String> = std::thread::scope(|scope| {
        let runs: Vec<_> = cases.iter().map(|case| scope.spawn(move || one(case))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(told.iter().all(|next| !next.is_empty()), "each has a next step: {told:#?}");
}

#[test]
fn the_hop_that_fails_is_named_and_the_key_of_the_second_is_accepted_to_the_letter() {
    let rig = Rig::start();
    let outer = outer(rig);
    let directory = tempfile::tempdir().unwrap();
    let known = directory.path().join("known-0");
    let home = Home::with(&made(rig, &two_hops(rig, &outer, directory.path(), "")));
    let before = std::fs::read_to_string(&known).unwrap();
    let right = rig.sshd().fingerprint("ed25519");

    let json = home.run(&["doctor", "rig", "--json"]).json();
    let steps = json["steps"].as_array().unwrap();
    let (last, others) = steps.split_last().unwrap();
    assert_eq!((&last["state"], &last["hop"]), (&"failed".into(), &2.into()), "{json:#}");
    assert!(others.iter().all(|step| step["state"] == "ok" || step["state"] == "skipped"), "{json:#}");
    assert!(json["problem"].to_string().contains(&format!("127.0.0.1:{}", rig.ssh_port())), "{json:#}");
    assert_eq!(std::fs::read_to_string(&known).unwrap(), before, "nothing is recorded");

    // The key of the first hop accepts nothing at the second.
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
fn a_certificate_that_has_expired_and_a_secret_that_cannot_be_had_are_told_in_json() {
    let rig = Rig::start();
    let certificate = format!("--ssl-cert={}", rig.directory().path("expired.pem").display());
    let server = rig.start_mariadb("doctor-expired", &[&certificate]);
    let targets = ["127.0.0.2", rig.mysql_host()].map(|host| format!("{host}:{}", server.port()));
    let sshd = rig.start_sshd(&SshdOptions { permit: targets.to_vec(), ..SshdOptions::default() });
    let expired = Broken {
        name: "an expired certificate",
        settings: made(
            rig,
            &[
                ("route", route(rig, &format!("127.0.0.1:{}", sshd.port()))),
                ("known_hosts", quoted(&sshd.known_hosts())),
                ("port", server.port().to_string()),
            ],
        ),
        step: "mysql",
        says: vec!["TLS: ", "expired"],
        next: "",
    };
    assert!(!one(&expired).is_empty());

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
fn a_locked_key_and_nobody_to_unlock_it_are_told_with_where_a_passphrase_can_come_from() {
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
