//! What SQLite is taught: the functions and collations that translated statements call. Each is named `my_…`.

mod groups;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

pub(super) use self::groups::SEPARATOR;
use super::decimal::{Decimal, compare_texts};
use super::errors::{MARK, error};
use super::temporal::{self, DAY, Moment, SECOND, parse_time, time_text};
use super::{SqlError, Warnings, collation, number, text};
use crate::domain::calendar::days_of;

/// Teaches a connection.
pub(super) fn install(connection: &Connection, warnings: &Warnings) -> Result<()> {
    connection.create_collation(collation::TEXT, collation::compare)?;
    connection.create_collation(collation::DECIMAL, compare_texts)?;
    for (name, count, body) in STRICT {
        let body = *body;
        define(connection, warnings, name, *count, move |arguments| {
            let has_null = (0..arguments.len()).any(|at| arguments.raw(at) == ValueRef::Null);
            if has_null { Ok(None) } else { body(arguments) }
        })?;
    }
    define(connection, warnings, "my_concat_ws", -1, |it| {
        if it.raw(0) == ValueRef::Null {
            return Ok(None);
        }
        let parts: Vec<String> =
            (1..it.len()).filter(|at| it.raw(*at) != ValueRef::Null).map(|at| it.text(at)).collect();
        Ok(Some(Value::Text(parts.join(&it.text(0)))))
    })?;
    define(connection, warnings, "my_single", 2, |it| {
        if it.int(1) > 1 {
            return Err(error(1242, "21000", "Subquery returns more than 1 row"));
        }
        Ok(Some(owned(it.raw(0))))
    })?;
    // Not deterministic: SQLite must not keep its answer.
    connection.create_scalar_function("my_nap", 1, FunctionFlags::SQLITE_UTF8, |context| {
        nap();
        Ok(context.get::<i64>(0)? + 1)
    })?;
    groups::install(connection, warnings)
}

#[expect(
    clippy::disallowed_methods,
    reason = "SLEEP() is a wait; ten milliseconds, so that an interrupt is seen between two"
)]
fn nap() {
    std::thread::sleep(std::time::Duration::from_millis(10));
}

