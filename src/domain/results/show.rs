//! Hostile bytes to screen text: what of a value a screen shows within a width, and which parts are not the value itself.
//! Knows no colour and no cursor.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::placeholder::{ascii_twin, is_safe, stands_alone};
use super::{Cell, Column, Glyphs, Shown, TypeClass};
use crate::domain::words::size;

/// What a piece of screen text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// Characters of the value, or the number that it means.
    Plain,
    /// A mark for something that has no safe or visible form: a control, a blank at an end, a byte that is no UTF-8, the
    /// quotes around a text that could be taken for a mark.
    StandIn,
    /// The mark of NULL.
    Null,
    /// The mark of the empty text.
    Empty,
    /// Size and first bytes of a binary value.
    Binary,
    /// The mark of what does not fit.
    Cut,
}

/// A run of screen text of one kind. It holds no control, no direction mark and nothing that takes no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// What it is.
    pub kind: PieceKind,
}

impl Piece {
    /// Cells that it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        graphemes_width(&self.text)
    }
}

/// Bytes of a binary value that are shown where there is room: a UUID fits whole.
const HEX_BYTES: usize = 16;
/// More characters in one grapheme than any script needs: the rest is shown as marks.
const GRAPHEME_CHARACTERS: usize = 8;

/// A value of a window as a screen shows it in at most `width` cells.
#[must_use]
pub fn shown(value: &Shown, column: &Column, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    match value {
        Shown::Null => mark(glyphs.null(), PieceKind::Null, glyphs, width),
        Shown::Bytes { head, length } => draw(head, *length, column.class(), glyphs, width),
    }
}

/// A whole value as a screen shows it in at most `width` cells.
#[must_use]
pub fn shown_cell(value: Cell<'_>, column: &Column, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    match value {
        Cell::Null => mark(glyphs.null(), PieceKind::Null, glyphs, width),
        Cell::Bytes(bytes) => draw(bytes, bytes.len() as u64, column.class(), glyphs, width),
    }
}

/// Any text of the server (a column's name, a message) as a screen shows it in at most `width` cells.
#[must_use]
pub fn shown_text(text: &str, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    let mut line = Line::new(glyphs, width);
    line.text(text.as_bytes(), 0, text.len());
    line.finish(false)
}

