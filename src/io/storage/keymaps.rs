//! Reads the user's keymap files, `keymaps/NAME.toml` next to the settings file, as text.

use super::access_log::is_not_found;
use super::atomic;
use super::paths::Paths;
use crate::domain::problem::{Problem, ProblemKind};

/// Returns the path (for messages) and the text of the user's keymap of this name; `None` if there is no such file.
///
/// # Errors
/// Returns a problem if the file exists and cannot be read.
pub fn read(paths: &Paths, name: &str) -> Result<Option<(String, String)>, Problem> {
    let Some(path) = paths.keymap(name) else { return Ok(None) };
    match atomic::read_text(&path) {
        Ok(text) => Ok(Some((path.display().to_string(), text))),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(Problem::new(ProblemKind::Settings, format!("The keymap {} cannot be read", path.display()))
            .because(error.to_string())
            .hint("make it a readable text file; until then rrx uses the built-in keys")),
    }
}
