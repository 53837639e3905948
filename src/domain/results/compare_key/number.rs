//! Numbers as keys: sign, power of ten of the first digit, digits.

use std::borrow::Cow;

/// Digits that fit into the head of a key, two in a byte.
const DIGITS: usize = 26;
/// Digits in the rest of a key: a DECIMAL has at most 65 in all, and a printed float has fewer.
const MORE_DIGITS: usize = 40;

/// Parses `-12.50`, `00042` or `1.5e-7` into the lower 15 bytes of a key's head and its rest; `None` if it is not a number.
pub(super) fn parse(text: &[u8]) -> Option<(u128, Cow<'static, [u8]>)> {
    let (is_negative, text) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let split = text.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, power) = match split {
        Some(at) => (text.get(..at)?, std::str::from_utf8(text.get(at + 1..)?).ok()?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let mut whole_digits = 0_i32;
    let mut has_point = false;
    let mut count = 0_usize;
    let mut leading_zeros = 0_i32;
    let mut head = 0_u128;
    let mut more = [0_u8; MORE_DIGITS / 2];
    let mut has_more = false;
    let mut is_number = false;
    for byte in mantissa {
        let digit = match byte {
            b'.' if !has_point => {
                has_point = true;
                continue;
            }
            b'0'..=b'9' => byte - b'0',
            _ => return None,
        };
        is_number = true;
        if !has_point {
            whole_digits += 1;
        }
        if count == 0 && digit == 0 {
            leading_zeros += 1;
            continue;
        }
        if count < DIGITS {
            head |= u128::from(digit) << (4 * (DIGITS - 1 - count));
        } else if let Some(pair) = more.get_mut((count - DIGITS) / 2) {
            *pair |= digit << if count.is_multiple_of(2) { 4 } else { 0 };
            has_more |= digit != 0;
        }
        count += 1;
    }
    if !is_number {
        return None;
    }
    // The power of ten of the first nonzero digit.
    let exponent = (whole_digits - leading_zeros).saturating_add(power).clamp(-8000, 8000);
    let sign_and_power = if count == 0 { 0x8000 } else { 0x8001 + u128::from((exponent + 8192).cast_unsigned()) };
    let mut body = sign_and_power << 104 | head;
    if is_negative && count > 0 {
        body = !body & ((1 << 120) - 1);
        for pair in &mut more {
            *pair = !*pair;
        }
        has_more = true;
    }
    let rest = if has_more { Cow::Owned(more.to_vec()) } else { Cow::Borrowed(&[][..]) };
    Some((body, rest))
}
