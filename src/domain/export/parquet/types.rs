//! The Parquet type of each column, and the conversion of printed values:
//!
//! | MySQL | Parquet |
//! |---|---|
//! | TINYINT … BIGINT, UNSIGNED too | `INT32`/`INT64`, Integer of 8, 16, 32 or 64 bits, signed or not (MEDIUMINT: 32) |
//! | YEAR | `INT32`, Integer of 16 bits, unsigned |
//! | BIT | `INT64`, Integer of 64 bits, unsigned |
//! | DECIMAL(p,s) | Decimal(p,s) in `INT32` (p ≤ 9), `INT64` (p ≤ 18), otherwise `FIXED_LEN_BYTE_ARRAY`. Many readers support p ≤ 38 or ≤ 76 |
//! | FLOAT, DOUBLE | `FLOAT`, `DOUBLE`: the nearest to what the server prints |
//! | DATE | Date |
//! | DATETIME | Timestamp in microseconds, without a zone |
//! | TIMESTAMP | Timestamp in microseconds, in UTC if the session's zone is UTC, otherwise without a zone |
//! | TIME | String, since it can exceed 24 hours or be negative, which Parquet's Time cannot |
//! | CHAR, TEXT, ENUM, SET | String |
//! | JSON (MySQL's own) | JSON |
//! | BINARY, BLOB, GEOMETRY, VECTOR | `BYTE_ARRAY` |

use ::parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::schema::types::Type;

use super::decimal::ParquetDecimal;
use super::value::ParquetValue;
use crate::domain::export::SessionZone;
use crate::domain::export::datetime::{DAY, date, date_time};
use crate::domain::export::unsupported::{UnsupportedValue, excerpt};
use crate::domain::results::{Column, TypeClass, WireType, bit_number};

/// The type of a column in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParquetType {
    /// An integer of up to 32 bits.
    Small {
        bits: i8,
        is_signed: bool,
    },
    /// An integer of 64 bits.
    Large {
        is_signed: bool,
    },
    /// A BIT as a number.
    Bit,
    Decimal(ParquetDecimal),
    Float,
    Double,
    Date,
    DateTime {
        is_utc: bool,
    },
    Text,
    Json,
    Bytes,
}

impl ParquetType {
    /// Returns the type of a column that was read by a session in this zone.
    pub(super) fn of(column: &Column, zone: SessionZone) -> Self {
        let small = |bits| Self::Small { bits, is_signed: !column.is_unsigned() };
        match (column.class(), column.wire) {
            (TypeClass::Integer, WireType::Year) => Self::Small { bits: 16, is_signed: false },
            (TypeClass::Integer, WireType::Tiny) => small(8),
            (TypeClass::Integer, WireType::Short) => small(16),
            (TypeClass::Integer, WireType::Int24 | WireType::Long) => small(32),
            (TypeClass::Integer, _) => Self::Large { is_signed: !column.is_unsigned() },
            (TypeClass::Decimal, _) => Self::Decimal(ParquetDecimal::of(column)),
            (TypeClass::Float, WireType::Float) => Self::Float,
            (TypeClass::Float, _) => Self::Double,
            (TypeClass::Bit, _) => Self::Bit,
            (TypeClass::Temporal, WireType::Date | WireType::NewDate) => Self::Date,
            (TypeClass::Temporal, WireType::DateTime) => Self::DateTime { is_utc: false },
            (TypeClass::Temporal, WireType::Timestamp) => Self::DateTime { is_utc: zone == SessionZone::Utc },
            (TypeClass::Temporal | TypeClass::Text | TypeClass::Null, _) => Self::Text,
            (TypeClass::Json, _) => Self::Json,
            (TypeClass::Binary | TypeClass::Geometry, _) => Self::Bytes,
        }
    }

    /// Returns how the values are stored.
    pub(super) fn physical(self) -> Physical {
        match self {
            Self::Small { .. } | Self::Date => Physical::INT32,
            Self::Large { .. } | Self::Bit | Self::DateTime { .. } => Physical::INT64,
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

    /// Returns the column of the schema.
    pub(super) fn field(self, name: &str) -> Result<Type, ParquetError> {
        let logical = match self {
            Self::Small { bits, is_signed } => Some(LogicalType::integer(bits, is_signed)),
            Self::Large { is_signed } => Some(LogicalType::integer(64, is_signed)),
            Self::Bit => Some(LogicalType::integer(64, false)),
            Self::Decimal(ParquetDecimal { precision, scale }) => {
                Some(LogicalType::decimal(scale.into(), precision.into()))
            }
            Self::Float | Self::Double | Self::Bytes => None,
            Self::Date => Some(LogicalType::Date),
            Self::DateTime { is_utc } => Some(LogicalType::timestamp(is_utc, TimeUnit::MICROS)),
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

    /// Converts a printed value.
    pub(super) fn value(self, printed: &[u8]) -> Result<ParquetValue<'_>, UnsupportedValue> {
        let value = match self {
            Self::Small { bits, is_signed } => small(printed, bits, is_signed).map(ParquetValue::Int32),
            Self::Large { is_signed: true } => parsed::<i64>(printed).map(ParquetValue::Int64),
            Self::Large { is_signed: false } => {
                parsed::<u64>(printed).map(|number| ParquetValue::Int64(number.cast_signed()))
            }
            Self::Bit => bit_number(printed).map(|number| ParquetValue::Int64(number.cast_signed())),
            Self::Decimal(decimal) => decimal.value(printed),
            Self::Float => parsed::<f32>(printed).filter(|number| number.is_finite()).map(ParquetValue::Float),
            Self::Double => parsed::<f64>(printed).filter(|number| number.is_finite()).map(ParquetValue::Double),
            Self::Date => {
                let days = date(printed).and_then(|days| i32::try_from(days).ok());
                return days.map(ParquetValue::Int32).ok_or_else(|| UnsupportedValue::InvalidDate(excerpt(printed)));
            }
            Self::DateTime { .. } => {
                let micros = date_time(printed).map(|(days, micros)| days * DAY + micros);
                return micros.map(ParquetValue::Int64).ok_or_else(|| UnsupportedValue::InvalidDate(excerpt(printed)));
            }
            Self::Text | Self::Json => {
                std::str::from_utf8(printed).map_err(|_| UnsupportedValue::NotUtf8)?;
                Some(ParquetValue::Bytes(printed))
            }
            Self::Bytes => Some(ParquetValue::Bytes(printed)),
        };
        value.ok_or_else(|| UnsupportedValue::WrongType(excerpt(printed)))
    }
}

fn parsed<T: std::str::FromStr>(printed: &[u8]) -> Option<T> {
    std::str::from_utf8(printed).ok()?.parse().ok()
}

/// Parses an integer of at most 32 bits. An unsigned one is stored in the bits of a signed one.
fn small(printed: &[u8], bits: i8, is_signed: bool) -> Option<i32> {
    let number = parsed::<i64>(printed)?;
    let (min, end) = if is_signed { (-(1 << (bits - 1)), 1 << (bits - 1)) } else { (0, 1_i64 << bits) };
    if !(min..end).contains(&number) {
        return None;
    }
    if is_signed { i32::try_from(number).ok() } else { u32::try_from(number).ok().map(u32::cast_signed) }
}
