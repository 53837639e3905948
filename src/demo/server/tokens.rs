//! Splits a statement into tokens, to find out which statement it is and to parse SET, SHOW, USE and KILL. SELECT
//! statements are parsed by the translator.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An unquoted word.
    Word,
    /// A name in backticks. The text is the name without them.
    Name,
    /// A string. The text is its value.
    String,
    Number,
    /// `@name` or `@@name`. The text includes the signs.
    Variable,
    /// Any other character.
    Sign,
    /// A string, name or comment that is not terminated.
    Broken,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// The text; of strings and names without quotes and escapes.
    pub text: String,
    /// Byte offset of the start.
    pub start: usize,
    /// Byte offset of the end.
    pub end: usize,
}

impl Token {
    /// Returns whether it is this unquoted word, ignoring case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.kind == TokenKind::Sign && self.text.starts_with(sign)
    }
}

/// Splits a text into tokens, without comments. The content of `/*! … */` counts as code.
pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, is_in_executable_comment: false };
    let mut found = Vec::new();
    while let Some(token) = lexer.next_token() {
        found.push(token);
    }
    found
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    is_in_executable_comment: bool,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next_token(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            if first.is_whitespace() {
                self.at += first.len_utf8();
            } else if rest.starts_with('#') || starts_dash_comment(rest) {
                self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
            } else if rest.starts_with("/*!") || rest.starts_with("/*M!") {
                let digits = rest.trim_start_matches(['/', '*', 'M', '!']);
                let code = digits.trim_start_matches(|c: char| c.is_ascii_digit());
                self.at += rest.len() - code.len();
                self.is_in_executable_comment = true;
            } else if rest.starts_with("*/") && self.is_in_executable_comment {
                self.at += 2;
                self.is_in_executable_comment = false;
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => self.at += end + 2,
                    None => return Some(self.token(TokenKind::Broken, rest.len(), String::new())),
                }
            } else {
                return Some(self.read(first));
            }
        }
    }

    fn read(&mut self, first: char) -> Token {
        let rest = self.rest();
        match first {
            '`' => self.quoted('`', TokenKind::Name),
            '\'' | '"' => self.quoted(first, TokenKind::String),
            '@' => {
                let end = rest.find(|c| !is_word_char(c) && c != '@' && c != '.').unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(TokenKind::Variable, end, text)
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(TokenKind::Number, end, text)
            }
            _ if is_word_char(first) => {
                let end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(TokenKind::Word, end, text)
            }
            _ => self.token(TokenKind::Sign, first.len_utf8(), first.to_string()),
        }
    }

    fn token(&mut self, kind: TokenKind, length: usize, text: String) -> Token {
        let start = self.at;
        self.at += length;
        Token { kind, text, start, end: self.at }
    }

    fn quoted(&mut self, quote: char, kind: TokenKind) -> Token {
        let rest = self.rest();
        let length = rest.len();
        let mut value = String::new();
        let mut chars = rest.char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                if chars.next_if(|&(_, next)| next == quote).is_none() {
                    return self.token(kind, at + 1, value);
                }
                value.push(quote);
            } else if c == '\\' && kind == TokenKind::String {
                let Some((_, escaped)) = chars.next() else { break };
                match escaped {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    '0' => value.push('\0'),
                    // LIKE patterns need the backslash of these two.
                    '%' | '_' => value.extend(['\\', escaped]),
                    other => value.push(other),
                }
            } else {
                value.push(c);
            }
        }
        self.token(TokenKind::Broken, length, String::new())
    }
}

fn starts_dash_comment(rest: &str) -> bool {
    rest.strip_prefix("--")
        .is_some_and(|after| after.chars().next().is_none_or(|c| c.is_whitespace() || c.is_control()))
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// Reads the tokens of a statement one after another.
pub(super) struct TokenCursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> TokenCursor<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens }
    }

    /// Returns the next token without consuming it.
    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.first()
    }

    /// Consumes the next token.
    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Returns the remaining tokens.
    pub(super) fn remaining(&self) -> &'a [Token] {
        self.tokens
    }

    /// Returns the text from the next token on.
    pub(super) fn remaining_text(&self) -> &'a str {
        self.peek().and_then(|token| self.text.get(token.start..)).unwrap_or_default()
    }

    /// Consumes the next token if it is this word.
    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.is_word(word));
        if is_next {
            self.next();
        }
        is_next
    }

    /// Consumes the next token if it is one of these words.
    pub(super) fn accept_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.accept_word(word))
    }

    /// Consumes the next tokens if they are these words.
    pub(super) fn accept_words(&mut self, words: &[&str]) -> bool {
        let are_next =
            words.iter().enumerate().all(|(at, word)| self.tokens.get(at).is_some_and(|token| token.is_word(word)));
        if are_next {
            self.tokens = self.tokens.get(words.len()..).unwrap_or_default();
        }
        are_next
    }

    /// Consumes the next token if it is this sign.
    pub(super) fn accept_sign(&mut self, sign: char) -> bool {
        let is_next = self.peek().is_some_and(|token| token.is_sign(sign));
        if is_next {
            self.next();
        }
        is_next
    }

    /// Consumes a name, with or without backticks.
    pub(super) fn accept_name(&mut self) -> Option<String> {
        self.peek().filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Name))?;
        self.next().map(|token| token.text.clone())
    }

    pub(super) fn accept_string(&mut self) -> Option<String> {
        self.peek().filter(|token| token.kind == TokenKind::String)?;
        self.next().map(|token| token.text.clone())
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.tokens.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokenize(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_are_skipped_and_executable_comments_are_code() {
        assert_eq!(texts("/* a */ SET -- b\n /*!40101 NAMES */ utf8 # c"), ["SET", "NAMES", "utf8"]);
        assert_eq!(texts("1--1"), ["1", "-", "-", "1"]);
    }

    #[test]
    fn strings_and_names_are_unquoted() {
        assert_eq!(texts(r"'it''s' 'a\'b' `x``y` 'a\_b'"), ["it's", "a'b", "x`y", r"a\_b"]);
        assert_eq!(tokenize("'open").first().unwrap().kind, TokenKind::Broken);
    }

    #[test]
    fn variables_keep_their_signs() {
        assert_eq!(texts("SELECT @@session.sql_mode, @x"), ["SELECT", "@@session.sql_mode", ",", "@x"]);
    }
}
