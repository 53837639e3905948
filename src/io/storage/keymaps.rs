//! The user's keymap files: `keymaps/NAME.toml` beside the settings file, read as text. Knows no key.

use super::access_log::is_absent;
use super::atomic;
use super::paths::Paths;
use crate::domain::problem::{Problem, ProblemKind};

/// The name that a user's file of this style has for messages, and its text; nothing where there is no such file.
///
/// # Errors
/// A problem that names a file that is there and cannot be read.
pub fn read(paths: &Paths, style: &str) -> Result<Option<(String, String)>, Problem> {
    let Some(path) = paths.keymap(style) else { return Ok(None) };
    match atomic::read_text(&path) {
        Ok(text) => Ok(Some((path.display().to_string(), text))),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(Problem::new(ProblemKind::Settings, format!("The keymap {} cannot be read", path.display()))
            .because(error.to_string())
            .hint("make it a text file that you can read; the shipped keys hold until then")),
    }
}
