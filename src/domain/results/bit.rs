//! Reads a BIT as the servers send it. A column of a table is sent as raw bytes. An expression (`MAX(b)`, `IF(…)`, `COALESCE(…)`)
//! is sent with the same type as raw bytes, as decimal digits, or, by MySQL's IF and CASE, as raw bytes that were read as latin1
//! and converted to utf8mb4.
//!
//! A value of `n` bits is raw if it has exactly ⌈n/8⌉ bytes and fits in `n` bits, and digits if it is a decimal number that fits.
//! Only values of 6 to 8, 14 to 16, … bits can be both, such as the byte `5`. Then the column decides:
//!
//! - a column whose schema is known is raw: it is a column of a table;
//! - with the flag BINARY, which MariaDB sets for an expression, it is digits, except for window functions (`… OVER (…)`);
//! - without the flag it is raw, as MariaDB sends a temporary table and MySQL most expressions. MySQL's `COALESCE`, `IFNULL`,
//!   `GREATEST`, `LEAST` and `ANY_VALUE` send digits. The
//!   column's name shows the function, or the statement does. In a derived table or a view, such a value of MySQL is read as raw.

use super::column::{Column, WireType, flag};

/// How the values of a column of type BIT are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitColumn {
    bits: u32,
    /// How a value is read that is valid in both forms.
    if_unclear: BitForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BitForm {
    Raw,
    Digits,
}

impl BitColumn {
    /// Returns how to read a column; `None` if it is no BIT. `expression` is what the statement computes it from, if that is known.
    #[must_use]
    pub fn of(column: &Column, expression: Option<&str>) -> Option<Self> {
        let bits = column.length;
        (column.wire == WireType::Bit && (1..=64).contains(&bits))
            .then(|| Self { bits, if_unclear: form_if_unclear(column, expression) })
    }

    /// Returns the value as raw bytes: ⌈n/8⌉ of them, the most significant first. `None` if it is not valid in any form.
    #[must_use]
    pub fn raw(self, bytes: &[u8]) -> Option<RawBits> {
        let number = match (self.raw_number(bytes), self.digits_number(bytes)) {
            (Some(raw), Some(digits)) => match self.if_unclear {
                BitForm::Raw => raw,
                BitForm::Digits => digits,
            },
            (Some(number), None) | (None, Some(number)) => number,
            (None, None) => self.latin1_number(bytes)?,
        };
        Some(RawBits { bytes: number.to_be_bytes(), length: self.byte_count() })
    }

    fn byte_count(self) -> usize {
        usize::try_from(self.bits.div_ceil(8)).unwrap_or(8).min(8)
    }

    fn fits(self, number: u64) -> bool {
        self.bits >= 64 || number >> self.bits == 0
    }

    fn raw_number(self, bytes: &[u8]) -> Option<u64> {
        if bytes.len() != self.byte_count() {
            return None;
        }
        let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        Some(number).filter(|number| self.fits(*number))
    }

    fn digits_number(self, bytes: &[u8]) -> Option<u64> {
        let is_number = bytes.iter().all(u8::is_ascii_digit) && (bytes.len() == 1 || bytes.first() != Some(&b'0'));
        let number = std::str::from_utf8(bytes).ok().filter(|_| is_number)?.parse().ok()?;
        Some(number).filter(|number| self.fits(*number))
    }

    fn latin1_number(self, bytes: &[u8]) -> Option<u64> {
        let text = std::str::from_utf8(bytes).ok()?;
        let raw: Vec<u8> = text.chars().map(latin1_byte).collect::<Option<_>>()?;
        self.raw_number(&raw)
    }
}

/// Returns the byte of a character in MySQL's latin1, which is Windows code page 1252 (MySQL manual, "West European Character
/// Sets").
fn latin1_byte(c: char) -> Option<u8> {
    /// The characters of 0x80 to 0x9F that are not the control characters of these numbers.
    const SPECIAL: [(char, u8); 27] = [
        ('€', 0x80),
        ('‚', 0x82),
        ('ƒ', 0x83),
        ('„', 0x84),
        ('…', 0x85),
        ('†', 0x86),
        ('‡', 0x87),
        ('ˆ', 0x88),
        ('‰', 0x89),
        ('Š', 0x8a),
        ('‹', 0x8b),
        ('Œ', 0x8c),
        ('Ž', 0x8e),
        ('‘', 0x91),
        ('’', 0x92),
        ('“', 0x93),
        ('”', 0x94),
        ('•', 0x95),
        ('–', 0x96),
        ('—', 0x97),
        ('˜', 0x98),
        ('™', 0x99),
        ('š', 0x9a),
        ('›', 0x9b),
        ('œ', 0x9c),
        ('ž', 0x9e),
        ('Ÿ', 0x9f),
    ];
    let special = SPECIAL.iter().find(|(special, _)| *special == c).map(|(_, byte)| *byte);
    special.or_else(|| u8::try_from(u32::from(c)).ok())
}

/// The raw bytes of a BIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawBits {
    bytes: [u8; 8],
    length: usize,
}

impl RawBits {
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(8 - self.length..).unwrap_or_default()
    }
}

