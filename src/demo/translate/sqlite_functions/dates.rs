//! Dates and times as SQL functions compute them.

use super::super::errors::{SqlError, unsupported};
use super::super::temporal::{self, DAY, DateTime, SECOND};
use super::arguments::Arguments;

/// Returns the digits of a date or time: `2024-01-31` is `20240131`.
pub(super) fn date_time_digits(text: &str) -> String {
    let sign = if text.starts_with('-') && text.contains(':') { "-" } else { "" };
    let digits: String = text.chars().filter(|it| it.is_ascii_digit() || *it == '.').collect();
    format!("{sign}{digits}")
}

/// Returns a part of a date-time.
pub(super) fn date_part(unit: &str, date_time: DateTime) -> Option<i64> {
    Some(match unit {
        "YEAR" => date_time.year,
        "QUARTER" => (date_time.month + 2) / 3,
        "MONTH" => date_time.month,
        "DAY" => date_time.day,
        "DAYOFWEEK" => (date_time.weekday()? + 1) % 7 + 1,
        "WEEKDAY" => date_time.weekday()?,
        "DAYOFYEAR" => date_time.micros().map(|_| date_time.day_of_year())?,
        "WEEKOFYEAR" => date_time.week(3)?.0,
        "TO_DAYS" => date_time.micros()?.div_euclid(DAY) + 719_528,
        _ => time_part(unit, date_time.time),
    })
}

pub(super) fn time_part(unit: &str, time: i64) -> i64 {
    match unit {
        "HOUR" => time / SECOND / 3600,
        "MINUTE" => time / SECOND / 60 % 60,
        "SECOND" => time / SECOND % 60,
        _ => time % SECOND,
    }
}

/// Computes `base ± INTERVAL`.
///
/// The arguments are the base, the unit, the value, the sign, and the format of the result: `date`, `time`, `auto` or the
/// number of fractional digits.
pub(super) fn add_interval(arguments: &Arguments<'_, '_>) -> Option<Result<String, SqlError>> {
    let date_time = arguments.date_time(0)?;
    let (base, sign, format) = (arguments.text(0), arguments.int(3), arguments.text(4));
    let amount = temporal::parse_interval(&arguments.text(1), &arguments.text(2))?;
    let date_time = date_time.plus_months(amount.months.checked_mul(sign)?)?;
    let date_time = DateTime::from_micros(date_time.micros()?.checked_add(amount.micros.checked_mul(sign)?)?)?;
    Some(Ok(match format.as_str() {
        "date" => date_time.date_text(),
        "auto" if !base.contains(':') => date_time.date_text(),
        "auto" | "time" if date_time.time % SECOND != 0 => {
            return Some(Err(unsupported("adding an INTERVAL to a text with a fraction of a second")));
        }
        "auto" | "time" => date_time.text(0),
        digits => date_time.text(digits.parse().unwrap_or(0)),
    }))
}

pub(super) fn convert_tz(it: &Arguments<'_, '_>) -> Option<String> {
    let (from, to) = (temporal::zone_seconds(&it.text(1))?, temporal::zone_seconds(&it.text(2))?);
    let micros = it.date_time(0)?.micros()?;
    Some(DateTime::from_micros(micros + (to - from) * SECOND)?.text(it.digits(3)))
}
