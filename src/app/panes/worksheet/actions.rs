//! The actions of the worksheet: name and help.

use crate::app::action_table::actions;

actions! {
    /// What works in the text of a worksheet.
    WorksheetAction in "worksheet" {
        Left = "left": "a character left",
        Right = "right": "a character right",
        Up = "up": "a line up",
        Down = "down": "a line down",
        WordLeft = "word-left": "a word left",
        WordRight = "word-right": "a word right",
        LineStart = "line-start": "start of the line",
        LineEnd = "line-end": "end of the line",
        PageUp = "page-up": "page up",
        PageDown = "page-down": "page down",
        Top = "top": "start of the text",
        End = "end": "end of the text",
        SelectLeft = "select-left": "select a character left",
        SelectRight = "select-right": "select a character right",
        SelectUp = "select-up": "select a line up",
        SelectDown = "select-down": "select a line down",
        SelectAll = "select-all": "select everything",
        NewLine = "new-line": "new line",
        Indent = "indent": "blanks to the next stop",
        DeleteBack = "delete-back": "delete the character before the cursor",
        DeleteForward = "delete-forward": "delete the character at the cursor",
        DeleteWordBack = "delete-word-back": "delete the word before the cursor",
        DeleteToEnd = "delete-to-line-end": "delete to the end of the line",
        Undo = "undo": "undo",
        Redo = "redo": "redo",
        Copy = "copy": "copy the selection",
        Cut = "cut": "cut the selection",
        NextStatement = "next-statement": "next statement",
        PreviousStatement = "previous-statement": "statement before",
        Docs = "docs": "documentation of the table under the cursor",
        Leave = "leave": "clear the mark, or on to the results",
    }
}