fn form_if_unclear(column: &Column, expression: Option<&str>) -> BitForm {
    /// Functions of MySQL that send a BIT as digits.
    const DIGITS: [&str; 5] = ["COALESCE(", "IFNULL(", "GREATEST(", "LEAST(", "ANY_VALUE("];
    let name = expression.unwrap_or(&column.name).trim_start().to_ascii_uppercase();
    if !column.origin.schema.is_empty() {
        return BitForm::Raw;
    }
    let is_digits = if column.flags & flag::BINARY == 0 {
        DIGITS.iter().any(|function| name.starts_with(function))
    } else {
        !name.contains(" OVER ") && !name.contains(" OVER(")
    };
    if is_digits { BitForm::Digits } else { BitForm::Raw }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::results::ColumnOrigin;

    fn column(name: &str, bits: u32, flags: u16, schema: &str) -> Column {
        let origin = ColumnOrigin { schema: schema.into(), ..ColumnOrigin::default() };
        let name = name.to_owned();
        Column {
            name,
            table: String::new(),
            origin,
            wire: WireType::Bit,
            flags,
            length: bits,
            decimals: 0,
            charset: 63,
        }
    }

    fn number(column: &Column, bytes: &[u8]) -> Option<u64> {
        BitColumn::of(column, None)?
            .raw(bytes)
            .map(|raw| raw.bytes().iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    #[test]
    fn a_bit_has_the_same_value_in_each_form_that_the_servers_send() {
        let plain = column("b", 1, 0x20, "b");
        assert_eq!((number(&plain, b"\x01"), number(&plain, b"\x00")), (Some(1), Some(0)));
        // MariaDB 10.11: MAX(b1), MAX(b8), MAX(b16), MAX(b64).
        let mariadb = |bits| column("m", bits, 0xa0, "");
        assert_eq!(number(&mariadb(1), b"1"), Some(1));
        assert_eq!((number(&mariadb(8), b"200"), number(&mariadb(8), b"5")), (Some(200), Some(5)));
        assert_eq!((number(&mariadb(16), b"12593"), number(&mariadb(16), b"11")), (Some(12_593), Some(11)));
        assert_eq!(number(&mariadb(64), b"18446744073709551615"), Some(u64::MAX));
        // MySQL 9: MAX(b8) and COALESCE(b8, …) differ in nothing but their name.
        assert_eq!(number(&column("MAX(b8)", 8, 0x20, ""), b"5"), Some(53));
        assert_eq!(number(&column("COALESCE(b8, 0)", 8, 0x20, ""), b"5"), Some(5));
        assert_eq!(number(&column("COALESCE(b1, 0)", 1, 0x20, ""), b"1"), Some(1));
        assert_eq!(number(&column("IF(1, b8, 0)", 8, 0x20, ""), "\u{c8}".as_bytes()), Some(200));
        assert_eq!(number(&column("IF(1, b64, 0)", 64, 0x20, ""), "ÿÿÿÿÿÿÿÿ".as_bytes()), Some(u64::MAX));
        assert_eq!(number(&column("IF(1, b8, 0)", 8, 0x20, ""), "€".as_bytes()), Some(0x80));
        let aliased = BitColumn::of(&column("l", 8, 0xa0, ""), Some("LAG(b8) OVER (ORDER BY id)")).unwrap();
        assert_eq!(aliased.raw(b"5").unwrap().bytes(), b"5");
        // MariaDB: a window function sends raw bytes with the flags of an expression.
        assert_eq!(number(&column("LAG(b8) OVER (ORDER BY id)", 8, 0xa0, ""), b"5"), Some(53));
    }

    #[test]
    fn what_is_no_bit_in_any_form_has_no_number() {
        for bytes in [&b""[..], b"007", b"256", b"\x01\x00", b"\xff\xff"] {
            assert_eq!(number(&column("b", 8, 0xa0, ""), bytes), None, "{bytes:?}");
        }
        assert_eq!(number(&column("b", 1, 0x20, "b"), b"\x02"), None);
        assert_eq!(BitColumn::of(&Column { wire: WireType::Long, ..column("b", 8, 0, "b") }, None), None);
    }

    proptest::proptest! {
        #[test]
        fn each_form_of_each_number_is_read(bits in 1_u32..=64, number_of in proptest::prelude::any::<u64>()) {
            let value = if bits == 64 { number_of } else { number_of & ((1 << bits) - 1) };
            let width = usize::try_from(bits.div_ceil(8)).unwrap();
            let raw = &value.to_be_bytes()[8 - width..];
            proptest::prop_assert_eq!(number(&column("b", bits, 0x20, "b"), raw), Some(value));
            proptest::prop_assert_eq!(number(&column("m", bits, 0xa0, ""), value.to_string().as_bytes()), Some(value));
            let character = |byte: u8| (0..=0xffff).filter_map(char::from_u32).find(|c| latin1_byte(*c) == Some(byte)).unwrap();
            let latin1: String = raw.iter().map(|byte| character(*byte)).collect();
            proptest::prop_assert_eq!(number(&column("IF(b)", bits, 0x20, ""), latin1.as_bytes()), Some(value));
        }
    }
}
