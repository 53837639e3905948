//! A date with a time of day: parsing, printing and moving by months.

use super::time_text::{parse_clock, time_text};
use super::units::DAY;
use crate::domain::calendar::{day_of, days_of};

/// A date with a time of day. Month and day may be 0, as in `0000-00-00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::demo::translate) struct DateTime {
    pub(in crate::demo::translate) year: i64,
    pub(in crate::demo::translate) month: i64,
    pub(in crate::demo::translate) day: i64,
    /// Microseconds since midnight.
    pub(in crate::demo::translate) time: i64,
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

impl DateTime {
    /// Parses a date or a date-time in the formats of the server: with any separators, or digits only.
    pub(in crate::demo::translate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let all_digits = text.split('.').next().unwrap_or("");
        if all_digits.len() >= 6 && all_digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::parse_digits(text);
        }
        let (date, time) = match text.find([' ', 'T']) {
            Some(at) => (text.get(..at)?, text.get(at + 1..)?),
            None => (text, ""),
        };
        let mut parts = date.split(|it: char| !it.is_ascii_digit());
        let mut number =
            || parts.next().filter(|it| !it.is_empty() && it.len() <= 4).and_then(|it| it.parse::<i64>().ok());
        let year_text = date.split(|it: char| !it.is_ascii_digit()).next()?;
        let (year, month, day) = (number()?, number()?, number()?);
        let year = if year_text.len() <= 2 { two_digit_year(year) } else { year };
        if parts.next().is_some() {
            return None;
        }
        let time = if time.is_empty() { 0 } else { parse_clock(time.trim_start())? };
        Self::checked(year, month, day, time)
    }

    fn parse_digits(text: &str) -> Option<Self> {
        let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = match digits.len() {
            6 | 12 => {
                let year = two_digit_year(digits.get(..2)?.parse().ok()?);
                format!("{year:04}{}", digits.get(2..)?)
            }
            8 | 14 => digits.to_owned(),
            _ => return None,
        };
        let part = |from: usize, to: usize| digits.get(from..to).and_then(|it| it.parse::<i64>().ok());
        let time = match digits.len() {
            14 => parse_clock(&format!("{}:{}:{}.{fraction}", part(8, 10)?, part(10, 12)?, part(12, 14)?))?,
            _ => 0,
        };
        Self::checked(part(0, 4)?, part(4, 6)?, part(6, 8)?, time)
    }

    fn checked(year: i64, month: i64, day: i64, time: i64) -> Option<Self> {
        let is_real = (0..=9999).contains(&year)
            && (0..=12).contains(&month)
            && (0..=days_in_month(year, month)).contains(&day)
            && (0..DAY).contains(&time);
        is_real.then_some(Self { year, month, day, time })
    }

    /// Returns the microseconds since 1970, or `None` if the month or the day is 0.
    pub(in crate::demo::translate) fn micros(self) -> Option<i64> {
        (self.month > 0 && self.day > 0).then(|| days_of(self.year, self.month, self.day) * DAY + self.time)
    }

    /// Converts microseconds since 1970. Returns `None` outside the years 0 to 9999.
    pub(in crate::demo::translate) fn from_micros(micros: i64) -> Option<Self> {
        let (year, month, day) = day_of(micros.div_euclid(DAY));
        Self::checked(year, month, day, micros.rem_euclid(DAY))
    }

    /// Prints `YYYY-MM-DD`.
    pub(in crate::demo::translate) fn date_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Prints `YYYY-MM-DD hh:mm:ss[.f]` with `digits` fractional digits.
    pub(in crate::demo::translate) fn text(self, digits: u8) -> String {
        format!("{} {}", self.date_text(), time_text(self.time, digits))
    }

    /// Adds months. The day is reduced to the last day of the month if necessary.
    pub(in crate::demo::translate) fn plus_months(self, months: i64) -> Option<Self> {
        let total = self.year * 12 + self.month - 1 + months;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        Self::checked(year, month, self.day.min(days_in_month(year, month)), self.time)
    }

    /// Returns the last day of the month.
    pub(in crate::demo::translate) fn last_day(self) -> Option<Self> {
        (self.month > 0).then(|| Self { day: days_in_month(self.year, self.month), time: 0, ..self })
    }
}

fn two_digit_year(year: i64) -> i64 {
    if year < 70 { year + 2000 } else { year + 1900 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_are_parsed_in_every_format_and_printed_in_one() {
        let date_time = DateTime::parse("2024-9-1 5:06:07.5").unwrap();
        assert_eq!(date_time.text(3), "2024-09-01 05:06:07.500");
        assert_eq!(DateTime::parse("20240901").unwrap().text(0), "2024-09-01 00:00:00");
        assert_eq!(DateTime::parse("2024-02-30"), None);
        assert_eq!(DateTime::parse("x"), None);
        assert_eq!(DateTime::from_micros(0).unwrap().date_text(), "1970-01-01");
        assert_eq!(DateTime::parse("2024-02-29").unwrap().plus_months(12).unwrap().date_text(), "2025-02-28");
    }
}
