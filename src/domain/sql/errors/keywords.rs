//! Finds the keyword that a misspelled word stands for, by its letters and by what is around it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::types::{ErrorMark, Offer, cased_like};
use crate::domain::nearest::nearest_ignoring_case;
use crate::domain::sql::guard::GuardTokens;
use crate::domain::sql::keywords::{is_keyword, is_reserved};
use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::scope::Scope;

/// Keywords of queries. The most frequent ones are first.
const KEYWORDS: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "JOIN",
    "ON",
    "AND",
    "OR",
    "GROUP",
    "ORDER",
    "BY",
    "LIMIT",
    "LEFT",
    "INNER",
    "HAVING",
    "AS",
    "IN",
    "LIKE",
    "IS",
    "NOT",
    "NULL",
    "BETWEEN",
    "DISTINCT",
    "DESC",
    "ASC",
    "UNION",
    "ALL",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "EXISTS",
    "USING",
    "RIGHT",
    "OUTER",
    "CROSS",
    "NATURAL",
    "INTERVAL",
    "OFFSET",
    "OVER",
    "PARTITION",
    "WITH",
    "RECURSIVE",
    "REGEXP",
    "SHOW",
    "DESCRIBE",
    "EXPLAIN",
    "TABLES",
    "COLUMNS",
    "DATABASES",
    "CREATE",
    "TABLE",
    "VALUES",
    "EXCEPT",
    "INTERSECT",
];

