//! Tests that need root: passwords by PAM, and other users of this machine. `tests/run --without-root` skips them.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rrx::domain::profile::{Hop, Profile, Secret};
use rrx::domain::protocol::{Answer, ConnectionStep, End, Question, SessionCmd};
use rrx::io::tunnel::{Tunnel, TunnelError};

use super::harness::{connect_answering, unlimited};
use super::tunnel::{Agent, ScriptedPrompter, context, done, drain, greeting, home, new_key};
use crate::rig::{Pam, Rig, Sshd, SshdOptions, wait_until};

const PASSWORD: &str = "cör rect'\"$(x) \\horse";

fn answer(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.into()))
}

/// Starts an sshd that checks passwords and codes by PAM.
fn start_pam_sshd(rig: &Rig, config: &str, codes: &'static [&'static str]) -> Sshd {
    let pam = Some(Pam { password: PASSWORD, codes });
    rig.start_sshd(&SshdOptions { config: config.into(), pam, ..SshdOptions::default() })
}

/// Returns a hop without a key.
fn hop_without_key(rig: &Rig, sshd: &Sshd) -> Hop {
    Hop { identity: vec![], ..rig.hop(sshd.port(), &sshd.known_hosts()) }
}

#[tokio::test]
async fn a_password_is_asked_for_again_when_it_was_wrong_and_once_for_all_connections() {
    let rig = Rig::start();
    let sshd = start_pam_sshd(rig, "PasswordAuthentication yes", &[]);
    let home = home();
    let (mut context, mut steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([answer("wrong"), answer(PASSWORD)]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[hop_without_key(rig, &sshd)], context).await.unwrap();
    let asked = script.questions();
    let Question::Secret { prompt } = &asked[1] else { panic!("{asked:?}") };
    assert!(prompt.contains(rig.ssh_user()) && prompt.ends_with("(wrong, try again)"), "{prompt}");
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("password, as"));
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"), "a second connection");
    assert_eq!(script.questions().len(), 2);
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn the_questions_of_a_hop_are_shown_unchanged() {
    let rig = Rig::start();
    let sshd = start_pam_sshd(rig, "KbdInteractiveAuthentication yes", &["12345678", "87654321"]);
    let home = home();
    let (mut context, mut steps) = context(home.path());
    let script =
        ScriptedPrompter::with_answers([answer(PASSWORD), answer("00000000"), answer(PASSWORD), answer("12345678")]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[hop_without_key(rig, &sshd)], context).await.unwrap();
    let prompts: Vec<String> = script
        .questions()
        .into_iter()
        .map(|question| match question {
            Question::Hop(request) => format!("{} {}", request.heading(0), request.asked()),
            other => panic!("{other:?}"),
        })
        .collect();
    let (first, last) = (prompts[0].as_str(), prompts[3].as_str());
    assert!(first.contains(&format!(" asks {}: Password:", rig.ssh_user())), "{first}");
    assert!(last.ends_with("again; the last answer was not accepted: Verification code:"), "{last}");
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("keyboard-interactive, as"));
    // A code is valid only once, so both local ends use the same SSH connection.
    let first = tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap();
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_eq!(script.questions().len(), 4);
    assert_ne!(first.port(), 0);
}

#[tokio::test]
async fn a_hop_that_requires_a_key_and_a_code_serves_a_whole_session() {
    let rig = Rig::start();
    let config = "KbdInteractiveAuthentication yes\nAuthenticationMethods publickey,keyboard-interactive";
    let sshd = start_pam_sshd(rig, config, &["11112222"]);
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
async fn a_stream_on_the_only_connection_of_a_code_can_be_stopped() {
    let rig = Rig::start();
    let sshd = start_pam_sshd(rig, "KbdInteractiveAuthentication yes", &["33334444"]);
    let profile = Profile { route: vec![hop_without_key(rig, &sshd)], ..rig.profile() };
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
        live.next_rows().await;
    }
    // No one reads rows for a while, so all buffers become full.
    let full = "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'Writing to net'";
    wait_until("the server waits for us", Duration::from_secs(20), || rig.sql(full).trim() != "0");
    live.commands.send(SessionCmd::Cancel(result)).await.unwrap();
    assert_eq!(live.finish(result).await.report.end, End::Cancelled);
    assert_eq!(live.run("SELECT CONNECTION_ID()").await.value(), id, "the connection is kept");
    live.close().await;
}

