//! The panes, with a directory for each. `mod` has the state, `update` the decisions, `view` draws.

pub mod connect;
pub mod explorer;
pub mod grid;
pub mod inspector;
pub mod worksheet;

use super::action::Action;
use super::context::Context;
use super::effect::Effect;
use super::request::{Dialog, Request};

/// What a pane can use in addition to its own state: the shared state, requests to other panes, effects.
#[derive(Debug)]
pub struct PaneContext<'a> {
    /// Read-only.
    pub context: &'a Context,
    pub requests: &'a mut Vec<Request>,
    pub effects: &'a mut Vec<Effect>,
}

impl PaneContext<'_> {
    pub fn request(&mut self, request: Request) {
        self.requests.push(request);
    }

    pub fn open(&mut self, dialog: impl Dialog + 'static) {
        self.requests.push(Request::OpenDialog(Box::new(dialog)));
    }

    /// Adds an effect for the shell to run.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Returns the first key of an action, for hints and messages.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.context.key(action)
    }
}

/// Calls a method of a pane with a `PaneContext`.
macro_rules! with {
    ($model:ident, $requests:ident, $effects:ident, $pane:ident.$call:ident($($argument:expr),*)) => {
        $model.$pane.$call($($argument,)* &mut PaneContext { context: &$model.context, requests: $requests, effects: $effects })
    };
}
pub(crate) use with;
