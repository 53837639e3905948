//! Parquet and XLSX where this build has them: every value through the Parquet library's own reader, what is refused and how
//! it is told. Readers that are not of this language come in `tests/full`.

use std::io::Write;

use rrx::domain::export::{ExportFormat, ExportWriter, SessionZone, WriteError};
use rrx::domain::results::{Column, GlyphSet};
#[cfg(any(feature = "parquet", feature = "xlsx"))]
use rrx::domain::{problem::Problem, results::WireType};

use crate::results::{Row, chunk, text};
#[cfg(any(feature = "parquet", feature = "xlsx"))]
use crate::results::{blob, column};

const TYPED: [ExportFormat; 2] = [ExportFormat::Parquet, ExportFormat::Xlsx];

fn write(format: ExportFormat, columns: &[Column], rows: &[Row]) -> Result<Vec<u8>, WriteError> {
    write_into(format, columns, rows, Vec::new())
}

fn write_into<W: Write>(format: ExportFormat, columns: &[Column], rows: &[Row], out: W) -> Result<W, WriteError> {
    let mut writer = ExportWriter::new(format, GlyphSet::Unicode, out).zone(SessionZone::Utc);
    writer.begin(columns)?;
    for rows in rows.chunks(7) {
        writer.chunk(&chunk(columns.len(), rows))?;
        writer.flush()?;
    }
    writer.finish()
}

