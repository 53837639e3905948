//! The actions of the connection screen: name and help.

use crate::app::action_table::actions;

actions! {
    /// What works on the connection screen.
    ConnectAction in "connect" {
        Down = "down": "next profile or field",
        Up = "up": "profile or field before",
        Connect = "connect": "connect, or give the answer",
        Add = "add": "add a profile",
        Save = "save": "save the new profile",
        NextChoice = "next-choice": "next choice of the field",
        PreviousChoice = "previous-choice": "choice of the field before",
        Accept = "accept": "accept the host key",
        Decline = "decline": "do not; back to the profiles",
        DeleteBack = "delete-back": "delete the character before the cursor",
        Close = "close": "close",
    }
}
