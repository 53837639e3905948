//! Intervals, and differences of date-times.

use super::super::decimal::Decimal;
use super::date_time::DateTime;
use super::units::{DAY, SECOND};

/// Computes `TIMESTAMPDIFF`: the difference of two date-times in whole units, or `None` for an unknown unit.
pub(in crate::demo::translate) fn difference(unit: &str, from: DateTime, to: DateTime) -> Option<i64> {
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

/// The amount of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo::translate) struct IntervalAmount {
    pub(in crate::demo::translate) months: i64,
    pub(in crate::demo::translate) micros: i64,
}

/// Parses `INTERVAL value UNIT`. The value is a number, or several numbers for a compound unit (`'1:30'`).
pub(in crate::demo::translate) fn parse_interval(unit: &str, value: &str) -> Option<IntervalAmount> {
    let months = |count: i64| Some(IntervalAmount { months: count, micros: 0 });
    let number = || Decimal::parse(value)?.round(0)?.to_string().parse::<i64>().ok();
    let of = |size: i64| number()?.checked_mul(size).map(|micros| IntervalAmount { months: 0, micros });
    match unit {
        "YEAR" => months(number()?.checked_mul(12)?),
        "QUARTER" => months(number()?.checked_mul(3)?),
        "MONTH" => months(number()?),
        "WEEK" => of(7 * DAY),
        "DAY" => of(DAY),
        "HOUR" => of(3600 * SECOND),
        "MINUTE" => of(60 * SECOND),
        "SECOND" => {
            let micros = Decimal::parse(value)?.scaled(6)?;
            Some(IntervalAmount { months: 0, micros })
        }
        "MICROSECOND" => of(1),
        _ => parse_compound(unit, value),
    }
}

/// Parses the value of a compound unit.
fn parse_compound(unit: &str, value: &str) -> Option<IntervalAmount> {
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
    Some(if unit == "YEAR_MONTH" {
        IntervalAmount { months: total, micros: 0 }
    } else {
        IntervalAmount { months: 0, micros: total }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{parse_time, time_text, zone_seconds};
    use super::*;

    #[test]
    fn differences_count_whole_units() {
        let (a, b) = (DateTime::parse("2024-01-31 10:00:00").unwrap(), DateTime::parse("2024-02-29 09:00:00").unwrap());
        assert_eq!(difference("MONTH", a, b), Some(0));
        assert_eq!(difference("DAY", a, b), Some(28));
        assert_eq!(difference("HOUR", b, a), Some(-695));
    }

    #[test]
    fn times_and_intervals_are_parsed() {
        assert_eq!(time_text(parse_time("-25:30").unwrap(), 0), "-25:30:00");
        assert_eq!(parse_time("123456"), Some((12 * 3600 + 34 * 60 + 56) * SECOND));
        assert_eq!(
            parse_interval("DAY_HOUR", "1 2"),
            Some(IntervalAmount { months: 0, micros: DAY + 2 * 3600 * SECOND })
        );
        assert_eq!(zone_seconds("-05:30"), Some(-19_800));
        assert_eq!(zone_seconds("Europe/London"), None);
    }
}
