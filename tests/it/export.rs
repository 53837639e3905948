//! Exports, read back by readers that are not ours.

use proptest::prelude::*;
use rrx::domain::export::{ExportFormat, ExportWriter, Formulas};
use rrx::domain::results::{BINARY_COLLATION, Column, ColumnOrigin, GlyphSet, WireType, flag};
use serde_json::Value;

use crate::results::{Row, blob, chunk, column, text};

fn export(format: ExportFormat, columns: &[Column], rows: &[Row]) -> Vec<u8> {
    let mut writer = ExportWriter::new(format, GlyphSet::Unicode, Vec::new());
    writer.begin(columns).unwrap();
    for rows in rows.chunks(7) {
        writer.chunk(&chunk(columns.len(), rows)).unwrap();
    }
    writer.finish().unwrap()
}

fn exported(format: ExportFormat, columns: &[Column], rows: &[Row]) -> String {
    String::from_utf8(export(format, columns, rows)).unwrap()
}

fn row(values: &[&str]) -> Row {
    values.iter().map(|value| Some(value.as_bytes().to_vec())).collect()
}

fn bit(name: &str) -> Column {
    Column { charset: BINARY_COLLATION, ..column(name, WireType::Bit) }
}

fn value() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Vec::new())),
        1 => Just(Some(b"NULL".to_vec())),
        3 => prop::collection::vec(prop::sample::select(b"a,\"\r\n\t\\;0 N".to_vec()), 0..8).prop_map(Some),
        2 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Some),
        2 => any::<String>().prop_map(|text| Some(text.into_bytes())),
    ]
}

fn rows(columns: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(prop::collection::vec(value(), columns), 0..20)
}

