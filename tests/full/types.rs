//! A table with a column of every type and the values at its edges, from a real MariaDB, as others read it from our files.

use rrx::domain::export::{ExportFormat, WriteError};
use rrx::domain::results::{Column, TypeClass, WireType};

use crate::all_types::{OF_MARIADB, WholeResult, columns, table};
use crate::harness::{TestSession, connect_answering, unlimited};
use crate::readers::{Value, read_bytes};
use crate::rig::Rig;

/// The rows of the table, each column by this expression.
async fn taken(live: &mut TestSession, expression: impl Fn(&str, &str) -> String) -> WholeResult {
    let list: Vec<String> =
        columns(OF_MARIADB).map(|(name, of)| format!("{} AS {name}", expression(&name, of))).collect();
    let result = live.start(&format!("SELECT id, {} FROM exact.t ORDER BY id", list.join(", ")), unlimited()).await;
    WholeResult::of(live, result).await
}

/// A time with all six digits of its fraction.
fn with_fraction(printed: &str) -> String {
    let (whole, fraction) = printed.split_once('.').unwrap_or((printed, ""));
    format!("{whole}.{fraction:0<6}")
}

fn text(cell: &[u8]) -> String {
    String::from_utf8(cell.to_vec()).unwrap()
}

/// A number without the zeros that ZEROFILL puts in front.
fn unfilled(printed: &str) -> String {
    let rest = printed.trim_start_matches('0');
    if rest.is_empty() || rest.starts_with('.') { format!("0{rest}") } else { rest.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn number(bits: &[u8]) -> String {
    bits.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)).to_string()
}

/// The bits of a float.
fn double(printed: &str) -> u64 {
    printed.parse::<f64>().unwrap().to_bits()
}

/// Whether Parquet's value is the server's.
fn is_same(column: &Column, cell: &[u8], (kind, read): (&str, &str)) -> bool {
    match (column.class(), column.wire, kind) {
        (TypeClass::Bit, _, "int") => read == number(cell),
        (TypeClass::Integer, ..) => kind == "int" && read == unfilled(&text(cell)),
        (TypeClass::Decimal, ..) => kind == "decimal" && read == unfilled(&text(cell)),
        (TypeClass::Float, WireType::Float, "float") => {
            double(read) == f64::from(text(cell).parse::<f32>().unwrap()).to_bits()
        }
        (TypeClass::Float, _, "float") => double(read) == double(&text(cell)),
        (_, WireType::DateTime, "moment") => read == with_fraction(&text(cell)),
        (_, WireType::Timestamp, "moment") => read == with_fraction(&text(cell)) + " UTC",
        (TypeClass::Binary | TypeClass::Geometry, _, "bytes") => read == hex(cell),
        (_, WireType::Date, "date") | (TypeClass::Text, _, "text") | (_, WireType::Time, "text") => read == text(cell),
        _ => false,
    }
}

/// Whether the workbook's value is the server's: as a number or date only where nothing is lost.
fn is_kept(column: &Column, cell: &[u8], (kind, read): (&str, &str)) -> bool {
    match (column.class(), kind) {
        (TypeClass::Bit, _) => read == number(cell),
        (TypeClass::Binary | TypeClass::Geometry, "text") => read == hex(cell),
        (TypeClass::Float, "int" | "float") => double(read) == double(&text(cell)) || text(cell) == "-0" && read == "0",
        (TypeClass::Integer | TypeClass::Decimal, "int" | "float") => {
            let digits = text(cell).replace(['-', '.'], "");
            let significant = digits.trim_matches('0').len();
            significant <= 15 && double(read) == double(&text(cell))
        }
        (TypeClass::Temporal, "moment") if column.wire == WireType::Date => read == text(cell) + " 00:00:00.000000",
        (TypeClass::Temporal, "moment") => read == with_fraction(&text(cell)),
        (_, "text") => read == text(cell),
        _ => false,
    }
}

