//! Signing in to the replica: the number of internal queries, short-lived passwords, and TLS that fails.

use rrx::domain::problem::{ProblemKind, Remedy};
use rrx::domain::profile::{Profile, Secret, SecretSource, TlsMode};
use rrx::domain::protocol::{Answer, SessionCmd};

use super::harness::{connect, connect_answering, direct};
use super::rig::{Rig, SshdOptions};
use super::scripted_server::{Reply, SHA2, ScriptedServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connecting_takes_ten_internal_queries_on_both_connections() {
    let live = connect(Rig::start().profile()).await.unwrap();
    let mut names: Vec<&str> =
        live.internal_queries.iter().filter_map(|text| text.strip_prefix("/* rrx:")?.split(' ').next()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["grants", "pin", "pin", "read-only", "read-only", "tls", "variables", "variables", "variables", "whoami"]
    );
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_command_runs_for_each_new_connection() {
    let rig = Rig::start();
    let count = rig.private_directory("token").join("count");
    let runs = || std::fs::read_to_string(&count).map_or(0, |text| text.lines().count());
    let command = format!("echo once >> '{}'; cat '{}'", count.display(), rig.password_file().display());
    let mut live = connect(Profile { password: Some(SecretSource::Command(command)), ..direct(rig) }).await.unwrap();
    assert_eq!(runs(), 2, "one for the statements, one that stops them");
    live.catalog().await;
    assert_eq!(runs(), 3);
    live.catalog().await;
    assert_eq!(runs(), 4);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_asked_for_the_password_once_and_not_for_each_connection() {
    let rig = Rig::start();
    let mut asked = 0;
    let profile = Profile { password: Some(SecretSource::Prompt), ..direct(rig) };
    let mut live = connect_answering(profile, |_| {
        asked += 1;
        Answer::Secret(Secret::new(rig.password().to_owned()))
    })
    .await
    .unwrap();
    live.catalog().await;
    live.commands.send(SessionCmd::LoadCatalog).await.unwrap();
    live.catalog().await;
    assert_eq!(asked, 1);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_requires_tls_gets_it() {
    let rig = Rig::start();
    let strict = rig.start_mariadb("strict", &["--read-only=1", "--require-secure-transport=1"]);
    let profile = |tls| Profile { port: strict.port(), tls, ..direct(rig) };
    let declined = connect_answering(profile(TlsMode::Disabled), |_| Answer::Decline).await;
    let problem = declined.err().unwrap();
    // MySQL reports 3159. MariaDB refuses the account with 1045.
    assert!(matches!(problem.server.as_ref().map(|error| error.code), Some(3159 | 1045)), "{problem}");
    assert!(problem.to_string().contains("tls = \"verify-identity\""), "{problem}");
    assert!(!problem.is_transient, "waiting does not mend it");
    for tls in [TlsMode::Preferred, TlsMode::Required, TlsMode::VerifyIdentity] {
        let live = connect(profile(tls)).await.unwrap();
        assert!(live.facts.tls.is_some(), "{tls:?}");
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_problem_of_an_invalid_certificate_says_what_is_wrong_with_it() {
    let rig = Rig::start();
    let stranger = connect(Profile { ca: Some(rig.other_ca()), ..direct(rig) }).await.err().unwrap();
    assert_eq!((stranger.kind, stranger.then), (ProblemKind::Route, Some(Remedy::Settings)), "{stranger}");
    assert!(stranger.because[0].contains("not signed by the CA"), "{stranger}");
    assert!(stranger.hint.as_ref().unwrap().contains("ca = "), "{stranger}");
    let built_in = connect(Profile { ca: None, ..direct(rig) }).await.err().unwrap();
    assert!(built_in.hint.as_ref().unwrap().contains("truststore.pki.rds.amazonaws.com"), "{built_in}");
    // The certificate names 127.0.0.2, and the forwarder is at 127.0.0.1.
    let forwarder = super::rig::Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let profile = Profile { host: "127.0.0.1".into(), port: forwarder.port(), ..direct(rig) };
    let name = connect(profile).await.err().unwrap();
    assert!(name.because[0].contains("127.0.0.1") && name.because[0].contains("replica.rrx.test"), "{name}");
    assert!(!name.is_transient && !stranger.is_transient);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clear_text_password_is_not_sent_without_verified_tls() {
    let rig = Rig::start();
    for cleartext in [false, true] {
        let server = ScriptedServer::start_with("mysql_clear_password", |_| Reply::Done);
        let profile = Profile {
            host: "127.0.0.1".into(),
            port: server.port,
            tls: TlsMode::Disabled,
            password: Some(SecretSource::Env("for nobody's eyes".into())),
            cleartext,
            ..direct(rig)
        };
        let problem = connect(profile).await.err().unwrap();
        assert!(problem.to_string().contains("in clear text"), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("verify-identity"), "{problem}");
        let packets = server.statements();
        assert!(!packets.iter().any(|packet| packet.contains("nobody's eyes")), "{packets:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clear_text_password_is_sent_over_verified_tls_where_the_profile_allows_it() {
    const SECRET: &str = "for verified eyes only";
    let rig = Rig::start();
    for (tls, cleartext, is_sent) in [
        (TlsMode::VerifyIdentity, true, true),
        (TlsMode::VerifyCa, true, true),
        (TlsMode::VerifyIdentity, false, false),
        (TlsMode::Required, true, false),
        (TlsMode::Preferred, true, false),
        (TlsMode::Disabled, true, false),
    ] {
        let refuse = |_: &str| Reply::Error(1105, "it only listens");
        let server = ScriptedServer::start_secure(rig, "mysql_clear_password", refuse);
        let password = Some(SecretSource::Env(SECRET.into()));
        let way = Profile { port: server.port, tls, cleartext, password, ..direct(rig) };
        let problem = connect(way).await.err().unwrap();
        let packets = server.statements();
        assert!(!packets.is_empty(), "{tls:?}: {problem}");
        assert_eq!(packets.iter().any(|packet| packet.contains(SECRET)), is_sent, "{tls:?}, {cleartext}: {packets:?}");
        assert_eq!(problem.to_string().contains("in clear text"), !is_sent, "{tls:?}, {cleartext}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_for_the_unscrambled_password_gets_no_key_request_without_tls() {
    let rig = Rig::start();
    let server = ScriptedServer::start_with(SHA2, |_| Reply::Done);
    let sshd =
        rig.start_sshd(&SshdOptions { permit: vec![format!("127.0.0.1:{}", server.port)], ..SshdOptions::default() });
    for route in [vec![], vec![rig.hop(sshd.port(), &sshd.known_hosts())]] {
        for tls in [TlsMode::Disabled, TlsMode::Preferred] {
            let way = Profile { route: route.clone(), host: "127.0.0.1".into(), port: server.port, tls, ..direct(rig) };
            let problem = connect(way).await.err().unwrap();
            assert!(problem.to_string().contains("2061"), "{tls:?}: {problem}");
            assert!(problem.hint.as_ref().unwrap().contains("tls = \"verify-identity\""), "{problem}");
            assert_eq!(problem.then, Some(Remedy::Settings));
        }
    }
    let packets = server.statements();
    assert_eq!(packets.len(), 8, "who is there, and a scramble, each time: {packets:?}");
    assert!(!packets.iter().any(|packet| packet == "\u{2}"), "a key was asked for: {packets:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_ca_skips_only_the_name_check() {
    let rig = Rig::start();
    // The certificate names 127.0.0.2, and the forwarder is at 127.0.0.1.
    let forwarder = super::rig::Forwarder::to(rig.mysql_address(), rig.mysql_port());
    let by = |tls, ca| Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls, ca, ..direct(rig) };
    let rig_ca = direct(rig).ca;
    let mut live = connect(by(TlsMode::VerifyCa, rig_ca.clone())).await.unwrap();
    assert!(live.facts.tls.is_some());
    assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    live.close().await;
    assert!(connect(by(TlsMode::VerifyIdentity, rig_ca)).await.is_err());
    let problem = connect(by(TlsMode::VerifyCa, Some(rig.other_ca()))).await.err().unwrap();
    assert!(problem.because[0].contains("not signed by the CA"), "{problem}");
    let problem = connect(by(TlsMode::VerifyCa, None)).await.err().unwrap();
    assert!(problem.because[0].contains("every certificate of a public CA"), "{problem}");
    assert_eq!((problem.kind, problem.then.as_ref()), (ProblemKind::Settings, Some(&Remedy::Settings)));
    let certificate = format!("--ssl-cert={}", rig.directory().path("expired.pem").display());
    let late = rig.start_mariadb("late-ca", &["--read-only=1", &certificate]);
    let forwarder = super::rig::Forwarder::to(rig.mysql_address(), late.port());
    let way = Profile { host: "127.0.0.1".into(), port: forwarder.port(), tls: TlsMode::VerifyCa, ..direct(rig) };
    let problem = connect(way).await.err().unwrap();
    assert!(problem.because[0].contains("expired"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_certificate_is_reported_and_is_not_transient() {
    let rig = Rig::start();
    let certificate = format!("--ssl-cert={}", rig.directory().path("expired.pem").display());
    let late = rig.start_mariadb("late", &["--read-only=1", &certificate]);
    let problem = connect(Profile { port: late.port(), ..direct(rig) }).await.err().unwrap();
    assert!(problem.because[0].contains("expired"), "{problem}");
    assert!(!problem.is_transient && problem.hint.is_some(), "{problem}");
}
