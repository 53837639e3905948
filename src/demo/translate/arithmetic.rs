//! Translates `+ - * / DIV %` and the minus sign, with the result types of the server.

use sqlparser::ast::BinaryOperator;

use super::decimal::{DIVISION_DIGITS, MAX_SCALE};
use super::errors::{SqlError, unsupported};
use super::floats::NOT_FIXED;
use super::typed_sql::{Literal, TypedSql};
use super::value_types::{Type, ValueKind};

/// The kind of number as which an operand is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NumberKind {
    Integer,
    Decimal,
    Double,
}

fn number_kind(value: &TypedSql) -> NumberKind {
    match value.ty.kind {
        ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year | ValueKind::Enum(_) | ValueKind::Set(_) => {
            NumberKind::Integer
        }
        ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp if value.ty.decimals == 0 => {
            NumberKind::Integer
        }
        ValueKind::Decimal | ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp => {
            NumberKind::Decimal
        }
        _ => NumberKind::Double,
    }
}

fn scale(value: &TypedSql) -> u8 {
    if value.ty.kind == ValueKind::Decimal || value.ty.is_temporal() { value.ty.decimals } else { 0 }
}

/// Returns the decimals that an operand gives to a floating-point result.
fn double_decimals(value: &TypedSql) -> u8 {
    match value.ty.kind {
        ValueKind::Text | ValueKind::Binary | ValueKind::Enum(_) | ValueKind::Set(_) => NOT_FIXED,
        _ => value.ty.decimals.min(NOT_FIXED),
    }
}

/// Translates `-value`.
pub(super) fn negated(value: &TypedSql) -> TypedSql {
    if let Some(Literal::Int(number)) = value.literal {
        return TypedSql::int(-number);
    }
    let nullable = value.ty.is_nullable;
    match number_kind(value) {
        NumberKind::Integer => {
            TypedSql::new(format!("(- {})", value.integer()), Type::int(value.ty.length.max(1) + 1).nullable(nullable))
        }
        NumberKind::Decimal => {
            let ty = Type::decimal(value.ty.whole_digits() + u32::from(scale(value)), scale(value));
            TypedSql {
                is_exact: value.is_exact,
                ..TypedSql::new(format!("my_dec_sub('0', {})", value.decimal()), ty.nullable(nullable))
            }
        }
        NumberKind::Double => {
            let decimals = double_decimals(value);
            TypedSql::new(format!("(- {})", value.double()), Type { decimals, ..Type::double() }.nullable(nullable))
        }
    }
    .with_parts([value])
}

/// Translates `left op right`.
pub(super) fn operate(op: &BinaryOperator, left: &TypedSql, right: &TypedSql) -> Result<TypedSql, SqlError> {
    if left.is_hexadecimal() || right.is_hexadecimal() {
        return Err(unsupported("a hexadecimal literal as a number"));
    }
    let kind = number_kind(left).max(number_kind(right));
    let nullable = left.ty.is_nullable || right.ty.is_nullable;
    let result = match op {
        BinaryOperator::Divide => divide(kind, left, right),
        BinaryOperator::MyIntegerDivide => {
            let length = left.ty.whole_digits() + u32::from(scale(right));
            let is_unsigned = left.ty.is_unsigned || right.ty.is_unsigned;
            let sql = if kind == NumberKind::Integer {
                let function = if is_unsigned { "my_uint_div" } else { "my_int_div" };
                format!("{function}({}, {})", left.integer(), right.integer())
            } else {
                format!("my_dec_idiv({}, {})", left.decimal(), right.decimal())
            };
            TypedSql::new(sql, Type::int(length.clamp(1, 21)).unsigned(is_unsigned))
        }
        BinaryOperator::Modulo => match kind {
            NumberKind::Integer => TypedSql::new(
                format!("my_int_mod({}, {})", left.integer(), right.integer()),
                Type::int(left.ty.length.max(right.ty.length).clamp(1, 20)).unsigned(left.ty.is_unsigned),
            ),
            NumberKind::Decimal => {
                let digits = scale(left).max(scale(right));
                let whole = left.ty.whole_digits().max(right.ty.whole_digits());
                TypedSql::new(
                    format!("my_dec_mod({}, {})", left.decimal(), right.decimal()),
                    Type::decimal(whole + u32::from(digits), digits),
                )
            }
            NumberKind::Double => {
                let decimals = double_decimals(left).max(double_decimals(right));
                let sql = format!("my_real_mod({}, {})", left.double(), right.double());
                TypedSql::new(sql, Type { decimals, ..Type::double() })
            }
        },
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => combine(kind, op, left, right),
        _ => return Err(unsupported(format!("the operator {op}"))),
    };
    let is_dividing = matches!(op, BinaryOperator::Divide | BinaryOperator::MyIntegerDivide | BinaryOperator::Modulo);
    let is_nullable = nullable || is_dividing;
    Ok(TypedSql { ty: result.ty.clone().nullable(is_nullable), ..result }.with_parts([left, right]))
}

