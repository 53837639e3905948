//! `DATE_FORMAT`, days of the week, and week numbers.

use super::date_time::DateTime;
use super::units::{DAY, SECOND};
use crate::domain::calendar::days_of;

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

impl DateTime {
    /// Returns the day of the week; Monday is 0. Returns `None` for a zero date.
    pub(in crate::demo::translate) fn weekday(self) -> Option<i64> {
        Some((self.micros()?.div_euclid(DAY) + 3).rem_euclid(7))
    }

    /// Returns the day of the year, from 1.
    pub(in crate::demo::translate) fn day_of_year(self) -> i64 {
        days_of(self.year, self.month, self.day) - days_of(self.year, 1, 1) + 1
    }

    /// Returns the week and its year in one of the server's eight modes.
    pub(in crate::demo::translate) fn week(self, mode: i64) -> Option<(i64, i64)> {
        let begins_on_monday = mode & 1 != 0;
        // The server inverts this bit if the week begins on Sunday.
        let needs_full_first_week = (mode & 4 != 0) == begins_on_monday;
        WeekMode { begins_on_monday, has_week_year: mode & 2 != 0, needs_full_first_week }.week_of(self)
    }

    /// Prints the date-time as `DATE_FORMAT` does.
    pub(in crate::demo::translate) fn format(self, pattern: &str) -> Option<String> {
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

/// How weeks are counted.
#[derive(Clone, Copy)]
struct WeekMode {
    begins_on_monday: bool,
    /// Whether the days before week 1 belong to the last week of the year before, and not to week 0.
    has_week_year: bool,
    /// Whether week 1 begins with the first Monday or Sunday of the year. Otherwise it has at least four days.
    needs_full_first_week: bool,
}

impl WeekMode {
    /// Returns the week and its year, like `calc_week` of the server.
    fn week_of(self, date_time: DateTime) -> Option<(i64, i64)> {
        let needs_full_week = self.needs_full_first_week;
        let day = date_time.micros()?.div_euclid(DAY);
        let mut year = date_time.year;
        let mut first = days_of(year, 1, 1);
        let weekday_of = |day: i64| (day + 3 + i64::from(!self.begins_on_monday)).rem_euclid(7);
        let mut weekday = weekday_of(first);
        let mut week_year = self.has_week_year;
        if date_time.month == 1 && date_time.day <= 7 - weekday {
            if !week_year && ((needs_full_week && weekday != 0) || (!needs_full_week && weekday >= 4)) {
                return Some((0, year));
            }
            week_year = true;
            if (needs_full_week && weekday != 0) || (!needs_full_week && weekday >= 4) {
                year -= 1;
                let length = first - days_of(year, 1, 1);
                first -= length;
                weekday = (weekday + 53 * 7 - length).rem_euclid(7);
            }
        }
        let start = if (needs_full_week && weekday != 0) || (!needs_full_week && weekday >= 4) {
            first + (7 - weekday)
        } else {
            first - weekday
        };
        let days = day - start;
        if week_year && days >= 52 * 7 {
            let length = days_of(year + 1, 1, 1) - days_of(year, 1, 1);
            let next = (weekday + length).rem_euclid(7);
            if (!needs_full_week && next < 4) || (needs_full_week && next == 0) {
                return Some((1, year + 1));
            }
        }
        Some((days / 7 + 1, year))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_weeks_follow_the_manual() {
        let date_time = DateTime::parse("2008-02-20 13:05:06").unwrap();
        assert_eq!(date_time.format("%W %D %b %Y %h:%i %p %%").unwrap(), "Wednesday 20th Feb 2008 01:05 PM %");
        assert_eq!(date_time.week(0).unwrap().0, 7);
        assert_eq!(date_time.week(1).unwrap().0, 8);
        assert_eq!(DateTime::parse("2008-12-31").unwrap().week(3).unwrap(), (1, 2009));
    }
}
