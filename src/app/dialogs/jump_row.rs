//! Asks for the number of a row to go to.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, Request};

/// Asks for a row's number.
#[derive(Debug)]
pub struct JumpRowDialog;

impl Dialog for JumpRowDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Go to a row"
    }

    fn prompt(&self) -> &'static str {
        "row number"
    }

    fn enter_hint(&self) -> &'static str {
        "go"
    }

    fn explanation(&self) -> String {
        "Rows count from 1, as in the first column of the results.".into()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        match answer.typed.replace([',', ' ', '_'], "").parse::<u64>() {
            Ok(row) if row > 0 => DialogOutcome::Close(vec![Request::Jump { row: Some(row - 1), column: None }]),
            _ => DialogOutcome::Stay(vec![Request::Notice("Type the number of a row, from 1.".into())]),
        }
    }
}