/// What a function is called with, and where it tells what it warns of.
struct Arguments<'a, 'c>(&'a Context<'c>, &'a Warnings);

type Answer = std::result::Result<Option<Value>, SqlError>;
type Body = fn(&Arguments<'_, '_>) -> Answer;

impl Arguments<'_, '_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn raw(&self, at: usize) -> ValueRef<'_> {
        if at < self.0.len() { self.0.get_raw(at) } else { ValueRef::Null }
    }

    fn text(&self, at: usize) -> String {
        match self.raw(at) {
            ValueRef::Null => String::new(),
            ValueRef::Integer(it) => it.to_string(),
            ValueRef::Real(it) => number::double_text(it, 31),
            ValueRef::Text(it) | ValueRef::Blob(it) => String::from_utf8_lossy(it).into_owned(),
        }
    }

    fn raw_length(&self, at: usize) -> usize {
        match self.raw(at) {
            ValueRef::Text(it) | ValueRef::Blob(it) => it.len(),
            _ => 0,
        }
    }

    fn int(&self, at: usize) -> i64 {
        match self.raw(at) {
            ValueRef::Integer(it) => it,
            _ => self.dec(at).ok().and_then(|it| it.scaled(0)).unwrap_or(0),
        }
    }

    fn real(&self, at: usize) -> f64 {
        match self.raw(at) {
            #[expect(clippy::cast_precision_loss, reason = "as the server does")]
            ValueRef::Integer(it) => it as f64,
            ValueRef::Real(it) => it,
            _ => number::parse_double(&self.text(at)),
        }
    }

    fn dec(&self, at: usize) -> std::result::Result<Decimal, SqlError> {
        match self.raw(at) {
            ValueRef::Integer(it) => Ok(Decimal::whole(it)),
            ValueRef::Text(it) => std::str::from_utf8(it).ok().and_then(Decimal::parse).ok_or_else(too_large),
            _ => Decimal::parse(&self.text(at)).ok_or_else(too_large),
        }
    }

    /// The moment that a value is; one that is none is warned of.
    fn moment(&self, at: usize) -> Option<Moment> {
        let moment = match self.raw(at) {
            ValueRef::Text(it) => std::str::from_utf8(it).ok().and_then(Moment::parse),
            _ => Moment::parse(&self.text(at)),
        };
        if moment.is_none() {
            self.1.not_temporal(&self.text(at), "datetime");
        }
        moment
    }

    /// The same for a time of the day, in microseconds.
    fn time(&self, at: usize) -> Option<i64> {
        let text = self.text(at);
        let time = parse_time(&text);
        if time.is_none() {
            self.1.not_temporal(&text, "time");
        }
        time
    }

    /// NULL where the divisor is zero, which is warned of.
    fn divided(&self, is_zero: bool, quotient: impl FnOnce() -> Answer) -> Answer {
        if is_zero {
            self.1.divided_by_zero();
            return Ok(None);
        }
        quotient()
    }

    /// The same for a logarithm, which has no answer for what is not over zero.
    fn logarithm(&self, values: &[f64], answer: f64) -> Answer {
        self.divided(values.iter().any(|value| *value <= 0.0) || !answer.is_finite(), || maybe_real(answer))
    }

    /// A text as a floating number, of which a warning speaks as of this type.
    fn double(&self, target: &str) -> f64 {
        let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = self.raw(0) else { return self.real(0) };
        let text = String::from_utf8_lossy(bytes);
        let (value, end) = number::read_double(&text);
        self.1.read_number(&text, end, target);
        value
    }

    /// A text as a number of a type; what is left of it behind the number is warned of.
    fn number_read(&self, end: fn(&str) -> usize, target: &str) {
        if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = self.raw(0) {
            let text = String::from_utf8_lossy(bytes);
            self.1.read_number(&text, end(&text), target);
        }
    }

    fn digits(&self, at: usize) -> u8 {
        u8::try_from(self.int(at)).unwrap_or(0)
    }
}

fn define<F>(connection: &Connection, warnings: &Warnings, name: &str, count: i32, body: F) -> Result<()>
where
    F: Fn(&Arguments<'_, '_>) -> Answer + Send + 'static,
{
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let warnings = warnings.clone();
    connection.create_scalar_function(name, count, flags, move |context| {
        let answer = body(&Arguments(context, &warnings)).map_err(|error| told(&error))?;
        Ok(answer.unwrap_or(Value::Null))
    })
}

/// An error that [`super::error_of`] can read back out of SQLite.
fn told(error: &SqlError) -> Error {
    Error::UserFunctionError(format!("{MARK}{}:{}:{}", error.code, error.state, error.message).into())
}

/// The server's decimals have 65 digits, the demo's 38.
fn too_large() -> SqlError {
    super::errors::unsupported("decimals of this size")
}

#[expect(clippy::unnecessary_wraps, reason = "the table's signature")]
fn some_text(text: impl Into<String>) -> Answer {
    Ok(Some(Value::Text(text.into())))
}

fn some_dec(value: Option<Decimal>) -> Answer {
    some_text(value.ok_or_else(too_large)?.to_string())
}

#[expect(clippy::unnecessary_wraps, reason = "the table's signature")]
fn maybe_int(value: Option<i64>) -> Answer {
    Ok(value.map(Value::Integer))
}

fn some_int(value: i128) -> Answer {
    let value = i64::try_from(value).map_err(|_| error(1690, "22003", "BIGINT value is out of range"))?;
    Ok(Some(Value::Integer(value)))
}

