//! A list with a cursor that stays in view. It knows how many items there are, not what they are.

use crate::app::action::actions;

actions! {
    /// What works in every list above the panels.
    ListAction in "list" {
        Down = "down": "next line",
        Up = "up": "line before",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "first line",
        End = "end": "last line",
        Choose = "choose": "take this one",
        Close = "close": "close",
        DeleteBack = "delete-back": "delete the character before the cursor",
        ClearLine = "clear-line": "clear the line",
    }
}

/// Cursor and first visible line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    /// The line of the cursor.
    pub cursor: usize,
    /// The first visible line.
    pub top: usize,
}

/// A move of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says it")]
pub enum Step {
    Down,
    Up,
    PageDown,
    PageUp,
    Top,
    End,
}

impl ListAction {
    /// The move that this action is, if it is one.
    #[must_use]
    pub fn step(self) -> Option<Step> {
        match self {
            Self::Down => Some(Step::Down),
            Self::Up => Some(Step::Up),
            Self::PageDown => Some(Step::PageDown),
            Self::PageUp => Some(Step::PageUp),
            Self::Top => Some(Step::Top),
            Self::End => Some(Step::End),
            Self::Choose | Self::Close | Self::DeleteBack | Self::ClearLine => None,
        }
    }
}

impl List {
    /// Moves the cursor among `count` items of which `page` are visible.
    pub fn step(&mut self, step: Step, count: usize, page: usize) {
        let page = page.max(1);
        self.cursor = match step {
            Step::Down => self.cursor.saturating_add(1),
            Step::Up => self.cursor.saturating_sub(1),
            Step::PageDown => self.cursor.saturating_add(page),
            Step::PageUp => self.cursor.saturating_sub(page),
            Step::Top => 0,
            Step::End => count.saturating_sub(1),
        };
        self.settle(count, page);
    }

    /// Restores: the cursor is on an item and in view.
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
        let mut list = List::default();
        list.step(Step::PageDown, 100, 10);
        assert_eq!(list, List { cursor: 10, top: 1 });
        list.step(Step::End, 100, 10);
        assert_eq!(list, List { cursor: 99, top: 90 });
        list.settle(3, 10);
        assert_eq!(list, List { cursor: 2, top: 0 });
        list.settle(0, 10);
        assert_eq!(list, List { cursor: 0, top: 0 });
    }
}
