//! Reads DATE, DATETIME and TIMESTAMP as the server prints them into days and microseconds. Dates outside of the calendar
//! (`0000-00-00`, `2024-02-00`, `2024-02-30`) are refused.

use crate::domain::calendar::{day_of, days_of};

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// Returns the days since 1970-01-01 of a date such as `2024-02-29`.
pub(super) fn date(text: &[u8]) -> Option<i64> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    let days = days_of(year, month, day);
    (rest.is_empty() && (1..=12).contains(&month) && day_of(days) == (year, month, day)).then_some(days)
}

/// Returns the days since 1970-01-01 and the microseconds of the day of a time such as `2024-02-29 12:34:56.789`.
pub(super) fn date_time(text: &[u8]) -> Option<(i64, i64)> {
    let days = date(text.get(..10)?)?;
    let (hour, rest) = number(text.get(10..)?.strip_prefix(b" ")?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let fraction = match rest.strip_prefix(b".") {
        None if rest.is_empty() => 0,
        Some(digits) if (1..=6).contains(&digits.len()) => {
            let (value, _) = number(digits, digits.len())?;
            (digits.len()..6).fold(value, |value, _| value * 10)
        }
        _ => return None,
    };
    let is_of_day = hour < 24 && minute < 60 && second < 60;
    is_of_day.then_some((days, ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction))
}

/// Splits off a number of exactly this many digits.
fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (head, rest) = text.split_at_checked(digits)?;
    let is_digits = head.iter().all(u8::is_ascii_digit);
    is_digits.then(|| (head.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_calendar_are_counted_and_others_are_none() {
        assert_eq!(
            (date(b"1970-01-01"), date(b"2024-02-29"), date(b"9999-12-31")),
            (Some(0), Some(19_782), Some(2_932_896))
        );
        for none in
            ["0000-00-00", "2024-00-01", "2024-02-00", "2023-02-29", "2024-13-01", "2024-1-1", "", "2024-02-29x"]
        {
            assert_eq!(date(none.as_bytes()), None, "{none}");
        }
        assert_eq!(date_time(b"1970-01-02 00:00:01.000001"), Some((1, 1_000_001)));
        assert_eq!(date_time(b"2024-02-29 23:59:59.12"), Some((19_782, DAY - 1_000_000 + 120_000)));
        for none in
            ["0000-00-00 00:00:00", "2024-02-29", "2024-02-29 24:00:00", "2024-02-29 1:00:00", "2024-02-29 00:00:00."]
        {
            assert_eq!(date_time(none.as_bytes()), None, "{none}");
        }
    }
}
