//! A whole value in the form that fits it, or in another that its bytes allow: text, JSON, hexadecimal, geometry.

use crate::domain::limits::JSON_BYTES;
use crate::domain::results::{Column, TypeClass, wkt};
use crate::domain::sql::quote::binary_literal;
use crate::domain::words::counted;

use super::lines::Joint;
use super::lines::Paper;
use super::{InspectorLine, JsonTree, Tone};

/// A form of a value.
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
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Hex => "hexadecimal",
            Self::Geometry => "geometry",
        }
    }

    /// The forms that a value has, the one that fits best first; `is_document` is whether it is a JSON document that is shown.
    #[must_use]
    pub fn of(bytes: &[u8], column: &Column, is_document: bool) -> Vec<Self> {
        let text = std::str::from_utf8(bytes).ok();
        let mut forms = Vec::new();
        if column.class() == TypeClass::Geometry && wkt(bytes).is_some() {
            forms.push(Self::Geometry);
        }
        if is_document {
            forms.push(Self::Json);
        }
        if text.is_some() && column.class() != TypeClass::Bit {
            forms.push(Self::Text);
        }
        forms.push(Self::Hex);
        forms
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

/// Draws a value in a form that it has.
pub(super) fn draw(
    paper: &mut Paper,
    bytes: &[u8],
    column: &Column,
    (wanted, tree): (Option<ValueFormat>, Option<&JsonTree>),
) {
    let forms = ValueFormat::of(bytes, column, tree.is_some());
    let form = wanted.filter(|form| forms.contains(form)).or(forms.first().copied()).unwrap_or(ValueFormat::Hex);
    let others: Vec<&str> = forms.iter().filter(|other| **other != form).map(|other| other.word()).collect();
    let also = if others.is_empty() { String::new() } else { format!(" · also as {}", others.join(", ")) };
    let size = crate::app::ui::draw::counted(bytes.len() as u64, "byte");
    paper.line(&format!("{size} as {}{also}", form.word()), Tone::Dim);
    paper.blank();
    let text = || std::str::from_utf8(bytes).unwrap_or_default();
    match form {
        ValueFormat::Text => {
            let head = text().get(..text().floor_char_boundary(MOST)).unwrap_or_default();
            for line in head.lines() {
                paper.line(&super::lines::printable(line.as_bytes()), Tone::Plain);
            }
            rest(paper, head.len() < bytes.len());
        }
        ValueFormat::Json => tree.into_iter().for_each(|tree| json(paper, tree)),
        ValueFormat::Geometry => paper.line(&wkt(bytes).unwrap_or_default(), Tone::Plain),
        ValueFormat::Hex => hex(paper, bytes),
    }
}

/// A whole value as text for the clipboard, and what that is: bytes that are shown in hexadecimal as SQL writes them.
pub(super) fn copied(bytes: &[u8], form: Option<ValueFormat>) -> (String, &'static str) {
    match form {
        _ if bytes.is_empty() => (String::new(), "the value"),
        Some(ValueFormat::Hex) => (binary_literal(bytes), "the value in hexadecimal"),
        Some(ValueFormat::Geometry) => (wkt(bytes).unwrap_or_else(|| binary_literal(bytes)), "the value as WKT"),
        Some(ValueFormat::Text | ValueFormat::Json) | None => {
            (String::from_utf8_lossy(bytes).into_owned(), "the value")
        }
    }
}

fn rest(paper: &mut Paper, is_more: bool) {
    if is_more {
        paper.leave_out("… the rest is not shown; a copy takes all of it");
    }
}

fn json(paper: &mut Paper, tree: &JsonTree) {
    let left_out = |count: usize, place: &str| format!("… {} {place} are not drawn", counted(count as u64, "line"));
    let (before, lines, behind) = tree.drawn();
    if before > 0 {
        paper.line(&left_out(before, "before"), Tone::Dim);
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
        let lead = [(indent, Tone::Plain), (mark.into(), Tone::Dim), (key, Tone::Name)];
        let tone = match line.folds {
            Some(true) => Tone::Dim,
            _ if line.text.starts_with('"') => Tone::Code,
            _ => Tone::Plain,
        };
        paper.row(line.number);
        paper.hang(&lead, &head(&line.text), tone, hang);
    }
    if behind > 0 {
        paper.line(&left_out(behind, "behind"), Tone::Dim);
    } else {
        rest(paper, tree.is_cut());
    }
}

/// The beginning of a line of a document, with the size of what is not drawn.
fn head(text: &str) -> String {
    let shown = text.get(..text.floor_char_boundary(LINE)).unwrap_or_default();
    let printed = super::lines::printable(shown.as_bytes());
    match text.len() - shown.len() {
        0 => printed,
        more => format!("{printed}… {more} more bytes"),
    }
}

fn hex(paper: &mut Paper, bytes: &[u8]) {
    let room = paper.width().saturating_sub(9);
    // Three cells for a byte in hexadecimal, one for its character.
    let count = (room / 4).clamp(4, HEX);
    let head = bytes.get(..MOST / 8).unwrap_or(bytes);
    for (row, part) in head.chunks(count).enumerate() {
        let digits: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let characters =
            part.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' });
        paper.push(InspectorLine(
            vec![
                (format!("{:06x}  ", row * count), Tone::Dim),
                (format!("{:<width$}", digits.join(" "), width = 3 * count), Tone::Code),
                (characters.collect(), Tone::Plain),
            ],
            Joint::None,
        ));
    }
    rest(paper, head.len() < bytes.len());
}
