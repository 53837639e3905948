//! A position between two characters of a text.

/// A position in a text. The order is the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextPosition {
    /// Counted from 0.
    pub line: usize,
    /// Characters (`char`) of the line before the position.
    pub column: usize,
}

impl TextPosition {
    #[must_use]
    pub const fn new(line: usize, column: usize) -> Self {
        Self { line, column }
    }

    /// Returns the nearest position that is inside of the text.
    #[must_use]
    pub fn clamped(self, lines: &[String]) -> Self {
        let line = self.line.min(lines.len().saturating_sub(1));
        let length = lines.get(line).map_or(0, |line| line.chars().count());
        let column = if self.line > line { length } else { self.column.min(length) };
        Self { line, column }
    }
}

/// Returns the byte of a line at a character column, at most the length of the line.
#[must_use]
pub fn byte_of_column(line: &str, column: usize) -> usize {
    if line.is_ascii() {
        return column.min(line.len());
    }
    line.char_indices().nth(column).map_or(line.len(), |(at, _)| at)
}

/// Splits a line at a character column.
#[must_use]
pub fn split_at_column(line: &str, column: usize) -> (&str, &str) {
    line.split_at_checked(byte_of_column(line, column)).unwrap_or((line, ""))
}

/// Returns the characters of a line from one column up to another.
#[must_use]
pub fn between_columns(line: &str, from: usize, to: usize) -> &str {
    split_at_column(split_at_column(line, to).0, from).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(split_at_column("añ😀x", 2), ("añ", "😀x"));
        assert_eq!(split_at_column("añ", 9), ("añ", ""));
        assert_eq!(between_columns("añ😀x", 1, 3), "ñ😀");
        assert_eq!(between_columns("abc", 2, 1), "");
    }

    #[test]
    fn a_position_outside_of_the_text_becomes_the_nearest_inside() {
        let lines = ["ab".to_owned(), "ñ".to_owned()];
        let clamped = |line, column| TextPosition::new(line, column).clamped(&lines);
        assert_eq!(clamped(0, 9), TextPosition::new(0, 2));
        assert_eq!(clamped(7, 0), TextPosition::new(1, 1));
        assert_eq!(TextPosition::new(3, 3).clamped(&[]), TextPosition::default());
    }
}
