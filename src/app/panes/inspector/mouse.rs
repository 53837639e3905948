//! The mouse in the inspector: a press chooses a field of a row or a part of a JSON document, a double press opens it, the wheel
//! scrolls.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};

use super::{Inspector, InspectorAction, InspectorContent};

impl Inspector {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        let Some(area) = cx.context.layout.inspector else { return PressHit::Nothing };
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => {
                self.top = self.top.saturating_add_signed(lines);
                self.settle(cx.context);
            }
            PaneGesture::DoublePress => self.act(InspectorAction::Toggle, cx),
            PaneGesture::Press => {
                let inside = area.inside();
                let Some(row) = self.row_at(mouse.y.checked_sub(inside.y), inside.height) else {
                    return PressHit::Nothing;
                };
                match (&self.content, &mut self.tree) {
                    (InspectorContent::Row { .. }, _) => self.field = row,
                    (_, Some(tree)) => tree.go(row),
                    (_, None) => return PressHit::Nothing,
                }
                return PressHit::Item;
            }
            PaneGesture::Extend | PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
        PressHit::Nothing
    }

    /// Returns the number of the field or of the part on a line of the panel.
    fn row_at(&self, y: Option<u16>, height: u16) -> Option<usize> {
        let line = self.top + usize::from(y.filter(|y| *y < height)?);
        let at = self.rows.partition_point(|row| row.0 <= line).checked_sub(1)?;
        self.rows.get(at).filter(|_| line < self.lines.len()).map(|row| row.1)
    }
}
