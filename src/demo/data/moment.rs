//! Moments of the demo's calendar, printed as MySQL prints them. Knows no zone: all of them are UTC.

use crate::domain::calendar::day_of;

/// A moment in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i64);

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

impl Moment {
    /// The moment so many days after 1970-01-01 at midnight.
    pub(super) const fn day(days: i64) -> Self {
        Self(days * DAY)
    }

    /// The moment so many seconds later.
    pub(super) const fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds * SECOND)
    }

    /// The moment so many days later.
    pub(super) const fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY)
    }

    /// The moment so many milliseconds later.
    pub(super) const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0 + millis)
    }

    /// Whole days since 1970-01-01.
    pub(super) const fn days(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// A DATE: `2024-03-04`.
    pub(super) fn date(self) -> String {
        let (year, month, day) = day_of(self.days());
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// A DATETIME: `2024-03-04 08:00:00`.
    pub(super) fn datetime(self) -> String {
        format!("{} {}", self.date(), self.time())
    }

    /// A DATETIME(3): `2024-03-04 08:00:00.000`.
    pub(super) fn datetime3(self) -> String {
        format!("{}.{:03}", self.datetime(), self.0.rem_euclid(SECOND))
    }

    /// As collected values have it: `2024-03-04T08:00:00`.
    pub(super) fn iso(self) -> String {
        format!("{}T{}", self.date(), self.time())
    }

    fn time(self) -> String {
        let seconds = self.0.rem_euclid(DAY) / SECOND;
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_dates() {
        for (days, date) in [(0, "1970-01-01"), (19_786, "2024-03-04"), (-25_567, "1900-01-01"), (11_016, "2000-02-29")]
        {
            assert_eq!(Moment::day(days).date(), date);
        }
        assert_eq!(Moment::day(19_786).plus(28_801).plus_millis(7).datetime3(), "2024-03-04 08:00:01.007");
    }
}
