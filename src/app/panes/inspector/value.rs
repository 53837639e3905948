//! A whole value in the format that fits it, or in another that its bytes allow: text, JSON, hexadecimal, geometry.

use crate::domain::limits::JSON_BYTES;
use crate::domain::quantity::counted;
use crate::domain::results::{self, CellPreview, Column, TypeClass, wkt};
use crate::domain::sql::quote::binary_literal;
use crate::domain::text::{GlyphSet, visible};

use super::JsonTree;
use super::line_builder::{Continuation, InspectorLine, LineBuilder, LineStyle};

/// A format of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueFormat {
    /// Its text, wrapped.
    Text,
    /// A JSON document line by line.
    Json,
    /// Its bytes.
    Hex,
    /// A geometry as WKT.
    Geometry,
}

impl ValueFormat {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Hex => "hexadecimal",
            Self::Geometry => "geometry",
        }
    }

    /// The formats that a value has, the one that fits best first; `is_document` is whether it is a JSON document that is shown.
    #[must_use]
    pub fn of(bytes: &[u8], column: &Column, is_document: bool) -> Vec<Self> {
        let text = std::str::from_utf8(bytes).ok();
        let mut formats = Vec::new();
        if column.class() == TypeClass::Geometry && wkt(bytes).is_some() {
            formats.push(Self::Geometry);
        }
        if is_document {
            formats.push(Self::Json);
        }
        if text.is_some() && column.class() != TypeClass::Bit {
            formats.push(Self::Text);
        }
        formats.push(Self::Hex);
        formats
    }
}

/// A screen needs no more of a value; a copy takes all.
const MOST: usize = 256 << 10;
/// Bytes of one line of a document that are drawn: each fold draws them anew.
const LINE: usize = 4 << 10;
/// Bytes on a line of hexadecimal where there is room.
const HEX: usize = 16;

/// The document that a value is: a number or a word alone is shown as text, and so is what is longer than [`JSON_BYTES`].
pub(super) fn document(bytes: &[u8]) -> Option<JsonTree> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= JSON_BYTES)?;
    JsonTree::new(text).filter(|_| text.trim_start().starts_with(['{', '[']))
}

/// Draws a value in a format that it has.
pub(super) fn draw(
    out: &mut LineBuilder,
    bytes: &[u8],
    column: &Column,
    (chosen, tree): (Option<ValueFormat>, Option<&JsonTree>),
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
            let head = text().get(..text().floor_char_boundary(MOST)).unwrap_or_default();
            for line in head.lines() {
                out.line(&visible(line.trim_end()), LineStyle::Plain);
            }
            rest(out, head.len() < bytes.len());
        }
        ValueFormat::Json => tree.into_iter().for_each(|tree| json(out, tree)),
        ValueFormat::Geometry => out.line(&wkt(bytes).unwrap_or_default(), LineStyle::Plain),
        ValueFormat::Hex => hex(out, bytes),
    }
}

/// A whole value as text for the clipboard, and what that is: bytes that are shown in hexadecimal as SQL writes them.
pub(super) fn copied(bytes: &[u8], format: Option<ValueFormat>) -> (String, &'static str) {
    match format {
        _ if bytes.is_empty() => (String::new(), "the value"),
        Some(ValueFormat::Hex) => (binary_literal(bytes), "the value in hexadecimal"),
        Some(ValueFormat::Geometry) => (wkt(bytes).unwrap_or_else(|| binary_literal(bytes)), "the value as WKT"),
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

fn rest(out: &mut LineBuilder, is_more: bool) {
    if is_more {
        out.leave_out("… the rest is not shown; a copy has all of it");
    }
}

fn json(out: &mut LineBuilder, tree: &JsonTree) {
    let left_out = |count: usize, place: &str| format!("… {} {place} not shown", counted(count as u64, "line"));
    let (before, lines, behind) = tree.drawn();
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
    if behind > 0 {
        out.line(&left_out(behind, "after"), LineStyle::Dim);
    } else {
        rest(out, tree.is_cut());
    }
}

/// The beginning of a line of a document, with the size of what is not drawn.
fn head(text: &str) -> String {
    let shown = text.get(..text.floor_char_boundary(LINE)).unwrap_or_default();
    let printed = visible(shown.trim_end());
    match text.len() - shown.len() {
        0 => printed.into_owned(),
        more => format!("{printed}… {more} more bytes"),
    }
}

fn hex(out: &mut LineBuilder, bytes: &[u8]) {
    let room = out.width().saturating_sub(9);
    // Three cells for a byte in hexadecimal, one for its character.
    let count = (room / 4).clamp(4, HEX);
    let head = bytes.get(..MOST / 8).unwrap_or(bytes);
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
    rest(out, head.len() < bytes.len());
}
