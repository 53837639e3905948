//! Answers the questions of a connection in commands without a screen: asks for secrets on the terminal, and refuses unknown host
//! keys.

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{Answer, Question};
use crate::io::host::prompts::Prompts;

/// Answers one question.
///
/// # Errors
/// Returns a problem if the user cannot be asked.
pub async fn answer(question: Question, prompts: Prompts) -> Result<Answer, Problem> {
    match question {
        Question::Secret { prompt, echo } => {
            let ask = if echo { prompts.visible } else { prompts.hidden };
            let asked = tokio::task::spawn_blocking(move || ask(&prompt)).await;
            asked.unwrap_or_else(|_| Err(session_ended())).map(Answer::Secret)
        }
        // A refused password is not asked for again: a script must not hang, nor lock the account.
        Question::RetrySecret { problem, .. } if problem.server.is_some() => Ok(Answer::Decline),
        Question::RetrySecret { prompt, problem } => {
            let why = problem.because.first().map_or_else(String::new, |why| format!(" ({why})"));
            let asked = tokio::task::spawn_blocking(move || (prompts.hidden)(&format!("{prompt}{why}"))).await;
            asked.unwrap_or_else(|_| Err(session_ended())).map(Answer::Secret).map_err(|_| problem)
        }
        // The user has not seen the fingerprint or the command yet. The refusal shows it, and says how to accept it.
        Question::HostKey { .. } | Question::RunCommand { .. } => Ok(Answer::Decline),
    }
}

/// Makes the problem of a session that ended without a reason.
#[must_use]
pub fn session_ended() -> Problem {
    Problem::new(ProblemKind::Lost, "The session ended unexpectedly").hint("run the command again")
}
