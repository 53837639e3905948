//! The Parquet type of a column, and how a value that the server printed becomes one of it:
//!
//! | MySQL | Parquet |
//! |---|---|
//! | TINYINT … BIGINT, UNSIGNED too | `INT32`/`INT64`, Integer of 8, 16, 32 or 64 bits, signed or not (MEDIUMINT: 32) |
//! | YEAR | `INT32`, Integer of 16 bits, unsigned |
//! | BIT | `INT64`, Integer of 64 bits, unsigned |
//! | DECIMAL(p,s) | Decimal(p,s) in `INT32` (p ≤ 9), `INT64` (p ≤ 18), else `FIXED_LEN_BYTE_ARRAY`. Many readers take p ≤ 38, or ≤ 76 |
//! | FLOAT, DOUBLE | `FLOAT`, `DOUBLE`: the nearest to what the server prints |
//! | DATE | Date |
//! | DATETIME | Timestamp in microseconds, of no zone |
//! | TIMESTAMP | Timestamp in microseconds, in UTC where the session's zone is; else of no zone |
//! | TIME | String: it goes to 838 hours and below zero, which Parquet's Time does not |
//! | CHAR, TEXT, ENUM, SET | String |
//! | JSON (MySQL's own) | JSON |
//! | BINARY, BLOB, GEOMETRY, VECTOR | `BYTE_ARRAY` |

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::schema::types::Type;

use super::decimal::{self, Decimal};
use crate::domain::export::SessionZone;
use crate::domain::export::misfit::{Misfit, quoted};
use crate::domain::export::moment::{DAY, date, moment};
use crate::domain::results::{Column, TypeClass, WireType, bit_number};

/// What values of a column become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number of up to 32 bits.
    Small {
        bits: i8,
        is_signed: bool,
    },
    /// A whole number of 64 bits.
    Large {
        is_signed: bool,
    },
    /// The number of a BIT.
    Bit,
    Decimal(Decimal),
    Float,
    Double,
    Date,
    /// A day and its time.
    Moment {
        is_utc: bool,
    },
    Text,
    Json,
    Bytes,
}

/// A value as Parquet stores it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Int32(i32),
    Int64(i64),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
    Fixed([u8; decimal::BYTES]),
}

impl Kind {
    /// Of this column, in the rows of a session in this zone.
    pub(super) fn of(column: &Column, zone: SessionZone) -> Self {
        let small = |bits| Self::Small { bits, is_signed: !column.is_unsigned() };
        match (column.class(), column.wire) {
            (TypeClass::Integer, WireType::Year) => Self::Small { bits: 16, is_signed: false },
            (TypeClass::Integer, WireType::Tiny) => small(8),
            (TypeClass::Integer, WireType::Short) => small(16),
            (TypeClass::Integer, WireType::Int24 | WireType::Long) => small(32),
            (TypeClass::Integer, _) => Self::Large { is_signed: !column.is_unsigned() },
            (TypeClass::Decimal, _) => Self::Decimal(Decimal::of(column)),
            (TypeClass::Float, WireType::Float) => Self::Float,
            (TypeClass::Float, _) => Self::Double,
            (TypeClass::Bit, _) => Self::Bit,
            (TypeClass::Temporal, WireType::Date | WireType::NewDate) => Self::Date,
            (TypeClass::Temporal, WireType::DateTime) => Self::Moment { is_utc: false },
            (TypeClass::Temporal, WireType::Timestamp) => Self::Moment { is_utc: zone == SessionZone::Utc },
            (TypeClass::Temporal | TypeClass::Text | TypeClass::Null, _) => Self::Text,
            (TypeClass::Json, _) => Self::Json,
            (TypeClass::Binary | TypeClass::Geometry, _) => Self::Bytes,
        }
    }

