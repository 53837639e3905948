//! Shows the keys that work now, in groups: those of the panel in focus first, then those of the whole program.

use std::collections::BTreeSet;

use crate::app::action::{Action, ActionKind};
use crate::app::context::Context;
use crate::app::request::{Dialog, DialogAnswer, DialogItem, DialogOutcome, DialogShape, ItemRank, Request};
use crate::domain::keys::{Chord, KeyMatch, Matcher, label_of};

/// Lists the keys that work where the help was opened.
#[derive(Debug)]
pub struct HelpDialog {
    /// The layers of the keymap that are in use, nearest first.
    pub layers: Vec<&'static str>,
    /// Whether typed characters are text there.
    pub takes_text: bool,
    /// The keys that vim uses there, so that they reach no action.
    pub taken: BTreeSet<Chord>,
    /// The actions of these layers that can be done now, in the order of their tables.
    pub actions: Vec<Action>,
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
        let (mut items, mut moves) = (Vec::new(), Vec::new());
        for layer in &self.layers {
            let of_layer = self.actions.iter().filter(|action| action.layer() == *layer);
            let group: Vec<DialogItem> = of_layer.filter_map(|action| self.item(*action, context)).collect();
            let (motions, commands): (Vec<_>, Vec<_>) =
                group.into_iter().partition(|item| item.rank == ItemRank::Motion);
            // The many keys that move in a text come after all others.
            if self.takes_text {
                push_group(&mut items, place_of(layer).to_owned(), commands);
                push_group(&mut moves, format!("{}: moves and edits", place_of(layer)), motions);
            } else {
                push_group(&mut items, place_of(layer).to_owned(), commands.into_iter().chain(motions).collect());
            }
        }
        items.append(&mut moves);
        items
    }

    fn submit(&mut self, answer: DialogAnswer<'_>, _context: &Context) -> DialogOutcome {
        answer.take_item()
    }
}

impl HelpDialog {
    /// Returns the item of an action; `None` if none of its keys reaches it.
    fn item(&self, action: Action, context: &Context) -> Option<DialogItem> {
        let chords = context.keymap.chords(action.layer(), action);
        let keys: Vec<String> = chords.filter(|chords| self.reaches(chords, action, context)).map(label_of).collect();
        let rank = match action.kind() {
            ActionKind::Command => ItemRank::Usual,
            ActionKind::Motion => ItemRank::Motion,
        };
        let item = DialogItem::new(keys.join("  "), vec![Request::Do(action)]);
        (!keys.is_empty()).then(|| item.about(action.help()).found_by(action.search_words()).ranked(rank))
    }

    /// Returns whether these keys do the action here. A nearer layer may bind them, or they may be text.
    fn reaches(&self, chords: &[Chord], action: Action, context: &Context) -> bool {
        if chords.first().is_some_and(|first| self.taken.contains(first)) {
            return false;
        }
        let mut matcher = Matcher::default();
        let mut last = KeyMatch::Unbound;
        for chord in chords {
            last = matcher.feed(*chord, &context.keymap, &self.layers, self.takes_text);
        }
        last == KeyMatch::Action(action)
    }
}

fn push_group(items: &mut Vec<DialogItem>, heading: String, group: Vec<DialogItem>) {
    if !group.is_empty() {
        items.push(DialogItem::heading(heading));
        items.extend(group);
    }
}

/// Returns where the keys of a layer work, as a heading.
pub(super) fn place_of(layer: &str) -> &'static str {
    match layer {
        "explorer" => "Explorer",
        "filter" => "Filter of the explorer",
        "worksheet" => "Worksheet",
        "completion" => "Completion",
        "grid" => "Results",
        "inspector" => "Inspector",
        "list" => "This list",
        "line" => "This line of text",
        "connect" => "Connection screen",
        _ => "Everywhere",
    }
}
