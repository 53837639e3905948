//! The actions of dialogs: name and help.

use crate::app::action_table::actions;
use crate::app::widgets::list::CursorMove;

actions! {
    /// Actions that work in all dialogs.
    ListAction in "list" {
        Down = "down": "Go to the next item" [Motion],
        Up = "up": "Go to the previous item" [Motion],
        PageDown = "page-down": "Page down" [Motion],
        PageUp = "page-up": "Page up" [Motion],
        Top = "top": "Go to the first item" [Motion],
        End = "end": "Go to the last item" [Motion],
        Choose = "choose": "Take this item",
        Compare = "compare": "Compare two statements of the history: mark one, then the other" also "difference diff",
        Save = "save": "Save this statement of the history as a snippet…" also "favourite favorite bookmark keep query",
        Close = "close": "Close, or go back one step",
    }
}

impl ListAction {
    /// Returns the cursor move that this action stands for, if it is one.
    #[must_use]
    pub fn cursor_move(self) -> Option<CursorMove> {
        match self {
            Self::Down => Some(CursorMove::Down),
            Self::Up => Some(CursorMove::Up),
            Self::PageDown => Some(CursorMove::PageDown),
            Self::PageUp => Some(CursorMove::PageUp),
            Self::Top => Some(CursorMove::Top),
            Self::End => Some(CursorMove::End),
            Self::Choose | Self::Compare | Self::Save | Self::Close => None,
        }
    }
}
