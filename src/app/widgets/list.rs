//! The cursor of a list, which stays in view. It knows how many items the list has, but not the items.

/// The cursor and the first visible line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListCursor {
    /// The number of the item under the cursor.
    pub cursor: usize,
    /// The number of the first visible item.
    pub top: usize,
}

/// A move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorMove {
    Down,
    Up,
    PageDown,
    PageUp,
    Top,
    End,
}

impl ListCursor {
    /// Moves the cursor. The list has `count` items, of which `page` are visible.
    pub fn go(&mut self, step: CursorMove, count: usize, page: usize) {
        let page = page.max(1);
        self.cursor = match step {
            CursorMove::Down => self.cursor.saturating_add(1),
            CursorMove::Up => self.cursor.saturating_sub(1),
            CursorMove::PageDown => self.cursor.saturating_add(page),
            CursorMove::PageUp => self.cursor.saturating_sub(page),
            CursorMove::Top => 0,
            CursorMove::End => count.saturating_sub(1),
        };
        self.settle(count, page);
    }

    /// Scrolls by so many lines; a negative number is up. The cursor stays in view.
    pub fn scroll(&mut self, lines: isize, count: usize, page: usize) {
        let page = page.max(1);
        self.top = self.top.saturating_add_signed(lines).min(count.saturating_sub(page.min(count)));
        self.cursor = self.cursor.clamp(self.top, self.top + page - 1);
        self.settle(count, page);
    }

    /// Puts the cursor on an item and scrolls it into view.
    pub fn settle(&mut self, count: usize, page: usize) {
        let page = page.max(1);
        self.cursor = self.cursor.min(count.saturating_sub(1));
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(page));
        self.top = self.top.min(count.saturating_sub(page.min(count)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_on_an_item_and_in_view() {
        let mut list = ListCursor::default();
        list.go(CursorMove::PageDown, 100, 10);
        assert_eq!(list, ListCursor { cursor: 10, top: 1 });
        list.go(CursorMove::End, 100, 10);
        assert_eq!(list, ListCursor { cursor: 99, top: 90 });
        list.settle(3, 10);
        assert_eq!(list, ListCursor { cursor: 2, top: 0 });
        list.settle(0, 10);
        assert_eq!(list, ListCursor { cursor: 0, top: 0 });
    }
}
