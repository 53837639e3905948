//! Asks for the condition of a filter.

use std::sync::Arc;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, InputFault, Request};
use crate::domain::results::{Column, Filter};

/// Asks for a condition that rows must match.
#[derive(Debug)]
pub struct FilterDialog {
    /// The current condition. The line begins with it.
    pub condition: String,
    /// The columns that a condition can name; `None` while they are not loaded.
    pub columns: Option<Arc<[Column]>>,
}

impl Dialog for FilterDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Filter rows (= is case-sensitive, like is not)"
    }

    fn prompt(&self) -> &'static str {
        "where"
    }

    fn enter_hint(&self) -> &'static str {
        "filter"
    }

    fn initial_text(&self) -> String {
        self.condition.clone()
    }

    fn explanation(&self) -> String {
        "status = 'Open' and age > 40 · name ~ '^A' · ended is null · in (…) · between … and … · like 'A%'. \
         Leave it empty to show all rows."
            .into()
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        let columns = self.columns.as_ref().filter(|_| !typed.trim().is_empty())?;
        let fault = Filter::parse(typed, columns).err()?;
        Some(InputFault { at: fault.at, message: format!("{}: {}", fault.what, fault.hint) })
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Close(vec![Request::FilterBy(answer.typed.trim().to_owned())])
    }
}
