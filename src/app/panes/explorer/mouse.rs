//! The mouse in the explorer: a press moves the cursor, one on the mark of a node or a double press opens the node, the wheel
//! scrolls.

use crate::app::layout::Area;
use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};
use crate::app::request::Request;

use super::{Explorer, ExplorerAction};

impl Explorer {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        let Some(area) = cx.context.layout.explorer else { return PressHit::Nothing };
        let inside = area.inside();
        let rows = usize::from(inside.height.saturating_sub(1)).max(1);
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => self.list.scroll(lines, self.lines.len(), rows),
            PaneGesture::DoublePress => self.act(ExplorerAction::Open, cx),
            PaneGesture::Press if inside.contains((mouse.x, mouse.y)) => return self.press(mouse, inside, cx),
            PaneGesture::Press | PaneGesture::Extend | PaneGesture::Drag | PaneGesture::ScrollRight(_) => {}
        }
        PressHit::Nothing
    }

    fn press(&mut self, mouse: PaneMouse, inside: Area, cx: &mut PaneContext<'_>) -> PressHit {
        let Some(row) = mouse.y.checked_sub(inside.y + 1).map(|y| self.list.top + usize::from(y)) else {
            // The line of the filter.
            self.is_typing = true;
            return PressHit::Nothing;
        };
        let Some(line) = self.lines.get(row).copied() else { return PressHit::Nothing };
        self.is_typing = false;
        self.list.cursor = row;
        let mark = inside.x + u16::try_from(line.depth * 2 + 1).unwrap_or(u16::MAX);
        let is_on_mark = (mark..mark.saturating_add(2)).contains(&mouse.x);
        if is_on_mark {
            self.act(ExplorerAction::Open, cx);
        }
        if let Some((schema, table)) = self.table(cx.context) {
            cx.request(Request::ShowTable { schema, table });
        }
        if is_on_mark { PressHit::Nothing } else { PressHit::Item }
    }
}