/// Compares all cells; answers with the kinds in which each column was read.
fn compare(
    taken: &WholeResult,
    format: ExportFormat,
    is_same: impl Fn(&Column, &[u8], (&str, &str)) -> bool,
) -> (Vec<String>, Vec<Vec<String>>) {
    let read = read_bytes(&taken.try_written(format).unwrap(), format.extension());
    let names: Vec<&str> = taken.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(read.names, names);
    let cells = taken.cells();
    assert_eq!(read.rows.len(), cells.len());
    let mut kinds = vec![Vec::new(); names.len()];
    for (row, (read, cells)) in read.rows.iter().zip(&cells).enumerate() {
        assert_eq!(read.len(), cells.len());
        for ((value, cell), (column, kinds)) in read.iter().zip(cells).zip(taken.columns.iter().zip(&mut kinds)) {
            let place = format!("row {row}, {} {:?}", column.name, column.wire);
            let value: &Value = value;
            match (value, cell.as_deref()) {
                (None, None) => {}
                // openpyxl knows no empty text.
                (None, Some(b"")) if format == ExportFormat::Xlsx => {}
                (Some((kind, text)), Some(cell)) => {
                    assert!(is_same(column, cell, (kind, text)), "{place}: {kind} {text} for {}", cell.escape_ascii());
                    if !kinds.contains(kind) {
                        kinds.push(kind.clone());
                    }
                }
                (value, cell) => panic!("{place}: {value:?} for {cell:?}"),
            }
        }
    }
    (read.types, kinds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_of_every_type_is_what_others_read_from_a_typed_file() {
    let rig = Rig::start();
    rig.sql(&table(OF_MARIADB));
    let mut live = connect_answering(rig.profile(), |question| panic!("asked {question:?}")).await.unwrap();

    // As the table is, a date that no calendar has ends it, and it is told which.
    let whole = taken(&mut live, |name, _| name.to_owned()).await;
    match whole.try_written(ExportFormat::Parquet) {
        Err(WriteError::Unsupported(problem)) => {
            assert!(problem.because[0].contains("no day of the calendar"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    let days = taken(&mut live, |name, of| {
        let is_date = ["DATE", "TIMESTAMP"].iter().any(|word| of.starts_with(word));
        if is_date { format!("IF(MONTH({name}) = 0 OR DAY({name}) = 0, NULL, {name})") } else { name.to_owned() }
    })
    .await;
    let (types, _) = compare(&days, ExportFormat::Parquet, is_same);
    let type_of = |of: &str| {
        let at = columns(OF_MARIADB).position(|(_, kind)| kind == of).unwrap();
        types[at + 1].as_str()
    };
    for (of, expected) in [
        ("TINYINT", "int8"),
        ("SMALLINT UNSIGNED", "uint16"),
        ("MEDIUMINT", "int32"),
        ("BIGINT UNSIGNED", "uint64"),
        ("DECIMAL(65,30)", "decimal256(65, 30)"),
        ("DECIMAL(5,5) UNSIGNED", "decimal128(5, 5)"),
        ("FLOAT", "float"),
        ("DOUBLE", "double"),
        ("BIT(64)", "uint64"),
        ("DATE", "date32[day]"),
        ("TIME(6)", "string"),
        ("TIMESTAMP(6) NULL", "timestamp[us, tz=UTC]"),
        ("DATETIME(3)", "timestamp[us]"),
        ("YEAR", "uint16"),
        ("VARCHAR(80)", "string"),
        ("LONGBLOB", "binary"),
        ("POINT", "binary"),
    ] {
        assert_eq!(type_of(of), expected, "{of}");
    }

    match whole.try_written(ExportFormat::Xlsx) {
        Err(WriteError::Unsupported(problem)) => assert!(problem.because[0].contains("of a cell"), "{problem}"),
        other => panic!("{other:?}"),
    }
    let short = taken(&mut live, |name, of| {
        let is_long = ["TEXT", "BLOB"].iter().any(|word| of.contains(word));
        if is_long { format!("IF(LENGTH({name}) > 15000, NULL, {name})") } else { name.to_owned() }
    })
    .await;
    let (sheets, kinds) = compare(&short, ExportFormat::Xlsx, is_kept);
    assert_eq!(sheets, ["Rows"]);
    let kinds_of = |of: &str| {
        let at = columns(OF_MARIADB).position(|(_, kind)| kind == of).unwrap();
        let mut kinds = kinds[at + 1].clone();
        kinds.sort();
        kinds.join(" ")
    };
    for (of, expected) in [
        ("INT", "int"),
        ("BIGINT", "text"),
        ("DECIMAL(5,5) UNSIGNED", "float"),
        ("DOUBLE", "float int"),
        ("DATE", "moment text"),
        ("DATETIME(3)", "moment"),
        ("TIME", "text"),
        // The year 0000 is no number as it is printed.
        ("YEAR", "int text"),
    ] {
        assert_eq!(kinds_of(of), expected, "{of}");
    }
    live.close().await;
}
