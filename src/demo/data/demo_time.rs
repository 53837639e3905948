//! Points in time of the demo's data, in UTC, printed as MySQL prints them.

use crate::domain::calendar::day_of;

/// Milliseconds since 1970-01-01 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DemoTime(i64);

const SECOND: i64 = 1000;
const DAY: i64 = 86_400 * SECOND;

impl DemoTime {
    /// Returns midnight of a day, counted in days since 1970-01-01.
    pub(super) const fn day(days: i64) -> Self {
        Self(days * DAY)
    }

    pub(super) const fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds * SECOND)
    }

    pub(super) const fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY)
    }

    pub(super) const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0 + millis)
    }

    /// Returns the whole days since 1970-01-01.
    pub(super) const fn days(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// Prints a DATE: `2024-03-04`.
    pub(super) fn date(self) -> String {
        let (year, month, day) = day_of(self.days());
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Prints a DATETIME: `2024-03-04 08:00:00`.
    pub(super) fn datetime(self) -> String {
        format!("{} {}", self.date(), self.time())
    }

    /// Prints a DATETIME(3): `2024-03-04 08:00:00.000`.
    pub(super) fn datetime3(self) -> String {
        format!("{}.{:03}", self.datetime(), self.0.rem_euclid(SECOND))
    }

    /// Prints ISO 8601, as in collected values: `2024-03-04T08:00:00`.
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
            assert_eq!(DemoTime::day(days).date(), date);
        }
        assert_eq!(DemoTime::day(19_786).plus(28_801).plus_millis(7).datetime3(), "2024-03-04 08:00:01.007");
    }
}
