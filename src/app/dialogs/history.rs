//! Shows the history: statements that were run, from the access log.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};
use crate::domain::protocol::HistoryEntry;
use crate::domain::quantity::{counted, grouped};
use crate::domain::text::one_line;

/// Lists statements that were run, the newest first.
#[derive(Debug)]
pub struct HistoryDialog {
    pub entries: Vec<HistoryEntry>,
}

impl Dialog for HistoryDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "History (access log)"
    }

    fn enter_hint(&self) -> &'static str {
        "open in a worksheet"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        self.entries.iter().map(item).collect()
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        if typed.is_empty() {
            format!(
                "No statements have run yet. {} runs the one at the cursor.",
                context.key(Action::App(AppAction::Run))
            )
        } else {
            context.no_matches()
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}

fn item(entry: &HistoryEntry) -> DialogItem {
    let begin = &entry.begin;
    let end = entry.end.as_ref().map_or_else(
        || "no end recorded".into(),
        |end| format!("{}, {} ms, {}", counted(end.rows, "row"), grouped(end.milliseconds), end.end),
    );
    let open = Request::NewWorksheet { title: "history".into(), text: begin.statement.clone() };
    DialogItem::new(one_line(&begin.statement), vec![open])
        .about(end)
        .right(one_line(&format!("{} {}", begin.profile, entry.local_time)))
}
