//! Shows the activity: what rrx has sent and reported.

use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};
use crate::domain::protocol::CopyText;
use crate::domain::text::one_line;

/// One line of the activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityLine {
    /// Milliseconds since the program started.
    pub at: u64,
    pub text: String,
}

/// Lists the activity until the dialog was opened, the newest line first.
#[derive(Debug)]
pub struct ActivityDialog {
    /// The oldest line first.
    pub lines: Vec<ActivityLine>,
}

impl Dialog for ActivityDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Activity: what rrx sent and reported"
    }

    fn enter_hint(&self) -> &'static str {
        "copy"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let item = |line: &ActivityLine| {
            let copy = Request::Copy(CopyText::plain(line.text.clone(), "the line"));
            let time = format!("{}.{:03} s", line.at / 1000, line.at % 1000);
            DialogItem::new(one_line(&line.text), vec![copy]).right(time)
        };
        self.lines.iter().rev().map(item).collect()
    }

    fn empty_text(&self, typed: &str, _context: &Context) -> String {
        if typed.is_empty() { "No activity yet.".into() } else { "No matches.".into() }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
