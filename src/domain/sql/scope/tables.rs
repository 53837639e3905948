//! Adds the tables of a list of tables, and finds out what their names mean.

use std::ops::Range;

use super::model::{Clause, JoinKind, KnownNames, Source, SourceId, SourceKind, TableName, TableResolution, WithId};
use super::reader::Reader;
use crate::domain::catalog::find::ObjectRef;

impl KnownNames<'_> {
    /// Returns what the name of a table means, apart from names of WITH clauses.
    #[must_use]
    pub fn table(&self, schema: Option<&str>, table: &str) -> TableResolution {
        let schemas = &self.catalog.schemas;
        let Some(name) = schema.or(self.database) else { return TableResolution::Unknown };
        let found = schemas.iter().position(|other| {
            self.name_case.is_same(&other.name, name) || (other.is_system && other.name.eq_ignore_ascii_case(name))
        });
        let Some((at, found)) = found.and_then(|at| Some((at, schemas.get(at)?))) else {
            let is_known = schema.is_some() && !schemas.is_empty();
            return if is_known { TableResolution::NoSchema } else { TableResolution::Unknown };
        };
        let is_same = |other: &str| {
            self.name_case.is_same(other, table) || (found.is_system && other.eq_ignore_ascii_case(table))
        };
        match found.tables.iter().position(|other| is_same(&other.name)) {
            Some(table) => TableResolution::Found(ObjectRef::Table(at, table)),
            // The account may not see everything of the server's own schemas, and MariaDB makes up tables of numbers.
            None if found.is_system || found.tables.is_empty() || is_sequence(table) => TableResolution::Unknown,
            None => TableResolution::NoTable,
        }
    }
}

/// Whether it is a table of numbers of MariaDB, such as `seq_1_to_10`.
fn is_sequence(table: &str) -> bool {
    table.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("seq_")) && table.contains("_to_")
}

impl Reader<'_> {
    /// Returns what a name in a list of tables is.
    pub(super) fn table_kind(&mut self, mut parts: Vec<String>) -> SourceKind {
        let Some(table) = parts.pop() else { return SourceKind::Opaque };
        let schema = parts.pop();
        if schema.is_none()
            && let Some(with) = self.with_name(&table, WithUse::Ended)
        {
            return SourceKind::With(with);
        }
        let key = (schema, table);
        let resolution = match self.tables.get(&key) {
            Some(resolution) => *resolution,
            None => self.scope.known.table(key.0.as_deref(), &key.1),
        };
        if !self.tables.contains_key(&key) {
            self.tables.insert(key.clone(), resolution);
        }
        let (schema, table) = key;
        if schema.is_none()
            && !matches!(resolution, TableResolution::Found(_))
            && let Some(with) = self.with_name(&table, WithUse::Any)
        {
            return SourceKind::With(with);
        }
        SourceKind::Table(TableName { schema, table, resolution })
    }

    fn with_name(&self, name: &str, allowed: WithUse) -> Option<WithId> {
        let frames = std::iter::once(&self.frame).chain(self.outer.iter().rev());
        let mut names = frames.flat_map(|frame| frame.with_names.iter().rev()).take(MAX_WITH_NAMES);
        names
            .find(|with| {
                self.scope.with_names.get(with.0).is_some_and(|with| {
                    let is_usable = with.is_closed || with.is_recursive || allowed == WithUse::Any;
                    is_usable && self.scope.known.name_case.is_same(&with.name, name)
                })
            })
            .copied()
    }

    /// Adds a source to the current block. `first` and `last` are the tokens of its name.
    pub(super) fn add_source(&mut self, kind: SourceKind, first: usize, last: usize) -> Option<SourceId> {
        let block = self.frame.block?;
        let start = self.token(first).map_or(self.scope.text.len(), |token| token.span.start);
        let end = self.token(last).map_or(start, |token| token.span.end);
        let id = SourceId(self.scope.sources.len());
        self.scope.sources.push(Source {
            block,
            kind,
            span: start..end,
            alias: None,
            alias_span: None,
            column_names: Vec::new(),
            join: self.frame.join,
            has_condition: false,
        });
        self.block_mut()?.sources.push(id);
        self.frame.source = Some(id);
        self.frame.join = JoinKind::Inner;
        Some(id)
    }

    /// Marks the source to which an ON or USING belongs: the last one without a condition.
    pub(super) fn note_condition(&mut self) {
        let Some(block) = self.frame.block.and_then(|block| self.scope.blocks.get(block.0)) else { return };
        // A join of more tables than a server accepts needs no search.
        let last = block.sources.iter().rev().take(MAX_JOINED).copied().find(|source| {
            self.scope.source(*source).is_some_and(|source| {
                !source.has_condition && !matches!(source.join, JoinKind::First | JoinKind::Comma)
            })
        });
        if let Some(source) = last.and_then(|source| self.scope.sources.get_mut(source.0)) {
            source.has_condition = true;
        }
    }

    pub(super) fn source_count(&self) -> usize {
        self.frame.block.and_then(|block| self.scope.blocks.get(block.0)).map_or(0, |block| block.sources.len())
    }

    /// Returns the sources of the block that a name at this place can use, by their order.
    pub(super) fn visible(&self) -> Range<usize> {
        match self.frame.clause {
            Clause::On | Clause::Using => self.frame.join_start..self.source_count(),
            _ => 0..usize::MAX,
        }
    }
}

/// Tables of one join that are looked at: MySQL and MariaDB accept 61.
pub(super) const MAX_JOINED: usize = 64;

/// Names of WITH clauses that are looked at for one table, so that a long text stays fast.
const MAX_WITH_NAMES: usize = 500;

/// Which names of WITH clauses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WithUse {
    /// Those whose subquery has ended, and recursive ones.
    Ended,
    Any,
}
