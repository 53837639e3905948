//! A result column: name, origin, and the meaning of its wire type.
//!
//! Source: MySQL internals, protocol column definition and `enum_field_types`; the MariaDB protocol page of the same name.

/// Flags of a column definition, numbered as in the protocol.
pub mod flag {
    /// The column cannot be NULL.
    pub const NOT_NULL: u16 = 1;
    /// Part of the primary key.
    pub const PRIMARY_KEY: u16 = 2;
    /// Part of a unique key.
    pub const UNIQUE_KEY: u16 = 4;
    /// Part of a non-unique key.
    pub const MULTIPLE_KEY: u16 = 8;
    /// A BLOB or TEXT.
    pub const BLOB: u16 = 16;
    pub const UNSIGNED: u16 = 32;
    /// Numbers are padded with zeros.
    pub const ZEROFILL: u16 = 64;
    pub const BINARY: u16 = 128;
    pub const ENUM: u16 = 256;
    pub const AUTO_INCREMENT: u16 = 512;
    pub const TIMESTAMP: u16 = 1024;
    pub const SET: u16 = 2048;
    pub const NO_DEFAULT_VALUE: u16 = 4096;
    pub const NUM: u16 = 32768;
}

/// The type byte of a column definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum WireType {
    Decimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,
    Null = 6,
    Timestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,
    Time = 11,
    DateTime = 12,
    Year = 13,
    NewDate = 14,
    VarChar = 15,
    Bit = 16,
    Vector = 242,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    TinyBlob = 249,
    MediumBlob = 250,
    LongBlob = 251,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}

impl WireType {
    /// Reads the type byte; `None` for a number that no current server sends.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Decimal,
            1 => Self::Tiny,
            2 => Self::Short,
            3 => Self::Long,
            4 => Self::Float,
            5 => Self::Double,
            6 => Self::Null,
            7 | 17 => Self::Timestamp,
            8 => Self::LongLong,
            9 => Self::Int24,
            10 => Self::Date,
            11 | 19 => Self::Time,
            12 | 18 => Self::DateTime,
            13 => Self::Year,
            14 => Self::NewDate,
            15 => Self::VarChar,
            16 => Self::Bit,
            242 => Self::Vector,
            245 => Self::Json,
            246 => Self::NewDecimal,
            247 => Self::Enum,
            248 => Self::Set,
            249 => Self::TinyBlob,
            250 => Self::MediumBlob,
            251 => Self::LongBlob,
            252 => Self::Blob,
            253 => Self::VarString,
            254 => Self::String,
            255 => Self::Geometry,
            _ => return None,
        })
    }
}

/// The collation number of binary strings.
pub const BINARY_COLLATION: u16 = 63;

/// The table column from which a result column comes, as far as the server reports it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ColumnOrigin {
    /// Empty when unknown.
    pub schema: String,
    /// The table's name, not its alias. Empty when unknown.
    pub table: String,
    /// The column's name, not its alias. Empty when unknown.
    pub column: String,
}

/// The class of a column's values, for alignment, sorting and export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeClass {
    /// Whole numbers, with YEAR.
    Integer,
    /// Exact decimals; the scale is the column's `decimals`.
    Decimal,
    /// FLOAT and DOUBLE.
    Float,
    /// Text, with ENUM and SET.
    Text,
    Binary,
    /// DATE, TIME, DATETIME, TIMESTAMP.
    Temporal,
    Bit,
    /// JSON (MySQL's own type; MariaDB sends text).
    Json,
    Geometry,
    /// The type of a bare NULL.
    Null,
}

/// One column of a result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    pub name: String,
    /// The table's name or alias in the statement, empty for an expression.
    pub table: String,
    pub origin: ColumnOrigin,
    pub wire: WireType,
    /// Bits of [`flag`].
    pub flags: u16,
    /// Display length in bytes, as reported by the server.
    pub length: u32,
    /// Digits after the decimal point; 31 and 39 mean "not fixed".
    pub decimals: u8,
    /// The collation number; 63 is binary.
    pub charset: u16,
}

impl Column {
    /// Whether both columns come from the same table of the statement. A table that is joined twice counts as two.
    #[must_use]
    pub fn shares_table(&self, other: &Self) -> bool {
        let (one, two) = (&self.origin, &other.origin);
        !one.table.is_empty() && (&self.table, &one.schema, &one.table) == (&other.table, &two.schema, &two.table)
    }

    #[must_use]
    pub fn is_unsigned(&self) -> bool {
        self.flags & flag::UNSIGNED != 0
    }

    #[must_use]
    pub fn class(&self) -> TypeClass {
        let is_binary = self.charset == BINARY_COLLATION;
        match self.wire {
            WireType::Tiny
            | WireType::Short
            | WireType::Long
            | WireType::LongLong
            | WireType::Int24
            | WireType::Year => TypeClass::Integer,
            WireType::Decimal | WireType::NewDecimal => TypeClass::Decimal,
            WireType::Float | WireType::Double => TypeClass::Float,
            WireType::Null => TypeClass::Null,
            WireType::Timestamp | WireType::Date | WireType::Time | WireType::DateTime | WireType::NewDate => {
                TypeClass::Temporal
            }
            WireType::Bit => TypeClass::Bit,
            WireType::Json => TypeClass::Json,
            WireType::Geometry => TypeClass::Geometry,
            WireType::Vector => TypeClass::Binary,
            WireType::Enum | WireType::Set => TypeClass::Text,
            WireType::VarChar
            | WireType::VarString
            | WireType::String
            | WireType::TinyBlob
            | WireType::MediumBlob
            | WireType::LongBlob
            | WireType::Blob => {
                if is_binary && self.flags & (flag::ENUM | flag::SET) == 0 {
                    TypeClass::Binary
                } else {
                    TypeClass::Text
                }
            }
        }
    }
}
