//! Measures text in cells of a terminal.
//!
//! Terminals disagree on the width of a grapheme. Most add the widths of its characters as `wcwidth` does: `কা` takes two cells.
//! Some give the whole grapheme the width of its first character. rrx reserves the larger width, so that no terminal draws a
//! grapheme into the cells of its neighbours. [`most_cells`] and [`is_width_certain`] tell the screen what a terminal may have done.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Characters that the tables of `unicode-width` give fewer cells than `wcwidth` of the GNU C library does: vowel signs and other
/// spacing marks (general category Mc) that Unicode lists as `Other_Grapheme_Extend`, letters that are prefixes of a grapheme, and
/// the sound marks of half-width katakana.
const ONE_CELL: &[(char, char)] = &[
    ('\u{9be}', '\u{9be}'),
    ('\u{9d7}', '\u{9d7}'),
    ('\u{b3e}', '\u{b3e}'),
    ('\u{b57}', '\u{b57}'),
    ('\u{bbe}', '\u{bbe}'),
    ('\u{bd7}', '\u{bd7}'),
    ('\u{cc0}', '\u{cc0}'),
    ('\u{cc2}', '\u{cc2}'),
    ('\u{cc7}', '\u{cc8}'),
    ('\u{cca}', '\u{ccb}'),
    ('\u{cd5}', '\u{cd6}'),
    ('\u{d3e}', '\u{d3e}'),
    ('\u{d4e}', '\u{d4e}'),
    ('\u{d57}', '\u{d57}'),
    ('\u{dcf}', '\u{dcf}'),
    ('\u{ddf}', '\u{ddf}'),
    ('\u{1715}', '\u{1715}'),
    ('\u{1734}', '\u{1734}'),
    ('\u{1b35}', '\u{1b35}'),
    ('\u{1b3b}', '\u{1b3b}'),
    ('\u{1b3d}', '\u{1b3d}'),
    ('\u{1b43}', '\u{1b44}'),
    ('\u{1baa}', '\u{1baa}'),
    ('\u{1bf2}', '\u{1bf3}'),
    ('\u{a8fa}', '\u{a8fa}'),
    ('\u{a953}', '\u{a953}'),
    ('\u{a9c0}', '\u{a9c0}'),
    ('\u{ff9e}', '\u{ff9f}'),
    ('\u{111c0}', '\u{111c0}'),
    ('\u{111c2}', '\u{111c3}'),
    ('\u{11235}', '\u{11235}'),
    ('\u{1133e}', '\u{1133e}'),
    ('\u{1134d}', '\u{1134d}'),
    ('\u{11357}', '\u{11357}'),
    ('\u{113b8}', '\u{113b8}'),
    ('\u{113c2}', '\u{113cf}'),
    ('\u{114b0}', '\u{114b0}'),
    ('\u{114bd}', '\u{114bd}'),
    ('\u{115af}', '\u{115af}'),
    ('\u{116b6}', '\u{116b6}'),
    ('\u{11930}', '\u{11930}'),
    ('\u{1193d}', '\u{1193d}'),
    ('\u{1193f}', '\u{1193f}'),
    ('\u{11941}', '\u{11941}'),
    ('\u{11a84}', '\u{11a89}'),
    ('\u{11d46}', '\u{11d46}'),
    ('\u{11f41}', '\u{11f41}'),
    ('\u{1d165}', '\u{1d166}'),
    ('\u{1d16d}', '\u{1d172}'),
];

/// Characters that `wcwidth` gives two cells and `unicode-width` fewer.
const TWO_CELLS: &[(char, char)] = &[('\u{302e}', '\u{302f}'), ('\u{3248}', '\u{324f}'), ('\u{16ff0}', '\u{16ff1}')];

/// Single characters whose width all terminals agree on.
const CERTAIN: &[(char, char)] = &[
    (' ', '~'),
    ('\u{a1}', '\u{ac}'),
    ('\u{ae}', '\u{2ff}'),
    ('\u{370}', '\u{482}'),
    ('\u{48a}', '\u{52f}'),
    ('\u{2010}', '\u{2027}'),
    ('\u{2030}', '\u{205e}'),
    ('\u{2070}', '\u{20bf}'),
    ('\u{2100}', '\u{22ff}'),
    ('\u{2400}', '\u{2426}'),
    ('\u{2500}', '\u{25fc}'),
    ('\u{2713}', '\u{2717}'),
    ('\u{2800}', '\u{28ff}'),
    ('\u{3000}', '\u{3029}'),
    ('\u{3041}', '\u{3096}'),
    ('\u{30a1}', '\u{30ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{ff01}', '\u{ff60}'),
];

