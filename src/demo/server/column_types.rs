//! How MariaDB 10.11 describes column types in DDL, SHOW and the information schema.

use crate::demo::schema::{Column, Key, SqlType, Table};

/// The collation of all text columns.
pub(super) const COLLATION: &str = "utf8mb4_general_ci";
/// The collation of JSON columns in MariaDB.
pub(super) const JSON_COLLATION: &str = "utf8mb4_bin";

/// Returns the type as in DDL.
pub(super) fn ddl(ty: &SqlType) -> String {
    let integer = |name: &str, signed: u8, unsigned: u8, is_unsigned: bool| {
        if is_unsigned { format!("{name}({unsigned}) unsigned") } else { format!("{name}({signed})") }
    };
    let fraction = |name: &str, digits: u8| if digits == 0 { name.to_owned() } else { format!("{name}({digits})") };
    let members = |name: &str, all: &[String]| {
        let quoted: Vec<_> = all.iter().map(|one| format!("'{}'", one.replace('\'', "''"))).collect();
        format!("{name}({})", quoted.join(","))
    };
    match ty {
        SqlType::TinyInt { is_unsigned } => integer("tinyint", 4, 3, *is_unsigned),
        SqlType::SmallInt { is_unsigned } => integer("smallint", 6, 5, *is_unsigned),
        SqlType::Int { is_unsigned } => integer("int", 11, 10, *is_unsigned),
        SqlType::BigInt { is_unsigned } => integer("bigint", 20, 20, *is_unsigned),
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

/// Returns the name of the type without parameters.
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

/// Returns the collation of a text type.
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

/// Returns the maximum length in characters and in bytes.
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
            let characters: usize = all.iter().map(|one| one.chars().count()).sum();
            text(i64::try_from(characters + all.len().saturating_sub(1)).ok()?)
        }
        _ => None,
    }
}

/// Returns precision and scale of a numeric type.
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

/// Returns the fractional digits of the seconds.
pub(super) fn fraction_digits(ty: &SqlType) -> Option<i64> {
    match ty {
        SqlType::Time(digits) | SqlType::DateTime(digits) | SqlType::Timestamp(digits) => Some(i64::from(*digits)),
        _ => None,
    }
}

/// Returns `PRI`, `UNI`, `MUL` or an empty text.
pub(super) fn key_indicator(table: &Table, column: &Column) -> &'static str {
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

/// Returns the default as in DDL: `NULL` for a nullable column without one, otherwise `None` if there is none.
pub(super) fn ddl_default(column: &Column) -> Option<String> {
    match &column.default {
        Some(text) => Some(text.clone()),
        None if column.is_nullable => Some("NULL".into()),
        None => None,
    }
}

/// Returns the default as SHOW prints it, without quotes.
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

/// Returns `auto_increment` or an empty text.
pub(super) fn extra(column: &Column) -> &'static str {
    if column.is_auto_increment { "auto_increment" } else { "" }
}
