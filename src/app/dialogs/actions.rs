//! The actions of dialogs: name and help.

use crate::app::action_table::actions;
use crate::app::widgets::list::Step;

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
