//! Converts untrusted bytes to text that is safe to draw within a width, and marks the parts that do not belong to the value.

use unicode_segmentation::UnicodeSegmentation;

use super::cell::{Cell, bit_number};
use super::column::{Column, TypeClass};

use super::window::CellPreview;
use crate::domain::quantity::byte_size;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::{GlyphSet, Part, grapheme_parts};

/// The kind of a piece of screen text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextPieceKind {
    /// Characters of the value.
    Plain,
    /// A mark for a character that is not safe or not visible: a control character, a space at either end, a byte that is not
    /// UTF-8, the quotes around a text that looks like a placeholder.
    Placeholder,
    Null,
    Empty,
    /// The size and the first bytes of a binary value.
    Binary,
    /// The mark for text that was cut.
    Cut,
}

/// A run of screen text of one kind. Invariant: it contains no control character, no direction mark and no character of zero
/// width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPiece {
    pub text: String,
    pub kind: TextPieceKind,
}

impl TextPiece {
    #[must_use]
    pub fn width(&self) -> usize {
        self.text.cells()
    }
}

/// Bytes of a binary value that are shown: enough for a whole UUID.
const HEX_BYTES: usize = 16;

/// Converts a value of a window to at most `width` cells of text.
#[must_use]
pub fn show_preview(value: &CellPreview, column: &Column, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    match value {
        CellPreview::Null => mark(glyphs.null(), TextPieceKind::Null, glyphs, width),
        CellPreview::Bytes { head, length } => draw(head, *length, column.class(), glyphs, width),
    }
}

/// Converts a whole value to at most `width` cells of text.
#[must_use]
pub fn show_cell(value: Cell<'_>, column: &Column, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    match value {
        Cell::Null => mark(glyphs.null(), TextPieceKind::Null, glyphs, width),
        Cell::Bytes(bytes) => draw(bytes, bytes.len() as u64, column.class(), glyphs, width),
    }
}

/// Converts text of the server (a column name, a message) to at most `width` cells of text.
#[must_use]
pub fn show_text(text: &str, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    let mut line = PieceBuilder::new(glyphs, width);
    line.text(text.as_bytes(), 0, text.len());
    line.finish(false)
}

fn draw(head: &[u8], length: u64, class: TypeClass, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    if length == 0 {
        return mark(glyphs.empty(), TextPieceKind::Empty, glyphs, width);
    }
    match class {
        TypeClass::Binary | TypeClass::Geometry => binary(head, length, glyphs, width),
        TypeClass::Bit => match bit_number(head) {
            Some(number) => whole(number.to_string().as_bytes(), glyphs, width),
            None => binary(head, length, glyphs, width),
        },
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float | TypeClass::Temporal => {
            let is_cut = (head.len() as u64) < length;
            if is_cut { too_wide(glyphs, width) } else { whole(head, glyphs, width) }
        }
        TypeClass::Text | TypeClass::Json | TypeClass::Null => text(head, length, glyphs, width),
    }
}

/// Shows a value whole or not at all: a part of a number would be another number.
fn whole(bytes: &[u8], glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    let mut line = PieceBuilder::new(glyphs, width);
    line.text(bytes, 0, bytes.len());
    if line.is_over { too_wide(glyphs, width) } else { line.finish(false) }
}

fn too_wide(glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    if width == 0 {
        return Vec::new();
    }
    vec![TextPiece { text: glyphs.too_wide().to_owned(), kind: TextPieceKind::Cut }]
}

fn mark(text: &str, kind: TextPieceKind, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    let mut line = PieceBuilder::new(glyphs, width);
    for grapheme in text.graphemes(true) {
        line.add(grapheme, kind);
    }
    line.finish(false)
}

