//! What an error means for the text of its statement: the wrong token, and the change that mends it.

use crate::app::action::{Action, WorksheetAction};
use crate::app::context::Context;
use crate::domain::catalog::Catalog;
use crate::domain::problem::Problem;
use crate::domain::sql::errors::{ErrorMark, Offer, ReportedError, mark_error, open_text, verb_offer};
use crate::domain::sql::lex::lex;
use crate::domain::sql::parameters::SourceMap;
use crate::domain::sql::scope::KnownNames;

/// Bytes of a statement in which names are looked up at most.
const READ: usize = 256 * 1024;

/// Returns the mark of a problem in a statement: from the server's message, or at the problem's own position.
pub(in crate::app) fn error_mark(context: &Context, statement: &str, problem: &Problem) -> Option<ErrorMark> {
    let dialect = context.dialect();
    if let Some(error) = problem.server.as_ref().filter(|_| statement.len() <= READ) {
        let none = Catalog::default();
        let known = KnownNames {
            catalog: context.catalog.as_deref().unwrap_or(&none),
            database: context.database.as_deref(),
            name_case: context.names(),
        };
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

/// Returns the problem with what the mark knows: more about the cause, and the key that makes the offered change.
pub(super) fn with_mark(problem: Problem, mark: &ErrorMark, context: &Context) -> Problem {
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
