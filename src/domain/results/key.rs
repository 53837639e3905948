//! Values as keys that compare by their type: numbers exactly, dates and times by what they mean, texts by code point, bytes
//! as bytes. NULL comes first, as MySQL sorts it. Knows no order of rows.
//!
//! A number becomes its sign, the power of ten of its first digit, and its digits; nothing passes through a float. Text of a
//! typed column that does not read as its type (an engine of its own kind) comes behind all others.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Cell, Column, TypeClass, WireType};

/// How values of a column compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareKind {
    /// As numbers.
    Number,
    /// As dates, with a time of day or without; parts of zero are less than any other.
    Moment,
    /// As TIME: a span that may be negative.
    Span,
    /// As the number that the bits of a BIT mean.
    Bits,
    /// As bytes; UTF-8 compares by code point that way.
    Bytes,
}

impl CompareKind {
    /// The kind of a column.
    #[must_use]
    pub fn of(column: &Column) -> Self {
        match column.class() {
            TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => Self::Number,
            TypeClass::Temporal if column.wire == WireType::Time => Self::Span,
            TypeClass::Temporal => Self::Moment,
            TypeClass::Bit => Self::Bits,
            TypeClass::Text | TypeClass::Binary | TypeClass::Json | TypeClass::Geometry | TypeClass::Null => {
                Self::Bytes
            }
        }
    }

    /// The key of a value.
    #[must_use]
    pub fn key(self, cell: Cell<'_>) -> Key<'_> {
        let Cell::Bytes(bytes) = cell else { return Key::NULL };
        let typed = match self {
            Self::Number => number(bytes),
            Self::Moment => moment(bytes).map(Key::ordinal),
            Self::Span => span(bytes).map(Key::ordinal),
            Self::Bits => super::bit_number(bytes).map(|bits| Key::ordinal(i128::from(bits))),
            Self::Bytes => return Key::text(VALUE, bytes),
        };
        typed.unwrap_or_else(|| Key::text(STRANGE, bytes))
    }
}

/// First bytes of a key: what it is of.
const VALUE: u8 = 1;
const STRANGE: u8 = 2;
/// Bytes of a text that stand in the first part of its key.
const HEAD: usize = 15;
/// Digits of a number that stand in the first part of its key: two in a byte.
const DIGITS: usize = 26;
/// Digits behind those: a DECIMAL has 65 in all, a printed float does not mean more.
const MORE_DIGITS: usize = 40;

/// A value's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<'a> {
    head: u128,
    rest: Cow<'a, [u8]>,
    length: u32,
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'a> Key<'a> {
    const NULL: Self = Self { head: 0, rest: Cow::Borrowed(&[]), length: 0 };

    /// Whether it is that of NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.head == 0
    }

    /// Whether it is that of a value that reads as its kind.
    pub(super) fn is_known(&self) -> bool {
        self.head >> 120 == u128::from(VALUE)
    }

    /// A key that outlives its value.
    #[must_use]
    pub fn into_owned(self) -> Key<'static> {
        Key { head: self.head, rest: Cow::Owned(self.rest.into_owned()), length: self.length }
    }

    fn parts(&self) -> (u128, &[u8], u32) {
        (self.head, &self.rest, self.length)
    }

    fn text(tag: u8, bytes: &'a [u8]) -> Self {
        let mut head = [0; 16];
        let (first, rest) = bytes.split_at(bytes.len().min(HEAD));
        for (place, byte) in head.iter_mut().zip(std::iter::once(&tag).chain(first)) {
            *place = *byte;
        }
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self { head: u128::from_be_bytes(head), rest: Cow::Borrowed(rest), length }
    }

    /// A whole number of less than 112 bits.
    fn ordinal(number: i128) -> Self {
        let shifted = (number + (1 << 112)).cast_unsigned();
        Self { head: u128::from(VALUE) << 120 | shifted, rest: Cow::Borrowed(&[]), length: 0 }
    }
}

/// Bytes of a block of a key's rest.
const BLOCK: usize = size_of::<u128>();

/// Keys are compared part by part. A block that is not full is filled with zeros; where blocks are equal, a key that has ended
/// is the beginning of one that goes on, and comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The head, then the blocks of the rest.
    Block(u32),
    /// Whether the rest goes on behind so many blocks, so that no row is looked at for longer than its own key is.
    HasMore(u32),
    /// The length of the value.
    Length,
}

impl Part {
    /// The first one.
    pub(super) const HEAD: Self = Self::Block(0);
}

/// The keys of a column, row after row, in little memory.
#[derive(Debug)]
pub struct Keys {
    kind: CompareKind,
    heads: Vec<u128>,
    /// Where each rest ends in the heap, and the length of the value; empty while no value has a rest or a length.
    tails: Vec<(u32, u32)>,
    heap: Vec<u8>,
}

impl Keys {
    /// None yet, of values of this column.
    #[must_use]
    pub fn new(column: &Column) -> Self {
        Self { kind: CompareKind::of(column), heads: Vec::new(), tails: Vec::new(), heap: Vec::new() }
    }

    /// Adds the key of the next row.
    pub fn push(&mut self, cell: Cell<'_>) {
        let key = self.kind.key(cell);
        let has_tail = !key.rest.is_empty() || key.length > 0;
        if has_tail || !self.tails.is_empty() {
            self.tails.resize(self.heads.len(), (end(self.heap.len()), 0));
            self.heap.extend_from_slice(&key.rest);
            self.tails.push((end(self.heap.len()), key.length));
        }
        self.heads.push(key.head);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Bytes of memory that they take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.heads.capacity() * size_of::<u128>() + self.tails.capacity() * 8 + self.heap.capacity()
    }

