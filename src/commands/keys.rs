//! `rrx keys`: the bindings as a table. The rows come from the keymap; this room only prints them.

use std::io::Write;

use super::print;
use crate::domain::problem::Problem;

/// One binding as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it holds.
    pub context: String,
    /// Its keys in the canonical notation.
    pub keys: String,
    /// The action's name.
    pub action: String,
    /// What the action does.
    pub help: String,
}

/// Prints the bindings.
///
/// # Errors
/// What the output says.
pub fn run(rows: &[Row], out: &mut dyn Write) -> Result<(), Problem> {
    let mut lines = vec![["WHERE", "KEYS", "ACTION", "DOES"].map(str::to_owned)];
    lines
        .extend(rows.iter().map(|row| [&row.context, &row.keys, &row.action, &row.help].map(|text| print::line(text))));
    print::columns(out, &lines)
}
