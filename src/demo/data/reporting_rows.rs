//! Writes the rows of the reporting database: `all_types` with one row for each edge case, and tables that are hard to
//! display on purpose.

use std::borrow::Cow;

use super::generator::Generator;
use super::values::{DemoValue, v};

type Field = (&'static str, DemoValue);

/// Text with escape sequences that must never reach a terminal unescaped.
const ESCAPES: &str =
    "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7} \u{1b}[2J \u{9b}1m bell\u{7} back\u{8} nul\0 del\u{7f}";
/// Text with changes of direction.
const BIDI: &str = "abc \u{202e}desrever\u{202c} \u{2066}isolated\u{2069} שלום عربي end";
const CJK: &str = "日本語のテキスト 中文字符 한국어 ｆｕｌｌ";
/// Combining marks, and emoji joined by zero-width joiners.
const MARKS: &str = "e\u{301} n\u{303} Z\u{351}\u{36b}\u{343} 👩\u{200d}🔬 🇬🇧 👍🏽 zero\u{200b}width";

pub(super) fn write_reporting_rows(mut generator: Generator<'_, '_>) {
    for (label, fields) in all_types() {
        generator.add("all_types", [("label", v(label))].into_iter().chain(fields));
    }
    write_attachments(&mut generator);
    write_import_log(&mut generator);
    write_notes(&mut generator);
    for number in 1..=12 {
        let arm = generator.random.one_of(&["Compound XN-101", "Compound XN-101", "Placebo"]);
        generator.add("treatment_key", [("randomization_number", v(format!("R1{number:03}"))), ("arm", v(arm))]);
    }
}

/// The widest decimal: 65 digits, 30 of them after the point.
fn widest(sign: &str) -> DemoValue {
    v(format!("{sign}{}.{}", "9".repeat(35), "9".repeat(30)))
}

fn bytes(bytes: &'static [u8]) -> DemoValue {
    DemoValue::Bytes(Cow::Borrowed(bytes))
}

/// Returns the rows of `all_types` with their labels. Columns that are not named are NULL.
fn all_types() -> Vec<(&'static str, Vec<Field>)> {
    vec![
        ("all NULL", Vec::new()),
        ("smallest", smallest()),
        ("largest", largest()),
        ("zero and empty", zero()),
        ("ordinary", ordinary()),
        ("zero dates", zero_dates()),
        ("escape sequences", text_everywhere(ESCAPES)),
        ("bidirectional", text_everywhere(BIDI)),
        ("wide characters", text_everywhere(CJK)),
        ("combining and joined", text_everywhere(MARKS)),
        ("the word NULL", text_everywhere("NULL")),
        ("spaces at the ends", text_everywhere("  two spaces  ")),
        ("quotes and delimiters", text_everywhere("a,b;\"c\"\t'd' \\e\\ `f`\r\nsecond line\n")),
        ("looks like a formula", text_everywhere("=1+2")),
        (
            "not UTF-8 as bytes",
            vec![("c_varbinary", bytes(b"\xff\xfe\x00caf\xe9")), ("c_blob", bytes(b"\xc3\x28\x80"))],
        ),
        ("every byte", vec![("c_blob", v((0..=255).collect::<Vec<u8>>()))]),
        (
            "fractions of a cent",
            vec![("c_double", DemoValue::Real(0.1 + 0.2)), ("c_float", real32(0.1)), ("c_decimal", v("0.30"))],
        ),
        ("tiny floats", vec![("c_double", DemoValue::Real(f64::MIN_POSITIVE)), ("c_float", real32(1.0e-30))]),
    ]
}

/// A number as a FLOAT column stores it.
fn real32(number: f32) -> DemoValue {
    DemoValue::Real(f64::from(number))
}

fn smallest() -> Vec<Field> {
    vec![
        ("c_tinyint", v(-128_i64)),
        ("c_tinyint_unsigned", v(0_i64)),
        ("c_smallint", v(-32_768_i64)),
        ("c_smallint_unsigned", v(0_i64)),
        ("c_int", v(i64::from(i32::MIN))),
        ("c_int_unsigned", v(0_i64)),
        ("c_bigint", v(i64::MIN)),
        ("c_bigint_unsigned", v(0_i64)),
        ("c_decimal", v("-99999999.99")),
        ("c_decimal_wide", widest("-")),
        ("c_float", real32(-3.4e38)),
        ("c_double", DemoValue::Real(-1.797_693_134_862_315_7e308)),
        ("c_bit1", v(0_i64)),
        ("c_bit8", v(0_i64)),
        ("c_year", v(1901_i64)),
        ("c_date", v("1000-01-01")),
        ("c_time", v("-838:59:59")),
        ("c_time6", v("-838:59:59.000000")),
        ("c_datetime", v("1000-01-01 00:00:00")),
        ("c_datetime6", v("1000-01-01 00:00:00.000000")),
        ("c_timestamp", v("1970-01-01 00:00:01")),
        ("c_timestamp3", v("1970-01-01 00:00:01.000")),
        ("c_char", v("!")),
        ("c_varchar", v("!")),
        ("c_enum", v("small")),
        ("c_set", v("read")),
        ("c_json", v("-1")),
    ]
}

fn largest() -> Vec<Field> {
    vec![
        ("c_tinyint", v(127_i64)),
        ("c_tinyint_unsigned", v(255_i64)),
        ("c_smallint", v(32_767_i64)),
        ("c_smallint_unsigned", v(65_535_i64)),
        ("c_int", v(i64::from(i32::MAX))),
        ("c_int_unsigned", v(i64::from(u32::MAX))),
        ("c_bigint", v(i64::MAX)),
        ("c_bigint_unsigned", v(i64::MAX)),
        ("c_decimal", v("99999999.99")),
        ("c_decimal_wide", widest("")),
        ("c_float", real32(3.4e38)),
        ("c_double", DemoValue::Real(1.797_693_134_862_315_7e308)),
        ("c_bit1", v(1_i64)),
        ("c_bit8", v(255_i64)),
        ("c_year", v(2155_i64)),
        ("c_date", v("9999-12-31")),
        ("c_time", v("838:59:59")),
        ("c_time6", v("838:59:59.000000")),
        ("c_datetime", v("9999-12-31 23:59:59")),
        ("c_datetime6", v("9999-12-31 23:59:59.999999")),
        ("c_timestamp", v("2038-01-19 03:14:07")),
        ("c_timestamp3", v("2038-01-19 03:14:07.999")),
        ("c_char", v("zzzzzzzz")),
        ("c_varchar", v("z".repeat(255))),
        ("c_text", v("long text ".repeat(400))),
        ("c_mediumtext", v("word ".repeat(2000))),
        ("c_longtext", v("line\n".repeat(500))),
        ("c_binary", bytes(&[0xff; 16])),
        ("c_varbinary", bytes(&[0xff; 64])),
        ("c_blob", bytes(&[0xff; 512])),
        ("c_longblob", bytes(&[0xaa; 4096])),
        ("c_enum", v("large")),
        ("c_set", v("read,write,erase")),
        ("c_json", v("{\"deep\": [[[[1, 2.5, true, null, \"\\u00e9\"]]]]}")),
    ]
}

fn zero() -> Vec<Field> {
    let numbers = [
        "c_tinyint",
        "c_tinyint_unsigned",
        "c_smallint",
        "c_smallint_unsigned",
        "c_int",
        "c_int_unsigned",
        "c_bigint",
        "c_bigint_unsigned",
        "c_bit1",
        "c_bit8",
        "c_year",
    ];
    let texts = ["c_char", "c_varchar", "c_text", "c_mediumtext", "c_longtext", "c_enum", "c_set"];
    let mut fields: Vec<Field> = numbers.map(|column| (column, v(0_i64))).into();
    fields.extend(texts.map(|column| (column, v(""))));
    fields.extend(["c_varbinary", "c_blob", "c_longblob"].map(|column| (column, bytes(b""))));
    fields.extend([
        ("c_decimal", v("0.00")),
        ("c_decimal_wide", v("0.000000000000000000000000000000")),
        ("c_float", DemoValue::Real(0.0)),
        ("c_double", DemoValue::Real(0.0)),
        ("c_time", v("00:00:00")),
        ("c_time6", v("00:00:00.000000")),
        ("c_binary", bytes(&[0; 16])),
        ("c_json", v("{}")),
    ]);
    fields
}

fn ordinary() -> Vec<Field> {
    vec![
        ("c_tinyint", v(-7_i64)),
        ("c_tinyint_unsigned", v(7_i64)),
        ("c_smallint", v(-1234_i64)),
        ("c_smallint_unsigned", v(1234_i64)),
        ("c_int", v(-1_234_567_i64)),
        ("c_int_unsigned", v(1_234_567_i64)),
        ("c_bigint", v(-9_007_199_254_740_993_i64)),
        ("c_bigint_unsigned", v(9_007_199_254_740_993_i64)),
        ("c_decimal", v("1234.50")),
        ("c_decimal_wide", v("3.141592653589793238462643383279")),
        ("c_float", real32(1.5)),
        ("c_double", DemoValue::Real(2.5)),
        ("c_bit1", v(1_i64)),
        ("c_bit8", v(65_i64)),
        ("c_year", v(2024_i64)),
        ("c_date", v("2024-02-29")),
        ("c_time", v("-00:30:00")),
        ("c_time6", v("08:15:30.123456")),
        ("c_datetime", v("2024-03-31 01:30:00")),
        ("c_datetime6", v("2024-03-31 01:30:00.000001")),
        ("c_timestamp", v("2024-10-27 01:30:00")),
        ("c_timestamp3", v("2024-10-27 01:30:00.250")),
        ("c_char", v("abc")),
        ("c_varchar", v("Ordinary words")),
        ("c_text", v("Two lines\nof text")),
        ("c_mediumtext", v("Grüße, Ångström, naïve façade")),
        ("c_longtext", v("…")),
        (
            "c_binary",
            bytes(&[0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0]),
        ),
        ("c_varbinary", bytes(b"\x00\x01plain\x02")),
        ("c_blob", bytes(b"readable bytes")),
        ("c_longblob", bytes(b"\x89PNG\r\n\x1a\n")),
        ("c_enum", v("medium")),
        ("c_set", v("read,erase")),
        ("c_json", v("{\"name\": \"Vital Signs\", \"items\": [\"SYSBP\", \"DIABP\"], \"locked\": false}")),
    ]
}

fn zero_dates() -> Vec<Field> {
    vec![
        ("c_year", v(0_i64)),
        ("c_date", v("0000-00-00")),
        ("c_time", v("00:00:00")),
        ("c_datetime", v("0000-00-00 00:00:00")),
        ("c_datetime6", v("0000-00-00 00:00:00.000000")),
        ("c_timestamp", v("0000-00-00 00:00:00")),
        ("c_timestamp3", v("0000-00-00 00:00:00.000")),
    ]
}

fn text_everywhere(text: &'static str) -> Vec<Field> {
    vec![("c_varchar", v(text)), ("c_text", v(text)), ("c_blob", bytes(text.as_bytes()))]
}

fn write_attachments(generator: &mut Generator<'_, '_>) {
    let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let sentence = "The tracing shows sinus rhythm; nothing else is of note. ";
    let transcript: String = sentence.chars().cycle().take(65_536).collect();
    let files: [(&'static str, &'static str, Vec<u8>, Option<String>); 4] = [
        ("ecg-S1001.png", "image/png", [head.to_vec(), generator.random.bytes(20_000)].concat(), Some(transcript)),
        ("consent.pdf", "application/pdf", [b"%PDF-1.7\n".to_vec(), generator.random.bytes(3000)].concat(), None),
        ("empty.bin", "application/octet-stream", Vec::new(), Some(String::new())),
        ("terminal.log", "text/plain", ESCAPES.as_bytes().to_vec(), Some(ESCAPES.to_owned())),
    ];
    for (name, media_type, content, transcript) in files {
        let fields = [
            ("file_name", v(name)),
            ("media_type", v(media_type)),
            ("content", v(content)),
            ("transcript", v(transcript)),
        ];
        generator.add("attachment", fields);
    }
}

fn write_import_log(generator: &mut Generator<'_, '_>) {
    let lines: [Option<&'static str>; 8] = [
        Some("started"),
        None,
        Some(""),
        Some("NULL"),
        Some("   "),
        Some("same line"),
        Some("same line"),
        Some("42 rows read"),
    ];
    for line in lines {
        let at = v("2024-05-20 08:30:00.000001");
        generator.add("import_log", [("logged_at", at), ("source", v("transfer")), ("line", v(line))]);
    }
}

fn write_notes(generator: &mut Generator<'_, '_>) {
    for (order, line, chosen, name) in
        [(1_i64, 1_i64, Some("yes"), Some("first")), (1, 2, Some("no"), None), (2, 1, None, Some("`ticks`"))]
    {
        let fields =
            [("order", v(order)), ("line no.", v(line)), ("select", v(chosen)), ("naïve `quoted` name", v(name))];
        generator.add("order-2024 notes", fields);
    }
}
