//! Exact decimal arithmetic as in MySQL. Values have at most 38 digits; larger values are an error and are never rounded.

use std::cmp::Ordering;

/// Compares two decimal texts of any length.
pub(super) fn compare_texts(left: &str, right: &str) -> Ordering {
    let parts = |text: &str| -> (bool, String, String) {
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        (is_negative, whole.trim_start_matches('0').to_owned(), fraction.trim_end_matches('0').to_owned())
    };
    let ((a_negative, a_whole, a_fraction), (b_negative, b_whole, b_fraction)) = (parts(left), parts(right));
    let size =
        a_whole.len().cmp(&b_whole.len()).then_with(|| a_whole.cmp(&b_whole)).then_with(|| a_fraction.cmp(&b_fraction));
    let is_zero = |whole: &str, fraction: &str| whole.is_empty() && fraction.is_empty();
    let sign = |is_negative: bool, whole: &str, fraction: &str| {
        if is_zero(whole, fraction) {
            0
        } else if is_negative {
            -1
        } else {
            1
        }
    };
    match (sign(a_negative, &a_whole, &a_fraction), sign(b_negative, &b_whole, &b_fraction)) {
        (a, b) if a != b => a.cmp(&b),
        (-1, _) => size.reverse(),
        _ => size,
    }
}

/// Digits that a quotient has in addition to its dividend (`div_precision_increment`).
pub(super) const DIVISION_DIGITS: u32 = 4;
/// The server stores fractions in groups of nine digits. A quotient fills its groups.
const GROUP: u32 = 9;
/// The largest scale of a result.
pub(super) const MAX_SCALE: u8 = 38;
/// The largest precision of a result.
pub(super) const MAX_PRECISION: u8 = 65;

/// The value `units / 10^scale`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    units: i128,
    scale: u32,
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

impl Decimal {
    pub(super) fn from_integer(units: i64) -> Self {
        Self { units: i128::from(units), scale: 0 }
    }

