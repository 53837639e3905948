//! Asks for a column of the result to go to.

use std::sync::Arc;

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Request};
use crate::domain::results::{Column, type_text};

/// Lists the columns of a result.
#[derive(Debug)]
pub struct ColumnsDialog {
    pub columns: Arc<[Column]>,
}

impl Dialog for ColumnsDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Go to a column"
    }

    fn enter_hint(&self) -> &'static str {
        "go"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let item = |(number, column): (usize, &Column)| {
            DialogItem::new(&column.name, vec![Request::Jump { row: None, column: Some(number) }])
                .about(type_text(column))
                .right((number + 1).to_string())
        };
        self.columns.iter().enumerate().map(item).collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
