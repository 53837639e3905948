//! Floating-point numbers as the server parses and prints them.

/// `decimals` from here on means "not fixed".
pub(in crate::demo) const NOT_FIXED: u8 = 31;

/// Parses the longest number at the start of a text. A text without a number is zero.
pub(super) fn parse_double(text: &str) -> f64 {
    parse_double_prefix(text).0
}

/// Parses like [`parse_double`], and returns also where the number ends.
pub(super) fn parse_double_prefix(text: &str) -> (f64, usize) {
    let end = double_length(text);
    (text.get(..end).and_then(|number| number.trim_start().parse().ok()).unwrap_or(0.0), end)
}

/// Returns where the longest number at the start of a text ends, or 0 if there is none.
pub(super) fn double_length(text: &str) -> usize {
    let spaces = text.len() - text.trim_start().len();
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = spaces + usize::from(matches!(bytes.get(spaces), Some(b'-' | b'+')));
    let mut end = digits(start);
    let mut has_digits = end > start;
    if bytes.get(end) == Some(&b'.') {
        let after = digits(end + 1);
        has_digits |= after > end + 1;
        end = after;
    }
    if !has_digits {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let after = digits(end + 1 + sign);
        if after > end + 1 + sign {
            end = after;
        }
    }
    end
}

/// Prints a DOUBLE with the shortest digits that give the same number, with an exponent outside 1e-15…1e15. If `decimals` is
/// less than 31, it is the number of digits after the point.
///
/// Source: MariaDB 10.11 (`SELECT 1e14, 1e15, 1.5e-7, 1e-15, 1e-16, CAST(123456789 AS FLOAT)`).
pub fn double_text(value: f64, decimals: u8) -> String {
    if decimals < NOT_FIXED {
        return format!("{value:.width$}", width = usize::from(decimals));
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if (-15..15).contains(&exponent) => format!("{value}"),
        _ => format!("{digits}e{exponent}"),
    }
}

/// Prints a FLOAT with six significant digits.
pub fn float_text(value: f64) -> String {
    let short = format!("{value:.5e}").parse::<f64>().unwrap_or(value);
    double_text(short, NOT_FIXED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_as_the_server_prints_them() {
        for (value, text) in [
            (1.5e-7, "0.00000015"),
            (1e-15, "0.000000000000001"),
            (1e-16, "1e-16"),
            (123_456_789_012_345_678.0, "1.2345678901234568e17"),
            (f64::MAX, "1.7976931348623157e308"),
            (-1.5e-20, "-1.5e-20"),
            (3.0, "3"),
            (0.0, "0"),
            (0.5, "0.5"),
            (-37.25, "-37.25"),
        ] {
            assert_eq!(double_text(value, 39), text);
        }
        assert_eq!(double_text(1.005, 2), "1.00");
        assert_eq!(double_text(0.1 + 0.2, 31), "0.30000000000000004");
        assert_eq!(double_text(1e14, 31), "100000000000000");
        assert_eq!(double_text(1e15, 31), "1e15");
        assert_eq!(double_text(1.5e20, 31), "1.5e20");
        assert_eq!(double_text(2.0, 31), "2");
        assert_eq!(double_text(2.345, 1), "2.3");
    }

    #[test]
    fn floats_have_six_digits() {
        for (value, text) in [
            (1.1, "1.1"),
            (123_456_789.0, "123457000"),
            (1e20, "1e20"),
            (0.000_012_345_678, "0.0000123457"),
            (1_234_567.0, "1234570"),
            (16_777_216.0, "16777200"),
        ] {
            assert_eq!(float_text(value), text);
        }
    }

    #[test]
    fn the_longest_number_at_the_start_is_parsed() {
        for (text, value) in [("12abc", 12.0), ("-1.5e1x", -15.0), ("abc", 0.0), (".5", 0.5), ("1e", 1.0)] {
            assert!((parse_double(text) - value).abs() < f64::EPSILON, "{text}");
        }
    }
}
