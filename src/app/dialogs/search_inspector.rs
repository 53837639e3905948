//! Asks what to search for in the inspector.

use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogOutcome, DialogShape, InputFault, Request};

use super::search::{SYNTAX, pattern_fault};

/// Asks for a pattern to search for in the inspector.
#[derive(Debug)]
pub struct SearchInspectorDialog;

impl Dialog for SearchInspectorDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::Line
    }

    fn title(&self) -> &'static str {
        "Search the inspector"
    }

    fn prompt(&self) -> &'static str {
        "text"
    }

    fn enter_hint(&self) -> &'static str {
        "search"
    }

    fn explanation(&self) -> String {
        SYNTAX.into()
    }

    fn fault(&self, typed: &str) -> Option<InputFault> {
        pattern_fault(typed)
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        DialogOutcome::Close(vec![Request::SearchInspector(answer.typed.to_owned())])
    }
}
