//! Resolves the names in an expression: tables, columns, aliases, windows, and the scope of the outer statement.

use std::rc::Rc;

use sqlparser::ast::WindowSpec;

use super::errors::{SqlError, ambiguous, unknown_column};
use super::relation::{Field, Relation};
use super::typed_sql::TypedSql;

/// The clause that contains an expression.
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
    /// Returns the clause's name in error messages.
    pub(super) fn name(self) -> &'static str {
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

/// The names that are visible in an expression.
#[derive(Default)]
pub(super) struct Scope<'p> {
    pub(super) relations: Vec<Relation>,
    /// The columns of `*` in order. Columns joined by USING appear once.
    pub(super) star: Vec<Rc<Field>>,
    /// The SELECT list: label and translated expression.
    pub(super) selected: Vec<(String, TypedSql)>,
    pub(super) windows: Vec<(String, WindowSpec)>,
    pub(super) parent: Option<&'p Scope<'p>>,
}

impl Scope<'_> {
    /// Finds the column or alias that a name refers to. Column names are not case-sensitive, table names are.
    pub(super) fn resolve(&self, parts: &[String], clause: Clause) -> Result<TypedSql, SqlError> {
        let mut scope = Some(self);
        let mut is_first = true;
        while let Some(current) = scope {
            if let Some(found) = current.resolve_in_scope(parts, clause, is_first)? {
                return Ok(found);
            }
            is_first = false;
            scope = current.parent;
        }
        Err(unknown_column(&parts.join("."), clause.name()))
    }

    fn resolve_in_scope(&self, parts: &[String], clause: Clause, is_first: bool) -> Result<Option<TypedSql>, SqlError> {
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
            [field] => Ok(Some(TypedSql::of_field(field))),
            _ => Err(ambiguous(&parts.join("."), clause.name())),
        }
    }
}
