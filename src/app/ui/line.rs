//! Draws a line of typed text: the part around the cursor that fits.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::draw::clip;

/// The visible part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleLine {
    pub before_cursor: String,
    pub after_cursor: String,
    /// How many cells at the start of the line are left out.
    pub left_out: usize,
}

/// Returns the part of a line that fits into a width, from the text before and after its cursor. The cursor is always in it.
#[must_use]
pub fn visible_line((before, after): (&str, &str), width: usize) -> VisibleLine {
    let (before, after) = (visible(before), visible(after));
    if before.cells() + after.cells() <= width {
        return VisibleLine { before_cursor: before.into_owned(), after_cursor: after.into_owned(), left_out: 0 };
    }
    // Some of the text after the cursor stays visible.
    let room = width - after.cells().min(width / 3);
    let mut start = 0;
    let mut left = before.cells();
    if left > room {
        for grapheme in before.graphemes(true) {
            // One cell is for the ellipsis.
            if left < room {
                break;
            }
            left -= grapheme.cells();
            start += grapheme.len();
        }
    }
    let rest = before.get(start..).unwrap_or_default();
    let (before_cursor, left_out) = match start {
        0 => (rest.to_owned(), 0),
        _ => (format!("…{rest}"), before.cells() - left - 1),
    };
    let after_cursor = clip(&after, width.saturating_sub(before_cursor.cells()));
    VisibleLine { before_cursor, after_cursor, left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_around_the_cursor_is_visible() {
        for (before, after, expected) in [
            ("abc", "def", "abc▏def"),
            ("abcdefghijkl", "", "…defghijkl▏"),
            ("", "abcdefghijkl", "▏abcdefghi…"),
            ("abcdefghijkl", "mnopqrst", "…ghijkl▏mn…"),
            ("ab", "cdefghijklm", "ab▏cdefghi…"),
            ("漢字漢字漢字", "", "…漢字漢字▏"),
        ] {
            let line = visible_line((before, after), 10);
            assert_eq!(format!("{}▏{}", line.before_cursor, line.after_cursor), expected);
        }
        for width in 0..4 {
            let line = visible_line(("abcdef", "ghi"), width);
            assert!(line.before_cursor.cells() + line.after_cursor.cells() <= width.max(1), "{width}: {line:?}");
        }
    }
}
