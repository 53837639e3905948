//! Exact sums of decimal numbers of any size that MySQL has: DECIMAL(65,30), BIGINT, and billions of them.

/// Digits of one limb.
const LIMB_DIGITS: usize = 18;
/// One more than the largest limb.
const LIMB: i128 = 1_000_000_000_000_000_000;
/// Limbs after the decimal point: 36 digits.
const FRACTION_LIMBS: usize = 2;
/// Limbs of a sum: 90 digits before the point, and those after it.
const LIMBS: usize = 5 + FRACTION_LIMBS;
type Limbs = [i128; LIMBS];
/// Digits after the point that a sum has.
const FRACTION_DIGITS: usize = FRACTION_LIMBS * LIMB_DIGITS;
/// Digits that a mean has more than its values, as in `AVG` of MySQL.
const MORE_DIGITS: usize = 4;
/// Digits that a small mean has after its zeros.
const SMALL_DIGITS: usize = 6;

/// A sum of decimal numbers without any rounding.
///
/// Each limb has a sign of its own, and room for 10^20 numbers, so that adding a number never carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExactSum {
    /// The lowest limb first.
    limbs: Limbs,
    /// The largest number of digits after the point of a number.
    decimals: usize,
    count: u64,
}

impl ExactSum {
    /// Adds a number as the server prints it: a sign, digits, a point. Returns whether it was one: an exponent is none, and
    /// neither is a number with more digits than DECIMAL has.
    pub fn add(&mut self, text: &[u8]) -> bool {
        let Some((limbs, decimals)) = parse(text) else { return false };
        for (sum, limb) in self.limbs.iter_mut().zip(limbs) {
            *sum += limb;
        }
        self.decimals = self.decimals.max(decimals);
        self.count += 1;
        true
    }

    /// Returns how many numbers were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Returns the sum with as many digits after the point as its numbers have.
    #[must_use]
    pub fn sum(&self) -> String {
        let (is_negative, digits) = self.digits();
        printed(is_negative, &digits, self.decimals)
    }

    /// Returns the mean of the numbers, rounded to at least four digits more than they have; `None` without numbers.
    #[must_use]
    pub fn mean(&self) -> Option<String> {
        let count = u128::from(self.count);
        if count == 0 {
            return None;
        }
        let (is_negative, digits) = self.digits();
        let mut rest = 0;
        let divided = digits.into_iter().map(|digit| {
            let value = rest * 10 + u128::from(digit);
            rest = value % count;
            u8::try_from(value / count).unwrap_or(9)
        });
        let mut digits: Vec<u8> = divided.collect();
        let first = digits.iter().position(|digit| *digit > 0).unwrap_or(0);
        let zeros = first.checked_sub(LIMBS * LIMB_DIGITS - FRACTION_DIGITS);
        let small = zeros.map_or(0, |zeros| zeros + SMALL_DIGITS);
        let places = (self.decimals + MORE_DIGITS).max(small).min(FRACTION_DIGITS - 1);
        round(&mut digits, places);
        let text = printed(is_negative, &digits, places);
        Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }

    /// Returns the sum as a float, which rounds it.
    #[must_use]
    pub fn nearest(&self) -> f64 {
        nearest(&self.limbs)
    }

    /// Returns the sign and all digits, the first one first.
    fn digits(&self) -> (bool, Vec<u8>) {
        let (is_negative, limbs) = carried(&self.limbs);
        let text: Vec<String> = limbs.iter().rev().map(|limb| format!("{limb:018}")).collect();
        (is_negative, text.concat().bytes().map(|digit| digit - b'0').collect())
    }
}

/// The standard deviation of numbers. The differences to the first number are exact, so that it is also right for large
/// numbers that lie close together.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Spread {
    first: Option<Limbs>,
    count: u64,
    mean: f64,
    squares: f64,
}

impl Spread {
    /// Adds a number as the server prints it. Ignores what is not one.
    pub(super) fn add(&mut self, text: &[u8]) {
        let Some((mut limbs, _)) = parse(text) else { return };
        let first = self.first.get_or_insert(limbs);
        for (limb, first) in limbs.iter_mut().zip(first) {
            *limb -= *first;
        }
        self.add_float(nearest(&limbs));
    }

    /// Adds a float (Welford's algorithm).
    pub(super) fn add_float(&mut self, value: f64) {
        self.count += 1;
        let difference = value - self.mean;
        self.mean += difference / self.count as f64;
        self.squares += difference * (value - self.mean);
    }

    /// Returns the standard deviation of all numbers (`STDDEV_POP`).
    pub(super) fn deviation(&self) -> Option<f64> {
        (self.count > 0).then(|| (self.squares / self.count as f64).sqrt()).filter(|value| value.is_finite())
    }
}

/// Returns a float with ten digits.
pub(super) fn rounded(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    if rounded.abs() >= 1e15 || (rounded != 0.0 && rounded.abs() < 1e-6) {
        format!("{rounded:e}")
    } else {
        rounded.to_string()
    }
}

/// Returns the sign, and limbs that are neither negative nor too large.
fn carried(limbs: &Limbs) -> (bool, Limbs) {
    let carried = carry(*limbs);
    let is_negative = carried.last().is_some_and(|limb| *limb < 0);
    (is_negative, if is_negative { carry(limbs.map(|limb| -limb)) } else { carried })
}

/// Moves what does not fit into a limb to the next one. The last one keeps the sign.
fn carry(mut limbs: Limbs) -> Limbs {
    let mut carried = 0;
    for limb in limbs.iter_mut().take(LIMBS - 1) {
        *limb += carried;
        carried = 0;
        // Most limbs need no division, which is slow.
        if !(0..LIMB).contains(limb) {
            carried = limb.div_euclid(LIMB);
            *limb = limb.rem_euclid(LIMB);
        }
    }
    if let Some(last) = limbs.last_mut() {
        *last += carried;
    }
    limbs
}

