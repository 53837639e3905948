//! Translates literals, bound values and system variables.

use sqlparser::ast::{Value, ValueWithSpan};

use super::errors::{SqlError, error, syntax, unsupported};
use super::translator::StatementTranslator;
use super::typed_sql::{Literal, TypedSql, blob, decimal_literal};
use super::value_types::{Type, ValueKind};
use super::{Parameter, Variable};

impl StatementTranslator<'_> {
    pub(super) fn variable(&self, parts: &[String]) -> Result<TypedSql, SqlError> {
        let joined = parts.join(".");
        let lower = joined.to_ascii_lowercase();
        let Some(name) = lower.strip_prefix("@@") else { return Err(unsupported("user variables")) };
        let name = ["session.", "global.", "local."].iter().find_map(|scope| name.strip_prefix(scope)).unwrap_or(name);
        match (self.context.variables)(name) {
            Some(Variable::Text(text)) => Ok(TypedSql { literal: None, ..TypedSql::text(&text) }),
            Some(Variable::Integer(number)) => {
                Ok(TypedSql { ty: Type::bigint().nullable(false), ..TypedSql::int(i128::from(number)) })
            }
            None => Err(error(1193, "HY000", format!("Unknown system variable '{name}'"))),
        }
    }

    pub(super) fn value(&self, value: &ValueWithSpan) -> Result<TypedSql, SqlError> {
        let bytes = |bytes: &[u8]| {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            TypedSql {
                literal: Some(Literal::Other),
                ..TypedSql::new(blob(bytes), Type::new(ValueKind::Binary, length, 0).unsigned(true).nullable(false))
            }
        };
        match &value.value {
            Value::Number(digits, false) if digits.bytes().all(|it| it.is_ascii_digit()) => {
                match digits.parse::<i128>() {
                    Ok(number) if number <= i128::from(i64::MAX) => Ok(TypedSql::int(number)),
                    Ok(number) if number <= i128::from(u64::MAX) => {
                        Err(unsupported("unsigned numbers above the signed range"))
                    }
                    _ => decimal_literal(digits).ok_or_else(|| unsupported("numbers of this length")),
                }
            }
            Value::Number(digits, false) if digits.contains(['e', 'E']) => {
                let number: f64 = digits.parse().map_err(|_| unsupported("this number"))?;
                let length = u32::try_from(digits.len()).unwrap_or(23);
                Ok(TypedSql::new(format!("{number:e}"), Type { length, ..Type::double() }.nullable(false)))
            }
            Value::Number(digits, false) => {
                decimal_literal(digits).ok_or_else(|| unsupported("numbers of this length"))
            }
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Ok(TypedSql::text(text)),
            Value::Boolean(truth) => Ok(TypedSql::int(i128::from(*truth))),
            Value::Null => Ok(TypedSql::null()),
            Value::HexStringLiteral(digits) => {
                let digits = if digits.len() % 2 == 1 { format!("0{digits}") } else { digits.clone() };
                super::strings::unhex(&digits)
                    .map(|it| bytes(&it))
                    .ok_or_else(|| unsupported("this hexadecimal literal"))
            }
            Value::SingleQuotedByteStringLiteral(bits)
                if bits.bytes().all(|it| matches!(it, b'0' | b'1')) && bits.len() <= 64 =>
            {
                // A bit literal is bytes for the client and a number in an expression. The demo treats it as a number.
                let number = u64::from_str_radix(bits, 2).unwrap_or(0);
                Ok(TypedSql {
                    ty: Type::new(ValueKind::Bit(1), 1, 0).unsigned(true).nullable(false),
                    ..TypedSql::int(i128::from(number))
                })
            }
            Value::Placeholder(mark) if mark == "?" => self.parameter(value),
            _ => Err(unsupported("this kind of literal")),
        }
    }

    pub(super) fn parameter(&self, value: &ValueWithSpan) -> Result<TypedSql, SqlError> {
        let position = self.source.placeholders().position(|location| location == value.span.start);
        match position.and_then(|it| self.context.parameters.get(it)) {
            Some(Parameter::Null) => Ok(TypedSql::null()),
            Some(Parameter::Integer(number)) => Ok(TypedSql::int(i128::from(*number))),
            Some(Parameter::Double(number)) if number.is_finite() => {
                Ok(TypedSql::new(format!("{number:e}"), Type::double().nullable(false)))
            }
            Some(Parameter::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(TypedSql::text(text)),
                Err(_) => Ok(TypedSql::new(
                    blob(bytes),
                    Type::new(ValueKind::Binary, u32::try_from(bytes.len()).unwrap_or(u32::MAX), 0).nullable(false),
                )),
            },
            Some(Parameter::Double(_)) => Err(unsupported("a number that is not finite")),
            None => Err(syntax("?", 1)),
        }
    }
}
