//! Floating numbers as the server reads and prints them. Knows no SQL.

/// Reads the longest number at the start of a text; zero where there is none.
pub(super) fn parse_double(text: &str) -> f64 {
    read_double(text).0
}

/// The same, and where it ends.
pub(super) fn read_double(text: &str) -> (f64, usize) {
    let end = double_length(text);
    (text.get(..end).and_then(|number| number.trim_start().parse().ok()).unwrap_or(0.0), end)
}

/// Where the longest number at the start of a text ends; zero where there is none.
pub(super) fn double_length(text: &str) -> usize {
    let blank = text.len() - text.trim_start().len();
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = blank + usize::from(matches!(bytes.get(blank), Some(b'-' | b'+')));
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

/// Prints a DOUBLE: the shortest digits that read back alike, with an exponent outside 1e-14…1e15.
/// `decimals` under 31 prints so many digits after the point.
pub fn double_text(value: f64, decimals: u8) -> String {
    if decimals < 31 {
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

/// Prints a FLOAT: six significant digits.
pub fn float_text(value: f64) -> String {
    let short = format!("{value:.5e}").parse::<f64>().unwrap_or(value);
    double_text(short, 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_printed_as_the_server_prints_them() {
        assert_eq!(double_text(0.1 + 0.2, 31), "0.30000000000000004");
        assert_eq!(double_text(1e14, 31), "100000000000000");
        assert_eq!(double_text(1e15, 31), "1e15");
        assert_eq!(double_text(1.5e20, 31), "1.5e20");
        assert_eq!(double_text(2.0, 31), "2");
        assert_eq!(double_text(2.345, 1), "2.3");
    }

    #[test]
    fn a_text_is_a_number_as_far_as_it_reads() {
        for (text, value) in [("12abc", 12.0), ("-1.5e1x", -15.0), ("abc", 0.0), (".5", 0.5), ("1e", 1.0)] {
            assert!((parse_double(text) - value).abs() < f64::EPSILON, "{text}");
        }
    }
}
