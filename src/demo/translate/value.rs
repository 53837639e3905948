//! An expression that has been understood: its SQLite text, its type, and the ways to read it as another type.
//!
//! A decimal's text may have more digits than its type while an expression is computed, as on the server;
//! [`Typed::settled`] rounds it where a value is shown or kept.

use std::rc::Rc;

use super::collation;
use super::decimal::Decimal;
use super::pass::Bits;
use super::scope::Field;
use super::temporal::{Moment, parse_time};
use super::types::{Kind, Type};

/// A literal's value, where the text that compares or converts it can be made at once.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Int(i128),
    Text(String),
    Other,
}

/// An understood expression.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub(super) sql: String,
    pub(super) ty: Type,
    pub(super) literal: Option<Literal>,
    pub(super) field: Option<Rc<Field>>,
    /// Whether a decimal's text has exactly the digits of its type.
    pub(super) is_exact: bool,
    /// How the server sends it, if it is a BIT.
    pub(super) bits: Bits,
    pub(super) has_aggregate: bool,
    pub(super) has_window: bool,
}

/// A text as a literal of SQLite.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('\0') {
        return format!("CAST({} AS TEXT)", blob(text.as_bytes()));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as SQLite takes it.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Bytes as a literal of SQLite.
pub(super) fn blob(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("x'");
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('\'');
    out
}

impl Typed {
    pub(super) fn new(sql: impl Into<String>, ty: Type) -> Self {
        Self {
            sql: sql.into(),
            ty,
            literal: None,
            field: None,
            is_exact: false,
            bits: Bits::Bytes,
            has_aggregate: false,
            has_window: false,
        }
    }

    pub(super) fn null() -> Self {
        Self { literal: Some(Literal::Other), ..Self::new("NULL", Type::null()) }
    }

    pub(super) fn int(value: i128) -> Self {
        let length = u32::try_from(value.to_string().len()).unwrap_or(1);
        let ty = Type::int(length).nullable(false);
        if value > i128::from(i64::MAX) {
            // An unsigned number over the signed range is exact as a decimal only.
            return Self {
                is_exact: true,
                ..Self::new(quoted(&value.to_string()), Type::decimal(20, 0).nullable(false))
            };
        }
        let sql = if value < 0 { format!("({value})") } else { value.to_string() };
        Self { literal: Some(Literal::Int(value)), ..Self::new(sql, ty) }
    }

    pub(super) fn text(value: &str) -> Self {
        let length = u32::try_from(value.chars().count()).unwrap_or(u32::MAX);
        Self {
            literal: Some(Literal::Text(value.to_owned())),
            ..Self::new(quoted(value), Type::text(length).nullable(false))
        }
    }

    /// A truth value of this SQLite text.
    pub(super) fn truth_of(sql: String, is_nullable: bool) -> Self {
        Self::new(sql, Type::truth().nullable(is_nullable))
    }

    pub(super) fn exact(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// What an expression made of values, not a column handed through.
    pub(super) fn made(mut self) -> Self {
        self.bits = Bits::Digits;
        self
    }

    /// Whether it is a literal of bytes or bits, which the server takes for a number in some places and for bytes in others.
    pub(super) fn is_byte_literal(&self) -> bool {
        self.literal.is_some() && matches!(self.ty.kind, Kind::Binary | Kind::Bit(_))
    }

    pub(super) fn is_hexadecimal(&self) -> bool {
        self.literal.is_some() && self.ty.kind == Kind::Binary
    }

    /// Takes over whether the parts hold aggregates and windows.
    pub(super) fn of<'a>(mut self, parts: impl IntoIterator<Item = &'a Self>) -> Self {
        for part in parts {
            self.has_aggregate |= part.has_aggregate;
            self.has_window |= part.has_window;
        }
        self
    }

