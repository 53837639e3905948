//! Finds the word that is being typed at the cursor, and the range that an accepted item replaces.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::sql::Dialect;
use crate::domain::sql::lex::{Token, TokenKind, is_identifier_byte, lex};

/// What is at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypedKind {
    /// A word, perhaps empty.
    Word,
    /// A name whose first character is this quote.
    Quoted(char),
    /// A text literal with this quote.
    Text(char),
    /// A name after `:`.
    Parameter,
    /// `@x`
    Variable,
}

/// The word at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedWord<'a> {
    pub kind: TypedKind,
    /// The part before the cursor, without its quote.
    pub typed: String,
    pub replaced: Range<usize>,
    /// The text with an open quote at the cursor closed, so that the rest can be read.
    pub text: Cow<'a, str>,
    /// The tokens of that text.
    pub tokens: Vec<Token>,
    /// Where the analysis takes the cursor to be.
    pub cursor: usize,
}

/// Finds the word at the cursor; `None` in comments, numbers and after complete names in quotes.
pub(super) fn word_at(text: &str, cursor: usize, dialect: Dialect) -> Option<TypedWord<'_>> {
    let tokens = lex(text, dialect);
    let after = tokens.partition_point(|token| token.span.start < cursor);
    let at = after.checked_sub(1);
    let token = at.and_then(|at| tokens.get(at)).filter(|token| token.span.end >= cursor).cloned();
    let before = at.and_then(|at| at.checked_sub(1)).and_then(|at| tokens.get(at)).cloned();
    let word = |kind, typed: &str, replaced: Range<usize>, tokens| {
        Some(TypedWord { kind, typed: typed.to_owned(), replaced, text: Cow::Borrowed(text), tokens, cursor })
    };
    let empty = |tokens| word(TypedKind::Word, "", cursor..cursor, tokens);
    let Some(token) = token else { return empty(tokens) };
    let is_inside = token.span.end > cursor;
    match token.kind {
        TokenKind::Word => {
            let typed = text.get(token.span.start..cursor)?;
            let is_parameter =
                before.is_some_and(|before| before.span.end == token.span.start && before.text(text) == ":");
            let kind = if is_parameter { TypedKind::Parameter } else { TypedKind::Word };
            word(kind, typed, token.span, tokens)
        }
        TokenKind::Variable => word(TypedKind::Variable, text.get(token.span.start..cursor)?, token.span, tokens),
        TokenKind::QuotedIdentifier => quoted_word(text, cursor, &token, tokens, dialect),
        TokenKind::String => text_word(text, cursor, &token, tokens, dialect),
        TokenKind::Operator if !is_inside && token.text(text) == ":" => {
            word(TypedKind::Parameter, "", cursor..cursor, tokens)
        }
        TokenKind::BlockComment | TokenKind::Hint if !is_inside && !token.is_broken => empty(tokens),
        TokenKind::Space | TokenKind::CodeOpen | TokenKind::CodeClose => empty(tokens),
        TokenKind::Operator | TokenKind::Punctuation if !is_inside => empty(tokens),
        TokenKind::Number
        | TokenKind::HexOrBit
        | TokenKind::Parameter
        | TokenKind::Operator
        | TokenKind::Punctuation
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::ClientEnd
        | TokenKind::Stray => None,
    }
}

/// Reads a name in quotes that is not complete. If its quote is open, the rest of the statement must not become part of it.
fn quoted_word<'a>(
    text: &'a str,
    cursor: usize,
    token: &Token,
    tokens: Vec<Token>,
    dialect: Dialect,
) -> Option<TypedWord<'a>> {
    let inner = text.get(token.span.start..cursor)?;
    let quote = inner.chars().next()?;
    let typed = inner.get(quote.len_utf8()..)?.to_owned();
    if token.span.end == cursor && !token.is_broken {
        return None;
    }
    let kind = TypedKind::Quoted(quote);
    let rest = text.get(cursor..token.span.end)?;
    let is_closed =
        !token.is_broken && !rest.contains(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '(' | ')'));
    if is_closed {
        return Some(TypedWord {
            kind,
            typed,
            replaced: token.span.clone(),
            text: Cow::Borrowed(text),
            tokens,
            cursor,
        });
    }
    let end = cursor + rest.bytes().take_while(|byte| is_identifier_byte(*byte)).count();
    let (text, tokens) = closed_at(text, end, quote, dialect)?;
    Some(TypedWord { kind, typed, replaced: token.span.start..end, text, tokens, cursor })
}

/// Reads a text literal that is not complete.
fn text_word<'a>(
    text: &'a str,
    cursor: usize,
    token: &Token,
    tokens: Vec<Token>,
    dialect: Dialect,
) -> Option<TypedWord<'a>> {
    let inner = text.get(token.span.start..cursor)?;
    let quote = inner.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let typed = inner.get(quote.len_utf8()..)?.to_owned();
    if token.span.end == cursor && !token.is_broken {
        return None;
    }
    let kind = TypedKind::Text(quote);
    let start = token.span.start;
    let rest = text.get(cursor..token.span.end)?;
    // A quote that is not closed takes the next one, and leaves the last one of the statement alone.
    let is_whole = !rest.contains('\n') && !tokens.iter().any(|token| token.is_broken);
    if is_whole {
        return Some(TypedWord {
            kind,
            typed,
            replaced: token.span.clone(),
            text: Cow::Borrowed(text),
            tokens,
            cursor: start,
        });
    }
    let (text, tokens) = closed_at(text, cursor, quote, dialect)?;
    Some(TypedWord { kind, typed, replaced: start..cursor, text, tokens, cursor: start })
}

fn closed_at(text: &str, at: usize, quote: char, dialect: Dialect) -> Option<(Cow<'_, str>, Vec<Token>)> {
    let closed = [text.get(..at)?, quote.encode_utf8(&mut [0; 4]), text.get(at..)?].concat();
    let tokens = lex(&closed, dialect);
    Some((Cow::Owned(closed), tokens))
}
