//! How a column type is told in DDL, SHOW and the information schema. Source: MariaDB 10.11 on the same types.

use crate::demo::schema::{Column, Key, SqlType, Table};

/// The collation of all text here.
pub(super) const COLLATION: &str = "utf8mb4_general_ci";
/// The collation of JSON, as MariaDB makes it.
pub(super) const JSON_COLLATION: &str = "utf8mb4_bin";

/// The type as DDL writes it.
pub(super) fn ddl(ty: &SqlType) -> String {
    let whole = |name: &str, signed: u8, unsigned: u8, is_unsigned: bool| {
        if is_unsigned { format!("{name}({unsigned}) unsigned") } else { format!("{name}({signed})") }
    };
    let fraction = |name: &str, digits: u8| if digits == 0 { name.to_owned() } else { format!("{name}({digits})") };
    let members = |name: &str, all: &[String]| {
        let quoted: Vec<_> = all.iter().map(|one| format!("'{}'", one.replace('\'', "''"))).collect();
        format!("{name}({})", quoted.join(","))
    };
    match ty {
        SqlType::TinyInt { is_unsigned } => whole("tinyint", 4, 3, *is_unsigned),
        SqlType::SmallInt { is_unsigned } => whole("smallint", 6, 5, *is_unsigned),
        SqlType::Int { is_unsigned } => whole("int", 11, 10, *is_unsigned),
        SqlType::BigInt { is_unsigned } => whole("bigint", 20, 20, *is_unsigned),
        SqlType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        SqlType::Bit(size) => format!("bit({size})"),
        SqlType::Year => "year(4)".into(),
        SqlType::Time(digits) => fraction("time", *digits),
        SqlType::DateTime(digits) => fraction("datetime", *digits),
        SqlType::Timestamp(digits) => fraction("timestamp", *digits),
        SqlType::Char(size) => format!("char({size})"),
        SqlType::VarChar(size) => format!("varchar({size})"),
        SqlType::Binary(size) => format!("binary({size})"),
        SqlType::VarBinary(size) => format!("varbinary({size})"),
        SqlType::Enum(all) => members("enum", all),
        SqlType::Set(all) => members("set", all),
        SqlType::Float
        | SqlType::Double
        | SqlType::Date
        | SqlType::Text
        | SqlType::MediumText
        | SqlType::LongText
        | SqlType::Blob
        | SqlType::LongBlob
        | SqlType::Json => name(ty).into(),
    }
}

/// The type's name alone.
pub(super) fn name(ty: &SqlType) -> &'static str {
    match ty {
        SqlType::TinyInt { .. } => "tinyint",
        SqlType::SmallInt { .. } => "smallint",
        SqlType::Int { .. } => "int",
        SqlType::BigInt { .. } => "bigint",
        SqlType::Decimal { .. } => "decimal",
        SqlType::Float => "float",
        SqlType::Double => "double",
        SqlType::Bit(_) => "bit",
        SqlType::Year => "year",
        SqlType::Date => "date",
        SqlType::Time(_) => "time",
        SqlType::DateTime(_) => "datetime",
        SqlType::Timestamp(_) => "timestamp",
        SqlType::Char(_) => "char",
        SqlType::VarChar(_) => "varchar",
        SqlType::Text => "text",
        SqlType::MediumText => "mediumtext",
        SqlType::LongText | SqlType::Json => "longtext",
        SqlType::Binary(_) => "binary",
        SqlType::VarBinary(_) => "varbinary",
        SqlType::Blob => "blob",
        SqlType::LongBlob => "longblob",
        SqlType::Enum(_) => "enum",
        SqlType::Set(_) => "set",
    }
}

/// The collation, for text.
pub(super) fn collation(ty: &SqlType) -> Option<&'static str> {
    match ty {
        SqlType::Char(_)
        | SqlType::VarChar(_)
        | SqlType::Text
        | SqlType::MediumText
        | SqlType::LongText
        | SqlType::Enum(_)
        | SqlType::Set(_) => Some(COLLATION),
        SqlType::Json => Some(JSON_COLLATION),
        _ => None,
    }
}

