//! An index of the names of all columns, so that no completion has to read the whole catalog.

use std::collections::HashMap;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, ColumnAccess};

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

    /// Returns the names of a schema that have all letters of a typed word. `None` if the index is of another catalog.
    pub(super) fn names_with(
        &self,
        catalog: &Catalog,
        schema: usize,
        typed: &str,
    ) -> Option<impl Iterator<Item = FoundName>> {
        let names = self.schemas.get(schema).filter(|_| self.generation == catalog.generation)?;
        let letters = letters_of(typed.as_bytes());
        let found = names.iter().filter(move |name| name.letters & letters == letters);
        Some(found.map(move |name| FoundName {
            column: ObjectRef::Column(schema, name.table as usize, name.column as usize),
            tables: name.count,
        }))
    }
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
