//! What the host of the terminal (its clipboards) is told, and what it tells.

use std::sync::Arc;

use crate::domain::problem::Problem;

/// Whose values a text holds, as the access log names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFrom {
    pub profile: String,
    pub statement: String,
}

/// A text for a clipboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyText {
    /// The text; shared, since it may be long and a second way may be tried.
    pub text: Arc<String>,
    /// What it is, in few words.
    pub what: String,
    /// Whose values it holds; `None` where it is no value of a result.
    pub from: Option<CopiedFrom>,
}

impl CopyText {
    /// A text that holds no value of a result: a name, a statement.
    #[must_use]
    pub fn plain(text: String, what: impl Into<String>) -> Self {
        Self { text: Arc::new(text), what: what.into(), from: None }
    }
}

/// What the host (clipboard, editor) is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCmd {
    /// Put this text on a clipboard, or where there is none into a file.
    Copy {
        copy: CopyText,
        /// Why the system's clipboard did not take it: it is not tried again.
        refused: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// The text was handed over.
    Copied {
        /// What was copied and which way it took, for the user.
        words: String,
        /// Where it is now, for the access log.
        to: String,
        copy: CopyText,
    },
    /// The system's clipboard did not take it: there are other ways.
    NotTaken {
        /// What was to be copied.
        copy: CopyText,
        why: String,
    },
    Failed(Problem),
}
