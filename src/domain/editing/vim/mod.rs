//! A vim keymap for a text: a machine that reads keys and returns effects. It holds no text; the app applies the effects.
//!
//! Intended differences to Vim: a sentence is a SQL statement; `%` and the bracket objects ignore brackets in literals and comments;
//! the quote objects know doubled quotes and take the next string if the cursor is in none; searches have the syntax of the `regex` crate
//! and smart case; `gc` toggles comments.

mod command;
mod edited_lines;
mod effect;
mod engine;
mod ex;
mod ex_run;
mod help;
mod insert;
mod keys;
mod machine;
mod mode;
mod motion;
mod motion_run;
mod normal;
mod operator;
mod prompt;
mod put;
mod region;
mod register;
mod search;
mod state;
mod statement;
mod text_object;
mod visual;
mod words;

pub use effect::{Handled, Scroll, VimEffect, VimOutcome, VimText, VisualKind, selected_range};
pub use ex::{ExCommand, Unsaved, Wrap};
pub use help::{HelpMode, VIM_COMMANDS, VimHelp};
pub use machine::Vim;
pub use mode::{PromptKind, VimMode, VimPrompt};
pub use register::{Register, RegisterKind};
pub use search::search_pattern;