fn divide(kind: NumberKind, left: &TypedSql, right: &TypedSql) -> TypedSql {
    if kind == NumberKind::Double {
        let digits = u8::try_from(DIVISION_DIGITS).unwrap_or(NOT_FIXED);
        let decimals = double_decimals(left).max(double_decimals(right)).saturating_add(digits).min(NOT_FIXED);
        return TypedSql::new(
            format!("my_real_div({}, {})", left.double(), right.double()),
            Type { decimals, ..Type::double() },
        );
    }
    let digits = (u32::from(scale(left)) + DIVISION_DIGITS).min(u32::from(MAX_SCALE));
    let precision = left.ty.whole_digits() + u32::from(scale(left)) + u32::from(scale(right)) + DIVISION_DIGITS;
    let digits = u8::try_from(digits).unwrap_or(MAX_SCALE);
    TypedSql::new(format!("my_dec_div({}, {})", left.decimal(), right.decimal()), Type::decimal(precision, digits))
}

/// Translates `+`, `-` and `*`.
fn combine(kind: NumberKind, op: &BinaryOperator, left: &TypedSql, right: &TypedSql) -> TypedSql {
    let is_product = *op == BinaryOperator::Multiply;
    let is_exact = |value: &TypedSql| value.is_exact || value.ty.kind != ValueKind::Decimal;
    match kind {
        NumberKind::Integer => {
            let length =
                if is_product { left.ty.length + right.ty.length } else { left.ty.length.max(right.ty.length) + 1 };
            let is_unsigned = left.ty.is_unsigned || right.ty.is_unsigned;
            let name = match (op, is_unsigned) {
                (BinaryOperator::Multiply, false) => "my_int_mul",
                (BinaryOperator::Minus, false) => "my_int_sub",
                (_, false) => "my_int_add",
                (BinaryOperator::Multiply, true) => "my_uint_mul",
                (BinaryOperator::Minus, true) => "my_uint_sub",
                (_, true) => "my_uint_add",
            };
            // Narrow operands cannot overflow. Wide and unsigned ones need a function that reports an overflow.
            let sql = if length < 18 && !is_unsigned {
                format!("({} {op} {})", left.integer(), right.integer())
            } else {
                format!("{name}({}, {})", left.integer(), right.integer())
            };
            TypedSql::new(
                sql,
                Type::int(if is_product { length.clamp(1, 21) } else { (length + 1).clamp(1, 21) })
                    .unsigned(is_unsigned),
            )
        }
        NumberKind::Decimal => {
            let (name, digits, whole) = if is_product {
                (
                    "my_dec_mul",
                    (scale(left) + scale(right)).min(MAX_SCALE),
                    left.ty.whole_digits() + right.ty.whole_digits(),
                )
            } else {
                let name = if *op == BinaryOperator::Plus { "my_dec_add" } else { "my_dec_sub" };
                (name, scale(left).max(scale(right)), left.ty.whole_digits().max(right.ty.whole_digits()) + 1)
            };
            let ty = Type::decimal(whole + u32::from(digits), digits);
            let is_exact = is_exact(left) && is_exact(right);
            TypedSql { is_exact, ..TypedSql::new(format!("{name}({}, {})", left.decimal(), right.decimal()), ty) }
        }
        NumberKind::Double => {
            let decimals = double_decimals(left).max(double_decimals(right));
            TypedSql::new(format!("({} {op} {})", left.double(), right.double()), Type { decimals, ..Type::double() })
        }
    }
}
