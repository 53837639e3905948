//! The lexer: splits SQL text into tokens as the server does. It accepts every text and loses no byte.
//!
//! Source: the behaviour of `MYSQLlex` in MySQL 5.7/8 and MariaDB 10/11. Where the server would stop with an error, the token is
//! marked broken and the rest of the text is still read.

mod number;

use std::borrow::Cow;
use std::ops::Range;

use super::quote::unquoted_identifier;
use super::{Dialect, ServerFamily};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A keyword or a bare identifier. Which of the two depends on the grammar.
    Word,
    /// `` `x` ``, or `"x"` under `ANSI_QUOTES`.
    QuotedIdentifier,
    /// `'x'`, `n'x'`, or `"x"` without `ANSI_QUOTES`. An introducer (`_utf8mb4`) is a separate word.
    String,
    /// `1`, `1.5`, `.5`, `1e5`.
    Number,
    /// `x'41'`, `b'01'`, `0x41`, `0b01`.
    HexOrBit,
    /// `@x`, `@'x'`, `@@x`, `@@session.x`.
    Variable,
    /// `?`.
    Parameter,
    Operator,
    /// One of `; , ( ) . { }`.
    Punctuation,
    Space,
    /// `-- x` or `# x`, without its line end.
    LineComment,
    /// `/* x */`, or an executable comment that this server skips.
    BlockComment,
    /// An optimizer hint, `/*+ x */`.
    Hint,
    /// The start of an executable comment that is code for this server: `/*!`, `/*!50100`, `/*M!100100`.
    CodeOpen,
    /// The `*/` that ends an executable comment.
    CodeClose,
    /// `\G` or `\g`, which ends a statement in the `mysql` client. No server reads it.
    ClientEnd,
    /// A character that is not allowed here: NUL, another control character, a single backslash.
    Stray,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// Byte range, always on character boundaries.
    pub span: Range<usize>,
    /// Whether it is not closed or malformed, so that the server refuses it.
    pub is_broken: bool,
}

impl Token {
    /// Returns the text of the token.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.clone()).unwrap_or_default()
    }

    /// Returns the name without its quotes, if the token is a word or a quoted name.
    #[must_use]
    pub fn name<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        match self.kind {
            TokenKind::Word => Some(Cow::Borrowed(self.text(text))),
            TokenKind::QuotedIdentifier => Some(Cow::Owned(unquoted_identifier(self.text(text)))),
            _ => None,
        }
    }

    /// Whether the grammar ignores it: white space, comments, hints. A broken comment counts, since the server stops at it.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        !self.is_broken
            && matches!(
                self.kind,
                TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment | TokenKind::Hint
            )
    }

    /// Whether it opens or closes an executable comment.
    #[must_use]
    pub fn is_marker(&self) -> bool {
        matches!(self.kind, TokenKind::CodeOpen | TokenKind::CodeClose)
    }
}

/// Splits a text into tokens. Joined, their spans are the text.
#[must_use]
pub fn lex(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer { bytes: text.as_bytes(), dialect, at: 0, open: None, tokens: Vec::new() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.mark_code_unclosed();
    lexer.tokens
}

/// Whether a byte can be part of a bare identifier. Every byte of a non-ASCII character can.
#[must_use]
pub fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// Longest first: the first match is taken.
const OPERATORS: [&[u8]; 14] =
    [b"<=>", b"->>", b":=", b"<=", b">=", b"<>", b"!=", b"<<", b">>", b"||", b"&&", b"->", b"..", b"\\N"];

struct Lexer<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    at: usize,
    /// Index of the token that opened the current executable comment.
    open: Option<usize>,
    tokens: Vec<Token>,
}

/// A scanned token: its kind, its end, and whether it is broken.
struct Scanned(TokenKind, usize, bool);

