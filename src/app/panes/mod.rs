//! Panes: one folder each. `mod` holds state and actions, `update` decides, `view` draws.

pub mod connect;
pub mod explorer;
pub mod grid;
pub mod inspector;
pub mod overlay;
pub mod parts;
pub mod worksheet;

use super::action::Action;
use super::ask::Ask;
use super::effect::Effect;
use super::shared::Shared;

/// What a pane may do besides changing itself: read what is shared, ask other panes, have effects done.
#[derive(Debug)]
pub struct Cx<'a> {
    /// Read-only.
    pub shared: &'a Shared,
    /// For other panes.
    pub asks: &'a mut Vec<Ask>,
    /// For the outside.
    pub effects: &'a mut Vec<Effect>,
}

impl Cx<'_> {
    /// Asks another pane.
    pub fn ask(&mut self, ask: Ask) {
        self.asks.push(ask);
    }

    /// Has this done outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The key of an action, as hints write it.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.shared.key(action)
    }
}
