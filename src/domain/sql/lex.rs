//! The lexer: cuts SQL text into tokens where the server would. It loses no byte, fails on no text, and knows no grammar.
//!
//! Source: the behaviour of `MYSQLlex` in MySQL 5.7/8 and MariaDB 10/11. Where the server would stop with an error the
//! token is marked broken and the rest of the text is still read.

mod number;

use std::ops::Range;

use super::{Dialect, Server};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A keyword or a bare identifier; which of the two is a matter of grammar.
    Word,
    /// `` `x` ``, or `"x"` under `ANSI_QUOTES`.
    QuotedIdentifier,
    /// `'x'`, `n'x'`, or `"x"` without `ANSI_QUOTES`. An introducer (`_utf8mb4`) is a word of its own.
    String,
    /// `1`, `1.5`, `.5`, `1e5`.
    Number,
    /// `x'41'`, `b'01'`, `0x41`, `0b01`.
    HexOrBit,
    /// `@x`, `@'x'`, `@@x`, `@@session.x`.
    Variable,
    /// `?`.
    Parameter,
    /// One operator, such as `<=>`.
    Operator,
    /// One of `; , ( ) . { }`.
    Punctuation,
    Space,
    /// `-- x` or `# x`, without its line end.
    LineComment,
    /// `/* x */`, and an executable comment that this server skips.
    BlockComment,
    /// An optimizer hint, `/*+ x */`.
    Hint,
    /// The opening of an executable comment whose inside is code for this server: `/*!`, `/*!50100`, `/*M!100100`.
    CodeOpen,
    /// The `*/` that ends such code.
    CodeClose,
    /// A character that no statement may hold here: NUL, another control character, a lone backslash.
    Stray,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// Where it is, in bytes; always on character borders.
    pub span: Range<usize>,
    /// Whether it is never closed, or malformed so that the server refuses it.
    pub is_broken: bool,
}

impl Token {
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.clone()).unwrap_or_default()
    }

    /// Whether the grammar does not see it: blanks, comments, hints. A broken comment is seen: the server stops at it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
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

/// Cuts a text into tokens. Their spans, joined, are the text.
#[must_use]
pub fn lex(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer { bytes: text.as_bytes(), dialect, at: 0, open: None, tokens: Vec::new() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.leave_code_unclosed();
    lexer.tokens
}

/// Whether a byte may stand inside a bare identifier. Every byte of a character outside ASCII may.
#[must_use]
pub fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The longest first: the first that fits is taken.
const OPERATORS: [&[u8]; 14] =
    [b"<=>", b"->>", b":=", b"<=", b">=", b"<>", b"!=", b"<<", b">>", b"||", b"&&", b"->", b"..", b"\\N"];

struct Lexer<'a> {
    bytes: &'a [u8],
    dialect: Dialect,
    at: usize,
    /// The place among the tokens of the executable comment that is open.
    open: Option<usize>,
    tokens: Vec<Token>,
}

