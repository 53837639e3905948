//! The actions in a line of text: name and help.

use crate::app::action_table::actions;

actions! {
    /// Actions in a line of text: the form, a secret, a filter, a name.
    LineAction in "line" {
        Left = "left": "Move the cursor left" [Motion],
        Right = "right": "Move the cursor right" [Motion],
        WordLeft = "word-left": "Move the cursor to the word before" [Motion],
        WordRight = "word-right": "Move the cursor after the word" [Motion],
        Start = "start": "Move the cursor to the start of the line" [Motion],
        End = "end": "Move the cursor to the end of the line" [Motion],
        DeleteBack = "delete-back": "Delete the character before the cursor" [Motion],
        DeleteForward = "delete-forward": "Delete the character at the cursor" [Motion],
        DeleteWordBack = "delete-word-back": "Delete the word before the cursor",
        DeleteToStart = "delete-to-start": "Delete the text before the cursor",
        DeleteToEnd = "delete-to-end": "Delete the text after the cursor",
        Paste = "paste": "Paste what was cut or copied in rrx last" also "clipboard",
    }
}