fn nearest(limbs: &Limbs) -> f64 {
    let (is_negative, limbs) = carried(limbs);
    let unit = LIMB as f64;
    let whole = limbs.iter().rev().fold(0.0, |value, limb| value * unit + *limb as f64);
    let value = whole / unit.powi(2);
    if is_negative { -value } else { value }
}

/// Rounds to this many digits after the point, half away from zero.
fn round(digits: &mut [u8], places: usize) {
    let end = digits.len() - FRACTION_DIGITS + places;
    let is_up = digits.get(end).is_some_and(|digit| *digit >= 5);
    if !is_up {
        return;
    }
    for digit in digits.iter_mut().take(end).rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
}

/// Returns the digits as a number with this many digits after the point.
fn printed(is_negative: bool, digits: &[u8], places: usize) -> String {
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(FRACTION_DIGITS));
    let text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + *digit)).collect::<String>();
    let (whole, fraction) = (text(whole), text(fraction.get(..places).unwrap_or(fraction)));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let is_zero = whole == "0" && fraction.bytes().all(|digit| digit == b'0');
    let sign = if is_negative && !is_zero { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Returns the limbs of a number, all with its sign, and how many digits it has after the point.
fn parse(text: &[u8]) -> Option<(Limbs, usize)> {
    let (is_negative, text) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let are_digits = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    let fits = whole.len() < (LIMBS - FRACTION_LIMBS) * LIMB_DIGITS && fraction.len() <= FRACTION_DIGITS;
    if !are_digits(whole) || !are_digits(fraction) || !fits || whole.len() + fraction.len() == 0 {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0_i128, |value, digit| value * 10 + i128::from(digit - b'0'));
    let mut limbs = [0; LIMBS];
    let (below, above) = limbs.split_at_mut(FRACTION_LIMBS);
    for (limb, digits) in below.iter_mut().rev().zip(fraction.chunks(LIMB_DIGITS)) {
        let missing = u32::try_from(LIMB_DIGITS - digits.len()).unwrap_or(0);
        *limb = number(digits) * 10_i128.pow(missing);
    }
    for (limb, digits) in above.iter_mut().zip(whole.rchunks(LIMB_DIGITS)) {
        *limb = number(digits);
    }
    if is_negative {
        limbs = limbs.map(|limb| -limb);
    }
    Some((limbs, fraction.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(texts: &[&str]) -> ExactSum {
        let mut sum = ExactSum::default();
        for text in texts {
            assert!(sum.add(text.as_bytes()), "{text}");
        }
        sum
    }

    #[test]
    fn sums_of_the_largest_numbers_are_exact() {
        let largest = "9".repeat(65);
        for (texts, expected) in [
            (&["0.1", "0.2"][..], "0.3"),
            (&["9223372036854775807", "9223372036854775807", "1"], "18446744073709551615"),
            (&["-1", "0.000000000000000000000000000001"], "-0.999999999999999999999999999999"),
            (&["1000000000000000000", "-1"], "999999999999999999"),
            (&["-1.50", "1.5"], "0.00"),
            (&["00042", "+1", ".5", "3."], "46.5"),
            (&[], "0"),
        ] {
            assert_eq!(sum(texts).sum(), expected, "{texts:?}");
        }
        assert_eq!(sum(&[&largest, "1"]).sum(), format!("1{}", "0".repeat(65)));
        let mut many = ExactSum::default();
        (0..10).for_each(|_| assert!(many.add(largest.as_bytes())));
        assert_eq!(many.sum(), format!("{largest}0"));
    }

    #[test]
    fn a_mean_has_more_digits_than_its_numbers() {
        for (texts, expected) in [
            (&["1", "2"][..], Some("1.5")),
            (&["0", "0", "1"], Some("0.333333")),
            (&["1", "1", "3"], Some("1.6667")),
            (&["-1", "-1", "-3"], Some("-1.6667")),
            (&["0.00000000000000000001", "0", "0"], Some("0.00000000000000000000333333")),
            (&["-5", "5"], Some("0")),
            (&["9999999999999999999", "10000000000000000001"], Some("10000000000000000000")),
            (&[], None),
        ] {
            assert_eq!(sum(texts).mean().as_deref(), expected, "{texts:?}");
        }
    }

    #[test]
    fn the_deviation_of_large_numbers_is_that_of_their_differences() {
        let mut spread = Spread::default();
        for text in ["9007199254740993", "9007199254740994", "9007199254740995", "9007199254740996", "abc"] {
            spread.add(text.as_bytes());
        }
        assert_eq!(spread.deviation().map(rounded).as_deref(), Some("1.118033989"));
        assert_eq!(Spread::default().deviation(), None);
        let is = |text: &str, value: f64| (sum(&[text]).nearest() - value).abs() <= value.abs() * 1e-15;
        assert!(is("-0.5", -0.5) && is("18446744073709551615", 18_446_744_073_709_551_615.0) && is("-0.001", -0.001));
    }

    #[test]
    fn what_is_not_a_plain_number_is_not_added() {
        let mut sum = ExactSum::default();
        for text in ["", "-", ".", "1e3", "abc", "1.2.3", " 1", &"9".repeat(100), &format!("0.{}", "1".repeat(40))] {
            assert!(!sum.add(text.as_bytes()), "{text}");
        }
        assert_eq!((sum.count(), sum.sum().as_str()), (0, "0"));
    }
}
