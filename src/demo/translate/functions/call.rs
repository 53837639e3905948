//! One call of a scalar function, with helpers to build its SQLite text.

use super::super::context::Context;
use super::super::errors::{SqlError, unsupported};
use super::super::typed_sql::{Literal, TypedSql};
use super::super::value_types::{Type, ValueKind};

/// A call of a scalar function.
pub(super) struct FunctionCall<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) name: &'static str,
    pub(super) args: &'a [TypedSql],
}

impl FunctionCall<'_> {
    pub(super) fn arg(&self, at: usize) -> &TypedSql {
        #[expect(clippy::indexing_slicing, reason = "the number of arguments was checked before")]
        &self.args[at]
    }

    /// Returns the maximum number of characters of an argument.
    pub(super) fn length(&self, at: usize) -> u32 {
        self.args.get(at).map_or(0, |it| it.ty.length)
    }

    pub(super) fn is_nullable(&self) -> bool {
        self.args.iter().any(|it| it.ty.is_nullable)
    }

    /// Returns all arguments as text, separated by commas.
    pub(super) fn printed(&self) -> String {
        self.args.iter().map(TypedSql::printed).collect::<Vec<_>>().join(", ")
    }

    /// Calls a SQL function with the arguments as text. The result is text.
    pub(super) fn text_result(&self, function: &str, length: u32) -> Result<TypedSql, SqlError> {
        self.check_not_null()?;
        Ok(TypedSql::new(format!("{function}({})", self.printed()), Type::text(length).nullable(self.is_nullable())))
    }

    /// Checks that the first argument is not the literal NULL, for which the server returns bytes.
    pub(super) fn check_not_null(&self) -> Result<(), SqlError> {
        if self.args.first().is_some_and(|it| it.ty.kind == ValueKind::Null) {
            return Err(unsupported(format!("{} of NULL", self.name)));
        }
        Ok(())
    }

    /// Calls a SQL function with the arguments as text or bytes. The result is an integer.
    pub(super) fn integer_result(&self, function: &str, length: u32) -> TypedSql {
        let args =
            self.args.iter().map(|it| if it.ty.kind == ValueKind::Binary { it.sql.clone() } else { it.printed() });
        let args = args.collect::<Vec<_>>().join(", ");
        TypedSql::new(format!("{function}({args})"), Type::int(length).nullable(self.is_nullable()))
    }

    /// Calls a SQL function with the arguments as floating-point numbers.
    pub(super) fn with_doubles(&self, function: &str) -> TypedSql {
        let args = self.args.iter().map(TypedSql::double).collect::<Vec<_>>().join(", ");
        TypedSql::new(format!("{function}({args})"), Type::double())
    }

    /// Translates LEFT, RIGHT and SUBSTRING.
    pub(super) fn part_of_text(&self, function: &str) -> Result<TypedSql, SqlError> {
        self.check_not_null()?;
        let numbers = self.args.iter().skip(1).map(TypedSql::integer).collect::<Vec<_>>().join(", ");
        let last = self.args.len() - 1;
        let length = match self.arg(last).literal {
            Some(Literal::Int(number)) if last == 2 || function != "my_substring" => {
                self.length(0).min(u32::try_from(number.max(0)).unwrap_or(u32::MAX))
            }
            _ => self.length(0),
        };
        if self.arg(0).ty.kind == ValueKind::Binary {
            return Err(unsupported(format!("{} of bytes", self.name)));
        }
        Ok(TypedSql::new(
            format!("{function}({}, {numbers})", self.arg(0).printed()),
            Type::text(length).nullable(self.is_nullable()),
        ))
    }

    /// Translates LOCATE and INSTR. `needle` and `haystack` are positions of arguments.
    pub(super) fn locate(&self, needle: usize, haystack: usize) -> TypedSql {
        let start = self.args.get(2).map_or_else(|| "1".to_owned(), TypedSql::integer);
        let sql = format!("my_locate({}, {}, {start})", self.arg(needle).printed(), self.arg(haystack).printed());
        TypedSql::new(sql, Type::int(11).nullable(self.is_nullable()))
    }

    /// Returns the value of a literal length, or a large default.
    pub(super) fn literal_length(&self, at: usize) -> u32 {
        match self.args.get(at).and_then(|it| it.literal.as_ref()) {
            Some(Literal::Int(number)) => u32::try_from((*number).max(0)).unwrap_or(u32::MAX),
            _ => 4_194_304,
        }
    }

    /// Translates REPEAT.
    pub(super) fn repeat(&self) -> TypedSql {
        let length = self.length(0).saturating_mul(self.literal_length(1));
        TypedSql::new(format!("my_repeat({}, {})", self.arg(0).printed(), self.arg(1).integer()), Type::text(length))
    }

    /// Translates YEAR, MONTH, HOUR and the like.
    pub(super) fn date_part(&self, unit: &str, length: u32) -> TypedSql {
        let value = self.arg(0);
        let is_time_unit = matches!(unit, "HOUR" | "MINUTE" | "SECOND" | "MICROSECOND");
        let sql = if is_time_unit && (value.ty.kind == ValueKind::Time || value.ty.is_textual()) {
            format!("my_clock_part('{unit}', {})", value.time_micros())
        } else {
            format!("my_part('{unit}', {})", value.date_time(6))
        };
        TypedSql::new(sql, Type::int(length))
    }
}

/// Creates the result of a call.
pub(super) fn typed(sql: String, ty: Type) -> TypedSql {
    TypedSql::new(sql, ty)
}

/// Returns the common type of all values.
pub(in crate::demo::translate) fn unified(values: &[TypedSql]) -> Result<Type, SqlError> {
    if values.iter().any(TypedSql::is_byte_literal) {
        return Err(unsupported("a literal of bytes or bits in this place"));
    }
    let mut common = Type::null().nullable(false);
    for value in values {
        common = common.common_type(&value.ty).ok_or_else(|| unsupported("values of these types in one column"))?;
    }
    Ok(common)
}
