//! The actions of the inspector: name and help.

use crate::app::action_table::actions;

actions! {
    /// What works in the inspector.
    InspectorAction in "inspector" {
        Down = "down": "a line down",
        Up = "up": "a line up",
        PageDown = "page-down": "page down",
        PageUp = "page-up": "page up",
        Top = "top": "top",
        End = "end": "end",
        Example = "example": "put the next example into a worksheet",
        Copy = "copy": "copy what is shown",
        Format = "form": "this value as text, JSON, hexadecimal, geometry in turn",
        Toggle = "toggle": "fold or unfold this part of a JSON document",
        Fold = "fold": "fold this part, or go to what it lies in",
        Unfold = "unfold": "unfold this part, or go into it",
        FoldAll = "fold-all": "fold all parts of a JSON document",
        UnfoldAll = "unfold-all": "unfold all parts of a JSON document",
        Search = "search": "search what is shown",
        Next = "next-match": "next match",
        Previous = "previous-match": "match before",
        Pin = "pin": "keep this, or follow the cursor again",
        Leave = "leave": "close",
    }
}
