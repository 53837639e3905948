//! Parses the text of a filter for the columns of a result. Every fault names its position and what to write instead.

use std::ops::Range;

use super::columns::find_column;
use super::condition::{Condition, Literal, Relation};
use super::fault::FilterFault;
use super::tokens::{FilterToken, FilterTokenKind as Kind, tokenize};
use super::value::value_key;
use crate::domain::results::column::Column;
use crate::domain::results::compare_key::CompareKind;
use crate::domain::results::pattern::{CaseSensitivity, Pattern, PatternKind};

/// Nested parentheses and `not`s that are accepted: the parser is recursive and must not exhaust the stack.
const DEPTH: usize = 64;

/// Returns the condition, and whether it reads text values as numbers.
pub(super) fn parse(text: &str, columns: &[Column]) -> Result<(Condition, bool), FilterFault> {
    let mut parser =
        FilterParser { tokens: tokenize(text)?, at: 0, end: text.len(), columns, depth: 0, reads_numbers: false };
    if parser.tokens.is_empty() {
        return Err(FilterFault::new(
            0..text.len(),
            "The filter is empty",
            "write a condition, such as status = 'Open' and age > 40",
        ));
    }
    let test = parser.either()?;
    match parser.tokens.get(parser.at) {
        None => Ok((test, parser.reads_numbers)),
        Some(token) => Err(FilterFault::new(
            token.at.clone(),
            format!("`{}` is not expected here", token.text()),
            "join conditions with `and` or `or`",
        )),
    }
}

struct FilterParser<'a> {
    tokens: Vec<FilterToken>,
    at: usize,
    end: usize,
    columns: &'a [Column],
    depth: usize,
    reads_numbers: bool,
}

