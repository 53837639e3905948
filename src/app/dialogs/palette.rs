//! The palette: all commands by name.

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, Request};

/// Lists all commands.
#[derive(Debug)]
pub struct PaletteDialog;

impl Dialog for PaletteDialog {
    fn shape(&self) -> DialogShape {
        DialogShape::List
    }

    fn title(&self) -> &'static str {
        "Commands"
    }

    fn enter_hint(&self) -> &'static str {
        "run"
    }

    fn items(&self, context: &Context) -> Vec<DialogItem> {
        Action::all()
            .filter(|action| !matches!(action.layer(), "list" | "filter" | "connect"))
            .filter(|action| *action != Action::App(AppAction::Palette))
            .map(|action| {
                DialogItem::new(action.help(), vec![Request::Do(action)])
                    .about(format!("{}.{}", action.layer(), action.name()))
                    .right(context.keymap.label(action.layer(), action).unwrap_or_default())
            })
            .collect()
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}
