//! Splits the text of a filter into tokens: names, numbers, quoted texts, signs, each with its position.

use std::ops::Range;

use super::fault::FilterFault;
use crate::domain::results::cell::Cell;
use crate::domain::results::compare_key::CompareKind;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FilterTokenKind {
    /// A bare word: a name or a keyword.
    Bare(String),
    /// A name in backticks or double quotes.
    Name(String),
    /// A column by its number, from 1.
    Number(usize),
    /// A text in quotes, or the bytes of `0x…`.
    Text(Vec<u8>),
    Digits(String),
    Sign(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilterToken {
    pub(super) kind: FilterTokenKind,
    pub(super) at: Range<usize>,
}

impl FilterToken {
    /// Returns the token as it can be written.
    pub(super) fn text(&self) -> String {
        match &self.kind {
            FilterTokenKind::Bare(text) | FilterTokenKind::Name(text) | FilterTokenKind::Digits(text) => text.clone(),
            FilterTokenKind::Number(number) => format!("#{number}"),
            FilterTokenKind::Text(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
            FilterTokenKind::Sign(sign) => (*sign).to_owned(),
        }
    }
}

const SIGNS: [&str; 15] = ["!~*", "!~", "~*", "~", "<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "."];

pub(super) fn tokenize(text: &str) -> Result<Vec<FilterToken>, FilterFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        let (kind, length) = match first {
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '\'' => {
                let (text, length) = quoted(rest, '\'', at)?;
                (FilterTokenKind::Text(text.into_bytes()), length)
            }
            '`' | '"' => {
                let (name, length) = quoted(rest, first, at)?;
                (FilterTokenKind::Name(name), length)
            }
            '#' => {
                let digits = rest.get(1..).unwrap_or_default();
                let length = digits.bytes().take_while(u8::is_ascii_digit).count();
                let number = digits.get(..length).unwrap_or_default().parse().unwrap_or(0);
                (FilterTokenKind::Number(number), 1 + length)
            }
            '0' if rest.get(1..2).is_some_and(|x| x.eq_ignore_ascii_case("x")) => hex(rest, at)?,
            '0'..='9' | '-' | '+' => digits(rest, at)?,
            _ if first.is_alphanumeric() || first == '_' || first == '$' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                (FilterTokenKind::Bare(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or_else(|| {
                    FilterFault::new(
                        at..at + first.len_utf8(),
                        format!("`{first}` cannot be used in a filter"),
                        "put text in single quotes, and names with special characters in backticks",
                    )
                })?;
                (FilterTokenKind::Sign(sign), sign.len())
            }
        };
        tokens.push(FilterToken { kind, at: at..at + length });
        at += length;
    }
    Ok(tokens)
}

/// Reads a quoted text, in which the quote itself is doubled, and returns it with its length in the source, in bytes.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(String, usize), FilterFault> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((offset, character)) = characters.next() {
        if character != quote {
            text.push(character);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Ok((text, offset + quote.len_utf8()));
        }
    }
    Err(FilterFault::new(
        at..at + rest.len(),
        format!("The {quote} is not closed"),
        format!("close it with {quote}; write {quote} inside it twice"),
    ))
}

fn hex(rest: &str, at: usize) -> Result<(FilterTokenKind, usize), FilterFault> {
    let digits: &str = rest.get(2..).unwrap_or_default();
    let length = digits.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let digits = digits.get(..length).unwrap_or_default();
    let pairs = digits.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    match bytes.filter(|_| length.is_multiple_of(2) && length > 0) {
        Some(bytes) => Ok((FilterTokenKind::Text(bytes), 2 + length)),
        None => Err(FilterFault::new(
            at..at + 2 + length,
            format!("`0x{digits}` is not a hexadecimal value"),
            "write two digits for each byte, such as 0x00ff",
        )),
    }
}

fn digits(rest: &str, at: usize) -> Result<(FilterTokenKind, usize), FilterFault> {
    let bytes = rest.as_bytes();
    let mut length = 0;
    while let Some(byte) = bytes.get(length) {
        let after_power = length > 0 && matches!(bytes.get(length - 1), Some(b'e' | b'E'));
        let belongs = byte.is_ascii_digit()
            || matches!(byte, b'.' | b'e' | b'E')
            || matches!(byte, b'+' | b'-') && (length == 0 || after_power);
        if !belongs {
            break;
        }
        length += 1;
    }
    let text = rest.get(..length).unwrap_or_default();
    if is_number(text) {
        return Ok((FilterTokenKind::Digits(text.to_owned()), length));
    }
    Err(FilterFault::new(
        at..at + length.max(1),
        format!("`{text}` is not a number"),
        "put it in single quotes if it is text",
    ))
}

fn is_number(text: &str) -> bool {
    CompareKind::Number.key(Cell::Bytes(text.as_bytes())).is_readable()
}
