//! CAST and CONVERT, typed literals, and dates moved by intervals.

use sqlparser::ast::{BinaryLength, CharacterLength, DataType, ExactNumberInfo, TypedString, Value};

use super::errors::{error, unsupported};
use super::temporal::{Moment, SECOND, parse_time, time_text};
use super::types::{Kind, Type};
use super::value::{Literal, Typed, quoted};
use super::{Context, SqlError};

/// `CAST(value AS type)`.
pub(super) fn cast(_context: &Context<'_>, value: &Typed, target: &DataType) -> Result<Typed, SqlError> {
    let nullable = value.ty.is_nullable;
    let number_length = |unsigned: bool| match &value.literal {
        Some(Literal::Text(text)) => u32::try_from(text.len()).unwrap_or(20) + u32::from(!unsigned),
        _ if value.ty.is_whole() => value.ty.length,
        _ => 21,
    };
    let digits = |digits: Option<u64>| {
        u8::try_from(digits.unwrap_or(0)).ok().filter(|it| *it <= 6).ok_or_else(|| unsupported("this precision"))
    };
    let made = match target {
        DataType::Signed
        | DataType::SignedInteger
        | DataType::Int(None)
        | DataType::Integer(None)
        | DataType::BigInt(None) => Typed::new(value.whole(), Type::int(number_length(false)).nullable(nullable)),
        DataType::Unsigned | DataType::UnsignedInteger => Typed::new(
            format!("my_unsigned({})", value.whole()),
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
            Typed::new(
                if value.ty.is_floating() {
                    format!("my_real_fit({}, {precision}, {scale})", value.sql)
                } else {
                    format!("my_dec_fit({}, {precision}, {scale})", value.dec())
                },
                Type::decimal(u32::from(precision), scale).nullable(nullable),
            )
            .exact()
        }
        DataType::Double(ExactNumberInfo::None) | DataType::DoublePrecision => {
            Typed::new(value.real(), Type::double().nullable(nullable))
        }
        DataType::Char(length)
        | DataType::Character(length)
        | DataType::Varchar(length)
        | DataType::CharacterVarying(length) => match length {
            None => Typed::new(value.printed(), Type::text(value.ty.length).nullable(nullable)),
            Some(CharacterLength::IntegerLength { length, .. }) => {
                let length = u32::try_from(*length).unwrap_or(u32::MAX);
                Typed::new(format!("my_char({}, {length})", value.printed()), Type::text(length).nullable(nullable))
            }
            Some(CharacterLength::Max) => return Err(unsupported("CHAR(MAX)")),
        },
        DataType::Binary(length) => binary(value, *length),
        DataType::Varbinary(None) => binary(value, None),
        DataType::Varbinary(Some(BinaryLength::IntegerLength { length })) => binary(value, Some(*length)),
        DataType::Date => as_date(value),
        DataType::Datetime(precision) => {
            let digits = digits(*precision)?;
            Typed::new(format!("my_moment({}, {digits})", value.printed()), Type::datetime(digits).nullable(true))
        }
        DataType::Time(precision, _) => {
            let digits = digits(*precision)?;
            Typed::new(format!("my_time({}, {digits})", value.printed()), Type::time(digits).nullable(true))
        }
        other => return Err(unsupported(format!("CAST to {other}"))),
    };
    Ok(made.of([value]))
}

fn binary(value: &Typed, length: Option<u64>) -> Typed {
    let bytes =
        if value.ty.kind == Kind::Binary { value.sql.clone() } else { format!("CAST({} AS BLOB)", value.printed()) };
    let (sql, length) = match length {
        Some(length) => (format!("my_bytes({bytes}, {length})"), u32::try_from(length).unwrap_or(u32::MAX)),
        None => {
            (bytes, if value.ty.kind == Kind::Binary { value.ty.length } else { value.ty.length.saturating_mul(4) })
        }
    };
    Typed::new(sql, Type::new(Kind::Binary, length, 0).nullable(value.ty.is_nullable))
}

