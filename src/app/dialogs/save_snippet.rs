//! Asks for a name under which to save a statement as a snippet.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, Request};

/// Asks for a snippet's name. It stays open until the snippet is on disk, so that the user can change a name that is in use.
#[derive(Debug)]
pub struct SaveSnippetDialog {
    pub statement: String,
}

impl Dialog for SaveSnippetDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Save the statement as a snippet"
    }

    fn prompt(&self) -> &'static str {
        "name"
    }

    fn enter_hint(&self) -> &'static str {
        "save"
    }

    fn preview(&self) -> &str {
        &self.statement
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Stay(vec![match answer.typed.trim() {
            "" => Request::Notice("Type a name first.".into()),
            name => Request::SaveSnippet { name: name.to_owned(), statement: self.statement.clone() },
        }])
    }

    fn waits_for_save(&self) -> bool {
        true
    }
}
