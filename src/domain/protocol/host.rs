//! Commands to and events from the host: the clipboard.

use std::sync::Arc;

use crate::domain::problem::Problem;

/// The source of copied values, for the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFrom {
    pub profile: String,
    pub statement: String,
}

/// A text for the clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyText {
    /// Shared, since it may be long and more than one clipboard may be tried.
    pub text: Arc<String>,
    /// A short description of the text.
    pub what: String,
    /// The source of the values; `None` if the text contains no values of a result.
    pub from: Option<CopiedFrom>,
}

impl CopyText {
    /// Makes a text without values of a result, such as a name or a statement.
    #[must_use]
    pub fn plain(text: String, what: impl Into<String>) -> Self {
        Self { text: Arc::new(text), what: what.into(), from: None }
    }
}

/// A command to the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCmd {
    /// Copy a text to the clipboard, or to a file if there is no clipboard.
    Copy {
        copy: CopyText,
        /// Why the system clipboard refused the text. It is not tried again.
        refused: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// The text was copied.
    Copied {
        /// What was copied and where to, for the user.
        message: String,
        /// The destination, for the access log.
        to: String,
        copy: CopyText,
    },
    /// The system clipboard refused the text. Another clipboard can be tried.
    Refused {
        copy: CopyText,
        why: String,
    },
    Failed(Problem),
}
