//! The user's own editor: the text that it gets, and how it ended.

use std::sync::Arc;

use crate::domain::problem::Problem;

/// A text for the user's own editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorJob {
    /// The profile of the worksheets when the editor was started; `None` before they were loaded.
    pub profile: Option<String>,
    /// The key of the worksheet.
    pub worksheet: String,
    pub text: Arc<String>,
}

/// The end of the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditorEnd {
    /// The profile of the worksheets when the editor was started; `None` before they were loaded.
    pub profile: Option<String>,
    /// The key of the worksheet.
    pub worksheet: String,
    /// The text as the editor has left it, or why the worksheet keeps its own.
    pub outcome: Result<String, Problem>,
}
