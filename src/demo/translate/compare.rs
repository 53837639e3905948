//! In which form two values are compared: the server's rules, with the form that SQLite's indexes can serve where there is one.

use super::SqlError;
use super::collation;
use super::errors::unsupported;
use super::temporal::SECOND;
use super::types::Kind;
use super::value::{Literal, Typed, quoted};

/// The form of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As they lie: whole numbers, floating numbers beside them, equal temporal forms.
    Plain,
    Decimal,
    Real,
    /// The same of a text beside a whole number, for the words of a warning.
    RealBesideInt,
    Text,
    Bytes,
    /// As moments with so many digits of the second.
    Moment(u8),
    /// As microseconds of a TIME.
    Clock,
    /// A date beside another.
    Day,
}

/// Which form serves two values.
pub(super) fn form(left: &Typed, right: &Typed) -> Result<Form, SqlError> {
    let (a, b) = (&left.ty, &right.ty);
    if a.kind == Kind::Null || b.kind == Kind::Null {
        let other = if a.kind == Kind::Null { right } else { left };
        return if other.ty.kind == Kind::Null { Ok(Form::Plain) } else { form(other, other) };
    }
    if a.is_temporal() || b.is_temporal() {
        return temporal_form(left, right);
    }
    if (left.is_hexadecimal() && b.is_number()) || (right.is_hexadecimal() && a.is_number()) {
        return Err(unsupported("a hexadecimal literal as a number"));
    }
    if a.kind == Kind::Binary || b.kind == Kind::Binary {
        return Ok(if a.is_number() || b.is_number() { Form::Real } else { Form::Bytes });
    }
    if a.is_textual() && b.is_textual() {
        return Ok(Form::Text);
    }
    if a.is_number() && b.is_number() {
        return Ok(if a.is_floating() || b.is_floating() {
            Form::Real
        } else if a.kind == Kind::Decimal || b.kind == Kind::Decimal {
            Form::Decimal
        } else {
            Form::Plain
        });
    }
    let is_small = |number: &Typed, text: &Typed| number.ty.is_whole() && whole_literal(text).is_some();
    let is_enum =
        |word: &Typed, number: &Typed| matches!(word.ty.kind, Kind::Enum(_) | Kind::Set(_)) && number.ty.is_whole();
    if is_small(left, right) || is_small(right, left) || is_enum(left, right) || is_enum(right, left) {
        return Ok(Form::Plain);
    }
    Ok(if a.is_whole() || b.is_whole() { Form::RealBesideInt } else { Form::Real })
}

fn temporal_form(left: &Typed, right: &Typed) -> Result<Form, SqlError> {
    let (a, b) = (&left.ty, &right.ty);
    if a.kind == Kind::Time || b.kind == Kind::Time {
        if (a.is_temporal() && b.is_temporal() && a.kind != b.kind) || a.is_number() || b.is_number() {
            return Err(unsupported("comparing a TIME with this type"));
        }
        return Ok(Form::Clock);
    }
    if a.kind == Kind::Date && b.kind == Kind::Date {
        return Ok(Form::Day);
    }
    for value in [left, right] {
        if let Some(None) = value.moment_literal() {
            return Err(unsupported("comparing a date with a text or number that is none"));
        }
    }
    let midnight = |value: &Typed| value.moment_literal().flatten().is_some_and(|moment| moment.time == 0);
    if (a.kind == Kind::Date && midnight(right)) || (b.kind == Kind::Date && midnight(left)) {
        return Ok(Form::Day);
    }
    let digits = |value: &Typed| {
        if value.ty.is_temporal() {
            return value.ty.decimals;
        }
        match value.moment_literal() {
            Some(Some(moment)) if moment.time % SECOND == 0 => 0,
            Some(Some(moment)) if moment.time % 1000 == 0 => 3,
            _ => 6,
        }
    };
    Ok(Form::Moment(digits(left).max(digits(right))))
}

fn whole_literal(value: &Typed) -> Option<i64> {
    match &value.literal {
        Some(Literal::Text(text)) => text.parse::<i64>().ok().filter(|it| it.to_string() == *text),
        _ => None,
    }
}

/// A value in a form.
pub(super) fn in_form(value: &Typed, form: Form) -> String {
    match form {
        Form::Plain => match whole_literal(value) {
            Some(number) => number.to_string(),
            None => value.index(),
        },
        Form::Decimal => format!("{} COLLATE {}", value.dec(), collation::DECIMAL),
        Form::Real => value.real(),
        Form::RealBesideInt => value.real_beside_int(),
        Form::Text => format!("{} COLLATE {}", value.printed(), collation::TEXT),
        Form::Bytes if value.ty.kind == Kind::Binary => value.sql.clone(),
        Form::Bytes => format!("CAST({} AS BLOB)", value.printed()),
        Form::Moment(digits) => value.moment(digits),
        Form::Clock => value.clock(),
        Form::Day if value.ty.kind == Kind::Date => value.sql.clone(),
        Form::Day => match value.moment_literal() {
            Some(Some(moment)) => quoted(&moment.date_text()),
            _ => format!("my_date({})", value.printed()),
        },
    }
}

/// `left operator right` with an operator of SQLite.
pub(super) fn compared(left: &Typed, operator: &str, right: &Typed) -> Result<Typed, SqlError> {
    let form = form(left, right)?;
    let sql = format!("({} {operator} {})", in_form(left, form), in_form(right, form));
    let is_nullable = operator != "IS"
        && (left.ty.is_nullable || right.ty.is_nullable || matches!(form, Form::Moment(_) | Form::Clock));
    Ok(Typed::truth_of(sql, is_nullable).of([left, right]))
}
