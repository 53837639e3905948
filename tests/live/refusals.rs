//! TLS modes, `require_replica`, and the messages of refused connections, with real servers.

use rrx::domain::problem::ProblemKind;
use rrx::domain::profile::{Hop, Profile, TlsMode};
use rrx::domain::protocol::Role;

use super::harness::{connect, direct};
use super::rig::{Rig, SshdOptions};

const MODES: [TlsMode; 5] =
    [TlsMode::Disabled, TlsMode::Preferred, TlsMode::Required, TlsMode::VerifyCa, TlsMode::VerifyIdentity];

/// Returns the profile of the writable server without TLS and without a hop.
fn writable_without_tls(rig: &Rig, tls: TlsMode) -> Profile {
    Profile { port: rig.writable_mariadb().port(), tls, require_replica: false, ..direct(rig) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tls_mode_works_where_the_server_offers_tls() {
    let rig = Rig::start();
    for tls in MODES {
        let live = connect(Profile { tls, ..direct(rig) }).await.unwrap_or_else(|problem| panic!("{tls:?}: {problem}"));
        assert_eq!(live.facts.tls.is_some(), tls != TlsMode::Disabled, "{tls:?}: {:?}", live.facts.tls);
        live.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tls_on_the_server_only_modes_that_do_not_require_it_connect() {
    let rig = Rig::start();
    for tls in MODES {
        match connect(writable_without_tls(rig, tls)).await {
            Ok(live) => {
                assert!(matches!(tls, TlsMode::Disabled | TlsMode::Preferred), "{tls:?} connects in the clear");
                assert_eq!(live.facts.tls, None);
                live.close().await;
            }
            Err(problem) => {
                assert!(!matches!(tls, TlsMode::Disabled | TlsMode::Preferred), "{tls:?}: {problem}");
                assert_eq!(problem.kind, ProblemKind::Route, "{problem}");
                assert!(problem.because[0].contains("does not offer TLS"), "{problem}");
                assert!(problem.hint.is_some(), "{problem}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_ca_is_refused_by_the_verifying_modes_only() {
    let rig = Rig::start();
    for tls in MODES {
        let profile = Profile { tls, ca: Some(rig.other_ca()), ..direct(rig) };
        match connect(profile).await {
            Ok(live) => {
                assert!(!matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity), "{tls:?} believes a stranger");
                live.close().await;
            }
            Err(problem) => {
                assert!(matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity), "{tls:?}: {problem}");
                assert!(problem.because[0].starts_with("TLS: ") && problem.hint.is_some(), "{problem}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_is_refused_where_the_profile_requires_a_replica() {
    let rig = Rig::start();
    let strict = Profile { require_replica: true, ..writable_without_tls(rig, TlsMode::Disabled) };
    let problem = connect(strict).await.map(|_| ()).unwrap_err();
    assert_eq!(problem.kind.exit_code(), 4, "{problem}");
    assert!(problem.because[0].contains("accepts writes"), "{problem}");
    assert!(problem.hint.as_ref().is_some_and(|hint| hint.contains("require_replica")), "{problem}");
    let live = connect(writable_without_tls(rig, TlsMode::Disabled)).await.unwrap();
    assert_eq!(live.facts.role, Role::Writer);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_problem_of_a_refused_forward_says_what_to_do() {
    let rig = Rig::start();
    for config in ["AllowTcpForwarding no", "PermitOpen none"] {
        let sshd = rig.start_sshd(&SshdOptions { config: config.into(), ..SshdOptions::default() });
        let hop: Hop = rig.hop(sshd.port(), &sshd.known_hosts());
        let problem = connect(Profile { route: vec![hop], ..rig.profile() }).await.map(|_| ()).unwrap_err();
        assert_eq!(problem.kind.exit_code(), 3, "{problem}");
        assert!(problem.what.contains("refuses to forward"), "{config}: {problem}");
        assert!(problem.hint.is_some() && !problem.because.is_empty(), "{config}: {problem}");
    }
}
