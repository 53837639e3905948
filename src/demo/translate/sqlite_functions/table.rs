//! The table of SQL functions that return NULL if an argument is NULL.

use rusqlite::types::{Value, ValueRef};

use super::super::decimal::Decimal;
use super::super::errors::unsupported;
use super::super::temporal::{DAY, DateTime, SECOND, difference, time_text};
use super::super::{collation, floats, strings};
use super::arguments::Arguments;
use super::dates::{add_interval, convert_tz, date_part, date_time_digits, time_part};
use super::numbers::{
    bit_bytes, clamp_digits, fit_double, fixed_bytes, integer_length, integer_prefix, integer_quotient, round_double,
};
use super::results::{
    FunctionResult, decimal_too_large, new_dec, new_dec_int, new_int, new_text, new_unsigned, optional_dec,
    optional_double, optional_int, optional_text,
};
use crate::domain::calendar::days_of;

type Body = fn(&Arguments<'_, '_>) -> FunctionResult;

/// Name, number of arguments (-1 for any number), and body of each function.
#[rustfmt::skip]
pub(super) const NULL_PROPAGATING: &[(&str, i32, Body)] = &[
    ("my_num", 1, |it| optional_double(it.parsed_double("DOUBLE"))),
    ("my_num_with_int", 1, |it| optional_double(it.parsed_double("DECIMAL"))),
    ("my_int", 1, |it| { it.warn_incomplete_number(integer_length, "INTEGER"); new_dec_int(integer_prefix(&it.text(0)).map(Decimal::from_integer)) }),
    ("my_dec", 1, |it| { it.warn_incomplete_number(floats::double_length, "DECIMAL"); new_dec(Some(it.decimal(0)?)) }),
    ("my_real_dec", 1, |it| new_dec(Decimal::from_double(it.double(0)))),
    ("my_fit_double", 3, |it| new_dec(fit_double(it.double(0), it.digits(1), it.digits(2)))),
    ("my_real_int", 1, |it| new_dec_int(Decimal::from_double(it.double(0).round_ties_even()))),
    ("my_unsigned", 1, |it| if it.int(0) < 0 { Err(unsupported("unsigned numbers above the signed range")) } else { Ok(Some(Value::Integer(it.int(0)))) }),
    ("my_dec_int", 1, |it| new_dec_int(it.decimal(0)?.round(0))),
    ("my_dec_round", 2, |it| { let value = it.decimal(0)?; new_dec(value.round(clamp_digits(it.int(1)))) }),
    ("my_dec_trunc", 2, |it| { let value = it.decimal(0)?; new_dec(value.truncate(clamp_digits(it.int(1)))) }),
    ("my_dec_fit", 3, |it| new_dec(it.decimal(0)?.fit(it.digits(1), it.digits(2)))),
    ("my_dec_add", 2, |it| new_dec(it.decimal(0)?.add(it.decimal(1)?))),
    ("my_dec_sub", 2, |it| new_dec(it.decimal(0)?.subtract(it.decimal(1)?))),
    ("my_dec_mul", 2, |it| new_dec(it.decimal(0)?.multiply(it.decimal(1)?))),
    ("my_dec_div", 2, |it| { let divisor = it.decimal(1)?; it.divided(divisor.sign() == 0, || optional_dec(it.decimal(0)?.divide(divisor))) }),
    ("my_dec_mod", 2, |it| { let divisor = it.decimal(1)?; it.divided(divisor.sign() == 0, || optional_dec(it.decimal(0)?.remainder(divisor))) }),
    ("my_dec_idiv", 2, |it| { let divisor = it.decimal(1)?; it.divided(divisor.sign() == 0, || integer_quotient(it.decimal(0)?, divisor)) }),
    ("my_dec_abs", 1, |it| { let value = it.decimal(0)?; new_dec(Some(if value.sign() < 0 { value.negate() } else { value })) }),
    ("my_dec_floor", 1, |it| new_text(it.decimal(0)?.floor().ok_or_else(decimal_too_large)?.to_string())),
    ("my_dec_ceil", 1, |it| new_text(it.decimal(0)?.ceiling().ok_or_else(decimal_too_large)?.to_string())),
    ("my_scaled", 2, |it| Ok(Some(Value::Integer(it.decimal(0)?.scaled(it.digits(1)).ok_or_else(decimal_too_large)?)))),
    ("my_unscaled", 2, |it| new_text(Decimal::from_scaled(it.int(0), it.digits(1)).to_string())),
    ("my_int_abs", 1, |it| new_int(i128::from(it.int(0)).abs())),
    ("my_int_add", 2, |it| new_int(i128::from(it.int(0)) + i128::from(it.int(1)))),
    ("my_int_sub", 2, |it| new_int(i128::from(it.int(0)) - i128::from(it.int(1)))),
    ("my_int_mul", 2, |it| new_int(i128::from(it.int(0)) * i128::from(it.int(1)))),
    ("my_int_div", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || new_int(i128::from(it.int(0)) / divisor)) }),
    ("my_int_mod", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || new_int(i128::from(it.int(0)) % divisor)) }),
    ("my_uint_add", 2, |it| new_unsigned(i128::from(it.int(0)) + i128::from(it.int(1)))),
    ("my_uint_sub", 2, |it| new_unsigned(i128::from(it.int(0)) - i128::from(it.int(1)))),
    ("my_uint_mul", 2, |it| new_unsigned(i128::from(it.int(0)) * i128::from(it.int(1)))),
    ("my_uint_div", 2, |it| { let divisor = i128::from(it.int(1)); it.divided(divisor == 0, || new_unsigned(i128::from(it.int(0)) / divisor)) }),
    ("my_real_div", 2, |it| it.divided(it.double(1) == 0.0, || optional_double(it.double(0) / it.double(1)))),
    ("my_real_mod", 2, |it| it.divided(it.double(1) == 0.0, || optional_double(it.double(0) % it.double(1)))),
    ("my_real_round", 2, |it| optional_double(round_double(it.double(0), it.int(1), f64::round_ties_even))),
    ("my_real_trunc", 2, |it| optional_double(round_double(it.double(0), it.int(1), f64::trunc))),
    ("my_sign", 1, |it| { let value = it.double(0); optional_int(Some(i64::from(value > 0.0) - i64::from(value < 0.0))) }),
    ("my_power", 2, |it| optional_double(it.double(0).powf(it.double(1)))), ("my_sqrt", 1, |it| optional_double(it.double(0).sqrt())), ("my_exp", 1, |it| optional_double(it.double(0).exp())),
    ("my_ln", 1, |it| it.logarithm(&[it.double(0)], it.double(0).ln())), ("my_log2", 1, |it| it.logarithm(&[it.double(0)], it.double(0).log2())), ("my_log10", 1, |it| it.logarithm(&[it.double(0)], it.double(0).log10())),
    ("my_log", 2, |it| it.logarithm(&[it.double(0), it.double(1)], it.double(1).ln() / it.double(0).ln())), ("my_floor", 1, |it| optional_double(it.double(0).floor())), ("my_ceil", 1, |it| optional_double(it.double(0).ceil())),
    ("my_double_text", 2, |it| new_text(floats::double_text(it.double(0), it.digits(1)))),
    ("my_float_text", 1, |it| new_text(floats::float_text(it.double(0)))),
    ("my_bit_bytes", 2, |it| Ok(Some(Value::Blob(bit_bytes(it.int(0), it.int(1)))))),
    ("my_bytes", 2, |it| { let bytes = fixed_bytes(&it.raw(0), it.int(1)); if it.raw_length(0) > bytes.len() { it.warnings.truncated_to_length(&it.text(0), &format!("BINARY({})", it.int(1))); } Ok(Some(Value::Blob(bytes))) }),
    ("my_char", 2, |it| { let (text, cut) = (it.text(0), strings::left(&it.text(0), it.int(1))); if cut.len() < text.len() { it.warnings.truncated_to_length(&text, &format!("CHAR({})", it.int(1))); } new_text(cut) }),
    ("my_enum", 2, |it| { let (word, words) = (it.text(0), it.text(1)); optional_int(Some(words.split('\u{1f}').position(|item| item == word).and_then(|at| i64::try_from(at + 1).ok()).unwrap_or(0))) }),
    ("my_set", 2, |it| { let (set, words) = (it.text(0), it.text(1)); optional_int(Some(words.split('\u{1f}').enumerate().filter(|(_, word)| set.split(',').any(|item| item == *word)).map(|(at, _)| 1_i64 << at.min(62)).sum())) }),
    // Dates and times
    ("my_moment", 2, |it| optional_text(it.date_time(0).map(|date_time| date_time.text(it.digits(1))))),
    ("my_date", 1, |it| optional_text(it.date_time(0).map(DateTime::date_text))),
    ("my_time", 2, |it| optional_text(it.time(0).map(|time| time_text(time, it.digits(1))))),
    ("my_time_us", 1, |it| optional_int(it.time(0))),
    ("my_time_text", 2, |it| new_text(time_text(it.int(0), it.digits(1)))),
    ("my_digits", 1, |it| new_text(date_time_digits(&it.text(0)))),
    ("my_part", 2, |it| optional_int(it.date_time(1).and_then(|date_time| date_part(&it.text(0), date_time)))),
    ("my_clock_part", 2, |it| optional_int(Some(time_part(&it.text(0), it.int(1).abs())))),
    ("my_week", 2, |it| optional_int(it.date_time(0).and_then(|date_time| date_time.week(it.int(1))).map(|(week, _)| week))),
    ("my_yearweek", 2, |it| optional_int(it.date_time(0).and_then(|date_time| date_time.week(it.int(1) | 2)).map(|(week, year)| year * 100 + week))),
    ("my_last_day", 1, |it| optional_text(it.date_time(0).and_then(DateTime::last_day).map(DateTime::date_text))),
    ("my_date_format", 2, |it| optional_text(it.date_time(0).and_then(|date_time| date_time.format(&it.text(1))))),
    ("my_datediff", 2, |it| optional_int(it.date_time(0).and_then(DateTime::micros).zip(it.date_time(1).and_then(DateTime::micros)).map(|(a, b)| a.div_euclid(DAY) - b.div_euclid(DAY)))),
    ("my_diff", 3, |it| optional_int(it.date_time(1).zip(it.date_time(2)).and_then(|(from, to)| difference(&it.text(0), from, to)))),
    ("my_move", 5, |it| add_interval(it).transpose()?.map_or(Ok(None), new_text)),
    ("my_convert_tz", 4, |it| optional_text(convert_tz(it))),
    ("my_unix_micros", 2, |it| optional_int(it.date_time(0).map(|date_time| date_time.micros().map_or(0, |micros| (micros - it.int(1) * SECOND).max(0))))),
    ("my_from_unix", 3, |it| { let micros = it.decimal(0)?.scaled(6).and_then(|micros| micros.checked_add(it.int(1) * SECOND)); optional_text(micros.and_then(DateTime::from_micros).map(|date_time| date_time.text(it.digits(2)))) }),
    ("my_makedate", 2, |it| optional_text((it.int(1) > 0).then(|| DateTime::from_micros((days_of(it.int(0), 1, 1) + it.int(1) - 1) * DAY)).flatten().map(DateTime::date_text))),
    // Texts
    ("my_like", 3, |it| { let (value, pattern, escape) = (it.text(0), it.text(1), it.text(2)); optional_int(Some(i64::from(collation::is_like(&value, &pattern, escape.chars().next())))) }),
    ("my_upper", 1, |it| new_text(it.text(0).chars().map(upper).collect::<String>())), ("my_lower", 1, |it| new_text(it.text(0).chars().map(lower).collect::<String>())),
    ("my_reverse", 1, |it| new_text(it.text(0).chars().rev().collect::<String>())),
    ("my_bytes_length", 1, |it| { let length = match it.raw(0) { ValueRef::Blob(bytes) | ValueRef::Text(bytes) => bytes.len(), _ => it.text(0).len() }; optional_int(i64::try_from(length).ok()) }),
    ("my_length", 1, |it| optional_int(i64::try_from(it.text(0).chars().count()).ok())),
    ("my_ascii", 1, |it| optional_int(Some(it.text(0).bytes().next().map_or(0, i64::from)))),
    ("my_ord", 1, |it| { let text = it.text(0); let first = text.chars().next(); optional_int(Some(first.map_or(0, |item| item.to_string().bytes().fold(0, |sum, byte| sum * 256 + i64::from(byte))))) }),
    ("my_left", 2, |it| new_text(strings::left(&it.text(0), it.int(1)))), ("my_right", 2, |it| new_text(strings::right(&it.text(0), it.int(1)))),
    ("my_substring", 2, |it| new_text(strings::substring(&it.text(0), it.int(1), None))), ("my_substring", 3, |it| new_text(strings::substring(&it.text(0), it.int(1), Some(it.int(2))))),
    ("my_substring_index", 3, |it| new_text(strings::substring_index(&it.text(0), &it.text(1), it.int(2)))),
    ("my_locate", 3, |it| optional_int(Some(collation::locate(&it.text(0), &it.text(1), it.int(2))))),
    ("my_replace", 3, |it| { let from = it.text(1); new_text(if from.is_empty() { it.text(0) } else { it.text(0).replace(&from, &it.text(2)) }) }),
    ("my_trim", 1, |it| new_text(it.text(0).trim_matches(' '))), ("my_ltrim", 1, |it| new_text(it.text(0).trim_start_matches(' '))), ("my_rtrim", 1, |it| new_text(it.text(0).trim_end_matches(' '))),
    ("my_trim", 2, |it| { let what = it.text(1); new_text(strings::trim_end(strings::trim_start(&it.text(0), &what), &what)) }),
    ("my_ltrim", 2, |it| new_text(strings::trim_start(&it.text(0), &it.text(1)))), ("my_rtrim", 2, |it| new_text(strings::trim_end(&it.text(0), &it.text(1)))),
    ("my_lpad", 3, |it| optional_text(strings::pad(&it.text(0), it.int(1), &it.text(2), strings::Side::Left))), ("my_rpad", 3, |it| optional_text(strings::pad(&it.text(0), it.int(1), &it.text(2), strings::Side::Right))),
    ("my_repeat", 2, |it| { let (text, count) = (it.text(0), usize::try_from(it.int(1)).unwrap_or(0)); optional_text((text.len().saturating_mul(count) <= 16_777_216).then(|| text.repeat(count))) }),
    ("my_strcmp", 2, |it| optional_int(Some(collation::compare(&it.text(0), &it.text(1)) as i64))),
    ("my_find_in_set", 2, |it| { let word = it.text(0); optional_int(it.text(1).split(',').position(|item| collation::compare(item, &word).is_eq()).map_or(Some(0), |at| i64::try_from(at + 1).ok())) }),
    ("my_unhex", 1, |it| Ok(strings::unhex(&it.text(0)).map(Value::Blob))),
    ("my_quote", 1, |it| new_text(format!("'{}'", it.text(0).replace('\\', "\\\\").replace('\'', "\\'")))),
    ("my_format", 2, |it| new_text(strings::grouped(&it.decimal(0)?.round(clamp_digits(it.int(1).clamp(0, 30))).ok_or_else(decimal_too_large)?.to_string()))),
];

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
