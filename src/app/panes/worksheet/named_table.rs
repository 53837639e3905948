//! Finds the table that a statement names: at the cursor, or after `FROM`.

use std::ops::Range;

use crate::domain::catalog::{Catalog, NameCase};
use crate::domain::sql::Dialect;
use crate::domain::sql::keywords::is_reserved;
use crate::domain::sql::lex::{Token, TokenKind, lex};
use crate::domain::sql::quote::unquoted_identifier;

/// A table of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTable {
    pub schema: String,
    pub table: String,
}

/// What is at the cursor in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AtCursor {
    Table(NamedTable),
    /// A name that is neither a table nor the alias of one.
    OtherName(String),
    /// No name, such as a keyword or a space.
    Nothing,
}

/// A name in a statement, such as `study.subject`: its parts without quotes, and its bytes.
struct Name {
    parts: Vec<String>,
    span: Range<usize>,
    /// Index of the token after it.
    end: usize,
}

/// How the server finds a table by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownTables<'a> {
    pub(super) catalog: &'a Catalog,
    /// The current database.
    pub(super) database: Option<&'a str>,
    pub(super) names: NameCase,
}

/// The tables that a statement names, as far as the catalog has them.
pub(super) struct StatementTables<'a> {
    text: &'a str,
    /// Without spaces and comments.
    tokens: Vec<Token>,
    names: Vec<Name>,
    known: KnownTables<'a>,
}

impl<'a> StatementTables<'a> {
    /// Reads a statement.
    pub(super) fn new(text: &'a str, dialect: Dialect, known: KnownTables<'a>) -> Self {
        let tokens: Vec<Token> =
            lex(text, dialect).into_iter().filter(|token| !token.is_ignored() && !token.is_marker()).collect();
        let names = names(text, &tokens);
        Self { text, tokens, names, known }
    }

    /// Returns what is at this byte. The end of a name belongs to it.
    pub(super) fn at(&self, byte: usize) -> AtCursor {
        let touches = |name: &&Name| name.span.start <= byte && byte <= name.span.end;
        let Some(name) = self.names.iter().rfind(touches) else { return AtCursor::Nothing };
        match self.table(&name.parts).or_else(|| self.with_alias(name.parts.first()?)) {
            Some(table) => AtCursor::Table(table),
            None => AtCursor::OtherName(name.parts.join(".")),
        }
    }

    /// Returns the first known table after a word that begins a list of tables.
    pub(super) fn first(&self) -> Option<NamedTable> {
        let begins_tables = |token: &Token| {
            token.kind == TokenKind::Word
                && ["FROM", "JOIN", "TABLE", "DESC", "DESCRIBE"]
                    .iter()
                    .any(|word| token.text(self.text).eq_ignore_ascii_case(word))
        };
        let start = self.tokens.iter().find(|token| begins_tables(token))?.span.end;
        self.names.iter().filter(|name| name.span.start >= start).find_map(|name| self.table(&name.parts))
    }

    /// Returns the table of this name: `table`, `schema.table`, or one of these with a column.
    fn table(&self, parts: &[String]) -> Option<NamedTable> {
        let current = self.known.database;
        let named = |schema: &str, table: &str| {
            let (schema, table) = self.known.catalog.find_table(schema, table, self.known.names)?;
            Some(NamedTable { schema: schema.name.clone(), table: table.name.clone() })
        };
        match parts {
            [] => None,
            [table] => named(current?, table),
            [first, second, ..] => named(first, second).or_else(|| named(current?, first)),
        }
    }

    /// Returns the table with this alias.
    fn with_alias(&self, alias: &str) -> Option<NamedTable> {
        let has_alias = |name: &&Name| {
            let after = self.tokens.get(name.end);
            let is_as = after.is_some_and(|token| token.text(self.text).eq_ignore_ascii_case("AS"));
            let at = if is_as { name.end + 1 } else { name.end };
            let word = self.tokens.get(at).and_then(|token| identifier(self.text, token));
            word.is_some_and(|word| word.eq_ignore_ascii_case(alias))
        };
        self.names.iter().filter(has_alias).find_map(|name| self.table(&name.parts))
    }
}

