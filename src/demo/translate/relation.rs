//! Tables in FROM and their columns.

use std::rc::Rc;

use super::value_types::Type;
use crate::domain::results::ColumnOrigin;

/// A column of a table in FROM.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) ty: Type,
    /// The table's alias in the original statement.
    pub(super) table: String,
    pub(super) origin: ColumnOrigin,
    /// Flags of a base table's column in addition to those of its type.
    pub(super) flags: u16,
}

/// A table in FROM.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) alias: String,
    /// The database, for fully qualified names.
    pub(super) database: Option<String>,
    pub(super) fields: Vec<Rc<Field>>,
}

impl Relation {
    /// Returns whether `table` or `database.table` refers to it.
    pub(super) fn is_called(&self, qualifier: &[String]) -> bool {
        match qualifier {
            [table] => {
                self.alias == *table || (self.is_of_information_schema() && self.alias.eq_ignore_ascii_case(table))
            }
            [database, table] => {
                self.alias == *table && self.database.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(database))
            }
            _ => false,
        }
    }

    fn is_of_information_schema(&self) -> bool {
        self.database.as_deref() == Some("information_schema")
    }
}

impl Field {
    /// Returns the column as it is on the optional side of an outer join.
    pub(super) fn optional(self: &Rc<Self>) -> Rc<Self> {
        let mut field = Self::clone(self);
        field.ty.is_nullable = true;
        Rc::new(field)
    }
}
