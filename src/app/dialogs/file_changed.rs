//! Asks what to do after another program has changed the file of a worksheet.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{
    Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Narrowing, Request,
};

/// Why the user is asked.
#[derive(Debug)]
pub enum FileQuestion {
    /// The file was found changed.
    Changed {
        /// Whether the worksheet has changes of its own.
        differs: bool,
    },
    /// The file was to be saved. This request overwrites it.
    Overwrite(Box<Request>),
}

/// Asks about a file that another program has changed.
#[derive(Debug)]
pub struct FileChangedDialog {
    /// The key of the worksheet.
    worksheet: String,
    path: String,
    question: FileQuestion,
}

const RELOAD: &str = "Reload the file";
const KEEP: &str = "Keep the text of the worksheet";
const OVERWRITE: &str = "Overwrite the file";
const OTHER: &str = "Save in another file…";

impl FileChangedDialog {
    #[must_use]
    pub fn new(worksheet: String, path: String, question: FileQuestion) -> Self {
        Self { worksheet, path, question }
    }

    fn keep(&self) -> Vec<Request> {
        match self.question {
            FileQuestion::Changed { .. } => vec![Request::KeepText(self.worksheet.clone())],
            FileQuestion::Overwrite(_) => vec![Request::Notice("The file was not written.".into())],
        }
    }
}

impl Dialog for FileChangedDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Another program has changed the file"
    }

    fn enter_hint(&self) -> &'static str {
        "choose"
    }

    fn narrowing(&self) -> Narrowing {
        Narrowing::ByTypedText
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let item = |name: &str, about: &str| DialogItem::new(name, Vec::new()).about(about);
        let reload = item(RELOAD, "undo brings the text of the worksheet back");
        match &self.question {
            FileQuestion::Changed { differs } => {
                let keep = if *differs { "it has changes of its own" } else { "it stays as it is" };
                vec![item(KEEP, keep).right(self.path.clone()), reload]
            }
            FileQuestion::Overwrite(_) => vec![
                item(OTHER, "both texts are kept").right(self.path.clone()),
                item(OVERWRITE, "the text of the other program is lost"),
                reload,
            ],
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        let Some(item) = answer.item else { return DialogOutcome::Stay(Vec::new()) };
        let reload = || Request::ReloadFile { worksheet: self.worksheet.clone(), path: self.path.clone() };
        DialogOutcome::Close(match item.name.as_str() {
            RELOAD => vec![reload()],
            OTHER => vec![Request::AskFileName(self.worksheet.clone())],
            OVERWRITE => match std::mem::replace(&mut self.question, FileQuestion::Changed { differs: true }) {
                FileQuestion::Overwrite(write) => vec![*write],
                FileQuestion::Changed { .. } => Vec::new(),
            },
            _ => self.keep(),
        })
    }

    fn dismiss(&mut self) -> Vec<Request> {
        self.keep()
    }
}
