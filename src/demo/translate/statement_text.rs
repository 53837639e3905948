//! The text of a statement: its tokens with their positions, its syntax tree, and the labels of unnamed columns.

use sqlparser::ast::{Ident, Query, Select, Statement};
use sqlparser::dialect::MySqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::errors::{SqlError, syntax, unsupported};
use crate::domain::sql::keywords::is_select_modifier;

/// Keywords that end the SELECT list.
const LIST_ENDS: &[Keyword] = &[
    Keyword::FROM,
    Keyword::WHERE,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
    Keyword::WINDOW,
    Keyword::INTO,
    Keyword::FOR,
    Keyword::LOCK,
    Keyword::FETCH,
    Keyword::OFFSET,
];
/// Keywords that cannot be a name or an expression.
const CLAUSES: &[Keyword] = &[
    Keyword::FROM,
    Keyword::WHERE,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::UNION,
    Keyword::ON,
    Keyword::JOIN,
    Keyword::AND,
    Keyword::OR,
];
/// Reserved words of the server that the parser accepts as unquoted names.
const RESERVED: &str = "ALL AND AS ASC BETWEEN BY CASE CHANGE CHECK COLLATE COLUMN CONSTRAINT CREATE CROSS DELETE DESC DESCRIBE \
    DISTINCT DISTINCTROW DIV DROP ELSE EXCEPT EXISTS FETCH FOR FORCE FROM GROUP HAVING IGNORE IN INDEX INNER INSERT INTERSECT INTERVAL INTO IS \
    JOIN KEY KEYS KILL LEFT LIKE LIMIT LOCK MATCH MOD NATURAL NOT NULL ON OR ORDER OUTER OVER PARTITION PRIMARY RANGE READ RECURSIVE REGEXP \
    REPLACE RIGHT RLIKE ROWS SELECT SET SHOW STRAIGHT_JOIN TABLE THEN TO UNION UNIQUE UPDATE USE USING VALUES WHEN WHERE WINDOW WITH WRITE XOR";

/// Words of the server's grammar that the parser does not support in every position.
const UNSUPPORTED_WORDS: &str = "BINARY CHAR CHARSET COLLATE CONVERT ESCAPE FETCH FORCE IGNORE INDEX INTERVAL INTO JSON_TABLE KEY LATERAL LOCK MATCH \
    MEMBER OVER PARTITION PERCENTILE_CONT PERCENTILE_DISC PROCEDURE REGEXP RLIKE ROLLUP ROW SEPARATOR SOUNDS STRAIGHT_JOIN SYSTEM_TIME \
    USE VALUES WITHIN";

/// The text of one statement.
pub(super) struct StatementText {
    text: String,
    /// Byte offset of the start of each line.
    line_starts: Vec<usize>,
    tokens: Vec<TokenWithSpan>,
}

impl StatementText {
    /// Parses a text as one SELECT statement.
    pub(super) fn parse(text: &str) -> Result<(Self, Box<Query>), SqlError> {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut source = Self { text: text.to_owned(), line_starts, tokens: Vec::new() };
        let dialect = MySqlDialect {};
        let tokens = Tokenizer::new(&dialect, text).tokenize_with_location();
        source.tokens = tokens.map_err(|error| source.syntax_error_at(error.location))?;
        source.check_operators()?;
        let mut parser = Parser::new(&dialect).with_tokens_with_locations(source.parser_tokens());
        let statement = parser.parse_statement().map_err(|error| source.parser_error(&error))?;
        while parser.consume_token(&Token::SemiColon) {}
        let next = parser.peek_token();
        if next.token != Token::EOF {
            if source.has_unsupported_words() {
                return Err(unsupported("the syntax of this statement"));
            }
            return Err(source.syntax_error_at(next.span.start));
        }
        match statement {
            Statement::Query(query) => Ok((source, query)),
            _ => Err(unsupported("statements other than SELECT")),
        }
    }

