//! Shows the messages that were on the screen, and the activity: what rrx has sent and reported. Enter shows an entry as a whole.

use std::collections::BTreeMap;

use crate::app::action::{Action, ListAction};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogStep, Request};
use crate::app::ui::draw::wrap;
use crate::domain::protocol::CopyText;
use crate::domain::text::one_line;

/// How the queries begin that rrx sends by itself.
const INTERNAL_QUERY: &str = "/* rrx:";
/// Cells of the dialog that are not text of an entry.
const AROUND_TEXT: u16 = 6;
/// The greatest width of the text of an entry.
const TEXT_WIDTH: u16 = 98;

/// One line of the activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityLine {
    /// Milliseconds since the program started.
    pub at: u64,
    pub text: String,
}

impl ActivityLine {
    fn item(&self) -> DialogItem {
        let time = format!("{}.{:03} s", self.at / 1000, self.at % 1000);
        DialogItem::new(one_line(&self.text), Vec::new()).right(time)
    }
}

/// Lists the messages and the activity until the dialog was opened, the newest first.
#[derive(Debug)]
pub struct ActivityDialog {
    /// The newest first.
    lines: Vec<ActivityLine>,
    /// The entry that is shown as a whole, with the step before.
    open: Option<(ActivityLine, DialogStep)>,
}

impl ActivityDialog {
    /// Makes the list of these lines and messages, both the oldest first. A message that a line repeats is left out.
    #[must_use]
    pub fn new(activity: &[ActivityLine], messages: impl Iterator<Item = ActivityLine>) -> Self {
        let mut lines = activity.to_vec();
        for message in messages {
            let first = message.text.split(['.', ':', '\n']).next().unwrap_or_default();
            let is_repeated = activity.iter().any(|line| line.at == message.at && line.text.starts_with(first));
            if !is_repeated {
                lines.push(message);
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.at));
        Self { lines: counted(lines), open: None }
    }
}

/// Keeps the newest of the queries that rrx repeats by itself, such as the one for the lag, with their count. The messages would
/// be hard to find between them.
fn counted(lines: Vec<ActivityLine>) -> Vec<ActivityLine> {
    let query = |line: &ActivityLine| {
        let (query, _took) = line.text.rsplit_once(" (").filter(|_| line.text.starts_with(INTERNAL_QUERY))?;
        Some(query.to_owned())
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for query in lines.iter().filter_map(query) {
        *counts.entry(query).or_default() += 1;
    }
    let keep = |mut line: ActivityLine| {
        if let Some(query) = query(&line) {
            // Only the newest one still finds the count.
            let count = counts.remove(&query)?;
            if count > 1 {
                line.text = format!("{} · {count} times, the last one is shown", line.text);
            }
        }
        Some(line)
    };
    lines.into_iter().filter_map(keep).collect()
}

impl Dialog for ActivityDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Activity: messages, and what rrx sent and reported"
    }

    fn enter_hint(&self) -> &'static str {
        if self.open.is_some() { "copy all of it" } else { "show all of it" }
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        if let Some((line, _)) = &self.open {
            let width = usize::from(context.layout.body.width.saturating_sub(AROUND_TEXT).clamp(10, TEXT_WIDTH));
            let rows = line.text.lines().flat_map(|text| wrap(text, width));
            return rows.map(|row| DialogItem::new(row.trim_end(), Vec::new())).collect();
        }
        self.lines.iter().map(ActivityLine::item).collect()
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        if typed.is_empty() {
            format!("No activity yet. {} closes this list.", context.key(Action::List(ListAction::Close)))
        } else {
            context.no_matches()
        }
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        if let Some((line, _)) = &self.open {
            let copy = CopyText::plain(line.text.clone(), "the entry");
            return DialogOutcome::Close(vec![Request::Copy(copy)]);
        }
        let Some(item) = answer.item else { return DialogOutcome::Stay(Vec::new()) };
        // The list may be narrowed, so the place in it does not count.
        let is_it = |line: &&ActivityLine| {
            let shown = line.item();
            shown.name == item.name && shown.right == item.right
        };
        let Some(line) = self.lines.iter().find(is_it).cloned() else { return DialogOutcome::Stay(Vec::new()) };
        self.open = Some((line, DialogStep { typed: answer.typed.to_owned(), cursor: answer.cursor }));
        DialogOutcome::Step(DialogStep::default())
    }

    fn back(&mut self, _answer: DialogAnswer<'_>) -> Option<DialogStep> {
        self.open.take().map(|(_, step)| step)
    }

    fn has_step_before(&self) -> bool {
        self.open.is_some()
    }
}
