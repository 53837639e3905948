//! Compares the sort order of rrx with the server's ORDER BY: every type that both compare in the same way, in both directions,
//! by one column and by two. Equal rows stay in their original order.

use std::fmt::Write as _;

use rrx::domain::protocol::Rows;
use rrx::domain::results::{Cell, Chunk, Column, Direction, SortColumn, Sorter};

use crate::harness::{TestSession, unlimited};

/// Name, type as SQL, and extreme values. rrx compares texts by code point, so the column has such a collation. The server
/// prints only some digits of a FLOAT, so these values have no others.
const COLUMNS: &[(&str, &str, &[&str])] = &[
    ("whole", "BIGINT", &["-9223372036854775808", "9223372036854775807", "0", "-1", "10", "9"]),
    ("big", "BIGINT UNSIGNED", &["18446744073709551615", "9223372036854775808", "0", "99", "100"]),
    ("filled", "INT(8) ZEROFILL", &["7", "10", "4294967295"]),
    (
        "exact",
        "DECIMAL(65,30)",
        &[
            "99999999999999999999999999999999999.999999999999999999999999999999",
            "-99999999999999999999999999999999999.999999999999999999999999999999",
            "-0.000000000000000000000000000001",
            "0.000000000000000000000000000001",
            "0",
        ],
    ),
    (
        "wide",
        "DOUBLE",
        &["1.7976931348623157e308", "-1e-300", "2.2250738585072014e-308", "0", "1e15", "1e16", "123456789012345"],
    ),
    ("narrow", "FLOAT", &["-1.5", "0.25", "1e20", "1e-20", "3e6", "2500000"]),
    ("day", "DATE", &["'0000-00-00'", "'2024-00-10'", "'2024-02-00'", "'9999-12-31'", "'1000-01-01'"]),
    ("seen", "DATETIME(6)", &["'0000-00-00 00:00:00'", "'9999-12-31 23:59:59.999999'", "'2024-01-01 00:00:00.000001'"]),
    ("stamp", "TIMESTAMP(3) NULL", &["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.999'"]),
    ("span", "TIME(6)", &["'-838:59:59'", "'838:59:59'", "'-00:00:00.000001'", "'99:00:00'", "'100:00:00'"]),
    ("since", "YEAR", &["1901", "2155", "0"]),
    ("bits", "BIT(64)", &["b'0'", "x'ffffffffffffffff'", "x'80'"]),
    ("bytes", "VARBINARY(60)", &["''", "x'00'", "x'0000'", "x'ff'", "x'ff00'"]),
    ("blobs", "BLOB", &["''", "x'00'", "x'c3bf'"]),
    (
        "word",
        "VARCHAR(60) CHARACTER SET utf8mb4 COLLATE {by-code-point}",
        &["''", "'a'", "'a '", "'A'", "'ä'", "'漢'", "'🦠'", "'a\\t'"],
    ),
];
const ROWS: usize = 400;

/// Pseudo-random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// Returns a value of a column as SQL: NULL, an extreme value, one of a few frequent values, or any value.
    fn value(&mut self, (name, kind, edges): (&str, &str, &[&str])) -> String {
        let is_frequent = self.next(2) == 0;
        let any = |random: &mut Self, below: u64| random.next(if is_frequent { 7 } else { below });
        match (self.next(10), kind.split(['(', ' ']).next().unwrap()) {
            (0, _) => "NULL".into(),
            (1 | 2, _) => edges[usize::try_from(self.next(edges.len() as u64)).unwrap()].into(),
            (_, "BIGINT" | "INT") => any(self, 1 << 31).to_string(),
            (_, "DECIMAL") => format!("{}.{:020}", any(self, 1 << 30), any(self, 1 << 31)),
            (_, "DOUBLE") => format!("-{}e{}", any(self, 1 << 31), any(self, 40)),
            (_, "FLOAT") => format!("{}e{}", any(self, 100_000), any(self, 20)),
            (_, "DATE") => format!("'2024-01-01' + INTERVAL {} DAY", any(self, 9000)),
            (_, "DATETIME" | "TIMESTAMP") => {
                format!("'2024-01-01' + INTERVAL {} * 1000 MICROSECOND", any(self, 1 << 31))
            }
            (_, "TIME") => format!("SEC_TO_TIME({}.{:06} - 900000)", any(self, 1_800_000), any(self, 1_000_000)),
            (_, "YEAR") => (1990 + any(self, 60)).to_string(),
            (_, "BIT") => format!("b'{:b}'", any(self, 1 << 31)),
            (_, "VARBINARY" | "BLOB") => {
                let length = any(self, 40);
                let mut hex = String::new();
                for _ in 0..length {
                    write!(hex, "{:02x}", any(self, 256)).unwrap();
                }
                format!("x'{hex}'")
            }
            (_, "VARCHAR") => {
                let length = any(self, 40);
                let signs = ["a", "B", "b", "ß", "é", "Ω", "漢", "🦠", " ", "0"];
                format!("'{}'", (0..length).map(|_| signs[usize::try_from(any(self, 10)).unwrap()]).collect::<String>())
            }
            _ => panic!("{name}: {kind}"),
        }
    }
}

