//! The words of a filter: names, numbers, quoted texts, signs, each with its place.

use std::ops::Range;

use super::super::Cell;
use super::super::key::KeyKind;
use super::FilterFault;

pub(super) fn fault(at: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> FilterFault {
    FilterFault { at, what: what.into(), hint: hint.into() }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word: a name or a keyword.
    Bare(String),
    /// A name in backticks or double quotes.
    Name(String),
    /// A column by its number, from 1.
    Number(usize),
    /// A text in quotes, or the bytes of `0x…`.
    Text(Vec<u8>),
    /// A number.
    Digits(String),
    /// A sign.
    Sign(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

impl Word {
    pub(super) fn shown(&self) -> String {
        match &self.kind {
            Kind::Bare(text) | Kind::Name(text) | Kind::Digits(text) => text.clone(),
            Kind::Number(number) => format!("#{number}"),
            Kind::Text(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
            Kind::Sign(sign) => (*sign).to_owned(),
        }
    }
}

const SIGNS: [&str; 15] = ["!~*", "!~", "~*", "~", "<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "."];

pub(super) fn words(text: &str) -> Result<Vec<Word>, FilterFault> {
    let mut words = Vec::new();
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
                (Kind::Text(text.into_bytes()), length)
            }
            '`' | '"' => {
                let (name, length) = quoted(rest, first, at)?;
                (Kind::Name(name), length)
            }
            '#' => {
                let digits = rest.get(1..).unwrap_or_default();
                let length = digits.bytes().take_while(u8::is_ascii_digit).count();
                let number = digits.get(..length).unwrap_or_default().parse().unwrap_or(0);
                (Kind::Number(number), 1 + length)
            }
            '0' if rest.get(1..2).is_some_and(|x| x.eq_ignore_ascii_case("x")) => hex(rest, at)?,
            '0'..='9' | '-' | '+' => digits(rest, at)?,
            _ if first.is_alphanumeric() || first == '_' || first == '$' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
                (Kind::Bare(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            _ => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign)).ok_or_else(|| {
                    fault(
                        at..at + first.len_utf8(),
                        format!("`{first}` is not part of a filter"),
                        "put texts in single quotes and odd names in backticks",
                    )
                })?;
                (Kind::Sign(sign), sign.len())
            }
        };
        words.push(Word { kind, at: at..at + length });
        at += length;
    }
    Ok(words)
}

/// A quoted text, in which the quote itself is doubled; answers with its bytes in the source.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(String, usize), FilterFault> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((place, character)) = characters.next() {
        if character != quote {
            text.push(character);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return Ok((text, place + quote.len_utf8()));
        }
    }
    Err(fault(
        at..at + rest.len(),
        format!("The {quote} has no end"),
        format!("close it with {quote}; inside it {quote} is written twice"),
    ))
}

fn hex(rest: &str, at: usize) -> Result<(Kind, usize), FilterFault> {
    let digits: &str = rest.get(2..).unwrap_or_default();
    let length = digits.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let digits = digits.get(..length).unwrap_or_default();
    let pairs = digits.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    match bytes.filter(|_| length.is_multiple_of(2) && length > 0) {
        Some(bytes) => Ok((Kind::Text(bytes), 2 + length)),
        None => Err(fault(
            at..at + 2 + length,
            format!("`0x{digits}` is no hexadecimal value"),
            "write two digits for each byte, such as 0x00ff",
        )),
    }
}

fn digits(rest: &str, at: usize) -> Result<(Kind, usize), FilterFault> {
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
        return Ok((Kind::Digits(text.to_owned()), length));
    }
    Err(fault(at..at + length.max(1), format!("`{text}` is no number"), "put it in single quotes if it is a text"))
}

/// Whether the key of a number has the tag of one.
fn is_number(text: &str) -> bool {
    let strange = CompareKind::Number.key(Cell::Bytes(b""));
    let key = CompareKind::Number.key(Cell::Bytes(text.as_bytes()));
    key < strange
}
