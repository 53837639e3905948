//! Shows the pages of the documentation packs: about tables, and about topics.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};

/// Lists the pages.
#[derive(Debug)]
pub struct PagesDialog;

impl Dialog for PagesDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Documentation pages"
    }

    fn enter_hint(&self) -> &'static str {
        "open"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        let items = context.docs.iter().flat_map(|pack| {
            pack.pages.iter().map(|page| {
                let request = Request::OpenPage { object: page.object.clone() };
                DialogItem::new(&page.object, vec![request, Request::Focus(Focus::Inspector)])
                    .about(&page.title)
                    .right(&pack.title)
            })
        });
        items.collect()
    }

    fn empty_text(&self, typed: &str, context: &Context) -> String {
        if !typed.is_empty() {
            return context.no_matches();
        }
        "No pages. A profile names its documentation packs with `docs = [\"DIRECTORY\"]`.".into()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
