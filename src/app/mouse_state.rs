//! What the mouse does: its mode, the last press, what is dragged.

use std::time::Duration;

use crate::domain::mouse::MouseMode;

use super::focus::Focus;
use super::layout::Border;
use super::panes::PressHit;

/// The state of the mouse.
#[derive(Debug)]
pub struct Mouse {
    pub mode: MouseMode,
    /// The last press, for a double press.
    pub last_press: Option<Press>,
    /// What moves with the mouse while the button is down.
    pub drag: Option<Drag>,
}

/// A press of the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Press {
    pub at: (u16, u16),
    pub time: Duration,
    /// The panel under it; `None` in a dialog and between the panels.
    pub panel: Option<Focus>,
    pub hit: PressHit,
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
