//! The lexer's numbers: where digits are a number, where they begin a name.

use super::{Found, Lexer, TokenKind, is_identifier_byte};
use crate::domain::sql::Server;

impl Lexer<'_> {
    /// `x'…'` or `b'…'`: anything but its digits breaks it, and so does a count of digits that is not whole bytes.
    pub(super) fn digits_literal(&self, fits: impl Fn(u8) -> bool, unit: usize) -> Found {
        let from = self.at + 2;
        let end = self.run(from, fits);
        match self.byte(end) {
            Some(b'\'') => Found(TokenKind::HexOrBit, end + 1, !(end - from).is_multiple_of(unit)),
            _ => Found(TokenKind::HexOrBit, end, true),
        }
    }

    pub(super) fn number(&self) -> Found {
        let at = self.at;
        let prefixed = |end: usize| {
            if end > at + 2 && !self.is_identifier(end) {
                Found(TokenKind::HexOrBit, end, false)
            } else {
                Found(TokenKind::Word, self.run(end, is_identifier_byte), false)
            }
        };
        if self.starts(at, b"0x") {
            return prefixed(self.run(at + 2, |byte| byte.is_ascii_hexdigit()));
        }
        if self.starts(at, b"0b") {
            return prefixed(self.run(at + 2, |byte| matches!(byte, b'0' | b'1')));
        }
        let end = self.run(at, |byte| byte.is_ascii_digit());
        match self.byte(end) {
            Some(b'.') if self.byte(end + 1) == Some(b'.') && self.dialect.server == Server::MariaDb => {
                Found(TokenKind::Number, end, false)
            }
            Some(b'.') => self.fraction(end + 1),
            Some(b'e' | b'E') => match self.exponent_end(end) {
                Some(end) => Found(TokenKind::Number, end, false),
                None => Found(TokenKind::Word, self.run(end, is_identifier_byte), false),
            },
            Some(byte) if is_identifier_byte(byte) => Found(TokenKind::Word, self.run(end, is_identifier_byte), false),
            _ => Found(TokenKind::Number, end, false),
        }
    }

    /// The digits behind the point, and an exponent; an `e` without digits breaks the number.
    pub(super) fn fraction(&self, from: usize) -> Found {
        let end = self.run(from, |byte| byte.is_ascii_digit());
        match self.byte(end) {
            Some(b'e' | b'E') => match self.exponent_end(end) {
                Some(end) => Found(TokenKind::Number, end, false),
                None => Found(TokenKind::Number, end + 1, true),
            },
            _ => Found(TokenKind::Number, end, false),
        }
    }

    /// The end of the exponent whose `e` is at `from`.
    fn exponent_end(&self, from: usize) -> Option<usize> {
        let digits = if matches!(self.byte(from + 1), Some(b'+' | b'-')) { from + 2 } else { from + 1 };
        self.is_digit(digits).then(|| self.run(digits, |byte| byte.is_ascii_digit()))
    }
}
