//! Typed secrets: reconnecting uses them without a question, and asks again once they are refused.

use std::sync::Arc;

use rrx::domain::ids::SessionId;
use rrx::domain::profile::{Profile, Secret, SecretSource};
use rrx::domain::protocol::{Answer, Question, SessionEvent};
use rrx::io::session::CredentialCaches;

use super::harness::{connect_with_credentials, direct};
use super::rig::{Rig, SshdOptions};

const FIRST: SessionId = SessionId(1);
const SECOND: SessionId = SessionId(2);
const THIRD: SessionId = SessionId(3);

fn secret(text: &str) -> Answer {
    Answer::Secret(Secret::new(text.to_owned()))
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is that of an answer function")]
fn no_question(question: Question) -> Answer {
    panic!("asked {question:?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconnecting_uses_the_typed_secrets_without_a_question() {
    let rig = Rig::start();
    let sshd = rig.start_sshd(&SshdOptions::default());
    let mut hop = rig.hop(sshd.port(), &sshd.known_hosts());
    hop.identity = vec![rig.encrypted_key()];
    let profile = Profile { route: vec![hop], password: Some(SecretSource::Prompt), ..rig.profile() };
    let (mut caches, shared) = (CredentialCaches::default(), Arc::new(profile.clone()));
    let mut asked = Vec::new();
    let credentials = caches.start_session(FIRST, &shared, None);
    let mut live = connect_with_credentials(profile.clone(), credentials, |question| {
        let Question::Secret { prompt, .. } = question else { panic!("{question:?}") };
        let answer = secret(if prompt.starts_with("Passphrase") { rig.passphrase() } else { rig.password() });
        asked.push(prompt);
        answer
    })
    .await
    .unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    sshd.kill_connections();
    assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
    // Neither the tunnel nor the sign-in to the replica asks again, however often they reconnect.
    for (before, id) in [(FIRST, SECOND), (SECOND, THIRD)] {
        let credentials = caches.start_session(id, &shared, Some(before));
        let mut live = connect_with_credentials(profile.clone(), credentials, no_question).await.unwrap();
        sshd.kill_connections();
        assert!(matches!(live.final_event().await, SessionEvent::Lost(_)));
    }
    // After the user ends the session, the secrets are removed.
    caches.end_session(THIRD);
    let credentials = caches.start_session(FIRST, &shared, Some(THIRD));
    let mut questions = Vec::new();
    let declined = connect_with_credentials(profile, credentials, |question| {
        questions.push(question);
        Answer::Decline
    });
    assert!(declined.await.is_err());
    let asks =
        |question: &Question| matches!(question, Question::Secret { prompt, .. } if prompt.starts_with("Passphrase"));
    assert!(questions.first().is_some_and(asks), "{questions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_typed_password_is_asked_for_again_with_the_server_s_message() {
    let rig = Rig::start();
    rig.sql("CREATE USER IF NOT EXISTS rotated IDENTIFIED BY 'the first'; GRANT SELECT ON *.* TO rotated");
    rig.sql("ALTER USER rotated IDENTIFIED BY 'the first'");
    let profile = Profile { user: "rotated".into(), password: Some(SecretSource::Prompt), ..direct(rig) };
    let (mut caches, shared) = (CredentialCaches::default(), Arc::new(profile.clone()));
    let credentials = caches.start_session(FIRST, &shared, None);
    connect_with_credentials(profile.clone(), credentials, |_| secret("the first")).await.unwrap().close().await;
    rig.sql("ALTER USER rotated IDENTIFIED BY 'the second'");
    let mut problems = Vec::new();
    let credentials = caches.start_session(SECOND, &shared, Some(FIRST));
    let live = connect_with_credentials(profile.clone(), credentials, |question| {
        let Question::RetrySecret { problem, .. } = question else { panic!("{question:?}") };
        problems.push(problem);
        secret("the second")
    });
    live.await.unwrap().close().await;
    let codes: Vec<_> = problems.iter().map(|problem| problem.server.as_ref().map(|error| error.code)).collect();
    assert_eq!(codes, [Some(1045)]);
    let credentials = caches.start_session(THIRD, &shared, Some(SECOND));
    connect_with_credentials(profile, credentials, no_question).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_typed_in_place_of_a_stored_one_is_used_first_the_next_time() {
    let rig = Rig::start();
    for stored in ["stored-94-days-ago", "not there"] {
        let profile = Profile { password: Some(SecretSource::Keyring(stored.into())), ..direct(rig) };
        let (mut caches, shared) = (CredentialCaches::default(), Arc::new(profile.clone()));
        let credentials = caches.start_session(FIRST, &shared, None);
        connect_with_credentials(profile.clone(), credentials, |_| secret(rig.password())).await.unwrap().close().await;
        let credentials = caches.start_session(SECOND, &shared, Some(FIRST));
        connect_with_credentials(profile, credentials, no_question).await.unwrap().close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_password_is_not_cached() {
    let rig = Rig::start();
    let profile = direct(rig);
    let (mut caches, shared) = (CredentialCaches::default(), Arc::new(profile.clone()));
    let credentials = caches.start_session(FIRST, &shared, None);
    connect_with_credentials(profile.clone(), credentials, no_question).await.unwrap().close().await;
    // A source with a wrong password: if the first password were cached, this would connect.
    let credentials = caches.start_session(SECOND, &shared, Some(FIRST));
    let wrong = Profile { password: Some(SecretSource::Env("wrong".into())), ..profile };
    assert!(connect_with_credentials(wrong, credentials, |_| Answer::Decline).await.is_err());
}
