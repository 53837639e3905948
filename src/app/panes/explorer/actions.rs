//! The actions of the explorer: name and help.

use crate::app::action_table::actions;

actions! {
    /// Actions of the explorer.
    ExplorerAction in "explorer" {
        Down = "down": "Go to the next line",
        Up = "up": "Go to the previous line",
        PageDown = "page-down": "Page down",
        PageUp = "page-up": "Page up",
        Top = "top": "Go to the first line",
        End = "end": "Go to the last line",
        Open = "open": "Open or close",
        Unfold = "unfold": "Open",
        Fold = "fold": "Close, or go to the parent",
        Preview = "preview": "Preview table: the first rows",
        Insert = "insert": "Insert name into the worksheet",
        Detail = "detail": "Show documentation, columns and keys",
        Copy = "copy": "Copy name",
        Filter = "filter": "Filter tables and columns…",
        System = "system": "Show or hide system schemas",
        Leave = "leave": "Clear the filter, or close the explorer where it covers other panels",
    }
}

actions! {
    /// Actions while a filter is typed.
    FilterAction in "filter" {
        Done = "done": "Keep the filter",
        Clear = "clear": "Clear the filter",
        Down = "down": "Go to the next line",
        Up = "up": "Go to the previous line",
    }
}
