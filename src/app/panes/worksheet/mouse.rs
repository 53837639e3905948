//! The mouse in the worksheet: a press on a tab shows it, a press in the text moves the cursor, a drag selects, a double press selects a word, the wheel scrolls.

use unicode_segmentation::UnicodeSegmentation;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};
use crate::app::request::Request;
use crate::domain::screen_width::ScreenWidth as _;

use super::view::{GUTTER, shown};
use super::{Edit, Worksheets};

impl Worksheets {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        let Some(area) = cx.context.layout.worksheet else { return };
        if mouse.y == area.y {
            if mouse.gesture == PaneGesture::Press
                && let Some(tab) = self.tab_at(mouse.x, area, cx.context)
            {
                cx.request(Request::ShowWorksheet(tab));
            }
            return;
        }
        let inside = area.inside();
        let at = (mouse.x.saturating_sub(inside.x), mouse.y.saturating_sub(inside.y));
        let Some(to) = self.position_at(at) else { return };
        let last_top = self.sheet().map_or(0, |sheet| sheet.editor.lines().len().saturating_sub(1));
        let Some(sheet) = self.sheets.get_mut(self.front) else { return };
        match mouse.gesture {
            PaneGesture::Press => sheet.editor.go(to),
            PaneGesture::Drag => sheet.editor.select_to(to),
            PaneGesture::DoublePress => {
                sheet.editor.go(to);
                sheet.editor.select_word();
            }
            PaneGesture::ScrollDown(lines) => {
                // The cursor stays in view.
                let top = self.top.saturating_add_signed(lines).min(last_top);
                let (line, column) = sheet.editor.cursor();
                let rows = usize::from(inside.height).max(1);
                let line_in_view = line.clamp(top, top + rows - 1);
                if line_in_view != line {
                    sheet.editor.go((line_in_view, column));
                }
                self.top = top;
            }
            PaneGesture::ScrollRight(cells) => {
                let step = if cells < 0 { Edit::Left } else { Edit::Right };
                for _ in 0..cells.unsigned_abs() {
                    sheet.editor.edit(step.clone(), false);
                }
            }
        }
        self.on_moved(cx);
        self.settle(cx);
    }

    /// Returns the worksheet whose tab is at this column of the upper border.
    fn tab_at(&self, x: u16, area: Area, context: &Context) -> Option<usize> {
        // The border and a space are before the strip.
        let cell = x.checked_sub(area.x + 2)?;
        self.border_texts(area.width, context).0.tab_at(usize::from(cell))
    }

    /// Returns the position in the text at a cell inside the panel.
    fn position_at(&self, (x, y): (u16, u16)) -> Option<(usize, usize)> {
        let lines = self.sheet()?.editor.lines();
        let line = (self.top + usize::from(y)).min(lines.len().saturating_sub(1));
        let target = usize::from(x.saturating_sub(GUTTER));
        let (mut cells, mut column) = (0, 0);
        for (place, grapheme) in lines.get(line)?.graphemes(true).enumerate() {
            if place >= self.left {
                let width = shown(grapheme).cells();
                if cells + width > target {
                    break;
                }
                cells += width;
            }
            column += grapheme.chars().count();
        }
        Some((line, column))
    }
}