/// Reads the form of `mysql --batch` as its manual describes it.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = field.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next() {
                Some(b't') => b'\t',
                Some(b'n') => b'\n',
                Some(b'0') => 0,
                Some(b'\\') => b'\\',
                other => panic!("an escape that is none: {other:?}"),
            },
            byte => *byte,
        });
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn csv_comes_back_byte_for_byte(rows in rows(3)) {
        let bytes = export(ExportFormat::Csv, &[text("a"), blob("b,\"c"), text("")], &rows);
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
        prop_assert_eq!(reader.byte_headers().unwrap(), &csv::ByteRecord::from(vec!["a", "b,\"c", ""]));
        let read: Vec<Vec<Vec<u8>>> =
            reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
        let expected: Vec<Vec<Vec<u8>>> =
            rows.iter().map(|row| row.iter().map(|value| value.clone().unwrap_or_default()).collect()).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn tsv_comes_back_byte_for_byte(rows in rows(2)) {
        let bytes = export(ExportFormat::Tsv, &[text("a"), blob("b")], &rows);
        let lines = bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n').skip(1);
        let read: Vec<Vec<Vec<u8>>> =
            lines.map(|line| line.split(|byte| *byte == b'\t').map(unescape).collect()).collect();
        let expected: Vec<Vec<Vec<u8>>> = rows
            .iter()
            .map(|row| row.iter().map(|value| value.clone().unwrap_or_else(|| b"NULL".to_vec())).collect())
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn json_comes_back_exactly(rows in rows(3)) {
        let columns = [text("t"), blob("b"), column("n", WireType::LongLong)];
        let read: Vec<Value> = serde_json::from_slice(&export(ExportFormat::Json, &columns, &rows)).unwrap();
        prop_assert_eq!(read.len(), rows.len());
        for (object, row) in read.iter().zip(&rows) {
            for (column, value) in columns.iter().zip(row) {
                let read = &object[&column.name];
                let Some(value) = value else {
                    prop_assert!(read.is_null());
                    continue;
                };
                let hex = value.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
                match (column.name.as_str(), std::str::from_utf8(value)) {
                    ("b", _) => prop_assert_eq!(read, &Value::String(format!("0x{hex}"))),
                    ("n", Ok(text)) if read.is_number() => prop_assert_eq!(read.to_string(), text),
                    (_, Ok(text)) => prop_assert_eq!(read.as_str(), Some(text)),
                    (_, Err(_)) => prop_assert_eq!(read["hex"].as_str(), Some(hex.as_str())),
                }
            }
        }
    }

    #[test]
    fn a_table_is_harmless_lines_of_one_width(rows in rows(3)) {
        let table = exported(ExportFormat::Table, &[text("a\x1b"), blob("b"), column("n", WireType::Long)], &rows);
        prop_assert!(table.chars().all(|character| character == '\n' || !character.is_control()));
        let lines = table.lines().count();
        prop_assert_eq!(lines, if rows.is_empty() { 3 } else { rows.len() + 4 });
        prop_assert!(table.lines().all(|line| line.starts_with(['+', '|']) && line.ends_with(['+', '|'])));
    }
}

#[test]
fn csv_tells_null_from_the_empty_text_and_quotes_only_where_needed() {
    let rows = [vec![None, Some(Vec::new())], row(&["a b", "say \"x\", y"]), row(&["'", "two\nlines"])];
    assert_eq!(
        exported(ExportFormat::Csv, &[text("id"), text("full, name")], &rows),
        "id,\"full, name\"\n,\"\"\na b,\"say \"\"x\"\", y\"\n',\"two\nlines\"\n"
    );
}

#[test]
fn tsv_is_the_form_of_the_batch_client() {
    let rows = [vec![None, Some(b"tab\there".to_vec())], row(&["back\\slash", "new\nline\r\0"])];
    assert_eq!(
        exported(ExportFormat::Tsv, &[text("a"), text("b")], &rows),
        "a\tb\nNULL\ttab\\there\nback\\\\slash\tnew\\nline\r\\0\n"
    );
}

#[test]
fn json_keeps_every_digit_and_every_name() {
    let columns = [
        column("n", WireType::LongLong),
        column("n", WireType::NewDecimal),
        column("n_2", WireType::Double),
        column("n", WireType::Long),
        column("d", WireType::DateTime),
        bit("b"),
    ];
    let decimal = "12345678901234567890123456789012345.123456789012345678901234567890";
    let mut values = row(&["18446744073709551615", decimal, "-1.5e-7", "00042", "0000-00-00 00:00:00"]);
    values.push(Some(vec![1]));
    assert_eq!(
        exported(ExportFormat::Json, &columns, &[values, vec![None; 6]]),
        format!(
            "[\n{{\"n\":18446744073709551615,\"n_3\":{decimal},\"n_2\":-1.5e-7,\"n_4\":\"00042\",\
             \"d\":\"0000-00-00 00:00:00\",\"b\":1}},\n\
             {{\"n\":null,\"n_3\":null,\"n_2\":null,\"n_4\":null,\"d\":null,\"b\":null}}\n]\n"
        )
    );
    assert_eq!(exported(ExportFormat::Json, &columns, &[]), "[]\n");
}

#[test]
fn bits_are_numbers_in_every_form() {
    let rows = [vec![Some(vec![1])], vec![Some(vec![1, 0])]];
    assert_eq!(exported(ExportFormat::Csv, &[bit("b")], &rows), "b\n1\n256\n");
    assert_eq!(exported(ExportFormat::Tsv, &[bit("b")], &rows), "b\n1\n256\n");
    assert_eq!(exported(ExportFormat::Json, &[bit("b")], &rows), "[\n{\"b\":1},\n{\"b\":256}\n]\n");
}

#[test]
fn a_table_looks_like_the_client_and_tells_null_from_its_name() {
    let columns = [column("id", WireType::Long), text("name"), blob("raw")];
    let rows = [
        vec![Some(b"1".to_vec()), None, Some(vec![0x3f, 0x2a])],
        vec![Some(b"1000".to_vec()), Some("NULL 日本".as_bytes().to_vec()), Some(Vec::new())],
    ];
    let expected = "\
+------+-----------+----------+
| id   | name      | raw      |
+------+-----------+----------+
|    1 | ‹null›    | 2 B 3f2a |
| 1000 | NULL 日本 | ‹empty›  |
+------+-----------+----------+
";
    assert_eq!(exported(ExportFormat::Table, &columns, &rows), expected);
}

#[test]
fn a_long_table_fixes_its_widths_and_cuts_nothing() {
    let mut rows = vec![row(&["12345"]); 1000];
    rows.push(row(&["1234567890"]));
    let table = exported(ExportFormat::Table, &[column("n", WireType::Long)], &rows);
    assert!(table.contains("| 1234567890 |\n"));
    assert_eq!(table.lines().next(), Some("+-------+"));
    assert_eq!(table.lines().count(), 1001 + 4);
}

#[test]
fn formulas_are_defused_wherever_they_hide() {
    let columns = [text("=1+1"), text("b")];
    let hostile = ["=1", "\"=1+1\"", "＝1", "\u{feff}=1", "@x", "a=1", "-", "\t=1"];
    for format in [ExportFormat::Csv, ExportFormat::Tsv] {
        let mut writer = ExportWriter::new(format, GlyphSet::Unicode, Vec::new()).formulas(Formulas::Escaped);
        writer.begin(&columns).unwrap();
        let rows: Vec<Row> = hostile.iter().map(|value| row(&[value, "plain"])).collect();
        writer.chunk(&chunk(2, &rows)).unwrap();
        let written = String::from_utf8(writer.finish().unwrap()).unwrap();
        let firsts: Vec<char> =
            written.lines().map(|line| line.trim_start_matches('"').chars().next().unwrap()).collect();
        assert_eq!(firsts, ['\'', '\'', '\'', '\'', '\'', '\'', 'a', '\'', '\''], "{written}");
        // As they are where nobody asks for it.
        assert!(exported(format, &columns, &[row(&["=1", "x"])]).contains("\n=1"), "{format}");
    }
}

#[test]
fn rows_of_one_table_go_back_into_its_columns_and_others_into_names_that_differ() {
    let of = |name: &str, table: &str, own: &str| {
        let origin = ColumnOrigin { schema: "s".into(), table: table.into(), column: own.into() };
        Column { origin, ..column(name, WireType::Long) }
    };
    let head = |columns: &[Column]| {
        let written = exported(ExportFormat::Sql, columns, &[row(&vec!["1"; columns.len()])]);
        written.lines().next().unwrap().to_owned()
    };
    assert_eq!(head(&[of("foo", "many", "id"), of("a", "many", "a")]), "INSERT INTO `many` (`id`, `a`) VALUES");
    assert_eq!(head(&[of("a", "many", "a"), of("a", "many", "a")]), "INSERT INTO `result` (`a`, `a_2`) VALUES");
    assert_eq!(head(&[of("a", "many", "a"), of("b", "few", "b")]), "INSERT INTO `result` (`a`, `b`) VALUES");
    assert_eq!(head(&[of("Id", "", ""), of("id", "", "")]), "INSERT INTO `result` (`Id`, `id_2`) VALUES");
    let twice = |alias: &str, own: &str| Column { table: alias.into(), ..of(own, "item", own) };
    assert_eq!(head(&[twice("a", "id"), twice("b", "name")]), "INSERT INTO `result` (`id`, `name`) VALUES");
    assert_eq!(head(&[twice("a", "id"), twice("a", "name")]), "INSERT INTO `item` (`id`, `name`) VALUES");
    assert_eq!(head(&[of("", "", ""), of(" ", "", "")]), "INSERT INTO `result` (`column_1`, `column_2`) VALUES");
}

#[test]
fn a_column_of_json_has_one_type_though_zeros_are_filled_in() {
    let filled = Column { flags: flag::ZEROFILL | flag::UNSIGNED, ..column("n", WireType::Long) };
    let year = Column { flags: flag::ZEROFILL | flag::UNSIGNED, ..column("y", WireType::Year) };
    let rows = [row(&["00042", "2024"]), row(&["99999", "0000"])];
    let written = exported(ExportFormat::Json, &[filled, year], &rows);
    assert_eq!(written, "[\n{\"n\":\"00042\",\"y\":2024},\n{\"n\":\"99999\",\"y\":0}\n]\n");
}

#[test]
fn bytes_in_markdown_are_whole() {
    let written = exported(ExportFormat::Markdown, &[blob("b")], &[vec![Some(vec![0xab; 40])]]);
    assert!(written.contains(&format!("| 0x{} |", "ab".repeat(40))), "{written}");
}

#[test]
fn a_format_is_read_from_its_name() {
    for format in ExportFormat::ALL {
        assert_eq!(ExportFormat::from_name(&format.to_string()), Some(format));
    }
    assert_eq!(ExportFormat::from_name("xml"), None);
    assert_eq!(ExportFormat::list(), "csv, tsv, json, jsonl, markdown, sql, table, parquet, xlsx");
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let mut full = [0_u8; 3];
    let mut writer = ExportWriter::new(ExportFormat::Csv, GlyphSet::Unicode, full.as_mut_slice());
    assert!(writer.begin(&[text("long name")]).is_err());
}

#[test]
fn a_negative_zero_of_a_float_is_a_float_in_sql() {
    let columns = [column("d", WireType::Double), column("f", WireType::Float), column("i", WireType::Long)];
    let rows = [row(&["-0", "-0.00", "-0"]), row(&["-0.5", "-1e-10", "0"])];
    let written = exported(ExportFormat::Sql, &columns, &rows);
    assert!(written.ends_with("(-0e0, -0.00e0, -0),\n(-0.5, -1e-10, 0);\n"), "{written}");
}
