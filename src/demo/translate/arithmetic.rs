//! `+ - * / DIV %` and the sign: which type comes out, and what SQLite is asked for it.

use sqlparser::ast::BinaryOperator;

use super::SqlError;
use super::decimal::{DIVISION_DIGITS, MAX_SCALE};
use super::errors::unsupported;
use super::types::{FREE, Kind, Type};
use super::value::{Literal, Typed};

/// How an operand counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Count {
    Whole,
    Decimal,
    Real,
}

fn count(value: &Typed) -> Count {
    match value.ty.kind {
        Kind::Int | Kind::Bit(_) | Kind::Year | Kind::Enum(_) | Kind::Set(_) => Count::Whole,
        Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp if value.ty.decimals == 0 => Count::Whole,
        Kind::Decimal | Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp => Count::Decimal,
        _ => Count::Real,
    }
}

fn scale(value: &Typed) -> u8 {
    if value.ty.kind == Kind::Decimal || value.ty.is_temporal() { value.ty.decimals } else { 0 }
}

/// Digits after the point that a floating result takes over from an operand.
fn point(value: &Typed) -> u8 {
    match value.ty.kind {
        Kind::Text | Kind::Binary | Kind::Enum(_) | Kind::Set(_) => FREE,
        _ => value.ty.decimals.min(FREE),
    }
}

/// `-value`.
pub(super) fn negated(value: &Typed) -> Typed {
    if let Some(Literal::Int(number)) = value.literal {
        return Typed::int(-number);
    }
    let nullable = value.ty.is_nullable;
    match count(value) {
        Count::Whole => {
            Typed::new(format!("(- {})", value.whole()), Type::int(value.ty.length.max(1) + 1).nullable(nullable))
        }
        Count::Decimal => {
            let ty = Type::decimal(value.ty.whole_digits() + u32::from(scale(value)), scale(value));
            Typed {
                is_exact: value.is_exact,
                ..Typed::new(format!("my_dec_sub('0', {})", value.dec()), ty.nullable(nullable))
            }
        }
        Count::Real => {
            let decimals = point(value);
            Typed::new(format!("(- {})", value.real()), Type { decimals, ..Type::double() }.nullable(nullable))
        }
    }
    .of([value])
}

/// `left op right`.
pub(super) fn operate(op: &BinaryOperator, left: &Typed, right: &Typed) -> Result<Typed, SqlError> {
    if left.is_hexadecimal() || right.is_hexadecimal() {
        return Err(unsupported("a hexadecimal literal as a number"));
    }
    let form = count(left).max(count(right));
    let nullable = left.ty.is_nullable || right.ty.is_nullable;
    let made = match op {
        BinaryOperator::Divide => divided(form, left, right),
        BinaryOperator::MyIntegerDivide => {
            let length = left.ty.whole_digits() + u32::from(scale(right));
            let is_unsigned = left.ty.is_unsigned || right.ty.is_unsigned;
            let sql = if form == Count::Whole {
                let function = if is_unsigned { "my_uint_div" } else { "my_int_div" };
                format!("{function}({}, {})", left.whole(), right.whole())
            } else {
                format!("my_dec_idiv({}, {})", left.dec(), right.dec())
            };
            Typed::new(sql, Type::int(length.clamp(1, 21)).unsigned(is_unsigned))
        }
        BinaryOperator::Modulo => match form {
            Count::Whole => Typed::new(
                format!("my_int_mod({}, {})", left.whole(), right.whole()),
                Type::int(left.ty.length.max(right.ty.length).clamp(1, 20)).unsigned(left.ty.is_unsigned),
            ),
            Count::Decimal => {
                let digits = scale(left).max(scale(right));
                let whole = left.ty.whole_digits().max(right.ty.whole_digits());
                Typed::new(
                    format!("my_dec_mod({}, {})", left.dec(), right.dec()),
                    Type::decimal(whole + u32::from(digits), digits),
                )
            }
            Count::Real => {
                let decimals = point(left).max(point(right));
                let sql = format!("my_real_mod({}, {})", left.real(), right.real());
                Typed::new(sql, Type { decimals, ..Type::double() })
            }
        },
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply => combined(form, op, left, right),
        _ => return Err(unsupported(format!("the operator {op}"))),
    };
    let is_dividing = matches!(op, BinaryOperator::Divide | BinaryOperator::MyIntegerDivide | BinaryOperator::Modulo);
    let is_nullable = nullable || is_dividing;
    Ok(Typed { ty: made.ty.clone().nullable(is_nullable), ..made }.of([left, right]))
}

fn divided(form: Count, left: &Typed, right: &Typed) -> Typed {
    if form == Count::Real {
        let digits = u8::try_from(DIVISION_DIGITS).unwrap_or(FREE);
        let decimals = point(left).max(point(right)).saturating_add(digits).min(FREE);
        return Typed::new(
            format!("my_real_div({}, {})", left.real(), right.real()),
            Type { decimals, ..Type::double() },
        );
    }
    let digits = (u32::from(scale(left)) + DIVISION_DIGITS).min(u32::from(MAX_SCALE));
    let precision = left.ty.whole_digits() + u32::from(scale(left)) + u32::from(scale(right)) + DIVISION_DIGITS;
    let digits = u8::try_from(digits).unwrap_or(MAX_SCALE);
    Typed::new(format!("my_dec_div({}, {})", left.dec(), right.dec()), Type::decimal(precision, digits))
}

fn combined(form: Count, op: &BinaryOperator, left: &Typed, right: &Typed) -> Typed {
    let is_product = *op == BinaryOperator::Multiply;
    let is_exact = |value: &Typed| value.is_exact || value.ty.kind != Kind::Decimal;
    match form {
        Count::Whole => {
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
            // Narrow operands cannot overflow; wide and unsigned ones go through a function that refuses to.
            let sql = if length < 18 && !is_unsigned {
                format!("({} {op} {})", left.whole(), right.whole())
            } else {
                format!("{name}({}, {})", left.whole(), right.whole())
            };
            Typed::new(
                sql,
                Type::int(if is_product { length.clamp(1, 21) } else { (length + 1).clamp(1, 21) })
                    .unsigned(is_unsigned),
            )
        }
        Count::Decimal => {
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
            Typed { is_exact, ..Typed::new(format!("{name}({}, {})", left.dec(), right.dec()), ty) }
        }
        Count::Real => {
            let decimals = point(left).max(point(right));
            Typed::new(format!("({} {op} {})", left.real(), right.real()), Type { decimals, ..Type::double() })
        }
    }
}
