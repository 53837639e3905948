//! Writes units with spaces and line ends.

use std::ops::Range;

use super::units::{UnitKind, Units};
use crate::domain::sql::keywords::is_reserved;

/// How keywords are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeywordCase {
    #[default]
    AsTyped,
    /// Reserved words in upper case.
    Upper,
}

/// The widest line, where the text allows it.
const WIDTH: usize = 88;
/// Parentheses of this width are not broken, even at the end of a line.
const SMALL: usize = 24;
/// The spaces of one level.
pub(super) const STEP: usize = 2;

/// The formatted text so far. Units are written in their order.
pub(super) struct Layout<'a> {
    text: &'a str,
    units: &'a Units,
    keywords: KeywordCase,
    out: String,
    /// The next unit to write.
    next: usize,
    /// The width of the current line.
    column: usize,
    /// The indentation of the current line.
    indent: usize,
    /// The indentation of the line that begins before the next unit.
    line_start: Option<usize>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(text: &'a str, units: &'a Units, keywords: KeywordCase) -> Self {
        let out = String::with_capacity(text.len() + text.len() / 4);
        Self { text, units, keywords, out, next: 0, column: 0, indent: 0, line_start: None }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn units(&self) -> &'a Units {
        self.units
    }

    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// Returns the text of a unit.
    pub(super) fn text_of(&self, at: usize) -> &'a str {
        self.units.get(at).and_then(|unit| self.text.get(unit.span.clone())).unwrap_or_default()
    }

    /// Whether a unit is this word, in any case.
    pub(super) fn is_word(&self, at: usize, word: &str) -> bool {
        self.units.kind(at) == Some(UnitKind::Word) && self.text_of(at).eq_ignore_ascii_case(word)
    }

    pub(super) fn is_any_word(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(at, word))
    }

    /// Returns the indentation of the line on which the next unit is written.
    pub(super) fn line_indent(&self) -> usize {
        self.line_start.unwrap_or(self.indent)
    }

    /// Whether some units fit into the rest of the line.
    pub(super) fn fits(&self, range: &Range<usize>) -> bool {
        let column = self.line_start.unwrap_or(self.column + 1);
        self.units.width(range).is_some_and(|width| column + width <= WIDTH)
    }

    /// Whether some units are too few to be broken.
    pub(super) fn is_small(&self, range: &Range<usize>) -> bool {
        self.units.width(range).is_some_and(|width| width <= SMALL)
    }

    /// Begins a line before the next unit. A comment that ended a line of the text still ends the current line.
    pub(super) fn newline(&mut self, indent: usize) {
        while self.line_start.is_none() && self.units.kind(self.next) == Some(UnitKind::TrailingComment) {
            self.unit();
        }
        self.line_start = Some(indent);
    }

    /// Writes the units up to an index on the current line.
    pub(super) fn flat(&mut self, end: usize) {
        while self.next < end {
            self.unit();
        }
    }

    /// Writes the next unit.
    pub(super) fn unit(&mut self) {
        let Some(unit) = self.units.get(self.next) else { return };
        if unit.kind == UnitKind::OwnLineComment && self.line_start.is_none() && !self.out.is_empty() {
            self.line_start = Some(self.indent);
        }
        match self.line_start.take() {
            Some(indent) => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
                (self.column, self.indent) = (indent, indent);
            }
            None if unit.has_space => {
                self.out.push(' ');
                self.column += 1;
            }
            None => {}
        }
        let text = self.text_of(self.next);
        let is_upper = self.keywords == KeywordCase::Upper
            && unit.kind == UnitKind::Word
            && (is_reserved(text) || text.eq_ignore_ascii_case("END"));
        if is_upper {
            self.out.push_str(&text.to_ascii_uppercase());
        } else {
            self.out.push_str(text);
        }
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => last.chars().count(),
            None => self.column + text.chars().count(),
        };
        if matches!(unit.kind, UnitKind::TrailingComment | UnitKind::OwnLineComment) {
            self.line_start = Some(self.indent);
        }
        self.next += 1;
    }
}
