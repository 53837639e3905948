//! The mouse on the list of profiles: a press moves the cursor, a double press connects, the wheel scrolls.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};

use super::profiles::lines_above;
use super::{Connect, ConnectAction, ConnectStage};

impl Connect {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        if self.stage != ConnectStage::Choosing {
            return PressHit::Nothing;
        }
        let inside = self.place(cx.context).inside();
        let count = self.listed(cx.context).len();
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => self.list.scroll(lines, count, self.page(cx.context)),
            PaneGesture::DoublePress => self.act(ConnectAction::Connect, cx),
            PaneGesture::Press => {
                let y = mouse.y.checked_sub(inside.y + lines_above(inside.height));
                let y = y.filter(|_| inside.contains((mouse.x, mouse.y)));
                let number = y.map(|y| self.list.top + usize::from(y)).filter(|number| *number < count);
                if let Some(number) = number {
                    self.list.cursor = number;
                    return PressHit::Item;
                }
            }
            PaneGesture::Extend | PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
        PressHit::Nothing
    }
}
