//! Names of snippets: each is a file's stem, so it must be one on every system, and readable in a list.

use crate::domain::limits::SNIPPET_NAME_BYTES;

/// Why a text cannot name a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing is left of it.
    #[error("the name is empty")]
    Empty,
    /// It has more than [`SNIPPET_NAME_BYTES`] bytes.
    #[error("the name is longer than {SNIPPET_NAME_BYTES} bytes")]
    Long,
    /// It would leave the snippet folder.
    #[error("the name holds a path separator")]
    Separator,
    /// It would be a hidden file.
    #[error("the name begins with a dot")]
    Dot,
    /// A command line would take it for an option.
    #[error("the name begins with a dash")]
    Dash,
    /// It holds a character that cannot be seen.
    #[error("the name holds a character that cannot be seen")]
    Unseen,
    /// It begins or ends with a blank.
    #[error("the name begins or ends with a blank")]
    Blank,
}

/// Checks that a text can name a snippet.
///
/// # Errors
/// The first [`NameProblem`].
pub fn check_name(name: &str) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.len() > SNIPPET_NAME_BYTES {
        return Err(NameProblem::Long);
    }
    if name.contains(['/', '\\', ':']) {
        return Err(NameProblem::Separator);
    }
    if !name.chars().all(crate::domain::text::is_safe) {
        return Err(NameProblem::Unseen);
    }
    if name.trim() != name {
        return Err(NameProblem::Blank);
    }
    match name.chars().next() {
        Some('.') => Err(NameProblem::Dot),
        Some('-') => Err(NameProblem::Dash),
        _ => Ok(()),
    }
}

/// A name made of a title: small letters and digits, `-` for everything between. Empty when the title has neither.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut name = String::new();
    for c in title.chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let mut end = name.len().min(SNIPPET_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name.trim_end_matches('-').to_owned()
}