/// The server's unsigned numbers go further than the demo's.
fn some_unsigned(value: i128) -> Answer {
    match i64::try_from(value) {
        Ok(value @ 0..) => Ok(Some(Value::Integer(value))),
        Err(_) if (0..=i128::from(u64::MAX)).contains(&value) => {
            Err(super::errors::unsupported("unsigned numbers over the signed range"))
        }
        _ => Err(error(1690, "22003", "BIGINT UNSIGNED value is out of range")),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the table's signature")]
fn maybe_real(value: f64) -> Answer {
    Ok(value.is_finite().then_some(Value::Real(value)))
}

#[expect(clippy::unnecessary_wraps, reason = "the table's signature")]
fn maybe_text(value: Option<String>) -> Answer {
    Ok(value.map(Value::Text))
}

#[expect(clippy::option_option, reason = "too large and divided by zero are two things")]
fn maybe_dec(value: Option<Option<Decimal>>) -> Answer {
    Ok(value.ok_or_else(too_large)?.map(|it| Value::Text(it.to_string())))
}

/// The functions that are NULL when an argument is: name, count of arguments (-1: any), body.
#[rustfmt::skip]
const STRICT: &[(&str, i32, Body)] = &[
    ("my_num", 1, |it| maybe_real(it.double("DOUBLE"))),
    ("my_num_beside_int", 1, |it| maybe_real(it.double("DECIMAL"))),
    ("my_int", 1, |it| { it.number_read(whole_length, "INTEGER"); some_dec_int(whole_prefix(&it.text(0)).map(Decimal::whole)) }),
    ("my_dec", 1, |it| { it.number_read(number::double_length, "DECIMAL"); some_dec(Some(it.dec(0)?)) }),
    ("my_real_dec", 1, |it| some_dec(Decimal::from_real(it.real(0)))),
    ("my_real_fit", 3, |it| some_dec(real_fit(it.real(0), it.digits(1), it.digits(2)))),
    ("my_real_int", 1, |it| some_dec_int(Decimal::from_real(it.real(0).round_ties_even()))),
    ("my_unsigned", 1, |it| if it.int(0) < 0 { Err(super::errors::unsupported("unsigned numbers over the signed range")) } else { Ok(Some(Value::Integer(it.int(0)))) }),
    ("my_dec_int", 1, |it| some_dec_int(it.dec(0)?.round(0))),
    ("my_dec_round", 2, |it| { let value = it.dec(0)?; some_dec(value.round(clamped(it.int(1)))) }),
    ("my_dec_trunc", 2, |it| { let value = it.dec(0)?; some_dec(value.truncate(clamped(it.int(1)))) }),
    ("my_dec_fit", 3, |it| some_dec(it.dec(0)?.fit(it.digits(1), it.digits(2)))),
    ("my_dec_add", 2, |it| some_dec(it.dec(0)?.add(it.dec(1)?))),
    ("my_dec_sub", 2, |it| some_dec(it.dec(0)?.subtract(it.dec(1)?))),
    ("my_dec_mul", 2, |it| some_dec(it.dec(0)?.multiply(it.dec(1)?))),
    ("my_dec_div", 2, |it| { let divisor = it.dec(1)?; it.divided(divisor.sign() == 0, || maybe_dec(it.dec(0)?.divide(divisor))) }),
    ("my_dec_mod", 2, |it| { let divisor = it.dec(1)?; it.divided(divisor.sign() == 0, || maybe_dec(it.dec(0)?.remainder(divisor))) }),
    ("my_dec_idiv", 2, |it| { let divisor = it.dec(1)?; it.divided(divisor.sign() == 0, || whole_quotient(it.dec(0)?, divisor)) }),
    ("my_dec_abs", 1, |it| { let value = it.dec(0)?; some_dec(Some(if value.sign() < 0 { value.negate() } else { value })) }),
    ("my_dec_floor", 1, |it| some_text(it.dec(0)?.floor().ok_or_else(too_large)?.to_string())),
    ("my_dec_ceil", 1, |it| some_text(it.dec(0)?.ceiling().ok_or_else(too_large)?.to_string())),
    ("my_scaled", 2, |it| Ok(Some(Value::Integer(it.dec(0)?.scaled(it.digits(1)).ok_or_else(too_large)?)))),
    ("my_unscaled", 2, |it| some_text(Decimal::from_scaled(it.int(0), it.digits(1)).to_string())),
    ("my_int_abs", 1, |it| some_int(i128::from(it.int(0)).abs())),
    ("my_int_add", 2, |it| some_int(i128::from(it.int(0)) + i128::from(it.int(1)))),
    ("my_int_sub", 2, |it| some_int(i128::from(it.int(0)) - i128::from(it.int(1)))),
    ("my_int_mul", 2, |it| some_int(i128::from(it.int(0)) * i128::from(it.int(1)))),
    ("my_int_div", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || some_int(i128::from(it.int(0)) / divisor)) }),
    ("my_int_mod", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || some_int(i128::from(it.int(0)) % divisor)) }),
    ("my_uint_add", 2, |it| some_unsigned(i128::from(it.int(0)) + i128::from(it.int(1)))),
    ("my_uint_sub", 2, |it| some_unsigned(i128::from(it.int(0)) - i128::from(it.int(1)))),
    ("my_uint_mul", 2, |it| some_unsigned(i128::from(it.int(0)) * i128::from(it.int(1)))),
    ("my_uint_div", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || some_unsigned(i128::from(it.int(0)) / divisor)) }),
    ("my_real_div", 2, |it| it.divided(it.real(1) == 0.0, || maybe_real(it.real(0) / it.real(1)))),
    ("my_real_mod", 2, |it| it.divided(it.real(1) == 0.0, || maybe_real(it.real(0) % it.real(1)))),
    ("my_real_round", 2, |it| maybe_real(real_cut(it.real(0), it.int(1), f64::round_ties_even))),
    ("my_real_trunc", 2, |it| maybe_real(real_cut(it.real(0), it.int(1), f64::trunc))),
    ("my_sign", 1, |it| { let value = it.real(0); maybe_int(Some(i64::from(value > 0.0) - i64::from(value < 0.0))) }),
    ("my_power", 2, |it| maybe_real(it.real(0).powf(it.real(1)))), ("my_sqrt", 1, |it| maybe_real(it.real(0).sqrt())), ("my_exp", 1, |it| maybe_real(it.real(0).exp())),
    ("my_ln", 1, |it| it.logarithm(&[it.real(0)], it.real(0).ln())), ("my_log2", 1, |it| it.logarithm(&[it.real(0)], it.real(0).log2())), ("my_log10", 1, |it| it.logarithm(&[it.real(0)], it.real(0).log10())),
    ("my_log", 2, |it| it.logarithm(&[it.real(0), it.real(1)], it.real(1).ln() / it.real(0).ln())), ("my_floor", 1, |it| maybe_real(it.real(0).floor())), ("my_ceil", 1, |it| maybe_real(it.real(0).ceil())),
    ("my_double_text", 2, |it| some_text(number::double_text(it.real(0), it.digits(1)))),
    ("my_float_text", 1, |it| some_text(number::float_text(it.real(0)))),
    ("my_bit_bytes", 2, |it| Ok(Some(Value::Blob(bit_bytes(it.int(0), it.int(1)))))),
    ("my_bytes", 2, |it| { let bytes = fixed_bytes(&it.raw(0), it.int(1)); if it.raw_length(0) > bytes.len() { it.1.cut(&it.text(0), &format!("BINARY({})", it.int(1))); } Ok(Some(Value::Blob(bytes))) }),
    ("my_char", 2, |it| { let (text, cut) = (it.text(0), text::left(&it.text(0), it.int(1))); if cut.len() < text.len() { it.1.cut(&text, &format!("CHAR({})", it.int(1))); } some_text(cut) }),
    ("my_enum", 2, |it| { let (word, words) = (it.text(0), it.text(1)); maybe_int(Some(words.split('\u{1f}').position(|one| one == word).and_then(|at| i64::try_from(at + 1).ok()).unwrap_or(0))) }),
    ("my_set", 2, |it| { let (set, words) = (it.text(0), it.text(1)); maybe_int(Some(words.split('\u{1f}').enumerate().filter(|(_, word)| set.split(',').any(|one| one == *word)).map(|(at, _)| 1_i64 << at.min(62)).sum())) }),
    // Dates and times
    ("my_moment", 2, |it| maybe_text(it.moment(0).map(|moment| moment.text(it.digits(1))))),
    ("my_date", 1, |it| maybe_text(it.moment(0).map(Moment::date_text))),
    ("my_time", 2, |it| maybe_text(it.time(0).map(|time| time_text(time, it.digits(1))))),
    ("my_time_us", 1, |it| maybe_int(it.time(0))),
    ("my_time_text", 2, |it| some_text(time_text(it.int(0), it.digits(1)))),
    ("my_digits", 1, |it| some_text(digits_of(&it.text(0)))),
    ("my_part", 2, |it| maybe_int(it.moment(1).and_then(|moment| part(&it.text(0), moment)))),
    ("my_clock_part", 2, |it| maybe_int(Some(clock_part(&it.text(0), it.int(1).abs())))),
    ("my_week", 2, |it| maybe_int(it.moment(0).and_then(|moment| moment.week(it.int(1))).map(|(week, _)| week))),
    ("my_yearweek", 2, |it| maybe_int(it.moment(0).and_then(|moment| moment.week(it.int(1) | 2)).map(|(week, year)| year * 100 + week))),
    ("my_last_day", 1, |it| maybe_text(it.moment(0).and_then(Moment::last_day).map(Moment::date_text))),
    ("my_date_format", 2, |it| maybe_text(it.moment(0).and_then(|moment| moment.format(&it.text(1))))),
    ("my_datediff", 2, |it| maybe_int(it.moment(0).and_then(Moment::micros).zip(it.moment(1).and_then(Moment::micros)).map(|(a, b)| a.div_euclid(DAY) - b.div_euclid(DAY)))),
    ("my_diff", 3, |it| maybe_int(it.moment(1).zip(it.moment(2)).and_then(|(from, to)| temporal::difference(&it.text(0), from, to)))),
    ("my_move", 5, |it| it.moment(0).and_then(|moment| moved(moment, &it.text(0), &it.text(1), &it.text(2), it.int(3), &it.text(4))).transpose()?.map_or(Ok(None), some_text)),
    ("my_convert_tz", 4, |it| maybe_text(converted(it))),
    ("my_unix_micros", 2, |it| maybe_int(it.moment(0).map(|moment| moment.micros().map_or(0, |micros| (micros - it.int(1) * SECOND).max(0))))),
    ("my_from_unix", 3, |it| { let micros = it.dec(0)?.scaled(6).and_then(|micros| micros.checked_add(it.int(1) * SECOND)); maybe_text(micros.and_then(Moment::from_micros).map(|moment| moment.text(it.digits(2)))) }),
    ("my_makedate", 2, |it| maybe_text((it.int(1) > 0).then(|| Moment::from_micros((days_of(it.int(0), 1, 1) + it.int(1) - 1) * DAY)).flatten().map(Moment::date_text))),
    // Texts
    ("my_like", 3, |it| { let (value, pattern, escape) = (it.text(0), it.text(1), it.text(2)); maybe_int(Some(i64::from(collation::is_like(&value, &pattern, escape.chars().next())))) }),
    ("my_upper", 1, |it| some_text(it.text(0).chars().map(upper).collect::<String>())), ("my_lower", 1, |it| some_text(it.text(0).chars().map(lower).collect::<String>())),
    ("my_reverse", 1, |it| some_text(it.text(0).chars().rev().collect::<String>())),
    ("my_bytes_length", 1, |it| { let length = match it.raw(0) { ValueRef::Blob(bytes) | ValueRef::Text(bytes) => bytes.len(), _ => it.text(0).len() }; maybe_int(i64::try_from(length).ok()) }),
    ("my_length", 1, |it| maybe_int(i64::try_from(it.text(0).chars().count()).ok())),
    ("my_ascii", 1, |it| maybe_int(Some(it.text(0).bytes().next().map_or(0, i64::from)))),
    ("my_ord", 1, |it| { let text = it.text(0); let first = text.chars().next(); maybe_int(Some(first.map_or(0, |one| one.to_string().bytes().fold(0, |sum, byte| sum * 256 + i64::from(byte))))) }),
    ("my_left", 2, |it| some_text(text::left(&it.text(0), it.int(1)))), ("my_right", 2, |it| some_text(text::right(&it.text(0), it.int(1)))),
    ("my_substring", 2, |it| some_text(text::substring(&it.text(0), it.int(1), None))), ("my_substring", 3, |it| some_text(text::substring(&it.text(0), it.int(1), Some(it.int(2))))),
    ("my_substring_index", 3, |it| some_text(text::substring_index(&it.text(0), &it.text(1), it.int(2)))),
    ("my_locate", 3, |it| maybe_int(Some(collation::locate(&it.text(0), &it.text(1), it.int(2))))),
    ("my_replace", 3, |it| { let from = it.text(1); some_text(if from.is_empty() { it.text(0) } else { it.text(0).replace(&from, &it.text(2)) }) }),
    ("my_trim", 1, |it| some_text(it.text(0).trim_matches(' '))), ("my_ltrim", 1, |it| some_text(it.text(0).trim_start_matches(' '))), ("my_rtrim", 1, |it| some_text(it.text(0).trim_end_matches(' '))),
    ("my_trim", 2, |it| { let what = it.text(1); some_text(text::trim_end(text::trim_start(&it.text(0), &what), &what)) }),
    ("my_ltrim", 2, |it| some_text(text::trim_start(&it.text(0), &it.text(1)))), ("my_rtrim", 2, |it| some_text(text::trim_end(&it.text(0), &it.text(1)))),
    ("my_lpad", 3, |it| maybe_text(text::pad(&it.text(0), it.int(1), &it.text(2), text::Side::Left))), ("my_rpad", 3, |it| maybe_text(text::pad(&it.text(0), it.int(1), &it.text(2), text::Side::Right))),
    ("my_repeat", 2, |it| { let (text, count) = (it.text(0), usize::try_from(it.int(1)).unwrap_or(0)); maybe_text((text.len().saturating_mul(count) <= 16_777_216).then(|| text.repeat(count))) }),
    ("my_strcmp", 2, |it| maybe_int(Some(collation::compare(&it.text(0), &it.text(1)) as i64))),
    ("my_find_in_set", 2, |it| { let word = it.text(0); maybe_int(it.text(1).split(',').position(|one| collation::compare(one, &word).is_eq()).map_or(Some(0), |at| i64::try_from(at + 1).ok())) }),
    ("my_unhex", 1, |it| Ok(text::unhex(&it.text(0)).map(Value::Blob))),
    ("my_quote", 1, |it| some_text(format!("'{}'", it.text(0).replace('\\', "\\\\").replace('\'', "\\'")))),
    ("my_format", 2, |it| some_text(text::grouped(&it.dec(0)?.round(clamped(it.int(1).clamp(0, 30))).ok_or_else(too_large)?.to_string()))),
];