    /// Parses the longest number at the start of a text, as the server does. A text without a number is zero. Returns `None`
    /// if the number is too large.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let end = text.find(|it: char| !matches!(it, '0'..='9' | '.' | '-' | '+')).unwrap_or(text.len());
        if matches!(text.as_bytes().get(end), Some(b'e' | b'E')) {
            return Self::from_double(super::floats::parse_double(text));
        }
        Self::parse_plain(text)
    }

    fn parse_plain(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..)?),
            Some(b'+') => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mut units, mut scale, mut is_after_point) = (0_i128, 0_u32, false);
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    units = units.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                    scale += u32::from(is_after_point);
                }
                b'.' if !is_after_point => is_after_point = true,
                _ => break,
            }
        }
        Some(Self { units: if is_negative { -units } else { units }, scale })
    }

    /// Converts a floating-point number by its shortest text.
    pub(super) fn from_double(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e')?;
        let shown = Self::parse_plain(digits)?;
        // Digits beyond the maximum scale are dropped.
        let scale = i64::from(shown.scale) - exponent.parse::<i64>().ok()?;
        if scale <= 0 {
            let units = shown.units.checked_mul(power(u32::try_from(-scale).ok()?)?)?;
            return Some(Self { units, scale: 0 });
        }
        let over = u32::try_from((scale - i64::from(MAX_SCALE)).max(0)).ok()?;
        let units = power(over).map_or(0, |factor| shown.units / factor);
        Some(Self { units, scale: u32::try_from(scale.min(i64::from(MAX_SCALE))).ok()? })
    }

    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let left = self.units.checked_mul(power(scale - self.scale)?)?;
        let right = other.units.checked_mul(power(scale - other.scale)?)?;
        Some((left, right, scale))
    }

    pub(super) fn add(self, other: Self) -> Option<Self> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Self { units: left.checked_add(right)?, scale })
    }

    pub(super) fn subtract(self, other: Self) -> Option<Self> {
        self.add(other.negate())
    }

    pub(super) fn negate(self) -> Self {
        Self { units: -self.units, scale: self.scale }
    }

    pub(super) fn multiply(self, other: Self) -> Option<Self> {
        let product = Self { units: self.units.checked_mul(other.units)?, scale: self.scale + other.scale };
        if product.scale > u32::from(MAX_SCALE) { product.truncate(i32::from(MAX_SCALE)) } else { Some(product) }
    }

    /// Returns the quotient with a whole number of digit groups, as the server computes it. The inner option is `None` for a
    /// division by zero, the outer one if the result is too large.
    #[expect(clippy::option_option, reason = "too large and divided by zero are two cases")]
    pub(super) fn divide(self, other: Self) -> Option<Option<Self>> {
        if other.units == 0 {
            return Some(None);
        }
        let whole_groups = |scale: u32| scale.div_ceil(GROUP) * GROUP;
        let (left, right) = (whole_groups(self.scale), whole_groups(other.scale));
        let more = DIVISION_DIGITS.saturating_sub(left - self.scale + right - other.scale);
        let mut scale = whole_groups(left + right + more);
        // This is only the upper bound: use fewer groups if the result would have more than 38 digits.
        loop {
            let units = power((scale + other.scale).checked_sub(self.scale)?)
                .and_then(|factor| self.units.checked_mul(factor))
                .map(|units| units / other.units);
            match units {
                Some(units) => return Some(Some(Self { units, scale })),
                None if scale > GROUP => scale -= GROUP,
                None => return None,
            }
        }
    }

    /// Returns the remainder with the sign of the dividend. The inner option is `None` for a division by zero.
    #[expect(clippy::option_option, reason = "too large and divided by zero are two cases")]
    pub(super) fn remainder(self, other: Self) -> Option<Option<Self>> {
        if other.units == 0 {
            return Some(None);
        }
        let (left, right, scale) = self.aligned(other)?;
        Some(Some(Self { units: left % right, scale }))
    }

    /// Rounds half away from zero to `digits` digits after the point. A negative number counts digits before the point.
    pub(super) fn round(self, digits: i32) -> Option<Self> {
        self.cut(digits, |units, factor| {
            let half = factor / 2;
            if units >= 0 { units.checked_add(half) } else { units.checked_sub(half) }.map(|it| it / factor)
        })
    }

    /// Truncates to `digits` digits after the point.
    pub(super) fn truncate(self, digits: i32) -> Option<Self> {
        self.cut(digits, |units, factor| Some(units / factor))
    }

    fn cut(self, digits: i32, shorten: impl Fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let scale = i64::from(self.scale);
        let digits = i64::from(digits);
        if digits >= scale {
            let more = u32::try_from((digits - scale).min(i64::from(MAX_SCALE))).ok()?;
            return Some(Self { units: self.units.checked_mul(power(more)?)?, scale: self.scale + more });
        }
        let drop = u32::try_from(scale - digits).ok()?;
        let Some(factor) = power(drop) else {
            return Some(Self { units: 0, scale: 0 });
        };
        let units = shorten(self.units, factor)?;
        if digits >= 0 {
            return Some(Self { units, scale: u32::try_from(digits).ok()? });
        }
        let back = power(u32::try_from(-digits).ok()?)?;
        Some(Self { units: units.checked_mul(back)?, scale: 0 })
    }

    /// Returns the smallest integer that is not less.
    pub(super) fn ceiling(self) -> Option<i128> {
        let factor = power(self.scale)?;
        Some(self.units.div_euclid(factor) + i128::from(self.units.rem_euclid(factor) != 0))
    }

    /// Returns the largest integer that is not greater.
    pub(super) fn floor(self) -> Option<i128> {
        Some(self.units.div_euclid(power(self.scale)?))
    }

    /// Returns the value as a multiple of `10^-scale`, rounded.
    pub(super) fn scaled(self, scale: u8) -> Option<i64> {
        i64::try_from(self.round(i32::from(scale))?.units).ok()
    }

    /// Converts a multiple of `10^-scale`.
    pub(super) fn from_scaled(units: i64, scale: u8) -> Self {
        Self { units: i128::from(units), scale: u32::from(scale) }
    }

    /// Returns -1, 0 or 1.
    pub(super) fn sign(self) -> i64 {
        i64::try_from(self.units.signum()).unwrap_or(0)
    }

    /// Returns the largest value of a type.
    pub(super) fn largest(precision: u8, scale: u8) -> Option<Self> {
        Some(Self { units: power(u32::from(precision))? - 1, scale: u32::from(scale) })
    }

    /// Rounds to the digits of a type and clamps to its range, as CAST does.
    pub(super) fn fit(self, precision: u8, scale: u8) -> Option<Self> {
        let rounded = self.round(i32::from(scale))?;
        match power(u32::from(precision)) {
            Some(limit) if rounded.units.abs() >= limit => {
                Some(Self { units: (limit - 1) * rounded.units.signum(), scale: u32::from(scale) })
            }
            _ => Some(rounded),
        }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = self.units.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(out, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(out, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn arithmetic_keeps_every_digit() {
        assert_eq!(of("1.10").add(of("2.205")).unwrap().to_string(), "3.305");
        assert_eq!(of("-1.5").multiply(of("0.25")).unwrap().to_string(), "-0.375");
        assert_eq!(of("5.5").remainder(of("2")).unwrap().unwrap().to_string(), "1.5");
        assert_eq!(of("0.05").subtract(of("0.1")).unwrap().to_string(), "-0.05");
    }

    #[test]
    fn a_quotient_keeps_a_group_of_digits_until_it_is_rounded() {
        let third = of("1").divide(of("3")).unwrap().unwrap();
        assert_eq!(third.to_string(), "0.333333333");
        assert_eq!(third.multiply(of("3")).unwrap().round(4).unwrap().to_string(), "1.0000");
        assert!(of("1").divide(of("0.0")).unwrap().is_none());
    }

    #[test]
    fn rounding_goes_away_from_zero_and_before_the_point() {
        assert_eq!(of("2.5").round(0).unwrap().to_string(), "3");
        assert_eq!(of("-2.5").round(0).unwrap().to_string(), "-3");
        assert_eq!(of("1254").round(-2).unwrap().to_string(), "1300");
        assert_eq!(of("-1.29").truncate(1).unwrap().to_string(), "-1.2");
        assert_eq!(of("-1.2").ceiling(), Some(-1));
        assert_eq!(of("-1.2").floor(), Some(-2));
    }

    #[test]
    fn decimal_texts_of_any_length_are_compared() {
        let nines = "9".repeat(60);
        for (small, large) in [("-2", "-1.5"), ("9.9", "10"), ("-0.1", "0"), ("1.25", "1.3"), ("10", nines.as_str())] {
            assert_eq!(compare_texts(small, large), Ordering::Less, "{small} {large}");
        }
        assert_eq!(compare_texts("-0.00", "0"), Ordering::Equal);
        assert_eq!(compare_texts("1.50", "01.5"), Ordering::Equal);
    }

    #[test]
    fn the_longest_number_at_the_start_is_parsed() {
        assert_eq!(of("12.5kg").to_string(), "12.5");
        assert_eq!(of(" 1e2").to_string(), "100");
        assert_eq!(Decimal::from_double(1.5e-40).unwrap().sign(), 0);
        assert_eq!(Decimal::from_double(-0.125).unwrap().to_string(), "-0.125");
        assert!(Decimal::from_double(1e300).is_none());
        assert_eq!(of("x").to_string(), "0");
        assert_eq!(of("123456.789").fit(5, 1).unwrap().to_string(), "9999.9");
    }
}
