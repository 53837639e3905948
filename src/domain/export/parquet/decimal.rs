//! DECIMAL as Parquet stores it: the number without its point, in two's complement, as wide as the precision requires.

use super::value::{DECIMAL_BYTES, ParquetValue};
use crate::domain::results::Column;

/// Digits of the widest decimal of the servers.
const DIGITS: u8 = 65;
/// Most digits after the point: 38 in MariaDB, 30 in MySQL. More means "not fixed".
const SCALE: u8 = 38;
/// Digits that are converted at once.
const STEP: usize = 9;

/// The type of a decimal column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ParquetDecimal {
    pub(super) precision: u8,
    pub(super) scale: u8,
}

impl ParquetDecimal {
    /// Returns the type of a column. The display length counts a point, and a sign if one is possible. A length that matches no
    /// type of the servers gives the widest type.
    pub(super) fn of(column: &Column) -> Self {
        let scale = if column.decimals > SCALE { 30 } else { column.decimals };
        let extra = u32::from(scale > 0) + u32::from(!column.is_unsigned());
        let digits =
            u8::try_from(column.length.saturating_sub(extra)).ok().filter(|digits| (1..=DIGITS).contains(digits));
        Self { precision: digits.unwrap_or(DIGITS).max(scale), scale }
    }

    /// Returns the number of bytes that every number of this precision fits into: the smallest `n` with
    /// `2^(8n-1) > 10^precision`. Four and eight bytes are integers of the format.
    pub(super) fn bytes(self) -> u8 {
        match self.precision {
            0..=9 => 4,
            10..=18 => 8,
            // log2(10) = 3.32193 rounded up, and one bit for the sign.
            digits => u8::try_from((u32::from(digits) * 332_193 + 100_000).div_ceil(800_000)).unwrap_or(28),
        }
    }

    /// Converts a printed value; `None` if it has more digits than the type.
    pub(super) fn value(self, printed: &[u8]) -> Option<ParquetValue<'static>> {
        let (is_negative, digits) = self.digits(printed)?;
        let mut limbs = [0_u32; DECIMAL_BYTES / 4];
        for step in digits.chunks(STEP) {
            let (mut carry, factor) =
                step.iter().fold((0_u64, 1_u64), |(sum, factor), digit| (sum * 10 + u64::from(*digit), factor * 10));
            for limb in &mut limbs {
                carry += u64::from(*limb) * factor;
                let [a, b, c, d, ..] = carry.to_le_bytes();
                *limb = u32::from_le_bytes([a, b, c, d]);
                carry >>= 32;
            }
        }
        let mut bytes = [0_u8; DECIMAL_BYTES];
        for (slot, limb) in bytes.rchunks_mut(4).zip(limbs) {
            slot.copy_from_slice(&limb.to_be_bytes());
        }
        if is_negative {
            negate(&mut bytes);
        }
        let low = |count: usize| bytes.get(DECIMAL_BYTES - count..);
        Some(match self.bytes() {
            4 => ParquetValue::Int32(i32::from_be_bytes(low(4)?.try_into().ok()?)),
            8 => ParquetValue::Int64(i64::from_be_bytes(low(8)?.try_into().ok()?)),
            _ => ParquetValue::Fixed(bytes),
        })
    }

    /// Returns the sign and the digits, with as many after the point as the type has and without leading zeros.
    fn digits(self, printed: &[u8]) -> Option<(bool, Vec<u8>)> {
        let (is_negative, rest) = match printed.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, printed),
        };
        let point = rest.iter().position(|byte| *byte == b'.');
        let (whole, fraction) = match point {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)?),
            None => (rest, &[][..]),
        };
        let scale = usize::from(self.scale);
        let (fraction, beyond) = fraction.split_at(fraction.len().min(scale));
        let is_number = !(whole.is_empty() && fraction.is_empty())
            && whole.iter().chain(fraction).all(u8::is_ascii_digit)
            && beyond.iter().all(|digit| *digit == b'0');
        let fill = std::iter::repeat_n(&b'0', scale - fraction.len());
        let digits: Vec<u8> = whole
            .iter()
            .chain(fraction)
            .chain(fill)
            .skip_while(|digit| **digit == b'0')
            .map(|digit| digit.wrapping_sub(b'0'))
            .collect();
        (is_number && digits.len() <= usize::from(self.precision)).then_some((is_negative, digits))
    }
}

/// Negates a number in two's complement.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes.iter_mut().rev() {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_the_bytes_that_its_digits_need() {
        let bytes = |precision| ParquetDecimal { precision, scale: 0 }.bytes();
        // The format's own table of most digits: 9 bytes 20 (19 by its formula of 63 bits: 8), 16 bytes 38.
        assert_eq!([1, 9, 10, 18, 19, 21, 38, 65].map(bytes), [4, 4, 8, 8, 9, 9, 16, 28]);
        for precision in 19..=65_u8 {
            // 2^(8n-1) > 10^p, compared by logarithms, which differ enough.
            let bits = f64::from(bytes(precision)) * 8.0 - 1.0;
            assert!(bits > f64::from(precision) * std::f64::consts::LOG2_10, "{precision}");
            assert!(bits - 8.0 <= f64::from(precision) * std::f64::consts::LOG2_10, "{precision}");
        }
    }

    #[test]
    fn a_number_with_more_digits_than_the_type_is_none() {
        let five_two = ParquetDecimal { precision: 5, scale: 2 };
        assert_eq!(five_two.value(b"-999.99"), Some(ParquetValue::Int32(-99_999)));
        assert_eq!(five_two.value(b"000001.5000"), Some(ParquetValue::Int32(150)));
        for none in [&b"1000.00"[..], b"1.234", b"", b"-", b".", b"1e3", b"1.2.3", b" 1"] {
            assert_eq!(five_two.value(none), None, "{}", none.escape_ascii());
        }
        let widest = ParquetDecimal { precision: 65, scale: 0 };
        let Some(ParquetValue::Fixed(bytes)) = widest.value(b"-1") else { panic!("a fixed value") };
        assert_eq!(bytes, [0xff; DECIMAL_BYTES]);
    }
}