/// Returns the names of a statement, with dots or without.
fn names(text: &str, tokens: &[Token]) -> Vec<Name> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Some(first) = identifier(text, token) else {
            at += 1;
            continue;
        };
        let mut name = Name { parts: vec![first], span: token.span.clone(), end: at + 1 };
        while tokens.get(name.end).is_some_and(|dot| dot.text(text) == ".") {
            // After a dot every word is a name, also a reserved one.
            let Some((part, token)) = tokens.get(name.end + 1).and_then(|token| Some((part(text, token)?, token)))
            else {
                break;
            };
            name.parts.push(part);
            name.span.end = token.span.end;
            name.end += 2;
        }
        at = name.end;
        names.push(name);
    }
    names
}

fn identifier(text: &str, token: &Token) -> Option<String> {
    let is_reserved_word = token.kind == TokenKind::Word && is_reserved(token.text(text));
    if is_reserved_word { None } else { part(text, token) }
}

fn part(text: &str, token: &Token) -> Option<String> {
    match token.kind {
        TokenKind::Word => Some(token.text(text).to_owned()),
        TokenKind::QuotedIdentifier => Some(unquoted_identifier(token.text(text))),
        TokenKind::String
        | TokenKind::Number
        | TokenKind::HexOrBit
        | TokenKind::Variable
        | TokenKind::Parameter
        | TokenKind::Operator
        | TokenKind::Punctuation
        | TokenKind::Space
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::CodeOpen
        | TokenKind::CodeClose
        | TokenKind::ClientEnd
        | TokenKind::Stray => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::{Schema, Table};

    fn catalog() -> Catalog {
        let table = |name: &str| Table { name: name.into(), ..Table::default() };
        let schema = |name: &str, tables: &[&str]| Schema {
            name: name.into(),
            tables: tables.iter().map(|name| table(name)).collect(),
            ..Schema::default()
        };
        Catalog {
            generation: 1,
            schemas: vec![schema("app", &["actor", "odd `name", "order"]), schema("other", &["actor", "film"])],
        }
    }

    fn read(text: &str, with: impl FnOnce(StatementTables<'_>) -> AtCursor) -> AtCursor {
        let catalog = catalog();
        let known = KnownTables { catalog: &catalog, database: Some("app"), names: NameCase::Distinguished };
        with(StatementTables::new(text, Dialect::default(), known))
    }

    fn table(schema: &str, table: &str) -> AtCursor {
        AtCursor::Table(NamedTable { schema: schema.into(), table: table.into() })
    }

    /// Reads a statement with a `^` before the byte of the cursor.
    fn at(text: &str) -> AtCursor {
        let byte = text.find('^').unwrap();
        let text = text.replacen('^', "", 1);
        read(&text, |tables| tables.at(byte))
    }

    #[test]
    fn a_name_at_the_cursor_is_a_table_an_alias_or_something_else() {
        assert_eq!(at("SELECT * FROM ac^tor"), table("app", "actor"));
        assert_eq!(at("SELECT * FROM actor^"), table("app", "actor"));
        assert_eq!(at("SELECT * FROM oth^er . /* c */ actor"), table("other", "actor"));
        assert_eq!(at("SELECT * FROM `odd ``na^me`"), table("app", "odd `name"));
        assert_eq!(at("SELECT * FROM `or^der`"), table("app", "order"));
        assert_eq!(at("SELECT actor.i^d FROM actor"), table("app", "actor"));
        assert_eq!(at("SELECT f.ti^tle FROM other.film AS f"), table("other", "film"));
        assert_eq!(at("SELECT F^.title FROM other.film f"), table("other", "film"));
        assert_eq!(at("SELECT tit^le FROM actor"), AtCursor::OtherName("title".into()));
        assert_eq!(at("SELECT * FROM film^"), AtCursor::OtherName("film".into()));
        assert_eq!(at("SELECT 'ac^tor' FROM actor"), AtCursor::Nothing);
        assert_eq!(at("SEL^ECT * FROM actor"), AtCursor::Nothing);
    }

    #[test]
    fn the_first_table_may_stand_on_another_line_than_from() {
        let first = |text: &str| read(text, |tables| tables.first().map_or(AtCursor::Nothing, AtCursor::Table));
        for text in [
            "SELECT *\nFROM\n  actor",
            "select a from\tactor",
            "SELECT 'FROM film' FROM unknown, actor",
            "SELECT * FROM(SELECT 1)x JOIN actor",
            "DESCRIBE actor",
            "SELECT * FROM -- film\n`actor`",
        ] {
            assert_eq!(first(text), table("app", "actor"), "{text}");
        }
        assert_eq!(first("SELECT actor"), AtCursor::Nothing);
    }
}
