//! Splits the demo's DDL texts into tokens. It supports only what those texts use; statements of users have another lexer.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DdlToken {
    /// A bare word or a number.
    Word(String),
    /// A name in backticks.
    Name(String),
    Text(String),
    /// A bit literal as it is written, such as `b'0'`.
    Bits(String),
    /// Any other character.
    Symbol(char),
}

/// A token with its position in the text.
#[derive(Debug, Clone)]
pub(super) struct PositionedToken {
    pub(super) token: DdlToken,
    /// The byte offset of its start.
    pub(super) at: usize,
}

/// Splits a text into tokens, without spaces and `--` comments.
pub(super) fn tokenize(text: &str) -> Vec<PositionedToken> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = text.len() - rest.len();
        if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let (token, length) = if first == '`' || first == '\'' {
            let (inner, length) = quoted(rest, first);
            (if first == '`' { DdlToken::Name(inner) } else { DdlToken::Text(inner) }, length)
        } else if rest.starts_with("b'") {
            let (inner, length) = quoted(&rest[1..], '\'');
            (DdlToken::Bits(format!("b'{inner}'")), length + 1)
        } else {
            let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if length == 0 {
                (DdlToken::Symbol(first), first.len_utf8())
            } else {
                (DdlToken::Word(rest[..length].to_owned()), length)
            }
        };
        found.push(PositionedToken { token, at });
        rest = &rest[length..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the text between two quotes, with doubled quotes unescaped, and its length in bytes with the quotes.
fn quoted(text: &str, quote: char) -> (String, usize) {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            inner.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            inner.push(quote);
        } else {
            return (inner, at + quote.len_utf8());
        }
    }
    (inner, text.len())
}
