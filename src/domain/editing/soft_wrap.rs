//! Breaks a line into rows of a screen at word borders, and maps its columns to cells and back.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::screen_width::ScreenWidth;

/// A line that is broken into rows. There is at least one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedLine {
    /// The graphemes of the line, in order.
    graphemes: Vec<Grapheme>,
    /// The index of the first grapheme of each row.
    rows: Vec<usize>,
    /// Characters of the line.
    length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grapheme {
    column: usize,
    /// Cell of the row at which it begins.
    cell: usize,
    cells: usize,
}

/// A place on the screen, from the first row and cell of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ScreenPlace {
    pub row: usize,
    pub cell: usize,
}

impl WrappedLine {
    /// Breaks a line into rows of at most `width` cells. A row ends after a space or a comma; a word that is longer than a row is broken
    /// between graphemes. A grapheme wider than a row has a row of its own.
    #[must_use]
    pub fn new(line: &str, width: usize) -> Self {
        Self::with_cells(line, width, ScreenWidth::cells)
    }

    /// Breaks a line whose graphemes take other cells than `screen_width` says, for example because marks are drawn instead of them.
    #[must_use]
    pub fn with_cells(line: &str, width: usize, cells: impl Fn(&str) -> usize) -> Self {
        let mut wrapped = Self { graphemes: Vec::with_capacity(line.len()), rows: vec![0], length: 0 };
        // The row so far: the cells in use, and the last place at which it may end.
        let (mut used, mut border) = (0, None);
        for grapheme in line.graphemes(true) {
            let needed = cells(grapheme);
            let here = wrapped.graphemes.len();
            // The word that moves to a new row can fill it.
            while used + needed > width && here > wrapped.rows.last().copied().unwrap_or(0) {
                let start = border.take().unwrap_or(here);
                wrapped.rows.push(start);
                used = wrapped.begin_row(start);
            }
            wrapped.graphemes.push(Grapheme { column: wrapped.length, cell: used, cells: needed });
            used += needed;
            wrapped.length += grapheme.chars().count();
            if matches!(grapheme, " " | "\t" | ",") {
                border = Some(here + 1);
            }
        }
        wrapped
    }

    /// Moves the graphemes after the start of a row into the row. Returns the cells that they take.
    fn begin_row(&mut self, start: usize) -> usize {
        let mut used = 0;
        for grapheme in self.graphemes.iter_mut().skip(start) {
            grapheme.cell = used;
            used += grapheme.cells;
        }
        used
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Returns the columns of a row: its first one, and the one after its last character.
    #[must_use]
    pub fn columns(&self, row: usize) -> (usize, usize) {
        let column = |row: usize| {
            let grapheme = self.rows.get(row).and_then(|start| self.graphemes.get(*start));
            grapheme.map_or(self.length, |grapheme| grapheme.column)
        };
        (column(row), column(row.saturating_add(1)))
    }

    /// Returns the place of a column. A column inside of a grapheme is at the grapheme's start; the end of the line is after its last
    /// grapheme.
    #[must_use]
    pub fn place_of(&self, column: usize) -> ScreenPlace {
        if column >= self.length {
            let row = self.rows.len() - 1;
            let is_in_row = self.rows.get(row).is_some_and(|start| *start < self.graphemes.len());
            let last = self.graphemes.last().filter(|_| is_in_row);
            return ScreenPlace { row, cell: last.map_or(0, |last| last.cell + last.cells) };
        }
        let at = self.graphemes.partition_point(|grapheme| grapheme.column <= column).saturating_sub(1);
        let row = self.rows.partition_point(|start| *start <= at).saturating_sub(1);
        ScreenPlace { row, cell: self.graphemes.get(at).map_or(0, |grapheme| grapheme.cell) }
    }

    /// Returns the column of the grapheme at a place, or the nearest one in the row. After the end of the last row, the end of the line.
    #[must_use]
    pub fn column_at(&self, place: ScreenPlace) -> usize {
        let row = place.row.min(self.rows.len() - 1);
        let is_last = row + 1 == self.rows.len();
        let start = self.rows.get(row).copied().unwrap_or(0);
        let end = self.rows.get(row + 1).copied().unwrap_or(self.graphemes.len());
        let graphemes = self.graphemes.get(start..end).unwrap_or_default();
        let found = graphemes.iter().find(|grapheme| grapheme.cell + grapheme.cells > place.cell);
        match (found, graphemes.last()) {
            (Some(grapheme), _) => grapheme.column,
            (None, Some(last)) if !is_last => last.column,
            (None, _) => self.length,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(line: &str, width: usize) -> Vec<String> {
        let wrapped = WrappedLine::new(line, width);
        let row = |row| {
            let (from, to) = wrapped.columns(row);
            line.chars().skip(from).take(to - from).collect()
        };
        (0..wrapped.rows()).map(row).collect()
    }

    #[test]
    fn lines_break_after_spaces_and_long_words_anywhere() {
        assert_eq!(rows("select a, b from t", 10), ["select a, ", "b from t"]);
        assert_eq!(rows("select a,b from", 9), ["select a,", "b from"]);
        assert_eq!(rows("aaaaaaa bb", 3), ["aaa", "aaa", "a ", "bb"]);
        assert_eq!(rows("", 3), [""]);
        assert_eq!(rows("日本語 ab", 5), ["日本", "語 ab"]);
        assert_eq!(rows("日本", 1), ["日", "本"]);
        assert_eq!(rows("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(rows("ab", 0), ["a", "b"]);
        assert_eq!(rows("a,xx日y", 3), ["a,", "xx", "日y"]);
    }

    #[test]
    fn columns_and_places_map_both_ways() {
        let wrapped = WrappedLine::new("日本 ab", 5);
        let place = |row, cell| ScreenPlace { row, cell };
        assert_eq!(wrapped.place_of(1), place(0, 2));
        assert_eq!(wrapped.place_of(3), place(1, 0));
        assert_eq!(wrapped.place_of(99), place(1, 2));
        assert_eq!(wrapped.column_at(place(0, 3)), 1, "the second cell of a wide character");
        assert_eq!(wrapped.column_at(place(0, 9)), 2, "a row that goes on ends on its last character");
        assert_eq!(wrapped.column_at(place(1, 9)), 5);
        assert_eq!(wrapped.column_at(place(9, 0)), 3);
    }

    proptest! {
        #[test]
        fn rows_fit_and_each_grapheme_is_found_at_its_place(line in "[a ,日e\u{301}😀\t]{0,40}", width in 0usize..12) {
            let wrapped = WrappedLine::new(&line, width);
            prop_assert_eq!(rows(&line, width).concat(), line.clone());
            let mut column = 0;
            for grapheme in line.graphemes(true) {
                let place = wrapped.place_of(column);
                let (from, to) = wrapped.columns(place.row);
                prop_assert!(from <= column && column < to);
                let is_alone = column == from;
                prop_assert!(place.cell + grapheme.cells() <= width || is_alone, "{:?}", place);
                if grapheme.cells() > 0 {
                    prop_assert_eq!(wrapped.column_at(place), column);
                }
                column += grapheme.chars().count();
            }
        }
    }
}
