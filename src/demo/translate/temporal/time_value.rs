//! Parses TIME values.

use super::date_time::DateTime;
use super::time_text::fraction_micros;
use super::units::SECOND;

/// Parses a TIME (`[-][d ]h:m[:s[.f]]`, digits only, or the time part of a date-time) as microseconds.
pub(in crate::demo::translate) fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if body.get(4..5) == Some("-") {
        return DateTime::parse(body).map(|date_time| date_time.time);
    }
    let (days, rest) = match body.split_once(' ') {
        Some((days, rest)) => (days.parse::<i64>().ok()?, rest),
        None => (0, body),
    };
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let parts: Vec<i64> = whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [digits] if !body.contains(' ') => (digits / 10000, digits / 100 % 100, digits % 100),
        [hours] => (*hours, 0, 0),
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    if !(0..60).contains(&minutes) || !(0..60).contains(&seconds) || hours < 0 || days.abs() > 35 || hours > 9999 {
        return None;
    }
    let total = ((days * 24 + hours) * 3600 + minutes * 60 + seconds) * SECOND + fraction_micros(fraction)?;
    Some(sign * total.min((838 * 3600 + 59 * 60 + 59) * SECOND + SECOND - 1))
}
