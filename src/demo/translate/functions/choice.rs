//! Functions that choose among their arguments: COALESCE, IF, NULLIF, LEAST, GREATEST, FIELD, ELT.

#![expect(clippy::unnecessary_wraps, reason = "all functions of the table have the same signature")]

use std::fmt::Write as _;

use super::super::comparison::compare;
use super::super::errors::{SqlError, unsupported};
use super::super::floats::NOT_FIXED;
use super::super::typed_sql::TypedSql;
use super::super::value_types::{Type, ValueKind};
use super::call::{FunctionCall, unified};

pub(super) fn coalesce(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let mut ty = unified(c.args)?;
    ty.is_nullable = c.args.iter().all(|it| it.ty.is_nullable);
    let values: Vec<TypedSql> = c.args.iter().map(|it| it.convert(&ty)).collect();
    let is_exact = values.iter().all(|it| it.is_exact);
    let list = values.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>();
    let sql = if let [one] = list.as_slice() { (*one).to_owned() } else { format!("COALESCE({})", list.join(", ")) };
    Ok(TypedSql { is_exact, ..TypedSql::new(sql, ty) }.computed())
}

pub(super) fn if_function(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let pair = [c.arg(1).clone(), c.arg(2).clone()];
    let mut ty = unified(&pair)?;
    ty.is_nullable = pair.iter().any(|it| it.ty.is_nullable);
    let [yes, no] = pair.map(|it| it.convert(&ty));
    let sql = format!("(CASE WHEN {} THEN {} ELSE {} END)", c.arg(0).branch_condition(), yes.sql, no.sql);
    Ok(TypedSql { is_exact: yes.is_exact && no.is_exact, ..TypedSql::new(sql, ty) }.computed())
}

pub(super) fn nullif(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let is_same = compare(c.arg(0), "=", c.arg(1))?;
    let sql = format!("(CASE WHEN {} THEN NULL ELSE {} END)", is_same.sql, c.arg(0).sql);
    Ok(TypedSql { literal: None, field: None, sql, ty: c.arg(0).ty.clone().nullable(true), ..c.arg(0).clone() })
}

pub(super) fn least_or_greatest(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let mut ty = unified(c.args)?.nullable(c.is_nullable());
    let any = |is: fn(&Type) -> bool| c.args.iter().any(|it| is(&it.ty));
    if any(|it| it.kind == ValueKind::Null) && any(Type::is_number) {
        let decimals = c.args.iter().map(|it| it.ty.decimals).max().unwrap_or(0).min(NOT_FIXED);
        return Ok(TypedSql::new("NULL", Type { decimals, ..Type::double() }));
    }
    if any(Type::is_textual) && any(Type::is_number) {
        ty = Type::double().nullable(c.is_nullable());
    }
    if any(Type::is_temporal) && !c.args.iter().all(|it| it.ty.is_temporal() || it.ty.kind == ValueKind::Null) {
        return Err(unsupported(format!("{} of dates and other values", c.name)));
    }
    let function = if c.name == "LEAST" { "min" } else { "max" };
    let values: Vec<TypedSql> = c.args.iter().map(|it| it.convert(&ty)).collect();
    // SQLite's min and max return NULL if a value is NULL, and use the first collation.
    let list = values.iter().map(|it| match ty.kind {
        ValueKind::Text | ValueKind::Decimal => it.sort_key(),
        _ => it.sql.clone(),
    });
    let list = list.collect::<Vec<_>>().join(", ");
    if matches!(ty.kind, ValueKind::Time | ValueKind::Enum(_) | ValueKind::Set(_)) {
        return Err(unsupported(format!("{} of these types", c.name)));
    }
    Ok(TypedSql::new(format!("{function}({list})"), ty).computed())
}

pub(super) fn field(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let mut sql = String::from("(CASE");
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {} THEN {at}", compare(c.arg(0), "=", candidate)?.sql);
    }
    Ok(TypedSql::new(format!("{sql} ELSE 0 END)"), Type::int(3).nullable(false)))
}

pub(super) fn elt(c: &FunctionCall<'_>) -> Result<TypedSql, SqlError> {
    let mut sql = format!("(CASE {}", c.arg(0).integer());
    for (at, candidate) in c.args.iter().enumerate().skip(1) {
        let _ = write!(sql, " WHEN {at} THEN {}", candidate.printed());
    }
    let length = c.args.iter().skip(1).map(|it| it.ty.length).max().unwrap_or(0);
    Ok(TypedSql::new(format!("{sql} END)"), Type::text(length)))
}
