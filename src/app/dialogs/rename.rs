//! Asks for a new title of the worksheet in front.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, Request};

/// Asks for a title.
#[derive(Debug)]
pub struct RenameDialog;

impl Dialog for RenameDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Rename the worksheet"
    }

    fn prompt(&self) -> &'static str {
        "title"
    }

    fn enter_hint(&self) -> &'static str {
        "rename"
    }

    fn explanation(&self) -> String {
        "The title of this worksheet's tab; its text does not change.".into()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        match answer.typed.trim() {
            "" => DialogOutcome::Stay(vec![Request::Notice("Type a title first.".into())]),
            title => DialogOutcome::Close(vec![Request::Rename(title.to_owned())]),
        }
    }
}
