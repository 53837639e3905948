//! Shows a whole value in one of its formats: text, JSON, hexadecimal, geometry.

use crate::domain::limits::JSON_BYTES;
use crate::domain::quantity::counted;
use crate::domain::results::{self, AxisOrder, CellPreview, Column, TypeClass, wkt};
use crate::domain::sql::quote::binary_literal;
use crate::domain::text::{GlyphSet, visible};

use super::JsonTree;
use super::line_builder::{Continuation, InspectorLine, LineBuilder, LineStyle};

/// A format in which a value can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueFormat {
    Text,
    /// A JSON document line by line.
    Json,
    Hex,
    /// A geometry as well-known text (WKT).
    Geometry,
}

impl ValueFormat {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Hex => "hexadecimal",
            Self::Geometry => "geometry",
        }
    }

    /// Returns the formats of a value, the best one first. `is_document` is whether it is a JSON document.
    #[must_use]
    pub fn of(bytes: &[u8], column: &Column, is_document: bool) -> Vec<Self> {
        let text = std::str::from_utf8(bytes).ok();
        let mut formats = Vec::new();
        if column.class() == TypeClass::Geometry && wkt(bytes, AxisOrder::default()).is_some() {
            formats.push(Self::Geometry);
        }
        if is_document {
            formats.push(Self::Json);
        }
        let is_binary = matches!(column.class(), TypeClass::Binary | TypeClass::Geometry);
        if is_binary {
            formats.push(Self::Hex);
        }
        if text.is_some() && column.class() != TypeClass::Bit {
            formats.push(Self::Text);
        }
        if !is_binary {
            formats.push(Self::Hex);
        }
        formats
    }
}

/// Bytes of a text that are shown at most. A copy has all bytes.
const MAX_TEXT_BYTES: usize = 256 << 10;
/// Bytes of one line of a JSON document that are shown at most, because each fold rebuilds the lines.
const MAX_LINE_BYTES: usize = 4 << 10;
/// Bytes on a line of hexadecimal at most.
const HEX_LINE_BYTES: usize = 16;

/// Parses a JSON document. Returns `None` for a single number or string, and for what is longer than [`JSON_BYTES`]:
/// these are shown as text.
pub(super) fn document(bytes: &[u8]) -> Option<JsonTree> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= JSON_BYTES)?;
    JsonTree::new(text).filter(|_| text.trim_start().starts_with(['{', '[']))
}

/// Adds a value in the chosen format, if the value has it.
pub(super) fn draw(
    out: &mut LineBuilder,
    bytes: &[u8],
    column: &Column,
    (chosen, tree): (Option<ValueFormat>, Option<&JsonTree>),
    axes: AxisOrder,
) {
    let formats = ValueFormat::of(bytes, column, tree.is_some());
    let format =
        chosen.filter(|format| formats.contains(format)).or(formats.first().copied()).unwrap_or(ValueFormat::Hex);
    let others: Vec<&str> = formats.iter().filter(|other| **other != format).map(|other| other.name()).collect();
    let also = if others.is_empty() { String::new() } else { format!(" · also as {}", others.join(", ")) };
    let size = counted(bytes.len() as u64, "byte");
    out.line(&format!("{size} as {}{also}", format.name()), LineStyle::Dim);
    out.empty_line();
    let text = || std::str::from_utf8(bytes).unwrap_or_default();
    match format {
        ValueFormat::Text => {
            let head = text().get(..text().floor_char_boundary(MAX_TEXT_BYTES)).unwrap_or_default();
            for line in head.lines() {
                out.line(&visible(line.trim_end()), LineStyle::Plain);
            }
            note_left_out(out, head.len() < bytes.len());
        }
        ValueFormat::Json => tree.into_iter().for_each(|tree| json(out, tree)),
        ValueFormat::Geometry => out.line(&wkt(bytes, axes).unwrap_or_default(), LineStyle::Plain),
        ValueFormat::Hex => hex(out, bytes),
    }
}

