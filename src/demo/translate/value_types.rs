//! The types of values, their common types, and their column definitions for the client.

use super::floats::NOT_FIXED;
use crate::demo::schema::SqlType;
use crate::domain::results::{Column, ColumnOrigin, WireType, flag};

/// The collation id of `utf8mb4_general_ci`.
const TEXT_COLLATION: u16 = 45;
/// The collation id of `binary`.
const BINARY: u16 = 63;
/// The decimals of text expressions: "not fixed".
const TEXT_DECIMALS: u8 = 39;

/// How the server sends a BIT of the outermost SELECT. In an expression a BIT is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BitEncoding {
    /// As bytes: the values of a column.
    Bytes,
    /// As digits: the values that an expression computed.
    Digits,
    /// It depends on the server's optimizer.
    Unknown,
}

/// The type of a value without its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ValueKind {
    Null,
    Int,
    Bit(u8),
    Year,
    Decimal,
    Float,
    Double,
    Text,
    Binary,
    Date,
    Time,
    DateTime,
    Timestamp,
    Enum(Vec<String>),
    Set(Vec<String>),
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: ValueKind,
    pub(super) is_unsigned: bool,
    /// The maximum number of characters of the printed value.
    pub(super) length: u32,
    /// The scale, or the fractional digits of the seconds.
    pub(super) decimals: u8,
    pub(super) is_nullable: bool,
    /// The wire type, if the kind has several.
    pub(super) wire: Option<WireType>,
}

impl Type {
    pub(super) fn new(kind: ValueKind, length: u32, decimals: u8) -> Self {
        Self { kind, is_unsigned: false, length, decimals, is_nullable: true, wire: None }
    }

    pub(super) fn null() -> Self {
        Self::new(ValueKind::Null, 0, 0)
    }

    /// An integer of at most `length` characters.
    pub(super) fn int(length: u32) -> Self {
        Self::new(ValueKind::Int, length, 0)
    }

    pub(super) fn bigint() -> Self {
        Self::int(21)
    }

    pub(super) fn boolean() -> Self {
        Self::int(1)
    }

    pub(super) fn double() -> Self {
        Self::new(ValueKind::Double, 23, NOT_FIXED)
    }

    pub(super) fn decimal(precision: u32, scale: u8) -> Self {
        let precision = precision.clamp(1, 65).max(u32::from(scale));
        Self::new(ValueKind::Decimal, precision + 1 + u32::from(scale > 0), scale)
    }

    pub(super) fn text(length: u32) -> Self {
        Self::new(ValueKind::Text, length, TEXT_DECIMALS)
    }

    pub(super) fn date() -> Self {
        Self::new(ValueKind::Date, 10, 0)
    }

    pub(super) fn time(digits: u8) -> Self {
        Self::new(ValueKind::Time, 10 + fraction_length(digits), digits)
    }

    pub(super) fn datetime(digits: u8) -> Self {
        Self::new(ValueKind::DateTime, 19 + fraction_length(digits), digits)
    }

    pub(super) fn nullable(mut self, is_nullable: bool) -> Self {
        self.is_nullable = is_nullable;
        self
    }

    pub(super) fn unsigned(mut self, is_unsigned: bool) -> Self {
        self.is_unsigned = is_unsigned;
        self
    }

    pub(super) fn is_integer(&self) -> bool {
        matches!(self.kind, ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year)
    }

    pub(super) fn is_number(&self) -> bool {
        self.is_integer() || matches!(self.kind, ValueKind::Decimal | ValueKind::Double | ValueKind::Float)
    }

    pub(super) fn is_temporal(&self) -> bool {
        matches!(self.kind, ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp)
    }

    pub(super) fn is_textual(&self) -> bool {
        matches!(self.kind, ValueKind::Text | ValueKind::Enum(_) | ValueKind::Set(_))
    }

    /// Returns the digits before the point of a number.
    pub(super) fn whole_digits(&self) -> u32 {
        match self.kind {
            ValueKind::Decimal => {
                let point = u32::from(self.decimals > 0) + 1;
                self.length.saturating_sub(point).saturating_sub(u32::from(self.decimals)).max(1)
            }
            ValueKind::Bit(bits) => u32::from(bits) * 3 / 10 + 1,
            ValueKind::Int if self.is_unsigned => self.length.clamp(1, 20),
            ValueKind::Int => self.length.saturating_sub(u32::from(self.length > 1)).clamp(1, 19),
            _ => self.length.clamp(1, 30),
        }
    }

