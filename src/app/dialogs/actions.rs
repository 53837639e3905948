//! The actions of dialogs: name and help.

use crate::app::action_table::actions;
use crate::app::widgets::list::CursorMove;

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

impl ListAction {
    /// Returns the move of the cursor that this action is, if it is one.
    #[must_use]
    pub fn cursor_move(self) -> Option<CursorMove> {
        match self {
            Self::Down => Some(CursorMove::Down),
            Self::Up => Some(CursorMove::Up),
            Self::PageDown => Some(CursorMove::PageDown),
            Self::PageUp => Some(CursorMove::PageUp),
            Self::Top => Some(CursorMove::Top),
            Self::End => Some(CursorMove::End),
            Self::Choose | Self::Close | Self::DeleteBack | Self::ClearLine => None,
        }
    }
}