/// Returns the statements that create a table with random values. The collation of texts must not ignore trailing spaces.
fn table(seed: u64, collation: &str) -> String {
    let mut random = Random(seed);
    let column =
        |(name, kind, _): &(&str, &str, &[&str])| format!("{name} {kind}").replace("{by-code-point}", collation);
    let columns: Vec<String> = COLUMNS.iter().map(column).collect();
    let mut sql = format!(
        "CREATE DATABASE IF NOT EXISTS sorts; USE sorts; SET sql_mode = '', time_zone = '+00:00'; DROP TABLE IF EXISTS t; \
         CREATE TABLE t (id INT PRIMARY KEY, {});",
        columns.join(", ")
    );
    for id in 0..ROWS {
        let values: Vec<String> = COLUMNS.iter().map(|column| random.value(*column)).collect();
        write!(sql, "INSERT INTO t VALUES ({id}, {});", values.join(", ")).unwrap();
    }
    sql
}

/// Runs a statement, and returns its rows.
async fn rows(live: &mut TestSession, statement: &str) -> (Vec<Column>, Vec<Chunk>) {
    let result = live.start(statement, unlimited()).await;
    let (mut columns, mut chunks) = (Vec::new(), Vec::new());
    loop {
        match live.next_rows().await {
            Rows::Open { columns: header, .. } => columns = header.to_vec(),
            Rows::Batch { chunk, .. } => chunks.push(chunk),
            Rows::End { .. } => break,
        }
    }
    live.report(result).await;
    (columns, chunks)
}

/// Returns the first cell of each row.
fn ids(chunks: &[Chunk]) -> Vec<usize> {
    let cells = chunks.iter().flat_map(|chunk| (0..chunk.rows()).map(|row| chunk.cell(row, 0).unwrap()));
    cells.map(|cell| String::from_utf8_lossy(cell.bytes().unwrap()).parse().unwrap()).collect()
}

/// Sorts the rows like the store, and returns their numbers.
fn sorted(columns: &[Column], chunks: &[Chunk], keys: &[SortColumn]) -> Vec<usize> {
    let mut sorter = Sorter::new(keys, columns, usize::MAX);
    let mut number = 0;
    for chunk in chunks {
        for row in 0..chunk.rows() {
            sorter.push(number, |column| chunk.cell(row, column).unwrap_or(Cell::Null)).unwrap();
            number += 1;
        }
    }
    sorter.finish().into_iter().map(|row| row as usize).collect()
}

fn sql_keyword(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    }
}

/// Sorts three tables by every column, and by every column with a second one, in rrx and on the server. `run` runs statements
/// as administrator.
pub async fn compare(live: &mut TestSession, collation: &str, run: impl Fn(&str)) {
    let key = |column, direction| SortColumn { column, direction };
    for seed in 1..=3 {
        run(&table(seed, collation));
        let (columns, chunks) = rows(live, "SELECT * FROM sorts.t ORDER BY id").await;
        assert_eq!(ids(&chunks).len(), ROWS);
        let mut random = Random(seed);
        for direction in [Direction::Ascending, Direction::Descending] {
            for (at, (name, ..)) in COLUMNS.iter().enumerate() {
                let next = usize::try_from(random.next(COLUMNS.len() as u64)).unwrap();
                let (then, ..) = COLUMNS[next];
                let first = key(at + 1, direction);
                let sorts = [
                    (vec![first], format!("{name} {}", sql_keyword(direction))),
                    (
                        vec![first, key(next + 1, Direction::Descending)],
                        format!("{name} {}, {then} DESC", sql_keyword(direction)),
                    ),
                ];
                for (keys, clause) in sorts {
                    let statement = format!("SELECT id FROM sorts.t ORDER BY {clause}, id");
                    let (_, expected) = rows(live, &statement).await;
                    assert_eq!(sorted(&columns, &chunks, &keys), ids(&expected), "seed {seed}: {statement}");
                }
            }
        }
    }
}
