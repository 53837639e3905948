//! Lets rrx use the mouse, or leaves it to the terminal.

use crate::app::action::{Action, AppAction};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::domain::mouse::MouseMode;

/// Switches from one to the other.
pub(super) fn toggle(model: &mut Model, effects: &mut Vec<Effect>) {
    let key = model.context.key(Action::App(AppAction::ToggleMouse));
    let (mode, text) = match model.mouse.mode {
        MouseMode::On => {
            (MouseMode::Off, format!("The terminal selects text with the mouse again. {key} lets rrx use the mouse."))
        }
        MouseMode::Off => {
            (MouseMode::On, format!("rrx uses the mouse. {key} leaves it to the terminal, for selecting text."))
        }
    };
    model.mouse.mode = mode;
    model.mouse.drag = None;
    effects.push(Effect::Mouse(mode));
    model.notice(text);
}
