//! What stands above a column.

use rrx::domain::results::{
    Alignment, BINARY_COLLATION, CellPreview, Column, GlyphSet, Window, WireType, alignment, flag, type_text, widths,
};

use super::{column, text};

fn typed(wire: WireType, length: u32, decimals: u8, flags: u16, charset: u16) -> String {
    type_text(&Column { length, decimals, flags, charset, ..column("c", wire) })
}

#[test]
fn types_read_as_they_were_declared() {
    let binary = BINARY_COLLATION;
    for (wire, length, decimals, flags, charset, expected) in [
        (WireType::VarString, 128, 0, 0, 45, "varchar(32)"),
        (WireType::VarString, 128, 0, 0, 255, "varchar(32)"),
        (WireType::VarString, 128, 0, 0, 224, "varchar(32)"),
        (WireType::VarString, 128, 0, 0, 2304, "varchar(32)"),
        (WireType::VarString, 128, 0, 0, 1069, "varchar(32)"),
        (WireType::VarString, 96, 0, 0, 33, "varchar(32)"),
        (WireType::VarString, 32, 0, 0, 8, "varchar(32)"),
        (WireType::VarString, 16, 0, flag::BINARY, binary, "varbinary(16)"),
        (WireType::String, 8, 0, 0, 45, "char(2)"),
        (WireType::String, 16, 0, flag::BINARY, binary, "binary(16)"),
        (WireType::String, 60, 0, flag::ENUM, 45, "enum"),
        (WireType::String, 60, 0, flag::SET, 45, "set"),
        (WireType::LongLong, 20, 0, flag::UNSIGNED, binary, "bigint unsigned"),
        (WireType::Long, 11, 0, 0, binary, "int"),
        (WireType::Long, 5, 0, flag::UNSIGNED | flag::ZEROFILL, binary, "int unsigned zerofill"),
        (WireType::Tiny, 1, 0, 0, binary, "tinyint(1)"),
        (WireType::Tiny, 4, 0, 0, binary, "tinyint"),
        (WireType::Year, 4, 0, flag::UNSIGNED | flag::ZEROFILL, binary, "year"),
        (WireType::NewDecimal, 14, 4, 0, binary, "decimal(12,4)"),
        (WireType::NewDecimal, 13, 4, flag::UNSIGNED, binary, "decimal(12,4) unsigned"),
        (WireType::NewDecimal, 11, 0, 0, binary, "decimal(10,0)"),
        (WireType::NewDecimal, 67, 30, 0, binary, "decimal(65,30)"),
        (WireType::Double, 22, 31, 0, binary, "double"),
        (WireType::Double, 10, 2, 0, binary, "double(10,2)"),
        (WireType::Float, 12, 39, 0, binary, "float"),
        (WireType::DateTime, 19, 0, 0, binary, "datetime (no zone)"),
        (WireType::DateTime, 26, 6, 0, binary, "datetime(6) (no zone)"),
        (WireType::Timestamp, 19, 0, 0, binary, "timestamp"),
        (WireType::Time, 13, 3, 0, binary, "time(3)"),
        (WireType::Date, 10, 0, 0, binary, "date"),
        (WireType::Bit, 1, 0, flag::UNSIGNED, binary, "bit(1)"),
        (WireType::Blob, 65535, 0, flag::BLOB, binary, "blob"),
        (WireType::Blob, 255, 0, flag::BLOB, binary, "tinyblob"),
        (WireType::Blob, u32::MAX, 0, flag::BLOB, binary, "longblob"),
        (WireType::Blob, 262_140, 0, flag::BLOB, 45, "text"),
        (WireType::Blob, 1020, 0, flag::BLOB, 45, "tinytext"),
        (WireType::Blob, 67_108_860, 0, flag::BLOB, 45, "mediumtext"),
        (WireType::Blob, u32::MAX, 0, flag::BLOB, 45, "longtext"),
        (WireType::Json, u32::MAX, 0, 0, 45, "json"),
        (WireType::Geometry, u32::MAX, 0, 0, binary, "geometry"),
        (WireType::Null, 0, 0, 0, binary, "null"),
    ] {
        assert_eq!(typed(wire, length, decimals, flags, charset), expected);
    }
}

#[test]
fn numbers_stand_right_and_the_rest_left() {
    for wire in [WireType::Long, WireType::NewDecimal, WireType::Double, WireType::Bit, WireType::Year] {
        assert_eq!(alignment(&column("c", wire)), Alignment::Right);
    }
    for wire in [WireType::VarString, WireType::DateTime, WireType::Json, WireType::Blob, WireType::Null] {
        assert_eq!(alignment(&column("c", wire)), Alignment::Left);
    }
}

#[test]
fn widths_hold_names_types_and_values_within_bounds() {
    let columns = [column("id", WireType::Long), text("a_rather_long_name_of_a_column"), text("t"), text("long")];
    let cell = |bytes: &[u8]| CellPreview::Bytes { head: bytes.into(), length: bytes.len() as u64 };
    let window = Window {
        view: 0,
        first: 0,
        columns: 4,
        cells: vec![
            cell(b"1234567890123456789012345678901234567890123456789012345678901234567"),
            CellPreview::Null,
            cell("日本語日本語".as_bytes()),
            cell(&[b'x'; 500]),
        ],
    };
    let both = |window: &Window| {
        widths(&columns, window, GlyphSet::Unicode).iter().map(|width| (width.first, width.whole)).collect::<Vec<_>>()
    };
    assert_eq!(both(&window), [(67, 67), (30, 30), (12, 12), (40, 200)]);
    let empty = Window { view: 0, first: 0, columns: 4, cells: Vec::new() };
    // The type needs more than the name, and does not widen the column.
    assert_eq!(both(&empty), [(6, 6), (30, 30), (7, 7), (7, 7)]);
    // A NULL or an empty text that comes later has room for its mark.
    let narrow = Column { flags: flag::NOT_NULL, ..column("n", WireType::Tiny) };
    let enumerated = Column { flags: flag::ENUM, ..text("e") };
    let firsts =
        widths(&[narrow, enumerated], &empty, GlyphSet::Unicode).iter().map(|width| width.first).collect::<Vec<_>>();
    assert_eq!(firsts, [4, 7]);
}