fn some_dec_int(value: Option<Decimal>) -> Answer {
    // The server holds such a number at the end of the range, and warns.
    let value =
        value.and_then(|it| it.scaled(0)).ok_or_else(|| super::errors::unsupported("this number as a whole one"))?;
    Ok(Some(Value::Integer(value)))
}

/// A floating number as a decimal of a type; one that is too large is held at the type's end.
fn real_fit(value: f64, precision: u8, scale: u8) -> Option<Decimal> {
    let end = Decimal::largest(precision, scale)?;
    let fitted = Decimal::from_real(value).and_then(|it| it.fit(precision, scale));
    Some(fitted.unwrap_or(if value < 0.0 { end.negate() } else { end }))
}

fn whole_quotient(dividend: Decimal, divisor: Decimal) -> Answer {
    let quotient = dividend.divide(divisor).ok_or_else(too_large)?;
    let whole = quotient.and_then(|it| it.truncate(0)).and_then(|it| it.scaled(0));
    maybe_int(Some(whole.ok_or_else(|| error(1690, "22003", "BIGINT value is out of range"))?))
}

fn clamped(digits: i64) -> i32 {
    i32::try_from(digits.clamp(-60, 60)).unwrap_or(0)
}

/// Where the whole number at the start of a text ends.
fn whole_length(text: &str) -> usize {
    let rest = text.trim_start();
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    text.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len()
}

