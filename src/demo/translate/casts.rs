//! CAST and CONVERT, typed literals, and date arithmetic with intervals.

use sqlparser::ast::{BinaryLength, CharacterLength, DataType, ExactNumberInfo, TypedString, Value};

use super::context::Context;
use super::errors::{SqlError, error, unsupported};
use super::temporal::{DateTime, SECOND, parse_time, time_text};
use super::typed_sql::{Literal, TypedSql, quoted};
use super::value_types::{Type, ValueKind};

/// Translates `CAST(value AS type)`.
pub(super) fn cast(value: &TypedSql, target: &DataType) -> Result<TypedSql, SqlError> {
    let nullable = value.ty.is_nullable;
    let number_length = |unsigned: bool| match &value.literal {
        Some(Literal::Text(text)) => u32::try_from(text.len()).unwrap_or(20) + u32::from(!unsigned),
        _ if value.ty.is_integer() => value.ty.length,
        _ => 21,
    };
    let digits = |digits: Option<u64>| {
        u8::try_from(digits.unwrap_or(0)).ok().filter(|it| *it <= 6).ok_or_else(|| unsupported("this precision"))
    };
    let result = match target {
        DataType::Signed
        | DataType::SignedInteger
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::BigInt(None) => TypedSql::new(value.integer(), Type::int(number_length(false)).nullable(nullable)),
        DataType::Unsigned | DataType::UnsignedInteger => TypedSql::new(
            format!("my_unsigned({})", value.integer()),
            Type::int(number_length(true)).unsigned(true).nullable(nullable),
        ),
        DataType::Decimal(info) | DataType::Dec(info) | DataType::Numeric(info) => {
            let (precision, scale) = match info {
                ExactNumberInfo::None => (10, 0),
                ExactNumberInfo::Precision(precision) => (*precision, 0),
                ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
            };
            let scale = u8::try_from(scale)
                .ok()
                .filter(|it| *it <= super::decimal::MAX_SCALE)
                .ok_or_else(|| unsupported("this scale"))?;
            let precision = u8::try_from(precision)
                .ok()
                .filter(|it| (1..=super::decimal::MAX_PRECISION).contains(it))
                .ok_or_else(|| unsupported("this precision"))?;
            if precision < scale {
                return Err(error(
                    1427,
                    "42000",
                    "For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '').",
                ));
            }
            TypedSql::new(
                if value.ty.is_floating() {
                    format!("my_real_fit({}, {precision}, {scale})", value.sql)
                } else {
                    format!("my_dec_fit({}, {precision}, {scale})", value.decimal())
                },
                Type::decimal(u32::from(precision), scale).nullable(nullable),
            )
            .exact()
        }
        DataType::Double(ExactNumberInfo::None) | DataType::DoublePrecision => {
            TypedSql::new(value.double(), Type::double().nullable(nullable))
        }
        DataType::Char(length)
        | DataType::Character(length)
        | DataType::Varchar(length)
        | DataType::CharacterVarying(length) => match length {
            None => TypedSql::new(value.printed(), Type::text(value.ty.length).nullable(nullable)),
            Some(CharacterLength::IntegerLength { length, .. }) => {
                let length = u32::try_from(*length).unwrap_or(u32::MAX);
                TypedSql::new(format!("my_char({}, {length})", value.printed()), Type::text(length).nullable(nullable))
            }
            Some(CharacterLength::Max) => return Err(unsupported("CHAR(MAX)")),
        },
        DataType::Binary(length) => binary(value, *length),
        DataType::Varbinary(None) => binary(value, None),
        DataType::Varbinary(Some(BinaryLength::IntegerLength { length })) => binary(value, Some(*length)),
        DataType::Date => as_date(value),
        DataType::Datetime(precision) => {
            let digits = digits(*precision)?;
            TypedSql::new(format!("my_moment({}, {digits})", value.printed()), Type::datetime(digits).nullable(true))
        }
        DataType::Time(precision, _) => {
            let digits = digits(*precision)?;
            TypedSql::new(format!("my_time({}, {digits})", value.printed()), Type::time(digits).nullable(true))
        }
        other => return Err(unsupported(format!("CAST to {other}"))),
    };
    Ok(result.with_parts([value]))
}

fn binary(value: &TypedSql, length: Option<u64>) -> TypedSql {
    let bytes = if value.ty.kind == ValueKind::Binary {
        value.sql.clone()
    } else {
        format!("CAST({} AS BLOB)", value.printed())
    };
    let (sql, length) = match length {
        Some(length) => (format!("my_bytes({bytes}, {length})"), u32::try_from(length).unwrap_or(u32::MAX)),
        None => (
            bytes,
            if value.ty.kind == ValueKind::Binary { value.ty.length } else { value.ty.length.saturating_mul(4) },
        ),
    };
    TypedSql::new(sql, Type::new(ValueKind::Binary, length, 0).nullable(value.ty.is_nullable))
}