    /// Compares the keys of two rows.
    #[must_use]
    pub fn compare(&self, a: u32, b: u32) -> Ordering {
        let head = |row: u32| self.part(row, Part::HEAD);
        head(a)
            .cmp(&head(b))
            .then_with(|| if self.tails.is_empty() { Ordering::Equal } else { self.tail(a).cmp(&self.tail(b)) })
    }

    /// A part of a row's key as a number: where all parts before it are equal and this one is not, it decides.
    #[must_use]
    pub(super) fn part(&self, row: u32, part: Part) -> u128 {
        match part {
            Part::Block(0) => self.heads.get(row as usize).copied().unwrap_or(0),
            Part::Block(number) => {
                let (rest, _) = self.tail(row);
                let from = (number as usize - 1) * BLOCK;
                let bytes = rest.get(from..rest.len().min(from + BLOCK)).unwrap_or_default();
                let mut block = [0; BLOCK];
                for (place, byte) in block.iter_mut().zip(bytes) {
                    *place = *byte;
                }
                u128::from_be_bytes(block)
            }
            Part::HasMore(number) => u128::from(self.has_more(row, number)),
            Part::Length => u128::from(self.tail(row).1),
        }
    }

    /// Whether the rest of a row's key goes on behind so many blocks.
    fn has_more(&self, row: u32, blocks: u32) -> bool {
        self.tail(row).0.len() > blocks as usize * BLOCK
    }

    /// The part that comes behind this one for rows that are equal in it and before; `None` where their keys are equal.
    #[must_use]
    pub(super) fn next(&self, part: Part, mut rows: impl Iterator<Item = u32>) -> Option<Part> {
        if self.tails.is_empty() {
            return None;
        }
        let (number, has_more) = match part {
            Part::Block(number) => {
                let first = rows.next().is_some_and(|row| self.has_more(row, number));
                if rows.any(|row| self.has_more(row, number) != first) {
                    return Some(Part::HasMore(number));
                }
                (number, first)
            }
            // By now it is the same for all of them.
            Part::HasMore(number) => (number, rows.next().is_some_and(|row| self.has_more(row, number))),
            Part::Length => return None,
        };
        Some(if has_more { Part::Block(number + 1) } else { Part::Length })
    }

    fn tail(&self, row: u32) -> (&[u8], u32) {
        let at = row as usize;
        let start = at.checked_sub(1).and_then(|before| self.tails.get(before)).map_or(0, |(end, _)| *end);
        let (end, length) = self.tails.get(at).copied().unwrap_or((start, 0));
        (self.heap.get(start as usize..end as usize).unwrap_or_default(), length)
    }
}

fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// `-12.50`, `00042`, `1.5e-7` as a key; `None` where it is no number.
fn number(text: &[u8]) -> Option<Key<'static>> {
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
    let mut whole = 0_i32;
    let mut has_point = false;
    let mut count = 0_usize;
    let mut leading = 0_i32;
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
            whole += 1;
        }
        if count == 0 && digit == 0 {
            leading += 1;
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
    // The power of ten of the first digit that is not zero.
    let exponent = (whole - leading).saturating_add(power).clamp(-8000, 8000);
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
    Some(Key { head: u128::from(VALUE) << 120 | body, rest, length: 0 })
}

/// The digits up to a mark (or the end), and what follows the mark.
fn upto(text: &[u8], mark: u8) -> Option<(i128, &[u8])> {
    let at = text.iter().position(|byte| *byte == mark).unwrap_or(text.len());
    let (digits, rest) = text.split_at(at);
    Some((whole(digits)?, rest.get(1..).unwrap_or_default()))
}

fn whole(digits: &[u8]) -> Option<i128> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i128::from(byte - b'0')))
}

/// `HH:MM:SS.ffffff` as microseconds; shorter forms have zeros for what is missing.
fn clock(text: &[u8]) -> Option<i128> {
    let (hours, rest) = upto(text, b':')?;
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { upto(rest, b':')? };
    let (seconds, fraction) = if rest.is_empty() { (0, rest) } else { upto(rest, b'.')? };
    let mut micros = if fraction.is_empty() { 0 } else { whole(fraction)? };
    if fraction.len() > 6 {
        return None;
    }
    for _ in fraction.len()..6 {
        micros *= 10;
    }
    let micros = if fraction.is_empty() { 0 } else { micros };
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
}

/// A date, or a date and a time, as a number that grows with it. It counts nothing: a day of zero has a place of its own.
fn moment(text: &[u8]) -> Option<i128> {
    let (date, time) = match text.iter().position(|byte| matches!(byte, b' ' | b'T')) {
        Some(at) => (text.get(..at)?, clock(text.get(at + 1..)?)?),
        None => (text, 0),
    };
    let (year, rest) = upto(date, b'-')?;
    let (month, rest) = if rest.is_empty() { (0, rest) } else { upto(rest, b'-')? };
    let day = if rest.is_empty() { 0 } else { whole(rest)? };
    Some(((year * 100 + month) * 100 + day) * 1_000_000_000_000 + time)
}

/// `-838:59:59.000000` as microseconds.
fn span(text: &[u8]) -> Option<i128> {
    match text.split_first()? {
        (b'-', rest) => clock(rest).map(|micros| -micros),
        _ => clock(text),
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
        assert!(values.iter().all(|value| CompareKind::key(kind, Cell::Null) < kind.key(Cell::Bytes(value.as_bytes()))));
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
            CompareKind::Moment,
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
        sorted(CompareKind::Span, &["-838:59:59", "-100:00:00", "-00:00:00.5", "00:00:00", "9:00:00", "838:59:59.0"]);
        let day = |text: &'static str| CompareKind::Moment.key(Cell::Bytes(text.as_bytes()));
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
