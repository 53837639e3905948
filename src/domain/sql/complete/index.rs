//! An index of the names of all columns, so that no completion has to read the whole catalog.

use std::collections::HashMap;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, ColumnAccess, Table};

/// The names of all columns of a catalog. It needs about 16 bytes for each name that a schema has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionIndex {
    generation: u64,
    /// For each schema, in the order of the catalog.
    schemas: Vec<Vec<IndexedName>>,
}

/// A name that one column or several columns of a schema have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct IndexedName {
    table: u32,
    column: u32,
    /// A bit for each letter of the name.
    letters: u32,
    /// How many tables have it.
    count: u32,
}

/// A name of the index: its first column, and how many tables have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FoundName {
    pub column: ObjectRef,
    pub tables: u32,
}

impl CompletionIndex {
    /// Reads the names of a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        let schemas = catalog.schemas.iter().map(|schema| {
            let mut names: Vec<IndexedName> = Vec::new();
            let mut places: HashMap<String, usize> = HashMap::new();
            for (t, table) in schema.tables.iter().enumerate() {
                let columns = table.columns.iter().enumerate();
                for (c, column) in columns.filter(|(_, column)| column.access == ColumnAccess::Readable) {
                    let place = places.entry(column.name.to_ascii_lowercase()).or_insert(names.len());
                    if let Some(name) = names.get_mut(*place) {
                        name.count += 1;
                    } else if let (Ok(table), Ok(column_at)) = (u32::try_from(t), u32::try_from(c)) {
                        let letters = letters_of(column.name.as_bytes());
                        names.push(IndexedName { table, column: column_at, letters, count: 1 });
                    }
                }
            }
            let name_of = |name: &IndexedName| name.of(&schema.tables);
            names.sort_by_key(|name| (first_letter(name_of(name)), name.table, name.column));
            names.shrink_to_fit();
            names
        });
        Self { generation: catalog.generation, schemas: schemas.collect() }
    }

    /// Returns the memory that the index needs, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let names: usize = self.schemas.iter().map(|names| names.capacity() * size_of::<IndexedName>()).sum();
        names + self.schemas.capacity() * size_of::<Vec<IndexedName>>()
    }

    /// Returns the names of a schema that begin like a typed word and have all its letters. `None` if the index is of another
    /// catalog.
    pub(super) fn names_like(
        &self,
        catalog: &Catalog,
        schema: usize,
        typed: &str,
    ) -> Option<impl Iterator<Item = FoundName>> {
        let names = self.schemas.get(schema).filter(|_| self.generation == catalog.generation)?;
        let tables = &catalog.schemas.get(schema)?.tables;
        let first = first_letter(typed);
        let start = names.partition_point(|name| first_letter(name.of(tables)) < first);
        let end = names.partition_point(|name| first_letter(name.of(tables)) <= first);
        let letters = letters_of(typed.as_bytes());
        let found = names.get(start..end)?.iter().filter(move |name| name.letters & letters == letters);
        Some(found.map(move |name| FoundName {
            column: ObjectRef::Column(schema, name.table as usize, name.column as usize),
            tables: name.count,
        }))
    }
}

impl IndexedName {
    fn of(self, tables: &[Table]) -> &str {
        let table = tables.get(self.table as usize);
        table.and_then(|table| table.columns.get(self.column as usize)).map_or("", |column| column.name.as_str())
    }
}

fn first_letter(name: &str) -> u8 {
    name.as_bytes().first().map_or(0, u8::to_ascii_lowercase)
}

/// Returns a bit for each letter, one for all digits, and one for all other characters.
fn letters_of(name: &[u8]) -> u32 {
    name.iter().fold(0, |letters, byte| {
        let bit = match byte.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => u32::from(letter - b'a'),
            b'0'..=b'9' => 26,
            b'_' => 27,
            _ => 28,
        };
        letters | 1 << bit
    })
}
