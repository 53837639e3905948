//! Finds the table that a statement names: at the cursor, or after `FROM`.

use crate::domain::catalog::{Catalog, NameCase};
use crate::domain::sql::Dialect;
use crate::domain::sql::names::{NamePlace, StatementName, names};

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
    names: Vec<StatementName>,
    known: KnownTables<'a>,
}

impl<'a> StatementTables<'a> {
    /// Reads a statement.
    pub(super) fn new(text: &str, dialect: Dialect, known: KnownTables<'a>) -> Self {
        Self { names: names(text, dialect), known }
    }

    /// Returns what is at this byte. The end of a name belongs to it.
    pub(super) fn at(&self, byte: usize) -> AtCursor {
        let touches = |name: &&StatementName| name.span.start <= byte && byte <= name.span.end;
        let Some(name) = self.names.iter().rfind(touches) else { return AtCursor::Nothing };
        match self.table(&name.parts).or_else(|| self.with_alias(name.parts.first()?)) {
            Some(table) => AtCursor::Table(table),
            None => AtCursor::OtherName(name.parts.join(".")),
        }
    }

    /// Returns the first known table of the statement.
    pub(super) fn first(&self) -> Option<NamedTable> {
        let tables = self.names.iter().filter(|name| name.place == NamePlace::Table);
        tables.map(|name| &name.parts).find_map(|parts| self.table(parts))
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
        let has_alias =
            |name: &&StatementName| name.alias.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(alias));
        self.names.iter().filter(has_alias).find_map(|name| self.table(&name.parts))
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
