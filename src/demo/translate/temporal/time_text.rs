//! Times as texts: times of day, TIME values and time zone offsets.

use super::units::SECOND;

/// Parses a time of day `hh[:mm[:ss[.ffffff]]]` as microseconds. More than six fractional digits are dropped.
pub(in crate::demo::translate) fn parse_clock(text: &str) -> Option<i64> {
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

pub(in crate::demo::translate) fn fraction_micros(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Prints microseconds as `[-]hh:mm:ss[.f]`.
pub(in crate::demo::translate) fn time_text(micros: i64, digits: u8) -> String {
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

/// Parses an offset such as `+01:00` as seconds. Time zone names are not supported, as on a server without zone tables.
pub(in crate::demo::translate) fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, zone.get(1..)?),
        b'-' => (-1, zone.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}
