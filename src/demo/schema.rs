//! The schema of the demo replica as one value. The translator types statements by it, the information schema and SHOW are
//! made from it, and the generator fills it.
//!
//! How SQLite stores the values:
//! - integers, YEAR and BIT as INTEGER. Unsigned BIGINT values above the signed range do not occur; BIT(n) is its number;
//! - DECIMAL as TEXT with exactly the digits of its scale;
//! - FLOAT and DOUBLE as REAL;
//! - DATE, TIME, DATETIME(n) and TIMESTAMP(n) as TEXT, exactly as MySQL prints them;
//! - CHAR, VARCHAR, TEXT, ENUM, SET and JSON as TEXT;
//! - BINARY, VARBINARY and BLOB as BLOB.
//!
//! A table `t` of database `d` is the SQLite table `"d"."t"` (attached databases).

/// All databases of the replica.
#[derive(Debug, Clone, Default)]
pub struct DemoSchema {
    /// Sorted by name, as the server lists them.
    pub databases: Vec<Database>,
}

#[derive(Debug, Clone, Default)]
pub struct Database {
    pub name: String,
    pub tables: Vec<Table>,
    pub views: Vec<View>,
}

#[derive(Debug, Clone, Default)]
pub struct Table {
    pub name: String,
    pub comment: String,
    pub columns: Vec<Column>,
    /// The primary key (named `PRIMARY`) first, then unique keys, then the others, with the indexes of foreign keys.
    pub keys: Vec<Key>,
    pub foreign_keys: Vec<ForeignKey>,
    /// Whether the demo's account has no privilege for it: reading it is error 1142, and the information schema omits it.
    pub is_forbidden: bool,
}

#[derive(Debug, Clone, Default)]
pub struct View {
    pub name: String,
    /// The MySQL statement. The translator expands it like a derived table.
    pub statement: String,
    /// The columns as `information_schema` and SHOW describe them.
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub ty: SqlType,
    pub is_nullable: bool,
    /// The default as DDL text (`b'0'`, `1`, `'x'`, `NULL`).
    pub default: Option<String>,
    pub is_auto_increment: bool,
    pub comment: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    pub is_unique: bool,
    pub columns: Vec<String>,
}

/// A foreign key within one database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name as `InnoDB` generates it (`TABLE_ibfk_N`).
    pub name: String,
    pub column: String,
    pub to_table: String,
    pub to_column: String,
}

/// A column type with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Finds a database. Names are case-sensitive, as on Linux.
    pub fn database(&self, name: &str) -> Option<&Database> {
        self.databases.iter().find(|database| database.name == name)
    }
}

impl Database {
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }
}
