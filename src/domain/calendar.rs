//! Dates of the proleptic Gregorian calendar as days since 1970-01-01, as in MySQL, and times as people say them.

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A minute in the time zone of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalMinute {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Minutes since midnight.
    pub minute: u16,
}

impl LocalMinute {
    /// Describes the time on the day `today`: `today 08:50`, `yesterday 17:02`, `12 Nov 08:50`, `12 Nov 2025`.
    #[must_use]
    pub fn describe(self, today: i64) -> String {
        let time = format!("{:02}:{:02}", self.minute / 60, self.minute % 60);
        let (year, month, day) = day_of(self.day);
        let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or_default();
        match today.saturating_sub(self.day) {
            0 => format!("today {time}"),
            1 => format!("yesterday {time}"),
            _ if year == day_of(today).0 => format!("{day} {name} {time}"),
            _ => format!("{day} {name} {year}"),
        }
    }
}

/// Returns the days from 1970-01-01 to a date. Months are 1 to 12; a day past the end of its month counts into the next month.
///
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms" (eras of 400 years that begin in March).
#[must_use]
pub const fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns the year, month and day that is this many days after 1970-01-01: the inverse of [`days_of`].
#[must_use]
pub const fn day_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_described_as_people_say_it() {
        let today = days_of(2026, 1, 2);
        let at = |year, month, day, minute| LocalMinute { day: days_of(year, month, day), minute }.describe(today);
        assert_eq!(at(2026, 1, 2, 8 * 60 + 50), "today 08:50");
        assert_eq!(at(2026, 1, 1, 17 * 60 + 2), "yesterday 17:02");
        assert_eq!(at(2025, 12, 31, 0), "31 Dec 2025");
        assert_eq!(
            LocalMinute { day: days_of(2026, 11, 12), minute: 530 }.describe(days_of(2026, 11, 30)),
            "12 Nov 08:50"
        );
        // A clock that was set back.
        assert_eq!(at(2026, 1, 5, 0), "5 Jan 00:00");
        for day in [i64::from(i32::MIN), 0, i64::from(i32::MAX)] {
            assert!(!LocalMinute { day, minute: u16::MAX }.describe(today).is_empty());
        }
    }

    #[test]
    fn days_and_dates_convert_both_ways() {
        for day in (-800_000..3_000_000).step_by(97) {
            let (year, month, of_month) = day_of(day);
            assert_eq!(days_of(year, month, of_month), day);
        }
        assert_eq!(day_of(0), (1970, 1, 1));
        assert_eq!(days_of(2026, 3, 2), 20_514);
    }
}
