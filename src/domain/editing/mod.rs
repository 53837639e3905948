//! Editing of text: positions, changes, and the commands that make them. Nothing here holds a text: a command reads lines and returns
//! changes as data.
//!
//! Lines have no line end inside. Lines and columns count from 0, and a column counts characters (`char`).

pub mod brackets;
mod change;
mod comment;
pub mod find;
pub mod grapheme;
mod indent;
mod joined;
mod line_edit;
mod position;
pub mod soft_wrap;
mod state;
pub mod vim;
pub mod whitespace;
mod whole_lines;
mod words;

pub use change::{EditResult, TextChange, apply, end_of};
pub use comment::toggle_comment;
pub use indent::{INDENT, dedent, indent, indent_width, new_line};
pub use joined::joined;
pub use position::{TextPosition, between_columns, byte_of_column, split_at_column};
pub use state::TextState;
pub use whole_lines::{delete_lines, duplicate, join_lines, move_lines_down, move_lines_up};
pub use words::{
    delete_to_line_start, delete_word_back, delete_word_forward, next_paragraph, previous_paragraph, word_end,
    word_left, word_right,
};
