//! `rrx keys`: prints the key bindings as a table.

use std::io::Write;

use super::common::context::CommandContext;
use super::common::{keymap, print};
use crate::app::action::Action;
use crate::domain::keys::{Keymap, label_of};
use crate::domain::problem::Problem;

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The panel or dialog in which the keys work.
    pub context: String,
    /// The keys as the screen names them.
    pub keys: String,
    /// The name of the action in keymap files.
    pub action: String,
    pub help: String,
}

/// Prints the bindings of the keymap that the settings name.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn execute(context: &CommandContext) -> Result<(), Problem> {
    let loaded = context.load_settings_and_report()?;
    let mut err = std::io::stderr();
    let keys = keymap::load(&loaded.settings.ui, &context.env.paths);
    print::problems(&mut err, &keys.problems)?;
    run(&key_rows(&keys.keymap), &mut std::io::stdout())?;
    print::text(&mut err, &format!("{}\n", keys.source))
}

/// Prints the table.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn run(rows: &[KeyRow], out: &mut dyn Write) -> Result<(), Problem> {
    let mut lines = vec![["CONTEXT", "KEYS", "ACTION", "HELP"].map(str::to_owned)];
    lines.extend(
        rows.iter().map(|row| [&row.context, &row.keys, &row.action, &row.help].map(|text| print::one_line(text))),
    );
    print::columns(out, &lines)
}

fn key_rows(keymap: &Keymap<Action>) -> Vec<KeyRow> {
    Action::all()
        .map(|action| {
            let keys: Vec<String> = keymap.chords(action.layer(), action).map(label_of).collect();
            KeyRow {
                context: action.layer().to_owned(),
                keys: keys.join(", "),
                action: format!("{}.{}", action.layer(), action.name()),
                help: action.help().to_owned(),
            }
        })
        .collect()
}
