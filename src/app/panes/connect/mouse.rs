//! The mouse on the connection screen: in the list of profiles a press moves the cursor and a double press connects. The wheel
//! scrolls the list, and the text below the steps.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};
use crate::app::widgets::list::CursorMove;

use super::profiles::lines_above;
use super::{Connect, ConnectAction, ConnectStage};

impl Connect {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        match self.stage {
            ConnectStage::Choosing => return self.on_list_mouse(mouse, cx),
            ConnectStage::Connecting | ConnectStage::Asking(_) | ConnectStage::Failed(_) => {
                if let PaneGesture::ScrollDown(lines) = mouse.gesture {
                    let step = if lines < 0 { CursorMove::Up } else { CursorMove::Down };
                    (0..lines.unsigned_abs()).for_each(|_| self.scroll(step, cx.context));
                }
            }
            ConnectStage::ReadingSettings | ConnectStage::Adding => {}
        }
        PressHit::Nothing
    }

    fn on_list_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
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