impl Lexer<'_> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn is_identifier(&self, at: usize) -> bool {
        self.byte(at).is_some_and(is_identifier_byte)
    }

    fn is_digit(&self, at: usize) -> bool {
        self.byte(at).is_some_and(|byte| byte.is_ascii_digit())
    }

    fn starts(&self, at: usize, with: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(with))
    }

    fn run(&self, from: usize, fits: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|&byte| !fits(byte)).unwrap_or(rest.len())
    }

    fn step(&mut self) {
        let Scanned(kind, end, is_broken) = self.scan();
        let end = end.clamp(self.at + 1, self.bytes.len());
        let span = self.at..end;
        match kind {
            TokenKind::CodeOpen => self.open = Some(self.tokens.len()),
            TokenKind::CodeClose => self.open = None,
            // The server reads what follows a `;` as a new text, outside of any comment.
            TokenKind::ClientEnd => self.mark_code_unclosed(),
            TokenKind::Punctuation if self.byte(self.at) == Some(b';') => self.mark_code_unclosed(),
            _ => {}
        }
        self.tokens.push(Token { kind, span, is_broken });
        self.at = end;
    }

    fn mark_code_unclosed(&mut self) {
        if let Some(token) = self.open.take().and_then(|at| self.tokens.get_mut(at)) {
            token.is_broken = true;
        }
    }

    fn scan(&self) -> Scanned {
        let at = self.at;
        let Some(byte) = self.byte(at) else { return Scanned(TokenKind::Stray, at, true) };
        let quoted = |kind, (end, is_closed): (usize, bool)| Scanned(kind, end, !is_closed);
        match byte {
            _ if is_space(byte) => Scanned(TokenKind::Space, self.run(at, is_space), false),
            b'#' => self.line_comment(),
            b'-' if self.is_dash_comment() => self.line_comment(),
            b'/' if self.starts(at, b"/*") => self.block(),
            b'*' if self.open.is_some() && self.starts(at, b"*/") => Scanned(TokenKind::CodeClose, at + 2, false),
            b'"' if self.dialect.sql_mode.ansi_quotes => quoted(TokenKind::QuotedIdentifier, self.quoted_end(at)),
            b'\'' | b'"' => quoted(TokenKind::String, self.string_end(at)),
            b'`' => quoted(TokenKind::QuotedIdentifier, self.quoted_end(at)),
            b'@' => self.variable(),
            b'?' if !self.is_identifier(at + 1) => Scanned(TokenKind::Parameter, at + 1, false),
            b'.' => self.dot(),
            _ if is_identifier_byte(byte) => self.word_or_number(byte),
            b';' | b',' | b'(' | b')' | b'{' | b'}' => Scanned(TokenKind::Punctuation, at + 1, false),
            _ => self.operator(byte),
        }
    }

    /// Whether `--` opens a comment: only before a space, a control character or the end.
    fn is_dash_comment(&self) -> bool {
        self.starts(self.at, b"--") && self.byte(self.at + 2).is_none_or(|next| next == b' ' || next.is_ascii_control())
    }

    /// Reads to the end of the line, or to a NUL, where the server stops skipping.
    fn line_comment(&self) -> Scanned {
        Scanned(TokenKind::LineComment, self.run(self.at, |byte| byte != b'\n' && byte != 0), false)
    }

    fn block(&self) -> Scanned {
        let inside = self.at + 2;
        if self.starts(inside, b"!") {
            return self.executable(inside + 1, false);
        }
        if self.dialect.server == ServerFamily::MariaDb && self.starts(inside, b"M!") {
            return self.executable(inside + 2, true);
        }
        let kind = if self.starts(inside, b"+") { TokenKind::Hint } else { TokenKind::BlockComment };
        match self.comment_end(inside) {
            Some(end) => Scanned(kind, end, false),
            None => Scanned(kind, self.bytes.len(), true),
        }
    }

    /// Returns the offset after the first `*/`.
    fn comment_end(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(2).position(|pair| pair == b"*/").map(|at| from + at + 2)
    }

    /// Returns the offset after the `*/` of a skipped executable comment, which may contain plain comments.
    fn skipped_end(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while at < self.bytes.len() {
            if self.starts(at, b"*/") {
                return Some(at + 2);
            }
            at = if self.starts(at, b"/*") { self.comment_end(at + 2)? } else { at + 1 };
        }
        None
    }

    /// Reads the start of an executable comment. `digits` is the offset where a version may begin.
    fn executable(&self, digits: usize, is_mariadb_comment: bool) -> Scanned {
        let count = (0..6).take_while(|&i| self.is_digit(digits + i)).count();
        if count < 5 {
            return Scanned(TokenKind::CodeOpen, digits, false);
        }
        let end = digits + count;
        let version = self
            .bytes
            .get(digits..end)
            .unwrap_or_default()
            .iter()
            .fold(0_u32, |sum, &digit| sum * 10 + u32::from(digit.saturating_sub(b'0')));
        if runs_version(version, is_mariadb_comment, self.dialect) {
            return Scanned(TokenKind::CodeOpen, end, false);
        }
        match self.skipped_end(digits) {
            Some(end) => Scanned(TokenKind::BlockComment, end, false),
            None => Scanned(TokenKind::BlockComment, self.bytes.len(), true),
        }
    }

    /// Returns the end of a text literal whose opening quote is at `from`, and whether it is closed.
    fn string_end(&self, from: usize) -> (usize, bool) {
        let Some(quote) = self.byte(from) else { return (from, false) };
        let mut at = from + 1;
        while let Some(byte) = self.byte(at) {
            if byte == b'\\' && !self.dialect.sql_mode.no_backslash_escapes {
                at += 2;
            } else if byte != quote {
                at += 1;
            } else if self.byte(at + 1) == Some(quote) {
                at += 2;
            } else {
                return (at + 1, true);
            }
        }
        (self.bytes.len(), false)
    }

    /// Returns the end of a quoted identifier whose opening quote is at `from`, and whether it is closed. There are no escapes; a
    /// doubled quote is a quote.
    fn quoted_end(&self, from: usize) -> (usize, bool) {
        let Some(quote) = self.byte(from) else { return (from, false) };
        let mut at = from + 1;
        while let Some(byte) = self.byte(at) {
            if byte != quote {
                at += 1;
            } else if self.byte(at + 1) == Some(quote) {
                at += 2;
            } else {
                return (at + 1, true);
            }
        }
        (self.bytes.len(), false)
    }

    fn variable(&self) -> Scanned {
        let after = self.at + 1;
        let (end, is_whole) = match self.byte(after) {
            Some(b'@') => self.system_variable_end(after + 1),
            Some(b'`') => self.quoted_end(after),
            Some(b'"') if self.dialect.sql_mode.ansi_quotes => self.quoted_end(after),
            Some(b'"' | b'\'') => self.string_end(after),
            _ => (self.run(after, |byte| is_identifier_byte(byte) || byte == b'.'), true),
        };
        Scanned(TokenKind::Variable, end, !is_whole)
    }

    fn system_variable_end(&self, from: usize) -> (usize, bool) {
        let mut at = from;
        loop {
            let (end, is_whole) = if self.byte(at) == Some(b'`') {
                self.quoted_end(at)
            } else {
                let end = self.run(at, is_identifier_byte);
                (end, end > at)
            };
            let goes_on = self.byte(end) == Some(b'.')
                && self.byte(end + 1).is_some_and(|next| is_identifier_byte(next) || next == b'`');
            if !is_whole || !goes_on {
                return (end, is_whole);
            }
            at = end + 1;
        }
    }

    /// Whether a bare identifier is directly before this position.
    fn follows_word(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.kind == TokenKind::Word && token.span.end == self.at)
    }

    /// Whether a `.` is directly before this position: then a name follows, never a keyword, number or literal prefix.
    fn follows_dot(&self) -> bool {
        self.tokens.last().is_some_and(|token| {
            token.kind == TokenKind::Punctuation
                && token.span.end == self.at
                && self.bytes.get(self.at - 1) == Some(&b'.')
        })
    }

    fn dot(&self) -> Scanned {
        if self.is_digit(self.at + 1) && !self.follows_word() {
            return self.fraction(self.at + 1);
        }
        if self.starts(self.at, b"..") && self.dialect.server == ServerFamily::MariaDb {
            return Scanned(TokenKind::Operator, self.at + 2, false);
        }
        Scanned(TokenKind::Punctuation, self.at + 1, false)
    }

    fn word_or_number(&self, first: u8) -> Scanned {
        let at = self.at;
        if self.follows_dot() {
            return Scanned(TokenKind::Word, self.run(at, is_identifier_byte), false);
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        if self.byte(at + 1) == Some(b'\'') {
            match first {
                b'n' | b'N' => {
                    let (end, is_closed) = self.string_end(at + 1);
                    return Scanned(TokenKind::String, end, !is_closed);
                }
                b'x' | b'X' => return self.digits_literal(|byte| byte.is_ascii_hexdigit(), 2),
                b'b' | b'B' => return self.digits_literal(|byte| matches!(byte, b'0' | b'1'), 1),
                _ => {}
            }
        }
        Scanned(TokenKind::Word, self.run(at, is_identifier_byte), false)
    }

    fn operator(&self, byte: u8) -> Scanned {
        let at = self.at;
        if byte == b'\\' && matches!(self.byte(at + 1), Some(b'G' | b'g')) && !self.is_identifier(at + 2) {
            return Scanned(TokenKind::ClientEnd, at + 2, false);
        }
        if let Some(operator) = OPERATORS.iter().find(|operator| self.starts(at, operator)) {
            return Scanned(TokenKind::Operator, at + operator.len(), false);
        }
        let kind = match byte {
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'!' | b'&' | b'|' | b'^' | b'~' | b':' => {
                TokenKind::Operator
            }
            _ => TokenKind::Stray,
        };
        Scanned(kind, at + 1, false)
    }
}

/// Whether the server runs an executable comment of this version. MariaDB ignores versions of MySQL 5.7 and later (50700 to
/// 99999), unless the comment begins with `/*M!`.
fn runs_version(version: u32, is_mariadb_comment: bool, dialect: Dialect) -> bool {
    let (major, minor, patch) = dialect.version;
    let server_version = u32::from(major) * 10_000 + u32::from(minor) * 100 + u32::from(patch);
    let is_foreign = match dialect.server {
        ServerFamily::MariaDb => !is_mariadb_comment && (50_700..=99_999).contains(&version),
        ServerFamily::MySql | ServerFamily::Other => false,
    };
    version <= server_version && !is_foreign
}