impl FilterParser<'_> {
    fn either(&mut self) -> Result<Condition, FilterFault> {
        let mut tests = vec![self.both()?];
        while self.take("or") {
            tests.push(self.both()?);
        }
        Ok(if tests.len() > 1 { Condition::Any(tests) } else { tests.remove(0) })
    }

    fn both(&mut self) -> Result<Condition, FilterFault> {
        let mut tests = vec![self.not()?];
        while self.take("and") {
            tests.push(self.not()?);
        }
        Ok(if tests.len() > 1 { Condition::All(tests) } else { tests.remove(0) })
    }

    fn not(&mut self) -> Result<Condition, FilterFault> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(FilterFault::new(
                self.here(),
                "The filter has too many nested parentheses",
                "use fewer parentheses",
            ));
        }
        let test = if self.take("not") {
            self.not().map(|test| Condition::Not(Box::new(test)))
        } else if self.take_sign("(") {
            let test = self.either()?;
            if !self.take_sign(")") {
                return Err(FilterFault::new(self.here(), "A parenthesis is not closed", "add ) here"));
            }
            Ok(test)
        } else {
            self.test()
        };
        self.depth -= 1;
        test
    }

    fn test(&mut self) -> Result<Condition, FilterFault> {
        let column = self.column()?;
        let kind = self.kind(column);
        if self.take("is") {
            let is_not = self.take("not");
            if !self.take("null") {
                return Err(FilterFault::new(
                    self.here(),
                    "`is` must be followed by null or not null",
                    "write: is null",
                ));
            }
            return Ok(negate_if(Condition::IsNull(column), is_not));
        }
        if let Some((kind, case, is_not)) = self.pattern_sign() {
            return Ok(negate_if(self.pattern(column, kind, case)?, is_not));
        }
        if let Some(relation) = self.relation() {
            return self.comparison(column, kind, relation);
        }
        let is_not = self.take("not");
        if self.take("in") {
            let kind = self.kind_for_value(kind, 1);
            return Ok(negate_if(Condition::In(column, kind, self.list(kind)?), is_not));
        }
        if self.take("between") {
            let kind = self.kind_for_value(kind, 0);
            let least = self.value(kind)?;
            if !self.take("and") {
                return Err(FilterFault::new(self.here(), "`between` needs two values", "write: between 1 and 9"));
            }
            return Ok(negate_if(Condition::Between(column, kind, least, self.value(kind)?), is_not));
        }
        if self.take("like") {
            return Ok(negate_if(self.like(column)?, is_not));
        }
        Err(FilterFault::new(
            self.here(),
            "A comparison is missing",
            "write =, !=, <, <=, >, >=, ~ (regular expression), in (…), between … and …, like, or is null",
        ))
    }

    /// Parses what follows a comparison sign: a value or another column.
    fn comparison(&mut self, column: usize, kind: CompareKind, relation: Relation) -> Result<Condition, FilterFault> {
        let is_column = match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(Kind::Bare(name)) if name.eq_ignore_ascii_case("null") => {
                return Err(FilterFault::new(
                    self.here(),
                    "A comparison with null never matches",
                    "write: is null, or is not null",
                ));
            }
            Some(Kind::Bare(_) | Kind::Name(_) | Kind::Number(_)) => true,
            Some(Kind::Text(_) | Kind::Digits(_) | Kind::Sign(_)) | None => false,
        };
        if !is_column {
            let kind = self.kind_for_value(kind, 0);
            return Ok(Condition::Value(column, kind, relation, self.value(kind)?));
        }
        let hint_at_quotes = |fault: FilterFault| FilterFault {
            hint: format!("{}; put a text value in single quotes", fault.hint),
            ..fault
        };
        let other = self.column().map_err(hint_at_quotes)?;
        // Columns of two kinds are compared as text.
        let kind = if self.kind(other) == kind { kind } else { CompareKind::Bytes };
        Ok(Condition::Columns(column, other, kind, relation))
    }

    /// Returns how a column compares with the value `ahead` tokens away: text is read as a number next to a number.
    fn kind_for_value(&mut self, kind: CompareKind, ahead: usize) -> CompareKind {
        let is_number = matches!(self.tokens.get(self.at + ahead).map(|token| &token.kind), Some(Kind::Digits(_)));
        if kind == CompareKind::Bytes && is_number {
            self.reads_numbers = true;
            return CompareKind::Number;
        }
        kind
    }

    fn list(&mut self, kind: CompareKind) -> Result<Vec<Literal>, FilterFault> {
        let no_list = |at| Err(FilterFault::new(at, "`in` needs a list of values", "write: in ('a', 'b')"));
        if !self.take_sign("(") {
            return no_list(self.here());
        }
        let mut values = vec![self.value(kind)?];
        while self.take_sign(",") {
            values.push(self.value(kind)?);
        }
        if self.take_sign(")") { Ok(values) } else { no_list(self.here()) }
    }

    fn value(&mut self, kind: CompareKind) -> Result<Literal, FilterFault> {
        let here = self.here();
        let Some(token) = self.tokens.get(self.at).cloned() else {
            return Err(FilterFault::new(here, "A value is missing", "write a number, or a text in single quotes"));
        };
        self.at += 1;
        let bytes = match token.kind {
            Kind::Bare(name) if name.eq_ignore_ascii_case("null") => return Ok(None),
            Kind::Text(bytes) => bytes,
            Kind::Digits(text) => text.into_bytes(),
            Kind::Bare(name) | Kind::Name(name) => {
                return Err(FilterFault::new(
                    here,
                    format!("`{name}` is not a value"),
                    format!("put a text in single quotes: '{name}'"),
                ));
            }
            Kind::Number(_) | Kind::Sign(_) => {
                return Err(FilterFault::new(here, "A value is missing", "write a number, or a text in single quotes"));
            }
        };
        value_key(kind, &bytes).ok_or_else(|| {
            let shown = String::from_utf8_lossy(&bytes);
            let (what, hint) = match kind {
                CompareKind::Number | CompareKind::Bit => ("number", "write digits, such as 40 or -1.5"),
                CompareKind::DateTime => ("date", "write it as '2026-03-31' or '2026-03-31 08:00:00'"),
                CompareKind::Time => ("time", "write it as '08:30:00'"),
                CompareKind::Bytes => ("text", "write it in single quotes"),
            };
            FilterFault::new(here, format!("`{shown}` is not a {what}, which this comparison needs"), hint)
        })
    }

    fn pattern(&mut self, column: usize, kind: PatternKind, case: CaseSensitivity) -> Result<Condition, FilterFault> {
        let (here, text) = self.text("a regular expression in single quotes, such as name ~ '^A'")?;
        Pattern::new(&text, kind, case)
            .map(|pattern| Condition::Pattern(column, pattern))
            .map_err(|why| FilterFault::new(here, why.what, why.hint))
    }

    /// Parses the pattern of LIKE: `%` is any text, `_` any character, a backslash escapes them. Letter case is ignored, as with
    /// MySQL's default collations.
    fn like(&mut self, column: usize) -> Result<Condition, FilterFault> {
        let (here, text) = self.text("a text in single quotes, such as name like 'A%'")?;
        let mut written = String::from("^(?s:");
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => written.push_str(".*"),
                '_' => written.push('.'),
                '\\' => written.push_str(&regex::escape(&characters.next().unwrap_or('\\').to_string())),
                other => written.push_str(&regex::escape(&other.to_string())),
            }
        }
        written.push_str(")$");
        Pattern::new(&written, PatternKind::Regex, CaseSensitivity::Insensitive)
            .map(|pattern| Condition::Pattern(column, pattern))
            .map_err(|_| FilterFault::new(here, "The pattern is too long", "write a shorter one"))
    }

    fn text(&mut self, example: &str) -> Result<(Range<usize>, String), FilterFault> {
        let here = self.here();
        match self.tokens.get(self.at).map(|token| &token.kind) {
            Some(Kind::Text(bytes)) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                self.at += 1;
                Ok((here, text))
            }
            _ => Err(FilterFault::new(here, "A pattern is missing", format!("write {example}"))),
        }
    }

    fn column(&mut self) -> Result<usize, FilterFault> {
        let here = self.here();
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        let first = match token.map(|token| token.kind) {
            Some(Kind::Number(number)) => {
                let found = number.checked_sub(1).filter(|at| *at < self.columns.len());
                return found.ok_or_else(|| {
                    let what = format!("There is no column #{number}");
                    FilterFault::new(here, what, format!("the result has columns #1 to #{}", self.columns.len()))
                });
            }
            Some(Kind::Bare(name) | Kind::Name(name)) => name,
            Some(Kind::Text(_) | Kind::Digits(_) | Kind::Sign(_)) | None => {
                return Err(FilterFault::new(here, "A column name is missing", "begin with the column: age > 40"));
            }
        };
        let mut name = (None, first);
        if self.take_sign(".") {
            match self.tokens.get(self.at).map(|token| token.kind.clone()) {
                Some(Kind::Bare(second) | Kind::Name(second)) => {
                    self.at += 1;
                    name = (Some(name.1), second);
                }
                _ => return Err(FilterFault::new(self.here(), "A column name is missing", "write it after the dot")),
            }
        }
        let at = here.start..self.tokens.get(self.at - 1).map_or(here.end, |token| token.at.end);
        find_column(self.columns, name.0.as_deref(), &name.1, at)
    }

    fn kind(&self, column: usize) -> CompareKind {
        self.columns.get(column).map_or(CompareKind::Bytes, CompareKind::of)
    }

    fn relation(&mut self) -> Option<Relation> {
        let relation = match self.tokens.get(self.at).map(|token| &token.kind)? {
            Kind::Sign("=") => Relation::Equal,
            Kind::Sign("!=" | "<>") => Relation::NotEqual,
            Kind::Sign("<") => Relation::Less,
            Kind::Sign("<=") => Relation::LessOrEqual,
            Kind::Sign(">") => Relation::Greater,
            Kind::Sign(">=") => Relation::GreaterOrEqual,
            _ => return None,
        };
        self.at += 1;
        Some(relation)
    }

    fn pattern_sign(&mut self) -> Option<(PatternKind, CaseSensitivity, bool)> {
        let (case, is_not) = match self.tokens.get(self.at).map(|token| &token.kind)? {
            Kind::Sign("~") => (CaseSensitivity::Sensitive, false),
            Kind::Sign("~*") => (CaseSensitivity::Insensitive, false),
            Kind::Sign("!~") => (CaseSensitivity::Sensitive, true),
            Kind::Sign("!~*") => (CaseSensitivity::Insensitive, true),
            _ => return None,
        };
        self.at += 1;
        Some((PatternKind::Regex, case, is_not))
    }

    fn take(&mut self, keyword: &str) -> bool {
        let is_it = matches!(self.tokens.get(self.at).map(|token| &token.kind),
            Some(Kind::Bare(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_it);
        is_it
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it =
            matches!(self.tokens.get(self.at).map(|token| &token.kind), Some(Kind::Sign(found)) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    /// Returns the position of the next token; the end of the text after the last one.
    fn here(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |token| token.at.clone())
    }
}

fn negate_if(test: Condition, is_not: bool) -> Condition {
    if is_not { Condition::Not(Box::new(test)) } else { test }
}
