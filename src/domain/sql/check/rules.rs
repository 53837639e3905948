//! The filters that documentation packs ask for: a table that is read without a condition on a column, such as `canceled`.

use std::fmt;

use super::finding::{Finding, FindingKind};
use crate::domain::sql::scope::{BlockKind, Clause, ColumnResolution, RefKind, Scope, Source, SourceId, SourceKind};

/// A column that each statement which reads the table should have a condition on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterRule {
    /// The schema; `None` for each schema.
    schema: Option<String>,
    /// The table; `None` for each table that has the column.
    table: Option<String>,
    column: String,
}

impl FilterRule {
    /// Reads `table.column`, `schema.table.column`, or `*.column` for each table with this column.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split('.').map(str::trim).collect();
        let is_valid = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        let (schema, table, column) = match parts.as_slice() {
            [table, column] => (None, *table, *column),
            [schema, table, column] => (Some(*schema), *table, *column),
            _ => return None,
        };
        if !is_valid(table) || !is_valid(column) || column == "*" || schema.is_some_and(|schema| !is_valid(schema)) {
            return None;
        }
        let unless_any = |part: &str| Some(part.to_owned()).filter(|part| part != "*");
        Some(Self { schema: schema.and_then(unless_any), table: unless_any(table), column: column.to_owned() })
    }

    fn is_about(&self, scope: &Scope<'_>, source: &Source) -> bool {
        let SourceKind::Table(name) = &source.kind else { return false };
        let is_same = |one: &str, other: &str| scope.known.name_case.is_same(one, other);
        let schema = name.schema.as_deref().or(scope.known.database);
        let is_table = self.table.as_deref().is_none_or(|table| is_same(table, &name.table));
        let is_schema = self.schema.as_deref().is_none_or(|own| schema.is_some_and(|schema| is_same(own, schema)));
        let has_column = scope
            .table_of(source)
            .is_some_and(|table| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&self.column)));
        is_table && is_schema && has_column
    }
}

impl fmt::Display for FilterRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}.{}", self.table.as_deref().unwrap_or("*"), self.column)
    }
}

pub(super) fn check(scope: &Scope<'_>, rules: &[FilterRule]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (id, source) in scope.all_sources() {
        if scope.block(source.block).is_none_or(|block| block.kind != BlockKind::Select) {
            continue;
        }
        let broken = rules.iter().find(|rule| rule.is_about(scope, source) && !is_filtered(scope, id, &rule.column));
        let SourceKind::Table(name) = &source.kind else { continue };
        if let Some(rule) = broken {
            let message = format!("{} is read without a condition on {}.", name.table, rule.column);
            found.push(Finding::new(FindingKind::MissingFilter, source.span.clone(), message));
        }
    }
    found
}

/// Whether a condition is about a column of a source, or could be.
fn is_filtered(scope: &Scope<'_>, source: SourceId, column: &str) -> bool {
    let mut refs = scope.all_refs().filter(|(_, other)| {
        let is_condition = matches!(other.clause, Clause::Where | Clause::On | Clause::Having | Clause::Using);
        is_condition && other.kind != RefKind::Star && other.name.eq_ignore_ascii_case(column)
    });
    refs.any(|(id, _)| match scope.resolve(id) {
        ColumnResolution::One { source: found, .. } => found == source,
        ColumnResolution::Several(sources) => sources.contains(&source),
        ColumnResolution::Item { .. } | ColumnResolution::Unknown => true,
        ColumnResolution::NoColumn | ColumnResolution::NoTable => false,
    })
}
