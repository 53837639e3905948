//! What names mean at a place of a statement: tables, their columns, what is selected, windows, and the statement around.

use std::rc::Rc;

use sqlparser::ast::WindowSpec;

use super::SqlError;
use super::errors::{ambiguous, unknown_column};
use super::types::Type;
use super::value::Typed;
use crate::domain::results::ColumnOrigin;

/// A column that can be named.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) ty: Type,
    /// The table's alias, as shown to the client.
    pub(super) table: String,
    pub(super) origin: ColumnOrigin,
    /// Flags of a base table's column beyond those of its type.
    pub(super) flags: u16,
}

/// A table in FROM.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) alias: String,
    /// The database, for names of three parts.
    pub(super) database: Option<String>,
    pub(super) fields: Vec<Rc<Field>>,
}

/// The part of a statement in which an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause {
    Select,
    Where,
    On,
    Group,
    Having,
    Order,
    Limit,
}

impl Clause {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Where => "WHERE",
            Self::On => "ON",
            Self::Group => "GROUP BY",
            Self::Having => "HAVING",
            Self::Order => "ORDER BY",
            Self::Limit => "LIMIT",
        }
    }
}

/// What is known at a place.
#[derive(Default)]
pub(super) struct Scope<'p> {
    pub(super) relations: Vec<Relation>,
    /// The columns of `*` in order: those joined by USING stand once.
    pub(super) star: Vec<Rc<Field>>,
    /// Label, understood expression.
    pub(super) selected: Vec<(String, Typed)>,
    pub(super) windows: Vec<(String, WindowSpec)>,
    pub(super) parent: Option<&'p Scope<'p>>,
}

impl Scope<'_> {
    /// The column or alias that a name means. Case does not matter for columns; tables are compared exactly.
    pub(super) fn resolve(&self, parts: &[String], clause: Clause) -> Result<Typed, SqlError> {
        let mut scope = Some(self);
        let mut is_first = true;
        while let Some(here) = scope {
            if let Some(found) = here.resolve_here(parts, clause, is_first)? {
                return Ok(found);
            }
            is_first = false;
            scope = here.parent;
        }
        Err(unknown_column(&parts.join("."), clause.word()))
    }

    fn resolve_here(&self, parts: &[String], clause: Clause, is_first: bool) -> Result<Option<Typed>, SqlError> {
        let [qualifier @ .., column] = parts else { return Ok(None) };
        let selected = || {
            let mut found = self.selected.iter().filter(|(label, _)| label.eq_ignore_ascii_case(column));
            found.next().map(|(_, typed)| typed.clone())
        };
        if qualifier.is_empty()
            && is_first
            && clause == Clause::Having
            && let Some(typed) = selected()
        {
            return Ok(Some(typed));
        }
        let mut found: Vec<&Rc<Field>> = Vec::new();
        if qualifier.is_empty() {
            found.extend(self.star.iter().filter(|field| field.name.eq_ignore_ascii_case(column)));
        } else {
            for relation in self.relations.iter().filter(|it| it.is_called(qualifier)) {
                found.extend(relation.fields.iter().filter(|field| field.name.eq_ignore_ascii_case(column)));
            }
        }
        match found.as_slice() {
            [] if qualifier.is_empty() && is_first && matches!(clause, Clause::Order | Clause::Group) => Ok(selected()),
            [] => Ok(None),
            [field] => Ok(Some(field.typed())),
            _ => Err(ambiguous(&parts.join("."), clause.word())),
        }
    }
}

impl Relation {
    /// Whether `table` or `database.table` means it.
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
    /// A reference to it.
    pub(super) fn typed(self: &Rc<Self>) -> Typed {
        Typed { field: Some(Rc::clone(self)), ..Typed::new(self.sql.clone(), self.ty.clone()).exact() }
    }

    /// The same column on the side of an outer join that may have no row.
    pub(super) fn optional(self: &Rc<Self>) -> Rc<Self> {
        let mut field = Self::clone(self);
        field.ty.is_nullable = true;
        Rc::new(field)
    }
}
