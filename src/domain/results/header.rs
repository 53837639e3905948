//! The header of a column: its type as in a declaration, its alignment and its widths.

use super::{
    BINARY_COLLATION, Cell, CellPreview, Column, GlyphSet, TextPiece, TypeClass, Window, WireType, flag, show_cell,
    show_preview, show_text,
};

/// The horizontal alignment of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    Left,
    Right,
}

/// Returns the alignment of a column: numbers right, everything else left.
#[must_use]
pub fn alignment(column: &Column) -> Alignment {
    match column.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float | TypeClass::Bit => Alignment::Right,
        TypeClass::Text
        | TypeClass::Binary
        | TypeClass::Temporal
        | TypeClass::Json
        | TypeClass::Geometry
        | TypeClass::Null => Alignment::Left,
    }
}

/// The largest first width for a column's name.
const MAX_NAME_CELLS: usize = 30;
/// The largest first width for text values.
const MAX_TEXT_CELLS: usize = 40;
/// The largest first width for values that must not be cut: DECIMAL(65,30) with sign and point.
const MAX_UNCUT_CELLS: usize = 67;
/// The largest width that free cells can give to a column.
const MAX_WHOLE_CELLS: usize = 200;
/// The smallest width of a column.
const MIN_CELLS: usize = 4;
/// Rows that are measured for the first width.
const SAMPLE_ROWS: usize = 200;

/// The widths of a column in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnWidth {
    /// The width that its name and the first rows need, within limits.
    pub first: u16,
    /// The width in which its name and the first rows are not cut, at most 200 cells.
    pub whole: u16,
}

/// Returns the widths of each column for its name and the first rows of the window. The type is cut if it needs more.
#[must_use]
pub fn widths(columns: &[Column], window: &Window, glyphs: GlyphSet) -> Vec<ColumnWidth> {
    // The first width and the whole width of each column.
    let mut widths: Vec<(usize, usize)> = columns.iter().map(|column| first_widths(column, glyphs)).collect();
    if window.columns > 0 {
        for row in window.cells.chunks(window.columns).take(SAMPLE_ROWS) {
            for ((cell, column), (first, whole)) in row.iter().zip(columns).zip(&mut widths) {
                let needed = cells(&show_preview(cell, column, glyphs, MAX_WHOLE_CELLS));
                *first = (*first).max(needed.min(max_first_width(column)));
                *whole = (*whole).max(needed);
            }
        }
    }
    let width = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
    widths.into_iter().map(|(first, whole)| ColumnWidth { first: width(first), whole: width(whole) }).collect()
}

/// Returns the widths that columns need for the values of a window that are wider than the width in which the column is whole, for
/// columns that have such values. `whole` returns the whole width of a column; `None` leaves the column out.
#[must_use]
pub fn widths_of_wider(
    columns: &[Column],
    window: &Window,
    glyphs: GlyphSet,
    whole: impl Fn(usize) -> Option<u16>,
) -> Vec<(usize, ColumnWidth)> {
    let measured: Vec<(usize, &Column, usize)> = columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| Some((at, column, usize::from(whole(at)?))))
        .filter(|(.., whole)| *whole < MAX_WHOLE_CELLS)
        .collect();
    let mut wider = Vec::new();
    for (at, column, whole) in measured {
        let values = window.cells.chunks(window.columns.max(1)).filter_map(|row| row.get(at));
        // Measuring is slow, so values that are surely narrow enough are left out.
        let long = values.filter(|cell| usual_cells(cell, column) > whole as u64);
        let needed = long.map(|cell| cells(&show_preview(cell, column, glyphs, MAX_WHOLE_CELLS))).max().unwrap_or(0);
        if needed > whole {
            let width = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
            let first = if is_never_cut(column) { needed.min(MAX_UNCUT_CELLS) } else { 0 };
            wider.push((at, ColumnWidth { first: width(first), whole: width(needed) }));
        }
    }
    wider
}

/// Returns a number of cells that few values need more of.
fn usual_cells(cell: &CellPreview, column: &Column) -> u64 {
    /// Cells for the size of a binary value, and for two hex digits of a byte or its share of a number.
    const SIZE: u64 = 12;
    const BYTE: u64 = 3;
    let CellPreview::Bytes { length, .. } = cell else { return 0 };
    match column.class() {
        TypeClass::Bit | TypeClass::Binary | TypeClass::Geometry => length.saturating_mul(BYTE).saturating_add(SIZE),
        TypeClass::Integer
        | TypeClass::Decimal
        | TypeClass::Float
        | TypeClass::Temporal
        | TypeClass::Text
        | TypeClass::Json
        | TypeClass::Null => *length,
    }
}

