//! The actions of the connection screen: name, help, search words.

use crate::app::action_table::actions;

actions! {
    /// Actions of the connection screen.
    ConnectAction in "connect" {
        Down = "down": "Go to the next profile or field" [Motion],
        Up = "up": "Go to the previous profile or field" [Motion],
        PageDown = "page-down": "Scroll down by a page" [Motion],
        PageUp = "page-up": "Scroll up by a page" [Motion],
        Top = "top": "Go to the first profile, or to the start of the text" [Motion],
        End = "end": "Go to the last profile, or to the end of the text" [Motion],
        Connect = "connect": "Connect, or send the answer",
        Add = "add": "Add a profile",
        Save = "save": "Save the new profile",
        NextChoice = "next-choice": "Choose the next value of the field" [Motion],
        PreviousChoice = "previous-choice": "Choose the previous value of the field" [Motion],
        Accept = "accept": "Accept the host key",
        Decline = "decline": "Decline, and go back to the profiles",
        Close = "close": "Close, or clear the filter",
    }
}
