//! Signs in with the account's password, which the user types.

use russh::MethodKind;

use super::attempt::{OfferOutcome, SignInAttempt};
use crate::domain::protocol::{Answer, Question};
use crate::io::tunnel::error::TunnelError;
use crate::io::tunnel::identity::{Credential, NamedCredential};

/// How often the user may enter a password, or the answers to a hop's questions, as in OpenSSH.
pub(super) const PASSWORD_TRIES: usize = 3;

/// Asks for the account's password, as often as the hop allows; `None` when no password was accepted.
pub(super) async fn offer_password(attempt: &mut SignInAttempt<'_>) -> Result<Option<OfferOutcome>, TunnelError> {
    let purpose = format!("Password of {} at {}", attempt.hop.user, attempt.hop.shown);
    let prompter = &attempt.context.prompter;
    if let Some(secret) = prompter.remembered_secret(&purpose) {
        let outcome =
            attempt.offer(NamedCredential::new(Credential::Password(secret), "the password entered earlier")).await?;
        if outcome != OfferOutcome::Refused {
            return Ok(Some(outcome));
        }
        prompter.remember_secret(&purpose, None);
        if !attempt.may_try(MethodKind::Password) {
            return Ok(None);
        }
    }
    for number in 0..PASSWORD_TRIES {
        let note = if number == 0 { "" } else { " (wrong, try again)" };
        attempt.has_prompted = true;
        let prompt = format!("{purpose}{note}");
        let Answer::Secret(secret) = prompter.ask(Question::Secret { prompt }).await else {
            attempt.give_up("password: none was entered");
            return Ok(None);
        };
        match attempt.offer(NamedCredential::new(Credential::Password(secret.clone()), "password")).await? {
            OfferOutcome::Refused if attempt.may_try(MethodKind::Password) => {}
            OfferOutcome::Refused => return Ok(None),
            outcome @ (OfferOutcome::SignedIn | OfferOutcome::MoreRequired) => {
                prompter.remember_secret(&purpose, Some(&secret));
                return Ok(Some(outcome));
            }
        }
    }
    Ok(None)
}
