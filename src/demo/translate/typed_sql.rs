//! A translated expression: its SQLite text, its type, and its conversions to other types.
//!
//! As on the server, a decimal may have more digits than its type while an expression is computed. [`TypedSql::rounded`]
//! rounds it where the value is returned or stored.

use std::rc::Rc;

use super::collation;
use super::decimal::Decimal;
use super::relation::Field;
use super::temporal::{DateTime, parse_time};
use super::value_types::BitEncoding;
use super::value_types::{Type, ValueKind};

/// The value of a literal, which can be converted at translation time.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Int(i128),
    Text(String),
    Other,
}

/// A translated expression.
#[derive(Debug, Clone)]
pub(super) struct TypedSql {
    pub(super) sql: String,
    pub(super) ty: Type,
    pub(super) literal: Option<Literal>,
    pub(super) field: Option<Rc<Field>>,
    /// Whether a decimal has exactly the digits of its type.
    pub(super) is_exact: bool,
    /// How the server sends the value if it is a BIT.
    pub(super) bits: BitEncoding,
    pub(super) has_aggregate: bool,
    pub(super) has_window: bool,
}

/// Writes a text literal of SQLite.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('\0') {
        return format!("CAST({} AS TEXT)", blob(text.as_bytes()));
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Quotes a name for SQLite.
pub(super) fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Writes a bytes literal of SQLite.
pub(super) fn blob(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("x'");
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('\'');
    out
}

impl TypedSql {
    pub(super) fn new(sql: impl Into<String>, ty: Type) -> Self {
        Self {
            sql: sql.into(),
            ty,
            literal: None,
            field: None,
            is_exact: false,
            bits: BitEncoding::Bytes,
            has_aggregate: false,
            has_window: false,
        }
    }

    /// A reference to a column.
    pub(super) fn of_field(field: &Rc<Field>) -> Self {
        Self { field: Some(Rc::clone(field)), ..Self::new(field.sql.clone(), field.ty.clone()).exact() }
    }

    pub(super) fn null() -> Self {
        Self { literal: Some(Literal::Other), ..Self::new("NULL", Type::null()) }
    }

    pub(super) fn int(value: i128) -> Self {
        let length = u32::try_from(value.to_string().len()).unwrap_or(1);
        let ty = Type::int(length).nullable(false);
        if value > i128::from(i64::MAX) {
            // Above the signed range only a decimal is exact.
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

    /// A condition: 1, 0 or NULL.
    pub(super) fn boolean(sql: String, is_nullable: bool) -> Self {
        Self::new(sql, Type::boolean().nullable(is_nullable))
    }

    pub(super) fn exact(mut self) -> Self {
        self.is_exact = true;
        self
    }

    /// Marks the value as computed, in contrast to the value of a column.
    pub(super) fn computed(mut self) -> Self {
        self.bits = BitEncoding::Digits;
        self
    }

    /// Returns whether it is a literal of bytes or bits, which the server reads as a number or as bytes depending on the
    /// context.
    pub(super) fn is_byte_literal(&self) -> bool {
        self.literal.is_some() && matches!(self.ty.kind, ValueKind::Binary | ValueKind::Bit(_))
    }

    pub(super) fn is_hexadecimal(&self) -> bool {
        self.literal.is_some() && self.ty.kind == ValueKind::Binary
    }

    /// Copies from the parts whether they contain aggregates and window functions.
    pub(super) fn with_parts<'a>(mut self, parts: impl IntoIterator<Item = &'a Self>) -> Self {
        for part in parts {
            self.has_aggregate |= part.has_aggregate;
            self.has_window |= part.has_window;
        }
        self
    }

    /// Converts to a floating-point number.
    pub(super) fn double(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            ValueKind::Null | ValueKind::Double | ValueKind::Float => sql.clone(),
            ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year | ValueKind::Decimal => format!("CAST({sql} AS REAL)"),
            ValueKind::Text | ValueKind::Binary => format!("my_num({sql})"),
            ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp => {
                format!("CAST(my_digits({sql}) AS REAL)")
            }
            ValueKind::Enum(_) | ValueKind::Set(_) => format!("CAST({} AS REAL)", self.member_number()),
        }
    }

