//! From hostile bytes to what a screen may show: printable pieces, stand-ins for the rest, measured in cells.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Column, Shown, TypeClass, WireType, Window};

/// How a piece of a cell is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    /// The value's own text.
    Plain,
    /// Stands for something that is not printed as it is: NULL, an empty text, a control character, bytes, a cut.
    StandIn,
}

/// A piece of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Printable text.
    pub text: String,
    /// How it is drawn.
    pub look: Look,
}

/// Which side a column's values stand at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Numbers stand right, everything else left.
#[must_use]
pub fn side(column: &Column) -> Side {
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

/// The type under a column's name, such as `varchar(32)` or `datetime (no zone)`.
#[must_use]
pub fn type_text(column: &Column) -> String {
    let unsigned = if column.is_unsigned() { " unsigned" } else { "" };
    let characters = || column.length / bytes_per_character(column.charset).max(1);
    let is_binary = column.class() == TypeClass::Binary;
    match column.wire {
        _ if column.flags & super::flag::ENUM != 0 => "enum".into(),
        _ if column.flags & super::flag::SET != 0 => "set".into(),
        WireType::Enum => "enum".into(),
        WireType::Set => "set".into(),
        WireType::Tiny => format!("tinyint{unsigned}"),
        WireType::Short => format!("smallint{unsigned}"),
        WireType::Int24 => format!("mediumint{unsigned}"),
        WireType::Long => format!("int{unsigned}"),
        WireType::LongLong => format!("bigint{unsigned}"),
        WireType::Float => "float".into(),
        WireType::Double => "double".into(),
        WireType::Decimal | WireType::NewDecimal => {
            let sign = u32::from(!column.is_unsigned());
            let point = u32::from(column.decimals > 0);
            format!("decimal({},{}){unsigned}", column.length.saturating_sub(sign + point), column.decimals)
        }
        WireType::Null => "null".into(),
        WireType::Timestamp => "timestamp".into(),
        WireType::Date | WireType::NewDate => "date".into(),
        WireType::Time => "time".into(),
        WireType::DateTime => "datetime (no zone)".into(),
        WireType::Year => "year".into(),
        WireType::Bit => format!("bit({})", column.length),
        WireType::Vector => "vector".into(),
        WireType::Json => "json".into(),
        WireType::Geometry => "geometry".into(),
        WireType::VarChar | WireType::VarString if is_binary => format!("varbinary({})", column.length),
        WireType::VarChar | WireType::VarString => format!("varchar({})", characters()),
        WireType::String if is_binary => format!("binary({})", column.length),
        WireType::String => format!("char({})", characters()),
        WireType::TinyBlob | WireType::MediumBlob | WireType::LongBlob | WireType::Blob => {
            if is_binary { "blob".into() } else { "text".into() }
        }
    }
}

/// Bytes that one character may take in a collation: what a column's length is counted in.
fn bytes_per_character(collation: u16) -> u32 {
    match collation {
        45 | 46 | 224..=247 | 255..=323 | 608..=640 => 4,
        33 | 83 | 192..=215 | 576..=607 => 3,
        _ => 1,
    }
}

/// The printable pieces of a value.
#[must_use]
pub fn pieces(value: &Shown, column: &Column) -> Vec<Piece> {
    let Shown::Bytes { head, length } = value else { return vec![stand_in("‹null›")] };
    match column.class() {
        TypeClass::Bit => return vec![plain(bit_text(head))],
        TypeClass::Binary | TypeClass::Geometry if *length > 0 => return vec![stand_in(&binary_text(head, *length))],
        _ => {}
    }
    if *length == 0 {
        return vec![stand_in("‹empty›")];
    }
    let mut pieces = text_pieces(head);
    if head.len() as u64 != *length {
        pieces.push(stand_in("…"));
    }
    let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    if matches!(whole.as_str(), "‹null›" | "‹empty›") && pieces.iter().all(|piece| piece.look == Look::Plain) {
        return vec![plain(format!("\"{whole}\""))];
    }
    pieces
}

fn plain(text: impl Into<String>) -> Piece {
    Piece { text: text.into(), look: Look::Plain }
}

fn stand_in(text: &str) -> Piece {
    Piece { text: text.to_owned(), look: Look::StandIn }
}

/// BIT(n) is its number: that is what people compare with.
fn bit_text(bytes: &[u8]) -> String {
    bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte)).to_string()
}