    /// Returns the type of a table's column.
    pub(super) fn of_column(ty: &SqlType, is_nullable: bool) -> Self {
        let int = |wire, signed: u32, is_unsigned: bool| {
            let mut ty = Self::int(signed).unsigned(is_unsigned);
            ty.wire = Some(wire);
            ty
        };
        let text = |wire, length| Self { wire: Some(wire), decimals: 0, ..Self::text(length) };
        let bytes = |wire, length| Self { wire: Some(wire), ..Self::new(ValueKind::Binary, length, 0) };
        let widest = |members: &[String]| {
            u32::try_from(members.iter().map(|it| it.chars().count()).max().unwrap_or(0)).unwrap_or(0)
        };
        let result = match ty {
            SqlType::TinyInt { is_unsigned } => int(WireType::Tiny, if *is_unsigned { 3 } else { 4 }, *is_unsigned),
            SqlType::SmallInt { is_unsigned } => int(WireType::Short, if *is_unsigned { 5 } else { 6 }, *is_unsigned),
            SqlType::Int { is_unsigned } => int(WireType::Long, if *is_unsigned { 10 } else { 11 }, *is_unsigned),
            SqlType::BigInt { is_unsigned } => int(WireType::LongLong, 20, *is_unsigned),
            SqlType::Decimal { precision, scale } => Self::decimal(u32::from(*precision), *scale),
            SqlType::Float => Self::new(ValueKind::Float, 12, NOT_FIXED),
            SqlType::Double => Self::new(ValueKind::Double, 22, NOT_FIXED),
            SqlType::Bit(bits) => Self::new(ValueKind::Bit(*bits), u32::from(*bits), 0).unsigned(true),
            SqlType::Year => Self::new(ValueKind::Year, 4, 0).unsigned(true),
            SqlType::Date => Self::date(),
            SqlType::Time(digits) => Self::time(*digits),
            SqlType::DateTime(digits) => Self::datetime(*digits),
            SqlType::Timestamp(digits) => Self { kind: ValueKind::Timestamp, ..Self::datetime(*digits) },
            SqlType::Char(length) => text(WireType::String, u32::from(*length)),
            SqlType::VarChar(length) => text(WireType::VarString, u32::from(*length)),
            SqlType::Text => text(WireType::Blob, 65_535),
            SqlType::MediumText => text(WireType::Blob, 16_777_215),
            SqlType::LongText | SqlType::Json => text(WireType::Blob, u32::MAX),
            SqlType::Binary(length) => bytes(WireType::String, u32::from(*length)),
            SqlType::VarBinary(length) => bytes(WireType::VarString, u32::from(*length)),
            SqlType::Blob => bytes(WireType::Blob, 65_535),
            SqlType::LongBlob => bytes(WireType::Blob, u32::MAX),
            SqlType::Enum(members) => Self::new(ValueKind::Enum(members.clone()), widest(members), 0),
            SqlType::Set(members) => {
                let all = members.iter().map(|it| it.chars().count() + 1).sum::<usize>().saturating_sub(1);
                Self::new(ValueKind::Set(members.clone()), u32::try_from(all).unwrap_or(u32::MAX), 0)
            }
        };
        result.nullable(is_nullable)
    }

    /// Returns the type of CASE, COALESCE, UNION and the like for values of both types. Returns `None` for combinations that
    /// the demo does not support.
    pub(super) fn common_type(&self, other: &Self) -> Option<Self> {
        let is_nullable = self.is_nullable || other.is_nullable;
        let length = self.length.max(other.length);
        let common = match (&self.kind, &other.kind) {
            (_, ValueKind::Null) | (ValueKind::Year, ValueKind::Year) => self.clone(),
            (ValueKind::Null, _) => other.clone(),
            (ValueKind::Bit(a), ValueKind::Bit(b)) => Self::new(ValueKind::Bit(*a.max(b)), length, 0).unsigned(true),
            (ValueKind::Date, ValueKind::Date) => Self::date(),
            (ValueKind::Time, ValueKind::Time) => Self::time(self.decimals.max(other.decimals)),
            (ValueKind::Time, _) if other.is_temporal() => return None,
            (_, ValueKind::Time) if self.is_temporal() => return None,
            _ if self.is_temporal() && other.is_temporal() => Self::datetime(self.decimals.max(other.decimals)),
            _ if self.is_integer() && other.is_integer() => {
                if self.is_unsigned == other.is_unsigned {
                    let wire = if self.wire == other.wire { self.wire } else { None };
                    Self { wire, ..Self::int(length).unsigned(self.is_unsigned) }
                } else {
                    Self::decimal(self.whole_digits().max(other.whole_digits()), 0)
                }
            }
            _ if self.is_number() && other.is_number() => {
                if self.is_floating() || other.is_floating() {
                    let decimals = if self.is_floating() && other.is_floating() && self.decimals == other.decimals {
                        self.decimals
                    } else {
                        NOT_FIXED
                    };
                    Self { decimals, ..Self::double() }
                } else {
                    let scale = self.decimals.max(other.decimals);
                    Self::decimal(self.whole_digits().max(other.whole_digits()) + u32::from(scale), scale)
                }
            }
            (ValueKind::Binary, ValueKind::Binary) => Self::new(ValueKind::Binary, length, 0),
            (ValueKind::Binary | ValueKind::Bit(_), _) | (_, ValueKind::Binary | ValueKind::Bit(_)) => return None,
            _ => Self::text(length),
        };
        Some(common.nullable(is_nullable))
    }

