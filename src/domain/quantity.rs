//! Formats counts with their unit, and sizes in bytes.

/// Returns a number with its thousands apart: `1,711`.
#[must_use]
pub fn grouped(number: u64) -> String {
    apart(&number.to_string())
}

/// Returns a printed number with its thousands apart: `-1,711.0250`. Any other text stays as it is.
#[must_use]
pub fn grouped_text(number: &str) -> String {
    let (sign, rest) = number.split_at(usize::from(number.starts_with('-')));
    let whole = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (digits, fraction) = rest.split_at(whole);
    let is_number = fraction.strip_prefix('.').unwrap_or(fraction).bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !is_number {
        return number.to_owned();
    }
    format!("{sign}{}{fraction}", apart(digits))
}

/// Returns digits with a comma before each three of them.
fn apart(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a count with its unit: `1 client`, `0 clients`, `1,711 clients`.
#[must_use]
pub fn counted(count: u64, unit: &str) -> String {
    format!("{} {unit}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Formats a duration: `35 ms`, `1.2 s`, `2 min 5 s`.
#[must_use]
pub fn duration(milliseconds: u64) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} min {} s", grouped(milliseconds / 60_000), milliseconds % 60_000 / 1_000),
    }
}

/// Formats a number of bytes: exactly below `whole_below` (at least 1024), then in tenths of KiB, MiB or GiB, cut and not rounded.
#[must_use]
pub fn byte_size(bytes: u64, whole_below: u64) -> String {
    let tenths = |unit: u32| {
        let tenths = (u128::from(bytes) * 10) >> unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        _ if bytes < whole_below => format!("{bytes} B"),
        0..0x10_0000 => format!("{} KiB", tenths(10)),
        0x10_0000..0x4000_0000 => format!("{} MiB", tenths(20)),
        _ => format!("{} GiB", tenths(30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_the_unit_that_people_expect() {
        assert_eq!(
            [0, 999, 1_000, 59_999, 125_000, u64::MAX].map(duration)[..5],
            ["0 ms", "999 ms", "1.0 s", "59.9 s", "2 min 5 s"]
        );
    }
}
