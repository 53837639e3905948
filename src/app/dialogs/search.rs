//! Asks what to search for, in the rows or in the inspector.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, DialogSubject, InputFault, Request};
use crate::domain::results::Pattern;

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchTarget {
    Rows,
    Inspector,
}

/// Asks for a pattern to search for.
#[derive(Debug)]
pub struct SearchDialog {
    pub target: SearchTarget,
}

impl Dialog for SearchDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn subject(&self) -> DialogSubject {
        match self.target {
            SearchTarget::Rows => DialogSubject::Panel(Focus::Grid),
            SearchTarget::Inspector => DialogSubject::Panel(Focus::Inspector),
        }
    }

    fn title(&self) -> &'static str {
        match self.target {
            SearchTarget::Rows => "Search the rows",
            SearchTarget::Inspector => "Search the inspector",
        }
    }

    fn prompt(&self) -> &'static str {
        "text"
    }

    fn enter_hint(&self) -> &'static str {
        "search"
    }

    fn explanation(&self) -> String {
        "A capital letter makes the search case-sensitive; ~ at the start makes it a regular expression.".into()
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        if typed.trim().is_empty() {
            return None;
        }
        let fault = Pattern::typed(typed).err()?;
        Some(InputFault { at: 0..typed.len(), message: format!("{}: {}", fault.what, fault.hint) })
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        let typed = answer.typed.to_owned();
        DialogOutcome::Close(vec![match self.target {
            SearchTarget::Rows => Request::SearchBy(typed),
            SearchTarget::Inspector => Request::SearchInspector(typed),
        }])
    }
}
