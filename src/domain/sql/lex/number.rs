//! Numbers of the lexer: whether digits are a number or begin a name.

use super::{Lexer, Scanned, TokenKind, is_identifier_byte};
use crate::domain::sql::ServerFamily;

impl Lexer<'_> {
    /// Reads `x'…'` or `b'…'`. It is broken if it contains other characters, or half a byte.
    pub(super) fn digits_literal(&self, fits: impl Fn(u8) -> bool, unit: usize) -> Scanned {
        let from = self.at + 2;
        let end = self.run(from, fits);
        match self.byte(end) {
            Some(b'\'') => Scanned(TokenKind::HexOrBit, end + 1, !(end - from).is_multiple_of(unit)),
            _ => Scanned(TokenKind::HexOrBit, end, true),
        }
    }

    pub(super) fn number(&self) -> Scanned {
        let at = self.at;
        let prefixed = |end: usize| {
            if end > at + 2 && !self.is_identifier(end) {
                Scanned(TokenKind::HexOrBit, end, false)
            } else {
                Scanned(TokenKind::Word, self.run(end, is_identifier_byte), false)
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
            Some(b'.') if self.byte(end + 1) == Some(b'.') && self.dialect.server == ServerFamily::MariaDb => {
                Scanned(TokenKind::Number, end, false)
            }
            Some(b'.') => self.fraction(end + 1),
            Some(b'e' | b'E') => match self.exponent_end(end) {
                Some(end) => Scanned(TokenKind::Number, end, false),
                None => Scanned(TokenKind::Word, self.run(end, is_identifier_byte), false),
            },
            Some(byte) if is_identifier_byte(byte) => {
                Scanned(TokenKind::Word, self.run(end, is_identifier_byte), false)
            }
            _ => Scanned(TokenKind::Number, end, false),
        }
    }

    /// Reads the digits after the point and an exponent. An `e` without digits makes the number broken.
    pub(super) fn fraction(&self, from: usize) -> Scanned {
        let end = self.run(from, |byte| byte.is_ascii_digit());
        match self.byte(end) {
            Some(b'e' | b'E') => match self.exponent_end(end) {
                Some(end) => Scanned(TokenKind::Number, end, false),
                None => Scanned(TokenKind::Number, end + 1, true),
            },
            _ => Scanned(TokenKind::Number, end, false),
        }
    }

    /// Returns the end of the exponent whose `e` is at `from`.
    fn exponent_end(&self, from: usize) -> Option<usize> {
        let digits = if matches!(self.byte(from + 1), Some(b'+' | b'-')) { from + 2 } else { from + 1 };
        self.is_digit(digits).then(|| self.run(digits, |byte| byte.is_ascii_digit()))
    }
}
