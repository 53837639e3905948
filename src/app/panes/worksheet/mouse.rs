//! The mouse in the worksheet: a press on a tab shows it, a press in the text moves the cursor, a drag selects, a double press
//! selects a word, the wheel scrolls the text and leaves the cursor. A press on an offered item inserts it.

use unicode_segmentation::UnicodeSegmentation;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};
use crate::app::request::Request;
use crate::domain::editing::TextPosition;

use super::rows::Wrapping;
use super::view::GUTTER;
use super::{LastAction, Mark, Scroll, Worksheets};

impl Worksheets {
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        let Some(area) = cx.context.layout.worksheet else { return PressHit::Nothing };
        match mouse.gesture {
            PaneGesture::ScrollDown(lines) => {
                self.scroll_down(lines, cx.context);
                return PressHit::Nothing;
            }
            PaneGesture::ScrollRight(cells) => {
                self.scroll_right(cells);
                return PressHit::Nothing;
            }
            PaneGesture::Press if mouse.y == area.y => {
                if let Some(tab) = self.tab_at(mouse.x, area, cx.context) {
                    cx.request(Request::ShowWorksheet(tab));
                }
                return PressHit::Nothing;
            }
            PaneGesture::Press | PaneGesture::DoublePress | PaneGesture::Extend | PaneGesture::Drag => {}
        }
        let inside = area.inside();
        let is_inside = inside.contains((mouse.x, mouse.y));
        if !is_inside && matches!(mouse.gesture, PaneGesture::Press | PaneGesture::Extend) {
            return PressHit::Nothing;
        }
        let at = (mouse.x.saturating_sub(inside.x), mouse.y.saturating_sub(inside.y));
        let position = self.position_at(at, cx.context);
        let (Some(to), Some(sheet)) = (position, self.sheets.get_mut(self.front)) else { return PressHit::Nothing };
        match mouse.gesture {
            PaneGesture::Press => sheet.editor.go(to),
            PaneGesture::DoublePress => sheet.editor.select_word(),
            PaneGesture::Extend | PaneGesture::Drag => sheet.editor.select_to(to),
            PaneGesture::ScrollDown(_) | PaneGesture::ScrollRight(_) => {}
        }
        (self.last_action, self.mark) = (LastAction::Other, Mark::None);
        match mouse.gesture {
            PaneGesture::Press => self.end_visual(),
            PaneGesture::DoublePress | PaneGesture::Extend | PaneGesture::Drag => self.end_modes(),
            PaneGesture::ScrollDown(_) | PaneGesture::ScrollRight(_) => {}
        }
        self.follow_cursor();
        self.on_moved(cx);
        self.settle(cx);
        PressHit::Selection
    }

    /// Handles a press in the popup of the completion: one on an item inserts the item. Returns whether the popup was hit.
    pub fn on_popup_press(&mut self, (x, y): (u16, u16), cx: &mut PaneContext<'_>) -> bool {
        if !self.completion.is_open() {
            return false;
        }
        let area = self.popup_area(cx.context).filter(|area| area.contains((x, y)));
        let (Some(area), Some(popup)) = (area, &self.completion.popup) else { return false };
        let inside = area.inside();
        let line = y.checked_sub(inside.y).filter(|line| inside.contains((x, y)) && *line < popup.item_lines(area));
        if let Some(line) = line {
            self.accept_item(popup.list.top + usize::from(line), cx);
        }
        true
    }

    /// Scrolls by so many rows. The cursor may leave the view until the next key.
    fn scroll_down(&mut self, rows: isize, context: &Context) {
        let wrapping = self.wrapping;
        let Some(sheet) = self.sheet_mut() else { return };
        let top = sheet.rows(wrapping, context).moved(sheet.scroll.top, rows);
        sheet.scroll.go(top, sheet.scroll.left);
    }

    /// Scrolls by so many characters, up to the end of the longest visible line. With soft wrap there is nothing to scroll.
    fn scroll_right(&mut self, characters: isize) {
        /// Lines whose length limits the scrolling: more than a screen has.
        const LINES: usize = 200;
        let wrapping = self.wrapping;
        let Some(sheet) = self.sheet_mut().filter(|_| wrapping == Wrapping::Off) else { return };
        let Scroll { top, left, .. } = sheet.scroll;
        let lines = sheet.editor.lines().iter().skip(top.line).take(LINES);
        let longest = lines.map(|line| line.graphemes(true).count()).max().unwrap_or(0);
        sheet.scroll.go(top, left.saturating_add_signed(characters).min(longest.saturating_sub(1)));
    }

    /// Returns the worksheet whose tab is at this column of the upper border.
    fn tab_at(&self, x: u16, area: Area, context: &Context) -> Option<usize> {
        // The border and a space are before the strip.
        let cell = x.checked_sub(area.x + 2)?;
        self.border_texts(area.width, context).0.tab_at(usize::from(cell))
    }

    /// Returns the position in the text at a cell inside the panel. Below the text it is in the last line.
    fn position_at(&self, (x, y): (u16, u16), context: &Context) -> Option<TextPosition> {
        let sheet = self.sheet()?;
        let rows = sheet.rows(self.wrapping, context);
        let visible = rows.visible(sheet.scroll.top, usize::from(y) + 1);
        let mut row = *visible.last()?;
        row.from = row.from.max(sheet.scroll.left);
        Some(rows.position_at(row, usize::from(x.saturating_sub(GUTTER))))
    }
}
