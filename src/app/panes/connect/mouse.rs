//! The mouse on the connection screen.

use crate::app::panes::{PaneContext, PaneMouse};

use super::Connect;

impl Connect {
    pub fn on_mouse(&mut self, _mouse: PaneMouse, _cx: &mut PaneContext<'_>) {}
}
