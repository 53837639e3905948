//! Asks a yes-or-no question before something that the user may not want.

use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, Request};

/// Asks a yes-or-no question; no is the default.
#[derive(Debug)]
pub struct ConfirmDialog {
    pub question: String,
    /// What yes does.
    pub yes: Option<Box<Request>>,
    /// What the answer no does. Closing the question does the same.
    pub no: Option<Box<Request>>,
}

impl Dialog for ConfirmDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Confirm
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::PanelInFocus
    }

    fn title(&self) -> &'static str {
        "Please confirm"
    }

    fn prompt(&self) -> &'static str {
        ""
    }

    fn enter_hint(&self) -> &'static str {
        "no"
    }

    fn explanation(&self) -> String {
        self.question.clone()
    }

    /// Takes `y` as yes and everything else as no, including Enter.
    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        if matches!(answer.typed, "y" | "Y") {
            DialogOutcome::Close(self.yes.take().into_iter().map(|yes| *yes).collect())
        } else {
            DialogOutcome::Close(self.dismiss())
        }
    }

    fn dismiss(&mut self) -> Vec<Request> {
        self.no.take().into_iter().map(|no| *no).collect()
    }
}
