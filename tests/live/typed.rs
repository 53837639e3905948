//! What a user typed: it connects again unasked after a link that died, and is asked for again once it is refused.

use std::sync::Arc;

use rrx::domain::ids::SessionId;
use rrx::domain::profile::{Profile, Secret, SecretSource};
use rrx::domain::protocol::{Answer, Question, SessionEvent};
use rrx::io::session::Stories;

use super::harness::{connect_typing, direct};
use super::rig::{Rig, SshdOptions};

const FIRST: SessionId = SessionId(1);
const SECOND: SessionId = SessionId(2);
const THIRD: SessionId = SessionId(3);

fn secret(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.to_owned()))
}

#[expect(clippy::needless_pass_by_value, reason = "it has the form of those who answer")]
fn nobody(question: Question) -> Answer {
    panic!("asked {question:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_dies_is_connected_again_with_what_was_typed_and_nobody_is_asked() {
    let rig = Rig::start();
    let sshd = rig.own_sshd(&SshdOptions::default());
    let mut hop = rig.hop(sshd.port(), &sshd.known_hosts());
    hop.identity = vec![rig.locked_key()];
    let profile = Profile { route: vec![hop], password: Some(SecretSource::Prompt), ..rig.profile() };
    let (mut stories, shared) = (Stories::default(), Arc::new(profile.clone()));
    let mut asked = Vec::new();
    let typed = stories.begin(FIRST, &shared, None);
    let mut live = connect_typing(profile.clone(), typed, |question| {
        let Question::Secret { prompt, .. } = question else { panic!("{question:?}") };
        let answer = secret(if prompt.starts_with("Passphrase") { rig.passphrase() } else { rig.password() });
        asked.push(prompt);
        answer
    })
    .await
    .unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    sshd.kill_connections();
    assert!(matches!(live.last().await, SessionEvent::Lost(_)));
    // The tunnel to the hop and the sign-in to the replica: neither asks again, as often as that happens.
    for (before, id) in [(FIRST, SECOND), (SECOND, THIRD)] {
        let typed = stories.begin(id, &shared, Some(before));
        let mut live = connect_typing(profile.clone(), typed, nobody).await.unwrap();
        sshd.kill_connections();
        assert!(matches!(live.last().await, SessionEvent::Lost(_)));
    }
    // The user ends it: then it is gone.
    stories.end(THIRD);
    let typed = stories.begin(FIRST, &shared, Some(THIRD));
    let mut questions = Vec::new();
    let declined = connect_typing(profile, typed, |question| {
        questions.push(question);
        Answer::Decline
    });
    assert!(declined.await.is_err());
    let asks =
        |question: &Question| matches!(question, Question::Secret { prompt, .. } if prompt.starts_with("Passphrase"));
    assert!(questions.first().is_some_and(asks), "{questions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_password_that_is_refused_is_asked_for_again_with_the_server_s_words() {
    let rig = Rig::start();
    rig.sql("CREATE USER IF NOT EXISTS rotated IDENTIFIED BY 'the first'; GRANT SELECT ON *.* TO rotated");
    rig.sql("ALTER USER rotated IDENTIFIED BY 'the first'");
    let profile = Profile { user: "rotated".into(), password: Some(SecretSource::Prompt), ..direct(rig) };
    let (mut stories, shared) = (Stories::default(), Arc::new(profile.clone()));
    let typed = stories.begin(FIRST, &shared, None);
    connect_typing(profile.clone(), typed, |_| secret("the first")).await.unwrap().close().await;
    rig.sql("ALTER USER rotated IDENTIFIED BY 'the second'");
    let mut told = Vec::new();
    let typed = stories.begin(SECOND, &shared, Some(FIRST));
    let live = connect_typing(profile.clone(), typed, |question| {
        let Question::Instead { problem, .. } = question else { panic!("{question:?}") };
        told.push(problem);
        secret("the second")
    });
    live.await.unwrap().close().await;
    let codes: Vec<_> = told.iter().map(|problem| problem.server.as_ref().map(|error| error.code)).collect();
    assert_eq!(codes, [Some(1045)]);
    let typed = stories.begin(THIRD, &shared, Some(SECOND));
    connect_typing(profile, typed, nobody).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_typed_in_place_of_a_stored_one_is_used_again_and_the_stored_one_is_not_tried_first() {
    let rig = Rig::start();
    for stored in ["stored-94-days-ago", "not there"] {
        let profile = Profile { password: Some(SecretSource::Keyring(stored.into())), ..direct(rig) };
        let (mut stories, shared) = (Stories::default(), Arc::new(profile.clone()));
        let typed = stories.begin(FIRST, &shared, None);
        connect_typing(profile.clone(), typed, |_| secret(rig.password())).await.unwrap().close().await;
        let typed = stories.begin(SECOND, &shared, Some(FIRST));
        connect_typing(profile, typed, nobody).await.unwrap().close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_password_is_kept_nowhere_and_brought_each_time() {
    let rig = Rig::start();
    let profile = direct(rig);
    let (mut stories, shared) = (Stories::default(), Arc::new(profile.clone()));
    let typed = stories.begin(FIRST, &shared, None);
    connect_typing(profile.clone(), typed, nobody).await.unwrap().close().await;
    // Another source that gives nothing good: had the first one been kept, this one would get in.
    let typed = stories.begin(SECOND, &shared, Some(FIRST));
    let wrong = Profile { password: Some(SecretSource::Env("wrong".into())), ..profile };
    assert!(connect_typing(wrong, typed, |_| Answer::Decline).await.is_err());
}
