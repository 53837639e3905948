//! SQL text as MySQL reads it: tokens, statements, the guard, quoting. Knows no driver and no screen.

mod dialect;
pub mod guard;
pub mod highlight;
pub mod keywords;
pub mod lex;
pub mod locate;
mod param;
pub mod quote;
pub mod split;

pub use dialect::{Dialect, Server, SqlMode};
pub use guard::{Checked, Policy, Refusal};
pub use param::Param;
