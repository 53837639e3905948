//! A table with a column of every type and its extreme values. Its cells in a session are compared with the output of the
//! `mariadb` client, and the exported files are read by other programs.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use rrx::domain::export::{ExportFormat, ExportWriter, WriteError};
use rrx::domain::protocol::{End, ResultId, Rows};
use rrx::domain::results::{Chunk, Column, GlyphSet, TypeClass, WireType};
use rrx::domain::sql::Param;
use serde_json::value::RawValue;

use crate::harness::{TestSession, unlimited};

/// The separator after each printed value. No value contains it.
const MARK: &str = "~~~ the next value ~~~";

/// Bytes that careless code truncates, splits or changes.
const NASTY: &str = r"x'00010a0d095c2722602c1aff80c3285bf09f92a0f09f00'";
/// A text like [`NASTY`] that ends with spaces.
const NASTY_TEXT: &str = r#"'a\0b\tc\nd\r\ne\\f''g"h`i,j;k=\Z end  '"#;

/// A column's type and its values, as SQL.
type TypeValues = (&'static str, &'static [&'static str]);

/// The types that every server has.
const TYPES: &[TypeValues] = &[
    ("TINYINT", &["-128", "127", "0"]),
    ("TINYINT UNSIGNED", &["0", "255"]),
    ("SMALLINT", &["-32768", "32767"]),
    ("SMALLINT UNSIGNED", &["65535", "0"]),
    ("MEDIUMINT", &["-8388608", "8388607"]),
    ("MEDIUMINT UNSIGNED", &["16777215"]),
    ("INT", &["-2147483648", "2147483647"]),
    ("INT UNSIGNED", &["4294967295"]),
    ("BIGINT", &["-9223372036854775808", "9223372036854775807", "9007199254740993"]),
    ("BIGINT UNSIGNED", &["18446744073709551615", "9223372036854775808", "0"]),
    ("INT(10) ZEROFILL", &["0", "42", "4294967295"]),
    ("BIGINT(20) UNSIGNED ZEROFILL", &["1", "18446744073709551615"]),
    ("BOOLEAN", &["TRUE", "FALSE"]),
    (
        "DECIMAL(65,30)",
        &[
            "99999999999999999999999999999999999.999999999999999999999999999999",
            "-99999999999999999999999999999999999.999999999999999999999999999999",
            "-0.000000000000000000000000000001",
            "0",
        ],
    ),
    ("DECIMAL(65,0)", &["99999999999999999999999999999999999999999999999999999999999999999", "-1"]),
    ("DECIMAL(5,5) UNSIGNED", &["0.99999", "0"]),
    ("DECIMAL(10,3) ZEROFILL", &["1.5"]),
    ("FLOAT", &["3.40282e38", "1.17549e-38", "-0.1", "16777217", "0"]),
    ("FLOAT(7,3)", &["1234.5678", "-0.0004"]),
    ("DOUBLE", &["1.7976931348623157e308", "2.2250738585072014e-308", "0.1", "-1e15", "123456789012345680000", "-0e0"]),
    ("DOUBLE(20,5)", &["0.1", "-12345678901.234567"]),
    ("BIT(1)", &["b'0'", "b'1'"]),
    ("BIT(7)", &["b'1111111'", "b'0001010'"]),
    ("BIT(8)", &["b'11111111'", "b'00000000'", "b'01011100'"]),
    ("BIT(9)", &["b'100000000'", "b'000001010'"]),
    ("BIT(33)", &["b'100000000000000000000000000001010'"]),
    ("BIT(64)", &["18446744073709551615", "0", "9223372036854775808", "168430090"]),
    ("DATE", &["'0000-00-00'", "'2024-00-00'", "'2024-02-00'", "'9999-12-31'", "'1000-01-01'"]),
    ("TIME", &["'838:59:59'", "'-838:59:59'", "'00:00:00'"]),
    ("TIME(6)", &["'838:59:59.000000'", "'-838:59:59'", "'-00:00:00.000001'", "'12:34:56.789012'"]),
    ("TIME(3)", &["'-100:00:00.5'"]),
    ("TIMESTAMP NULL", &["'0000-00-00 00:00:00'", "'1970-01-02 00:00:01'", "'2038-01-18 23:59:59'"]),
    ("TIMESTAMP(6) NULL", &["'1970-01-02 00:00:01.000001'", "'2038-01-18 23:59:59.999999'", "'0000-00-00'"]),
    ("DATETIME", &["'0000-00-00 00:00:00'", "'2024-00-01 10:00:00'", "'9999-12-31 23:59:59'"]),
    ("DATETIME(3)", &["'2024-02-29 00:00:00.120'"]),
    ("DATETIME(6)", &["'9999-12-31 23:59:59.999999'", "'2024-02-00 01:02:03.000000'", "'1000-01-01'"]),
    ("YEAR", &["1901", "2155", "0"]),
    ("CHAR(40)", &["'ends in blanks   '", "''", "'NULL'", NASTY_TEXT, "'é💠'"]),
    ("VARCHAR(80)", &["'ends in blanks   '", "''", "'NULL'", NASTY_TEXT, "'é💠漢'", r"'\\N'"]),
    ("CHAR(40) CHARACTER SET latin1", &["'déjà vu ÿ €'", "x'8091e9ff'", NASTY_TEXT]),
    ("VARCHAR(80) CHARACTER SET latin1", &["'déjà vu ÿ €'", "x'00010a80ff20'", "''"]),
    ("VARCHAR(80) CHARACTER SET utf8mb3", &["'é漢  '", NASTY_TEXT]),
    ("VARCHAR(80) CHARACTER SET utf8mb4", &["'💠👩‍🔬'", "''"]),
    ("VARCHAR(80) CHARACTER SET utf16", &["'é💠'"]),
    ("VARCHAR(80) CHARACTER SET ascii", &["'plain'"]),
    ("BINARY(16)", &["x'00010a0d095c27227fff80c3285b5d00'", "x'20'", "''"]),
    ("VARBINARY(60)", &[NASTY, "''", "'NULL'", "x'2020'", "x'00'"]),
    ("TINYTEXT", &[NASTY_TEXT, "''", "REPEAT('é', 127)"]),
    ("TEXT", &[NASTY_TEXT, "REPEAT('a\\n', 9000)"]),
    ("MEDIUMTEXT", &[NASTY_TEXT, "REPEAT('💠', 20000)"]),
    ("LONGTEXT", &[NASTY_TEXT, "'NULL'"]),
    ("TEXT CHARACTER SET latin1", &["'ÿ€'", "x'00ff0a'"]),
    ("TINYBLOB", &[NASTY, "''"]),
    ("BLOB", &[NASTY, "REPEAT(x'00ff0a', 12000)"]),
    ("MEDIUMBLOB", &[NASTY, "REPEAT(x'0d0a', 40000)"]),
    ("LONGBLOB", &[NASTY, "'NULL'"]),
    ("ENUM('a','b c','','NULL','é','it''s')", &["'a'", "'b c'", "''", "'NULL'", "'é'", "'it''s'"]),
    ("SET('x','y','é','a b')", &["'x'", "'x,y,é,a b'", "''"]),
    ("ENUM('é','x') CHARACTER SET latin1", &["'é'"]),
    (
        "JSON",
        &[
            r#"'{"a": 1.50, "b": [1, null, "é💠\\n\\u0000"], "": {}}'"#,
            "'null'",
            "'\"NULL\"'",
            "'18446744073709551615'",
        ],
    ),
    ("GEOMETRY", &["ST_GeomFromText('LINESTRING(0 0, 10 10, 1.5 -2)')", "ST_GeomFromText('POINT(13 10)')"]),
    ("POINT", &["ST_GeomFromText('POINT(10.1 13)')"]),
];

/// The additional types of MariaDB.
pub const MARIADB_TYPES: &[TypeValues] = &[
    ("INET6", &["'::'", "'2001:db8::ff00:42:8329'", "'::ffff:192.0.2.1'"]),
    ("INET4", &["'0.0.0.0'", "'255.255.255.255'"]),
    ("UUID", &["'00010a0d-095c-2722-7fff-80c3285b5d00'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]),
];

/// Returns the types of the table's columns, with their positions.
fn types(more: &'static [TypeValues]) -> impl Iterator<Item = (usize, &'static TypeValues)> {
    TYPES.iter().chain(more).enumerate()
}

/// Returns the names and types of the table's columns except `id`, as SQL.
#[allow(dead_code, reason = "only the tests of typed files use it")]
pub fn columns(more: &'static [TypeValues]) -> impl Iterator<Item = (String, &'static str)> {
    types(more).map(|(at, (of, _))| (format!("c{at}"), *of))
}

/// Returns the number of rows. The last row is NULL in every column.
fn row_count(more: &'static [TypeValues]) -> usize {
    types(more).map(|(_, (_, values))| values.len()).max().unwrap() + 1
}

/// Returns the statements that create the table.
pub fn table(more: &'static [TypeValues]) -> String {
    let mut text = "SET SESSION sql_mode = '', SESSION time_zone = '+00:00'; CREATE DATABASE exact; \
                    CREATE TABLE exact.t (id BIGINT PRIMARY KEY"
        .to_owned();
    for (at, (of, _)) in types(more) {
        text += &format!(", c{at} {of} NULL").replace(" NULL NULL", " NULL");
    }
    text += ") ENGINE=InnoDB CHARACTER SET utf8mb4";
    for row in 0..row_count(more) {
        let values = types(more).map(|(_, (_, values))| values.get(row).copied().unwrap_or("NULL"));
        write!(text, "; INSERT INTO exact.t VALUES ({row}, {})", values.collect::<Vec<_>>().join(", ")).unwrap();
    }
    text
}

/// All rows of a result.
pub struct WholeResult {
    pub columns: Arc<[Column]>,
    chunks: Vec<Chunk>,
}

impl WholeResult {
    pub async fn of(live: &mut TestSession, result: ResultId) -> Self {
        let (mut columns, mut chunks): (Arc<[Column]>, _) = (Arc::from([]), Vec::new());
        loop {
            match live.next_rows().await {
                Rows::Open { columns: header, .. } => columns = header,
                Rows::Batch { chunk, .. } => chunks.push(chunk),
                Rows::End { .. } => break,
            }
        }
        assert_eq!(live.report(result).await.end, End::Complete);
        Self { columns, chunks }
    }

    pub fn cells(&self) -> Vec<Vec<Option<Vec<u8>>>> {
        let row = |chunk: &Chunk, row| chunk.row(row).unwrap().map(|it| it.bytes().map(<[u8]>::to_vec)).collect();
        self.chunks.iter().flat_map(|chunk| (0..chunk.rows()).map(|at| row(chunk, at)).collect::<Vec<_>>()).collect()
    }

    /// Exports the rows in a format.
    pub fn try_export(&self, format: ExportFormat) -> Result<Vec<u8>, WriteError> {
        let mut writer = ExportWriter::new(format, GlyphSet::default(), Vec::new());
        writer.begin(&self.columns)?;
        self.chunks.iter().try_for_each(|chunk| writer.chunk(chunk))?;
        writer.finish()
    }

    fn export(&self, format: ExportFormat) -> Vec<u8> {
        self.try_export(format).unwrap()
    }
}

/// Compares every cell, and returns their number. `print` runs statements in the real client as administrator, and returns
/// its raw output.
pub async fn compare(live: &mut TestSession, more: &'static [TypeValues], print: impl Fn(&str) -> Vec<u8>) -> usize {
    let whole = live.start("SELECT * FROM exact.t ORDER BY id", unlimited()).await;
    let whole = WholeResult::of(live, whole).await;
    let cells = whole.cells();
    assert_eq!((cells.len(), cells[0].len()), (row_count(more), types(more).count() + 1));

    let mut bound = Vec::new();
    for row in 0..row_count(more) {
        let values = vec![Param::Integer(i64::try_from(row).unwrap())];
        let result = live.start_with("SELECT * FROM exact.t WHERE id = ?", values, unlimited()).await;
        let one = WholeResult::of(live, result).await;
        assert_eq!(one.columns, whole.columns);
        bound.extend(one.cells());
    }
    let printed = printed(more, &print);
    let lengths = lengths(more, &print);
    for (row, of_row) in cells.iter().enumerate() {
        for (at, (name, _)) in types(more) {
            let (cell, position) = (&of_row[at + 1], format!("row {row}, {name}"));
            let shown = cell.as_deref().unwrap_or(b"NULL");
            assert!(
                shown == printed[row][at],
                "{position}: {} for {}",
                shown.escape_ascii(),
                printed[row][at].escape_ascii()
            );
            assert!(cell == &bound[row][at + 1], "{position}: bound");
            let length = cell.as_ref().map_or("NULL".to_owned(), |bytes| bytes.len().to_string());
            assert!(lengths[row][at].is_empty() || length == lengths[row][at], "{position}: {length} bytes");
        }
    }
    read_csv(&whole, &cells);
    read_json(&whole, &cells);
    cells.len() * cells[0].len()
}

/// Returns what the client prints for each value.
fn printed(more: &'static [TypeValues], print: &impl Fn(&str) -> Vec<u8>) -> Vec<Vec<Vec<u8>>> {
    each_cell(more, print, |at, _| format!("c{at}"))
}

/// Returns the length in bytes of each text and binary value, as the server sends it. The text is empty for other types.
fn lengths(more: &'static [TypeValues], print: &impl Fn(&str) -> Vec<u8>) -> Vec<Vec<String>> {
    let printed = each_cell(more, print, |at, name| {
        let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if is(&["CHAR", "TEXT", "ENUM", "SET("]) {
            format!("LENGTH(CONVERT(c{at} USING utf8mb4))")
        } else if is(&["BLOB", "BINARY"]) {
            format!("LENGTH(c{at})")
        } else if is(&["BIT("]) {
            let bits: usize = name.trim_start_matches("BIT(").trim_end_matches(')').parse().unwrap();
            format!("IF(c{at} IS NULL, NULL, {})", bits.div_ceil(8))
        } else {
            "''".to_owned()
        }
    });
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    printed.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
}

/// Selects an expression for each cell, one value in each statement.
fn each_cell(
    more: &'static [TypeValues],
    print: &impl Fn(&str) -> Vec<u8>,
    expression: impl Fn(usize, &str) -> String,
) -> Vec<Vec<Vec<u8>>> {
    let of_row = |row: usize| {
        let mut script = String::from("SET SESSION time_zone = '+00:00'; ");
        for (at, (name, _)) in types(more) {
            write!(script, "SELECT {} FROM exact.t WHERE id = {row}; SELECT '{MARK}'; ", expression(at, name)).unwrap();
        }
        let output = tokio::task::block_in_place(|| print(&script));
        let end = format!("\n{MARK}\n").into_bytes();
        let mut rest = output.as_slice();
        let mut values = Vec::new();
        while let Some(at) = rest.windows(end.len()).position(|window| window == end) {
            values.push(rest[..at].to_vec());
            rest = &rest[at + end.len()..];
        }
        assert_eq!((values.len(), rest), (types(more).count(), b"".as_slice()));
        values
    };
    (0..row_count(more)).map(of_row).collect()
}

/// Returns the number of a BIT value.
fn number(bits: &[u8]) -> String {
    bits.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)).to_string()
}

/// Checks that another reader of CSV reads the same values. In CSV, NULL and an empty text are equal.
fn read_csv(whole: &WholeResult, cells: &[Vec<Option<Vec<u8>>>]) {
    let file = whole.export(ExportFormat::Csv);
    let mut reader = csv::Reader::from_reader(file.as_slice());
    let records: Vec<csv::ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
    assert_eq!(records.len(), cells.len());
    for (record, row) in records.iter().zip(cells) {
        assert_eq!(record.len(), row.len());
        for ((field, cell), column) in record.iter().zip(row).zip(whole.columns.iter()) {
            let expected = match cell {
                Some(bits) if column.class() == TypeClass::Bit => number(bits).into_bytes(),
                cell => cell.clone().unwrap_or_default(),
            };
            assert!(field == expected, "{}: {} in CSV", column.name, field.escape_ascii());
        }
    }
}

/// Checks that another reader of JSON reads the same values. Numbers are compared by their digits.
fn read_json(whole: &WholeResult, cells: &[Vec<Option<Vec<u8>>>]) {
    let file = whole.export(ExportFormat::Json);
    let records: Vec<HashMap<String, &RawValue>> = serde_json::from_slice(&file).unwrap();
    assert_eq!(records.len(), cells.len());
    for (record, row) in records.iter().zip(cells) {
        for (cell, column) in row.iter().zip(whole.columns.iter()) {
            let raw = record[&column.name].get();
            let text = || serde_json::from_str::<String>(raw).unwrap();
            let is_same = match (cell, column.class()) {
                (None, _) => raw == "null",
                (Some(bits), TypeClass::Bit) => raw == number(bits),
                (Some(bytes), TypeClass::Binary | TypeClass::Geometry) => {
                    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    text() == format!("0x{}", digits.concat())
                }
                // Zeros before a YEAR are no part of a JSON number.
                (Some(digits), TypeClass::Integer) if column.wire == WireType::Year => {
                    raw == std::str::from_utf8(digits).unwrap().trim_start_matches('0')
                        || (raw, &**digits) == ("0", b"0000")
                }
                // A value that is not a JSON number, such as 00042, is a text with the same digits.
                (Some(digits), TypeClass::Integer | TypeClass::Decimal | TypeClass::Float) if !raw.starts_with('"') => {
                    raw.as_bytes() == digits
                }
                (Some(bytes), _) => text().as_bytes() == bytes,
            };
            assert!(is_same, "{}: {raw} in JSON", column.name);
        }
    }
}
