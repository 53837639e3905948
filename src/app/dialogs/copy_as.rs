//! Asks for the format of a copy.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Request};
use crate::domain::export::CopyFormat;

/// Lists the formats of a copy.
#[derive(Debug)]
pub struct CopyAsDialog;

impl Dialog for CopyAsDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Copy as"
    }

    fn enter_hint(&self) -> &'static str {
        "copy"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let formats = [
            ("value", "as it is; several with tabs and line ends between them", CopyFormat::Value),
            ("TSV", "with a header line", CopyFormat::Tsv),
            ("CSV", "with a header line", CopyFormat::Csv),
            ("JSON", "an array of objects", CopyFormat::Json),
            ("Markdown", "a table for a ticket", CopyFormat::Markdown),
            ("INSERT", "a statement that inserts these rows", CopyFormat::Insert),
            ("IN (…)", "the distinct values of the first column", CopyFormat::InList),
            ("WHERE …", "by primary key, else by all columns", CopyFormat::Where { key: Vec::new() }),
        ];
        let item = |(name, about, format)| DialogItem::new(name, vec![Request::CopyAs(format)]).about(about);
        formats.into_iter().map(|format: (&str, &str, CopyFormat)| item(format)).collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
