//! Asks what to search for in the rows.

use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, InputFault, Request};
use crate::domain::results::Pattern;

/// Explains the syntax of a search.
pub(super) const SYNTAX: &str =
    "A capital letter makes the search case-sensitive; ~ at the start makes it a regular expression.";

/// Returns what is wrong with a typed pattern.
pub(super) fn pattern_fault(typed: &str) -> Option<InputFault> {
    if typed.trim().is_empty() {
        return None;
    }
    let fault = Pattern::typed(typed).err()?;
    Some(InputFault { at: 0..typed.len(), message: format!("{}: {}", fault.what, fault.hint) })
}

/// Asks for a pattern to search for in the rows.
#[derive(Debug)]
pub struct SearchDialog;

impl Dialog for SearchDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn title(&self) -> &'static str {
        "Search the rows"
    }

    fn prompt(&self) -> &'static str {
        "text"
    }

    fn enter_hint(&self) -> &'static str {
        "search"
    }

    fn explanation(&self) -> String {
        SYNTAX.into()
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        pattern_fault(typed)
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Close(vec![Request::SearchBy(answer.typed.to_owned())])
    }
}
