//! What stands above a column: its type in the user's words, its side, its first width. Knows no colour.

use super::{
    BINARY_COLLATION, Cell, CellPreview, Column, Glyphs, Piece, TypeClass, Window, WireType, flag, shown, shown_cell,
    shown_text,
};

/// The side on which values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Text and the rest.
    Left,
    /// Numbers.
    Right,
}

/// The side of a column: numbers right, text left.
#[must_use]
pub fn alignment(column: &Column) -> Side {
    match column.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float | TypeClass::Bit => Side::Right,
        TypeClass::Text
        | TypeClass::Binary
        | TypeClass::Temporal
        | TypeClass::Json
        | TypeClass::Geometry
        | TypeClass::Null => Side::Left,
    }
}

/// Cells that the name and type of a column get at most by themselves.
const HEADER_CELLS: usize = 30;
/// Cells that a text gets at most by itself.
const TEXT_CELLS: usize = 40;
/// Cells that a value gets which may not be cut: DECIMAL(65,30) with sign and point.
const WHOLE_CELLS: usize = 67;
/// Cells that a column gets whatever is in it.
const LEAST_CELLS: usize = 4;
/// Rows that are measured.
const SAMPLE_ROWS: usize = 200;

/// The first width of each column, in cells: what its name, its type and the first rows of the window want, within bounds.
#[must_use]
pub fn widths(columns: &[Column], window: &Window, glyphs: Glyphs) -> Vec<u16> {
    let mut widths: Vec<usize> = columns.iter().map(|column| header_width(column, glyphs)).collect();
    if window.columns > 0 {
        for row in window.cells.chunks(window.columns).take(SAMPLE_ROWS) {
            for ((cell, column), width) in row.iter().zip(columns).zip(&mut widths) {
                *width = (*width).max(wanted(cell, column, glyphs));
            }
        }
    }
    let fitted = widths.into_iter().zip(columns).map(|(width, column)| width.max(least(column, glyphs)));
    fitted.map(|width| u16::try_from(width).unwrap_or(u16::MAX)).collect()
}

/// What every column gets. The mark of a NULL, and of an empty text, is not to be cut where one comes later: it would look
/// like a text that begins so.
fn least(column: &Column, glyphs: Glyphs) -> usize {
    let null = if column.flags & flag::NOT_NULL == 0 {
        cells(&shown_cell(Cell::Null, column, glyphs, WHOLE_CELLS))
    } else {
        0
    };
    let empty = match column.class() {
        TypeClass::Text | TypeClass::Binary => cells(&shown_cell(Cell::Bytes(b""), column, glyphs, WHOLE_CELLS)),
        _ => 0,
    };
    LEAST_CELLS.max(null).max(empty)
}

/// The width of one column in which every value of the window shows whole, and so do its name and its type.
#[must_use]
pub fn whole_width(columns: &[Column], column: usize, window: &Window, glyphs: Glyphs) -> u16 {
    let Some(of) = columns.get(column) else { return 0 };
    let name = cells(&shown_text(&of.name, glyphs, usize::MAX / 2));
    let cells_of = |cell: &CellPreview| cells(&shown(cell, of, glyphs, usize::MAX / 2));
    let values = window.cells.chunks(window.columns.max(1)).filter_map(|row| row.get(column)).map(cells_of);
    let width = values.chain([name, type_text(of).chars().count(), least(of, glyphs)]).max().unwrap_or_default();
    u16::try_from(width).unwrap_or(u16::MAX)
}

fn header_width(column: &Column, glyphs: Glyphs) -> usize {
    let name = cells(&shown_text(&column.name, glyphs, HEADER_CELLS));
    name.max(type_text(column).chars().count().min(HEADER_CELLS))
}

fn wanted(cell: &CellPreview, column: &Column, glyphs: Glyphs) -> usize {
    let most = match column.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float | TypeClass::Temporal | TypeClass::Bit => {
            WHOLE_CELLS
        }
        TypeClass::Text | TypeClass::Binary | TypeClass::Json | TypeClass::Geometry | TypeClass::Null => TEXT_CELLS,
    };
    cells(&shown(cell, column, glyphs, most))
}

fn cells(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::width).sum()
}

