//! The columns of sources and of results.

use super::model::{
    Block, BlockId, BlockKind, CallId, ColumnRef, ColumnResolution, FunctionCall, Output, OutputColumn, RefId, Scope,
    SelectItemKind, Source, SourceId, SourceKind, TableName, TableResolution, WithId, WithName,
};
use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Table, TableColumn};

/// Columns of one result: MySQL and MariaDB accept 4,096.
pub(super) const MAX_COLUMNS: usize = 4096;

/// A column of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceColumn<'s> {
    pub name: &'s str,
    /// The column of the catalog from which it comes unchanged.
    pub origin: Option<ObjectRef>,
}

/// Whether a source has a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnLookup {
    Found(Option<ObjectRef>),
    Missing,
    /// Its columns are not known.
    Unknown,
}

impl<'a> Scope<'a> {
    #[must_use]
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        self.blocks.get(id.0)
    }

    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0)
    }

    #[must_use]
    pub fn with_name(&self, id: WithId) -> Option<&WithName> {
        self.with_names.get(id.0)
    }

    #[must_use]
    pub fn column_ref(&self, id: RefId) -> Option<&ColumnRef> {
        self.refs.get(id.0)
    }

    #[must_use]
    pub fn call(&self, id: CallId) -> Option<&FunctionCall> {
        self.calls.get(id.0)
    }

    /// Returns all blocks with their ids, in the order of the text.
    pub fn all_blocks(&self) -> impl Iterator<Item = (BlockId, &Block)> {
        self.blocks.iter().enumerate().map(|(at, block)| (BlockId(at), block))
    }

    /// Returns all tables, subqueries and functions of all lists of tables.
    pub fn all_sources(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources.iter().enumerate().map(|(at, source)| (SourceId(at), source))
    }

    /// Returns all references to columns.
    pub fn all_refs(&self) -> impl Iterator<Item = (RefId, &ColumnRef)> {
        self.refs.iter().enumerate().map(|(at, column)| (RefId(at), column))
    }

    /// Returns the table of the catalog that a source reads.
    #[must_use]
    pub fn table_of(&self, source: &Source) -> Option<&'a Table> {
        match &source.kind {
            SourceKind::Table(TableName { resolution: TableResolution::Found(table), .. }) => {
                table.table(self.known.catalog)
            }
            SourceKind::Table(_)
            | SourceKind::With(_)
            | SourceKind::Derived(_)
            | SourceKind::JsonTable(_)
            | SourceKind::Opaque => None,
        }
    }

    /// Returns the column of the catalog.
    #[must_use]
    pub fn catalog_column(&self, origin: Option<ObjectRef>) -> Option<&'a TableColumn> {
        origin?.column(self.known.catalog)
    }

    /// Returns the name by which a statement refers to a source: the alias, or the name of the table.
    #[must_use]
    pub fn source_name<'s>(&'s self, source: &'s Source) -> Option<&'s str> {
        if let Some(alias) = &source.alias {
            return Some(alias);
        }
        match &source.kind {
            SourceKind::Table(name) => Some(&name.table),
            SourceKind::With(with) => self.with_name(*with).map(|with| with.name.as_str()),
            SourceKind::Derived(_) | SourceKind::JsonTable(_) | SourceKind::Opaque => None,
        }
    }

    /// Returns the columns of a source, also those that `*` leaves out, and whether these are all.
    #[must_use]
    pub fn columns_of<'s>(&'s self, source: &'s Source) -> (Vec<SourceColumn<'s>>, bool) {
        let (mut columns, is_complete) = self.own_columns(source);
        for (column, name) in columns.iter_mut().zip(&source.column_names) {
            column.name = name;
        }
        (columns, is_complete)
    }

    fn own_columns<'s>(&'s self, source: &'s Source) -> (Vec<SourceColumn<'s>>, bool) {
        match &source.kind {
            SourceKind::Table(TableName { resolution: TableResolution::Found(ObjectRef::Table(s, t)), .. }) => {
                let table = ObjectRef::Table(*s, *t).table(self.known.catalog);
                let columns = table.map_or(&[][..], |table| &table.columns);
                let columns = columns.iter().enumerate().map(|(at, column)| SourceColumn {
                    name: column.name.as_str(),
                    origin: Some(ObjectRef::Column(*s, *t, at)),
                });
                // A catalog is loaded in stages: the names of tables come before their columns.
                (columns.collect(), table.is_some_and(|table| !table.columns.is_empty()))
            }
            SourceKind::Table(_) | SourceKind::Opaque => (Vec::new(), false),
            SourceKind::With(with) => {
                let Some(with) = self.with_name(*with) else { return (Vec::new(), false) };
                let (mut columns, is_complete) = self.output_columns(with.block);
                if columns.is_empty() {
                    columns = with.column_names.iter().map(|name| SourceColumn { name, origin: None }).collect();
                    let is_complete = !columns.is_empty();
                    return (columns, is_complete);
                }
                for (column, name) in columns.iter_mut().zip(&with.column_names) {
                    column.name = name;
                }
                (columns, is_complete)
            }
            SourceKind::Derived(block) => self.output_columns(Some(*block)),
            SourceKind::JsonTable(names) => {
                (names.iter().map(|name| SourceColumn { name, origin: None }).collect(), true)
            }
        }
    }

    /// Returns the columns of a block's result. An expression without an alias has an empty name.
    fn output_columns(&self, block: Option<BlockId>) -> (Vec<SourceColumn<'_>>, bool) {
        let Some(output) = block.and_then(|block| self.block(block)).map(|block| &block.output) else {
            return (Vec::new(), false);
        };
        let columns = output
            .columns
            .iter()
            .map(|column| SourceColumn { name: column.name.as_deref().unwrap_or_default(), origin: column.origin });
        (columns.collect(), !output.is_open && !output.columns.is_empty())
    }

    pub(super) fn find_column(&self, source: &Source, name: &str) -> ColumnLookup {
        // The usual case needs no list.
        if let (Some(table), SourceKind::Table(TableName { resolution: TableResolution::Found(found), .. })) =
            (self.table_of(source), &source.kind)
        {
            let at = table.columns.iter().position(|column| is_same_column(&column.name, name));
            return match (at, found) {
                (Some(at), ObjectRef::Table(s, t)) => ColumnLookup::Found(Some(ObjectRef::Column(*s, *t, at))),
                _ if table.columns.is_empty() => ColumnLookup::Unknown,
                _ => ColumnLookup::Missing,
            };
        }
        let (columns, is_complete) = self.columns_of(source);
        match columns.iter().find(|column| is_same_column(column.name, name)) {
            Some(column) => ColumnLookup::Found(column.origin),
            None if is_complete => ColumnLookup::Missing,
            None => ColumnLookup::Unknown,
        }
    }

    /// Works out the columns of a block's result from its select list.
    pub(super) fn output_of(&self, id: BlockId) -> Output {
        let mut output = Output::default();
        let Some(block) = self.block(id) else { return output };
        if block.kind == BlockKind::Table {
            self.expand_star(block, None, &mut output);
        }
        for item in &block.items {
            if output.columns.len() >= MAX_COLUMNS {
                output.is_open = true;
                break;
            }
            match item.kind {
                SelectItemKind::Star(qualified) => {
                    let qualifier = qualified.and_then(|id| self.column_ref(id));
                    self.expand_star(block, qualifier, &mut output);
                }
                SelectItemKind::Column(id) => {
                    let name = item.alias.clone().or_else(|| self.column_ref(id).map(|column| column.name.clone()));
                    let origin = match self.resolve_in_sources(id) {
                        ColumnResolution::One { origin, .. } => origin,
                        _ => None,
                    };
                    output.columns.push(OutputColumn { name, origin });
                }
                SelectItemKind::Expression => {
                    output.columns.push(OutputColumn { name: item.alias.clone(), origin: None });
                }
            }
        }
        output.is_open |= block.items.is_empty();
        output
    }

    fn expand_star(&self, block: &Block, qualified: Option<&ColumnRef>, output: &mut Output) {
        let sources = block.sources.iter().filter_map(|id| self.source(*id));
        let mut is_found = false;
        for source in sources {
            if qualified.is_some_and(|star| !self.is_named(source, &star.qualifier)) {
                continue;
            }
            is_found = true;
            let (columns, is_complete) = self.columns_of(source);
            output.is_open |= !is_complete || output.columns.len() + columns.len() > MAX_COLUMNS;
            let room = MAX_COLUMNS.saturating_sub(output.columns.len());
            let shown = columns
                .iter()
                .filter(|column| self.catalog_column(column.origin).is_none_or(|column| !column.is_invisible()));
            output.columns.extend(shown.take(room).map(|column| OutputColumn {
                name: Some(column.name.to_owned()).filter(|name| !name.is_empty()),
                origin: column.origin,
            }));
        }
        output.is_open |= !is_found;
    }
}

/// Whether two names are those of one column: case never counts.
pub(super) fn is_same_column(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}
