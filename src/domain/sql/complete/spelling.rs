//! How names and keywords are written: case and quotes follow what the user types.

use crate::domain::sql::Dialect;
use crate::domain::sql::keywords::is_keyword;
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::quote::{needs_quotes, quoted_identifier};

/// The case of keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeywordCase {
    Upper,
    Lower,
}

/// How the user writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    pub keywords: KeywordCase,
    /// The quote with which the name at the cursor begins.
    pub quote: Option<char>,
    has_ansi_quotes: bool,
}

/// Words and keywords that are looked at: more say nothing new.
const MAX_WORDS: usize = 400;
const MAX_KEYWORDS: usize = 40;

impl Spelling {
    /// Finds out how a user writes, by the word at the cursor and by the other keywords of the statement.
    pub(super) fn of(typed: &str, quote: Option<char>, text: &str, tokens: &[Token], dialect: Dialect) -> Self {
        let words = tokens.iter().filter(|token| token.kind == TokenKind::Word).take(MAX_WORDS);
        let words = words.map(|token| token.text(text));
        let keywords = words.filter(|word| word.len() > 1 && *word != typed && is_keyword(word)).take(MAX_KEYWORDS);
        let (mut upper, mut lower) = (0, 0);
        for word in keywords {
            if word.chars().any(char::is_lowercase) {
                lower += 1;
            } else {
                upper += 1;
            }
        }
        let is_upper = if typed.chars().any(char::is_uppercase) {
            true
        } else if upper + lower > 0 {
            upper >= lower
        } else {
            typed.is_empty()
        };
        let keywords = if is_upper { KeywordCase::Upper } else { KeywordCase::Lower };
        Self { keywords, quote, has_ansi_quotes: dialect.sql_mode.ansi_quotes }
    }

    /// Returns a keyword, given in upper case, as the user writes it.
    pub(super) fn keyword(self, word: &str) -> String {
        match self.keywords {
            KeywordCase::Upper => word.to_owned(),
            KeywordCase::Lower => word.to_lowercase(),
        }
    }

    /// Returns the name of an object, in quotes if it needs them or if the user has begun with one.
    pub(super) fn name(self, name: &str) -> String {
        match self.quote {
            Some('"') => double_quoted(name),
            Some(_) => quoted_identifier(name),
            None => self.plain_name(name),
        }
    }

    /// Returns the name of an object, in quotes if it needs them.
    pub(super) fn plain_name(self, name: &str) -> String {
        if !needs_quotes(name) {
            name.to_owned()
        } else if self.has_ansi_quotes {
            double_quoted(name)
        } else {
            quoted_identifier(name)
        }
    }
}

fn double_quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