/// Returns a whole value as text for the clipboard, and what that text is. In hexadecimal it is an SQL literal.
pub(super) fn copied(bytes: &[u8], format: Option<ValueFormat>, axes: AxisOrder) -> (String, &'static str) {
    match format {
        _ if bytes.is_empty() => (String::new(), "the value"),
        Some(ValueFormat::Hex) => (binary_literal(bytes), "the value in hexadecimal"),
        Some(ValueFormat::Geometry) => (wkt(bytes, axes).unwrap_or_else(|| binary_literal(bytes)), "the value as WKT"),
        Some(ValueFormat::Text | ValueFormat::Json) | None => {
            (String::from_utf8_lossy(bytes).into_owned(), "the value")
        }
    }
}

/// Returns a value as a screen shows it.
pub(super) fn shown(value: &CellPreview, column: &Column) -> String {
    results::show_preview(value, column, GlyphSet::Unicode, usize::MAX / 2)
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

/// Returns a value's first bytes as a screen shows them.
pub(super) fn shown_bytes(bytes: &[u8], column: &Column) -> String {
    shown(&CellPreview::Bytes { head: bytes.into(), length: bytes.len() as u64 }, column)
}

fn note_left_out(out: &mut LineBuilder, is_left_out: bool) {
    if is_left_out {
        out.leave_out("… the rest is not shown; a copy has all of it");
    }
}

fn json(out: &mut LineBuilder, tree: &JsonTree) {
    let left_out = |count: usize, side: &str| format!("… {} {side} not shown", counted(count as u64, "line"));
    let (before, lines, after) = tree.shown();
    if before > 0 {
        out.line(&left_out(before, "before"), LineStyle::Dim);
    }
    for line in lines {
        let indent = " ".repeat(2 * line.depth.min(20));
        let mark = match line.folds {
            Some(true) => "▸ ",
            Some(false) => "▾ ",
            None => "  ",
        };
        let key = if line.key.is_empty() { String::new() } else { format!("{}: ", head(line.key)) };
        let hang = indent.len() + 4;
        let lead = [(indent, LineStyle::Plain), (mark.into(), LineStyle::Dim), (key, LineStyle::Name)];
        let style = match line.folds {
            Some(true) => LineStyle::Dim,
            _ if line.text.starts_with('"') => LineStyle::Code,
            _ => LineStyle::Plain,
        };
        out.row(line.number);
        out.hang(&lead, &head(&line.text), style, hang);
    }
    if after > 0 {
        out.line(&left_out(after, "after"), LineStyle::Dim);
    } else {
        note_left_out(out, tree.is_cut());
    }
}

/// Returns the beginning of a line of a document, with the size of what is left out.
fn head(text: &str) -> String {
    let shown = text.get(..text.floor_char_boundary(MAX_LINE_BYTES)).unwrap_or_default();
    let printed = visible(shown.trim_end());
    match text.len() - shown.len() {
        0 => printed.into_owned(),
        more => format!("{printed}… {more} more bytes"),
    }
}

fn hex(out: &mut LineBuilder, bytes: &[u8]) {
    let room = out.width().saturating_sub(9);
    // Three cells for a byte in hexadecimal, one for its character.
    let count = (room / 4).clamp(4, HEX_LINE_BYTES);
    let head = bytes.get(..MAX_TEXT_BYTES / 8).unwrap_or(bytes);
    for (row, part) in head.chunks(count).enumerate() {
        let digits: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let characters =
            part.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' });
        out.push(InspectorLine(
            vec![
                (format!("{:06x}  ", row * count), LineStyle::Dim),
                (format!("{:<width$}", digits.join(" "), width = 3 * count), LineStyle::Code),
                (characters.collect(), LineStyle::Plain),
            ],
            Continuation::None,
        ));
    }
    note_left_out(out, head.len() < bytes.len());
}
