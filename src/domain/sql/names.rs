//! Reads the names in a statement: tables with their aliases, names of a WITH clause, other names. It is no parser: it follows words,
//! commas and parentheses, and ignores what it does not know.

use std::borrow::Cow;
use std::ops::Range;

use super::Dialect;
use super::keywords::is_reserved;
use super::lex::{Token, TokenKind, lex};

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePlace {
    /// In a list of tables, where a statement names a table or a view.
    Table,
    /// After a table or a subquery in a list of tables.
    Alias,
    /// The name of a subquery in a WITH clause.
    With,
    /// A column, a function, or something else.
    Other,
}

/// A name, such as `study.subject`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementName {
    /// Its parts without quotes.
    pub parts: Vec<String>,
    pub span: Range<usize>,
    pub place: NamePlace,
    /// The alias of a table.
    pub alias: Option<String>,
}

impl StatementName {
    /// Returns the part after the last dot.
    #[must_use]
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }
}

/// The table or view of a result column, as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginTable {
    /// The schema, if the server reports another table and the statement names a schema.
    pub schema: Option<String>,
    pub table: String,
}

/// Reads the names of one statement, in order.
#[must_use]
pub fn names(text: &str, dialect: Dialect) -> Vec<StatementName> {
    let tokens: Vec<Token> =
        lex(text, dialect).into_iter().filter(|token| !token.is_ignored() && !token.is_marker()).collect();
    let mut reader = NameReader { text, tokens, at: 0, clauses: vec![Clause::Other], names: Vec::new() };
    while reader.at < reader.tokens.len() {
        reader.step();
    }
    reader.names
}

/// Returns the table or view from which a result column comes, as the statement names it. `reported` is what the server says, and
/// `alias` the name by which the statement refers to it. Returns `None` if no table has that alias, as for a subquery.
///
/// MySQL reports the table inside of a subquery or a merged view, with a name of the column that the table may not have. MariaDB
/// reports the alias of a view or a subquery.
#[must_use]
pub fn origin_table(names: &[StatementName], reported: &str, alias: &str) -> Option<OriginTable> {
    let is_same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let is_of_with = |name: &StatementName| {
        let is_definition = |with: &&StatementName| with.place == NamePlace::With && is_same(with.last(), name.last());
        name.parts.len() == 1 && names.iter().any(|other| is_definition(&other))
    };
    let mut tables: Vec<&[String]> = names
        .iter()
        .filter(|name| name.place == NamePlace::Table && !is_of_with(name))
        .filter(|name| is_same(name.alias.as_deref().unwrap_or(name.last()), alias))
        .map(|name| name.parts.as_slice())
        .collect();
    if tables.iter().any(|parts| parts.last().is_some_and(|table| is_same(table, reported))) {
        return Some(OriginTable { schema: None, table: reported.to_owned() });
    }
    tables.sort_unstable();
    tables.dedup();
    match tables.as_slice() {
        [[schema, table]] => Some(OriginTable { schema: Some(schema.clone()), table: table.clone() }),
        [[table]] => Some(OriginTable { schema: None, table: table.clone() }),
        _ => None,
    }
}

/// What a name means at a place in the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    /// A list of tables, before the next table.
    BeforeTable,
    /// A list of tables, after a table or a subquery.
    AfterTable,
    /// A condition of a join. After a comma the list of tables goes on.
    JoinCondition,
    /// A WITH clause, before the next name of a subquery.
    BeforeWith,
    /// A WITH clause, after such a name.
    AfterWith,
    Other,
}

struct NameReader<'a> {
    text: &'a str,
    /// Without spaces and comments.
    tokens: Vec<Token>,
    at: usize,
    /// The clause in each open parenthesis; the innermost is the last one.
    clauses: Vec<Clause>,
    names: Vec<StatementName>,
}

