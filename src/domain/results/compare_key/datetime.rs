//! Dates and times as numbers that keep their order.

/// Splits off the number before a separator (or before the end), and what follows the separator.
fn split_number(text: &[u8], separator: u8) -> Option<(i128, &[u8])> {
    let at = text.iter().position(|byte| *byte == separator).unwrap_or(text.len());
    let (digits, rest) = text.split_at(at);
    Some((whole(digits)?, rest.get(1..).unwrap_or_default()))
}

fn whole(digits: &[u8]) -> Option<i128> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i128::from(byte - b'0')))
}

/// Parses `HH:MM:SS.ffffff` into microseconds; missing parts count as zero.
fn clock(text: &[u8]) -> Option<i128> {
    let (hours, rest) = split_number(text, b':')?;
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { split_number(rest, b':')? };
    let (seconds, fraction) = if rest.is_empty() { (0, rest) } else { split_number(rest, b'.')? };
    let mut micros = if fraction.is_empty() { 0 } else { whole(fraction)? };
    if fraction.len() > 6 {
        return None;
    }
    for _ in fraction.len()..6 {
        micros *= 10;
    }
    let micros = if fraction.is_empty() { 0 } else { micros };
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

/// Parses a date, with or without a time, into a number that keeps the order. It is not a count of days, so that `2024-00-10`
/// has a number too.
pub(super) fn date_time(text: &[u8]) -> Option<i128> {
    let (date, time) = match text.iter().position(|byte| matches!(byte, b' ' | b'T')) {
        Some(at) => (text.get(..at)?, clock(text.get(at + 1..)?)?),
        None => (text, 0),
    };
    let (year, rest) = split_number(date, b'-')?;
    let (month, rest) = if rest.is_empty() { (0, rest) } else { split_number(rest, b'-')? };
    let day = if rest.is_empty() { 0 } else { whole(rest)? };
    Some(((year * 100 + month) * 100 + day) * 1_000_000_000_000 + time)
}

/// Parses `-838:59:59.000000` into microseconds.
pub(super) fn time(text: &[u8]) -> Option<i128> {
    match text.split_first()? {
        (b'-', rest) => clock(rest).map(|micros| -micros),
        _ => clock(text),
    }
}