/// The number that the bytes of a BIT mean; `None` when they are no BIT.
#[must_use]
pub fn bit_number(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn draw(head: &[u8], length: u64, class: TypeClass, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    if length == 0 {
        return mark(glyphs.empty(), PieceKind::Empty, glyphs, width);
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

/// A value that is shown whole or not at all: half a number is another number.
fn whole(bytes: &[u8], glyphs: Glyphs, width: usize) -> Vec<Piece> {
    let mut line = Line::new(glyphs, width);
    line.text(bytes, 0, bytes.len());
    if line.is_over { too_wide(glyphs, width) } else { line.finish(false) }
}

fn too_wide(glyphs: Glyphs, width: usize) -> Vec<Piece> {
    if width == 0 {
        return Vec::new();
    }
    vec![Piece { text: glyphs.too_wide().to_owned(), kind: PieceKind::Cut }]
}

fn mark(text: &str, kind: PieceKind, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    let mut line = Line::new(glyphs, width);
    for grapheme in text.graphemes(true) {
        line.add(grapheme, kind);
    }
    line.finish(false)
}

fn text(head: &[u8], length: u64, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    let is_cut = (head.len() as u64) < length;
    let is_quoted = std::str::from_utf8(head).is_ok_and(|text| glyphs.could_be_taken(text));
    let lead = head.iter().take_while(|byte| **byte == b' ').count();
    let trail = if is_cut { 0 } else { head.iter().rev().take_while(|byte| **byte == b' ').count() };
    let mut line = Line::new(glyphs, width);
    if is_quoted {
        line.add("\"", PieceKind::StandIn);
    }
    line.text(head, lead, head.len() - trail);
    if is_quoted && !is_cut {
        line.add("\"", PieceKind::StandIn);
    }
    line.finish(is_cut)
}

fn binary(head: &[u8], length: u64, glyphs: Glyphs, width: usize) -> Vec<Piece> {
    let mut line = Line::new(glyphs, width);
    for character in size(length, 10_000).graphemes(true) {
        line.add(character, PieceKind::Binary);
    }
    let bytes = head.get(..HEX_BYTES).unwrap_or(head);
    for (index, byte) in bytes.iter().enumerate() {
        let blank = if index == 0 { " " } else { "" };
        line.add(&format!("{blank}{byte:02x}"), PieceKind::Binary);
    }
    line.finish((bytes.len() as u64) < length)
}

/// Collects pieces within a width, and knows how far they may stay when a mark for the rest must follow.
struct Line {
    glyphs: Glyphs,
    pieces: Vec<Piece>,
    width: usize,
    used: usize,
    mark: usize,
    /// Pieces, bytes of the last of them, cells: what still leaves room for the mark.
    safe: (usize, usize, usize),
    is_over: bool,
}

impl Line {
    fn new(glyphs: Glyphs, width: usize) -> Self {
        let mark = graphemes_width(glyphs.cut());
        Self { glyphs, pieces: Vec::new(), width, used: 0, mark, safe: (0, 0, 0), is_over: false }
    }

    fn add(&mut self, text: &str, kind: PieceKind) {
        let cells = text.width();
        if self.is_over || cells > self.width - self.used {
            self.is_over = true;
            return;
        }
        self.used += cells;
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.pieces.push(Piece { text: text.to_owned(), kind }),
        }
        if self.used + self.mark <= self.width {
            self.safe = (self.pieces.len(), self.pieces.last().map_or(0, |piece| piece.text.len()), self.used);
        }
    }

    /// Adds bytes as they may be drawn; spaces before `from` and from `upto` on are marked.
    fn text(&mut self, bytes: &[u8], from: usize, upto: usize) {
        let mut at = 0;
        for part in bytes.utf8_chunks() {
            for grapheme in part.valid().graphemes(true) {
                if self.is_over {
                    return;
                }
                if grapheme == " " && (at < from || at >= upto) {
                    self.add(self.glyphs.blank(), PieceKind::StandIn);
                } else {
                    self.grapheme(grapheme);
                }
                at += grapheme.len();
            }
            for byte in part.invalid() {
                self.add(&self.glyphs.byte(*byte), PieceKind::StandIn);
            }
            at += part.invalid().len();
        }
    }

    fn grapheme(&mut self, grapheme: &str) {
        let count = grapheme.chars().count();
        // Where our own marks are drawn in ASCII, one of them in a value would be drawn as its twin: it is named instead.
        let is_ours = |character| self.glyphs == Glyphs::Ascii && ascii_twin(character).is_some();
        let is_plain = |character| is_safe(character) && !is_ours(character);
        if count <= GRAPHEME_CHARACTERS && grapheme.chars().all(is_plain) && grapheme.width() > 0 {
            return self.add(grapheme, PieceKind::Plain);
        }
        let glyphs = self.glyphs;
        for character in grapheme.chars() {
            let is_ours = glyphs == Glyphs::Ascii && ascii_twin(character).is_some();
            if is_safe(character) && stands_alone(character) && !is_ours {
                self.add(character.encode_utf8(&mut [0; 4]), PieceKind::Plain);
            } else {
                self.add(&self.glyphs.character(character), PieceKind::StandIn);
            }
        }
    }

    /// The pieces; with the mark of a cut where something is missing.
    fn finish(mut self, is_cut: bool) -> Vec<Piece> {
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
            self.pieces.push(Piece { text: mark, kind: PieceKind::Cut });
        }
        self.pieces
    }
}

/// Cells of a text, grapheme by grapheme, as a screen places them.
fn graphemes_width(text: &str) -> usize {
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}
