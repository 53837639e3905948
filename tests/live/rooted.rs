//! What needs root: passwords by PAM, and other users of this machine. `tests/run --without-root` leaves these out and says
//! so.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rrx::domain::profile::{Hop, Profile, Secret};
use rrx::domain::protocol::{Answer, ConnectionStep, End, Question, SessionCmd};
use rrx::io::tunnel::{Tunnel, TunnelError};

use super::harness::{connect_answering, unlimited};
use super::tunnel::{Agent, Script, context, done, drain, greeting, home, new_key};
use crate::rig::{Pam, Rig, Sshd, SshdOptions, wait_until};

const PASSWORD: &str = "cör rect'\"$(x) \\horse";

fn answer(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.into()))
}

/// An sshd that takes passwords by PAM in this way.
fn sshd(rig: &Rig, config: &str, codes: &'static [&'static str]) -> Sshd {
    let pam = Some(Pam { password: PASSWORD, codes });
    rig.start_sshd(&SshdOptions { config: config.into(), pam, ..SshdOptions::default() })
}

/// A hop without any key.
fn keyless(rig: &Rig, sshd: &Sshd) -> Hop {
    Hop { identity: vec![], ..rig.hop(sshd.port(), &sshd.known_hosts()) }
}

#[tokio::test]
async fn a_password_is_asked_for_again_when_it_was_wrong_and_once_for_all_connections() {
    let rig = Rig::start();
    let sshd = sshd(rig, "PasswordAuthentication yes", &[]);
    let home = home();
    let (mut context, mut steps) = context(home.path());
    let script = Script::of([answer("wrong"), answer(PASSWORD)]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap();
    let asked = script.asked();
    let Question::Secret { prompt, echo: false } = &asked[1] else { panic!("{asked:?}") };
    assert!(prompt.contains(rig.ssh_user()) && prompt.ends_with("(wrong, try again)"), "{prompt}");
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("password, as"));
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "a second connection");
    assert_eq!(script.asked().len(), 2);
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn a_hops_own_questions_are_passed_on_with_their_words() {
    let rig = Rig::start();
    let sshd = sshd(rig, "KbdInteractiveAuthentication yes", &["12345678", "87654321"]);
    let home = home();
    let (mut context, mut steps) = context(home.path());
    let script = Script::of([answer(PASSWORD), answer("00000000"), answer(PASSWORD), answer("12345678")]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap();
    let prompts: Vec<String> = script
        .asked()
        .into_iter()
        .map(|question| match question {
            Question::Secret { prompt, .. } => prompt,
            other => panic!("{other:?}"),
        })
        .collect();
    let (first, last) = (prompts[0].as_str(), prompts[3].as_str());
    assert!(first.contains(&format!(" asks {}: Password:", rig.ssh_user())), "{first}");
    assert!(last.ends_with("Verification code: (the last answer was not accepted)"), "{last}");
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("keyboard-interactive, as"));
    // A code counts once: it is not given again, and the one connection carries both ends.
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_eq!(script.asked().len(), 4);
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn a_key_and_then_a_code_are_a_chain_and_a_whole_session_runs_over_it() {
    let rig = Rig::start();
    let config = "KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive";
    let sshd = sshd(rig, config, &["11112222"]);
    let hop = rig.hop(sshd.port(), &sshd.known_hosts());
    let mut asked = 0;
    let profile = Profile { route: vec![hop], ..rig.profile() };
    let mut live = connect_answering(profile, |_| {
        asked += 1;
        answer(if asked == 1 { PASSWORD } else { "11112222" })
    })
    .await
    .unwrap();
    assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
    assert!(live.catalog().await.schema("mysql").is_some());
    live.close().await;
    assert_eq!(asked, 2, "once for each question, not for each connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_on_the_one_connection_of_a_code_is_stopped_all_the_same() {
    let rig = Rig::start();
    let sshd = sshd(rig, "KbdInteractiveAuthentication yes", &["33334444"]);
    let profile = Profile { route: vec![keyless(rig, &sshd)], ..rig.profile() };
    let mut asked = 0;
    let mut live = connect_answering(profile, |_| {
        asked += 1;
        answer(if asked == 1 { PASSWORD } else { "33334444" })
    })
    .await
    .unwrap();
    let id = live.facts.connection_id.to_string();
    let result = live.start("SELECT seq, REPEAT('x', 200) FROM mysql.seq_1_to_5000000", unlimited()).await;
    for _ in 0..5 {
        live.piece().await;
    }
    // Nobody takes rows for a while: all buffers on the way are full.
    let full = "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'Writing to net'";
    wait_until("the server waits for us", Duration::from_secs(20), || rig.sql(full).trim() != "0");
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT CONNECTION_ID()").await.value(), id, "the connection is kept");
    live.close().await;
}

#[tokio::test]
async fn a_code_that_was_given_as_the_password_is_refused_once_and_never_sent_again() {
    let rig = Rig::start();
    let codes: &[&str] = &["55556666", "77778888"];
    let pam = Some(Pam { password: "", codes });
    let sshd =
        rig.start_sshd(&SshdOptions { config: "PasswordAuthentication yes".into(), pam, ..SshdOptions::default() });
    let home = home();
    let (mut context, _steps) = context(home.path());
    let script = Script::of([answer("55556666"), answer("77778888")]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open_with_standby(&[keyless(rig, &sshd)], context).await.unwrap();
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap());
    }
    let failed = || sshd.log().matches("Failed password").count();
    assert_eq!(failed(), 1, "{}", sshd.log());
    assert_eq!(script.asked().len(), 1);
    // A way that is made anew asks for a new code first.
    let anew = tunnel.reopen().await.unwrap();
    assert_eq!(script.asked().len(), 2);
    for _ in 0..2 {
        ends.push(anew.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap());
    }
    assert_eq!(failed(), 1, "{}", sshd.log());
}

#[tokio::test]
async fn an_agent_full_of_keys_leaves_a_try_for_the_password_where_the_hop_counts_to_three() {
    let rig = Rig::start();
    let sshd = sshd(rig, "PasswordAuthentication yes\nMaxAuthTries 3", &[]);
    let home = home();
    let keys: Vec<_> = (0..6).map(|number| new_key(home.path(), number)).collect();
    let agent = Agent::start(home.path(), &keys);
    let (mut context, mut steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let script = Script::of([answer(PASSWORD)]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap();
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("password, as"));
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn without_anybody_to_ask_the_failure_names_what_was_tried_and_what_the_hop_takes() {
    let rig = Rig::start();
    let sshd = sshd(rig, "PasswordAuthentication yes", &[]);
    let home = home();
    let (context, _steps) = context(home.path());
    let error = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tried, &["password: none was entered"]);
    assert!(error.problem().to_string().contains("password"), "{}", error.problem());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_user_of_this_machine_gets_nothing_at_the_local_end() {
    let rig = Rig::start();
    let home = home();
    let (context, _steps) = context(home.path());
    let tunnel = Tunnel::open(&[rig.hop(rig.ssh_port(), &rig.known_hosts())], context).await.unwrap();
    let end = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(rig.directory().is_root(), "tests/run --without-root leaves this test out");
    let mut stranger = rig.directory().as_server("bash");
    let script = format!("id -u; exec 3<>/dev/tcp/127.0.0.1/{} && head -c 5 <&3", end.port());
    stranger.args(["-c", &script]).stderr(Stdio::null());
    let told = tokio::task::spawn_blocking(move || stranger.output().unwrap()).await.unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    assert_eq!(told.trim(), rig.directory().server_ids().unwrap().0.to_string(), "its number, and not one byte more");
    assert_eq!(tunnel.rejected_clients(), 1);
    assert!(super::tunnel::read_some(end.port()).await.contains("MariaDB"), "our own connection is let in");
}

#[test]
fn a_name_server_that_does_not_answer_is_told_in_time_and_the_program_ends() {
    let rig = Rig::start();
    // It takes every question and answers none.
    let _deaf = UdpSocket::bind("127.0.0.9:53").expect("port 53, which root may have");
    let home = home();
    let resolver = home.path().join("resolv.conf");
    std::fs::write(&resolver, "nameserver 127.0.0.9\noptions timeout:30 attempts:3\n").unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, rig.profile_toml_through("far", "bastion.example.com", 22)).unwrap();
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let begun = Instant::now();
    let told = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(&resolver)
        .args([env!("CARGO_BIN_EXE_rrx"), "run", "-p", "far", "-e", "SELECT 1", "--config"])
        .arg(&config)
        .env("RRX_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&told.stderr);
    assert!(words.contains("bastion.example.com has no address") && words.contains("does not answer"), "{words}");
    assert_eq!(told.status.code(), Some(3), "{words}");
    // The system itself would try for a minute and a half.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
