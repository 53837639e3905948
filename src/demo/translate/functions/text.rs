//! Text functions: CONCAT, LPAD, RPAD, HEX.

#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have the same signature")]

use super::super::errors::{SqlError, unsupported};
use super::super::typed_sql::{TypedSql, quoted};
use super::super::value_types::{Type, ValueKind};
use super::call::FunctionCall;

pub(super) fn concat(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, ValueKind::Binary | ValueKind::Bit(_))) {
        return Err(unsupported("CONCAT of bytes"));
    }
    let joined = c.args.iter().map(TypedSql::printed).collect::<Vec<_>>().join(" || ");
    let length = c.args.iter().fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    Ok(TypedSql::new(format!("({joined})"), Type::text(length).nullable(c.is_nullable())))
}

pub(super) fn concat_ws(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    if c.args.iter().any(|it| matches!(it.ty.kind, ValueKind::Binary | ValueKind::Bit(_))) {
        return Err(unsupported("CONCAT_WS of bytes"));
    }
    let length = c.args.iter().skip(1).fold(0_u32, |sum, it| sum.saturating_add(it.ty.length));
    let separators = c.length(0).saturating_mul(u32::try_from(c.args.len()).unwrap_or(2).saturating_sub(2));
    let ty = Type::text(length.saturating_add(separators)).nullable(c.arg(0).ty.is_nullable);
    Ok(TypedSql::new(format!("my_concat_ws({})", c.printed()), ty))
}

pub(super) fn pad(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    c.check_not_null()?;
    let with = c.args.get(2).map_or_else(|| quoted(" "), TypedSql::printed);
    let sql = format!("my_{}({}, {}, {with})", c.name.to_ascii_lowercase(), c.arg(0).printed(), c.arg(1).integer());
    Ok(TypedSql::new(sql, Type::text(c.literal_length(1))))
}

pub(super) fn hex(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let value = c.arg(0);
    let (sql, length) = match value.ty.kind {
        ValueKind::Binary => (format!("hex({})", value.sql), value.ty.length.saturating_mul(2)),
        _ if value.ty.is_number() => (format!("printf('%X', {})", value.integer()), 16),
        _ => (format!("hex({})", value.printed()), value.ty.length.saturating_mul(8)),
    };
    let sql = format!("(CASE WHEN {} IS NULL THEN NULL ELSE {sql} END)", value.sql);
    Ok(TypedSql::new(sql, Type::text(length).nullable(value.ty.is_nullable)))
}