/// The type under a column's name, as near to its declaration as the server tells: `varchar(32)`, `bigint unsigned`,
/// `decimal(12,4)`, `datetime (no zone)`.
///
/// Lengths come in bytes of the connection's charset and are shown in characters.
#[must_use]
pub fn type_text(column: &Column) -> String {
    let characters = column.length / bytes_a_character(column.charset);
    let is_binary = column.charset == BINARY_COLLATION;
    match column.wire {
        _ if column.flags & flag::ENUM != 0 => "enum".to_owned(),
        _ if column.flags & flag::SET != 0 => "set".to_owned(),
        WireType::Enum => "enum".to_owned(),
        WireType::Set => "set".to_owned(),
        WireType::Tiny if column.length == 1 => number(column, "tinyint(1)"),
        WireType::Tiny => number(column, "tinyint"),
        WireType::Short => number(column, "smallint"),
        WireType::Int24 => number(column, "mediumint"),
        WireType::Long => number(column, "int"),
        WireType::LongLong => number(column, "bigint"),
        WireType::Year => "year".to_owned(),
        WireType::Decimal | WireType::NewDecimal => decimal(column),
        WireType::Float => number(column, &scaled(column, "float")),
        WireType::Double => number(column, &scaled(column, "double")),
        WireType::Null => "null".to_owned(),
        WireType::Timestamp => fraction(column, "timestamp"),
        WireType::Date | WireType::NewDate => "date".to_owned(),
        WireType::Time => fraction(column, "time"),
        WireType::DateTime => format!("{} (no zone)", fraction(column, "datetime")),
        WireType::Bit => format!("bit({})", column.length),
        WireType::Json => "json".to_owned(),
        WireType::Geometry => "geometry".to_owned(),
        WireType::Vector => "vector".to_owned(),
        WireType::VarChar | WireType::VarString if is_binary => format!("varbinary({})", column.length),
        WireType::VarChar | WireType::VarString => format!("varchar({characters})"),
        WireType::String if is_binary => format!("binary({})", column.length),
        WireType::String => format!("char({characters})"),
        WireType::TinyBlob | WireType::Blob | WireType::MediumBlob | WireType::LongBlob => {
            format!("{}{}", blob_size(column), if is_binary { "blob" } else { "text" })
        }
    }
}

fn number(column: &Column, name: &str) -> String {
    let unsigned = if column.is_unsigned() { " unsigned" } else { "" };
    let zerofill = if column.flags & flag::ZEROFILL != 0 { " zerofill" } else { "" };
    format!("{name}{unsigned}{zerofill}")
}

fn decimal(column: &Column) -> String {
    // The display length counts a point where there are decimals, and a sign where one is possible.
    let point = u32::from(column.decimals > 0);
    let sign = u32::from(!column.is_unsigned());
    let digits = column.length.saturating_sub(point + sign);
    if column.decimals > 30 || !(1..=65).contains(&digits) {
        return number(column, "decimal");
    }
    number(column, &format!("decimal({digits},{})", column.decimals))
}

fn scaled(column: &Column, name: &str) -> String {
    if column.decimals >= 31 {
        return name.to_owned();
    }
    format!("{name}({},{})", column.length, column.decimals)
}

fn fraction(column: &Column, name: &str) -> String {
    match column.decimals {
        digits @ 1..=6 => format!("{name}({digits})"),
        _ => name.to_owned(),
    }
}

/// All sizes of BLOB and TEXT come as one wire type; the length tells them apart.
fn blob_size(column: &Column) -> &'static str {
    match column.wire {
        WireType::TinyBlob => return "tiny",
        WireType::MediumBlob => return "medium",
        WireType::LongBlob => return "long",
        _ => {}
    }
    let a_character = u64::from(bytes_a_character(column.charset));
    match u64::from(column.length) {
        length if length <= 0xff * a_character => "tiny",
        length if length <= 0xffff * a_character => "",
        length if length <= 0x00ff_ffff * a_character => "medium",
        _ => "long",
    }
}

/// The most bytes that a character takes in a collation: utf8mb4 four, utf8mb3 three, the rest one (rrx asks for utf8mb4,
/// so the rest is binary and ASCII). Collation numbers: `information_schema.collations` of MySQL 8.4 and MariaDB 11.8;
/// MariaDB's NOPAD forms are 1024 further, its `uca1400` forms from 2048 on.
fn bytes_a_character(collation: u16) -> u32 {
    match collation {
        45 | 46 | 224..=247 | 255..=323 | 2304..=2559 => 4,
        33 | 76 | 83 | 192..=223 | 2048..=2303 => 3,
        1024..=2047 => bytes_a_character(collation - 1024),
        _ => 1,
    }
}
