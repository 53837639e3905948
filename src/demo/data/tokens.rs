//! Tokens of our own DDL texts. Knows only what those texts use; statements of users have a lexer of their own.

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word or a number.
    Word(String),
    /// A name in back-ticks.
    Name(String),
    /// A text literal.
    Text(String),
    /// A bit literal as it stands, such as `b'0'`.
    Bits(String),
    /// Any other character.
    Symbol(char),
}

/// A token with its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// The token.
    pub(super) token: Token,
    /// The byte at which it starts.
    pub(super) at: usize,
}

/// Cuts a text into tokens; blanks and `--` comments fall away.
pub(super) fn tokens(text: &str) -> Vec<Placed> {
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
            (if first == '`' { Token::Name(inner) } else { Token::Text(inner) }, length)
        } else if rest.starts_with("b'") {
            let (inner, length) = quoted(&rest[1..], '\'');
            (Token::Bits(format!("b'{inner}'")), length + 1)
        } else {
            let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if length == 0 {
                (Token::Symbol(first), first.len_utf8())
            } else {
                (Token::Word(rest[..length].to_owned()), length)
            }
        };
        found.push(Placed { token, at });
        rest = &rest[length..];
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands between two quotes (a doubled one is one), and how many bytes it took.
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
