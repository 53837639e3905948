//! SQL text as MySQL reads it: tokens, statements, the guard, quoting.

pub mod check;
pub mod complete;
mod dialect;
pub mod effects;
pub mod errors;
pub mod format;
pub mod guard;
pub mod highlight;
pub mod keywords;
pub mod lex;
pub mod locate;
pub mod names;
mod param;
pub mod parameters;
mod parsed_text;
pub mod quote;
pub mod scope;
pub mod select_item;
pub mod session_variables;
mod set_statement;
pub mod split;

pub use dialect::{Dialect, ServerFamily, SqlMode};
pub use guard::{Checked, Refusal, SessionPins};
pub use param::Param;
pub use parsed_text::ParsedText;
