//! Parts that panes share: the cursor of a list, a line of text, a line for a secret.

pub mod line_actions;
mod line_edit;
pub mod line_input;
pub mod list;
pub mod secret_input;
