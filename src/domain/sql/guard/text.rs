//! Checks the text before its grammar: all servers must read it to its end in the same way, and it must be one statement.

use std::ops::Range;

use super::refusal::Refusal;
use super::tokens::GuardTokens;
use super::{variables, verbs};
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::split::{is_end, statements};
use crate::domain::sql::{Dialect, ServerFamily};

pub(super) fn check(text: &str, tokens: &[Token], dialect: Dialect) -> Result<(), Refusal> {
    if let Some(at) = text.find('\0') {
        return Err(Refusal::new(
            at..at + 1,
            "The text contains a NUL byte, at which servers stop reading.",
            "Delete the byte. In a literal write \\0 or x'00'.",
        ));
    }
    if tokens.iter().all(|token| token.is_ignored() || (token.is_marker() && !token.is_broken)) {
        return Err(Refusal::new(0..text.len(), "There is no statement.", "Write a SELECT or a SHOW."));
    }
    check_single(text, tokens, dialect)?;
    tokens.iter().try_for_each(|token| check_token(text, token, dialect))
}

fn check_token(text: &str, token: &Token, dialect: Dialect) -> Result<(), Refusal> {
    let token_text = token.text(text);
    let refuse = |what: &str, hint: &str| Err(Refusal::new(token.span.clone(), what, hint));
    if token.is_broken {
        let (what, hint) = broken(token.kind);
        return refuse(what, hint);
    }
    match token.kind {
        TokenKind::Stray if token_text == "\\" => refuse(
            "There is a backslash outside of a literal.",
            "Remove it: apart from `\\G` at the end, such commands work in the mysql client only.",
        ),
        TokenKind::Stray => refuse("This character is not allowed in a statement.", "Delete it."),
        // MySQL 9 reads `$…$` as the start of a quoted text. One `$` begins a name on every server.
        TokenKind::Word if token_text.starts_with('$') && token_text.matches('$').count() > 1 => refuse(
            "Newer servers read a name with $ at its start and a second $ as the start of a quoted text.",
            "Put the name in backticks.",
        ),
        TokenKind::CodeOpen | TokenKind::BlockComment => check_comment(token_text, &token.span, dialect),
        TokenKind::Hint => check_hint(token_text, &token.span),
        _ => Ok(()),
    }
}

fn broken(kind: TokenKind) -> (&'static str, &'static str) {
    match kind {
        TokenKind::String => {
            ("This text literal is not closed.", "Close it with its quote; write a quote inside it twice.")
        }
        TokenKind::QuotedIdentifier => ("This quoted name is not closed.", "Close it with its quote."),
        TokenKind::CodeOpen => ("This executable comment is not closed.", "Close it with */."),
        TokenKind::BlockComment | TokenKind::Hint => ("This comment is not closed.", "Close it with */."),
        TokenKind::Variable => ("This variable name is not valid.", "Write @name, @'name' or @@name."),
        TokenKind::HexOrBit => {
            ("This hexadecimal or bit literal is not valid.", "Write x'4D79' (two digits for each byte) or b'0101'.")
        }
        TokenKind::Number => ("This number is not valid.", "Write digits after the e: 1.5e3."),
        _ => ("This part of the text is not valid SQL.", "Delete it."),
    }
}

/// Refuses comments that one server runs and another skips.
fn check_comment(comment: &str, at: &Range<usize>, dialect: Dialect) -> Result<(), Refusal> {
    let inside = comment.strip_prefix("/*").unwrap_or_default();
    let Some((product, after)) = inside.split_once('!') else { return Ok(()) };
    // M means MariaDB, T means TiDB.
    if !matches!(product, "" | "M" | "T") {
        return Ok(());
    }
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let is_clear = match dialect.server {
        // Servers before 8.0 read five digits, later ones six if there are six.
        ServerFamily::MySql => product.is_empty() && digits < 6,
        ServerFamily::MariaDb => (product.is_empty() || product == "M") && digits <= 6,
        ServerFamily::Other => false,
    };
    // Products differ in what a skipped comment may contain.
    if is_clear && !after.contains("/*") {
        return Ok(());
    }
    Err(Refusal::new(
        at.clone(),
        "Some servers run the code in this comment, others skip it.",
        "Write the code without the comment around it, or remove both.",
    ))
}

fn check_hint(words: &str, at: &Range<usize>) -> Result<(), Refusal> {
    let inside = words.trim_start_matches("/*+").trim_end_matches("*/");
    if inside.contains('\\') || !closes_its_quotes(inside) {
        return Err(Refusal::new(
            at.clone(),
            "This optimizer hint is not valid.",
            "Close the quotes in the hint, and use no backslash.",
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
    if let Some(refusal) = verbs::refuse_program(&GuardTokens::new(text, tokens)) {
        return Err(refusal);
    }
    let found = statements(text, dialect);
    match found.get(1) {
        Some(second) => Err(Refusal::new(
            second.span.clone(),
            format!("These are {} statements, and only one can be sent at a time.", found.len()),
            "Put the cursor on the statement to run, or run all of them.",
        )),
        None => {
            Err(Refusal::new(end.span.clone(), "The `;` ends a statement and is not part of it.", "Remove the `;`."))
        }
    }
}
