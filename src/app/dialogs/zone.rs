//! Asks for another time zone for the times of a column.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, DialogSubject, Request};
use crate::domain::results::zone_names;

/// Lists time zones.
#[derive(Debug)]
pub struct ZoneDialog;

impl Dialog for ZoneDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn subject(&self) -> DialogSubject {
        DialogSubject::Panel(Focus::Grid)
    }

    fn title(&self) -> &'static str {
        "Show this column's times in another time zone too"
    }

    fn enter_hint(&self) -> &'static str {
        "show"
    }

    fn items(&self, _context: &Context) -> Vec<DialogItem> {
        let none = DialogItem::new("none", vec![Request::Zone(String::new())]).about("only the session's time zone");
        let item = |name: String| DialogItem::new(name.clone(), vec![Request::Zone(name)]);
        std::iter::once(none).chain(zone_names().into_iter().map(item)).collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