    /// As a floating number.
    pub(super) fn real(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            Kind::Null | Kind::Double | Kind::Float => sql.clone(),
            Kind::Int | Kind::Bit(_) | Kind::Year | Kind::Decimal => format!("CAST({sql} AS REAL)"),
            Kind::Text | Kind::Binary => format!("my_num({sql})"),
            Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp => format!("CAST(my_digits({sql}) AS REAL)"),
            Kind::Enum(_) | Kind::Set(_) => format!("CAST({} AS REAL)", self.index()),
        }
    }

    /// As the text of a decimal.
    pub(super) fn dec(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            Kind::Null | Kind::Decimal => sql.clone(),
            Kind::Int | Kind::Bit(_) | Kind::Year => format!("CAST({sql} AS TEXT)"),
            Kind::Double | Kind::Float => format!("my_real_dec({sql})"),
            Kind::Text | Kind::Binary => format!("my_dec({sql})"),
            Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp => format!("my_digits({sql})"),
            Kind::Enum(_) | Kind::Set(_) => format!("CAST({} AS TEXT)", self.index()),
        }
    }

    /// As a whole number.
    pub(super) fn whole(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            Kind::Null | Kind::Int | Kind::Bit(_) | Kind::Year => sql.clone(),
            Kind::Decimal => format!("my_dec_int({sql})"),
            Kind::Double | Kind::Float => format!("my_real_int({sql})"),
            Kind::Text | Kind::Binary => format!("my_int({sql})"),
            Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp => format!("my_dec_int(my_digits({sql}))"),
            Kind::Enum(_) | Kind::Set(_) => self.index(),
        }
    }

    /// As text, as the server prints it.
    pub(super) fn printed(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            Kind::Decimal => self.settled(),
            Kind::Int | Kind::Year | Kind::Binary => format!("CAST({sql} AS TEXT)"),
            Kind::Bit(bits) => format!("CAST(my_bit_bytes({sql}, {bits}) AS TEXT)"),
            Kind::Double => format!("my_double_text({sql}, {})", self.ty.decimals),
            Kind::Float => format!("my_float_text({sql})"),
            _ => sql.clone(),
        }
    }

    /// As a condition: 0, 1 or NULL by SQLite's own rule.
    pub(super) fn condition(&self) -> String {
        if self.literal.is_none() && !self.is_number() { self.real_beside_int() } else { self.choice() }
    }

    /// The same as what IF, CASE and XOR choose by: a warning has other words there.
    pub(super) fn choice(&self) -> String {
        if self.is_number() { self.sql.clone() } else { self.real() }
    }

    fn is_number(&self) -> bool {
        self.ty.is_whole() || self.ty.is_floating() || self.ty.kind == Kind::Null
    }

    /// As a floating number, of which a warning speaks as of a decimal: so does the server beside a whole number.
    pub(super) fn real_beside_int(&self) -> String {
        if self.ty.kind == Kind::Text { format!("my_num_beside_int({})", self.sql) } else { self.real() }
    }

    /// The number of an ENUM's or SET's word.
    pub(super) fn index(&self) -> String {
        match &self.ty.kind {
            Kind::Enum(words) => format!("my_enum({}, {})", self.sql, quoted(&words.join("\u{1f}"))),
            Kind::Set(words) => format!("my_set({}, {})", self.sql, quoted(&words.join("\u{1f}"))),
            _ => self.sql.clone(),
        }
    }

    /// As a date and time with so many digits of the second.
    pub(super) fn moment(&self, digits: u8) -> String {
        let fraction =
            |digits: u8| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits))) };
        match self.ty.kind {
            Kind::Null => self.sql.clone(),
            Kind::DateTime | Kind::Timestamp if self.ty.decimals == digits => self.sql.clone(),
            Kind::DateTime | Kind::Timestamp if self.ty.decimals == 0 => {
                format!("({} || '{}')", self.sql, fraction(digits))
            }
            Kind::Date => format!("({} || ' 00:00:00{}')", self.sql, fraction(digits)),
            _ => match self.moment_literal() {
                Some(Some(moment)) => quoted(&moment.text(digits)),
                _ => format!("my_moment({}, {digits})", self.printed()),
            },
        }
    }

    /// What a literal text or number is as a moment; inside `None` when it is none.
    #[expect(clippy::option_option, reason = "no literal and a wrong literal are two things")]
    pub(super) fn moment_literal(&self) -> Option<Option<Moment>> {
        match self.literal.as_ref()? {
            Literal::Text(text) => Some(Moment::parse(text)),
            Literal::Int(value) => Some(Moment::parse(&value.to_string())),
            Literal::Other => None,
        }
    }

    /// As microseconds of a TIME.
    pub(super) fn clock(&self) -> String {
        match &self.literal {
            Some(Literal::Text(text)) => parse_time(text).map_or_else(|| "NULL".to_owned(), |it| it.to_string()),
            _ => format!("my_time_us({})", self.printed()),
        }
    }

    /// As it is kept or shown: a decimal rounded to its type's digits.
    pub(super) fn settled(&self) -> String {
        if self.ty.kind == Kind::Decimal && !self.is_exact {
            return format!("my_dec_round({}, {})", self.sql, self.ty.decimals);
        }
        self.sql.clone()
    }

    /// As a key that tells values apart (GROUP BY, DISTINCT, PARTITION BY).
    pub(super) fn same_key(&self) -> String {
        match self.ty.kind {
            Kind::Text | Kind::Enum(_) | Kind::Set(_) => format!("{} COLLATE {}", self.sql, collation::TEXT),
            _ => self.settled(),
        }
    }

    /// As a key that orders values.
    pub(super) fn order_key(&self) -> String {
        match self.ty.kind {
            Kind::Text => format!("{} COLLATE {}", self.sql, collation::TEXT),
            Kind::Enum(_) | Kind::Set(_) => self.index(),
            Kind::Decimal => format!("{} COLLATE {}", self.settled(), collation::DECIMAL),
            Kind::Time => self.clock(),
            _ => self.sql.clone(),
        }
    }

    /// The value in another type's storage form. The digits of a decimal stay open.
    pub(super) fn convert(&self, target: &Type) -> Self {
        let mut is_exact = false;
        let sql = match &target.kind {
            Kind::Null | Kind::Date | Kind::Enum(_) | Kind::Set(_) => self.sql.clone(),
            Kind::Int | Kind::Bit(_) | Kind::Year => self.whole(),
            Kind::Decimal => {
                is_exact = (self.is_exact && self.ty.kind == Kind::Decimal && self.ty.decimals == target.decimals)
                    || (self.ty.is_whole() && target.decimals == 0)
                    || self.ty.kind == Kind::Null;
                self.dec()
            }
            Kind::Double | Kind::Float => self.real(),
            Kind::Text => self.printed(),
            Kind::Binary => format!("CAST({} AS BLOB)", self.printed()),
            Kind::DateTime | Kind::Timestamp => self.moment(target.decimals),
            Kind::Time if self.ty.decimals == target.decimals => self.sql.clone(),
            Kind::Time => format!("my_time({}, {})", self.printed(), target.decimals),
        };
        Self { sql, ty: target.clone(), literal: None, field: None, is_exact, ..self.clone() }
    }
}

/// The literal of a decimal text.
pub(super) fn decimal_literal(text: &str) -> Option<Typed> {
    let value = Decimal::parse(text)?;
    let shown = value.to_string();
    let scale = u8::try_from(shown.split_once('.').map_or(0, |(_, fraction)| fraction.len())).ok()?;
    let digits = u32::try_from(shown.bytes().filter(u8::is_ascii_digit).count()).ok()?;
    let whole_zero = shown.trim_start_matches('-').starts_with("0.") && !text.trim_start_matches('-').starts_with("0.");
    let ty = Type::decimal(digits - u32::from(whole_zero && digits > u32::from(scale)), scale).nullable(false);
    Some(Typed::new(quoted(&shown), ty).exact())
}
