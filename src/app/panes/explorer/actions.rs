//! The actions of the explorer: name, help, search words.

use crate::app::action_table::actions;

actions! {
    /// Actions of the explorer.
    ExplorerAction in "explorer" {
        Down = "down": "Go to the next line" [Motion],
        Up = "up": "Go to the previous line" [Motion],
        PageDown = "page-down": "Page down" [Motion],
        PageUp = "page-up": "Page up" [Motion],
        Top = "top": "Go to the first line" [Motion],
        End = "end": "Go to the last line" [Motion],
        Open = "open": "Open or close",
        Unfold = "unfold": "Open",
        Fold = "fold": "Close, or go to the parent",
        Preview = "preview": "Preview table: the first rows" also "select data top sample look",
        Insert = "insert": "Insert name into the worksheet" also "sql text",
        Detail = "detail": "Show documentation, columns and keys" also "describe desc docs structure indexes ddl",
        Copy = "copy": "Copy name" also "clipboard",
        Filter = "filter": "Filter tables and columns…" also "search find narrow",
        System = "system": "Show or hide system schemas" also "mysql information_schema performance_schema hidden",
        Leave = "leave": "Clear the filter, or close the explorer where it covers other panels",
    }
}

actions! {
    /// Actions while a filter is typed.
    FilterAction in "filter" {
        Done = "done": "Keep the filter",
        Clear = "clear": "Clear the filter",
        Down = "down": "Go to the next line" [Motion],
        Up = "up": "Go to the previous line" [Motion],
    }
}
