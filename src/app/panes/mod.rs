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

/// What the user does with the mouse in a panel or a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneMouse {
    /// The column of the screen.
    pub x: u16,
    /// The row of the screen.
    pub y: u16,
    pub gesture: PaneGesture,
}

/// A gesture of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaneGesture {
    Press,
    /// The second press of a cell. It acts on the cursor.
    DoublePress,
    /// A press with Shift: the selection goes to this cell.
    Extend,
    /// The mouse moves while the button is down. It may leave the panel.
    Drag,
    /// Scroll by so many lines; a negative number is up.
    ScrollDown(isize),
    /// Scroll by so many cells; a negative number is to the left.
    ScrollRight(isize),
}

/// What a press has hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PressHit {
    /// Something without a cursor, such as a tab, or nothing.
    Nothing,
    /// An item: it has the cursor now.
    Item,
    /// A place at which a selection begins.
    Selection,
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