    pub(super) fn is_floating(&self) -> bool {
        matches!(self.kind, ValueKind::Double | ValueKind::Float)
    }

    /// Returns the column definition of an expression of this type.
    pub(super) fn column(&self, name: String) -> Column {
        let text_bytes = self.length.saturating_mul(4);
        let (wire, length, charset, mut flags, decimals) = match &self.kind {
            ValueKind::Null => (WireType::Null, 0, BINARY, flag::BINARY | flag::NUM, 0),
            ValueKind::Int => {
                let small = if self.length <= 10 || (self.length == 11 && self.wire == Some(WireType::Long)) {
                    WireType::Long
                } else {
                    WireType::LongLong
                };
                (self.wire.unwrap_or(small), self.length, BINARY, flag::BINARY | flag::NUM, 0)
            }
            ValueKind::Year => (WireType::Year, 4, BINARY, flag::BINARY | flag::NUM, 0),
            ValueKind::Bit(_) => (WireType::Bit, self.length, BINARY, flag::BINARY, 0),
            ValueKind::Decimal => (WireType::NewDecimal, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            ValueKind::Float => (WireType::Float, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            ValueKind::Double => (WireType::Double, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            ValueKind::Date => (WireType::Date, 10, BINARY, flag::BINARY, 0),
            ValueKind::Time => (WireType::Time, self.length, BINARY, flag::BINARY, self.decimals),
            ValueKind::DateTime => (WireType::DateTime, self.length, BINARY, flag::BINARY, self.decimals),
            ValueKind::Timestamp => {
                (WireType::Timestamp, self.length, BINARY, flag::BINARY | flag::TIMESTAMP, self.decimals)
            }
            ValueKind::Text => {
                let wire = self.wire.unwrap_or(match text_bytes {
                    0..65_536 => WireType::VarString,
                    65_536..16_777_216 => WireType::MediumBlob,
                    _ => WireType::LongBlob,
                });
                (wire, text_bytes, TEXT_COLLATION, 0, self.decimals)
            }
            ValueKind::Binary => {
                let wire =
                    self.wire.unwrap_or(if self.length < 65_536 { WireType::VarString } else { WireType::LongBlob });
                (wire, self.length, BINARY, flag::BINARY, self.decimals)
            }
            ValueKind::Enum(_) => (WireType::String, text_bytes, TEXT_COLLATION, flag::ENUM, 0),
            ValueKind::Set(_) => (WireType::String, text_bytes, TEXT_COLLATION, flag::SET, 0),
        };
        if matches!(wire, WireType::Blob | WireType::MediumBlob | WireType::LongBlob) && self.wire.is_some() {
            flags |= flag::BLOB;
        }
        if !self.is_nullable {
            flags |= flag::NOT_NULL;
        }
        if self.is_unsigned {
            flags |= flag::UNSIGNED;
        }
        Column { name, table: String::new(), origin: ColumnOrigin::default(), wire, flags, length, decimals, charset }
    }
}

fn fraction_length(digits: u8) -> u32 {
    if digits == 0 { 0 } else { u32::from(digits) + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_types_are_those_of_the_server() {
        let common = |a: &Type, b: &Type| a.common_type(b).unwrap();
        assert_eq!(common(&Type::bigint(), &Type::decimal(5, 2)).decimals, 2);
        assert_eq!(common(&Type::int(1), &Type::double()).kind, ValueKind::Double);
        assert_eq!(common(&Type::int(1), &Type::text(4)).kind, ValueKind::Text);
        assert_eq!(common(&Type::date(), &Type::datetime(3)).decimals, 3);
        assert_eq!(common(&Type::int(2).unsigned(true), &Type::int(2)).kind, ValueKind::Decimal);
        assert_eq!(common(&Type::null(), &Type::date()).kind, ValueKind::Date);
        assert!(Type::new(ValueKind::Binary, 1, 0).common_type(&Type::text(1)).is_none());
    }

    #[test]
    fn column_definitions_are_those_of_the_server() {
        let column = Type::of_column(&SqlType::VarChar(255), false).column("name".to_owned());
        assert_eq!((column.wire, column.length, column.charset, column.decimals), (WireType::VarString, 1020, 45, 0));
        let column = Type::decimal(33, 0).column("n".to_owned());
        assert_eq!((column.wire, column.length, column.decimals), (WireType::NewDecimal, 34, 0));
    }
}
