//! Date and time functions, and the clock.

#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have the same signature")]

use super::super::casts::{Zone, current_date_time};
use super::super::errors::{SqlError, unsupported};
use super::super::temporal::{SECOND, time_text};
use super::super::typed_sql::{Literal, TypedSql, quoted};
use super::super::value_types::{Type, ValueKind};
use super::call::FunctionCall;

/// Returns the fractional digits of NOW(n) and the like.
fn fraction_argument(c: &FunctionCall<'_>) -> Result<u8, SqlError> {
    match c.args.first().map(|it| &it.literal) {
        None => Ok(0),
        Some(Some(Literal::Int(digits @ 0..=6))) => Ok(u8::try_from(*digits).unwrap_or(0)),
        _ => Err(unsupported(format!("this precision of {}", c.name))),
    }
}

pub(super) fn now(c: &FunctionCall<'_>, zone: Zone) -> Result<TypedSql, SqlError> {
    let digits = fraction_argument(c)?;
    let now = current_date_time(c.context, digits, zone).ok_or_else(|| unsupported("a clock beyond the year 9999"))?;
    Ok(TypedSql::new(quoted(&now.text(digits)), Type::datetime(digits).nullable(false)))
}

pub(super) fn today(c: &FunctionCall<'_>, zone: Zone) -> Result<TypedSql, SqlError> {
    let now = current_date_time(c.context, 0, zone).ok_or_else(|| unsupported("a clock beyond the year 9999"))?;
    Ok(TypedSql::new(quoted(&now.date_text()), Type::date().nullable(false)))
}

pub(super) fn time_now(c: &FunctionCall<'_>, zone: Zone) -> Result<TypedSql, SqlError> {
    let digits = fraction_argument(c)?;
    let now = current_date_time(c.context, digits, zone).ok_or_else(|| unsupported("a clock beyond the year 9999"))?;
    Ok(TypedSql::new(quoted(&time_text(now.time, digits)), Type::time(digits).nullable(false)))
}

/// Returns the fractional digits that the server assumes for a value.
fn fraction_digits(value: &TypedSql) -> u8 {
    match &value.literal {
        _ if value.ty.is_temporal() => value.ty.decimals,
        _ if value.ty.is_integer() => 0,
        Some(Literal::Text(text)) => {
            u8::try_from(text.rsplit_once('.').map_or(0, |(_, it)| it.len().min(6))).unwrap_or(0)
        }
        _ => 6,
    }
}

pub(super) fn time_of(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let digits = fraction_digits(value);
    Ok(TypedSql::new(format!("my_time({}, {digits})", value.printed()), Type::time(digits)))
}

pub(super) fn timestamp(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let digits = fraction_digits(value);
    Ok(TypedSql::new(value.date_time(digits), Type::datetime(digits)))
}

pub(super) fn timediff(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let digits = c.args.iter().map(|it| if it.ty.is_temporal() { it.ty.decimals } else { 0 }).max().unwrap_or(0);
    let is_date_time = |value: &TypedSql| matches!(value.ty.kind, ValueKind::DateTime | ValueKind::Timestamp);
    let sql = if c.args.iter().all(is_date_time) {
        format!("my_time_text(my_diff('MICROSECOND', {}, {}), {digits})", c.arg(1).date_time(6), c.arg(0).date_time(6))
    } else if c.args.iter().all(|it| it.ty.kind == ValueKind::Time) {
        format!("my_time_text({} - {}, {digits})", c.arg(0).time_micros(), c.arg(1).time_micros())
    } else {
        return Err(unsupported("TIMEDIFF of these types"));
    };
    Ok(TypedSql::new(sql, Type::time(digits)))
}

pub(super) fn convert_tz(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let digits = if value.ty.is_temporal() { value.ty.decimals } else { 0 };
    let zone = |value: &TypedSql| {
        let offset = match c.context.zone_seconds {
            seconds if seconds < 0 => format!("-{:02}:{:02}", -seconds / 3600, -seconds / 60 % 60),
            seconds => format!("+{:02}:{:02}", seconds / 3600, seconds / 60 % 60),
        };
        match &value.literal {
            Some(Literal::Text(text)) if text.eq_ignore_ascii_case("SYSTEM") => quoted(&offset),
            _ => value.printed(),
        }
    };
    let sql = format!("my_convert_tz({}, {}, {}, {digits})", value.date_time(6), zone(c.arg(1)), zone(c.arg(2)));
    Ok(TypedSql::new(sql, Type::datetime(digits)))
}

pub(super) fn unix_timestamp(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let Some(value) = c.args.first() else {
        let seconds = c.context.now.div_euclid(SECOND);
        return Ok(TypedSql::new(seconds.to_string(), Type::int(17).nullable(false)));
    };
    let digits = fraction_digits(value);
    let micros = format!("my_unix_micros({}, {})", value.date_time(6), c.context.zone_seconds);
    Ok(if digits == 0 {
        TypedSql::new(format!("({micros} / 1000000)"), Type::int(17))
    } else {
        TypedSql::new(
            format!("my_dec_round(my_unscaled({micros}, 6), {digits})"),
            Type::decimal(16 + u32::from(digits), digits),
        )
        .exact()
    })
}

pub(super) fn from_unixtime(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let digits = match value.ty.kind {
        ValueKind::Decimal => value.ty.decimals.min(6),
        _ if value.ty.is_integer() => 0,
        _ => 6,
    };
    let date_time = format!("my_from_unix({}, {}, {digits})", value.decimal(), c.context.zone_seconds);
    Ok(match c.args.get(1) {
        None => TypedSql::new(date_time, Type::datetime(digits)),
        Some(format) => TypedSql::new(
            format!("my_date_format({date_time}, {})", format.printed()),
            Type::text(format.ty.length.saturating_mul(10)),
        ),
    })
}
