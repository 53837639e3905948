//! Numeric functions: ABS, CEIL, FLOOR, ROUND, TRUNCATE.

#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have the same signature")]

use super::super::errors::SqlError;
use super::super::floats::NOT_FIXED;
use super::super::typed_sql::{Literal, TypedSql};
use super::super::value_types::{Type, ValueKind};
use super::call::FunctionCall;

pub(super) fn abs(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    if value.ty.is_integer() {
        return Ok(TypedSql::new(format!("my_int_abs({})", value.integer()), Type { wire: None, ..value.ty.clone() }));
    }
    if value.ty.kind == ValueKind::Decimal {
        return Ok(TypedSql {
            is_exact: value.is_exact,
            ..TypedSql::new(format!("my_dec_abs({})", value.sql), value.ty.clone())
        });
    }
    let decimals = if value.ty.kind == ValueKind::Null { 0 } else { NOT_FIXED };
    Ok(TypedSql::new(
        format!("abs({})", value.double()),
        Type { decimals, ..Type::double() }.nullable(value.ty.is_nullable),
    ))
}

pub(super) fn ceil_or_floor(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let function = if c.name == "FLOOR" { "my_dec_floor" } else { "my_dec_ceil" };
    Ok(match value.ty.kind {
        _ if value.ty.is_integer() => TypedSql {
            literal: None,
            field: None,
            ..TypedSql::new(value.sql.clone(), Type { wire: None, ..value.ty.clone() })
        },
        ValueKind::Decimal => {
            let digits = value.ty.whole_digits();
            let sql = format!("{function}({})", value.sql);
            if digits >= 18 {
                TypedSql::new(sql, Type::decimal(digits + 1, 0).nullable(value.ty.is_nullable)).exact()
            } else {
                TypedSql::new(format!("CAST({sql} AS INTEGER)"), Type::int(digits + 2).nullable(value.ty.is_nullable))
            }
        }
        _ => TypedSql::new(
            format!("{}({})", if c.name == "FLOOR" { "my_floor" } else { "my_ceil" }, value.double()),
            Type { decimals: 0, ..Type::double() }.nullable(value.ty.is_nullable),
        ),
    })
}

pub(super) fn round(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let is_truncation = c.name == "TRUNCATE";
    let digits = match c.args.get(1) {
        None => Some(0),
        Some(digits) => match &digits.literal {
            Some(Literal::Int(number)) => i32::try_from(*number).ok(),
            _ => None,
        },
    };
    let digits_sql = c.args.get(1).map_or_else(|| "0".to_owned(), TypedSql::integer);
    let nullable = c.is_nullable();
    if value.ty.is_integer() {
        let ty = Type { wire: None, ..Type::int(value.ty.length).unsigned(value.ty.is_unsigned) }.nullable(nullable);
        return Ok(match digits {
            Some(0..) => TypedSql::new(value.integer(), ty),
            _ => TypedSql::new(
                format!(
                    "CAST(my_dec_{}({}, {digits_sql}) AS INTEGER)",
                    if is_truncation { "trunc" } else { "round" },
                    value.decimal()
                ),
                ty,
            ),
        });
    }
    if value.ty.kind == ValueKind::Decimal {
        let scale = match digits {
            Some(digits) => u8::try_from(digits.clamp(0, i32::from(value.ty.decimals))).unwrap_or(0),
            None => value.ty.decimals,
        };
        let carry = u32::from(!is_truncation && scale < value.ty.decimals);
        let ty = Type::decimal(value.ty.whole_digits() + carry + u32::from(scale), scale).nullable(nullable);
        let digits_sql = match digits {
            Some(digits) => digits.min(i32::from(value.ty.decimals)).to_string(),
            None => format!("min({digits_sql}, {})", value.ty.decimals),
        };
        let sql = format!("my_dec_{}({}, {digits_sql})", if is_truncation { "trunc" } else { "round" }, value.sql);
        return Ok(TypedSql { is_exact: digits.is_some_and(|it| it >= 0), ..TypedSql::new(sql, ty) });
    }
    let decimals = digits.and_then(|it| u8::try_from(it.max(0)).ok()).filter(|it| *it < NOT_FIXED).unwrap_or(NOT_FIXED);
    let sql = format!("my_real_{}({}, {digits_sql})", if is_truncation { "trunc" } else { "round" }, value.double());
    Ok(TypedSql::new(sql, Type { decimals, ..Type::double() }.nullable(nullable)))
}
