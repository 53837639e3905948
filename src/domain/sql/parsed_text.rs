//! A text with its highlight classes and its statements. After an edit only the statements around the edit are read again.

use std::ops::Range;

use super::highlight::{self, HighlightClass};
use super::split::{self, StatementRange};
use super::{Dialect, locate};

/// A text with its highlight classes and statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedText {
    text: String,
    dialect: Dialect,
    classes: Vec<(Range<usize>, HighlightClass)>,
    statements: Vec<StatementRange>,
}

/// A piece of a text that was read on its own.
struct Piece {
    classes: Vec<(Range<usize>, HighlightClass)>,
    statements: Vec<StatementRange>,
    /// The end of the last statement's terminator, or the start of the piece.
    extent_start: usize,
    /// Whether the piece ends with the terminator of a statement.
    is_closed: bool,
}

impl ParsedText {
    #[must_use]
    pub fn new(text: String, dialect: Dialect) -> Self {
        let whole = read(&text, 0..text.len(), dialect);
        let mut parsed = Self { text, dialect, classes: whole.classes, statements: whole.statements };
        parsed.close_last_extent();
        parsed
    }

    /// Parses a text that has come from this one by an edit. The result is the same as that of [`ParsedText::new`].
    #[must_use]
    pub fn edited(mut self, text: String) -> Self {
        let start = common_prefix(self.text.as_bytes(), text.as_bytes());
        let (old_rest, new_rest) = (&self.text.as_bytes()[start..], &text.as_bytes()[start..]);
        if old_rest.is_empty() && new_rest.is_empty() {
            return self;
        }
        let unchanged = common_suffix(old_rest, new_rest);
        // What follows a terminator is read as a new text. The terminator before the edit must not touch it, because the
        // character after `\G` decides whether that is one.
        let first = self.statements.partition_point(|statement| statement.extent.start < start).saturating_sub(1);
        let from = self.statements.get(first).map_or(0, |statement| statement.extent.start);
        let old_end = self.text.len() - unchanged;
        let mut next = self.statements.partition_point(|statement| statement.extent.start <= old_end);
        let mut step = 1;
        let (piece, next) = loop {
            let Some(old_start) = self.statements.get(next).map(|statement| statement.extent.start) else {
                break (read(&text, from..text.len(), self.dialect), self.statements.len());
            };
            let end = text.len() - (self.text.len() - old_start);
            let piece = read(&text, from..end, self.dialect);
            if piece.is_closed {
                break (piece, next);
            }
            // A quote or a comment goes on after this piece. Each attempt takes twice as many statements.
            next += step;
            step *= 2;
        };
        let old_next = self.statements.get(next).map_or(self.text.len(), |statement| statement.extent.start);
        let moved = |at: usize| text.len() - (self.text.len() - at);
        for statement in self.statements.iter_mut().skip(next) {
            statement.span = moved(statement.span.start)..moved(statement.span.end);
            statement.extent = moved(statement.extent.start)..moved(statement.extent.end);
        }
        if let Some(after) = self.statements.get_mut(next) {
            after.extent.start = piece.extent_start;
        }
        self.statements.splice(first..next, piece.statements);
        let from_class = self.classes.partition_point(|(range, _)| range.start < from);
        let to_class = self.classes.partition_point(|(range, _)| range.start < old_next);
        for (range, _) in self.classes.iter_mut().skip(to_class) {
            *range = moved(range.start)..moved(range.end);
        }
        self.classes.splice(from_class..to_class, piece.classes);
        self.text = text;
        self.close_last_extent();
        self
    }

    fn close_last_extent(&mut self) {
        if let Some(last) = self.statements.last_mut() {
            last.extent.end = self.text.len();
        }
    }

    /// Returns the dialect in which it was parsed.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[StatementRange] {
        &self.statements
    }

    /// Returns the byte range of the statement at this byte offset.
    #[must_use]
    pub fn statement_at(&self, offset: usize) -> Option<Range<usize>> {
        locate::statement_among(&self.text, &self.statements, offset)
    }

    /// Returns the highlight class of a byte; `None` for spaces.
    #[must_use]
    pub fn class_at(&self, byte: usize) -> Option<HighlightClass> {
        let at = self.classes.partition_point(|(range, _)| range.end <= byte);
        self.classes.get(at).filter(|(range, _)| range.contains(&byte)).map(|(_, class)| *class)
    }
}

/// Reads a part of a text that begins at its start or after a terminator. The result counts bytes of the whole text.
fn read(text: &str, part: Range<usize>, dialect: Dialect) -> Piece {
    let from = part.start;
    let text = text.get(part).unwrap_or_default();
    let tokens = super::lex::lex(text, dialect);
    let moved = |range: Range<usize>| range.start + from..range.end + from;
    let classes =
        highlight::classes_of(text, &tokens).into_iter().map(|(range, class)| (moved(range), class)).collect();
    let found = split::statements_of(text, &tokens, dialect);
    let statement =
        |found: StatementRange| StatementRange { span: moved(found.span), extent: moved(found.extent), end: found.end };
    Piece {
        classes,
        statements: found.statements.into_iter().map(statement).collect(),
        extent_start: found.extent_start + from,
        is_closed: found.is_closed,
    }
}

/// Returns how many bytes two texts have in common at their starts.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    /// Bytes that are compared at once.
    const BLOCK: usize = 4096;
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK)).take_while(|(one, other)| one == other).count();
    let at = blocks * BLOCK;
    at + one[at..].iter().zip(&other[at..]).take_while(|(one, other)| one == other).count()
}

/// Returns how many bytes two texts have in common at their ends.
fn common_suffix(one: &[u8], other: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks =
        one.rchunks_exact(BLOCK).zip(other.rchunks_exact(BLOCK)).take_while(|(one, other)| one == other).count();
    let at = blocks * BLOCK;
    let (one, other) = (&one[..one.len() - at], &other[..other.len() - at]);
    at + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "SELECT ",
            "a",
            "1",
            ";",
            ";;",
            "'",
            "\"",
            "`",
            "/*",
            "*/",
            "/*!",
            "-- ",
            "\n",
            " ",
            "#",
            "\\G",
            "\\",
            "x",
            "ä",
            ":n",
            "CREATE PROCEDURE p() ",
            "BEGIN ",
            "END ",
            "IF ",
            "DELIMITER //\n",
            "//\n",
            "DELIMITER ;\n",
            "(",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn an_edited_text_is_parsed_like_a_new_one(before in pieces(), inserted in pieces(), at in 0_usize..80, cut in 0_usize..20) {
            let border = |at: usize| (0..=at.min(before.len())).rev().find(|at| before.is_char_boundary(*at)).unwrap_or(0);
            let (from, to) = (border(at), border(at + cut));
            let after = format!("{}{inserted}{}", &before[..from], &before[to..]);
            let dialect = Dialect::default();
            prop_assert_eq!(ParsedText::new(before.clone(), dialect).edited(after.clone()), ParsedText::new(after, dialect));
        }
    }

    #[test]
    fn an_edit_inside_of_a_block_of_equal_bytes_is_found() {
        let before = "SELECT 1;\n".repeat(2_000);
        let mut after = before.clone();
        after.insert_str(10_007, "22");
        let parsed = ParsedText::new(before, Dialect::default()).edited(after.clone());
        assert_eq!(parsed, ParsedText::new(after, Dialect::default()));
    }
}
