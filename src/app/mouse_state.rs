//! What the mouse does: its mode, the last press, what is dragged.

use std::time::Duration;

use crate::domain::mouse::MouseMode;

use super::focus::Focus;
use super::layout::Border;

/// The state of the mouse.
#[derive(Debug)]
pub struct Mouse {
    pub mode: MouseMode,
    /// The cell and the time of the last press, for a double press.
    pub last_press: Option<((u16, u16), Duration)>,
    /// What moves with the mouse while the button is down.
    pub drag: Option<Drag>,
}

/// What moves with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drag {
    Border(Border),
    /// A selection in a panel.
    Selection(Focus),
}

impl Default for Mouse {
    fn default() -> Self {
        Self { mode: MouseMode::On, last_press: None, drag: None }
    }
}
