//! The mouse in the explorer: a press moves the cursor, one on the mark of a node or a double press opens the node, the wheel
//! scrolls.

use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};
use crate::app::request::Request;

use super::{Explorer, ExplorerAction};

impl Explorer {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        let Some(area) = cx.context.layout.explorer else { return };
        let inside = area.inside();
        let rows = usize::from(inside.height.saturating_sub(1)).max(1);
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => {
                self.list.scroll(lines, self.lines.len(), rows);
                return;
            }
            PaneGesture::Press | PaneGesture::DoublePress => {}
            PaneGesture::Drag | PaneGesture::ScrollRight(_) => return,
        }
        if mouse.y == inside.y {
            self.is_typing = true;
            return;
        }
        let Some(row) = mouse.y.checked_sub(inside.y + 1).map(|y| self.list.top + usize::from(y)) else { return };
        let Some(line) = self.lines.get(row).copied() else { return };
        self.is_typing = false;
        self.list.cursor = row;
        let mark = inside.x + u16::try_from(line.depth * 2 + 1).unwrap_or(u16::MAX);
        let is_on_mark = (mark..mark.saturating_add(2)).contains(&mouse.x);
        if is_on_mark != (mouse.gesture == PaneGesture::DoublePress) {
            self.act(ExplorerAction::Open, cx);
        }
        if let Some((schema, table)) = self.table(cx.context) {
            cx.request(Request::ShowTable { schema, table });
        }
    }
}
