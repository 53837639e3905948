//! Text functions of the server. Positions count characters from 1.

pub(super) fn left(text: &str, count: i64) -> String {
    text.chars().take(usize::try_from(count).unwrap_or(0)).collect()
}

pub(super) fn right(text: &str, count: i64) -> String {
    let length = text.chars().count();
    text.chars().skip(length.saturating_sub(usize::try_from(count).unwrap_or(0))).collect()
}

/// Computes `SUBSTRING`: a negative start counts from the end, a start of 0 gives an empty text.
pub(super) fn substring(text: &str, start: i64, count: Option<i64>) -> String {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let from = match start {
        0 => return String::new(),
        1.. => start - 1,
        _ => length + start,
    };
    let Ok(from) = usize::try_from(from) else { return String::new() };
    let count = count.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(0));
    text.chars().skip(from).take(count).collect()
}

pub(super) fn substring_index(text: &str, delimiter: &str, count: i64) -> String {
    if delimiter.is_empty() || count == 0 {
        return String::new();
    }
    let count_of_parts = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let found: Vec<usize> = text.match_indices(delimiter).map(|(at, _)| at).collect();
    if found.len() < count_of_parts {
        return text.to_owned();
    }
    if count > 0 {
        return found.get(count_of_parts - 1).and_then(|at| text.get(..*at)).unwrap_or("").to_owned();
    }
    found.get(found.len() - count_of_parts).and_then(|at| text.get(at + delimiter.len()..)).unwrap_or("").to_owned()
}

/// The side that is padded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Computes `LPAD` or `RPAD`. Returns `None` if the length is negative or above 16 MiB.
pub(super) fn pad(text: &str, length: i64, with: &str, side: Side) -> Option<String> {
    let length = usize::try_from(length).ok().filter(|it| *it <= 16_777_216)?;
    let present = text.chars().count();
    if present >= length {
        return Some(text.chars().take(length).collect());
    }
    if with.is_empty() {
        return None;
    }
    let padding: String = with.chars().cycle().take(length - present).collect();
    Some(if side == Side::Left { padding + text } else { text.to_owned() + &padding })
}

/// Removes all occurrences of `what` at the start.
pub(super) fn trim_start<'t>(mut text: &'t str, what: &str) -> &'t str {
    if what.is_empty() {
        return text;
    }
    while let Some(rest) = text.strip_prefix(what) {
        text = rest;
    }
    text
}

/// Removes all occurrences of `what` at the end.
pub(super) fn trim_end<'t>(mut text: &'t str, what: &str) -> &'t str {
    if what.is_empty() {
        return text;
    }
    while let Some(rest) = text.strip_suffix(what) {
        text = rest;
    }
    text
}

/// Computes `UNHEX`: decodes hexadecimal digits. An odd number of digits is padded with a leading zero.
pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

/// Inserts a comma between thousands.
pub(super) fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_characters() {
        assert_eq!(substring("héllo", 2, Some(3)), "éll");
        assert_eq!(substring("hello", -3, None), "llo");
        assert_eq!(substring("hello", 0, None), "");
        assert_eq!(right("héllo", 4), "éllo");
        assert_eq!(substring_index("a.b.c", ".", 2), "a.b");
        assert_eq!(substring_index("a.b.c", ".", -1), "c");
    }

    #[test]
    fn texts_are_padded_and_trimmed() {
        assert_eq!(pad("5", 3, "0", Side::Left).unwrap(), "005");
        assert_eq!(pad("abcdef", 3, "x", Side::Right).unwrap(), "abc");
        assert_eq!(pad("a", -1, "x", Side::Right), None);
        assert_eq!(trim_end(trim_start("xxaxx", "x"), "x"), "a");
        assert_eq!(grouped("-1234567.50"), "-1,234,567.50");
        assert_eq!(unhex("4D7"), Some(vec![4, 0xd7]));
    }
}