/// Converts a value to a date.
pub(super) fn as_date(value: &TypedSql) -> TypedSql {
    let sql = match value.ty.kind {
        ValueKind::Date => value.sql.clone(),
        ValueKind::DateTime | ValueKind::Timestamp => format!("substr({}, 1, 10)", value.sql),
        _ => format!("my_date({})", value.printed()),
    };
    TypedSql::new(sql, Type::date()).with_parts([value])
}

/// Translates `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`.
pub(super) fn typed_string(typed: &TypedString) -> Result<TypedSql, SqlError> {
    let (Value::SingleQuotedString(text) | Value::DoubleQuotedString(text)) = &typed.value.value else {
        return Err(unsupported("this kind of literal"));
    };
    let invalid = |what: &str| error(1525, "HY000", format!("Incorrect {what} value: '{text}'"));
    let digits = u8::try_from(text.rsplit_once('.').map_or(0, |(_, fraction)| fraction.len().min(6))).unwrap_or(0);
    let result = match &typed.data_type {
        DataType::Date => {
            let date_time = DateTime::parse(text).filter(|it| it.time == 0).ok_or_else(|| invalid("DATE"))?;
            TypedSql::new(quoted(&date_time.date_text()), Type::date().nullable(false))
        }
        DataType::Datetime(None) | DataType::Timestamp(None, _) => {
            let date_time = DateTime::parse(text).ok_or_else(|| invalid("DATETIME"))?;
            TypedSql::new(quoted(&date_time.text(digits)), Type::datetime(digits).nullable(false))
        }
        DataType::Time(None, _) => {
            let micros = parse_time(text).ok_or_else(|| invalid("TIME"))?;
            TypedSql::new(quoted(&time_text(micros, digits)), Type::time(digits).nullable(false))
        }
        other => return Err(unsupported(format!("literals of {other}"))),
    };
    Ok(result)
}

/// The units of intervals, and whether adding one to a date gives a date-time.
const UNITS: &[(&str, bool)] = &[
    ("YEAR", false),
    ("QUARTER", false),
    ("MONTH", false),
    ("WEEK", false),
    ("DAY", false),
    ("HOUR", true),
    ("MINUTE", true),
    ("SECOND", true),
    ("MICROSECOND", true),
    ("YEAR_MONTH", false),
    ("DAY_HOUR", true),
    ("DAY_MINUTE", true),
    ("DAY_SECOND", true),
    ("HOUR_MINUTE", true),
    ("HOUR_SECOND", true),
    ("MINUTE_SECOND", true),
];

/// Whether an interval is added or subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CastDirection {
    Forward,
    Back,
}

/// Translates `base ± INTERVAL value unit`.
pub(super) fn add_interval(
    base: &TypedSql,
    unit: &str,
    value: &TypedSql,
    direction: CastDirection,
) -> Result<TypedSql, SqlError> {
    let Some((unit, is_time)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unsupported(format!("INTERVAL … {unit}")));
    };
    let fraction = match *unit {
        "MICROSECOND" => 6,
        "SECOND" if matches!(value.ty.kind, ValueKind::Decimal) => value.ty.decimals.min(6),
        "SECOND"
            if value.ty.is_floating() || matches!(&value.literal, Some(Literal::Text(text)) if text.contains('.')) =>
        {
            6
        }
        _ => 0,
    };
    let (ty, format) = match base.ty.kind {
        ValueKind::Date if !is_time => (Type::date(), "date".to_owned()),
        ValueKind::Date => (Type::datetime(fraction), fraction.to_string()),
        ValueKind::DateTime | ValueKind::Timestamp => {
            let digits = base.ty.decimals.max(fraction);
            (Type::datetime(digits), digits.to_string())
        }
        ValueKind::Time => return Err(unsupported("adding an INTERVAL to a TIME")),
        _ => (
            Type::text(19 + if fraction > 0 { u32::from(fraction) + 1 } else { 0 }),
            if *is_time { "time".to_owned() } else { "auto".to_owned() },
        ),
    };
    let sign = if direction == CastDirection::Back { -1 } else { 1 };
    let sql = format!("my_move({}, '{unit}', {}, {sign}, '{format}')", base.printed(), value.printed());
    Ok(TypedSql::new(sql, ty).with_parts([base, value]))
}

/// The time zone of a current date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Session,
    Utc,
}

/// Returns the start of the statement, with `digits` fractional digits.
pub(super) fn current_date_time(context: &Context<'_>, digits: u8, zone: Zone) -> Option<DateTime> {
    let offset = if zone == Zone::Utc { 0 } else { i64::from(context.zone_seconds) };
    let unit = 10_i64.checked_pow(u32::from(6_u8.checked_sub(digits)?))?;
    DateTime::from_micros((context.now / unit * unit).checked_add(offset.checked_mul(SECOND)?)?)
}