fn binary_text(head: &[u8], length: u64) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{length} B ");
    for byte in head.iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    if length > 8 {
        text.push('…');
    }
    text
}

/// Text with stand-ins for what would steer a terminal, hide, or not be text at all.
#[must_use]
pub fn text_pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |text: &str, look: Look| match pieces.last_mut() {
        Some(last) if last.look == look => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), look }),
    };
    for part in bytes.utf8_chunks() {
        let valid = part.valid();
        let from = valid.len() - valid.trim_start_matches(' ').len();
        let to = valid.trim_end_matches(' ').len();
        for (at, grapheme) in valid.grapheme_indices(true) {
            match grapheme {
                " " if at < from || at >= to => add("·", Look::StandIn),
                "\n" | "\r\n" => add("↵", Look::StandIn),
                "\t" => add("⇥", Look::StandIn),
                _ if grapheme.chars().any(is_unsafe) => {
                    for character in grapheme.chars() {
                        if is_unsafe(character) {
                            add(&name_of(character), Look::StandIn);
                        } else {
                            add(character.encode_utf8(&mut [0; 4]), Look::Plain);
                        }
                    }
                }
                // A mark with nothing to stand on would join the border.
                _ if grapheme.width() == 0 => add("◌", Look::StandIn),
                _ => add(grapheme, Look::Plain),
            }
        }
        for byte in part.invalid() {
            add(&format!("\\x{byte:02X}"), Look::StandIn);
        }
    }
    pieces
}

/// Whether a character must not reach a terminal: control, bidi, zero width (a joiner within an emoji included, since
/// terminals disagree about its width).
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

fn name_of(character: char) -> String {
    match u32::from(character) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).map_or_else(|| "·".into(), String::from),
        0x7F => "␡".into(),
        code => format!("‹{code:X}›"),
    }
}

/// Cuts pieces to a width in cells: text ends in `…`; a number, date or time is never cut but becomes `»`.
#[must_use]
pub fn cut(pieces: Vec<Piece>, column: &Column, width: u16) -> Vec<Piece> {
    let width = usize::from(width);
    let total: usize = pieces.iter().map(|piece| piece.text.width()).sum();
    if total <= width {
        return pieces;
    }
    if !matches!(column.class(), TypeClass::Text | TypeClass::Binary | TypeClass::Json | TypeClass::Geometry) {
        return vec![stand_in(&"»".repeat(width.min(1)))];
    }
    let mut left = width.saturating_sub(1);
    let mut kept = Vec::new();
    for piece in pieces {
        let mut text = String::new();
        for grapheme in piece.text.graphemes(true) {
            if grapheme.width() > left {
                left = 0;
                break;
            }
            left -= grapheme.width();
            text.push_str(grapheme);
        }
        kept.push(Piece { text, look: piece.look });
        if left == 0 {
            break;
        }
    }
    kept.push(stand_in(if width == 0 { "" } else { "…" }));
    kept
}

/// Cells that a column's name and type take.
#[must_use]
pub fn label_width(column: &Column) -> u16 {
    let name: usize = text_pieces(column.name.as_bytes()).iter().map(|piece| piece.text.width()).sum();
    u16::try_from(name.max(type_text(column).width())).unwrap_or(u16::MAX)
}

/// Widths that show the names, the types and the values of a window.
#[must_use]
pub fn widths(columns: &[Column], window: &Window) -> Vec<u16> {
    let mut widths: Vec<u16> = columns.iter().map(label_width).collect();
    for row in window.range() {
        for ((c, column), width) in columns.iter().enumerate().zip(widths.iter_mut()) {
            if let Some(value) = window.cell(row, c) {
                let cells: usize = pieces(value, column).iter().map(|piece| piece.text.width()).sum();
                *width = (*width).max(u16::try_from(cells).unwrap_or(u16::MAX));
            }
        }
    }
    widths
}