/// The tokens that the grammar reads, and what is around them.
pub(super) struct Words<'a> {
    tokens: GuardTokens<'a>,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { tokens: GuardTokens::new(text, tokens) }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.kind(at)
    }

    pub(super) fn text(&self, at: usize) -> &'a str {
        self.tokens.text(at)
    }

    pub(super) fn span(&self, at: usize) -> Range<usize> {
        self.tokens.span(at)
    }

    pub(super) fn is_mark(&self, at: usize, mark: &str) -> bool {
        self.tokens.is_mark(at, mark)
    }

    /// Returns the index of the token that begins at an offset.
    pub(super) fn index_of(&self, offset: usize) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.span(middle).start < offset { low = middle + 1 } else { high = middle }
        }
        (low < self.len() && self.span(low).start == offset).then_some(low)
    }

    /// Whether a keyword at this place begins a clause.
    pub(super) fn begins_clause(&self, at: usize) -> bool {
        self.tokens
            .is_any(at, &["FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "JOIN", "LEFT", "INNER"])
    }

    /// Whether the closing parenthesis at this place has no opening one.
    pub(super) fn is_unopened(&self, at: usize) -> bool {
        let mut depth = 0_usize;
        for before in 0..at {
            if self.is_mark(before, "(") {
                depth += 1;
            } else if self.is_mark(before, ")") {
                depth = depth.saturating_sub(1);
            }
        }
        depth == 0
    }

    /// Returns the last parenthesis, or CASE, that is open before a clause of its own query: no SELECT is in it.
    pub(super) fn open_before(&self, at: usize) -> Option<usize> {
        let open = self.open_at(at)?;
        let is_query = self.tokens.is_any(open + 1, &["SELECT", "WITH"]);
        (!is_query).then_some(open)
    }

    /// Returns the last parenthesis, or CASE, that is open at the end.
    pub(super) fn open_at_end(&self) -> Option<usize> {
        self.open_at(self.len())
    }

    fn open_at(&self, end: usize) -> Option<usize> {
        let mut open: Vec<usize> = Vec::new();
        let is_case = |at: usize| !self.is_mark(at, "(");
        for at in 0..end {
            if self.is_mark(at, "(") || self.tokens.is(at, "CASE") {
                open.push(at);
            } else if self.is_mark(at, ")") {
                while open.pop_if(|open| is_case(*open)).is_some() {}
                open.pop();
            } else if self.tokens.is(at, "END") {
                open.pop_if(|open| is_case(*open));
            }
        }
        open.last().copied()
    }

    /// Whether one of these keywords stands before a token, in the same parentheses and the same SELECT.
    fn has_before(&self, at: usize, keywords: &[&str]) -> bool {
        let mut depth = 0_usize;
        for before in (0..at).rev() {
            if self.is_mark(before, ")") {
                depth += 1;
            } else if self.is_mark(before, "(") {
                let Some(less) = depth.checked_sub(1) else { return false };
                depth = less;
            } else if depth == 0 {
                if self.tokens.is_any(before, keywords) {
                    return true;
                }
                if self.tokens.is_any(before, &["SELECT", "UNION"]) {
                    return false;
                }
            }
        }
        false
    }

    /// Whether an operand can end before a token.
    fn follows_operand(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.kind(before) {
            Some(TokenKind::Word) => !is_reserved(self.text(before)) || self.tokens.is_any(before, &["NULL", "END"]),
            Some(TokenKind::Operator) => self.text(before) == "*",
            Some(TokenKind::Punctuation) => self.is_mark(before, ")"),
            Some(_) => true,
            None => false,
        }
    }

    /// Whether an operand can begin at a token.
    fn begins_operand(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(TokenKind::Word) => !self.begins_clause(at),
            Some(TokenKind::Punctuation) => self.is_mark(at, "("),
            Some(TokenKind::Operator) => matches!(self.text(at), "-" | "+" | "!" | "~" | ":"),
            Some(_) => true,
            None => false,
        }
    }

    /// Whether a table can begin at a token.
    fn begins_table(&self, at: usize) -> bool {
        let is_name = matches!(self.kind(at), Some(TokenKind::Word | TokenKind::QuotedIdentifier));
        self.is_mark(at, "(") || (is_name && !is_reserved(self.text(at)))
    }

    /// Whether a keyword makes sense in the place of a token.
    fn fits(&self, at: usize, keyword: &str) -> bool {
        let is_before = |words: &[&str]| at > 0 && self.tokens.is_any(at - 1, words);
        let is_after = |words: &[&str]| self.tokens.is_any(at + 1, words);
        let begins_group = at > 0 && self.is_mark(at - 1, "(");
        match keyword {
            "SELECT" => at == 0 || begins_group || is_before(&["UNION", "ALL", "DISTINCT", "EXPLAIN"]),
            "WITH" | "SHOW" | "DESCRIBE" | "EXPLAIN" | "VALUES" => at == 0,
            "TABLE" => at == 0 || is_before(&["CREATE"]),
            "TABLES" | "COLUMNS" | "DATABASES" | "CREATE" => is_before(&["SHOW", "FULL"]),
            "OUTER" => is_before(&["LEFT", "RIGHT", "FULL"]),
            "GROUP" | "ORDER" | "PARTITION" => is_after(&["BY"]),
            "BY" => is_before(&["GROUP", "ORDER", "PARTITION"]),
            "NOT" => is_before(&["IS"]) || is_after(&["IN", "LIKE", "BETWEEN", "EXISTS", "NULL", "REGEXP"]),
            "NULL" => is_before(&["IS", "NOT"]),
            "EXISTS" => self.is_mark(at + 1, "(") && is_before(&["WHERE", "AND", "OR", "NOT"]),
            "DISTINCT" => begins_group || is_before(&["SELECT", "UNION"]),
            "ALL" => is_before(&["UNION", "EXCEPT", "INTERSECT"]),
            "RECURSIVE" => is_before(&["WITH"]),
            "UNION" | "EXCEPT" | "INTERSECT" => is_after(&["SELECT", "ALL", "DISTINCT"]) || self.is_mark(at + 1, "("),
            "CASE" => is_after(&["WHEN"]),
            "WHEN" | "THEN" | "ELSE" | "END" => self.has_before(at, &["CASE"]),
            "OFFSET" => self.has_before(at, &["LIMIT"]),
            "INTERVAL" => at > 0 && ["+", "-", ","].iter().any(|mark| self.is_mark(at - 1, mark)),
            "JOIN" if is_before(&["LEFT", "RIGHT", "INNER", "OUTER", "CROSS", "NATURAL"]) => self.begins_table(at + 1),
            _ => self.follows_operand(at) && self.fits_after_operand(at, keyword),
        }
    }

    /// Whether a keyword makes sense in the place of a token that follows an operand or a table.
    fn fits_after_operand(&self, at: usize, keyword: &str) -> bool {
        let is_after = |words: &[&str]| self.tokens.is_any(at + 1, words);
        let begins_operand = self.begins_operand(at + 1);
        match keyword {
            "FROM" => self.begins_table(at + 1) && !self.has_before(at, &["FROM"]),
            "WHERE" => {
                begins_operand && self.has_before(at, &["FROM"]) && !self.has_before(at, &["WHERE", "GROUP", "ORDER"])
            }
            "HAVING" => begins_operand && self.has_before(at, &["FROM"]),
            "JOIN" => self.begins_table(at + 1) && self.has_before(at, &["FROM"]),
            "LEFT" | "RIGHT" | "INNER" | "CROSS" | "NATURAL" => is_after(&["JOIN", "OUTER"]),
            "ON" => begins_operand && self.has_before(at, &["JOIN", "STRAIGHT_JOIN"]),
            "AND" | "OR" => begins_operand && self.has_before(at, &["WHERE", "ON", "HAVING", "BETWEEN"]),
            "LIMIT" => matches!(self.kind(at + 1), Some(TokenKind::Number | TokenKind::Parameter)),
            "LIKE" | "REGEXP" | "BETWEEN" => begins_operand,
            "USING" | "IN" | "OVER" => self.is_mark(at + 1, "("),
            "IS" => is_after(&["NULL", "NOT", "TRUE", "FALSE"]),
            "ASC" | "DESC" => self.has_before(at, &["ORDER"]),
            "AS" => true,
            _ => false,
        }
    }
}