fn whole_prefix(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let value = if digits.is_empty() { 0 } else { digits.parse::<i128>().ok()? };
    i64::try_from(sign * value).ok()
}

fn real_cut(value: f64, digits: i64, cut: fn(f64) -> f64) -> f64 {
    let digits = clamped(digits);
    let factor = 10_f64.powi(digits.abs());
    if digits >= 0 {
        let scaled = value * factor;
        if scaled.is_finite() { cut(scaled) / factor } else { value }
    } else {
        cut(value / factor) * factor
    }
}

fn bit_bytes(value: i64, bits: i64) -> Vec<u8> {
    let bytes = usize::try_from((bits + 7) / 8).unwrap_or(1).clamp(1, 8);
    value.to_be_bytes().into_iter().skip(8 - bytes).collect()
}

fn fixed_bytes(value: &ValueRef<'_>, length: i64) -> Vec<u8> {
    let mut bytes = match value {
        ValueRef::Blob(it) | ValueRef::Text(it) => it.to_vec(),
        _ => Vec::new(),
    };
    bytes.resize(usize::try_from(length).unwrap_or(0).min(16_777_216), 0);
    bytes
}

fn digits_of(text: &str) -> String {
    let sign = if text.starts_with('-') && text.contains(':') { "-" } else { "" };
    let digits: String = text.chars().filter(|it| it.is_ascii_digit() || *it == '.').collect();
    format!("{sign}{digits}")
}

