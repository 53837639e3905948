//! The actions of the explorer: name and help.

use crate::app::action_table::actions;

actions! {
    /// What works in the explorer.
    ExplorerAction in "explorer" {
        Down = "down": "next line",
        Up = "up": "line before",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "first line",
        End = "end": "last line",
        Open = "open": "open, or close again",
        Unfold = "unfold": "open",
        Fold = "fold": "close, or go to what it is in",
        Preview = "preview": "first rows of this table",
        Insert = "insert": "put the name into the worksheet",
        Detail = "detail": "documentation, columns and keys",
        Copy = "copy": "copy the name",
        Filter = "filter": "filter by name or comment",
        System = "system": "show or hide the server's own schemas",
        Leave = "leave": "clear the filter, or back to the worksheet",
    }
}

actions! {
    /// What works while a filter is typed.
    FilterAction in "filter" {
        Done = "done": "keep the filter",
        Clear = "clear": "clear the filter",
        DeleteBack = "delete-back": "delete the character before the cursor",
        Down = "down": "next line",
        Up = "up": "line before",
    }
}
