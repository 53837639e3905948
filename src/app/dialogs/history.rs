//! Shows the history: statements that were run, from the access log, of all running rrx.

use crate::app::action::{Action, AppAction, ListAction};
use crate::app::context::Context;
use crate::app::request::{
    ComparedText, Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, ItemAction, Request,
};
use crate::domain::plan::{ExplainFormat, query_that_runs};
use crate::domain::protocol::HistoryEntry;
use crate::domain::quantity::{counted, duration};
use crate::domain::sql::{Dialect, Param};
use crate::domain::text::one_line;

use super::save_snippet::SaveSnippetDialog;

/// Lists statements that were run, the newest first.
#[derive(Debug)]
pub struct HistoryDialog {
    /// With the values in the texts of the statements.
    entries: Vec<HistoryEntry>,
    /// The current day, as days since 1970-01-01.
    today: i64,
    /// The number of the entry that is to be compared with another.
    marked: Option<usize>,
}

impl HistoryDialog {
    /// `entries` are the newest first. The EXPLAIN that has checked the plan of a statement before it ran is left out. Statements
    /// get their values as literals, in the dialect of the session in which they may run next.
    #[must_use]
    pub fn new(entries: Vec<HistoryEntry>, today: i64, dialect: Dialect) -> Self {
        let is_check = |older: &HistoryEntry, newer: &HistoryEntry| {
            let mut formats = [ExplainFormat::Json, ExplainFormat::Traditional].into_iter();
            let checked = formats.find_map(|format| older.begin.statement.strip_prefix(format.prefix()));
            checked.is_some() && checked == query_that_runs(&newer.begin.statement, dialect)
        };
        let mut shown: Vec<HistoryEntry> = Vec::with_capacity(entries.len());
        for entry in entries {
            if !shown.last().is_some_and(|newer| is_check(&entry, newer)) {
                shown.push(entry);
            }
        }
        for HistoryEntry { begin, .. } in &mut shown {
            if let Some(text) = Param::with_literals(&begin.statement, &begin.params, dialect) {
                begin.statement = text;
            }
        }
        Self { entries: shown, today, marked: None }
    }

    fn item(&self, number: usize, entry: &HistoryEntry) -> DialogItem {
        let statement = &entry.begin.statement;
        let mark = if self.marked == Some(number) { "● " } else { "" };
        let open = Request::NewWorksheet { title: None, text: statement.clone() };
        let (time, end) = (self.time(entry), outcome(entry));
        let facts =
            [&entry.begin.profile, entry.begin.database.as_ref().unwrap_or(&String::new()), &entry.local_time, &end]
                .into_iter()
                .filter(|fact| !fact.is_empty())
                .map(|fact| one_line(fact))
                .collect::<Vec<_>>()
                .join(" · ");
        DialogItem::new(format!("{mark}{}", one_line(statement)), vec![open])
            .about(one_line(&end))
            .right(one_line(&format!("{} {time}", entry.begin.profile)))
            .previewed(format!("{facts}\n{statement}"))
            .numbered(number)
    }

    /// Returns when a statement began, as people say it.
    fn time(&self, entry: &HistoryEntry) -> String {
        entry.began.map_or_else(|| entry.local_time.clone(), |began| began.describe(self.today))
    }

    fn compared(&self, number: usize) -> Option<ComparedText> {
        let entry = self.entries.get(number)?;
        let title = format!("{} {}", entry.begin.profile, self.time(entry));
        Some(ComparedText { title, text: entry.begin.statement.clone() })
    }

    /// Marks the first statement, or compares it with the second.
    fn compare(&mut self, number: usize) -> DialogOutcome {
        match self.marked.take() {
            // The second time, the mark is taken away.
            Some(marked) if marked == number => DialogOutcome::Stay(Vec::new()),
            None => {
                self.marked = Some(number);
                let text = "The statement is marked. Go to another one and press the same key to compare both.";
                DialogOutcome::Stay(vec![Request::Notice(text.into())])
            }
            // The older one is the first.
            Some(marked) => match (self.compared(marked.max(number)), self.compared(marked.min(number))) {
                (Some(first), Some(second)) => DialogOutcome::Close(vec![Request::Compare { first, second }]),
                (None, _) | (_, None) => DialogOutcome::Stay(Vec::new()),
            },
        }
    }
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
        self.entries.iter().enumerate().map(|(number, entry)| self.item(number, entry)).collect()
    }

    fn has_item_preview(&self) -> bool {
        true
    }

    fn item_hints(&self) -> Vec<(ItemAction, &'static str)> {
        let compare = if self.marked.is_some() { "compare with the marked one" } else { "compare" };
        vec![(ItemAction::Compare, compare), (ItemAction::Save, "save as a snippet")]
    }

    fn act_on_item(&mut self, action: ItemAction, item: &DialogItem) -> DialogOutcome {
        let Some(number) = item.number else { return DialogOutcome::Stay(Vec::new()) };
        match action {
            ItemAction::Compare => self.compare(number),
            ItemAction::Save => {
                let statement = self.entries.get(number).map(|entry| entry.begin.statement.clone());
                let dialog = statement.map(|statement| SaveSnippetDialog { statement });
                DialogOutcome::Stay(dialog.map(|dialog| Request::OpenDialog(Box::new(dialog))).into_iter().collect())
            }
        }
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

/// Returns the action of a key for this action on an item.
#[must_use]
pub fn list_action(action: ItemAction) -> ListAction {
    match action {
        ItemAction::Compare => ListAction::Compare,
        ItemAction::Save => ListAction::Save,
    }
}

/// Returns how a statement ended: its rows and how long it took, or its error.
fn outcome(entry: &HistoryEntry) -> String {
    let Some(end) = &entry.end else { return "no end recorded".into() };
    let took = duration(end.milliseconds);
    match end.end.as_str() {
        "complete" => format!("{}, {took}", counted(end.rows, "row")),
        other if end.rows > 0 => format!("{}, {took}, {other}", counted(end.rows, "row")),
        other => format!("{other}, {took}"),
    }
}
