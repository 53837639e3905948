//! The mouse in a dialog: a press moves the cursor of the list, a second press on the same item chooses it, the wheel moves the
//! cursor. A press outside changes nothing: an answer is never given by accident.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};
use crate::app::request::DialogShape;

use super::actions::ListAction;
use super::overlay::{ITEMS_FROM, Overlays};

impl Overlays {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        let Some(overlay) = self.modal_mut().filter(|overlay| overlay.dialog.shape() == DialogShape::List) else {
            return PressHit::Nothing;
        };
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => {
                let action = if lines < 0 { ListAction::Up } else { ListAction::Down };
                (0..lines.unsigned_abs()).for_each(|_| self.act(action, cx));
            }
            PaneGesture::DoublePress => self.act(ListAction::Choose, cx),
            PaneGesture::Press => {
                let area = overlay.area(cx.context).inside();
                let row = mouse.y.checked_sub(area.y + ITEMS_FROM).filter(|_| area.contains((mouse.x, mouse.y)));
                let row = row.filter(|row| usize::from(*row) < overlay.page(cx.context));
                let number = row.map(|row| overlay.list.top + usize::from(row));
                let is_item = |number: &usize| overlay.items.get(*number).is_some_and(|item| !item.is_heading());
                if let Some(number) = number.filter(is_item) {
                    overlay.list.cursor = number;
                    return PressHit::Item;
                }
            }
            PaneGesture::Extend | PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
        PressHit::Nothing
    }
}
