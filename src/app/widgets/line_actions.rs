//! The actions in a line of text: name and help.

use crate::app::action_table::actions;

actions! {
    /// Actions in a line of text: the form, a secret, a filter, a name.
    LineAction in "line" {
        Left = "left": "Move the cursor left",
        Right = "right": "Move the cursor right",
        WordLeft = "word-left": "Move the cursor to the word before",
        WordRight = "word-right": "Move the cursor after the word",
        Start = "start": "Move the cursor to the start of the line",
        End = "end": "Move the cursor to the end of the line",
        DeleteBack = "delete-back": "Delete the character before the cursor",
        DeleteForward = "delete-forward": "Delete the character at the cursor",
        DeleteWordBack = "delete-word-back": "Delete the word before the cursor",
        DeleteToStart = "delete-to-start": "Delete the text before the cursor",
        DeleteToEnd = "delete-to-end": "Delete the text after the cursor",
    }
}
