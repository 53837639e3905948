//! What type a value has, how types meet, and how a type is told to the client. Knows no syntax.

use crate::demo::schema::SqlType;
use crate::domain::results::{Column, ColumnOrigin, WireType, flag};

/// `utf8mb4_general_ci`.
const TEXT_COLLATION: u16 = 45;
/// `binary`.
const BINARY: u16 = 63;
/// "Not fixed", for floating numbers.
pub(super) const FREE: u8 = 31;
/// "Not fixed", as the server states it for text expressions.
const TEXT_DECIMALS: u8 = 39;

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
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

/// A value's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: Kind,
    pub(super) is_unsigned: bool,
    /// Characters of the printed value.
    pub(super) length: u32,
    /// The scale, or the digits of the second.
    pub(super) decimals: u8,
    pub(super) is_nullable: bool,
    /// The column's own wire type, where the kind has several.
    pub(super) wire: Option<WireType>,
}

impl Type {
    pub(super) fn new(kind: Kind, length: u32, decimals: u8) -> Self {
        Self { kind, is_unsigned: false, length, decimals, is_nullable: true, wire: None }
    }

    pub(super) fn null() -> Self {
        Self::new(Kind::Null, 0, 0)
    }

    /// A whole number of so many characters.
    pub(super) fn int(length: u32) -> Self {
        Self::new(Kind::Int, length, 0)
    }

    pub(super) fn bigint() -> Self {
        Self::int(21)
    }

    pub(super) fn truth() -> Self {
        Self::int(1)
    }

    pub(super) fn double() -> Self {
        Self::new(Kind::Double, 23, FREE)
    }

    pub(super) fn decimal(precision: u32, scale: u8) -> Self {
        let precision = precision.clamp(1, 65).max(u32::from(scale));
        Self::new(Kind::Decimal, precision + 1 + u32::from(scale > 0), scale)
    }

    pub(super) fn text(length: u32) -> Self {
        Self::new(Kind::Text, length, TEXT_DECIMALS)
    }

    pub(super) fn date() -> Self {
        Self::new(Kind::Date, 10, 0)
    }

    pub(super) fn time(digits: u8) -> Self {
        Self::new(Kind::Time, 10 + fraction_length(digits), digits)
    }

    pub(super) fn datetime(digits: u8) -> Self {
        Self::new(Kind::DateTime, 19 + fraction_length(digits), digits)
    }

    pub(super) fn nullable(mut self, is_nullable: bool) -> Self {
        self.is_nullable = is_nullable;
        self
    }

    pub(super) fn unsigned(mut self, is_unsigned: bool) -> Self {
        self.is_unsigned = is_unsigned;
        self
    }

    pub(super) fn is_whole(&self) -> bool {
        matches!(self.kind, Kind::Int | Kind::Bit(_) | Kind::Year)
    }

    pub(super) fn is_number(&self) -> bool {
        self.is_whole() || matches!(self.kind, Kind::Decimal | Kind::Double | Kind::Float)
    }

    pub(super) fn is_temporal(&self) -> bool {
        matches!(self.kind, Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp)
    }

