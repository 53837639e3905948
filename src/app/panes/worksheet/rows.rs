//! The rows of the screen that show the lines of a text: one row for each line, or several with soft wrap.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::editing::TextPosition;
use crate::domain::editing::soft_wrap::{ScreenPlace, WrappedLine};
use crate::domain::editing::whitespace::looks_like;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::is_drawable;

/// Characters up to which a line is wrapped. A longer line is cut: it would have to be measured with each frame.
const WRAPPED: usize = 20_000;

/// Whether long lines go on in the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrapping {
    #[default]
    Off,
    On,
}

/// A row of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRow {
    /// The number of its line, from 0.
    pub line: usize,
    /// Its first column of the line.
    pub from: usize,
    /// The column after its last character.
    pub to: usize,
    /// Whether it is the first row of its line.
    pub is_first: bool,
}

/// The first row of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct RowPosition {
    pub line: usize,
    /// The row within the line, from 0.
    pub row: usize,
}

/// The lines of a text on a screen of some columns.
#[derive(Debug, Clone, Copy)]
pub struct TextRows<'a> {
    pub lines: &'a [String],
    pub columns: usize,
    pub wrapping: Wrapping,
}

impl TextRows<'_> {
    /// Returns the rows of a view from its first row on.
    #[must_use]
    pub fn visible(&self, top: RowPosition, rows: usize) -> Vec<TextRow> {
        let mut found = Vec::with_capacity(rows);
        for (line, text) in self.lines.iter().enumerate().skip(top.line) {
            let skipped = if line == top.line { top.row } else { 0 };
            let wrapped = self.wrapped(text);
            let count = wrapped.as_ref().map_or(1, WrappedLine::rows);
            for row in skipped.min(count - 1)..count {
                if found.len() == rows {
                    return found;
                }
                let (from, to) = wrapped.as_ref().map_or((0, usize::MAX), |wrapped| wrapped.columns(row));
                found.push(TextRow { line, from, to, is_first: row == 0 });
            }
        }
        found
    }

    /// Returns the row of a position, and its cell within the row.
    #[must_use]
    pub fn place_of(&self, at: TextPosition) -> (RowPosition, usize) {
        let Some(text) = self.lines.get(at.line) else { return (RowPosition::default(), 0) };
        let ScreenPlace { row, cell } = match self.wrapped(text) {
            Some(wrapped) => wrapped.place_of(at.column),
            None => ScreenPlace { row: 0, cell: cells_before(text, at.column) },
        };
        (RowPosition { line: at.line, row }, cell)
    }

    /// Returns the first row of a view that shows a row and moves as little as possible from `top`.
    #[must_use]
    pub fn top_that_shows(&self, target: RowPosition, top: RowPosition, rows: usize) -> RowPosition {
        if target <= top {
            return target;
        }
        // The rows above the target that fit into the view.
        let (mut first, mut left) = (target, rows.saturating_sub(1));
        while left > 0 && first > top {
            if first.row > 0 {
                let step = first.row.min(left);
                first.row -= step;
                left -= step;
            } else if first.line > 0 {
                first.line -= 1;
                first.row = self.rows_of(first.line) - 1;
                left -= 1;
            } else {
                break;
            }
        }
        first.max(top)
    }

    /// Returns the last row of the text.
    #[must_use]
    pub fn last(&self) -> RowPosition {
        let line = self.lines.len().saturating_sub(1);
        RowPosition { line, row: self.rows_of(line) - 1 }
    }

    /// Returns the row that is `by` rows below a row; a negative number is above.
    #[must_use]
    pub fn moved(&self, from: RowPosition, by: isize) -> RowPosition {
        let mut to = from;
        for _ in 0..by.unsigned_abs() {
            if by > 0 {
                if to.row + 1 < self.rows_of(to.line) {
                    to.row += 1;
                } else if to.line + 1 < self.lines.len() {
                    to = RowPosition { line: to.line + 1, row: 0 };
                }
            } else if to.row > 0 {
                to.row -= 1;
            } else if to.line > 0 {
                to = RowPosition { line: to.line - 1, row: self.rows_of(to.line - 1) - 1 };
            }
        }
        to
    }

    /// Returns the position at a cell of a row.
    #[must_use]
    pub fn position_at(&self, row: TextRow, cell: usize) -> TextPosition {
        let text = self.lines.get(row.line).map_or("", String::as_str);
        let (mut cells, mut column) = (0, 0);
        for grapheme in text.graphemes(true) {
            if column >= row.from {
                let width = shown(grapheme).cells();
                if cells + width > cell {
                    break;
                }
                cells += width;
            }
            let after = column + grapheme.chars().count();
            // The end of a wrapped row is the start of the next one, where the cursor would be drawn.
            if after >= row.to && row.to < text.chars().count() {
                break;
            }
            column = after;
        }
        TextPosition::new(row.line, column)
    }

    fn rows_of(&self, line: usize) -> usize {
        self.lines.get(line).and_then(|text| self.wrapped(text)).map_or(1, |wrapped| wrapped.rows())
    }

    fn wrapped(&self, text: &str) -> Option<WrappedLine> {
        let wraps = self.wrapping == Wrapping::On && text.len() > self.columns && text.len() <= WRAPPED;
        wraps.then(|| WrappedLine::with_cells(text, self.columns, |grapheme| shown(grapheme).cells()))
    }
}

