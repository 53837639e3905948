//! Checks the statement at the cursor while the user pauses. A worker does it.

use std::sync::Arc;
use std::time::Duration;

use crate::app::context::Context;
use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::Request;
use crate::domain::compute::{CheckWork, ComputeWork};
use crate::domain::sql::check::FilterRule;

use super::Worksheets;

/// The pause after the last change of the text, before the statement is checked.
const CHECK_PAUSE: Duration = Duration::from_millis(500);
/// Bytes of a statement that is checked at most.
const CHECKED: usize = 256 * 1024;

/// A check that is due or under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedText {
    /// The key of the worksheet.
    pub worksheet: String,
    pub revision: u64,
    /// The first byte of the statement.
    pub start: usize,
    /// The generation of the catalog, and the current database.
    pub known: (u64, Option<String>),
}

impl Worksheets {
    /// Asks for a check at the next pause, if the statement at the cursor is another one or has changed.
    pub(super) fn schedule_check(&mut self, cx: &mut PaneContext<'_>) {
        let Some(here) = self.text_to_check(cx.context) else { return };
        if self.last_checked.as_ref() == Some(&here) {
            return;
        }
        if self.check_due.is_none() {
            cx.effect(Effect::Wake(CHECK_PAUSE));
        }
        self.check_due = Some(cx.context.now + CHECK_PAUSE);
    }

    /// Starts the check if the pause is over.
    pub(super) fn check_at_pause(&mut self, cx: &mut PaneContext<'_>) {
        let Some(due) = self.check_due else { return };
        if let Some(left) = due.checked_sub(cx.context.now).filter(|left| !left.is_zero()) {
            cx.effect(Effect::Wake(left));
        } else {
            self.check_due = None;
            self.start_check(cx);
        }
    }

    fn start_check(&mut self, cx: &mut PaneContext<'_>) {
        let context = cx.context;
        let (Some(here), Some(catalog)) = (self.text_to_check(context), context.catalog.clone()) else { return };
        let Some((start, statement)) = self.statement().filter(|(_, text)| text.len() <= CHECKED) else { return };
        let cursor = self.sheet().map(|sheet| sheet.editor.byte_of(sheet.editor.cursor()));
        let facts = context.facts.as_deref();
        let rules: Vec<FilterRule> = context.docs.iter().flat_map(|pack| pack.filters.iter().cloned()).collect();
        let work = CheckWork {
            catalog,
            statement: statement.to_owned(),
            cursor: cursor.and_then(|cursor| cursor.checked_sub(start)),
            dialect: context.dialect(),
            database: context.database.clone(),
            name_case: context.names(),
            pins: facts.map(|facts| facts.pins.clone()).unwrap_or_default(),
            rules,
        };
        (self.last_checked, self.checking) = (Some(here.clone()), Some(here));
        cx.request(Request::Compute(ComputeWork::Check(Arc::new(work))));
    }

    fn text_to_check(&self, context: &Context) -> Option<CheckedText> {
        let sheet = self.sheet()?;
        let generation = context.catalog.as_ref()?.generation;
        let start = self.statement().map_or(0, |(start, _)| start);
        let known = (generation, context.database.clone());
        Some(CheckedText { worksheet: sheet.key.clone(), revision: sheet.revision, start, known })
    }
}
