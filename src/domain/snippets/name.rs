//! Checks and makes names of snippets. A name must be a valid file name on every system, and readable in a list.

use crate::domain::limits::SNIPPET_NAME_BYTES;

/// Why a text cannot be the name of a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnippetNameError {
    #[error("the name is empty")]
    Empty,
    #[error("the name is longer than {SNIPPET_NAME_BYTES} bytes")]
    Long,
    /// The file would be outside the snippet directory.
    #[error("the name contains a path separator")]
    Separator,
    /// The file would be hidden.
    #[error("the name begins with a dot")]
    Dot,
    /// A command line would read it as an option.
    #[error("the name begins with a dash")]
    Dash,
    #[error("the name contains an invisible character")]
    InvisibleCharacter,
    #[error("the name begins or ends with a space")]
    Space,
}

/// Checks the name of a snippet.
///
/// # Errors
/// The first [`SnippetNameError`].
pub fn check_name(name: &str) -> Result<(), SnippetNameError> {
    if name.is_empty() {
        return Err(SnippetNameError::Empty);
    }
    if name.len() > SNIPPET_NAME_BYTES {
        return Err(SnippetNameError::Long);
    }
    if name.contains(['/', '\\', ':']) {
        return Err(SnippetNameError::Separator);
    }
    if name.chars().any(is_invisible) {
        return Err(SnippetNameError::InvisibleCharacter);
    }
    if name.trim() != name {
        return Err(SnippetNameError::Space);
    }
    match name.chars().next() {
        Some('.') => Err(SnippetNameError::Dot),
        Some('-') => Err(SnippetNameError::Dash),
        _ => Ok(()),
    }
}

/// Makes a name from a title: lower-case letters and digits, with `-` between the words. Empty if the title has neither.
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

/// Returns whether a character is a control character, or changes the direction or the joining of the text around it.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