/// What the user is told where this value, in the second row, is not taken.
#[cfg(any(feature = "parquet", feature = "xlsx"))]
fn refusal(format: ExportFormat, column: Column, value: &[u8]) -> Problem {
    match write(format, &[text("a"), column], &[vec![None; 2], vec![None, Some(value.to_vec())]]) {
        Err(WriteError::Unsupported(problem)) => *problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_form_that_this_build_does_not_have_is_told_with_the_way_to_it() {
    for format in TYPED {
        let built = write(format, &[text("a")], &[]);
        let Some(problem) = format.missing_feature() else {
            assert!(format.is_built() && built.is_ok());
            continue;
        };
        assert_eq!(problem.what, format!("This rrx cannot write {format}"));
        assert!(problem.hint.as_deref().is_some_and(|hint| hint.contains("--features full")), "{problem}");
        assert!(matches!(built, Err(WriteError::Unsupported(told)) if *told == problem));
    }
    assert!(ExportFormat::ALL.into_iter().filter(|format| !TYPED.contains(format)).all(ExportFormat::is_built));
}

#[test]
fn typed_files_are_known_by_their_endings() {
    assert_eq!(ExportFormat::from_file_name("out/rows.parquet"), Some(ExportFormat::Parquet));
    assert_eq!(ExportFormat::from_file_name("ROWS.XLSX"), Some(ExportFormat::Xlsx));
    assert!(TYPED.into_iter().all(ExportFormat::is_binary));
}

#[test]
fn the_list_of_forms_has_those_of_this_build() {
    let (mut bench, _) = super::grid::with_rows(9);
    bench.keys("x");
    for format in TYPED {
        bench.text(format.name());
        let is_listed = super::grid::shown(&bench).contains(&format!(".{format}"));
        assert_eq!(is_listed, format.is_built(), "{}", super::grid::shown(&bench));
        bench.keys("ctrl-u");
    }
}

#[test]
#[cfg(any(feature = "parquet", feature = "xlsx"))]
fn a_full_disk_is_the_outputs_fault() {
    for format in TYPED.into_iter().filter(|format| format.is_built()) {
        let noise = |row: u32| Some(format!("{:x}", row.wrapping_mul(2_654_435_761)).into_bytes());
        let rows: Vec<Row> = (0..50_000).map(|row| vec![noise(row)]).collect();
        let mut full = vec![0_u8; 20_000];
        let written = write_into(format, &[text("a")], &rows, full.as_mut_slice()).map(drop);
        assert!(matches!(&written, Err(WriteError::Output(_))), "{format}: {written:?}");
        // What is at hand was written as it came.
        assert!(full[19_999] != 0 || full[19_990] != 0);
    }
}

#[test]
#[cfg(any(feature = "parquet", feature = "xlsx"))]
fn a_text_that_is_none_is_refused_with_its_place() {
    for format in TYPED.into_iter().filter(|format| format.is_built()) {
        let problem = refusal(format, text("b \"x\""), b"caf\xe9");
        assert_eq!(problem.what, format!("The rows cannot be written as {format}"));
        assert_eq!(problem.because, [r#"row 2, column "b \"x\"": the text is not valid UTF-8"#]);
        assert!(problem.hint.is_some_and(|hint| hint.contains("CAST(… AS BINARY)")));
        assert!(write(format, &[blob("b")], &[vec![Some(b"caf\xe9".to_vec())]]).is_ok());
    }
}

#[cfg(feature = "xlsx")]
mod xlsx {
    use super::*;

    #[test]
    fn a_cell_takes_as_many_characters_as_a_spreadsheet_and_no_more() {
        let fits = "💠".repeat(16_383) + "a";
        assert!(write(ExportFormat::Xlsx, &[text("t")], &[vec![Some(fits.clone().into_bytes())]]).is_ok());
        let problem = refusal(ExportFormat::Xlsx, text("t"), (fits + "b").as_bytes());
        assert_eq!(
            problem.because,
            ["row 2, column \"t\": the value has 32,768 characters, and a cell can have at most 32,767"]
        );
        let problem = refusal(ExportFormat::Xlsx, blob("b"), &vec![0; 40_000]);
        assert_eq!(
            problem.because,
            ["row 2, column \"b\": the value has 80,002 characters, and a cell can have at most 32,767"]
        );
    }

    #[test]
    fn more_columns_than_a_sheet_has_are_refused() {
        let columns: Vec<Column> = (0..16_385).map(|at| text(&format!("c{at}"))).collect();
        let refused = write(ExportFormat::Xlsx, &columns, &[]).map(drop).unwrap_err();
        assert!(refused.to_string().contains("it has 16385 columns, and a sheet can have 16384"), "{refused}");
        assert!(write(ExportFormat::Xlsx, &columns[1..], &[]).is_ok());
    }

    #[test]
    fn the_same_rows_make_the_same_file() {
        let rows: Vec<Row> = (0..100).map(|row| vec![Some(row.to_string().into_bytes())]).collect();
        let file = || write(ExportFormat::Xlsx, &[column("n", WireType::Long)], &rows).unwrap();
        assert_eq!(file(), file());
    }
}

#[cfg(feature = "parquet")]
mod parquet {
    use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit};
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::Field;
    use proptest::prelude::*;
    use rrx::domain::results::{BINARY_COLLATION, flag};

    use super::*;

    fn read(bytes: &[u8]) -> SerializedFileReader<std::fs::File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    fn unsigned(wire: WireType) -> Column {
        Column { flags: flag::UNSIGNED, ..column("n", wire) }
    }

    fn decimal(precision: u32, scale: u8) -> Column {
        let beside = 1 + u32::from(scale > 0);
        Column { length: precision + beside, decimals: scale, ..column("n", WireType::NewDecimal) }
    }

    fn fraction(wire: WireType) -> Column {
        Column { decimals: 6, ..column("n", wire) }
    }

    /// A field as the server prints it.
    fn printed(field: &Field) -> Option<Vec<u8>> {
        let day = |days: i64| {
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            date.strftime("%Y-%m-%d").to_string()
        };
        Some(match field {
            Field::Null => return None,
            Field::Bytes(bytes) => bytes.data().to_vec(),
            Field::Str(text) => text.clone().into_bytes(),
            // The reader prints a point without digits behind it.
            Field::Decimal(_) => field.to_string().trim_end_matches('.').as_bytes().to_vec(),
            Field::Date(days) => day((*days).into()).into_bytes(),
            Field::TimestampMicros(micros) => {
                let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
                let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
                let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
                format!("{} {hours:02}:{minutes:02}:{seconds:02}.{micros:06}", day(days)).into_bytes()
            }
            Field::Float(number) => number.to_string().into_bytes(),
            Field::Double(number) => number.to_string().into_bytes(),
            Field::Byte(number) => number.to_string().into_bytes(),
            Field::Short(number) => number.to_string().into_bytes(),
            Field::Int(number) => number.to_string().into_bytes(),
            Field::Long(number) => number.to_string().into_bytes(),
            Field::UByte(number) => number.to_string().into_bytes(),
            Field::UShort(number) => number.to_string().into_bytes(),
            Field::UInt(number) => number.to_string().into_bytes(),
            Field::ULong(number) => number.to_string().into_bytes(),
            other => panic!("{other:?}"),
        })
    }

    fn of<T: ToString + std::fmt::Debug>(value: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Vec<u8>> {
        value.prop_map(|value| value.to_string().into_bytes()).boxed()
    }

    /// A decimal of so many digits as a server prints it: no zero in front, and none below zero.
    fn of_decimal(precision: usize, scale: usize) -> BoxedStrategy<Vec<u8>> {
        let digits = prop_oneof![
            prop::collection::vec(0..10_u8, precision),
            Just(vec![9; precision]),
            Just(vec![0; precision]),
            (0..precision).prop_map(move |zeros| [vec![0; zeros], vec![7; precision - zeros]].concat()),
        ];
        (digits, any::<bool>())
            .prop_map(move |(digits, is_negative)| {
                let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
                let (whole, fraction) = text.split_at(precision - scale);
                let whole = whole.trim_start_matches('0');
                let whole = if whole.is_empty() { "0" } else { whole };
                let sign = if is_negative && digits.iter().any(|digit| *digit > 0) { "-" } else { "" };
                let point = if scale > 0 { "." } else { "" };
                format!("{sign}{whole}{point}{fraction}").into_bytes()
            })
            .boxed()
    }

    fn of_date() -> BoxedStrategy<Vec<u8>> {
        (1000..=9999_i16, 1..=12_i8, 1..=31_i8)
            .prop_filter_map("a day of the calendar", |(year, month, day)| {
                let date = jiff::civil::Date::new(year, month, day).ok()?;
                Some(date.strftime("%Y-%m-%d").to_string().into_bytes())
            })
            .boxed()
    }

    fn of_moment() -> BoxedStrategy<Vec<u8>> {
        (of_date(), 0..24, 0..60, 0..60, 0..1_000_000)
            .prop_map(|(mut date, hour, minute, second, micros)| {
                date.extend(format!(" {hour:02}:{minute:02}:{second:02}.{micros:06}").into_bytes());
                date
            })
            .boxed()
    }

    /// Every kind of column, and values of it.
    fn kinds() -> Vec<(Column, BoxedStrategy<Vec<u8>>)> {
        use WireType as W;
        let medium = -8_388_608..8_388_608_i32;
        let mut kinds = vec![
            (column("n", W::Tiny), of(any::<i8>())),
            (unsigned(W::Tiny), of(any::<u8>())),
            (column("n", W::Short), of(any::<i16>())),
            (unsigned(W::Short), of(any::<u16>())),
            (column("n", W::Int24), of(medium)),
            (unsigned(W::Int24), of(0..16_777_216_u32)),
            (column("n", W::Long), of(any::<i32>())),
            (unsigned(W::Long), of(any::<u32>())),
            (column("n", W::LongLong), of(any::<i64>())),
            (unsigned(W::LongLong), of(any::<u64>())),
            (unsigned(W::Year), of(1901..=2155_u16)),
            (column("n", W::Float), of(any::<f32>().prop_filter("finite", |number| number.is_finite()))),
            (column("n", W::Double), of(any::<f64>().prop_filter("finite", |number| number.is_finite()))),
            (column("n", W::Date), of_date()),
            (fraction(W::DateTime), of_moment()),
            (fraction(W::Timestamp), of_moment()),
            (fraction(W::Time), of((-838..=838_i32).prop_map(|hours| format!("{hours:02}:59:59.000001")))),
            (text("n"), of(any::<String>())),
            (column("n", W::Json), of("\\{\"[a-z]\": [0-9]{1,3}\\}")),
            (blob("n"), prop::collection::vec(any::<u8>(), 0..40).boxed()),
            (
                Column { charset: BINARY_COLLATION, ..column("n", W::Geometry) },
                prop::collection::vec(any::<u8>(), 0..40).boxed(),
            ),
        ];
        for (precision, scale) in
            [(1, 0), (5, 5), (9, 2), (10, 0), (18, 9), (19, 4), (38, 38), (39, 1), (65, 0), (65, 30)]
        {
            kinds.push((decimal(precision, scale), of_decimal(precision as usize, scale.into())));
        }
        kinds
    }

    #[test]
    fn every_value_of_every_kind_comes_back_as_the_server_printed_it() {
        let (columns, values): (Vec<Column>, Vec<_>) = kinds().into_iter().unzip();
        let row: Vec<_> = values.into_iter().map(|value| prop::option::weighted(0.9, value)).collect();
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(rows in prop::collection::vec(row, 0..30))| {
            let reader = read(&write(ExportFormat::Parquet, &columns, &rows).unwrap());
            prop_assert_eq!(usize::try_from(reader.metadata().file_metadata().num_rows()), Ok(rows.len()));
            let mut count = 0;
            for (read, row) in reader.get_row_iter(None).unwrap().zip(&rows) {
                let read = read.unwrap();
                let fields: Vec<_> = read.get_column_iter().map(|(_, field)| printed(field)).collect();
                prop_assert_eq!(&fields, row);
                count += 1;
            }
            prop_assert_eq!(count, rows.len());
        });
    }

    #[test]
    fn columns_have_types_and_names_of_their_own_and_are_packed() {
        let columns = [unsigned(WireType::Tiny), text("n"), decimal(12, 2), fraction(WireType::Timestamp), text("n_2")];
        let value = |text: &str| Some(text.as_bytes().to_vec());
        let row = vec![value("255"), value("x"), value("-1.50"), value("2026-03-02 09:14:03"), None];
        let reader = read(&write(ExportFormat::Parquet, &columns, &[row]).unwrap());
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
        assert_eq!(names, ["n", "n_3", "n_4", "n_5", "n_2"]);
        let types: Vec<_> = schema.columns().iter().map(|column| column.logical_type_ref().cloned()).collect();
        let expected = [
            LogicalType::integer(8, false),
            LogicalType::String,
            LogicalType::decimal(2, 12),
            LogicalType::timestamp(true, TimeUnit::MICROS),
            LogicalType::String,
        ];
        assert_eq!(types, expected.map(Some));
        assert!(schema.columns().iter().all(|it| it.self_type().get_basic_info().repetition() == Repetition::OPTIONAL));
        let group = reader.metadata().row_group(0);
        assert!(group.columns().iter().all(|column| matches!(column.compression(), Compression::ZSTD(_))));
    }

    #[test]
    fn a_timestamp_is_a_moment_only_where_the_session_is_in_utc() {
        for (name, is_utc) in
            [("+00:00", true), ("UTC", true), ("+02:00", false), ("SYSTEM", false), ("Europe/Berlin", false)]
        {
            let mut writer =
                ExportWriter::new(ExportFormat::Parquet, GlyphSet::Unicode, Vec::new()).zone(SessionZone::of(name));
            writer.begin(&[column("t", WireType::Timestamp), column("d", WireType::DateTime)]).unwrap();
            let reader = read(&writer.finish().unwrap());
            let schema = reader.metadata().file_metadata().schema_descr_ptr();
            let types: Vec<_> = schema.columns().iter().map(|column| column.logical_type_ref().cloned()).collect();
            let moment = |is_utc| Some(LogicalType::timestamp(is_utc, TimeUnit::MICROS));
            assert_eq!(types, [moment(is_utc), moment(false)], "{name}");
        }
    }

    #[test]
    fn many_rows_come_in_groups_of_bounded_size() {
        let value = |row: u32| {
            let noise = (0..40).map(|at| format!("{:08x}", (row * 40 + at).wrapping_mul(2_654_435_761)));
            vec![Some(noise.collect::<Vec<_>>().concat().into_bytes()), None]
        };
        let rows: Vec<Row> = (0..150_000).map(value).collect();
        let reader = read(&write(ExportFormat::Parquet, &[text("a"), text("b")], &rows).unwrap());
        let groups = reader.metadata().row_groups();
        assert!(groups.len() >= 3 && groups.iter().all(|group| group.total_byte_size() <= 20 << 20), "{groups:?}");
        let read =
            reader.get_row_iter(None).unwrap().map(|row| printed(row.unwrap().get_column_iter().next().unwrap().1));
        assert!(read.eq(rows.iter().map(|row| row[0].clone())));
    }

    #[test]
    fn a_value_without_a_place_is_refused_with_its_place_and_nothing_is_changed() {
        let told =
            |column: Column, value: &str| refusal(ExportFormat::Parquet, column, value.as_bytes()).because[0].clone();
        for none in ["0000-00-00", "2024-00-10", "2024-02-30"] {
            assert_eq!(
                told(column("d", WireType::Date), none),
                format!("row 2, column \"d\": {none} is not a date of the calendar")
            );
        }
        assert!(told(column("d", WireType::DateTime), "0000-00-00 00:00:00").contains("is not a date of the calendar"));
        let problem = refusal(ExportFormat::Parquet, column("d", WireType::Date), b"0000-00-00");
        assert!(problem.hint.is_some_and(|hint| hint.contains("CAST(… AS CHAR)")));
        for (of, value) in [
            (decimal(5, 2), "1000.00"),
            (decimal(5, 2), "0.001"),
            (column("n", WireType::Tiny), "128"),
            (unsigned(WireType::Tiny), "-1"),
            (unsigned(WireType::LongLong), "18446744073709551616"),
            (column("n", WireType::Float), "1e39"),
            (column("n", WireType::Double), "1e309"),
            (column("n", WireType::Long), "x\u{1b}[2J"),
        ] {
            let told = told(of, value);
            assert!(told.contains("does not match the type that the server reports"), "{told}");
            assert!(!told.contains('\u{1b}'));
        }
    }
}
