//! The scroll position of a worksheet. It follows the cursor, and survives changes of the layout.

use crate::app::context::Context;
use crate::app::focus::Focus;

use super::rows::{RowPosition, TextRows, Wrapping};
use super::{Worksheet, Worksheets};

/// Columns of a panel that show no text: borders, gutter, and room for the cursor at the end of a line.
const AROUND_TEXT: u16 = 9;

/// The scroll position of a worksheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    /// The first visible row.
    pub top: RowPosition,
    /// The first visible character of the lines. With soft wrap it is 0.
    pub left: usize,
    /// The position after the last move of the user. Changes of the layout start from it.
    kept: (RowPosition, usize),
    /// Whether the wheel has scrolled the text. Until the next key, the view does not follow the cursor.
    pub is_free: bool,
}

impl Scroll {
    /// Follows the cursor again.
    pub fn follow(&mut self) {
        self.is_free = false;
    }

    /// Scrolls by the wheel or a border of the mouse. The cursor may leave the view until the next key.
    pub fn go(&mut self, top: RowPosition, left: usize) {
        *self = Self { top, left, kept: (top, left), is_free: true };
    }
}

impl Worksheet {
    /// Returns the rows of its text in the layout.
    #[must_use]
    pub fn rows(&self, wrapping: Wrapping, context: &Context) -> TextRows<'_> {
        let width = context.layout.worksheet.map_or(0, |area| area.width);
        let columns = usize::from(width.saturating_sub(AROUND_TEXT)).max(1);
        TextRows { lines: self.editor.lines(), columns, wrapping }
    }

    /// Scrolls as little as shows the cursor, from a position.
    fn show_cursor(&mut self, (top, left): (RowPosition, usize), wrapping: Wrapping, context: &Context) {
        let count = usize::from(context.layout.rows(Focus::Worksheet)).max(1);
        let cursor = self.editor.cursor();
        let rows = self.rows(wrapping, context);
        // No row stays empty below the text while a line above is hidden.
        let top = top.min(rows.moved(rows.last(), 1 - isize::try_from(count).unwrap_or(isize::MAX)));
        let top = rows.top_that_shows(rows.place_of(cursor).0, top, count);
        let left = match wrapping {
            Wrapping::On => 0,
            // Where the line fits up to the cursor, its start is shown.
            Wrapping::Off if cursor.column < rows.columns => 0,
            Wrapping::Off => left.min(cursor.column).max((cursor.column + 1).saturating_sub(rows.columns)),
        };
        (self.scroll.top, self.scroll.left) = (top, left);
    }
}

impl Worksheets {
    /// Follows the cursor of the worksheet in front again.
    pub(super) fn follow_cursor(&mut self) {
        if let Some(sheet) = self.sheet_mut() {
            sheet.scroll.follow();
        }
    }

    /// Scrolls to the cursor after the user has moved it.
    pub(super) fn scroll_to_cursor(&mut self, context: &Context) {
        self.scroll_from(context, |scroll| (scroll.top, scroll.left));
        if let Some(sheet) = self.sheet_mut() {
            sheet.scroll.kept = (sheet.scroll.top, sheet.scroll.left);
        }
    }

    /// Scrolls to the cursor after the layout has changed.
    pub(super) fn fit_layout(&mut self, context: &Context) {
        self.scroll_from(context, |scroll| scroll.kept);
    }

    /// A panel that is not shown keeps its scroll position, and so does one that the wheel has scrolled.
    fn scroll_from(&mut self, context: &Context, from: impl Fn(&Scroll) -> (RowPosition, usize)) {
        let wrapping = self.wrapping;
        if context.layout.worksheet.is_none() {
            return;
        }
        let Some(sheet) = self.sheet_mut().filter(|sheet| !sheet.scroll.is_free) else { return };
        sheet.show_cursor(from(&sheet.scroll), wrapping, context);
    }
}
