//! Parts shared by panes: a scrolling list, a line of text, an outline of a tree. They have no pane of their own.

pub mod line_input;
pub mod list;
pub mod secret_input;
