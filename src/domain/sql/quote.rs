//! Quotes names and literals, so that the lexer of the same dialect reads one token with the same meaning.

use super::Dialect;
use super::keywords::is_reserved;

/// Returns a name for a statement: bare if that is safe, otherwise in backticks.
#[must_use]
pub fn identifier(name: &str) -> String {
    if needs_quotes(name) { quoted_identifier(name) } else { name.to_owned() }
}

/// Returns a name in backticks, with backticks inside doubled. Every dialect reads backticks the same way.
#[must_use]
pub fn quoted_identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Returns the name in a quoted identifier: without its quotes, and with doubled quotes inside as one.
#[must_use]
pub fn unquoted_identifier(quoted: &str) -> String {
    let Some(quote) = quoted.chars().next() else { return String::new() };
    let inner = quoted.strip_prefix(quote).unwrap_or(quoted);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// Returns `schema.table`, with each part quoted if needed.
#[must_use]
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// Whether a name needs quotes: it is empty, reserved, does not begin with a letter, or has anything but ASCII letters, digits,
/// `_` and `$`. Other letters would be valid, but quotes make such names easier to read.
#[must_use]
pub fn needs_quotes(name: &str) -> bool {
    let begins_well = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    // `_utf8mb4` before a literal is an introducer, not a name.
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'));
    !begins_well || !is_plain || name.starts_with('_') || is_reserved(name)
}

/// Returns a text literal in single quotes.
#[must_use]
pub fn literal(text: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            _ if dialect.sql_mode.no_backslash_escapes => out.push(c),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{1a}' => out.push_str("\\Z"),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Returns bytes as a hexadecimal literal, which no character set changes.
#[must_use]
pub fn binary_literal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2 + 3);
    out.push_str("x'");
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02X}");
    }
    out.push('\'');
    out
}

/// Whether two characters would become one token, or a comment, if they touched.
pub(super) fn needs_space(before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '\'' | '"' | '`' | '@') || !c.is_ascii();
    let is_part = |c: char| c == '?' || is_word(c);
    (is_part(before) && is_part(after)) || (before == '-' && after == '-')
}
