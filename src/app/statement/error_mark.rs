//! What an error means for the text of its statement: the wrong token, and the change that mends it.

use crate::app::action::{Action, WorksheetAction};
use crate::app::context::Context;
use crate::app::model::Model;
use crate::app::panes::worksheet::{MarkedCursor, TextMark};
use crate::domain::problem::Problem;
use crate::domain::sql::errors::{ErrorMark, Offer, ReportedError, mark_error, open_text, verb_offer};
use crate::domain::sql::lex::lex;
use crate::domain::sql::parameters::SourceMap;

/// Bytes of a statement in which names are looked up at most.
const READ: usize = 256 * 1024;

/// Returns the mark of a problem in a statement: from the server's message, or at the problem's own position.
pub(in crate::app) fn error_mark(context: &Context, statement: &str, problem: &Problem) -> Option<ErrorMark> {
    let dialect = context.dialect();
    if let Some(error) = problem.server.as_ref().filter(|_| statement.len() <= READ) {
        let known = context.known_names();
        let error = ReportedError { code: error.code, message: &error.message };
        if let Some(mark) = mark_error(statement, error, dialect, known) {
            return Some(mark);
        }
    }
    if let Some(open) = open_text(statement, dialect).filter(|_| problem.server.is_none()) {
        return Some(open);
    }
    let at = problem.at?;
    let offer = verb_offer(statement, dialect).filter(|offer| offer.span.start == at && problem.server.is_none());
    let tokens = lex(statement, dialect);
    let token = tokens.iter().find(|token| token.span.contains(&at)).map_or(at..at, |token| token.span.clone());
    Some(ErrorMark { span: token, message: None, offer })
}

/// A statement that the server or the guard has refused.
pub(super) struct FailedStatement<'a> {
    /// Its text, as it is sent.
    pub(super) sent: &'a str,
    /// Its text, as it was typed.
    pub(super) typed: &'a str,
    pub(super) source_map: &'a SourceMap,
    /// The key of its worksheet, and its first byte there.
    pub(super) location: Option<&'a (String, usize)>,
}

/// Marks a problem in the worksheet of its statement. Returns the problem with what the mark knows. Returns `None` if nothing is
/// marked: the problem names no place, or the text has changed since the statement was run.
pub(super) fn mark_problem(model: &mut Model, statement: &FailedStatement<'_>, problem: &Problem) -> Option<Problem> {
    let (key, start) = statement.location?;
    let mark = error_mark(&model.context, statement.sent, problem)?;
    if !model.worksheets.has_text(key, *start, statement.typed) {
        return None;
    }
    let marked = with_mark(problem.clone(), &mark, &model.context);
    // While the user types, the cursor must not move.
    let cursor = if model.may_interrupt() { MarkedCursor::Moves } else { MarkedCursor::Stays };
    model.worksheets.mark(TextMark::of_error(in_typed_text(mark, statement.source_map), *start), key, cursor);
    Some(marked)
}

/// Returns the problem with what the mark knows: more about the cause, and the key that makes the offered change.
fn with_mark(problem: Problem, mark: &ErrorMark, context: &Context) -> Problem {
    let problem = match &mark.message {
        Some(message) if !problem.because.contains(message) => problem.because(message.clone()),
        Some(_) | None => problem,
    };
    match &mark.offer {
        Some(offer) => {
            let key = context.key(Action::Worksheet(WorksheetAction::TakeOffer));
            problem.hint(format!("{key} in the worksheet: {}", offer.text))
        }
        None => problem,
    }
}

/// Returns the mark in the text as typed.
pub(in crate::app) fn in_typed_text(mark: ErrorMark, map: &SourceMap) -> ErrorMark {
    let offer = mark.offer.map(|offer| Offer { span: map.typed_range(offer.span.clone()), ..offer });
    ErrorMark { span: map.typed_range(mark.span), offer, message: mark.message }
}