/// What a scan found: a kind, an end and whether it is broken.
struct Found(TokenKind, usize, bool);

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
        let Found(kind, end, is_broken) = self.scan();
        let end = end.clamp(self.at + 1, self.bytes.len());
        let span = self.at..end;
        match kind {
            TokenKind::CodeOpen => self.open = Some(self.tokens.len()),
            TokenKind::CodeClose => self.open = None,
            // The server reads what follows a `;` as a new text, outside of any comment.
            TokenKind::Punctuation if self.byte(self.at) == Some(b';') => self.leave_code_unclosed(),
            _ => {}
        }
        self.tokens.push(Token { kind, span, is_broken });
        self.at = end;
    }

    fn leave_code_unclosed(&mut self) {
        if let Some(token) = self.open.take().and_then(|at| self.tokens.get_mut(at)) {
            token.is_broken = true;
        }
    }

    fn scan(&self) -> Found {
        let at = self.at;
        let Some(byte) = self.byte(at) else { return Found(TokenKind::Stray, at, true) };
        let quoted = |kind, (end, is_closed): (usize, bool)| Found(kind, end, !is_closed);
        match byte {
            _ if is_space(byte) => Found(TokenKind::Space, self.run(at, is_space), false),
            b'#' => self.line_comment(),
            b'-' if self.is_dash_comment() => self.line_comment(),
            b'/' if self.starts(at, b"/*") => self.block(),
            b'*' if self.open.is_some() && self.starts(at, b"*/") => Found(TokenKind::CodeClose, at + 2, false),
            b'"' if self.dialect.sql_mode.ansi_quotes => quoted(TokenKind::QuotedIdentifier, self.quoted_end(at)),
            b'\'' | b'"' => quoted(TokenKind::String, self.string_end(at)),
            b'`' => quoted(TokenKind::QuotedIdentifier, self.quoted_end(at)),
            b'@' => self.variable(),
            b'?' if !self.is_identifier(at + 1) => Found(TokenKind::Parameter, at + 1, false),
            b'.' => self.dot(),
            _ if is_identifier_byte(byte) => self.word_or_number(byte),
            b';' | b',' | b'(' | b')' | b'{' | b'}' => Found(TokenKind::Punctuation, at + 1, false),
            _ => self.operator(byte),
        }
    }

    /// `--` opens a comment only before a blank, a control character or the end.
    fn is_dash_comment(&self) -> bool {
        self.starts(self.at, b"--") && self.byte(self.at + 2).is_none_or(|next| next == b' ' || next.is_ascii_control())
    }

    /// Up to the line end, or up to a NUL: there the server stops to skip.
    fn line_comment(&self) -> Found {
        Found(TokenKind::LineComment, self.run(self.at, |byte| byte != b'\n' && byte != 0), false)
    }

    fn block(&self) -> Found {
        let inside = self.at + 2;
        if self.starts(inside, b"!") {
            return self.executable(inside + 1, false);
        }
        if self.dialect.server == Server::MariaDb && self.starts(inside, b"M!") {
            return self.executable(inside + 2, true);
        }
        let kind = if self.starts(inside, b"+") { TokenKind::Hint } else { TokenKind::BlockComment };
        match self.comment_end(inside) {
            Some(end) => Found(kind, end, false),
            None => Found(kind, self.bytes.len(), true),
        }
    }

    /// The place behind the first `*/`.
    fn comment_end(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        rest.windows(2).position(|pair| pair == b"*/").map(|at| from + at + 2)
    }

    /// The place behind the `*/` of a skipped executable comment, which may hold plain comments.
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

    /// An executable comment: `digits` is the place where its version may begin.
    fn executable(&self, digits: usize, is_mariadb_form: bool) -> Found {
        let count = (0..6).take_while(|&i| self.is_digit(digits + i)).count();
        if count < 5 {
            return Found(TokenKind::CodeOpen, digits, false);
        }
        let end = digits + count;
        let version = self
            .bytes
            .get(digits..end)
            .unwrap_or_default()
            .iter()
            .fold(0_u32, |sum, &digit| sum * 10 + u32::from(digit.saturating_sub(b'0')));
        if runs_version(version, is_mariadb_form, self.dialect) {
            return Found(TokenKind::CodeOpen, end, false);
        }
        match self.skipped_end(digits) {
            Some(end) => Found(TokenKind::BlockComment, end, false),
            None => Found(TokenKind::BlockComment, self.bytes.len(), true),
        }
    }

    /// The end of a text literal whose opening quote is at `from`, and whether it is closed.
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

    /// The end of a quoted identifier whose opening quote is at `from`: no escapes, a doubled quote stands for one.
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

    fn variable(&self) -> Found {
        let after = self.at + 1;
        let (end, is_whole) = match self.byte(after) {
            Some(b'@') => self.system_variable_end(after + 1),
            Some(b'`') => self.quoted_end(after),
            Some(b'"') if self.dialect.sql_mode.ansi_quotes => self.quoted_end(after),
            Some(b'"' | b'\'') => self.string_end(after),
            _ => (self.run(after, |byte| is_identifier_byte(byte) || byte == b'.'), true),
        };
        Found(TokenKind::Variable, end, !is_whole)
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

    /// Whether the token before touches this place and is a bare identifier.
    fn follows_word(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.kind == TokenKind::Word && token.span.end == self.at)
    }

    /// Whether a `.` touches this place from the left: what follows is a name, never a keyword, number or literal prefix.
    fn follows_dot(&self) -> bool {
        self.tokens.last().is_some_and(|token| {
            token.kind == TokenKind::Punctuation
                && token.span.end == self.at
                && self.bytes.get(self.at - 1) == Some(&b'.')
        })
    }

    fn dot(&self) -> Found {
        if self.is_digit(self.at + 1) && !self.follows_word() {
            return self.fraction(self.at + 1);
        }
        if self.starts(self.at, b"..") && self.dialect.server == Server::MariaDb {
            return Found(TokenKind::Operator, self.at + 2, false);
        }
        Found(TokenKind::Punctuation, self.at + 1, false)
    }

    fn word_or_number(&self, first: u8) -> Found {
        let at = self.at;
        if self.follows_dot() {
            return Found(TokenKind::Word, self.run(at, is_identifier_byte), false);
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        if self.byte(at + 1) == Some(b'\'') {
            match first {
                b'n' | b'N' => {
                    let (end, is_closed) = self.string_end(at + 1);
                    return Found(TokenKind::String, end, !is_closed);
                }
                b'x' | b'X' => return self.digits_literal(|byte| byte.is_ascii_hexdigit(), 2),
                b'b' | b'B' => return self.digits_literal(|byte| matches!(byte, b'0' | b'1'), 1),
                _ => {}
            }
        }
        Found(TokenKind::Word, self.run(at, is_identifier_byte), false)
    }

    fn operator(&self, byte: u8) -> Found {
        let at = self.at;
        if let Some(operator) = OPERATORS.iter().find(|operator| self.starts(at, operator)) {
            return Found(TokenKind::Operator, at + operator.len(), false);
        }
        let kind = match byte {
            b'+' | b'-' | b'*' | b'/' | b'%' | b'=' | b'<' | b'>' | b'!' | b'&' | b'|' | b'^' | b'~' | b':' => {
                TokenKind::Operator
            }
            _ => TokenKind::Stray,
        };
        Found(kind, at + 1, false)
    }
}

/// Whether the inside of an executable comment of this version is code. MariaDB takes the versions of MySQL 5.7 and
/// later (50700 to 99999) for another product's, unless the comment is of its own form.
fn runs_version(version: u32, is_mariadb_form: bool, dialect: Dialect) -> bool {
    let (major, minor, patch) = dialect.version;
    let own = u32::from(major) * 10_000 + u32::from(minor) * 100 + u32::from(patch);
    let is_foreign = match dialect.server {
        Server::MariaDb => !is_mariadb_form && (50_700..=99_999).contains(&version),
        Server::MySql | Server::Other => false,
    };
    version <= own && !is_foreign
}
