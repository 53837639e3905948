//! The actions of the worksheet: name and help.

use crate::app::action_table::actions;

actions! {
    /// Actions in the text of a worksheet.
    WorksheetAction in "worksheet" {
        Left = "left": "Move one character left",
        Right = "right": "Move one character right",
        Up = "up": "Move one line up",
        Down = "down": "Move one line down",
        WordLeft = "word-left": "Move one word left",
        WordRight = "word-right": "Move one word right",
        LineStart = "line-start": "Go to the start of the line",
        LineEnd = "line-end": "Go to the end of the line",
        PageUp = "page-up": "Page up",
        PageDown = "page-down": "Page down",
        Top = "top": "Go to the start of the text",
        End = "end": "Go to the end of the text",
        SelectLeft = "select-left": "Select one character left",
        SelectRight = "select-right": "Select one character right",
        SelectUp = "select-up": "Select one line up",
        SelectDown = "select-down": "Select one line down",
        SelectAll = "select-all": "Select all text",
        NewLine = "new-line": "Insert a line break",
        Indent = "indent": "Indent, or indent the selected lines",
        DeleteBack = "delete-back": "Delete the character before the cursor",
        DeleteForward = "delete-forward": "Delete the character at the cursor",
        DeleteWordBack = "delete-word-back": "Delete the word before the cursor",
        DeleteToEnd = "delete-to-line-end": "Delete to the end of the line",
        Undo = "undo": "Undo",
        Redo = "redo": "Redo",
        Copy = "copy": "Copy the selection",
        Cut = "cut": "Cut the selection",
        Paste = "paste": "Paste what was cut or copied here last",
        NextStatement = "next-statement": "Go to the next statement",
        PreviousStatement = "previous-statement": "Go to the previous statement",
        Docs = "docs": "Show documentation of the table at the cursor",
        Leave = "leave": "Clear the error mark or the selection",
    }
}
