//! Shows the keys that work in the panel in focus.

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};
use crate::domain::keys::label_of;

/// Lists the keys of some layers of the keymap.
#[derive(Debug)]
pub struct HelpDialog {
    /// The layers of the keymap that are in use, nearest first.
    pub layers: Vec<&'static str>,
}

impl Dialog for HelpDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Keys that work here"
    }

    fn enter_hint(&self) -> &'static str {
        "run"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        let actions = self.layers.iter().flat_map(|layer| Action::all().filter(move |action| action.layer() == *layer));
        actions
            .filter_map(|action| {
                let keys: Vec<String> = context.keymap.chords(action.layer(), action).map(label_of).collect();
                let item = DialogItem::new(keys.join("  "), vec![Request::Do(action)]);
                (!keys.is_empty()).then(|| item.about(action.help()).right(action.layer()))
            })
            .collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
