//! Marks syntax errors. A misspelled keyword is often read as an alias, so the word that is wrong stands before the one that the server
//! names.

use super::keywords::{Words, nearest_keyword};
use super::place::near_offset;
use super::types::{ErrorMark, Offer, cased_like, line_of};
use crate::domain::nearest::nearest_ignoring_case;
use crate::domain::sql::Dialect;
use crate::domain::sql::keywords::{is_function, is_keyword, is_reserved};
use crate::domain::sql::lex::{TokenKind, lex};

/// Words that begin a statement which only reads.
const VERBS: [&str; 10] = ["SELECT", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "USE", "SET", "VALUES", "TABLE", "ANALYZE"];

/// How many tokens before the server's place can be the misspelled keyword.
const LOOK_BACK: usize = 2;

/// Marks the error that a server reports with `near '…' at line N`.
pub(super) fn mark(statement: &str, message: &str, dialect: Dialect) -> Option<ErrorMark> {
    let offset = near_offset(statement, message)?;
    let tokens = lex(statement, dialect);
    let words = Words::new(statement, &tokens);
    let at = (0..words.len()).find(|at| words.span(*at).end > offset);
    let Some(at) = at else { return Some(early_end(statement, &words)) };
    for back in 0..=LOOK_BACK {
        let Some(suspect) = at.checked_sub(back) else { break };
        if let Some(offer) = keyword_offer(&words, suspect) {
            return Some(ErrorMark { offer: Some(offer.clone()), ..ErrorMark::at(offer.span) });
        }
    }
    if let Some(found) = comma_mark(&words, at).or_else(|| call_mark(&words, at)) {
        return Some(found);
    }
    if let Some(open) = words.begins_clause(at).then(|| words.open_before(at)).flatten() {
        let what = open_words(statement, &words, open);
        let message = Some(capitalized(&what));
        return Some(ErrorMark { message, ..ErrorMark::at(words.span(open)) });
    }
    if words.is_mark(at, ")") && words.is_unopened(at) {
        let message = Some("This parenthesis was not opened.".to_owned());
        return Some(ErrorMark { message, ..ErrorMark::at(words.span(at)) });
    }
    Some(ErrorMark::at(words.span(at)))
}

/// Returns the offer for a statement whose first word is nearly one that begins a reading statement.
#[must_use]
pub fn verb_offer(statement: &str, dialect: Dialect) -> Option<Offer> {
    let tokens = lex(statement, dialect);
    let words = Words::new(statement, &tokens);
    let first = (0..words.len()).find(|at| !words.is_mark(*at, "("))?;
    if words.kind(first) != Some(TokenKind::Word) || is_keyword(words.text(first)) {
        return None;
    }
    let verb = nearest_ignoring_case(words.text(first), VERBS)?;
    Offer::replace(words.span(first), words.text(first), cased_like(words.text(first), verb))
}

fn keyword_offer(words: &Words<'_>, at: usize) -> Option<Offer> {
    let typed = words.text(at);
    if words.kind(at) != Some(TokenKind::Word) || is_reserved(typed) {
        return None;
    }
    let keyword = nearest_keyword(words, at)?;
    Offer::replace(words.span(at), typed, cased_like(typed, keyword))
}

/// Marks a comma after which nothing comes, as in `SELECT a, FROM t`.
fn comma_mark(words: &Words<'_>, at: usize) -> Option<ErrorMark> {
    let comma = at.checked_sub(1).filter(|before| words.is_mark(*before, ","))?;
    let ends = words.is_mark(at, ")") || words.is_mark(at, ",") || words.begins_clause(at);
    if !ends {
        return None;
    }
    let span = words.span(comma);
    let offer = Offer { span: span.clone(), replacement: String::new(), text: "Remove the comma".to_owned() };
    let message = Some("There is nothing after the comma.".to_owned());
    Some(ErrorMark { message, offer: Some(offer), ..ErrorMark::at(span) })
}

/// Marks a function in `COUN(*)` and `COUNT (*)`, which the server reports at the `*`.
fn call_mark(words: &Words<'_>, at: usize) -> Option<ErrorMark> {
    let (open, name) = (at.checked_sub(1)?, at.checked_sub(2)?);
    if words.text(at) != "*" || !words.is_mark(open, "(") || words.kind(name) != Some(TokenKind::Word) {
        return None;
    }
    let (span, typed) = (words.span(name), words.text(name));
    let offer = if is_function(typed) {
        Offer::unspaced(span.end..words.span(open).start)
    } else {
        let near = nearest_ignoring_case(typed, ["COUNT"])?;
        Offer::replace(span.clone(), typed, cased_like(typed, near))
    };
    offer.map(|offer| ErrorMark { offer: Some(offer), ..ErrorMark::at(span) })
}

/// Says what is open: a parenthesis or a CASE.
fn open_words(statement: &str, words: &Words<'_>, open: usize) -> String {
    let line = line_of(statement, words.span(open).start);
    if words.is_mark(open, "(") {
        format!("the parenthesis opened in line {line} is not closed.")
    } else {
        format!("the CASE in line {line} has no END.")
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Marks what is open at the end of a statement.
fn early_end(statement: &str, words: &Words<'_>) -> ErrorMark {
    let end = statement.trim_end().len();
    let early = |what: String, span| {
        let message = Some(format!("The statement ends too early: {what}"));
        ErrorMark { message, ..ErrorMark::at(span) }
    };
    if let Some(open) = words.open_at_end() {
        return early(open_words(statement, words, open), words.span(open));
    }
    let Some(last) = words.len().checked_sub(1) else {
        return early("there is no statement.".to_owned(), end..end);
    };
    if let Some(offer) = keyword_offer(words, last) {
        return ErrorMark { offer: Some(offer.clone()), ..ErrorMark::at(offer.span) };
    }
    early(format!("something is missing after {}.", words.text(last)), words.span(last))
}
