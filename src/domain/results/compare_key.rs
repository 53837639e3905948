//! Keys that compare values by their type: numbers exactly, dates and times by meaning, text by code point, bytes as bytes.
//! NULL comes first, as in MySQL.
//!
//! The key of a number consists of its sign, the power of ten of its first digit, and its digits. No number is converted to a
//! float. Text that cannot be parsed as the type of its column (some engines send such text) sorts after all other values.

mod datetime;
mod number;

use std::borrow::Cow;
use std::cmp::Ordering;

use super::cell::{Cell, bit_number};
use super::column::{Column, TypeClass, WireType};

/// How values of a column are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareKind {
    Number,
    /// A date with or without a time of day. A month or day of zero sorts before all others.
    DateTime,
    /// A TIME, which may be negative.
    Time,
    /// A BIT, as an unsigned number.
    Bit,
    /// Bytes. UTF-8 text compares by code point this way.
    Bytes,
}

impl CompareKind {
    /// Returns how the values of this column are compared.
    #[must_use]
    pub fn of(column: &Column) -> Self {
        match column.class() {
            TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => Self::Number,
            TypeClass::Temporal if column.wire == WireType::Time => Self::Time,
            TypeClass::Temporal => Self::DateTime,
            TypeClass::Bit => Self::Bit,
            TypeClass::Text | TypeClass::Binary | TypeClass::Json | TypeClass::Geometry | TypeClass::Null => {
                Self::Bytes
            }
        }
    }

    /// Returns the key of a value. A value that cannot be parsed as this kind sorts after all that can.
    #[must_use]
    pub fn key(self, cell: Cell<'_>) -> CompareKey<'_> {
        let Cell::Bytes(bytes) = cell else { return CompareKey::NULL };
        let typed = match self {
            Self::Number => number::parse(bytes).map(|(body, rest)| CompareKey::number(body, rest)),
            Self::DateTime => datetime::date_time(bytes).map(CompareKey::ordinal),
            Self::Time => datetime::time(bytes).map(CompareKey::ordinal),
            Self::Bit => bit_number(bytes).map(|bits| CompareKey::ordinal(i128::from(bits))),
            Self::Bytes => return CompareKey::text(VALUE, bytes),
        };
        typed.unwrap_or_else(|| CompareKey::text(UNREADABLE, bytes))
    }
}

/// First byte of the key of a value that can be parsed as its kind. The key of NULL begins with 0.
const VALUE: u8 = 1;
/// First byte of the key of a value that cannot be parsed.
const UNREADABLE: u8 = 2;
/// Bytes of a text that fit into the head of its key.
const HEAD: usize = 15;

/// The comparison key of a value. Keys compare by the type of their column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompareKey<'a> {
    /// One byte for the kind of the key, then its first 15 bytes.
    pub(super) head: u128,
    pub(super) rest: Cow<'a, [u8]>,
    /// Length of a text in bytes; 0 for every other kind.
    pub(super) length: u32,
}

impl Ord for CompareKey<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for CompareKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> CompareKey<'a> {
    const NULL: Self = Self { head: 0, rest: Cow::Borrowed(&[]), length: 0 };

    /// Whether this is the key of NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.head == 0
    }

    /// Whether the value can be parsed as its kind: it is neither NULL nor a text such as `abc` in a column of numbers.
    pub(super) fn is_readable(&self) -> bool {
        self.head >> 120 == u128::from(VALUE)
    }

    /// Copies the key, so that it outlives its value.
    #[must_use]
    pub fn into_owned(self) -> CompareKey<'static> {
        CompareKey { head: self.head, rest: Cow::Owned(self.rest.into_owned()), length: self.length }
    }

    fn parts(&self) -> (u128, &[u8], u32) {
        (self.head, &self.rest, self.length)
    }

    fn text(tag: u8, bytes: &'a [u8]) -> Self {
        let mut head = [0; 16];
        let (first, rest) = bytes.split_at(bytes.len().min(HEAD));
        for (slot, byte) in head.iter_mut().zip(std::iter::once(&tag).chain(first)) {
            *slot = *byte;
        }
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self { head: u128::from_be_bytes(head), rest: Cow::Borrowed(rest), length }
    }

    /// Makes a key of a whole number of less than 112 bits.
    fn ordinal(number: i128) -> Self {
        let shifted = (number + (1 << 112)).cast_unsigned();
        Self { head: u128::from(VALUE) << 120 | shifted, rest: Cow::Borrowed(&[]), length: 0 }
    }

    fn number(body: u128, rest: Cow<'a, [u8]>) -> Self {
        Self { head: u128::from(VALUE) << 120 | body, rest, length: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(kind: CompareKind, values: &[&str]) {
        for pair in values.windows(2) {
            let [a, b] = pair else { unreachable!() };
            let (a_key, b_key) = (kind.key(Cell::Bytes(a.as_bytes())), kind.key(Cell::Bytes(b.as_bytes())));
            assert!(a_key < b_key, "{a} before {b}: {a_key:?} {b_key:?}");
        }
        assert!(
            values.iter().all(|value| CompareKind::key(kind, Cell::Null) < kind.key(Cell::Bytes(value.as_bytes())))
        );
    }

    #[test]
    fn numbers_compare_exactly_at_any_size() {
        sorted(
            CompareKind::Number,
            &[
                "-1.7976931348623157e308",
                "-99999999999999999999999999999999999.999999999999999999999999999999",
                "-99999999999999999999999999999999999.999999999999999999999999999998",
                "-18446744073709551616",
                "-2",
                "-1.000000000000000000000000000000000000000000000000000000000000001",
                "-1",
                "-0.5",
                "-1e-7",
                "0",
                "1.5e-7",
                "0.0001",
                "00042",
                "42.1",
                "18446744073709551614",
                "18446744073709551615",
                "18446744073709551615.000000000000000000000000000001",
                "1e30",
                "nan",
            ],
        );
        let number = |text: &'static str| CompareKind::Number.key(Cell::Bytes(text.as_bytes()));
        assert_eq!(number("1.50"), number("01.5"));
        assert_eq!(number("-0.00"), number("0"));
        assert_eq!(number("1e3"), number("1000"));
    }

    #[test]
    fn dates_and_times_compare_by_what_they_mean() {
        sorted(
            CompareKind::DateTime,
            &[
                "0000-00-00",
                "2020-00-10",
                "2020-01-00",
                "2020-01-31 23:59:59.999999",
                "2020-02-01 00:00:00.000001",
                "2020-02-01 00:00:00.1",
                "9999-12-31",
            ],
        );
        sorted(CompareKind::Time, &["-838:59:59", "-100:00:00", "-00:00:00.5", "00:00:00", "9:00:00", "838:59:59.0"]);
        let day = |text: &'static str| CompareKind::DateTime.key(Cell::Bytes(text.as_bytes()));
        assert_eq!(day("2026-03-02"), day("2026-03-02 00:00:00"));
    }

    #[test]
    fn texts_compare_by_code_point_and_by_length() {
        sorted(
            CompareKind::Bytes,
            &[
                "",
                "A",
                "B",
                "a",
                "a\0",
                "a\0\0",
                "aaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaa\0",
                "aaaaaaaaaaaaaaab",
                "ä",
                "\u{10000}",
            ],
        );
    }
}