/// Returns the keyword that is nearest to the word at an index and makes sense there.
pub(super) fn nearest_keyword(words: &Words<'_>, at: usize) -> Option<&'static str> {
    let is_part_of_name = words.is_mark(at + 1, ".") || (at > 0 && words.is_mark(at - 1, "."));
    if is_part_of_name || words.kind(at) != Some(TokenKind::Word) {
        return None;
    }
    let typed = words.text(at);
    let fitting = KEYWORDS.iter().copied().filter(|keyword| {
        keyword.len().abs_diff(typed.len()) <= 2
            && !keyword.eq_ignore_ascii_case(typed)
            && nearest_ignoring_case(typed, [*keyword]).is_some()
            && words.fits(at, keyword)
    });
    nearest_ignoring_case(typed, fitting)
}

/// Returns a mark for each alias that is probably a misspelled keyword: in `FROM t LFET JOIN u` an older server reads LFET as the alias
/// of `t`. An alias that a column uses is none.
#[must_use]
pub fn misread_aliases(scope: &Scope<'_>) -> Vec<ErrorMark> {
    let used: BTreeSet<String> =
        scope.refs.iter().filter_map(|column| column.qualifier.last()).map(|name| name.to_lowercase()).collect();
    let words = Words::new(scope.text, &scope.tokens);
    let spans = scope.sources.iter().filter_map(|source| source.alias_span.clone());
    spans.filter_map(|span| misread_alias(scope, &words, &used, &span)).collect()
}

fn misread_alias(
    scope: &Scope<'_>,
    words: &Words<'_>,
    used: &BTreeSet<String>,
    span: &Range<usize>,
) -> Option<ErrorMark> {
    let typed = scope.text.get(span.clone())?;
    if used.contains(&typed.to_lowercase()) || is_keyword(typed) {
        return None;
    }
    let at = words.index_of(span.start)?;
    let keyword = nearest_keyword(words, at).filter(|keyword| *keyword != "AS")?;
    let offer = Offer::replace(span.clone(), typed, cased_like(typed, keyword));
    let message = Some(format!("{typed} is read as an alias. {keyword} was probably meant."));
    Some(ErrorMark { message, offer, ..ErrorMark::at(span.clone()) })
}