/// A text that can be measured in cells.
pub trait ScreenWidth {
    /// Returns the cells that rrx reserves for the text.
    fn cells(&self) -> usize;

    /// Returns the text with spaces after it up to this width.
    fn padded(&self, cells: usize) -> String;
}

impl ScreenWidth for str {
    fn cells(&self) -> usize {
        if self.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return self.len();
        }
        self.chars().map(character_cells).sum()
    }

    fn padded(&self, cells: usize) -> String {
        format!("{self}{}", " ".repeat(cells.saturating_sub(self.cells())))
    }
}

/// Returns the cells that rrx reserves for a character.
#[must_use]
pub fn character_cells(character: char) -> usize {
    match character {
        ' '..='~' => 1,
        _ if has(TWO_CELLS, character) => 2,
        _ if has(ONE_CELL, character) => 1,
        _ => character.width().unwrap_or(0),
    }
}

/// Returns the most cells that a terminal can draw a grapheme into: one whose tables are old gives each mark a cell.
#[must_use]
pub fn most_cells(grapheme: &str) -> usize {
    grapheme.chars().map(|character| character_cells(character).max(1)).sum()
}

/// Whether all terminals draw the grapheme into as many cells as rrx reserves.
#[must_use]
pub fn is_width_certain(grapheme: &str) -> bool {
    let mut characters = grapheme.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => has(CERTAIN, character),
        (None, _) | (Some(_), Some(_)) => false,
    }
}

/// Whether a terminal draws the grapheme in cells of its own. It joins a mark without a letter to the cell before, and some letters
/// to the cell after.
#[must_use]
pub fn stands_alone(grapheme: &str) -> bool {
    if is_width_certain(grapheme) {
        return true;
    }
    let between_letters = format!("x{grapheme}x");
    let mut parts = between_letters.graphemes(true);
    (parts.next(), parts.next(), parts.next()) == (Some("x"), Some(grapheme), Some("x"))
}

fn has(ranges: &[(char, char)], character: char) -> bool {
    let at = ranges.partition_point(|(_, last)| *last < character);
    ranges.get(at).is_some_and(|(first, _)| *first <= character)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn a_text_takes_the_cells_of_its_characters() {
        let cases = [
            ("ascii", 5),
            ("日本", 4),
            ("e\u{301}", 1),
            ("ক\u{9be}", 2),
            ("ব\u{9be}\u{982}", 3),
            ("कि", 2),
            ("กำ", 2),
            ("ｶﾞ", 2),
            // One ligature in fonts, two cells in terminals.
            ("لا", 2),
        ];
        for (text, cells) in cases {
            assert_eq!(text.cells(), cells, "{text}");
        }
    }

    #[test]
    fn spaces_fill_a_text_up_to_a_width_in_cells() {
        assert_eq!(
            ("ab".padded(4), "日本".padded(5), "long".padded(2)),
            ("ab  ".into(), "日本 ".into(), "long".into())
        );
    }

    #[test]
    fn no_grapheme_gets_fewer_cells_than_the_tables_of_unicode_say() {
        for text in ["নমস্কার", "നമസ്കാരം", "ശ്രീ", "각", "ខ្មែរ", "မြန်မာ", "བོད་", "שָׁלוֹם", "がガ"]
        {
            assert!(text.cells() >= text.width(), "{text}: {} {}", text.cells(), text.width());
            assert!(most_cells(text) >= text.cells(), "{text}");
        }
    }

    #[test]
    fn tables_are_in_order_and_agree_with_each_other() {
        for ranges in [ONE_CELL, TWO_CELLS, CERTAIN] {
            assert!(ranges.iter().all(|(first, last)| first <= last));
            assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
        for (first, last) in CERTAIN {
            for character in *first..=*last {
                assert!(stands_alone(character.encode_utf8(&mut [0; 4])));
                let (one, two) = (has(ONE_CELL, character), has(TWO_CELLS, character));
                assert!(!one && !two && character.width() != Some(0), "U+{:04X}", character as u32);
            }
        }
    }

    #[test]
    fn a_mark_without_a_letter_does_not_stand_alone() {
        for text in ["\u{9be}", "\u{903}", "\u{e33}", "\u{301}", "\u{ff9e}", "\u{d4e}"] {
            assert!(!stands_alone(text), "{text:?}");
        }
        for text in ["a", "ক\u{9be}", "e\u{301}", "日", "ß", "ก", "각"] {
            assert!(stands_alone(text), "{text:?}");
        }
    }
}
