//! The mouse in a dialog: a press moves the cursor of the list, a second press on the same item chooses it, the wheel moves the
//! cursor. A press outside changes nothing: an answer is never given by accident.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};
use crate::app::request::DialogShape;

use super::actions::ListAction;
use super::overlay::{ITEMS_FROM, Overlays};

impl Overlays {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        let Some(overlay) = self.modal_mut().filter(|overlay| overlay.dialog.shape() == DialogShape::List) else {
            return;
        };
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => {
                let action = if lines < 0 { ListAction::Up } else { ListAction::Down };
                (0..lines.unsigned_abs()).for_each(|_| self.act(action, cx));
            }
            PaneGesture::Press | PaneGesture::DoublePress => {
                let area = overlay.area(cx.context).inside();
                let row = mouse.y.checked_sub(area.y + ITEMS_FROM).filter(|_| area.contains((mouse.x, mouse.y)));
                let Some(item) = row.map(|row| overlay.list.top + usize::from(row)) else { return };
                if item >= overlay.items.len() {
                    return;
                }
                overlay.list.cursor = item;
                if mouse.gesture == PaneGesture::DoublePress {
                    self.act(ListAction::Choose, cx);
                }
            }
            PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
    }
}
