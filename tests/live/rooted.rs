//! What needs root: passwords by PAM, and other users of this machine. `tests/run --without-root` leaves these out and says
//! so.

use rrx::domain::port::{Answer, Question, Rung};
use rrx::domain::profile::{Hop, Profile, Secret};
use rrx::io::tunnel::{Tunnel, TunnelError};

use super::harness::connect_answering;
use super::tunnel::{Script, context, done, drain, greeting, home};
use crate::rig::{Pam, Rig, Sshd, SshdOptions};

const PASSWORD: &str = "cör rect'\"$(x) \\horse";

fn answer(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.into()))
}

/// An sshd that takes passwords by PAM in this way.
fn sshd(rig: &Rig, config: &str, codes: &'static [&'static str]) -> Sshd {
    let pam = Some(Pam { password: PASSWORD, codes });
    rig.own_sshd(&SshdOptions { config: config.into(), pam, ..SshdOptions::default() })
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
    context.asker = script.clone();
    let tunnel = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap();
    let asked = script.asked();
    let Question::Secret { prompt, echo: false } = &asked[1] else { panic!("{asked:?}") };
    assert!(prompt.contains(rig.ssh_user()) && prompt.ends_with("(that was not it)"), "{prompt}");
    assert!(done(&drain(&mut steps), Rung::SignIn).starts_with("password, as"));
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
    context.asker = script.clone();
    let tunnel = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap();
    let prompts: Vec<String> = script
        .asked()
        .into_iter()
        .map(|question| match question {
            Question::Secret { prompt, .. } => prompt,
            other @ Question::HostKey { .. } => panic!("{other:?}"),
        })
        .collect();
    let (first, last) = (prompts[0].as_str(), prompts[3].as_str());
    assert!(first.contains(&format!(" asks {}: Password:", rig.ssh_user())), "{first}");
    assert!(last.ends_with("Verification code: (the last answer was not taken)"), "{last}");
    assert!(done(&drain(&mut steps), Rung::SignIn).starts_with("keyboard-interactive, as"));
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

#[tokio::test]
async fn without_anybody_to_ask_the_failure_names_what_was_tried_and_what_the_hop_takes() {
    let rig = Rig::start();
    let sshd = sshd(rig, "PasswordAuthentication yes", &[]);
    let home = home();
    let (context, _steps) = context(home.path());
    let error = Tunnel::open(&[keyless(rig, &sshd)], context).await.unwrap_err();
    let TunnelError::SignIn { tried, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tried, &["password: none was given"]);
    assert!(error.problem().to_string().contains("password"), "{}", error.problem());
}