/// Returns the cells of the characters before a column.
#[must_use]
pub(super) fn cells_before(text: &str, column: usize) -> usize {
    let mut columns = 0;
    let graphemes = text.graphemes(true).take_while(|grapheme| {
        columns += grapheme.chars().count();
        columns <= column
    });
    graphemes.map(|grapheme| shown(grapheme).cells()).sum()
}

/// Returns whether a grapheme looks like a space or like nothing, so that it gets a mark.
#[must_use]
pub(super) fn is_misleading(grapheme: &str) -> bool {
    let mut characters = grapheme.chars();
    let first = characters.next();
    characters.next().is_none() && first.is_some_and(|first| looks_like(first).is_some())
}

/// Returns what is drawn for a grapheme of the text. A grapheme that must not be drawn, or that misleads, gets a mark.
#[must_use]
pub(super) fn shown(grapheme: &str) -> &str {
    match grapheme {
        "\t" => "  ",
        _ if is_drawable(grapheme) && !is_misleading(grapheme) => grapheme,
        _ => "·",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_long_line_goes_on_in_the_next_row_and_a_press_finds_its_place() {
        let lines = lines("SELECT one, two, three\nFROM t");
        let rows = TextRows { lines: &lines, columns: 12, wrapping: Wrapping::On };
        let visible = rows.visible(RowPosition::default(), 10);
        let places: Vec<_> = visible.iter().map(|row| (row.line, row.from, row.is_first)).collect();
        assert_eq!(places, [(0, 0, true), (0, 12, false), (1, 0, true)]);
        assert_eq!(rows.place_of(TextPosition::new(0, 14)), (RowPosition { line: 0, row: 1 }, 2));
        assert_eq!(rows.position_at(visible[1], 2), TextPosition::new(0, 14));
        assert_eq!(rows.position_at(visible[1], 40), TextPosition::new(0, 22));
        assert_eq!(rows.position_at(visible[0], 40), TextPosition::new(0, 11));
    }

    #[test]
    fn the_view_moves_as_little_as_shows_the_cursor() {
        let lines = lines("one two three four five six\n\nx\ny");
        let rows = TextRows { lines: &lines, columns: 10, wrapping: Wrapping::On };
        let at = |line, row| RowPosition { line, row };
        assert_eq!(rows.top_that_shows(at(2, 0), at(0, 0), 3), at(0, 3));
        assert_eq!(rows.top_that_shows(at(0, 1), at(0, 0), 3), at(0, 0));
        assert_eq!(rows.top_that_shows(at(0, 1), at(2, 0), 3), at(0, 1));
        assert_eq!((rows.moved(at(0, 1), 3), rows.moved(at(2, 0), -5)), (at(1, 0), at(0, 0)));
        let plain = TextRows { wrapping: Wrapping::Off, ..rows };
        assert_eq!(plain.top_that_shows(at(3, 0), at(0, 0), 2), at(2, 0));
    }
}
