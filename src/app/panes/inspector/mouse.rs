//! The mouse in the inspector: the wheel scrolls.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};

use super::Inspector;

impl Inspector {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        if let PaneGesture::ScrollDown(lines) = mouse.gesture {
            self.top = self.top.saturating_add_signed(lines);
            self.settle(cx.context);
        }
    }
}