    pub(super) fn physical(self) -> Physical {
        match self {
            Self::Small { .. } | Self::Date => Physical::INT32,
            Self::Large { .. } | Self::Bit | Self::Moment { .. } => Physical::INT64,
            Self::Decimal(decimal) => match decimal.bytes() {
                4 => Physical::INT32,
                8 => Physical::INT64,
                _ => Physical::FIXED_LEN_BYTE_ARRAY,
            },
            Self::Float => Physical::FLOAT,
            Self::Double => Physical::DOUBLE,
            Self::Text | Self::Json | Self::Bytes => Physical::BYTE_ARRAY,
        }
    }

    /// The column of the schema.
    pub(super) fn field(self, name: &str) -> Result<Type, ParquetError> {
        let logical = match self {
            Self::Small { bits, is_signed } => Some(LogicalType::integer(bits, is_signed)),
            Self::Large { is_signed } => Some(LogicalType::integer(64, is_signed)),
            Self::Bit => Some(LogicalType::integer(64, false)),
            Self::Decimal(Decimal { precision, scale }) => Some(LogicalType::decimal(scale.into(), precision.into())),
            Self::Float | Self::Double | Self::Bytes => None,
            Self::Date => Some(LogicalType::Date),
            Self::Moment { is_utc } => Some(LogicalType::timestamp(is_utc, TimeUnit::MICROS)),
            Self::Text => Some(LogicalType::String),
            Self::Json => Some(LogicalType::Json),
        };
        let field = Type::primitive_type_builder(name, self.physical())
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        match self {
            Self::Decimal(decimal) => field
                .with_precision(decimal.precision.into())
                .with_scale(decimal.scale.into())
                .with_length(i32::from(decimal.bytes()))
                .build(),
            _ => field.build(),
        }
    }

    /// The value that the server printed.
    pub(super) fn value(self, printed: &[u8]) -> Result<Value<'_>, Misfit> {
        let value = match self {
            Self::Small { bits, is_signed } => small(printed, bits, is_signed).map(Value::Int32),
            Self::Large { is_signed: true } => parsed::<i64>(printed).map(Value::Int64),
            Self::Large { is_signed: false } => parsed::<u64>(printed).map(|number| Value::Int64(number.cast_signed())),
            Self::Bit => bit_number(printed).map(|number| Value::Int64(number.cast_signed())),
            Self::Decimal(decimal) => decimal.value(printed),
            Self::Float => parsed::<f32>(printed).filter(|number| number.is_finite()).map(Value::Float),
            Self::Double => parsed::<f64>(printed).filter(|number| number.is_finite()).map(Value::Double),
            Self::Date => {
                let days = date(printed).and_then(|days| i32::try_from(days).ok());
                return days.map(Value::Int32).ok_or_else(|| Misfit::NoDate(quoted(printed)));
            }
            Self::Moment { .. } => {
                let micros = moment(printed).map(|(days, micros)| days * DAY + micros);
                return micros.map(Value::Int64).ok_or_else(|| Misfit::NoDate(quoted(printed)));
            }
            Self::Text | Self::Json => {
                std::str::from_utf8(printed).map_err(|_| Misfit::NotText)?;
                Some(Value::Bytes(printed))
            }
            Self::Bytes => Some(Value::Bytes(printed)),
        };
        value.ok_or_else(|| Misfit::NotOfType(quoted(printed)))
    }
}

fn parsed<T: std::str::FromStr>(printed: &[u8]) -> Option<T> {
    std::str::from_utf8(printed).ok()?.parse().ok()
}

/// A number of at most 32 bits. An unsigned one is stored as the signed one of the same bits.
fn small(printed: &[u8], bits: i8, is_signed: bool) -> Option<i32> {
    let number = parsed::<i64>(printed)?;
    let (least, most) = if is_signed { (-(1 << (bits - 1)), 1 << (bits - 1)) } else { (0, 1_i64 << bits) };
    if !(least..most).contains(&number) {
        return None;
    }
    if is_signed { i32::try_from(number).ok() } else { u32::try_from(number).ok().map(u32::cast_signed) }
}