#[tokio::test]
async fn a_code_entered_as_the_password_is_refused_once_and_never_sent_again() {
    let rig = Rig::start();
    let codes: &[&str] = &["55556666", "77778888"];
    let pam = Some(Pam { password: "", codes });
    let sshd =
        rig.start_sshd(&SshdOptions { config: "PasswordAuthentication yes".into(), pam, ..SshdOptions::default() });
    let home = home();
    let (mut context, _steps) = context(home.path());
    let script = ScriptedPrompter::with_answers([answer("55556666"), answer("77778888")]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open_with_standby(&[hop_without_key(rig, &sshd)], context).await.unwrap();
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(tunnel.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap());
    }
    let failed = || sshd.log().matches("Failed password").count();
    assert_eq!(failed(), 1, "{}", sshd.log());
    assert_eq!(script.questions().len(), 1);
    // A new tunnel asks for a new code.
    let reopened = tunnel.reopen().await.unwrap();
    assert_eq!(script.questions().len(), 2);
    for _ in 0..2 {
        ends.push(reopened.local_end(rig.mysql_host(), rig.mysql_port()).await.unwrap());
    }
    assert_eq!(failed(), 1, "{}", sshd.log());
}

#[tokio::test]
async fn an_agent_with_many_keys_leaves_an_attempt_for_the_password_if_the_hop_allows_three() {
    let rig = Rig::start();
    let sshd = start_pam_sshd(rig, "PasswordAuthentication yes\nMaxAuthTries 3", &[]);
    let home = home();
    let keys: Vec<_> = (0..6).map(|number| new_key(home.path(), number)).collect();
    let agent = Agent::start(home.path(), &keys);
    let (mut context, mut steps) = context(home.path());
    context.agent = Some(agent.socket.clone());
    let script = ScriptedPrompter::with_answers([answer(PASSWORD)]);
    context.prompter = script.clone();
    let tunnel = Tunnel::open(&[hop_without_key(rig, &sshd)], context).await.unwrap();
    assert!(done(&drain(&mut steps), ConnectionStep::SignIn).starts_with("password, as"));
    assert!(greeting(&tunnel, rig).await.contains("MariaDB"));
    assert_eq!(script.questions().len(), 1);
}

#[tokio::test]
async fn without_a_user_to_ask_the_error_names_the_tried_methods() {
    let rig = Rig::start();
    let sshd = start_pam_sshd(rig, "PasswordAuthentication yes", &[]);
    let home = home();
    let (context, _steps) = context(home.path());
    let error = Tunnel::open(&[hop_without_key(rig, &sshd)], context).await.unwrap_err();
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
    assert!(rig.directory().is_root(), "tests/run --without-root skips this test");
    let mut stranger = rig.directory().as_server("bash");
    let script = format!("id -u; exec 3<>/dev/tcp/127.0.0.1/{} && head -c 5 <&3", end.port());
    stranger.args(["-c", &script]).stderr(Stdio::null());
    let output = tokio::task::spawn_blocking(move || stranger.output().unwrap()).await.unwrap().stdout;
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.trim(), rig.directory().server_ids().unwrap().0.to_string(), "its number, and not one byte more");
    assert_eq!(tunnel.rejected_clients(), 1);
    assert!(super::tunnel::read_some(end.port()).await.contains("MariaDB"), "our own connection is let in");
}

#[test]
fn a_name_server_that_does_not_answer_is_reported_in_time_and_the_program_ends() {
    let rig = Rig::start();
    // This name server receives requests and does not answer.
    let _silent = UdpSocket::bind("127.0.0.9:53").expect("port 53, which root may have");
    let home = home();
    let resolver = home.path().join("resolv.conf");
    std::fs::write(&resolver, "nameserver 127.0.0.9\noptions timeout:30 attempts:3\n").unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, rig.profile_toml_through("far", "bastion.example.com", 22)).unwrap();
    let script = "mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    let begun = Instant::now();
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .arg(&resolver)
        .args([env!("CARGO_BIN_EXE_rrx"), "run", "-p", "far", "-e", "SELECT 1", "--config"])
        .arg(&config)
        .env("RRX_HOME", home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("bastion.example.com has no address") && stderr.contains("does not answer"), "{stderr}");
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    // The resolver of the system would try for a minute and a half.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
