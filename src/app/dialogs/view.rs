//! Draws the open dialogs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::context::Context;
use crate::app::request::{DialogItem, DialogShape};
use crate::app::ui::draw::{clip, panel, parts, rect, wrap};
use crate::app::ui::line::{VisibleLine, visible_line};
use crate::app::ui::theme::Theme;
use crate::domain::quantity::grouped;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::{Overlay, Overlays};

/// The lines of the border of a dialog.
const BORDER_LINES: u16 = 2;

/// Draws the open overlays.
#[derive(Debug)]
pub struct OverlaysView<'a> {
    pub overlays: &'a Overlays,
    pub context: &'a Context,
    pub theme: Theme,
}

impl OverlaysView<'_> {
    /// Draws all overlays, the topmost last.
    pub fn draw(&self, buffer: &mut Buffer) {
        for overlay in self.overlays.bottom_up() {
            OverlayView { overlay, context: self.context, theme: self.theme }.draw(buffer);
        }
    }
}

/// Draws one overlay.
struct OverlayView<'a> {
    overlay: &'a Overlay,
    context: &'a Context,
    theme: Theme,
}

impl OverlayView<'_> {
    fn draw(&self, buffer: &mut Buffer) {
        let dialog = &self.overlay.dialog;
        let area = rect(self.overlay.area(self.context), buffer);
        let listed = self.overlay.items.iter().filter(|item| !item.is_heading()).count();
        let count = match (dialog.shape(), dialog.total()) {
            (DialogShape::Line | DialogShape::Confirm, _) => String::new(),
            (DialogShape::List, Some(total)) if total > listed => {
                format!("best {} of {}", grouped(listed as u64), grouped(total as u64))
            }
            (DialogShape::List, _) => grouped(listed as u64),
        };
        let inside = panel(buffer, area, dialog.title(), &count, true, self.theme);
        if inside.is_empty() {
            return;
        }
        match dialog.shape() {
            DialogShape::Confirm => self.confirmation(inside, buffer),
            DialogShape::Line => {
                self.input(inside, buffer);
                self.below_line(inside, buffer);
            }
            DialogShape::List => {
                self.input(inside, buffer);
                self.list(inside, buffer);
            }
        }
    }

    fn input(&self, area: Rect, buffer: &mut Buffer) {
        let prompt = self.overlay.dialog.prompt();
        let line = self.typed(prompt, area);
        parts(
            buffer,
            (area.x + 1, area.y),
            area.right(),
            [
                (prompt, self.theme.dim()),
                (" › ", self.theme.key()),
                (line.before_cursor.as_str(), self.theme.text()),
                ("▏", self.theme.key()),
                (line.after_cursor.as_str(), self.theme.text()),
            ],
        );
    }

    /// Returns the part of the typed text that fits.
    fn typed(&self, prompt: &str, area: Rect) -> VisibleLine {
        visible_line(self.overlay.input.parts(), usize::from(area.width).saturating_sub(prompt.cells() + 5))
    }

    /// Draws what is wrong with the typed text; if nothing is, the explanation or the preview.
    fn below_line(&self, area: Rect, buffer: &mut Buffer) {
        let dialog = &self.overlay.dialog;
        if let Some(fault) = &self.overlay.fault {
            self.mark(&fault.at, area, buffer);
            Self::lines(&fault.message, self.theme.warning(), area, buffer);
            return;
        }
        Self::lines(&dialog.explanation(), self.theme.dim(), area, buffer);
        let rows = usize::from(area.height.saturating_sub(2));
        for (y, line) in (area.y + 2..).zip(dialog.preview().lines().take(rows)) {
            let line = clip(&visible(&line.replace('\t', "  ")), usize::from(area.width).saturating_sub(4));
            parts(buffer, (area.x + 3, y), area.right(), [(line.as_str(), self.theme.dim())]);
        }
    }

    /// Draws a mark under these bytes of the typed text, as far as they are visible.
    fn mark(&self, at: &std::ops::Range<usize>, area: Rect, buffer: &mut Buffer) {
        let prompt = self.overlay.dialog.prompt();
        let text = self.overlay.input.text();
        let before = text.get(..at.start).map_or(0, |text| visible(text).cells());
        let width = text.get(at.clone()).map_or(1, |text| visible(text).cells()).max(1);
        let left_out = self.typed(prompt, area).left_out;
        // The mark of the cursor takes a cell.
        let cursor = self.overlay.input.parts().0.len();
        let cell = |cells: usize, byte: usize| (cells + usize::from(byte > cursor)).max(left_out);
        let (from, to) = (cell(before, at.start + 1), cell(before + width, at.end));
        let x = area.x + 1 + u16::try_from(prompt.cells() + 3 + from - left_out).unwrap_or(0);
        let mark = "^".repeat(to - from);
        parts(buffer, (x, area.y + 1), area.right(), [(mark.as_str(), self.theme.warning())]);
    }

    /// Draws text under the line, wrapped.
    fn lines(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
        let width = usize::from(area.width).saturating_sub(2);
        for (y, line) in (area.y + 2..area.bottom()).zip(wrap(text, width)) {
            parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), style)]);
        }
    }

    fn confirmation(&self, area: Rect, buffer: &mut Buffer) {
        let question = self.overlay.dialog.explanation();
        let lines = wrap(&question, usize::from(area.width).saturating_sub(2));
        // On a small screen the keys are more important than the end of a long question.
        let last = area.bottom().saturating_sub(1);
        for (y, line) in (area.y + 1..last).zip(&lines) {
            parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), self.theme.text())]);
        }
        let keys_at = area.y.saturating_add(2).saturating_add(u16::try_from(lines.len()).unwrap_or(u16::MAX));
        parts(
            buffer,
            (area.x + 1, keys_at.min(last)),
            area.right(),
            [
                ("y", self.theme.key()),
                (" yes   ", self.theme.text()),
                ("any other key", self.theme.key()),
                (" no", self.theme.text()),
            ],
        );
    }

    fn list(&self, area: Rect, buffer: &mut Buffer) {
        let Overlay { items, list: cursor, .. } = self.overlay;
        if items.is_empty() {
            let text = self.overlay.dialog.empty_text(self.overlay.input.text(), self.context);
            Self::lines(&text, self.theme.dim(), area, buffer);
            return;
        }
        let preview = self.overlay.preview_lines(area.height.saturating_add(BORDER_LINES));
        let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + preview), ..area };
        if let Some(item) = items.get(cursor.cursor) {
            let preview = Rect { y: area.bottom().saturating_sub(preview), height: preview, ..area };
            self.preview(&item.preview, preview, buffer);
        }
        let named = items.iter().filter(|item| !item.is_heading());
        let widest = named.map(|item| visible(&item.name).cells()).max().unwrap_or(0);
        let limit = usize::from(list.width) * 5 / 10;
        let in_view = items.iter().enumerate().skip(cursor.top).take(usize::from(list.height));
        for (y, (row, item)) in (list.y..).zip(in_view) {
            let line = Rect { y, height: 1, ..list };
            if item.is_heading() {
                let texts = [(" ", self.theme.text()), (item.name.as_str(), self.theme.heading())];
                parts(buffer, (line.x, line.y), line.right(), texts);
                continue;
            }
            self.item(item, row == cursor.cursor, widest.min(limit), line, buffer);
        }
    }

    /// Draws a line, and below it the text of the item under the cursor, as much as fits.
    fn preview(&self, text: &str, area: Rect, buffer: &mut Buffer) {
        if area.height < 2 {
            return;
        }
        let line = "─".repeat(usize::from(area.width));
        parts(buffer, (area.x, area.y), area.right(), [(line.as_str(), self.theme.dim())]);
        let width = usize::from(area.width).saturating_sub(2).max(1);
        let lines = text.lines().flat_map(|line| wrap(&visible(&line.replace('\t', "  ")), width));
        for (at, (y, line)) in (area.y + 1..area.bottom()).zip(lines).enumerate() {
            let style = if at == 0 { self.theme.dim() } else { self.theme.text() };
            parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), style)]);
        }
    }

    fn item(&self, item: &DialogItem, is_here: bool, widest: usize, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let style_of = |style| if is_here { theme.cursor() } else { style };
        if is_here {
            buffer.set_style(area.intersection(buffer.area), theme.cursor());
        }
        // On a narrow screen the text after the name is more important than the text at the right.
        let width = usize::from(area.width);
        let fits = widest + visible(&item.about).cells() + visible(&item.right).cells() + 6 <= width;
        let most = match (fits, width < 60 && !item.about.is_empty()) {
            (true, _) => width,
            (false, true) => 0,
            (false, false) => width / 3,
        };
        let right = clip(&visible(&item.right), most);
        let room = width.saturating_sub(right.cells() + 3);
        let widest = if item.about.is_empty() { room } else { widest.min(room) };
        let name = clip(&visible(&item.name), widest);
        let pad = " ".repeat(widest.saturating_sub(name.cells()) + 2);
        let about = clip(&visible(&item.about), room.saturating_sub(widest + 2));
        let lead = if is_here { "›" } else { " " };
        parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [
                (lead, style_of(theme.key())),
                (name.as_str(), style_of(theme.text())),
                (pad.as_str(), style_of(theme.text())),
                (about.as_str(), style_of(theme.dim())),
            ],
        );
        let x = area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(0) + 1);
        parts(buffer, (x, area.y), area.right(), [(right.as_str(), style_of(theme.key()))]);
    }
}
