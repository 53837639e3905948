//! Asks for a text to find in the worksheet. The cursor goes to the first match while the text is typed.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, InputFault, Request};
use crate::domain::editing::find::FindPattern;

/// Asks for a text to find.
#[derive(Debug)]
pub struct FindTextDialog {
    /// The text that is in the line when the dialog opens.
    pub initial: String,
    /// The keys that find the next and the previous match.
    pub keys: (String, String),
}

/// What the line of a search says about the text that is typed.
pub(super) const PATTERN_HELP: &str =
    "A capital letter makes the search case-sensitive; ~ at the start makes it a regular expression.";

/// Returns what is wrong with a search text. An empty text is not wrong.
pub(super) fn pattern_fault(typed: &str) -> Option<InputFault> {
    if typed.is_empty() {
        return None;
    }
    let fault = FindPattern::typed(typed).err()?;
    Some(InputFault { at: 0..typed.len(), message: format!("{fault}.") })
}

impl Dialog for FindTextDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Find in the worksheet"
    }

    fn enter_hint(&self) -> &'static str {
        "stay there"
    }

    fn initial_text(&self) -> String {
        self.initial.clone()
    }

    fn explanation(&self) -> String {
        format!("{PATTERN_HELP} After Enter, {} finds the next match, {} the previous one.", self.keys.0, self.keys.1)
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        pattern_fault(typed)
    }

    fn on_typed(&mut self, typed: &str, _context: &Context) -> Vec<Request> {
        vec![Request::FindText(typed.to_owned())]
    }

    fn submit(&mut self, _answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Close(vec![Request::KeepFound])
    }

    fn dismiss(&mut self) -> Vec<Request> {
        vec![Request::EndFind]
    }
}
