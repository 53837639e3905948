//! Converts times to another time zone. A TIMESTAMP is a point in time; a DATETIME has no zone and is read in the session's.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::{Column, WireType};

/// Returns the zone with this name (`Europe/Berlin`) or offset (`+02:00`), if it exists.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    if name.eq_ignore_ascii_case("utc") {
        return Some(TimeZone::UTC);
    }
    match name.strip_prefix(['+', '-']) {
        Some(clock) => {
            let (hours, minutes) = clock.split_once(':').unwrap_or((clock, "0"));
            let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
            let seconds = (hours * 60 + minutes) * 60;
            let signed = if name.starts_with('-') { -seconds } else { seconds };
            Offset::from_seconds(signed).ok().map(TimeZone::fixed)
        }
        None => TimeZone::get(name).ok(),
    }
}

/// Returns the names of all zones, sorted.
#[must_use]
pub fn zone_names() -> Vec<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    names.sort_unstable();
    names
}

/// Converts a TIMESTAMP or DATETIME to another zone and appends the offset: `2026-03-02 09:14:03 +01:00`. Returns `None` for
/// another type, a zero date or an unknown zone.
#[must_use]
pub fn in_zone(value: &[u8], column: &Column, from: &str, to: &str) -> Option<String> {
    if !matches!(column.wire, WireType::Timestamp | WireType::DateTime) {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?.replace(' ', "T");
    let civil: DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(zone(from)?).ok()?.with_time_zone(zone(to)?);
    let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let seconds = zoned.offset().seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let shown = zoned.datetime();
    let fraction = if digits == 0 {
        String::new()
    } else {
        format!(".{}", format!("{:09}", shown.subsec_nanosecond()).get(..digits.min(6)).unwrap_or_default())
    };
    Some(format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{fraction} {sign}{:02}:{:02}",
        shown.year(),
        shown.month(),
        shown.day(),
        shown.hour(),
        shown.minute(),
        shown.second(),
        minutes / 60,
        minutes % 60
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::results::ColumnOrigin;

    fn shown(value: &str, wire: WireType, from: &str, to: &str) -> Option<String> {
        let column = Column {
            name: "t".into(),
            table: String::new(),
            origin: ColumnOrigin::default(),
            wire,
            flags: 0,
            length: 19,
            decimals: 0,
            charset: 63,
        };
        in_zone(value.as_bytes(), &column, from, to)
    }

    #[test]
    fn a_time_in_another_zone_shows_its_offset() {
        let berlin = |value| shown(value, WireType::Timestamp, "+00:00", "Europe/Berlin");
        assert_eq!(berlin("2026-03-02 08:14:03").as_deref(), Some("2026-03-02 09:14:03 +01:00"));
        assert_eq!(berlin("2026-07-02 23:30:00.250").as_deref(), Some("2026-07-03 01:30:00.250 +02:00"));
        assert_eq!(berlin("0000-00-00 00:00:00"), None);
        assert_eq!(berlin("2026-00-10 00:00:00"), None);
        let back = shown("2026-01-01 00:30:00", WireType::DateTime, "Europe/Berlin", "-03:30");
        assert_eq!(back.as_deref(), Some("2025-12-31 20:00:00 -03:30"));
        assert_eq!(shown("08:00:00", WireType::Time, "+00:00", "UTC"), None);
        assert_eq!(shown("2026-01-01 00:00:00", WireType::DateTime, "+00:00", "Mars/Olympus"), None);
    }

    #[test]
    fn zones_are_known_without_the_machines_own_files() {
        let names = zone_names();
        assert!(names.len() > 400 && names.iter().any(|name| name == "America/New_York"));
    }
}
