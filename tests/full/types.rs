//! A table of a real MariaDB with a column of every type and its extreme values, exported and read by other programs.

use rrx::domain::export::{ExportFormat, WriteError};
use rrx::domain::results::{Column, TypeClass, WireType};

use crate::all_types::{MARIADB_TYPES, WholeResult, columns, table};
use crate::harness::{TestSession, connect_answering, unlimited};
use crate::readers::{Value, read_bytes};
use crate::rig::Rig;

/// Selects an expression for each column of the table, and returns the rows.
async fn select_columns(live: &mut TestSession, expression: impl Fn(&str, &str) -> String) -> WholeResult {
    let list: Vec<String> =
        columns(MARIADB_TYPES).map(|(name, of)| format!("{} AS {name}", expression(&name, of))).collect();
    let result = live.start(&format!("SELECT id, {} FROM exact.t ORDER BY id", list.join(", ")), unlimited()).await;
    WholeResult::of(live, result).await
}

/// Returns a time with six fractional digits.
fn with_fraction(printed: &str) -> String {
    let (whole, fraction) = printed.split_once('.').unwrap_or((printed, ""));
    format!("{whole}.{fraction:0<6}")
}

fn text(cell: &[u8]) -> String {
    String::from_utf8(cell.to_vec()).unwrap()
}

/// Removes the leading zeros of ZEROFILL.
fn without_zerofill(printed: &str) -> String {
    let rest = printed.trim_start_matches('0');
    if rest.is_empty() || rest.starts_with('.') { format!("0{rest}") } else { rest.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn number(bits: &[u8]) -> String {
    bits.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)).to_string()
}

/// Returns the bits of a floating-point number.
fn double(printed: &str) -> u64 {
    printed.parse::<f64>().unwrap().to_bits()
}

/// Returns whether the value in Parquet is that of the server.
fn is_same_in_parquet(column: &Column, cell: &[u8], (kind, read): (&str, &str)) -> bool {
    match (column.class(), column.wire, kind) {
        (TypeClass::Bit, _, "int") => read == number(cell),
        (TypeClass::Integer, ..) => kind == "int" && read == without_zerofill(&text(cell)),
        (TypeClass::Decimal, ..) => kind == "decimal" && read == without_zerofill(&text(cell)),
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

/// Returns whether the value in a workbook is that of the server. It is a number or a date only if that is exact.
fn is_same_in_workbook(column: &Column, cell: &[u8], (kind, read): (&str, &str)) -> bool {
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

/// Compares all cells, and returns the types of the file and the types of the values in each column.
fn compare(
    result: &WholeResult,
    format: ExportFormat,
    is_same: impl Fn(&Column, &[u8], (&str, &str)) -> bool,
) -> (Vec<String>, Vec<Vec<String>>) {
    let read = read_bytes(&result.try_export(format).unwrap(), format.extension());
    let names: Vec<&str> = result.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(read.names, names);
    let cells = result.cells();
    assert_eq!(read.rows.len(), cells.len());
    let mut kinds = vec![Vec::new(); names.len()];
    for (row, (read, cells)) in read.rows.iter().zip(&cells).enumerate() {
        assert_eq!(read.len(), cells.len());
        for ((value, cell), (column, kinds)) in read.iter().zip(cells).zip(result.columns.iter().zip(&mut kinds)) {
            let position = format!("row {row}, {} {:?}", column.name, column.wire);
            let value: &Value = value;
            match (value, cell.as_deref()) {
                (None, None) => {}
                // openpyxl reads an empty text as None.
                (None, Some(b"")) if format == ExportFormat::Xlsx => {}
                (Some((kind, text)), Some(cell)) => {
                    assert!(
                        is_same(column, cell, (kind, text)),
                        "{position}: {kind} {text} for {}",
                        cell.escape_ascii()
                    );
                    if !kinds.contains(kind) {
                        kinds.push(kind.clone());
                    }
                }
                (value, cell) => panic!("{position}: {value:?} for {cell:?}"),
            }
        }
    }
    (read.types, kinds)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_programs_read_every_value_of_every_type_from_a_typed_file() {
    let rig = Rig::start();
    rig.sql(&table(MARIADB_TYPES));
    let mut live = connect_answering(rig.profile(), |question| panic!("asked {question:?}")).await.unwrap();

    // The table has dates that do not exist, so the export fails and names one of them.
    let whole = select_columns(&mut live, |name, _| name.to_owned()).await;
    match whole.try_export(ExportFormat::Parquet) {
        Err(WriteError::Unsupported(problem)) => {
            assert!(problem.because[0].contains("not a date of the calendar"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    let valid_dates = select_columns(&mut live, |name, of| {
        let is_date = ["DATE", "TIMESTAMP"].iter().any(|word| of.starts_with(word));
        if is_date { format!("IF(MONTH({name}) = 0 OR DAY({name}) = 0, NULL, {name})") } else { name.to_owned() }
    })
    .await;
    let (types, _) = compare(&valid_dates, ExportFormat::Parquet, is_same_in_parquet);
    let type_of = |of: &str| {
        let at = columns(MARIADB_TYPES).position(|(_, kind)| kind == of).unwrap();
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

    match whole.try_export(ExportFormat::Xlsx) {
        Err(WriteError::Unsupported(problem)) => {
            assert!(problem.because[0].contains("a cell can have at most"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    let short = select_columns(&mut live, |name, of| {
        let is_long = ["TEXT", "BLOB"].iter().any(|word| of.contains(word));
        if is_long { format!("IF(LENGTH({name}) > 15000, NULL, {name})") } else { name.to_owned() }
    })
    .await;
    let (sheets, kinds) = compare(&short, ExportFormat::Xlsx, is_same_in_workbook);
    assert_eq!(sheets, ["Rows"]);
    let kinds_of = |of: &str| {
        let at = columns(MARIADB_TYPES).position(|(_, kind)| kind == of).unwrap();
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
        // The year 0000 is a text, because the number would be printed as 0.
        ("YEAR", "int text"),
    ] {
        assert_eq!(kinds_of(of), expected, "{of}");
    }
    live.close().await;
}
