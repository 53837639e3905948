//! The actions of the inspector: name, help, search words.

use crate::app::action_table::actions;

actions! {
    /// Actions of the inspector.
    InspectorAction in "inspector" {
        Down = "down": "Scroll down" [Motion],
        Up = "up": "Scroll up" [Motion],
        PageDown = "page-down": "Page down" [Motion],
        PageUp = "page-up": "Page up" [Motion],
        Top = "top": "Go to the top" [Motion],
        End = "end": "Go to the end" [Motion],
        Example = "example": "Open the next example in a worksheet" also "sample query",
        Copy = "copy": "Copy the text of the inspector; of a row, the field at the cursor" also "clipboard",
        CopyAll = "copy-all": "Copy all that the inspector shows, such as the whole row" also "clipboard record",
        Format = "form": "Show the value in the next format: text, JSON, hexadecimal, geometry" also "hex pretty view plan tree table",
        Toggle = "toggle": "Fold or unfold this part of a JSON document; of a row, show the field's value" also "collapse expand",
        Fold = "fold": "Fold this part, or go to its parent" also "collapse",
        Unfold = "unfold": "Unfold this part, or go into it" also "expand",
        FoldAll = "fold-all": "Fold all parts of a JSON document" also "collapse",
        UnfoldAll = "unfold-all": "Unfold all parts of a JSON document" also "expand",
        Search = "search": "Search the inspector…" also "find text",
        Next = "next-match": "Go to the next match",
        Previous = "previous-match": "Go to the previous match",
        Pin = "pin": "Keep the inspector as it is, or follow the cursor" also "pin hold lock",
        Back = "back": "Go back from a field to its row" also "return",
        Leave = "leave": "Go one step back, or close the inspector where it covers other panels",
    }
}
