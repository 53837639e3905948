//! The actions of the worksheet: name, help, search words.

use crate::app::action_table::actions;

actions! {
    /// Actions in the text of a worksheet.
    WorksheetAction in "worksheet" {
        Left = "left": "Move one character left" [Motion],
        Right = "right": "Move one character right" [Motion],
        Up = "up": "Move one line up" [Motion],
        Down = "down": "Move one line down" [Motion],
        WordLeft = "word-left": "Move one word left" [Motion],
        WordRight = "word-right": "Move one word right" [Motion],
        LineStart = "line-start": "Go to the start of the line" [Motion],
        LineEnd = "line-end": "Go to the end of the line" [Motion],
        PageUp = "page-up": "Page up" [Motion],
        PageDown = "page-down": "Page down" [Motion],
        Top = "top": "Go to the start of the text" [Motion],
        End = "end": "Go to the end of the text" [Motion],
        SelectLeft = "select-left": "Select one character left" [Motion],
        SelectRight = "select-right": "Select one character right" [Motion],
        SelectUp = "select-up": "Select one line up" [Motion],
        SelectDown = "select-down": "Select one line down" [Motion],
        SelectAll = "select-all": "Select all text" also "mark everything",
        NewLine = "new-line": "Insert a line break" [Motion],
        Indent = "indent": "Indent, or indent the selected lines" also "tab spaces",
        DeleteBack = "delete-back": "Delete the character before the cursor" [Motion],
        DeleteForward = "delete-forward": "Delete the character at the cursor" [Motion],
        DeleteWordBack = "delete-word-back": "Delete the word before the cursor" [Motion] also "erase",
        DeleteToEnd = "delete-to-line-end": "Delete to the end of the line" [Motion] also "erase kill",
        Undo = "undo": "Undo" also "revert take back",
        Redo = "redo": "Redo" also "again",
        Copy = "copy": "Copy the selection" also "clipboard text",
        Cut = "cut": "Cut the selection" also "clipboard remove",
        Paste = "paste": "Paste what was cut or copied here last" also "clipboard",
        NextStatement = "next-statement": "Go to the next statement" also "query",
        PreviousStatement = "previous-statement": "Go to the previous statement" also "query",
        Docs = "docs": "Show documentation of the table at the cursor" also "describe desc docs structure columns help",
        Leave = "leave": "Clear the error mark or the selection",
    }
}
