//! Signs in with answers to the hop's questions (keyboard-interactive). Source: RFC 4256.

use russh::MethodKind;
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse, Prompt};

use super::attempt::{OfferOutcome, RefusalReport, SignInAttempt, within};
use super::password::PASSWORD_TRIES;
use crate::domain::limits;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, Question};
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::io::tunnel::context::TunnelContext;
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::identity::{Credential, NamedCredential};
use crate::io::tunnel::library_errors::remote_text;

/// The maximum number of requests in one conversation.
const MAX_REQUESTS: usize = 6;
/// The name of the method in messages.
const METHOD: &str = "keyboard-interactive";

/// The source of the answers to a hop's questions.
enum AnswerSource<'a> {
    User(UserAnswers),
    /// Answers that were accepted before.
    Repeated(std::slice::Iter<'a, Secret>),
}

/// The answers of the user in one conversation.
#[derive(Default)]
struct UserAnswers {
    /// Whether an earlier conversation was refused.
    is_retry: bool,
    given: Vec<Secret>,
    /// Whether the only question so far is a plain one for a password. Only such an answer may be sent again without asking:
    /// any other may be a one-time code.
    is_plain_password: bool,
    /// The first question, under which its answer is remembered.
    purpose: String,
}

/// The hop's texts around its questions.
struct RequestText<'a> {
    name: &'a str,
    instructions: &'a str,
}

/// Passes the hop's questions on to the user, as often as the hop allows; `None` when no answer was accepted.
pub(super) async fn answer_questions(attempt: &mut SignInAttempt<'_>) -> Result<Option<OfferOutcome>, TunnelError> {
    for number in 0..PASSWORD_TRIES {
        let answers = UserAnswers { is_retry: number > 0, is_plain_password: true, ..UserAnswers::default() };
        let mut source = AnswerSource::User(answers);
        let outcome = converse(attempt, &mut source).await?;
        let AnswerSource::User(UserAnswers { given, is_plain_password, purpose, .. }) = &source else {
            return Ok(None);
        };
        let prompter = &attempt.context.prompter;
        match (outcome, given.as_slice()) {
            (Some(OfferOutcome::SignedIn | OfferOutcome::MoreRequired), [answer]) if *is_plain_password => {
                prompter.remember_secret(purpose, Some(answer));
            }
            _ => prompter.remember_secret(purpose, None),
        }
        if given.is_empty() && outcome == Some(OfferOutcome::Refused) {
            // The hop offers the method, but has no question for this account.
            return Ok(None);
        }
        match outcome {
            Some(OfferOutcome::Refused) if attempt.may_try(MethodKind::KeyboardInteractive) => {}
            Some(OfferOutcome::Refused) => return Ok(None),
            None => {
                attempt.give_up("keyboard-interactive: no answer was entered");
                return Ok(None);
            }
            outcome @ Some(OfferOutcome::SignedIn | OfferOutcome::MoreRequired) => return Ok(outcome),
        }
    }
    Ok(None)
}

/// Repeats answers that were accepted before.
pub(super) async fn repeat_answers(
    attempt: &mut SignInAttempt<'_>,
    given: &[Secret],
) -> Result<OfferOutcome, TunnelError> {
    let outcome = converse(attempt, &mut AnswerSource::Repeated(given.iter())).await?;
    Ok(outcome.unwrap_or(OfferOutcome::Refused))
}

