//! Which texts are safe as file names.

/// Returns whether a text is safe as a file name without extension: no path, no hidden file, no character special to a shell.
pub(super) fn is_safe_name(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
