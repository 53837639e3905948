//! What must hold of the text before its grammar matters: it can be read to its end, in one way, and is one statement.

use std::ops::Range;

use super::{Refusal, variables};
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::split::{is_end, statements};
use crate::domain::sql::{Dialect, Server};

pub(super) fn check(text: &str, tokens: &[Token], dialect: Dialect) -> Result<(), Refusal> {
    if let Some(at) = text.find('\0') {
        return Err(Refusal::new(
            at..at + 1,
            "The text holds a NUL byte, at which servers stop reading.",
            "Delete the byte; in a literal, write it as \\0 or as x'00'.",
        ));
    }
    if tokens.iter().all(|token| token.is_blank() || (token.is_marker() && !token.is_broken)) {
        return Err(Refusal::new(0..text.len(), "There is no statement here.", "Write a SELECT or a SHOW."));
    }
    check_single(text, tokens, dialect)?;
    tokens.iter().try_for_each(|token| check_token(text, token, dialect))
}

fn check_token(text: &str, token: &Token, dialect: Dialect) -> Result<(), Refusal> {
    let words = token.text(text);
    let refuse = |what: &str, hint: &str| Err(Refusal::new(token.span.clone(), what, hint));
    if token.is_broken {
        let (what, hint) = broken(token.kind);
        return refuse(what, hint);
    }
    match token.kind {
        TokenKind::Stray if words == "\\" => refuse(
            "A backslash stands outside of a literal.",
            "`\\G` and the like are commands of the mysql client: leave them out.",
        ),
        TokenKind::Stray => refuse("A character stands here that no statement may hold.", "Delete it."),
        TokenKind::Word if words.starts_with('$') => refuse(
            "A bare name that begins with $ opens a quoted text on newer servers.",
            "Put the name into backticks.",
        ),
        TokenKind::CodeOpen | TokenKind::BlockComment => check_comment(words, &token.span, dialect),
        TokenKind::Hint => check_hint(words, &token.span),
        _ => Ok(()),
    }
}

fn broken(kind: TokenKind) -> (&'static str, &'static str) {
    match kind {
        TokenKind::String => {
            ("This text literal is never closed.", "Close it with its quote; a quote inside is doubled.")
        }
        TokenKind::QuotedIdentifier => ("This quoted name is never closed.", "Close it with its quote."),
        TokenKind::CodeOpen => ("This executable comment is never closed.", "Close it with */."),
        TokenKind::BlockComment | TokenKind::Hint => ("This comment is never closed.", "Close it with */."),
        TokenKind::Variable => ("This variable's name cannot be read.", "Write @name, @'name' or @@name."),
        TokenKind::HexOrBit => {
            ("This hexadecimal or bit literal cannot be read.", "Write x'4D79' (two digits a byte) or b'0101'.")
        }
        TokenKind::Number => ("This number cannot be read.", "Write digits behind the e: 1.5e3."),
        _ => ("This part of the text cannot be read.", "Delete it."),
    }
}

/// Comments that one server runs and another skips.
fn check_comment(words: &str, at: &Range<usize>, dialect: Dialect) -> Result<(), Refusal> {
    let inside = words.strip_prefix("/*").unwrap_or_default();
    let Some((product, after)) = inside.split_once('!') else { return Ok(()) };
    // M is MariaDB's mark, T is TiDB's.
    if !matches!(product, "" | "M" | "T") {
        return Ok(());
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let is_clear = match dialect.server {
        // Servers before 8.0 take five digits, later ones six where there are six.
        Server::MySql => product.is_empty() && digits < 6,
        Server::MariaDb => (product.is_empty() || product == "M") && digits <= 6,
        Server::Other => false,
    };
    // Products differ in what may stand inside a skipped one.
    if is_clear && !after.contains("/*") {
        return Ok(());
    }
    Err(Refusal::new(
        at.clone(),
        "Servers differ in whether they run the inside of this comment.",
        "Write the code without the comment around it, or leave both out.",
    ))
}

fn check_hint(words: &str, at: &Range<usize>) -> Result<(), Refusal> {
    let inside = words.trim_start_matches("/*+").trim_end_matches("*/");
    if inside.contains('\\') || !closes_its_quotes(inside) {
        return Err(Refusal::new(
            at.clone(),
            "This optimizer hint cannot be read to its end.",
            "Close the quotes inside the hint, and use no backslash.",
        ));
    }
    variables::check_hint(inside, at)
}

fn closes_its_quotes(text: &str) -> bool {
    let open = text.bytes().fold(None, |open, byte| match open {
        None if matches!(byte, b'\'' | b'"' | b'`') => Some(byte),
        Some(quote) if quote == byte => None,
        _ => open,
    });
    open.is_none()
}

fn check_single(text: &str, tokens: &[Token], dialect: Dialect) -> Result<(), Refusal> {
    let Some(end) = tokens.iter().find(|token| is_end(token, text)) else { return Ok(()) };
    let found = statements(text, dialect);
    match found.get(1) {
        Some(second) => Err(Refusal::new(
            second.span.clone(),
            format!("These are {} statements; one is sent at a time.", found.len()),
            "Put the cursor on the one to run, or run them one after the other.",
        )),
        None => {
            Err(Refusal::new(end.span.clone(), "A `;` ends a statement and is not sent with it.", "Leave the `;` out."))
        }
    }
}
