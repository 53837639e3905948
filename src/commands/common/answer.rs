//! Answers the questions of a connection in commands without a screen: asks for secrets on the terminal, and refuses unknown host
//! keys.

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Secret;
use crate::domain::protocol::{Answer, HopRequest, Question};
use crate::domain::text::excerpt;
use crate::io::host::prompts::Prompts;

/// Characters of a hop's questions in a problem.
const ASKED: usize = 400;

/// Answers one question.
///
/// # Errors
/// Returns a problem if the user cannot be asked.
pub async fn answer(question: Question, prompts: Prompts) -> Result<Answer, Problem> {
    match question {
        Question::Secret { prompt } => {
            let asked = tokio::task::spawn_blocking(move || (prompts.hidden)(&prompt)).await;
            asked.unwrap_or_else(|_| Err(session_ended())).map(Answer::Secret)
        }
        Question::Hop(request) => {
            let asked = tokio::task::spawn_blocking(move || answer_hop(&request, prompts)).await;
            asked.unwrap_or_else(|_| Err(session_ended())).map(Answer::Secrets)
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

/// Asks the questions of a hop, each with the text of the request before the first one.
fn answer_hop(request: &HopRequest, prompts: Prompts) -> Result<Vec<Secret>, Problem> {
    let mut answers = Vec::with_capacity(request.questions.len());
    for (number, question) in request.questions.iter().enumerate() {
        let text = if number == 0 { request.text.as_slice() } else { &[] };
        let heading = request.heading(number);
        // The answer is typed after the last line. The prompt adds a colon to it.
        let (last, before) =
            question.lines.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
        let above: String = text.iter().chain(before).flat_map(|line| ["  ", line.as_str(), "\n"]).collect();
        let prompt = format!("{heading}\n{above}  {}", last.trim_end_matches([':', ' ']));
        let ask = if question.echo { prompts.visible } else { prompts.hidden };
        answers.push(ask(&prompt).map_err(|problem| not_asked(request, problem))?);
    }
    Ok(answers)
}

/// Makes the problem of a hop whose questions cannot be asked.
fn not_asked(request: &HopRequest, problem: Problem) -> Problem {
    let what = format!("{} asks {}, and there is no terminal to ask on", request.hop, request.user);
    let asked =
        Problem { what, because: vec![format!("it asks: {}", excerpt(&request.asked(), ASKED))], ..problem.clone() };
    let asked = problem.because.into_iter().fold(asked, Problem::because);
    asked.hint("run the command in a terminal, or use an SSH key that the hop accepts without a question")
}

/// Makes the problem of a session that ended without a reason.
#[must_use]
pub fn session_ended() -> Problem {
    Problem::new(ProblemKind::Lost, "The session ended unexpectedly").hint("run the command again")
}
