//! Translates comparisons: chooses the type in which two values are compared, as the server does, and prefers one for which
//! SQLite can use an index.

use super::collation;
use super::errors::{SqlError, unsupported};
use super::temporal::SECOND;
use super::typed_sql::{Literal, TypedSql, quoted};
use super::value_types::ValueKind;

/// The type in which two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ComparedAs {
    /// As they are stored: integers.
    Stored,
    Decimal,
    Double,
    /// Like `Double`, for a text compared with an integer: warnings have another text.
    DoubleWithInt,
    Text,
    Bytes,
    /// As date-times with this number of fractional digits.
    DateTime(u8),
    /// As microseconds of a TIME.
    Time,
    Date,
}

/// Chooses the type in which two values are compared.
pub(super) fn comparison_type(left: &TypedSql, right: &TypedSql) -> Result<ComparedAs, SqlError> {
    let (a, b) = (&left.ty, &right.ty);
    if a.kind == ValueKind::Null || b.kind == ValueKind::Null {
        let other = if a.kind == ValueKind::Null { right } else { left };
        return if other.ty.kind == ValueKind::Null { Ok(ComparedAs::Stored) } else { comparison_type(other, other) };
    }
    if a.is_temporal() || b.is_temporal() {
        return temporal_comparison(left, right);
    }
    if (left.is_hexadecimal() && b.is_number()) || (right.is_hexadecimal() && a.is_number()) {
        return Err(unsupported("a hexadecimal literal as a number"));
    }
    if a.kind == ValueKind::Binary || b.kind == ValueKind::Binary {
        return Ok(if a.is_number() || b.is_number() { ComparedAs::Double } else { ComparedAs::Bytes });
    }
    if a.is_textual() && b.is_textual() {
        return Ok(ComparedAs::Text);
    }
    if a.is_number() && b.is_number() {
        return Ok(if a.is_floating() || b.is_floating() {
            ComparedAs::Double
        } else if a.kind == ValueKind::Decimal || b.kind == ValueKind::Decimal {
            ComparedAs::Decimal
        } else {
            ComparedAs::Stored
        });
    }
    let is_integer_text =
        |number: &TypedSql, text: &TypedSql| number.ty.is_integer() && integer_literal(text).is_some();
    let is_enum = |member: &TypedSql, number: &TypedSql| {
        matches!(member.ty.kind, ValueKind::Enum(_) | ValueKind::Set(_)) && number.ty.is_integer()
    };
    if is_integer_text(left, right) || is_integer_text(right, left) || is_enum(left, right) || is_enum(right, left) {
        return Ok(ComparedAs::Stored);
    }
    Ok(if a.is_integer() || b.is_integer() { ComparedAs::DoubleWithInt } else { ComparedAs::Double })
}

fn temporal_comparison(left: &TypedSql, right: &TypedSql) -> Result<ComparedAs, SqlError> {
    let (a, b) = (&left.ty, &right.ty);
    if a.kind == ValueKind::Time || b.kind == ValueKind::Time {
        if (a.is_temporal() && b.is_temporal() && a.kind != b.kind) || a.is_number() || b.is_number() {
            return Err(unsupported("comparing a TIME with this type"));
        }
        return Ok(ComparedAs::Time);
    }
    if a.kind == ValueKind::Date && b.kind == ValueKind::Date {
        return Ok(ComparedAs::Date);
    }
    for value in [left, right] {
        if let Some(None) = value.date_time_literal() {
            return Err(unsupported("comparing a date with a text or number that is not a date"));
        }
    }
    let midnight = |value: &TypedSql| value.date_time_literal().flatten().is_some_and(|date_time| date_time.time == 0);
    if (a.kind == ValueKind::Date && midnight(right)) || (b.kind == ValueKind::Date && midnight(left)) {
        return Ok(ComparedAs::Date);
    }
    let digits = |value: &TypedSql| {
        if value.ty.is_temporal() {
            return value.ty.decimals;
        }
        match value.date_time_literal() {
            Some(Some(date_time)) if date_time.time % SECOND == 0 => 0,
            Some(Some(date_time)) if date_time.time % 1000 == 0 => 3,
            _ => 6,
        }
    };
    Ok(ComparedAs::DateTime(digits(left).max(digits(right))))
}

fn integer_literal(value: &TypedSql) -> Option<i64> {
    match &value.literal {
        Some(Literal::Text(text)) => text.parse::<i64>().ok().filter(|it| it.to_string() == *text),
        _ => None,
    }
}

/// Converts a value to the type of a comparison.
pub(super) fn as_compared(value: &TypedSql, compared_as: ComparedAs) -> String {
    match compared_as {
        ComparedAs::Stored => match integer_literal(value) {
            Some(number) => number.to_string(),
            None => value.member_number(),
        },
        ComparedAs::Decimal => format!("{} COLLATE {}", value.decimal(), collation::DECIMAL),
        ComparedAs::Double => value.double(),
        ComparedAs::DoubleWithInt => value.double_with_int(),
        ComparedAs::Text => format!("{} COLLATE {}", value.printed(), collation::TEXT),
        ComparedAs::Bytes if value.ty.kind == ValueKind::Binary => value.sql.clone(),
        ComparedAs::Bytes => format!("CAST({} AS BLOB)", value.printed()),
        ComparedAs::DateTime(digits) => value.date_time(digits),
        ComparedAs::Time => value.time_micros(),
        ComparedAs::Date if value.ty.kind == ValueKind::Date => value.sql.clone(),
        ComparedAs::Date => match value.date_time_literal() {
            Some(Some(date_time)) => quoted(&date_time.date_text()),
            _ => format!("my_date({})", value.printed()),
        },
    }
}

/// Translates `left operator right`. `operator` is an operator of SQLite.
pub(super) fn compare(left: &TypedSql, operator: &str, right: &TypedSql) -> Result<TypedSql, SqlError> {
    let compared_as = comparison_type(left, right)?;
    let sql = format!("({} {operator} {})", as_compared(left, compared_as), as_compared(right, compared_as));
    let is_nullable = operator != "IS"
        && (left.ty.is_nullable
            || right.ty.is_nullable
            || matches!(compared_as, ComparedAs::DateTime(_) | ComparedAs::Time));
    Ok(TypedSql::boolean(sql, is_nullable).with_parts([left, right]))
}