/// Runs one conversation; returns `None` if a question gets no answer.
async fn converse(
    attempt: &mut SignInAttempt<'_>,
    source: &mut AnswerSource<'_>,
) -> Result<Option<OfferOutcome>, TunnelError> {
    let start = attempt.connection.handle.authenticate_keyboard_interactive_start(attempt.hop.user.clone(), None);
    let mut reply = within(&attempt.hop.shown, limits::SIGN_IN, start).await?;
    for _ in 0..MAX_REQUESTS {
        let (name, instructions, prompts) = match reply {
            Ok(KeyboardInteractiveAuthResponse::InfoRequest { name, instructions, prompts }) => {
                (name, instructions, prompts)
            }
            Ok(KeyboardInteractiveAuthResponse::Success) => {
                let result = Ok::<_, russh::Error>(AuthResult::Success);
                return Ok(Some(attempt.record(result, source.credential(), RefusalReport::Listed)));
            }
            Ok(KeyboardInteractiveAuthResponse::Failure { remaining_methods, partial_success }) => {
                let result = Ok::<_, russh::Error>(AuthResult::Failure { remaining_methods, partial_success });
                return Ok(Some(attempt.record(result, source.credential(), RefusalReport::Listed)));
            }
            Err(why) => {
                let nothing = NamedCredential::new(Credential::Nothing, METHOD);
                return Ok(Some(attempt.record(Err(why), nothing, RefusalReport::Listed)));
            }
        };
        let texts = RequestText { name: &name, instructions: &instructions };
        let mut responses: Vec<Secret> = Vec::with_capacity(prompts.len());
        for prompt in prompts {
            attempt.has_prompted = true;
            let Some(answer) = source.next(attempt.hop, attempt.context, &texts, &prompt).await else {
                return Ok(None);
            };
            responses.push(answer);
        }
        // The library takes its own copies, which it does not wipe.
        let responses = responses.iter().map(|answer| answer.reveal().to_owned()).collect();
        let answering = attempt.connection.handle.authenticate_keyboard_interactive_respond(responses);
        reply = within(&attempt.hop.shown, limits::SIGN_IN, answering).await?;
    }
    Ok(Some(OfferOutcome::Refused))
}

impl AnswerSource<'_> {
    async fn next(
        &mut self,
        hop: &ResolvedHop,
        context: &TunnelContext,
        texts: &RequestText<'_>,
        prompt: &Prompt,
    ) -> Option<Secret> {
        match self {
            Self::Repeated(given) => given.next().cloned(),
            Self::User(answers) => answers.next(hop, context, texts, prompt).await,
        }
    }

    fn credential(&self) -> NamedCredential {
        let credential = match self {
            Self::User(UserAnswers { given, is_plain_password, .. }) => {
                Credential::Answers { given: given.clone(), is_repeatable: *is_plain_password }
            }
            Self::Repeated(_) => Credential::Nothing,
        };
        NamedCredential::new(credential, METHOD)
    }
}

impl UserAnswers {
    async fn next(
        &mut self,
        hop: &ResolvedHop,
        context: &TunnelContext,
        texts: &RequestText<'_>,
        prompt: &Prompt,
    ) -> Option<Secret> {
        let parts: Vec<String> = [texts.name, texts.instructions]
            .into_iter()
            .map(remote_text)
            .filter(|text| !text.is_empty())
            .chain([remote_text(&prompt.prompt)])
            .collect();
        self.is_plain_password &= self.given.is_empty() && !prompt.echo && asks_for_password(&parts.join(" "));
        let question = format!("{} asks {}: {}", hop.shown, hop.user, parts.join(" · "));
        if self.given.is_empty() {
            self.purpose.clone_from(&question);
            let may_reuse = self.is_plain_password && !self.is_retry;
            if let Some(answer) = context.prompter.remembered_secret(&question).filter(|_| may_reuse) {
                self.given.push(answer.clone());
                return Some(answer);
            }
        }
        let note = if self.is_retry { " (the last answer was not accepted)" } else { "" };
        let echo = prompt.echo;
        let prompt = format!("{question}{note}");
        let Answer::Secret(answer) = context.prompter.ask(Question::Secret { prompt, echo }).await else {
            return None;
        };
        self.given.push(answer.clone());
        Some(answer)
    }
}

/// Returns whether a question asks for the account's password, and not for a one-time code.
fn asks_for_password(question: &str) -> bool {
    question.to_lowercase().contains("password") && !may_ask_for_code(question)
}

/// Returns whether a question may ask for a one-time code. A password that is mistaken for a code costs one more SSH
/// connection; a code that is mistaken for a password is sent a second time, and servers lock accounts for that.
fn may_ask_for_code(question: &str) -> bool {
    const CODE_WORDS: [&str; 9] =
        ["one-time", "one time", "onetime", "otp", "code", "token", "verification", "authenticator", "factor"];
    let question = question.to_lowercase();
    CODE_WORDS.iter().any(|word| question.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_to_a_plain_question_for_a_password_is_sent_again() {
        assert!(asks_for_password("Password:") && asks_for_password("(me@bastion) Password for me: "));
        for once in
            ["One-time password (OATH) for `me': ", "OTP password:", "Verification code: ", "Password or token:"]
        {
            assert!(!asks_for_password(once), "{once}");
        }
    }
}