fn upper(one: char) -> char {
    let mut all = one.to_uppercase();
    match (all.next(), all.next()) {
        (Some(upper), None) => upper,
        _ => one,
    }
}

fn lower(one: char) -> char {
    let mut all = one.to_lowercase();
    match (all.next(), all.next()) {
        (Some(lower), None) => lower,
        _ => one,
    }
}

fn part(unit: &str, moment: Moment) -> Option<i64> {
    Some(match unit {
        "YEAR" => moment.year,
        "QUARTER" => (moment.month + 2) / 3,
        "MONTH" => moment.month,
        "DAY" => moment.day,
        "DAYOFWEEK" => (moment.weekday()? + 1) % 7 + 1,
        "WEEKDAY" => moment.weekday()?,
        "DAYOFYEAR" => moment.micros().map(|_| moment.day_of_year())?,
        "WEEKOFYEAR" => moment.week(3)?.0,
        "TO_DAYS" => moment.micros()?.div_euclid(DAY) + 719_528,
        _ => clock_part(unit, moment.time),
    })
}

fn clock_part(unit: &str, time: i64) -> i64 {
    match unit {
        "HOUR" => time / SECOND / 3600,
        "MINUTE" => time / SECOND / 60 % 60,
        "SECOND" => time / SECOND % 60,
        _ => time % SECOND,
    }
}