/// The longest value in characters and in bytes.
pub(super) fn lengths(ty: &SqlType) -> Option<(i64, i64)> {
    let text = |characters: i64| Some((characters, characters * 4));
    let longest = |names: &mut dyn Iterator<Item = usize>| i64::try_from(names.max().unwrap_or_default()).ok();
    match ty {
        SqlType::Char(size) | SqlType::VarChar(size) => text(i64::from(*size)),
        SqlType::Binary(size) | SqlType::VarBinary(size) => Some((i64::from(*size), i64::from(*size))),
        SqlType::Text | SqlType::Blob => Some((65_535, 65_535)),
        SqlType::MediumText => Some((16_777_215, 16_777_215)),
        SqlType::LongText | SqlType::LongBlob | SqlType::Json => Some((4_294_967_295, 4_294_967_295)),
        SqlType::Enum(all) => text(longest(&mut all.iter().map(|one| one.chars().count()))?),
        SqlType::Set(all) => {
            let letters: usize = all.iter().map(|one| one.chars().count()).sum();
            text(i64::try_from(letters + all.len().saturating_sub(1)).ok()?)
        }
        _ => None,
    }
}

/// Precision and scale of a number.
pub(super) fn precision(ty: &SqlType) -> Option<(i64, Option<i64>)> {
    match ty {
        SqlType::TinyInt { .. } => Some((3, Some(0))),
        SqlType::SmallInt { .. } => Some((5, Some(0))),
        SqlType::Int { .. } => Some((10, Some(0))),
        SqlType::BigInt { is_unsigned } => Some((if *is_unsigned { 20 } else { 19 }, Some(0))),
        SqlType::Decimal { precision, scale } => Some((i64::from(*precision), Some(i64::from(*scale)))),
        SqlType::Float => Some((12, None)),
        SqlType::Double => Some((22, None)),
        SqlType::Bit(size) => Some((i64::from(*size), None)),
        _ => None,
    }
}

/// Digits of the seconds.
pub(super) fn moment_digits(ty: &SqlType) -> Option<i64> {
    match ty {
        SqlType::Time(digits) | SqlType::DateTime(digits) | SqlType::Timestamp(digits) => Some(i64::from(*digits)),
        _ => None,
    }
}

/// `PRI`, `UNI`, `MUL` or nothing.
pub(super) fn key_word(table: &Table, column: &Column) -> &'static str {
    let leads = |key: &&Key| key.columns.first() == Some(&column.name);
    let is_primary = |key: &Key| key.name == "PRIMARY";
    if table.keys.iter().any(|key| is_primary(key) && key.columns.contains(&column.name)) {
        return "PRI";
    }
    let mut leading = table.keys.iter().filter(leads).peekable();
    if leading.peek().is_none() {
        ""
    } else if leading.any(|key| key.is_unique && key.columns.len() == 1) {
        "UNI"
    } else {
        "MUL"
    }
}

/// The default as DDL tells it: `None` when there is none, `NULL` for a nullable column without one.
pub(super) fn default(column: &Column) -> Option<String> {
    match &column.default {
        Some(text) => Some(text.clone()),
        None if column.is_nullable => Some("NULL".into()),
        None => None,
    }
}

/// The default as SHOW tells it: without quotes.
pub(super) fn shown_default(column: &Column) -> Option<String> {
    let text = column.default.as_deref()?;
    if text.eq_ignore_ascii_case("null") {
        return None;
    }
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => Some(inner.replace("''", "'")),
        None => Some(text.into()),
    }
}

/// `auto_increment` or nothing.
pub(super) fn extra(column: &Column) -> &'static str {
    if column.is_auto_increment { "auto_increment" } else { "" }
}
