//! The actions of the inspector: name and help.

use crate::app::action_table::actions;

actions! {
    /// Actions of the inspector.
    InspectorAction in "inspector" {
        Down = "down": "Scroll down",
        Up = "up": "Scroll up",
        PageDown = "page-down": "Page down",
        PageUp = "page-up": "Page up",
        Top = "top": "Go to the top",
        End = "end": "Go to the end",
        Example = "example": "Open the next example in a worksheet",
        Copy = "copy": "Copy the text of the inspector",
        Format = "form": "Show the value in the next format: text, JSON, hexadecimal, geometry",
        Toggle = "toggle": "Fold or unfold this part of a JSON document",
        Fold = "fold": "Fold this part, or go to its parent",
        Unfold = "unfold": "Unfold this part, or go into it",
        FoldAll = "fold-all": "Fold all parts of a JSON document",
        UnfoldAll = "unfold-all": "Unfold all parts of a JSON document",
        Search = "search": "Search the inspector…",
        Next = "next-match": "Go to the next match",
        Previous = "previous-match": "Go to the previous match",
        Pin = "pin": "Keep the inspector as it is, or follow the cursor",
        Leave = "leave": "Close the inspector",
    }
}
