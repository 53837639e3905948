//! Finds out what references to columns mean.

use super::columns::{ColumnLookup, is_same_column};
use super::model::{
    Block, BlockId, Clause, ColumnRef, ColumnResolution, RefId, RefKind, Scope, Source, SourceId, SourceKind,
};
use super::tables::MAX_JOINED;

/// Queries around a query that are looked at.
const MAX_LEVELS: usize = 64;

impl Scope<'_> {
    /// Returns what a reference to a column means.
    #[must_use]
    pub fn resolve(&self, id: RefId) -> ColumnResolution {
        let Some(column) = self.column_ref(id) else { return ColumnResolution::Unknown };
        if column.kind == RefKind::Column
            && column.qualifier.is_empty()
            && matches!(column.clause, Clause::GroupBy | Clause::Having | Clause::OrderBy)
            && let Some(item) = self.item_named(column.block, &column.name)
        {
            return item;
        }
        self.resolve_in_sources(id)
    }

    /// Returns the item of the select list with this name.
    fn item_named(&self, block: BlockId, name: &str) -> Option<ColumnResolution> {
        let block = self.block(block)?;
        let of = block.first_branch.and_then(|first| self.block(first)).unwrap_or(block);
        let mut columns = of.output.columns.iter();
        let is_named = |name_of: &Option<String>| name_of.as_deref().is_some_and(|other| is_same_column(other, name));
        let found = columns.find(|column| is_named(&column.name));
        if let Some(found) = found {
            return Some(ColumnResolution::Item { origin: found.origin });
        }
        // The block may not have ended yet.
        let mut items = of.items.iter();
        items.find(|item| is_named(&item.alias)).map(|_| ColumnResolution::Item { origin: None })
    }

    /// Does the same as [`Scope::resolve`] without names of the select list.
    pub(super) fn resolve_in_sources(&self, id: RefId) -> ColumnResolution {
        let Some(column) = self.column_ref(id) else { return ColumnResolution::Unknown };
        let mut block = Some(column.block);
        let mut visible = column.visible.clone();
        let mut result =
            if column.qualifier.is_empty() { ColumnResolution::NoColumn } else { ColumnResolution::NoTable };
        for level in 0..MAX_LEVELS {
            let Some(current) = block.and_then(|block| self.block(block)) else { return result };
            let mut found = self.resolve_at(current, column, visible.start, visible.end);
            let is_missing = matches!(found, ColumnResolution::NoColumn | ColumnResolution::NoTable);
            if is_missing && level == 0 && visible.end != usize::MAX {
                // The server accepts fewer tables in ON. What it would refuse is no unknown name.
                found = self.resolve_at(current, column, 0, usize::MAX);
            }
            if is_missing && level > 0 && column.qualifier.is_empty() {
                let item = block.and_then(|block| self.item_named(block, &column.name));
                found = item.unwrap_or(found);
            }
            match found {
                ColumnResolution::NoTable => {}
                // A qualifier that names a source hides those of outer queries.
                ColumnResolution::NoColumn if !column.qualifier.is_empty() => return found,
                ColumnResolution::NoColumn => result = found,
                ColumnResolution::One { .. }
                | ColumnResolution::Item { .. }
                | ColumnResolution::Several(_)
                | ColumnResolution::Unknown => return found,
            }
            if current.is_unsure {
                return ColumnResolution::Unknown;
            }
            visible = 0..current.outer_sources;
            block = current.outer;
        }
        ColumnResolution::Unknown
    }

    fn resolve_at(&self, block: &Block, column: &ColumnRef, from: usize, to: usize) -> ColumnResolution {
        if block.sources.len() > MAX_JOINED {
            return ColumnResolution::Unknown;
        }
        let visible = block.sources.iter().copied().enumerate().filter(|(at, _)| (from..to).contains(at));
        let visible = visible.filter_map(|(_, id)| Some((id, self.source(id)?)));
        if column.kind == RefKind::Star {
            let mut named = visible.filter(|(_, source)| self.is_named(source, &column.qualifier));
            return match named.next() {
                Some((source, _)) => ColumnResolution::One { source, origin: None },
                None => ColumnResolution::NoTable,
            };
        }
        let mut found: Vec<(SourceId, ColumnLookup)> = Vec::new();
        let (mut is_open, mut has_source) = (false, false);
        for (id, source) in visible {
            if !column.qualifier.is_empty() && !self.is_named(source, &column.qualifier) {
                continue;
            }
            has_source = true;
            match self.find_column(source, &column.name) {
                ColumnLookup::Missing => {}
                ColumnLookup::Unknown => is_open = true,
                lookup @ ColumnLookup::Found(_) => found.push((id, lookup)),
            }
        }
        let is_merged = column.kind == RefKind::Using
            || block.has_natural_join
            || block.merged.iter().any(|name| is_same_column(name, &column.name));
        match found.as_slice() {
            [] if is_open => ColumnResolution::Unknown,
            [] if !column.qualifier.is_empty() && !has_source => ColumnResolution::NoTable,
            [] => ColumnResolution::NoColumn,
            [(source, ColumnLookup::Found(origin)), rest @ ..] if rest.is_empty() || is_merged => {
                ColumnResolution::One { source: *source, origin: *origin }
            }
            _ => ColumnResolution::Several(found.into_iter().map(|(id, _)| id).collect()),
        }
    }

    /// Whether a qualifier (`t`, or `db` and `t`) means a source.
    #[must_use]
    pub fn is_named(&self, source: &Source, qualifier: &[String]) -> bool {
        let is_same = |one: &str, other: &str| self.known.name_case.is_same(one, other);
        let Some(own) = self.source_name(source) else { return false };
        match qualifier {
            [table] => is_same(own, table),
            [schema, table] => match &source.kind {
                SourceKind::Table(name) => {
                    let own_schema = name.schema.as_deref().or(self.known.database);
                    is_same(own, table) && own_schema.is_none_or(|own| is_same(own, schema))
                }
                SourceKind::With(_) | SourceKind::Derived(_) | SourceKind::JsonTable(_) | SourceKind::Opaque => false,
            },
            _ => false,
        }
    }

    /// Returns the sources that a name at the cursor can use, with their distance: 0 for the query of the cursor, 1 for the query
    /// around it.
    #[must_use]
    pub fn sources_at_cursor(&self) -> Vec<(usize, SourceId)> {
        let Some(position) = &self.position else { return Vec::new() };
        let mut found = Vec::new();
        let (mut block, mut visible) = (position.block, position.visible.clone());
        for level in 0..MAX_LEVELS {
            let Some(current) = block.and_then(|block| self.block(block)) else { break };
            let ids = current.sources.iter().copied().enumerate().filter(|(at, _)| visible.contains(at));
            found.extend(ids.take(MAX_JOINED).map(|(_, id)| (level, id)));
            visible = 0..current.outer_sources;
            block = current.outer;
        }
        found
    }
}
