//! Axes of charts and histograms: the position of a value, readable steps, and their labels. Values are converted to floats, so
//! this is for charts only.

use super::cell::bit_number;
use super::column::Column;
use super::compare_key::CompareKind;
use crate::domain::calendar::{day_of, days_of};

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    Number,
    /// The unsigned number of a BIT.
    Bit,
    /// Seconds since 1970-01-01 00:00:00 in the zone of the values.
    DateTime,
    /// A TIME in seconds.
    Time,
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Readable steps between times, in seconds.
const TIMES: [f64; 19] = [
    1.0,
    5.0,
    15.0,
    30.0,
    MINUTE,
    5.0 * MINUTE,
    15.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
    14.0 * DAY,
    30.0 * DAY,
    91.0 * DAY,
    365.0 * DAY,
];

impl Scale {
    /// Returns the scale of a column; `None` if its values are neither numbers nor times.
    #[must_use]
    pub fn of(column: &Column) -> Option<Self> {
        match CompareKind::of(column) {
            CompareKind::Number => Some(Self::Number),
            CompareKind::Bit => Some(Self::Bit),
            CompareKind::DateTime => Some(Self::DateTime),
            CompareKind::Time => Some(Self::Time),
            CompareKind::Bytes => None,
        }
    }

    /// Returns the position of a value; `None` if it cannot be parsed, or is a date with a zero month or day.
    #[must_use]
    pub fn position(self, bytes: &[u8]) -> Option<f64> {
        let text = || std::str::from_utf8(bytes).ok();
        let position = match self {
            Self::Number => text()?.parse().ok(),
            Self::Bit => bit_number(bytes).map(|bits| bits as f64),
            Self::DateTime => date_time(text()?),
            Self::Time => match text()?.strip_prefix('-') {
                Some(rest) => clock(rest).map(|seconds| -seconds),
                None => clock(text()?),
            },
        };
        position.filter(|position| position.is_finite())
    }

    /// Returns a readable step that divides `range` into at most `max_parts` parts.
    #[must_use]
    pub fn step(self, range: f64, max_parts: usize) -> f64 {
        let least = range / max_parts.max(1) as f64;
        let times = || TIMES.into_iter().find(|step| *step >= least);
        let time = if matches!(self, Self::DateTime | Self::Time) && least >= 1.0 { times() } else { None };
        time.unwrap_or_else(|| decimal_step(least))
    }

    /// Returns the label at a position for steps of this size.
    #[must_use]
    pub fn label(self, position: f64, step: f64) -> String {
        match self {
            Self::Number | Self::Bit => number(position, step),
            Self::DateTime => date(position, step),
            Self::Time => {
                let sign = if position < 0.0 { "-" } else { "" };
                format!("{sign}{}", hours(position.abs()))
            }
        }
    }
}

/// Returns 1, 2 or 5 times a power of ten.
fn decimal_step(least: f64) -> f64 {
    if least <= 0.0 || !least.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * 0.999_999)
        .unwrap_or(least)
}

fn number(position: f64, step: f64) -> String {
    if position == 0.0 {
        return "0".into();
    }
    if position.abs() >= 1e15 || step < 1e-9 {
        return format!("{position:e}");
    }
    let digits = if step >= 1.0 { 0.0 } else { (-step.log10().floor()).clamp(0.0, 12.0) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 12")]
    let digits = digits as usize;
    format!("{position:.digits$}")
}

fn date_time(text: &str) -> Option<f64> {
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (date, clock(time)?),
        None => (text, 0.0),
    };
    let mut parts = date.split('-').map(|part| part.parse::<i32>().ok().map(i64::from));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(days_of(year, month, day) as f64 * DAY + time)
}

fn clock(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut unit = HOUR;
    for part in text.splitn(3, ':') {
        seconds += part.parse::<f64>().ok()? * unit;
        unit /= 60.0;
    }
    Some(seconds)
}

fn date(position: f64, step: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "days of four-digit years fit")]
    let day = (position / DAY).floor() as i64;
    let (year, month, of_month) = day_of(day);
    let date = format!("{year:04}-{month:02}-{of_month:02}");
    if step >= DAY {
        return date;
    }
    let time = hours(position - day as f64 * DAY);
    format!("{date} {}", if step >= MINUTE { time.get(..5).unwrap_or(&time) } else { &time })
}

fn hours(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time of MySQL has under 839 hours")]
    let whole = seconds.round() as u64;
    format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_place_whatever_its_year() {
        assert_eq!(Scale::DateTime.position(b"2026-03-02 00:00:01"), Some(1_772_409_601.0));
        assert!(Scale::DateTime.position(b"2147483647-01-01").is_some());
        assert_eq!(Scale::DateTime.position(b"0000-00-00"), None);
    }

    #[test]
    fn steps_and_labels_read_well() {
        let is = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(is(Scale::Number.step(97.0, 10), 10.0));
        assert!(is(Scale::Number.step(0.037, 10), 0.005));
        assert_eq!(Scale::Number.label(0.015, 0.005), "0.015");
        assert!(is(Scale::DateTime.step(36.0 * HOUR, 10), 6.0 * HOUR));
        assert_eq!(Scale::DateTime.label(1_772_409_600.0, DAY), "2026-03-02");
        assert_eq!(Scale::DateTime.label(1_772_409_600.0 + 8.0 * HOUR, HOUR), "2026-03-02 08:00");
        assert_eq!(Scale::Time.label(-3661.0, 1.0), "-01:01:01");
    }
}
