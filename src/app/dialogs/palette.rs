//! The palette: all commands, found by their names and by other words for the same.

use crate::app::action::{Action, ActionKind};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, ItemRank, Request};

use super::help::place_of;

/// An action in the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaletteEntry {
    pub action: Action,
    pub availability: Availability,
}

/// Whether an action of the palette can be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// In the panel in focus, or everywhere.
    Here,
    /// In another panel. The focus moves there.
    In(crate::app::focus::Focus),
    /// It cannot, for this reason.
    Not(&'static str),
}

/// Lists the commands. Those of the panel in focus come first.
#[derive(Debug)]
pub struct PaletteDialog {
    /// In the order of the list.
    pub entries: Vec<PaletteEntry>,
}

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
        let mut items: Vec<DialogItem> = self.entries.iter().map(|entry| item(entry, context)).collect();
        items.sort_by_key(|item| item.rank);
        items
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}

fn item(entry: &PaletteEntry, context: &Context) -> DialogItem {
    let action = entry.action;
    let does = Request::Do(action);
    let (requests, about, rank) = match entry.availability {
        Availability::Here => (vec![does], place_of(action.layer()).to_owned(), ItemRank::Usual),
        Availability::In(panel) => {
            (vec![Request::Focus(panel), does], place_of(action.layer()).to_owned(), ItemRank::Elsewhere)
        }
        Availability::Not(why) => {
            let notice = format!("\"{}\" cannot be done now: {why}.", action.help().trim_end_matches('…'));
            (vec![Request::Notice(notice)], format!("not now: {why}"), ItemRank::Unavailable)
        }
    };
    let rank = if action.kind() == ActionKind::Motion { ItemRank::Motion } else { rank };
    DialogItem::new(action.help(), requests)
        .about(about)
        .right(context.keymap.label(action.layer(), action).unwrap_or_default())
        .found_by(format!("{} {}", action.search_words(), action.name()))
        .ranked(rank)
}