/// The date of a value.
pub(super) fn as_date(value: &Typed) -> Typed {
    let sql = match value.ty.kind {
        Kind::Date => value.sql.clone(),
        Kind::DateTime | Kind::Timestamp => format!("substr({}, 1, 10)", value.sql),
        _ => format!("my_date({})", value.printed()),
    };
    Typed::new(sql, Type::date()).of([value])
}

/// `DATE '…'`, `TIME '…'`, `TIMESTAMP '…'`.
pub(super) fn typed_string(typed: &TypedString) -> Result<Typed, SqlError> {
    let (Value::SingleQuotedString(text) | Value::DoubleQuotedString(text)) = &typed.value.value else {
        return Err(unsupported("this kind of literal"));
    };
    let wrong = |what: &str| error(1525, "HY000", format!("Incorrect {what} value: '{text}'"));
    let digits = u8::try_from(text.rsplit_once('.').map_or(0, |(_, fraction)| fraction.len().min(6))).unwrap_or(0);
    let made = match &typed.data_type {
        DataType::Date => {
            let moment = Moment::parse(text).filter(|it| it.time == 0).ok_or_else(|| wrong("DATE"))?;
            Typed::new(quoted(&moment.date_text()), Type::date().nullable(false))
        }
        DataType::Datetime(None) | DataType::Timestamp(None, _) => {
            let moment = Moment::parse(text).ok_or_else(|| wrong("DATETIME"))?;
            Typed::new(quoted(&moment.text(digits)), Type::datetime(digits).nullable(false))
        }
        DataType::Time(None, _) => {
            let micros = parse_time(text).ok_or_else(|| wrong("TIME"))?;
            Typed::new(quoted(&time_text(micros, digits)), Type::time(digits).nullable(false))
        }
        other => return Err(unsupported(format!("literals of {other}"))),
    };
    Ok(made)
}

/// Units that an interval may have, and whether they move a date to a time of the day.
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

/// `base ± INTERVAL value unit`.
pub(super) fn moved(base: &Typed, unit: &str, value: &Typed, is_back: bool) -> Result<Typed, SqlError> {
    let Some((unit, is_time)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unsupported(format!("INTERVAL … {unit}")));
    };
    let fraction = match *unit {
        "MICROSECOND" => 6,
        "SECOND" if matches!(value.ty.kind, Kind::Decimal) => value.ty.decimals.min(6),
        "SECOND"
            if value.ty.is_floating() || matches!(&value.literal, Some(Literal::Text(text)) if text.contains('.')) =>
        {
            6
        }
        _ => 0,
    };
    let (ty, form) = match base.ty.kind {
        Kind::Date if !is_time => (Type::date(), "date".to_owned()),
        Kind::Date => (Type::datetime(fraction), fraction.to_string()),
        Kind::DateTime | Kind::Timestamp => {
            let digits = base.ty.decimals.max(fraction);
            (Type::datetime(digits), digits.to_string())
        }
        Kind::Time => return Err(unsupported("moving a TIME by an INTERVAL")),
        _ => (
            Type::text(19 + if fraction > 0 { u32::from(fraction) + 1 } else { 0 }),
            if *is_time { "time".to_owned() } else { "auto".to_owned() },
        ),
    };
    let sign = if is_back { -1 } else { 1 };
    let sql = format!("my_move({}, '{unit}', {}, {sign}, '{form}')", base.printed(), value.printed());
    Ok(Typed::new(sql, ty).of([base, value]))
}

/// A moment of the statement's clock.
pub(super) fn moment_now(context: &Context<'_>, digits: u8, is_utc: bool) -> Option<Moment> {
    let zone = if is_utc { 0 } else { i64::from(context.zone_seconds) };
    let step = 10_i64.checked_pow(u32::from(6_u8.checked_sub(digits)?))?;
    Moment::from_micros((context.now / step * step).checked_add(zone.checked_mul(SECOND)?)?)
}