    /// Converts to the text of a decimal.
    pub(super) fn decimal(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            ValueKind::Null | ValueKind::Decimal => sql.clone(),
            ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year => format!("CAST({sql} AS TEXT)"),
            ValueKind::Double | ValueKind::Float => format!("my_real_dec({sql})"),
            ValueKind::Text | ValueKind::Binary => format!("my_dec({sql})"),
            ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp => {
                format!("my_digits({sql})")
            }
            ValueKind::Enum(_) | ValueKind::Set(_) => format!("CAST({} AS TEXT)", self.member_number()),
        }
    }

    /// Converts to an integer.
    pub(super) fn integer(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            ValueKind::Null | ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year => sql.clone(),
            ValueKind::Decimal => format!("my_dec_int({sql})"),
            ValueKind::Double | ValueKind::Float => format!("my_real_int({sql})"),
            ValueKind::Text | ValueKind::Binary => format!("my_int({sql})"),
            ValueKind::Date | ValueKind::Time | ValueKind::DateTime | ValueKind::Timestamp => {
                format!("my_dec_int(my_digits({sql}))")
            }
            ValueKind::Enum(_) | ValueKind::Set(_) => self.member_number(),
        }
    }

    /// Converts to text as the server prints it.
    pub(super) fn printed(&self) -> String {
        let sql = &self.sql;
        match &self.ty.kind {
            ValueKind::Decimal => self.rounded(),
            ValueKind::Int | ValueKind::Year | ValueKind::Binary => format!("CAST({sql} AS TEXT)"),
            ValueKind::Bit(bits) => format!("CAST(my_bit_bytes({sql}, {bits}) AS TEXT)"),
            ValueKind::Double => format!("my_double_text({sql}, {})", self.ty.decimals),
            ValueKind::Float => format!("my_float_text({sql})"),
            _ => sql.clone(),
        }
    }

    /// Converts to a condition of AND, OR, NOT, WHERE and the like.
    pub(super) fn condition(&self) -> String {
        if self.literal.is_none() && !self.is_number() { self.double_with_int() } else { self.branch_condition() }
    }

    /// Converts to a condition of IF, CASE and XOR, whose warnings have another text.
    pub(super) fn branch_condition(&self) -> String {
        if self.is_number() { self.sql.clone() } else { self.double() }
    }

    fn is_number(&self) -> bool {
        self.ty.is_integer() || self.ty.is_floating() || self.ty.kind == ValueKind::Null
    }

    /// Converts to a floating-point number that is compared with an integer. The server's warnings call it a DECIMAL then.
    pub(super) fn double_with_int(&self) -> String {
        if self.ty.kind == ValueKind::Text { format!("my_num_with_int({})", self.sql) } else { self.double() }
    }

    /// Converts an ENUM or SET to its number. Other values stay unchanged.
    pub(super) fn member_number(&self) -> String {
        match &self.ty.kind {
            ValueKind::Enum(members) => format!("my_enum({}, {})", self.sql, quoted(&members.join("\u{1f}"))),
            ValueKind::Set(members) => format!("my_set({}, {})", self.sql, quoted(&members.join("\u{1f}"))),
            _ => self.sql.clone(),
        }
    }

    /// Converts to a date-time with `digits` fractional digits.
    pub(super) fn date_time(&self, digits: u8) -> String {
        let fraction =
            |digits: u8| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits))) };
        match self.ty.kind {
            ValueKind::Null => self.sql.clone(),
            ValueKind::DateTime | ValueKind::Timestamp if self.ty.decimals == digits => self.sql.clone(),
            ValueKind::DateTime | ValueKind::Timestamp if self.ty.decimals == 0 => {
                format!("({} || '{}')", self.sql, fraction(digits))
            }
            ValueKind::Date => format!("({} || ' 00:00:00{}')", self.sql, fraction(digits)),
            _ => match self.date_time_literal() {
                Some(Some(moment)) => quoted(&moment.text(digits)),
                _ => format!("my_moment({}, {digits})", self.printed()),
            },
        }
    }

    /// Parses a text or number literal as a date-time. The inner option is `None` if it is not one.
    #[expect(clippy::option_option, reason = "no literal and a wrong literal are two cases")]
    pub(super) fn date_time_literal(&self) -> Option<Option<DateTime>> {
        match self.literal.as_ref()? {
            Literal::Text(text) => Some(DateTime::parse(text)),
            Literal::Int(value) => Some(DateTime::parse(&value.to_string())),
            Literal::Other => None,
        }
    }

    /// Converts to the microseconds of a TIME.
    pub(super) fn time_micros(&self) -> String {
        match &self.literal {
            Some(Literal::Text(text)) => parse_time(text).map_or_else(|| "NULL".to_owned(), |it| it.to_string()),
            _ => format!("my_time_us({})", self.printed()),
        }
    }

    /// Rounds a decimal to the digits of its type. Other values stay unchanged.
    pub(super) fn rounded(&self) -> String {
        if self.ty.kind == ValueKind::Decimal && !self.is_exact {
            return format!("my_dec_round({}, {})", self.sql, self.ty.decimals);
        }
        self.sql.clone()
    }

    /// Returns the key that distinguishes values in GROUP BY, DISTINCT and PARTITION BY.
    pub(super) fn group_key(&self) -> String {
        match self.ty.kind {
            ValueKind::Text | ValueKind::Enum(_) | ValueKind::Set(_) => {
                format!("{} COLLATE {}", self.sql, collation::TEXT)
            }
            _ => self.rounded(),
        }
    }

    /// Returns the key that sorts values.
    pub(super) fn sort_key(&self) -> String {
        match self.ty.kind {
            ValueKind::Text => format!("{} COLLATE {}", self.sql, collation::TEXT),
            ValueKind::Enum(_) | ValueKind::Set(_) => self.member_number(),
            ValueKind::Decimal => format!("{} COLLATE {}", self.rounded(), collation::DECIMAL),
            ValueKind::Time => self.time_micros(),
            _ => self.sql.clone(),
        }
    }

    /// Converts to the storage format of another type. Decimals are not rounded.
    pub(super) fn convert(&self, target: &Type) -> Self {
        let mut is_exact = false;
        let sql = match &target.kind {
            ValueKind::Null | ValueKind::Date | ValueKind::Enum(_) | ValueKind::Set(_) => self.sql.clone(),
            ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year => self.integer(),
            ValueKind::Decimal => {
                is_exact = (self.is_exact && self.ty.kind == ValueKind::Decimal && self.ty.decimals == target.decimals)
                    || (self.ty.is_integer() && target.decimals == 0)
                    || self.ty.kind == ValueKind::Null;
                self.decimal()
            }
            ValueKind::Double | ValueKind::Float => self.double(),
            ValueKind::Text => self.printed(),
            ValueKind::Binary => format!("CAST({} AS BLOB)", self.printed()),
            ValueKind::DateTime | ValueKind::Timestamp => self.date_time(target.decimals),
            ValueKind::Time if self.ty.decimals == target.decimals => self.sql.clone(),
            ValueKind::Time => format!("my_time({}, {})", self.printed(), target.decimals),
        };
        Self { sql, ty: target.clone(), literal: None, field: None, is_exact, ..self.clone() }
    }
}

/// Translates a decimal literal.
pub(super) fn decimal_literal(text: &str) -> Option<TypedSql> {
    let value = Decimal::parse(text)?;
    let shown = value.to_string();
    let scale = u8::try_from(shown.split_once('.').map_or(0, |(_, fraction)| fraction.len())).ok()?;
    let digits = u32::try_from(shown.bytes().filter(u8::is_ascii_digit).count()).ok()?;
    let has_added_zero =
        shown.trim_start_matches('-').starts_with("0.") && !text.trim_start_matches('-').starts_with("0.");
    let ty = Type::decimal(digits - u32::from(has_added_zero && digits > u32::from(scale)), scale).nullable(false);
    Some(TypedSql::new(quoted(&shown), ty).exact())
}
