//! What the demo replica's databases hold, as one value: the translator types statements by it, the
//! information schema and SHOW are drawn from it, the generator fills it.
//!
//! How values lie in SQLite: every integer, YEAR and BIT as INTEGER (an unsigned BIGINT over the signed range does not
//! occur, a BIT(n) is its number); DECIMAL as TEXT with exactly its scale; FLOAT and DOUBLE as REAL; DATE, TIME,
//! DATETIME(n) and TIMESTAMP(n) as TEXT exactly as MySQL prints them; CHAR, VARCHAR, TEXT, ENUM, SET and JSON as TEXT;
//! BINARY, VARBINARY and BLOB as BLOB. A table `t` of database `d` is the SQLite table `"d"."t"` (attached databases).

/// All databases.
#[derive(Debug, Clone, Default)]
pub struct DemoSchema {
    /// In the server's order (sorted by name).
    pub databases: Vec<Database>,
}

/// One database.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Base tables.
    pub tables: Vec<Table>,
    /// Views.
    pub views: Vec<View>,
}

/// A base table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its comment.
    pub comment: String,
    /// In order.
    pub columns: Vec<Column>,
    /// Keys: the primary one first (named `PRIMARY`), then as declared; foreign keys' own indexes included, as `InnoDB` makes them.
    pub keys: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Whether the demo's account may not read it (error 1142, and absent from the information schema).
    pub is_forbidden: bool,
}

/// A view.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Its statement in MySQL's words; the translator reads it like a derived table.
    pub statement: String,
    /// Its columns, as `information_schema` and SHOW tell them.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// Whether it may be NULL.
    pub is_nullable: bool,
    /// Its default as DDL text (`b'0'`, `1`, `'x'`, `NULL`).
    pub default: Option<String>,
    /// Whether it counts by itself.
    pub is_auto_increment: bool,
    /// Its comment.
    pub comment: String,
}

/// A key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Whether it is unique.
    pub is_unique: bool,
    /// Its columns in order.
    pub columns: Vec<String>,
}

/// A foreign key within one database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name as `InnoDB` would call it (`TABLE_ibfk_N`).
    pub name: String,
    /// The column.
    pub column: String,
    /// The referenced table.
    pub to_table: String,
    /// The referenced column.
    pub to_column: String,
}

/// A column type, with what MySQL makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is MySQL's own word")]
pub enum SqlType {
    TinyInt { is_unsigned: bool },
    SmallInt { is_unsigned: bool },
    Int { is_unsigned: bool },
    BigInt { is_unsigned: bool },
    Decimal { precision: u8, scale: u8 },
    Float,
    Double,
    Bit(u8),
    Year,
    Date,
    Time(u8),
    DateTime(u8),
    Timestamp(u8),
    Char(u16),
    VarChar(u16),
    Text,
    MediumText,
    LongText,
    Binary(u16),
    VarBinary(u16),
    Blob,
    LongBlob,
    Enum(Vec<String>),
    Set(Vec<String>),
    Json,
}

impl DemoSchema {
    /// The database of this name; names are compared exactly, as on Linux.
    pub fn database(&self, name: &str) -> Option<&Database> {
        self.databases.iter().find(|database| database.name == name)
    }
}

impl Database {
    /// The table of this name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The view of this name.
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }
}