    /// Returns the positions of `?`, in order.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = Location> {
        self.tokens
            .iter()
            .filter(|it| matches!(&it.token, Token::Placeholder(mark) if mark == "?"))
            .map(|it| it.span.start)
    }

    /// Returns the tokens with two operators replaced for the parser: `MOD` by `%`, and `||` by OR.
    fn parser_tokens(&self) -> Vec<TokenWithSpan> {
        let mut tokens = self.tokens.clone();
        let is_call = |at: usize| self.tokens.get(at + 1).is_some_and(|it| it.token == Token::LParen);
        for (at, token) in tokens.iter_mut().enumerate() {
            match &token.token {
                Token::StringConcat => token.token = Token::make_keyword("OR"),
                Token::Word(word)
                    if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("MOD") && !is_call(at) =>
                {
                    token.token = Token::Mod;
                }
                _ => {}
            }
        }
        tokens
    }

    /// Checks for operators that the parser reads in another way than the server.
    fn check_operators(&self) -> Result<(), SqlError> {
        let mut before = &Token::EOF;
        for token in self.tokens.iter().filter(|it| !matches!(it.token, Token::Whitespace(_))) {
            let is_after = |words: &[Keyword]| matches!(before, Token::Word(it) if it.quote_style.is_none() && words.contains(&it.keyword));
            match &token.token {
                Token::ExclamationMark => return Err(unsupported("the operator !")),
                Token::Assignment => return Err(unsupported("user variables")),
                Token::Word(word) if word.quote_style.is_none() => {
                    if word.value.starts_with('@') && !word.value.starts_with("@@") {
                        return Err(unsupported("user variables"));
                    }
                    let is_type = matches!(before, Token::Comma | Token::Period) || is_after(&[Keyword::AS]);
                    if word.keyword == Keyword::BINARY && !is_type {
                        return Err(unsupported("the operator BINARY"));
                    }
                    let needs_expression = matches!(before, Token::Comma)
                        || is_after(&[Keyword::FROM, Keyword::JOIN, Keyword::SELECT, Keyword::BY]);
                    if needs_expression && CLAUSES.contains(&word.keyword) {
                        return Err(self.syntax_error_at(token.span.start));
                    }
                }
                _ => {}
            }
            before = &token.token;
        }
        Ok(())
    }

    /// Checks that an unquoted name is not a reserved word.
    pub(super) fn check_not_reserved(&self, ident: &Ident) -> Result<(), SqlError> {
        let is_reserved =
            ident.quote_style.is_none() && RESERVED.split_whitespace().any(|it| it.eq_ignore_ascii_case(&ident.value));
        if is_reserved { Err(self.syntax_error_at(ident.span.start)) } else { Ok(()) }
    }

    fn parser_error(&self, error: &ParserError) -> SqlError {
        let text = match error {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
            ParserError::RecursionLimitExceeded => return unsupported("statements nested this deeply"),
        };
        if self.has_unsupported_words() {
            return unsupported("the syntax of this statement");
        }
        let number = |label: &str| -> Option<u64> {
            let after = text.rfind(label).and_then(|at| text.get(at + label.len()..))?;
            after.trim_start().split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
        };
        match (number("Line:"), number("Column:")) {
            (Some(line), Some(column)) => self.syntax_error_at(Location { line, column }),
            _ => syntax("", u64::try_from(self.text.trim_end().lines().count()).unwrap_or(1).max(1)),
        }
    }

    /// Returns whether the text has words of syntax that the server supports and the parser may not. Then a parse error is
    /// not reported as a syntax error.
    fn has_unsupported_words(&self) -> bool {
        self.tokens.iter().any(|it| match &it.token {
            Token::Word(word) if word.quote_style.is_none() => {
                UNSUPPORTED_WORDS.split_whitespace().any(|it| it.eq_ignore_ascii_case(&word.value))
            }
            _ => false,
        })
    }

    fn syntax_error_at(&self, at: Location) -> SqlError {
        let near = self.offset(at).and_then(|offset| self.text.get(offset..)).unwrap_or("");
        syntax(near.trim_end().trim_end_matches(';'), at.line.max(1))
    }

    fn offset(&self, at: Location) -> Option<usize> {
        let line = usize::try_from(at.line.checked_sub(1)?).ok()?;
        let column = usize::try_from(at.column.checked_sub(1)?).ok()?;
        let start = *self.line_starts.get(line)?;
        let rest = self.text.get(start..)?;
        Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
    }

    /// Returns the texts of the SELECT list's expressions, as typed.
    pub(super) fn labels(&self, select: &Select) -> Vec<String> {
        let start = select.select_token.0.span.start;
        let Some(first) = self.tokens.iter().position(|it| it.span.start == start) else { return Vec::new() };
        let mut labels = Vec::new();
        let (mut depth, mut item, mut is_before_list, mut is_after_point) =
            (0_u32, None::<(Location, Location)>, true, false);
        for token in self.tokens.iter().skip(first + 1) {
            let mut is_end = false;
            match &token.token {
                Token::Whitespace(_) => continue,
                Token::EOF | Token::SemiColon => is_end = true,
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => is_end = true,
                Token::RParen => depth -= 1,
                Token::Comma if depth == 0 => {
                    labels.push(self.between(item.take()));
                    continue;
                }
                Token::Word(word) if depth == 0 && !is_after_point && word.quote_style.is_none() => {
                    if is_before_list && is_select_modifier(&word.value) {
                        continue;
                    }
                    is_end = LIST_ENDS.contains(&word.keyword);
                }
                _ => {}
            }
            if is_end {
                break;
            }
            is_before_list = false;
            is_after_point = token.token == Token::Period;
            item = Some((item.map_or(token.span.start, |(start, _)| start), token.span.end));
        }
        labels.push(self.between(item));
        labels
    }

    fn between(&self, item: Option<(Location, Location)>) -> String {
        let bounds = item.and_then(|(start, end)| Some((self.offset(start)?, self.offset(end)?)));
        bounds.and_then(|(start, end)| self.text.get(start..end)).unwrap_or("").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::ast::SetExpr;

    use super::*;

    fn labels(text: &str) -> Vec<String> {
        let (source, query) = StatementText::parse(text).unwrap();
        let SetExpr::Select(select) = *query.body else { panic!("a select") };
        source.labels(&select)
    }

    #[test]
    fn labels_are_the_text_as_typed() {
        assert_eq!(
            labels("select distinct  ( 1 + 2 ) , concat( 'a' ,'b'),\n t.`from`, extract(year from x) from t"),
            ["( 1 + 2 )", "concat( 'a' ,'b')", "t.`from`", "extract(year from x)"]
        );
        assert_eq!(labels("select 'é,' + 1, /* c */ count( * )"), ["'é,' + 1", "count( * )"]);
    }

    #[test]
    fn a_syntax_error_shows_its_position() {
        let error = StatementText::parse("select 1 from\nwhere x=1").map(|_| ()).unwrap_err();
        assert_eq!(error.code, 1064);
        assert!(error.message.ends_with("near 'where x=1' at line 2"), "{}", error.message);
        assert!(StatementText::parse("select 1; select 2").is_err());
    }
}
