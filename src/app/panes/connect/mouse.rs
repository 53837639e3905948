//! The mouse on the list of profiles: a press moves the cursor, a double press connects, the wheel scrolls.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};

use super::profiles::lines_above;
use super::{Connect, ConnectAction, ConnectStage};

impl Connect {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        if self.stage != ConnectStage::Choosing {
            return;
        }
        let inside = self.place(cx.context).inside();
        let count = self.listed(cx.context).len();
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => self.list.scroll(lines, count, self.page(cx.context)),
            PaneGesture::Press | PaneGesture::DoublePress => {
                let y = mouse.y.checked_sub(inside.y + lines_above(inside.height));
                let Some(y) = y.filter(|_| inside.contains((mouse.x, mouse.y))) else { return };
                let number = self.list.top + usize::from(y);
                if number < count {
                    self.list.cursor = number;
                    if mouse.gesture == PaneGesture::DoublePress {
                        self.act(ConnectAction::Connect, cx);
                    }
                }
            }
            PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
    }
}