fn text(head: &[u8], length: u64, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    let is_cut = (head.len() as u64) < length;
    let is_quoted = std::str::from_utf8(head).is_ok_and(|text| glyphs.looks_like_placeholder(text));
    // In quotes, spaces at the ends are visible, and a mark would look like the character that it is drawn as.
    let lead = if is_quoted { 0 } else { head.iter().take_while(|byte| **byte == b' ').count() };
    let trail = if is_cut || is_quoted { 0 } else { head.iter().rev().take_while(|byte| **byte == b' ').count() };
    let mut line = PieceBuilder::new(glyphs, width);
    if is_quoted {
        line.add("\"", TextPieceKind::Placeholder);
    }
    line.text(head, lead, head.len() - trail);
    if is_quoted && !is_cut {
        line.add("\"", TextPieceKind::Placeholder);
    }
    line.finish(is_cut)
}

fn binary(head: &[u8], length: u64, glyphs: GlyphSet, width: usize) -> Vec<TextPiece> {
    let mut line = PieceBuilder::new(glyphs, width);
    for character in byte_size(length, 10_000).graphemes(true) {
        line.add(character, TextPieceKind::Binary);
    }
    let bytes = head.get(..HEX_BYTES).unwrap_or(head);
    for (index, byte) in bytes.iter().enumerate() {
        let space = if index == 0 { " " } else { "" };
        line.add(&format!("{space}{byte:02x}"), TextPieceKind::Binary);
    }
    line.finish((bytes.len() as u64) < length)
}

/// Collects pieces within a width, and remembers where to cut if the mark of a cut must follow.
struct PieceBuilder {
    glyphs: GlyphSet,
    pieces: Vec<TextPiece>,
    width: usize,
    used: usize,
    /// Width of the mark of a cut.
    mark: usize,
    /// The longest part that leaves space for that mark: pieces, bytes of the last piece, cells.
    safe: (usize, usize, usize),
    is_over: bool,
}

impl PieceBuilder {
    fn new(glyphs: GlyphSet, width: usize) -> Self {
        let mark = glyphs.cut().cells();
        Self { glyphs, pieces: Vec::new(), width, used: 0, mark, safe: (0, 0, 0), is_over: false }
    }

    fn add(&mut self, text: &str, kind: TextPieceKind) {
        let cells = text.cells();
        if self.is_over || cells > self.width - self.used {
            self.is_over = true;
            return;
        }
        self.used += cells;
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.pieces.push(TextPiece { text: text.to_owned(), kind }),
        }
        if self.used + self.mark <= self.width {
            self.safe = (self.pieces.len(), self.pieces.last().map_or(0, |piece| piece.text.len()), self.used);
        }
    }

    /// Adds bytes. Spaces before `start` and from `end` on are marked.
    fn text(&mut self, bytes: &[u8], start: usize, end: usize) {
        let mut at = 0;
        for part in bytes.utf8_chunks() {
            for grapheme in part.valid().graphemes(true) {
                if self.is_over {
                    return;
                }
                if grapheme == " " && (at < start || at >= end) {
                    self.add(self.glyphs.space(), TextPieceKind::Placeholder);
                } else {
                    self.grapheme(grapheme);
                }
                at += grapheme.len();
            }
            for byte in part.invalid() {
                self.add(&self.glyphs.byte(*byte), TextPieceKind::Placeholder);
            }
            at += part.invalid().len();
        }
    }

    fn grapheme(&mut self, grapheme: &str) {
        grapheme_parts(grapheme, self.glyphs, |part| match part {
            Part::Plain(text) => self.add(text, TextPieceKind::Plain),
            Part::Mark(text) => self.add(&text, TextPieceKind::Placeholder),
        });
    }

    /// Returns the pieces, with the mark of a cut if something is missing.
    fn finish(mut self, is_cut: bool) -> Vec<TextPiece> {
        if !is_cut && !self.is_over {
            return self.pieces;
        }
        let (pieces, bytes, used) = self.safe;
        self.pieces.truncate(pieces);
        if let Some(last) = self.pieces.last_mut() {
            last.text.truncate(bytes);
        }
        let mark: String = self.glyphs.cut().chars().take(self.width - used).collect();
        if !mark.is_empty() {
            self.pieces.push(TextPiece { text: mark, kind: TextPieceKind::Cut });
        }
        self.pieces
    }
}
