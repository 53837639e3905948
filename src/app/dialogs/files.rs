//! Asks for the path of a file of the user: to open it as a worksheet, or to save a worksheet in it.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, Request};

/// Asks for a file to open. It stays open until the file is read, so that the user can change a path.
#[derive(Debug)]
pub struct OpenFileDialog {
    /// The directory in which rrx was started, for the explanation.
    pub directory: String,
}

/// Asks for a file in which a worksheet is saved. It stays open until the file is written.
#[derive(Debug)]
pub struct SaveFileDialog {
    /// The key of the worksheet.
    pub worksheet: String,
    /// The path of the file to which the worksheet is tied.
    pub name: Option<String>,
    /// The directory in which rrx was started, for the explanation.
    pub directory: String,
}

impl Dialog for OpenFileDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Open a file as a worksheet"
    }

    fn prompt(&self) -> &'static str {
        "file"
    }

    fn enter_hint(&self) -> &'static str {
        "open"
    }

    fn explanation(&self) -> String {
        explanation("The worksheet is tied to the file.", &self.directory)
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Stay(vec![match answer.typed.trim() {
            "" => Request::Notice(NO_PATH.into()),
            path => Request::OpenFile(path.to_owned()),
        }])
    }

    fn waits_for_save(&self) -> bool {
        true
    }
}

impl Dialog for SaveFileDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Save the worksheet in a file"
    }

    fn prompt(&self) -> &'static str {
        "file"
    }

    fn enter_hint(&self) -> &'static str {
        "save"
    }

    fn initial_text(&self) -> String {
        self.name.clone().unwrap_or_default()
    }

    fn explanation(&self) -> String {
        explanation("The worksheet is then tied to this file.", &self.directory)
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Stay(vec![match answer.typed.trim() {
            "" => Request::Notice(NO_PATH.into()),
            path => Request::SaveFileAs { worksheet: self.worksheet.clone(), path: path.to_owned() },
        }])
    }

    fn waits_for_save(&self) -> bool {
        true
    }
}

const NO_PATH: &str = "Type a path first.";

fn explanation(what: &str, directory: &str) -> String {
    if directory.is_empty() {
        format!("{what} A path begins with / or ~/.")
    } else {
        format!("{what} A path without / or ~/ at its start begins in {directory}.")
    }
}
