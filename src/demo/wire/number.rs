//! How the server prints floating numbers: the shortest digits that read back the same, with an exponent only far from nought.
//!
//! Source: measured on MariaDB 10.11 (`SELECT 1e14, 1e15, 1.5e-7, 1e-15, 1e-16, CAST(123456789 AS FLOAT)`).

/// Digits before the point, or noughts after it, that are written out; beyond, an exponent.
const WRITTEN_OUT: i32 = 15;
/// `decimals` from here on means "not fixed".
pub(super) const NOT_FIXED: u8 = 31;

/// A DOUBLE, with its fixed digits after the point if it has any.
pub(super) fn double(value: f64, decimals: u8) -> String {
    if decimals < NOT_FIXED {
        return format!("{value:.*}", usize::from(decimals));
    }
    plain(&format!("{value:e}"))
}

/// A FLOAT: six significant digits.
pub(super) fn float(value: f64, decimals: u8) -> String {
    if decimals < NOT_FIXED {
        return format!("{value:.*}", usize::from(decimals));
    }
    plain(&format!("{value:.5e}"))
}

/// Turns Rust's `-1.25e-7` into what the server prints.
fn plain(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".into();
    }
    let before = exponent + 1;
    if !(-WRITTEN_OUT < before && before <= WRITTEN_OUT) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent}");
    }
    let Ok(before) = usize::try_from(before) else {
        return format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-before).unwrap_or_default()));
    };
    match digits.split_at_checked(before) {
        Some(("", fraction)) => format!("{sign}0.{fraction}"),
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}", "0".repeat(before - digits.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_mariadb_prints_them() {
        for (value, text) in [
            (1e15, "1e15"),
            (1e14, "100000000000000"),
            (1.5e-7, "0.00000015"),
            (1e-15, "0.000000000000001"),
            (1e-16, "1e-16"),
            (123_456_789_012_345_678.0, "1.2345678901234568e17"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157e308"),
            (-1.5e-20, "-1.5e-20"),
            (3.0, "3"),
            (0.0, "0"),
            (0.5, "0.5"),
            (-37.25, "-37.25"),
        ] {
            assert_eq!(double(value, 39), text);
        }
        assert_eq!(double(1.005, 2), "1.00");
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
            assert_eq!(float(value, 31), text);
        }
    }
}
