//! Lists the closed worksheets that can be reopened.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::panes::worksheet::Worksheet;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Request};
use crate::domain::text::{excerpt, one_line};

/// Characters of a first line that the list shows.
const LINE: usize = 100;

/// Lists the closed worksheets, the one that was closed last first.
#[derive(Debug)]
pub struct ClosedWorksheetsDialog {
    /// Key, title and first line of each.
    worksheets: Vec<(String, String, String)>,
}

impl ClosedWorksheetsDialog {
    /// Makes the list of these worksheets; the one that was closed last is the last one.
    #[must_use]
    pub fn new(closed: &[Worksheet]) -> Self {
        let first_line = |sheet: &Worksheet| {
            let line = sheet.editor.lines().iter().find(|line| !line.trim().is_empty());
            line.map_or_else(String::new, |line| excerpt(&one_line(line.trim()), LINE))
        };
        let entry = |sheet: &Worksheet| (sheet.key.clone(), one_line(&sheet.title), first_line(sheet));
        Self { worksheets: closed.iter().rev().map(entry).collect() }
    }
}

impl Dialog for ClosedWorksheetsDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Worksheet)
    }

    fn title(&self) -> &'static str {
        "Reopen a closed worksheet"
    }

    fn enter_hint(&self) -> &'static str {
        "reopen"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let item = |(key, title, line): &(String, String, String)| {
            DialogItem::new(title.clone(), vec![Request::Reopen(key.clone())])
                .about(line.clone())
                .found_by(line.clone())
        };
        self.worksheets.iter().map(item).collect()
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        if typed.is_empty() {
            let key = context.key(Action::App(AppAction::NewWorksheet));
            format!("There is no closed worksheet. {key} opens a new one.")
        } else {
            context.no_matches()
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