    pub(super) fn is_textual(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Enum(_) | Kind::Set(_))
    }

    /// Digits before the point of a number.
    pub(super) fn whole_digits(&self) -> u32 {
        match self.kind {
            Kind::Decimal => {
                let point = u32::from(self.decimals > 0) + 1;
                self.length.saturating_sub(point).saturating_sub(u32::from(self.decimals)).max(1)
            }
            Kind::Bit(bits) => u32::from(bits) * 3 / 10 + 1,
            Kind::Int if self.is_unsigned => self.length.clamp(1, 20),
            Kind::Int => self.length.saturating_sub(u32::from(self.length > 1)).clamp(1, 19),
            _ => self.length.clamp(1, 30),
        }
    }

    /// The type of a table's column.
    pub(super) fn of_column(ty: &SqlType, is_nullable: bool) -> Self {
        let int = |wire, signed: u32, is_unsigned: bool| {
            let mut made = Self::int(signed).unsigned(is_unsigned);
            made.wire = Some(wire);
            made
        };
        let text = |wire, length| Self { wire: Some(wire), decimals: 0, ..Self::text(length) };
        let bytes = |wire, length| Self { wire: Some(wire), ..Self::new(Kind::Binary, length, 0) };
        let widest =
            |words: &[String]| u32::try_from(words.iter().map(|it| it.chars().count()).max().unwrap_or(0)).unwrap_or(0);
        let made = match ty {
            SqlType::TinyInt { is_unsigned } => int(WireType::Tiny, if *is_unsigned { 3 } else { 4 }, *is_unsigned),
            SqlType::SmallInt { is_unsigned } => int(WireType::Short, if *is_unsigned { 5 } else { 6 }, *is_unsigned),
            SqlType::Int { is_unsigned } => int(WireType::Long, if *is_unsigned { 10 } else { 11 }, *is_unsigned),
            SqlType::BigInt { is_unsigned } => int(WireType::LongLong, 20, *is_unsigned),
            SqlType::Decimal { precision, scale } => Self::decimal(u32::from(*precision), *scale),
            SqlType::Float => Self::new(Kind::Float, 12, FREE),
            SqlType::Double => Self::new(Kind::Double, 22, FREE),
            SqlType::Bit(bits) => Self::new(Kind::Bit(*bits), u32::from(*bits), 0).unsigned(true),
            SqlType::Year => Self::new(Kind::Year, 4, 0).unsigned(true),
            SqlType::Date => Self::date(),
            SqlType::Time(digits) => Self::time(*digits),
            SqlType::DateTime(digits) => Self::datetime(*digits),
            SqlType::Timestamp(digits) => Self { kind: Kind::Timestamp, ..Self::datetime(*digits) },
            SqlType::Char(length) => text(WireType::String, u32::from(*length)),
            SqlType::VarChar(length) => text(WireType::VarString, u32::from(*length)),
            SqlType::Text => text(WireType::Blob, 65_535),
            SqlType::MediumText => text(WireType::Blob, 16_777_215),
            SqlType::LongText | SqlType::Json => text(WireType::Blob, u32::MAX),
            SqlType::Binary(length) => bytes(WireType::String, u32::from(*length)),
            SqlType::VarBinary(length) => bytes(WireType::VarString, u32::from(*length)),
            SqlType::Blob => bytes(WireType::Blob, 65_535),
            SqlType::LongBlob => bytes(WireType::Blob, u32::MAX),
            SqlType::Enum(words) => Self::new(Kind::Enum(words.clone()), widest(words), 0),
            SqlType::Set(words) => {
                let all = words.iter().map(|it| it.chars().count() + 1).sum::<usize>().saturating_sub(1);
                Self::new(Kind::Set(words.clone()), u32::try_from(all).unwrap_or(u32::MAX), 0)
            }
        };
        made.nullable(is_nullable)
    }

    /// The type that holds values of both, as CASE, COALESCE, UNION and the like have it; `None` where the demo
    /// does not know the server's answer.
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        let is_nullable = self.is_nullable || other.is_nullable;
        let length = self.length.max(other.length);
        let met = match (&self.kind, &other.kind) {
            (_, Kind::Null) | (Kind::Year, Kind::Year) => self.clone(),
            (Kind::Null, _) => other.clone(),
            (Kind::Bit(a), Kind::Bit(b)) => Self::new(Kind::Bit(*a.max(b)), length, 0).unsigned(true),
            (Kind::Date, Kind::Date) => Self::date(),
            (Kind::Time, Kind::Time) => Self::time(self.decimals.max(other.decimals)),
            (Kind::Time, _) if other.is_temporal() => return None,
            (_, Kind::Time) if self.is_temporal() => return None,
            _ if self.is_temporal() && other.is_temporal() => Self::datetime(self.decimals.max(other.decimals)),
            _ if self.is_whole() && other.is_whole() => {
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
                        FREE
                    };
                    Self { decimals, ..Self::double() }
                } else {
                    let scale = self.decimals.max(other.decimals);
                    Self::decimal(self.whole_digits().max(other.whole_digits()) + u32::from(scale), scale)
                }
            }
            (Kind::Binary, Kind::Binary) => Self::new(Kind::Binary, length, 0),
            (Kind::Binary | Kind::Bit(_), _) | (_, Kind::Binary | Kind::Bit(_)) => return None,
            _ => Self::text(length),
        };
        Some(met.nullable(is_nullable))
    }

    pub(super) fn is_floating(&self) -> bool {
        matches!(self.kind, Kind::Double | Kind::Float)
    }

    /// The column definition of an expression of this type.
    pub(super) fn column(&self, name: String) -> Column {
        let text_bytes = self.length.saturating_mul(4);
        let (wire, length, charset, mut flags, decimals) = match &self.kind {
            Kind::Null => (WireType::Null, 0, BINARY, flag::BINARY | flag::NUM, 0),
            Kind::Int => {
                let small = if self.length <= 10 || (self.length == 11 && self.wire == Some(WireType::Long)) {
                    WireType::Long
                } else {
                    WireType::LongLong
                };
                (self.wire.unwrap_or(small), self.length, BINARY, flag::BINARY | flag::NUM, 0)
            }
            Kind::Year => (WireType::Year, 4, BINARY, flag::BINARY | flag::NUM, 0),
            Kind::Bit(_) => (WireType::Bit, self.length, BINARY, flag::BINARY, 0),
            Kind::Decimal => (WireType::NewDecimal, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            Kind::Float => (WireType::Float, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            Kind::Double => (WireType::Double, self.length, BINARY, flag::BINARY | flag::NUM, self.decimals),
            Kind::Date => (WireType::Date, 10, BINARY, flag::BINARY, 0),
            Kind::Time => (WireType::Time, self.length, BINARY, flag::BINARY, self.decimals),
            Kind::DateTime => (WireType::DateTime, self.length, BINARY, flag::BINARY, self.decimals),
            Kind::Timestamp => {
                (WireType::Timestamp, self.length, BINARY, flag::BINARY | flag::TIMESTAMP, self.decimals)
            }
            Kind::Text => {
                let wire = self.wire.unwrap_or(match text_bytes {
                    0..65_536 => WireType::VarString,
                    65_536..16_777_216 => WireType::MediumBlob,
                    _ => WireType::LongBlob,
                });
                (wire, text_bytes, TEXT_COLLATION, 0, self.decimals)
            }
            Kind::Binary => {
                let wire =
                    self.wire.unwrap_or(if self.length < 65_536 { WireType::VarString } else { WireType::LongBlob });
                (wire, self.length, BINARY, flag::BINARY, self.decimals)
            }
            Kind::Enum(_) => (WireType::String, text_bytes, TEXT_COLLATION, flag::ENUM, 0),
            Kind::Set(_) => (WireType::String, text_bytes, TEXT_COLLATION, flag::SET, 0),
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
    fn types_meet_as_the_server_lets_them() {
        let met = |a: &Type, b: &Type| a.meet(b).unwrap();
        assert_eq!(met(&Type::bigint(), &Type::decimal(5, 2)).decimals, 2);
        assert_eq!(met(&Type::int(1), &Type::double()).kind, Kind::Double);
        assert_eq!(met(&Type::int(1), &Type::text(4)).kind, Kind::Text);
        assert_eq!(met(&Type::date(), &Type::datetime(3)).decimals, 3);
        assert_eq!(met(&Type::int(2).unsigned(true), &Type::int(2)).kind, Kind::Decimal);
        assert_eq!(met(&Type::null(), &Type::date()).kind, Kind::Date);
        assert!(Type::new(Kind::Binary, 1, 0).meet(&Type::text(1)).is_none());
    }

    #[test]
    fn a_column_is_told_as_the_server_tells_it() {
        let column = Type::of_column(&SqlType::VarChar(255), false).column("name".to_owned());
        assert_eq!((column.wire, column.length, column.charset, column.decimals), (WireType::VarString, 1020, 45, 0));
        let column = Type::decimal(33, 0).column("n".to_owned());
        assert_eq!((column.wire, column.length, column.decimals), (WireType::NewDecimal, 34, 0));
    }
}