impl NameReader<'_> {
    fn clause(&self) -> Clause {
        self.clauses.last().copied().unwrap_or(Clause::Other)
    }

    fn set(&mut self, clause: Clause) {
        if let Some(current) = self.clauses.last_mut() {
            *current = clause;
        }
    }

    fn step(&mut self) {
        if let Some(name) = self.identifier(self.at) {
            self.name(name);
            return;
        }
        let Some(token) = self.tokens.get(self.at) else { return };
        let text = token.text(self.text);
        match (token.kind, text) {
            (TokenKind::Punctuation, "(") => {
                let inner = if self.clause() == Clause::BeforeTable { Clause::BeforeTable } else { Clause::Other };
                self.clauses.push(inner);
            }
            (TokenKind::Punctuation, ")") => {
                if self.clauses.len() > 1 {
                    self.clauses.pop();
                }
                if self.clause() == Clause::BeforeTable {
                    self.set(Clause::AfterTable);
                }
            }
            (TokenKind::Punctuation, ",") => match self.clause() {
                Clause::AfterTable | Clause::JoinCondition => self.set(Clause::BeforeTable),
                Clause::AfterWith => self.set(Clause::BeforeWith),
                Clause::BeforeTable | Clause::BeforeWith | Clause::Other => {}
            },
            (TokenKind::Word, word) => self.word(&word.to_ascii_uppercase()),
            _ => {}
        }
        self.at += 1;
    }

    fn word(&mut self, word: &str) {
        match word {
            "FROM" | "JOIN" | "STRAIGHT_JOIN" | "TABLE" => self.set(Clause::BeforeTable),
            "DESC" | "DESCRIBE" if self.at == 0 => self.set(Clause::BeforeTable),
            "WITH" if self.at == 0 || self.is_after_parenthesis() => self.set(Clause::BeforeWith),
            // A reserved word, but a function.
            "JSON_TABLE" if self.clause() == Clause::BeforeTable => self.set(Clause::AfterTable),
            "ON" | "USING" if self.clause() == Clause::AfterTable => self.set(Clause::JoinCondition),
            "SELECT" | "WHERE" | "GROUP" | "ORDER" | "HAVING" | "LIMIT" | "UNION" | "EXCEPT" | "INTERSECT"
            | "WINDOW" | "FOR" | "INTO" | "PROCEDURE" | "VALUES" | "SET" => self.set(Clause::Other),
            _ => {}
        }
    }

    fn is_after_parenthesis(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|token| token.text(self.text) == "(")
    }

    /// Adds the name that begins here, and goes to the token after it.
    fn name(&mut self, first: String) {
        let Some(span) = self.tokens.get(self.at).map(|token| token.span.clone()) else { return };
        let begin = self.at;
        let mut name = StatementName { parts: vec![first], span, place: NamePlace::Other, alias: None };
        self.at += 1;
        while self.is_text(self.at, ".") {
            // After a dot every word is a name, also a reserved one.
            let Some(part) = self.part(self.at + 1) else { break };
            name.parts.push(part);
            name.span.end = self.tokens.get(self.at + 1).map_or(name.span.end, |token| token.span.end);
            self.at += 2;
        }
        match self.clause() {
            // `{ OJ a LEFT JOIN b … }`
            Clause::BeforeTable if begin.checked_sub(1).is_some_and(|before| self.is_text(before, "{")) => {}
            // A function that returns rows.
            Clause::BeforeTable if self.is_text(self.at, "(") => self.set(Clause::AfterTable),
            Clause::BeforeTable => {
                name.place = NamePlace::Table;
                let alias = if self.is_text(self.at, "AS") { self.at + 1 } else { self.at };
                name.alias = self.identifier(alias);
                self.set(Clause::AfterTable);
            }
            Clause::AfterTable => name.place = NamePlace::Alias,
            Clause::BeforeWith => {
                name.place = NamePlace::With;
                self.set(Clause::AfterWith);
            }
            Clause::JoinCondition | Clause::AfterWith | Clause::Other => {}
        }
        self.names.push(name);
    }

    fn is_text(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.text(self.text).eq_ignore_ascii_case(text))
    }

    /// Returns the identifier at a token. A reserved word is none.
    fn identifier(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        let is_reserved_word = token.kind == TokenKind::Word && is_reserved(token.text(self.text));
        if is_reserved_word { None } else { self.part(at) }
    }

    fn part(&self, at: usize) -> Option<String> {
        self.tokens.get(at)?.name(self.text).map(Cow::into_owned)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the tables with their aliases.
    fn tables(text: &str) -> String {
        let shown = |name: &StatementName| match &name.alias {
            Some(alias) => format!("{} {alias}", name.parts.join(".")),
            None => name.parts.join("."),
        };
        let names = names(text, Dialect::default());
        names.iter().filter(|name| name.place == NamePlace::Table).map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn tables_are_found_in_every_list_of_tables() {
        for (text, expected) in [
            ("SELECT a, b FROM t", "t"),
            ("select a x, b from `s`.`t 1` as y, u z where a in (select c from v)", "s.t 1 y, u z, v"),
            ("SELECT * FROM a JOIN b ON a.i = b.i AND f(a.j, 1), c LEFT JOIN d USING (i, j), e", "a, b, c, d, e"),
            ("SELECT * FROM (a, b) JOIN (c x CROSS JOIN d) ON x.i = b.i", "a, b, c x, d"),
            ("SELECT * FROM (SELECT x AS y, z FROM t) d, u", "t, u"),
            ("SELECT * FROM t PARTITION (p0, p1) USE INDEX (i, j) ORDER BY a DESC, b LIMIT 1", "t"),
            ("SELECT * FROM {OJ a LEFT OUTER JOIN b ON a.i = b.i} WHERE a.k", "a, b"),
            ("WITH c AS (SELECT i FROM t), d (x) AS (SELECT 1) SELECT * FROM c JOIN d", "t, c, d"),
            ("SELECT * FROM t, JSON_TABLE(t.j, '$' COLUMNS (a INT PATH '$.a')) AS jt", "t"),
            ("SELECT 1 UNION SELECT a FROM t /* , x */ FOR UPDATE", "t"),
            ("TABLE t", "t"),
            ("DESCRIBE s.t", "s.t"),
        ] {
            assert_eq!(tables(text), expected, "{text}");
        }
    }

    #[test]
    fn an_origin_is_a_table_or_view_that_the_statement_names() {
        let origin = |text: &str, reported: &str, alias: &str| {
            let origin = origin_table(&names(text, Dialect::default()), reported, alias)?;
            Some(origin.schema.into_iter().chain([origin.table]).collect::<Vec<_>>().join("."))
        };
        let is = |name: &str| Some(name.to_owned());
        assert_eq!(origin("SELECT id FROM film f", "film", "f"), is("film"));
        assert_eq!(origin("SELECT id FROM FILM", "film", "film"), is("film"));
        assert_eq!(origin("SELECT id FROM s.film", "film", "film"), is("film"));
        // A merged view, as MySQL 8.0 and MariaDB report it.
        assert_eq!(origin("SELECT fid FROM film_list", "film", "film_list"), is("film_list"));
        assert_eq!(origin("SELECT fid FROM film_list l", "l", "l"), is("film_list"));
        assert_eq!(origin("SELECT fid FROM s.film_list l", "film", "l"), is("s.film_list"));
        // Subqueries, as MySQL and MariaDB report them.
        for reported in ["film", "d"] {
            assert_eq!(origin("SELECT * FROM (SELECT id x FROM film) d", reported, "d"), None);
            assert_eq!(origin("WITH d AS (SELECT id x FROM film) SELECT x FROM d", reported, "d"), None);
        }
        // The same alias in two places.
        let twice = "SELECT id FROM film a WHERE EXISTS (SELECT 1 FROM actor a)";
        assert_eq!((origin(twice, "film", "a"), origin(twice, "view", "a")), (is("film"), None));
        assert_eq!(origin("SHOW TABLES", "TABLE_NAMES", "TABLE_NAMES"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-z`(),.{} '\"]{0,40}|(select|from|join|on|with|as|x|y|[(),.`{}]| ){0,30}") {
            for name in names(&text, Dialect::default()) {
                prop_assert!(!name.parts.is_empty() && text.get(name.span.clone()).is_some());
            }
        }
    }
}
