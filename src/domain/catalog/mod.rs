//! The catalog: what exists on the replica. One immutable value, built off the loop, delivered whole.

pub mod find;

/// Everything that a session could read of the replica's schemas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// Counts up with each reading.
    pub generation: u64,
    /// In the server's order.
    pub schemas: Vec<Schema>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    pub name: String,
    /// Whether it is the server's own (`information_schema`, `mysql`, `performance_schema`, `sys`).
    pub is_system: bool,
    /// Tables and views, sorted by name.
    pub tables: Vec<Table>,
    /// Procedures and functions, sorted by name.
    pub routines: Vec<Routine>,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub name: String,
    pub kind: TableKind,
    /// The server's estimate; never a count.
    pub rows: Option<u64>,
    pub comment: String,
    pub columns: Vec<TableColumn>,
    /// Primary key first.
    pub indexes: Vec<Index>,
    pub foreign_keys: Vec<ForeignKey>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TableKind {
    #[default]
    Base,
    View,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableColumn {
    pub name: String,
    /// `COLUMN_TYPE`, such as `varchar(32)`.
    pub type_text: String,
    /// Whether it may be NULL.
    pub is_nullable: bool,
    pub key: KeyPart,
    /// `COLUMN_DEFAULT` as the server prints it.
    pub default: Option<String>,
    /// `EXTRA`, such as `auto_increment`.
    pub extra: String,
    pub comment: String,
}

/// A column's part in keys, as `COLUMN_KEY` tells and the foreign keys add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyPart {
    #[default]
    None,
    Primary,
    Unique,
    Foreign,
    Indexed,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Its name; `PRIMARY` for the primary key.
    pub name: String,
    pub is_unique: bool,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForeignKey {
    pub name: String,
    pub columns: Vec<String>,
    pub to_schema: String,
    pub to_table: String,
    /// The referenced columns in the same order.
    pub to_columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routine {
    pub name: String,
    /// `PROCEDURE` or `FUNCTION`.
    pub kind: String,
    pub comment: String,
}

impl Catalog {
    /// The schema of this name (exactly).
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }

    /// The table of this name (exactly).
    #[must_use]
    pub fn table(&self, schema: &str, table: &str) -> Option<&Table> {
        self.schema(schema)?.table(table)
    }
}

impl Schema {
    /// The table of this name (exactly).
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Table {
    /// The column of this name (exactly).
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
