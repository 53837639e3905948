//! Panes: one folder each. `mod` holds state and actions, `update` decides, `view` draws.

pub mod connect;
pub mod explorer;
pub mod grid;
pub mod inspector;
pub mod worksheet;

use super::action::Action;
use super::context::Context;
use super::effect::Effect;
use super::request::{Dialog, Request};

/// What a pane may do besides changing itself: read what is shared, ask other panes, have effects done.
#[derive(Debug)]
pub struct PaneContext<'a> {
    /// Read-only.
    pub context: &'a Context,
    /// For other panes.
    pub requests: &'a mut Vec<Request>,
    /// For the outside.
    pub effects: &'a mut Vec<Effect>,
}

impl PaneContext<'_> {
    /// Asks another pane.
    pub fn request(&mut self, request: Request) {
        self.requests.push(request);
    }

    /// Opens a dialog.
    pub fn open(&mut self, dialog: impl Dialog + 'static) {
        self.requests.push(Request::OpenDialog(Box::new(dialog)));
    }

    /// Has this done outside.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// The key of an action, as hints write it.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.context.key(action)
    }
}

/// Lends a pane its context.
macro_rules! with {
    ($model:ident, $requests:ident, $effects:ident, $pane:ident.$call:ident($($argument:expr),*)) => {
        $model.$pane.$call($($argument,)* &mut PaneContext { context: &$model.context, requests: $requests, effects: $effects })
    };
}
pub(crate) use with;
