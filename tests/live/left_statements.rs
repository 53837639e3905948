//! A statement that still runs on the server after its connection was lost: the next session finds it, and stops it when asked.

use std::time::Duration;

use rrx::domain::profile::Profile;
use rrx::domain::protocol::{End, LeftStatement, RunningLeft, SessionCmd, SessionEvent};

use super::harness::{TestSession, connect, direct, unlimited};
use super::rig::{Rig, SshdOptions, wait_until};

/// Waits for the next report of statements that still run.
async fn running(live: &mut TestSession) -> Vec<RunningLeft> {
    loop {
        match live.next_event().await {
            SessionEvent::LeftRunning(running) => return running,
            SessionEvent::LeftNotStopped(problem) => panic!("{problem}"),
            _ => {}
        }
    }
}

/// Loses the connection of a statement that only a KILL ends, and returns what the report says about it.
async fn leave(rig: &Rig, mark: &str) -> LeftStatement {
    let sshd = rig.start_sshd(&SshdOptions::default());
    let route = vec![rig.hop(sshd.port(), &sshd.known_hosts())];
    let mut live = connect(Profile { route, ..rig.profile() }).await.unwrap();
    let result = live.start(&format!("SELECT /* {mark} */ BENCHMARK(4000000000, MD5('x'))"), unlimited()).await;
    wait_until("the statement runs", Duration::from_secs(10), || count(rig, mark) == 1);
    sshd.kill_connections();
    let report = live.report(result).await;
    assert!(matches!(report.end, End::Broken(_)), "{report:?}");
    report.left.expect("it may still run")
}

fn count(rig: &Rig, mark: &str) -> usize {
    let text = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Query' AND info LIKE 'SELECT /* {mark} %'"
    );
    rig.sql(&text).trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_still_runs_is_found_and_stopped_by_the_next_session() {
    let rig = Rig::start();
    let left = leave(rig, "left running").await;
    let mut live = connect(direct(rig)).await.unwrap();
    let gone = LeftStatement { connection: left.connection + 100_000, ..left.clone() };
    let other = LeftStatement { text: "SELECT 1".into(), ..left.clone() };
    live.commands.send(SessionCmd::FindLeft(vec![gone, left.clone()])).await.unwrap();
    let found = running(&mut live).await;
    assert_eq!(found.iter().map(|found| found.connection).collect::<Vec<_>>(), [left.connection]);
    // Another statement on a connection with this id is not the one that was lost.
    live.commands.send(SessionCmd::FindLeft(vec![other])).await.unwrap();
    assert_eq!(running(&mut live).await, []);
    live.commands.send(SessionCmd::StopLeft).await.unwrap();
    assert_eq!(live.run("SELECT 42").await.value(), "42");
    assert_eq!(count(rig, "left running"), 1, "only the statement that was named is stopped");
    live.commands.send(SessionCmd::FindLeft(vec![left.clone()])).await.unwrap();
    assert_eq!(running(&mut live).await.len(), 1);
    live.commands.send(SessionCmd::StopLeft).await.unwrap();
    assert_eq!(running(&mut live).await, []);
    wait_until("the statement has ended", Duration::from_secs(30), || count(rig, "left running") == 0);
    live.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_ends_by_itself_is_reported_as_ended() {
    let rig = Rig::start();
    let left = leave(rig, "left for a while").await;
    let mut live = connect(direct(rig)).await.unwrap();
    live.commands.send(SessionCmd::FindLeft(vec![left.clone()])).await.unwrap();
    assert_eq!(running(&mut live).await.len(), 1);
    rig.sql(&format!("KILL {}", left.connection));
    assert_eq!(running(&mut live).await, []);
    live.close().await;
}
