//! The catalog: the schemas, tables, columns, keys and routines of a replica. It is immutable once read.

pub mod find;

/// Everything that a session could read about the schemas of a replica.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalog {
    /// Increases each time the catalog is read.
    pub generation: u64,
    /// In the server's order.
    pub schemas: Vec<Schema>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    pub name: String,
    /// Whether it belongs to the server (`information_schema`, `mysql`, `performance_schema`, `sys`).
    pub is_system: bool,
    /// Tables and views, sorted by name.
    pub tables: Vec<Table>,
    /// Procedures and functions, sorted by name.
    pub routines: Vec<Routine>,
}

/// How the server compares the names of schemas and tables: its `lower_case_table_names`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NameCase {
    /// `actor` and `Actor` are two tables.
    #[default]
    Distinguished,
    Ignored,
}

impl NameCase {
    /// Whether two names are those of one table.
    #[must_use]
    pub fn is_same(self, one: &str, other: &str) -> bool {
        let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
        match self {
            Self::Distinguished => one == other,
            Self::Ignored if one.is_ascii() && other.is_ascii() => one.eq_ignore_ascii_case(other),
            Self::Ignored => lower(one) == lower(other),
        }
    }
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    pub name: String,
    pub kind: TableKind,
    /// The server's estimate, never an exact count.
    pub rows: Option<u64>,
    pub comment: String,
    pub columns: Vec<TableColumn>,
    /// The primary key is first.
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
    pub is_nullable: bool,
    pub key: KeyRole,
    /// `COLUMN_DEFAULT` as the server prints it.
    pub default: Option<String>,
    /// `EXTRA`, such as `auto_increment`.
    pub extra: String,
    pub comment: String,
    pub access: ColumnAccess,
}

/// Whether the account may read a column, by `PRIVILEGES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColumnAccess {
    /// Also if the server does not say.
    #[default]
    Readable,
    /// The account has only other privileges, such as INSERT.
    NotReadable,
}

/// The most important key that a column belongs to, by `COLUMN_KEY` and the foreign keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyRole {
    #[default]
    None,
    Primary,
    Unique,
    Foreign,
    Indexed,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// `PRIMARY` for the primary key.
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
    /// The referenced columns, in the order of `columns`.
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
    /// Returns the schema with exactly this name.
    #[must_use]
    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }

    /// Returns the schema and the table of these names as the server reads them.
    #[must_use]
    pub fn find_table(&self, schema: &str, table: &str, names: NameCase) -> Option<(&Schema, &Table)> {
        let schema = self.schemas.iter().find(|other| names.is_same(&other.name, schema))?;
        let table = schema.tables.iter().find(|other| names.is_same(&other.name, table))?;
        Some((schema, table))
    }

    /// Returns the table with exactly this name.
    #[must_use]
    pub fn table(&self, schema: &str, table: &str) -> Option<&Table> {
        self.schema(schema)?.table(table)
    }
}

impl Schema {
    /// Returns the table with exactly this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl TableColumn {
    /// Whether `*` leaves the column out: `INVISIBLE` of MySQL 8.0.23 and MariaDB 10.3.
    #[must_use]
    pub fn is_invisible(&self) -> bool {
        self.extra.split([' ', ',']).any(|word| word.eq_ignore_ascii_case("INVISIBLE"))
    }
}

impl Table {
    /// Returns the column with exactly this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the columns that `*` means for this account, in the order of the table: those that it may read and that are not
    /// invisible.
    pub fn star_columns(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| column.access == ColumnAccess::Readable && !column.is_invisible())
    }

    /// Marks the columns of foreign keys, which `COLUMN_KEY` does not show. The roles primary and unique stay.
    pub fn mark_foreign_keys(&mut self) {
        for column in &mut self.columns {
            let is_foreign = self.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
            match column.key {
                KeyRole::None | KeyRole::Indexed if is_foreign => column.key = KeyRole::Foreign,
                KeyRole::None | KeyRole::Indexed | KeyRole::Primary | KeyRole::Unique | KeyRole::Foreign => {}
            }
        }
    }
}
