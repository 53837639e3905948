//! The state of one translation: context, statement text, common table expressions and table aliases.

use std::rc::Rc;

use super::context::Context;
use super::output::{OutputColumn, relation};
use super::relation::Relation;
use super::statement_text::StatementText;

/// A common table expression.
#[derive(Clone)]
pub(super) struct CommonTable {
    pub(super) name: String,
    pub(super) sql_name: String,
    pub(super) columns: Vec<OutputColumn>,
    pub(super) is_merged: bool,
}

impl CommonTable {
    /// Returns its relation in FROM, with the text of the table reference.
    pub(super) fn relation(&self, alias: &str, table: &str, database: Option<&str>) -> (String, Relation) {
        (format!("{} AS {table}", self.sql_name), relation(&self.columns, self.is_merged, alias, table, database))
    }
}

/// The state of one translation.
pub(super) struct StatementTranslator<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) source: Rc<StatementText>,
    /// The database of unqualified names. A view has its own.
    pub(super) database: Option<String>,
    pub(super) ctes: Vec<CommonTable>,
    last_alias: usize,
    pub(super) depth: u32,
}

impl<'a> StatementTranslator<'a> {
    pub(super) fn new(context: &'a Context<'a>, source: Rc<StatementText>) -> Self {
        Self {
            context,
            source,
            database: context.database.map(str::to_owned),
            ctes: Vec::new(),
            last_alias: 0,
            depth: 0,
        }
    }

    /// Returns a new alias for a table of the SQLite statement.
    pub(super) fn new_alias(&mut self) -> String {
        self.last_alias += 1;
        format!("\"t{}\"", self.last_alias)
    }

    /// Finds a common table expression.
    pub(super) fn cte(&self, name: &str) -> Option<CommonTable> {
        self.ctes.iter().rev().find(|it| it.name == name).cloned()
    }
}