/// Returns the first width and the whole width of a column without rows.
fn first_widths(column: &Column, glyphs: GlyphSet) -> (usize, usize) {
    let name = cells(&show_text(&column.name, glyphs, MAX_WHOLE_CELLS));
    let least = min_width(column, glyphs);
    (name.min(MAX_NAME_CELLS).max(least), name.max(least))
}

fn max_first_width(column: &Column) -> usize {
    if is_never_cut(column) { MAX_UNCUT_CELLS } else { MAX_TEXT_CELLS }
}

/// Returns whether a value is shown whole or not at all, because a part of it would look like another value.
fn is_never_cut(column: &Column) -> bool {
    match column.class() {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float | TypeClass::Temporal | TypeClass::Bit => true,
        TypeClass::Text | TypeClass::Binary | TypeClass::Json | TypeClass::Geometry | TypeClass::Null => false,
    }
}

/// Returns the smallest width of a column. Placeholders for NULL and the empty text must fit, even if none is loaded yet: when
/// cut, they would look like text.
fn min_width(column: &Column, glyphs: GlyphSet) -> usize {
    let null = if column.flags & flag::NOT_NULL == 0 {
        cells(&show_cell(Cell::Null, column, glyphs, MAX_UNCUT_CELLS))
    } else {
        0
    };
    let empty = match column.class() {
        TypeClass::Text | TypeClass::Binary => cells(&show_cell(Cell::Bytes(b""), column, glyphs, MAX_UNCUT_CELLS)),
        _ => 0,
    };
    MIN_CELLS.max(null).max(empty)
}

/// Returns the width in which the name and every value of the window fit.
#[must_use]
pub fn whole_width(columns: &[Column], column: usize, window: &Window, glyphs: GlyphSet) -> u16 {
    let Some(of) = columns.get(column) else { return 0 };
    let name = cells(&show_text(&of.name, glyphs, usize::MAX / 2));
    let cells_of = |cell: &CellPreview| cells(&show_preview(cell, of, glyphs, usize::MAX / 2));
    let values = window.cells.chunks(window.columns.max(1)).filter_map(|row| row.get(column)).map(cells_of);
    let width = values.chain([name, min_width(of, glyphs)]).max().unwrap_or_default();
    u16::try_from(width).unwrap_or(u16::MAX)
}

fn cells(pieces: &[TextPiece]) -> usize {
    pieces.iter().map(TextPiece::width).sum()
}

/// Returns the type of a column, as close to its declaration as the protocol allows: `varchar(32)`, `bigint unsigned`,
/// `decimal(12,4)`, `datetime (no zone)`.
///
/// The server sends lengths in bytes of the connection's character set; they are shown in characters.
#[must_use]
pub fn type_text(column: &Column) -> String {
    let characters = column.length / bytes_per_character(column.charset);
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
    // The display length includes a point if there are decimals, and a sign if one is possible.
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

/// Returns the size of a BLOB or TEXT. All sizes have one wire type, so it is derived from the length.
fn blob_size(column: &Column) -> &'static str {
    match column.wire {
        WireType::TinyBlob => return "tiny",
        WireType::MediumBlob => return "medium",
        WireType::LongBlob => return "long",
        _ => {}
    }
    let width = u64::from(bytes_per_character(column.charset));
    match u64::from(column.length) {
        length if length <= 0xff * width => "tiny",
        length if length <= 0xffff * width => "",
        length if length <= 0x00ff_ffff * width => "medium",
        _ => "long",
    }
}

/// Returns the largest number of bytes of a character in a collation: 4 in utf8mb4, 3 in utf8mb3, 1 in all others (rrx sets
/// utf8mb4, so all others are binary or ASCII). Source of the numbers: `information_schema.collations` of MySQL 8.4 and
/// MariaDB 11.8. MariaDB's NOPAD collations are 1024 higher, its `uca1400` collations start at 2048.
fn bytes_per_character(collation: u16) -> u32 {
    match collation {
        45 | 46 | 224..=247 | 255..=323 | 2304..=2559 => 4,
        33 | 76 | 83 | 192..=223 | 2048..=2303 => 3,
        1024..=2047 => bytes_per_character(collation - 1024),
        _ => 1,
    }
}
