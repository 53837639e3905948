//! A first look at a statement: its words, names, strings and signs, enough to tell which statement it is and to read the
//! server's own ones (SET, SHOW, USE, KILL). Select statements are the translator's.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word.
    Word,
    /// A name in backticks; the text is without them.
    Name,
    /// A string; the text is its value.
    String,
    /// A number.
    Number,
    /// `@name` or `@@name`, signs included.
    Variable,
    /// Any other character.
    Sign,
    /// A string, name or comment without its end.
    Broken,
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its text; strings and names without quotes and escapes.
    pub text: String,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Token {
    /// Whether it is this bare word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this sign.
    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign && self.text.starts_with(sign)
    }
}

/// All tokens; comments are passed over, the inside of `/*! … */` is code.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scan = Scan { text, at: 0, is_in_hint: false };
    let mut found = Vec::new();
    while let Some(token) = scan.next_token() {
        found.push(token);
    }
    found
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    is_in_hint: bool,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next_token(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            if first.is_whitespace() {
                self.at += first.len_utf8();
            } else if rest.starts_with('#') || is_dashes(rest) {
                self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
            } else if rest.starts_with("/*!") || rest.starts_with("/*M!") {
                let digits = rest.trim_start_matches(['/', '*', 'M', '!']);
                let code = digits.trim_start_matches(|c: char| c.is_ascii_digit());
                self.at += rest.len() - code.len();
                self.is_in_hint = true;
            } else if rest.starts_with("*/") && self.is_in_hint {
                self.at += 2;
                self.is_in_hint = false;
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => self.at += end + 2,
                    None => return Some(self.token(Kind::Broken, rest.len(), String::new())),
                }
            } else {
                return Some(self.read(first));
            }
        }
    }

    fn read(&mut self, first: char) -> Token {
        let rest = self.rest();
        match first {
            '`' => self.quoted('`', Kind::Name),
            '\'' | '"' => self.quoted(first, Kind::String),
            '@' => {
                let end = rest.find(|c| !is_word(c) && c != '@' && c != '.').unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(Kind::Variable, end, text)
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(Kind::Number, end, text)
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default().to_owned();
                self.token(Kind::Word, end, text)
            }
            _ => self.token(Kind::Sign, first.len_utf8(), first.to_string()),
        }
    }

    fn token(&mut self, kind: Kind, length: usize, text: String) -> Token {
        let start = self.at;
        self.at += length;
        Token { kind, text, start, end: self.at }
    }

    fn quoted(&mut self, quote: char, kind: Kind) -> Token {
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
            } else if c == '\\' && kind == Kind::String {
                let Some((_, escaped)) = chars.next() else { break };
                match escaped {
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    '0' => value.push('\0'),
                    // In a pattern these keep their backslash: the pattern reads it.
                    '%' | '_' => value.extend(['\\', escaped]),
                    other => value.push(other),
                }
            } else {
                value.push(c);
            }
        }
        self.token(Kind::Broken, length, String::new())
    }
}

fn is_dashes(rest: &str) -> bool {
    rest.strip_prefix("--")
        .is_some_and(|after| after.chars().next().is_none_or(|c| c.is_whitespace() || c.is_control()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// Walks over tokens, one statement's way of reading them.
pub(super) struct Walk<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

impl<'a> Walk<'a> {
    /// Begins at the first token.
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens }
    }

    /// The next token, which stays.
    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.first()
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// The tokens that are left.
    pub(super) fn left(&self) -> &'a [Token] {
        self.tokens
    }

    /// The text from the next token on.
    pub(super) fn rest(&self) -> &'a str {
        self.peek().and_then(|token| self.text.get(token.start..)).unwrap_or_default()
    }

    /// Takes the next token if it is this word.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is(word));
        if is {
            self.next();
        }
        is
    }

    /// Takes the next token if it is one of these words.
    pub(super) fn any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.word(word))
    }

    /// Takes the next tokens if they are these words.
    pub(super) fn words(&mut self, words: &[&str]) -> bool {
        let is = words.iter().enumerate().all(|(at, word)| self.tokens.get(at).is_some_and(|token| token.is(word)));
        if is {
            self.tokens = self.tokens.get(words.len()..).unwrap_or_default();
        }
        is
    }

    /// Takes the next token if it is this sign.
    pub(super) fn sign(&mut self, sign: char) -> bool {
        let is = self.peek().is_some_and(|token| token.is_sign(sign));
        if is {
            self.next();
        }
        is
    }

    /// Takes a name, bare or in backticks.
    pub(super) fn name(&mut self) -> Option<String> {
        self.peek().filter(|token| matches!(token.kind, Kind::Word | Kind::Name))?;
        self.next().map(|token| token.text.clone())
    }

    /// Takes a string.
    pub(super) fn string(&mut self) -> Option<String> {
        self.peek().filter(|token| token.kind == Kind::String)?;
        self.next().map(|token| token.text.clone())
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.tokens.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_are_no_tokens_and_version_comments_are_code() {
        assert_eq!(texts("/* a */ SET -- b\n /*!40101 NAMES */ utf8 # c"), ["SET", "NAMES", "utf8"]);
        assert_eq!(texts("1--1"), ["1", "-", "-", "1"]);
    }

    #[test]
    fn strings_are_their_values() {
        assert_eq!(texts(r"'it''s' 'a\'b' `x``y` 'a\_b'"), ["it's", "a'b", "x`y", r"a\_b"]);
        assert_eq!(tokens("'open").first().unwrap().kind, Kind::Broken);
    }

    #[test]
    fn variables_keep_their_signs() {
        assert_eq!(texts("SELECT @@session.sql_mode, @x"), ["SELECT", "@@session.sql_mode", ",", "@x"]);
    }
}
