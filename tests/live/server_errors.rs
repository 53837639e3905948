//! Errors of the server, with what rrx says to do next: it must fit the moment.

use rrx::domain::problem::{Problem, ProblemKind};
use rrx::domain::profile::{Profile, TlsMode};
use rrx::domain::protocol::{End, SessionCmd, SessionEvent};

use super::engines::mysql_reply;
use super::harness::{TestSession, connect, direct};
use super::rig::{Mariadb, Rig};
use super::scripted_server::{Reply, ScriptedServer, each};

/// Runs a statement, and returns its problem.
async fn problem_of(live: &mut TestSession, text: &str) -> Problem {
    match live.run(text).await.report.end {
        End::Broken(problem) => problem,
        other => panic!("{text}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_whose_definer_is_gone_says_so_and_nothing_about_the_password() {
    let rig = Rig::start();
    rig.sql(
        "CREATE DATABASE definers; CREATE TABLE definers.t (a INT); CREATE USER leaver@localhost; \
         GRANT ALL ON definers.* TO leaver@localhost; CREATE USER stranger@localhost; \
         CREATE DEFINER=leaver@localhost VIEW definers.gone AS SELECT a FROM definers.t; \
         CREATE DEFINER=stranger@localhost VIEW definers.weak AS SELECT a FROM definers.t; DROP USER leaver@localhost",
    );
    let mut live = connect(direct(rig)).await.unwrap();
    // An account with SET USER gets 1449 for the first one.
    for (view, code, hint) in [("gone", 1045, "an account that is gone"), ("weak", 1356, "its definer or you lack")] {
        let problem = problem_of(&mut live, &format!("SELECT * FROM definers.{view}")).await;
        assert_eq!((problem.kind, problem.server.as_ref().unwrap().code), (ProblemKind::Statement, code), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains(hint), "{problem}");
        assert!(!problem.to_string().contains("rotated"), "{problem}");
    }
    assert_eq!(live.run("SELECT 1").await.value(), "1", "the session continues");
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_the_middle_of_a_session_does_not_mention_a_rotated_password() {
    let rig = Rig::start();
    // MySQL reports 1045 for a view whose definer is gone.
    let server = ScriptedServer::start(|text| {
        each(text, |text| match text {
            "SELECT * FROM v" => Reply::Error(1045, "Access denied for user 'gone'@'%' (using password: YES)"),
            text => mysql_reply(text),
        })
    });
    let way = Profile { host: "127.0.0.1".into(), port: server.port, tls: TlsMode::Disabled, ..direct(rig) };
    let mut live = connect(way).await.unwrap();
    let problem = problem_of(&mut live, "SELECT * FROM v").await;
    assert_eq!(problem.server.as_ref().unwrap().code, 1045);
    assert!(problem.hint.as_ref().unwrap().contains("not about your password"), "{problem}");
    assert!(!problem.to_string().contains("rotated"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_init_connect_that_fails_is_reported_with_the_message_of_the_server() {
    let rig = Rig::start();
    let server = rig.start_mariadb("init-connect", &["--read-only=1", "--init-connect=SELECT * FROM nowhere.nothing"]);
    for tls in [TlsMode::VerifyIdentity, TlsMode::Disabled] {
        let problem = connect(Profile { port: server.port(), tls, ..direct(rig) }).await.err().unwrap();
        let error = problem.server.as_ref().unwrap_or_else(|| panic!("{problem}"));
        assert_eq!((problem.kind, error.code), (ProblemKind::Route, 1184), "{problem}");
        assert!(error.message.contains("init_connect command failed"), "{problem}");
        assert!(problem.hint.as_ref().unwrap().contains("init_connect"), "{problem}");
        assert!(!problem.is_transient, "waiting does not mend it: {problem}");
    }
}

/// A server with an account `limited` that has this limit.
fn with_limit(server: &Mariadb, limit: &str) {
    let password = super::rig::PASSWORD.replace('\\', "\\\\").replace('\'', "''");
    server.sql(&format!(
        "DROP USER IF EXISTS limited@'%'; CREATE USER limited@'%' IDENTIFIED BY '{password}' WITH {limit}; \
         GRANT SELECT, PROCESS, SHOW VIEW ON *.* TO limited@'%'; FLUSH USER_RESOURCES"
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_limit_of_an_account_is_reported_as_what_it_is() {
    let rig = Rig::start();
    let server = rig.start_mariadb("account-limits", &["--read-only=1"]);
    let way = || Profile { port: server.port(), user: "limited".into(), ..direct(rig) };
    for (limit, resource, hint, is_transient) in [
        ("MAX_USER_CONNECTIONS 1", "max_user_connections", "close other programs", true),
        ("MAX_CONNECTIONS_PER_HOUR 1", "max_connections_per_hour", "connect only so many times", false),
        ("MAX_QUERIES_PER_HOUR 3", "max_queries_per_hour", "those of rrx itself count", false),
    ] {
        with_limit(&server, limit);
        // The only connection is taken.
        let other = if resource == "max_user_connections" { connect(way()).await.ok() } else { None };
        let problem = connect(way()).await.err().unwrap_or_else(|| panic!("{limit}"));
        let error = problem.server.as_ref().unwrap_or_else(|| panic!("{limit}: {problem}"));
        assert!(error.code == 1226 && error.message.contains(resource), "{limit}: {problem}");
        assert!(problem.hint.as_ref().unwrap().contains(hint), "{limit}: {problem}");
        assert_eq!(problem.is_transient, is_transient, "{limit}: {problem}");
        drop(other);
    }
    with_limit(&server, "MAX_QUERIES_PER_HOUR 40");
    let mut live = connect(way()).await.unwrap();
    let problem = loop {
        match live.run("SELECT 1").await.report.end {
            End::Complete => {}
            End::Broken(problem) => break problem,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((problem.kind, problem.server.as_ref().unwrap().code), (ProblemKind::Statement, 1226), "{problem}");
    assert!(problem.hint.as_ref().unwrap().contains("those of rrx itself count"), "{problem}");
    live.commands.send(SessionCmd::LoadCatalog).await.unwrap();
    let problem = loop {
        match live.next_event().await {
            SessionEvent::CatalogFailed(problem) => break problem,
            SessionEvent::Catalog(_) => panic!("the catalog was read"),
            _ => {}
        }
    };
    assert!(problem.to_string().contains("those of rrx itself count"), "{problem}");
    // rrx changes no data, so this limit does not concern it.
    with_limit(&server, "MAX_UPDATES_PER_HOUR 1");
    let mut live = connect(way()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    }
    live.close().await;
}
