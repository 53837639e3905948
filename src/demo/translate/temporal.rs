//! Dates and times as texts: reading, printing, arithmetic. Knows no SQL and no clock.

use crate::domain::calendar::{day_of, days_of};

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A moment of the calendar. Month and day may be 0, as in `0000-00-00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    /// Microseconds since midnight.
    pub(super) time: i64,
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

impl Moment {
    /// Reads a date, or a date and time, in the forms that the server takes: any separators, or digits alone.
    pub(super) fn parse(text: &str) -> Option<Self> {
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
        let time = if time.is_empty() { 0 } else { clock(time.trim_start())? };
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
            14 => clock(&format!("{}:{}:{}.{fraction}", part(8, 10)?, part(10, 12)?, part(12, 14)?))?,
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

    /// Microseconds since 1970; `None` for a moment with a zero month or day.
    pub(super) fn micros(self) -> Option<i64> {
        (self.month > 0 && self.day > 0).then(|| days_of(self.year, self.month, self.day) * DAY + self.time)
    }

    /// The moment of a count of microseconds since 1970; `None` outside the years 0 to 9999.
    pub(super) fn from_micros(micros: i64) -> Option<Self> {
        let (year, month, day) = day_of(micros.div_euclid(DAY));
        Self::checked(year, month, day, micros.rem_euclid(DAY))
    }

    /// `YYYY-MM-DD`.
    pub(super) fn date_text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `YYYY-MM-DD hh:mm:ss[.f]` with so many digits of the second.
    pub(super) fn text(self, digits: u8) -> String {
        format!("{} {}", self.date_text(), time_text(self.time, digits))
    }

    /// Monday is 0; `None` for a zero date.
    pub(super) fn weekday(self) -> Option<i64> {
        Some((self.micros()?.div_euclid(DAY) + 3).rem_euclid(7))
    }

    /// The day of its year, from 1.
    pub(super) fn day_of_year(self) -> i64 {
        days_of(self.year, self.month, self.day) - days_of(self.year, 1, 1) + 1
    }

    /// Week and its year in one of the server's eight modes.
    pub(super) fn week(self, mode: i64) -> Option<(i64, i64)> {
        let monday_first = mode & 1 != 0;
        // Without Monday first, the bit means its opposite: the server's own reading of the mode.
        let first_weekday = (mode & 4 != 0) == monday_first;
        week_of(self, monday_first, mode & 2 != 0, first_weekday)
    }

    /// Moved by whole months, the day held inside its month.
    pub(super) fn plus_months(self, months: i64) -> Option<Self> {
        let total = self.year * 12 + self.month - 1 + months;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        Self::checked(year, month, self.day.min(days_in_month(year, month)), self.time)
    }

    /// The last day of its month.
    pub(super) fn last_day(self) -> Option<Self> {
        (self.month > 0).then(|| Self { day: days_in_month(self.year, self.month), time: 0, ..self })
    }

    /// `DATE_FORMAT`.
    pub(super) fn format(self, pattern: &str) -> Option<String> {
        use std::fmt::Write as _;
        let (hour, minute, second) = (self.time / SECOND / 3600, self.time / SECOND / 60 % 60, self.time / SECOND % 60);
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let half = if hour < 12 { "AM" } else { "PM" };
        let month = usize::try_from(self.month - 1).ok().and_then(|at| MONTHS.get(at));
        let weekday = || self.weekday().and_then(|at| usize::try_from(at).ok()).and_then(|at| DAYS.get(at));
        let mut out = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                out.push(character);
                continue;
            }
            let Some(letter) = characters.next() else {
                out.push('%');
                break;
            };
            let written = match letter {
                'Y' => write!(out, "{:04}", self.year),
                'y' => write!(out, "{:02}", self.year % 100),
                'm' => write!(out, "{:02}", self.month),
                'c' => write!(out, "{}", self.month),
                'd' => write!(out, "{:02}", self.day),
                'e' => write!(out, "{}", self.day),
                'D' => write!(out, "{}{}", self.day, ordinal(self.day)),
                'H' => write!(out, "{hour:02}"),
                'k' => write!(out, "{hour}"),
                'h' | 'I' => write!(out, "{twelve:02}"),
                'l' => write!(out, "{twelve}"),
                'i' => write!(out, "{minute:02}"),
                's' | 'S' => write!(out, "{second:02}"),
                'f' => write!(out, "{:06}", self.time % SECOND),
                'p' => write!(out, "{half}"),
                'r' => write!(out, "{twelve:02}:{minute:02}:{second:02} {half}"),
                'T' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
                'M' => write!(out, "{}", month?),
                'b' => write!(out, "{}", month?.get(..3)?),
                'W' => write!(out, "{}", weekday()?),
                'a' => write!(out, "{}", weekday()?.get(..3)?),
                'w' => write!(out, "{}", (self.weekday()? + 1) % 7),
                'j' => write!(out, "{:03}", self.day_of_year()),
                'U' => write!(out, "{:02}", self.week(0)?.0),
                'u' => write!(out, "{:02}", self.week(1)?.0),
                'V' => write!(out, "{:02}", self.week(2)?.0),
                'v' => write!(out, "{:02}", self.week(3)?.0),
                'X' => write!(out, "{:04}", self.week(2)?.1),
                'x' => write!(out, "{:04}", self.week(3)?.1),
                other => write!(out, "{other}"),
            };
            written.ok()?;
        }
        Some(out)
    }
}

/// The server's `calc_week`: which week of which year.
fn week_of(moment: Moment, monday_first: bool, with_year: bool, first_weekday: bool) -> Option<(i64, i64)> {
    let day = moment.micros()?.div_euclid(DAY);
    let mut year = moment.year;
    let mut first = days_of(year, 1, 1);
    let weekday_of = |day: i64| (day + 3 + i64::from(!monday_first)).rem_euclid(7);
    let mut weekday = weekday_of(first);
    let mut week_year = with_year;
    if moment.month == 1 && moment.day <= 7 - weekday {
        if !week_year && ((first_weekday && weekday != 0) || (!first_weekday && weekday >= 4)) {
            return Some((0, year));
        }
        week_year = true;
        if (first_weekday && weekday != 0) || (!first_weekday && weekday >= 4) {
            year -= 1;
            let length = first - days_of(year, 1, 1);
            first -= length;
            weekday = (weekday + 53 * 7 - length).rem_euclid(7);
        }
    }
    let start = if (first_weekday && weekday != 0) || (!first_weekday && weekday >= 4) {
        first + (7 - weekday)
    } else {
        first - weekday
    };
    let days = day - start;
    if week_year && days >= 52 * 7 {
        let length = days_of(year + 1, 1, 1) - days_of(year, 1, 1);
        let next = (weekday + length).rem_euclid(7);
        if (!first_weekday && next < 4) || (first_weekday && next == 0) {
            return Some((1, year + 1));
        }
    }
    Some((days / 7 + 1, year))
}

fn two_digit_year(year: i64) -> i64 {
    if year < 70 { year + 2000 } else { year + 1900 }
}

fn ordinal(day: i64) -> &'static str {
    match (day % 10, day / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// `hh[:mm[:ss[.ffffff]]]` of a moment in microseconds; more digits are rounded.
fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut total = 0;
    let mut parts = whole.split(':');
    for (unit, limit) in [(3600, 24), (60, 60), (1, 60)] {
        let part = parts.next().unwrap_or("0");
        let value: i64 = if part.len() <= 2 { part.parse().ok()? } else { return None };
        if !(0..limit).contains(&value) {
            return None;
        }
        total += value * unit * SECOND;
    }
    if parts.next().is_some() {
        return None;
    }
    Some(total + fraction_micros(fraction)?)
}

fn fraction_micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Reads a TIME (`[-][d ]h:m[:s[.f]]`, digits alone, or the time part of a moment) as microseconds.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if body.get(4..5) == Some("-") {
        return Moment::parse(body).map(|moment| moment.time);
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

/// Prints microseconds as `[-]hh:mm:ss[.f]`.
pub(super) fn time_text(micros: i64, digits: u8) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let micros = micros.abs();
    let seconds = micros / SECOND;
    let whole = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if digits == 0 {
        return whole;
    }
    let fraction: String = format!("{:06}", micros % SECOND).chars().take(usize::from(digits)).collect();
    format!("{whole}.{fraction}")
}

/// `TIMESTAMPDIFF` of two moments in whole units; `None` for an unknown unit.
pub(super) fn difference(unit: &str, from: Moment, to: Moment) -> Option<i64> {
    let micros = to.micros()? - from.micros()?;
    Some(match unit {
        "MICROSECOND" => micros,
        "SECOND" => micros / SECOND,
        "MINUTE" => micros / (60 * SECOND),
        "HOUR" => micros / (3600 * SECOND),
        "DAY" => micros / DAY,
        "WEEK" => micros / (7 * DAY),
        "MONTH" | "QUARTER" | "YEAR" => {
            let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
            let mut months = (last.year - first.year) * 12 + last.month - first.month;
            if (last.day, last.time) < (first.day, first.time) {
                months -= 1;
            }
            let per = if unit == "MONTH" {
                1
            } else if unit == "QUARTER" {
                3
            } else {
                12
            };
            sign * (months / per)
        }
        _ => return None,
    })
}

/// An interval: months and microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) months: i64,
    pub(super) micros: i64,
}

/// Reads `INTERVAL value UNIT`; the value is the text of a number, or the compound form (`'1:30'`).
pub(super) fn step(unit: &str, value: &str) -> Option<Step> {
    let months = |count: i64| Some(Step { months: count, micros: 0 });
    let number = || super::decimal::Decimal::parse(value)?.round(0)?.to_string().parse::<i64>().ok();
    let of = |size: i64| number()?.checked_mul(size).map(|micros| Step { months: 0, micros });
    match unit {
        "YEAR" => months(number()?.checked_mul(12)?),
        "QUARTER" => months(number()?.checked_mul(3)?),
        "MONTH" => months(number()?),
        "WEEK" => of(7 * DAY),
        "DAY" => of(DAY),
        "HOUR" => of(3600 * SECOND),
        "MINUTE" => of(60 * SECOND),
        "SECOND" => {
            let micros = super::decimal::Decimal::parse(value)?.scaled(6)?;
            Some(Step { months: 0, micros })
        }
        "MICROSECOND" => of(1),
        _ => compound(unit, value),
    }
}

fn compound(unit: &str, value: &str) -> Option<Step> {
    let sizes: &[i64] = match unit {
        "DAY_HOUR" => &[DAY, 3600 * SECOND],
        "DAY_MINUTE" => &[DAY, 3600 * SECOND, 60 * SECOND],
        "DAY_SECOND" => &[DAY, 3600 * SECOND, 60 * SECOND, SECOND],
        "HOUR_MINUTE" => &[3600 * SECOND, 60 * SECOND],
        "HOUR_SECOND" => &[3600 * SECOND, 60 * SECOND, SECOND],
        "MINUTE_SECOND" => &[60 * SECOND, SECOND],
        "YEAR_MONTH" => &[12, 1],
        _ => return None,
    };
    let sign = if value.trim_start().starts_with('-') { -1 } else { 1 };
    let numbers: Vec<i64> = value
        .split(|it: char| !it.is_ascii_digit())
        .filter(|it| !it.is_empty())
        .map(|it| it.parse().ok())
        .collect::<Option<_>>()?;
    let skip = sizes.len().checked_sub(numbers.len())?;
    let total = sign * numbers.iter().zip(sizes.iter().skip(skip)).map(|(number, size)| number * size).sum::<i64>();
    Some(if unit == "YEAR_MONTH" { Step { months: total, micros: 0 } } else { Step { months: 0, micros: total } })
}

/// An offset such as `+01:00` in seconds; names have no tables here, as on a server without them.
pub(super) fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, zone.get(1..)?),
        b'-' => (-1, zone.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form_and_printed_in_one() {
        let moment = Moment::parse("2024-9-1 5:06:07.5").unwrap();
        assert_eq!(moment.text(3), "2024-09-01 05:06:07.500");
        assert_eq!(Moment::parse("20240901").unwrap().text(0), "2024-09-01 00:00:00");
        assert_eq!(Moment::parse("2024-02-30"), None);
        assert_eq!(Moment::parse("x"), None);
        assert_eq!(Moment::from_micros(0).unwrap().date_text(), "1970-01-01");
        assert_eq!(Moment::parse("2024-02-29").unwrap().plus_months(12).unwrap().date_text(), "2025-02-28");
    }

    #[test]
    fn differences_count_whole_units() {
        let (a, b) = (Moment::parse("2024-01-31 10:00:00").unwrap(), Moment::parse("2024-02-29 09:00:00").unwrap());
        assert_eq!(difference("MONTH", a, b), Some(0));
        assert_eq!(difference("DAY", a, b), Some(28));
        assert_eq!(difference("HOUR", b, a), Some(-695));
    }

    #[test]
    fn formats_and_weeks_follow_the_manual() {
        let moment = Moment::parse("2008-02-20 13:05:06").unwrap();
        assert_eq!(moment.format("%W %D %b %Y %h:%i %p %%").unwrap(), "Wednesday 20th Feb 2008 01:05 PM %");
        assert_eq!(moment.week(0).unwrap().0, 7);
        assert_eq!(moment.week(1).unwrap().0, 8);
        assert_eq!(Moment::parse("2008-12-31").unwrap().week(3).unwrap(), (1, 2009));
    }

    #[test]
    fn times_and_intervals_are_read() {
        assert_eq!(time_text(parse_time("-25:30").unwrap(), 0), "-25:30:00");
        assert_eq!(parse_time("123456"), Some((12 * 3600 + 34 * 60 + 56) * SECOND));
        assert_eq!(step("DAY_HOUR", "1 2"), Some(Step { months: 0, micros: DAY + 2 * 3600 * SECOND }));
        assert_eq!(zone_seconds("-05:30"), Some(-19_800));
        assert_eq!(zone_seconds("Europe/London"), None);
    }
}