/// `base ± INTERVAL`; the form says how the answer is printed.
fn moved(
    moment: Moment,
    base: &str,
    unit: &str,
    value: &str,
    sign: i64,
    form: &str,
) -> Option<std::result::Result<String, SqlError>> {
    let step = temporal::step(unit, value)?;
    let moment = moment.plus_months(step.months.checked_mul(sign)?)?;
    let moment = Moment::from_micros(moment.micros()?.checked_add(step.micros.checked_mul(sign)?)?)?;
    Some(Ok(match form {
        "date" => moment.date_text(),
        "auto" if !base.contains(':') => moment.date_text(),
        "auto" | "time" if moment.time % SECOND != 0 => {
            return Some(Err(super::errors::unsupported("moving a text with a fraction of a second")));
        }
        "auto" | "time" => moment.text(0),
        digits => moment.text(digits.parse().unwrap_or(0)),
    }))
}

fn converted(it: &Arguments<'_, '_>) -> Option<String> {
    let (from, to) = (temporal::zone_seconds(&it.text(1))?, temporal::zone_seconds(&it.text(2))?);
    let micros = it.moment(0)?.micros()?;
    Some(Moment::from_micros(micros + (to - from) * SECOND)?.text(it.digits(3)))
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(it) => Value::Integer(it),
        ValueRef::Real(it) => Value::Real(it),
        ValueRef::Text(it) => Value::Text(String::from_utf8_lossy(it).into_owned()),
        ValueRef::Blob(it) => Value::Blob(it.to_vec()),
    }
}
