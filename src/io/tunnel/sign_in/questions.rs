//! Signs in with answers to the hop's questions (keyboard-interactive). Source: RFC 4256.

use russh::MethodKind;
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse};

use super::attempt::{OfferOutcome, RefusalReport, SignInAttempt, within};
use super::password::PASSWORD_TRIES;
use crate::domain::limits;
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, HopMessage, HopMessageKind, HopQuestion, HopRequest, Question};
use crate::io::tunnel::context::TunnelContext;
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::identity::{Credential, NamedCredential};

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
    /// The first request, under which its answer is remembered.
    purpose: String,
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
    // A hop may wait for the user before its first question.
    let mut reply = within(&attempt.hop.shown, limits::HOP_ANSWER, start).await?;
    for _ in 0..limits::HOP_REQUESTS {
        let (name, instruction, prompts) = match reply {
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
        if prompts.len() > limits::HOP_QUESTIONS {
            let (count, most) = (prompts.len(), limits::HOP_QUESTIONS);
            attempt
                .give_up(&format!("{METHOD}: the hop asks {count} questions at once, and rrx answers {most} at most"));
            return Ok(Some(OfferOutcome::Refused));
        }
        attempt.has_prompted |= !prompts.is_empty();
        let request = HopRequest {
            hop: attempt.hop.shown.clone(),
            user: attempt.hop.user.clone(),
            text: HopRequest::text_of(&name, &instruction),
            questions: prompts.iter().map(|prompt| HopQuestion::new(&prompt.prompt, prompt.echo)).collect(),
            is_retry: false,
        };
        let Some(answers) = source.answers(attempt.context, request).await else { return Ok(None) };
        // The library takes its own copies, which it does not wipe.
        let answers = answers.iter().map(|answer| answer.reveal().to_owned()).collect();
        let answering = attempt.connection.handle.authenticate_keyboard_interactive_respond(answers);
        reply = within(&attempt.hop.shown, limits::HOP_ANSWER, answering).await?;
    }
    attempt.give_up("keyboard-interactive: the hop asks again and again");
    Ok(Some(OfferOutcome::Refused))
}

impl AnswerSource<'_> {
    /// Returns the answers to one request; `None` if the user gives none.
    async fn answers(&mut self, context: &TunnelContext, request: HopRequest) -> Option<Vec<Secret>> {
        match self {
            Self::Repeated(given) => request.questions.iter().map(|_| given.next().cloned()).collect(),
            Self::User(_) if request.questions.is_empty() => {
                let HopRequest { hop, text: lines, .. } = request;
                if !lines.is_empty() {
                    context.prompter.tell(HopMessage { hop, kind: HopMessageKind::Instruction, lines }).await;
                }
                Some(Vec::new())
            }
            Self::User(answers) => answers.ask(context, request).await,
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
    /// Asks the user all questions of a request, unless its answer is remembered.
    async fn ask(&mut self, context: &TunnelContext, request: HopRequest) -> Option<Vec<Secret>> {
        let summary = request.summary();
        let is_first = self.given.is_empty();
        let is_one_secret = matches!(request.questions.as_slice(), [question] if !question.echo);
        self.is_plain_password &= is_first && is_one_secret && asks_for_password(&request.asked());
        if is_first {
            self.purpose.clone_from(&summary);
            let may_reuse = self.is_plain_password && !self.is_retry;
            if let Some(answer) = context.prompter.remembered_secret(&summary).filter(|_| may_reuse) {
                self.given.push(answer.clone());
                return Some(vec![answer]);
            }
        }
        let count = request.questions.len();
        let request = HopRequest { is_retry: self.is_retry, ..request };
        match context.prompter.ask(Question::Hop(request)).await {
            Answer::Secrets(answers) if answers.len() == count => {
                self.given.extend(answers.iter().cloned());
                Some(answers)
            }
            Answer::Secrets(_) | Answer::Secret(_) | Answer::Accept | Answer::Decline => None,
        }
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
