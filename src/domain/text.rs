//! Makes text safe for a terminal: decides which characters may be drawn, and replaces the others by visible marks.
//!
//! All text that rrx shows comes from outside: from a server, a file, a host, a key press. It can contain characters that a
//! terminal obeys (controls), that reorder the text around them (bidirectional overrides), or that are invisible (zero-width
//! characters). None of them reaches a terminal. Exported files keep their values byte for byte.
//!
//! | In the text | On the screen |
//! |---|---|
//! | U+0000 to U+001F, U+007F | its control picture, such as `␛` for ESC |
//! | other controls, overrides, zero-width characters, odd spaces | its number, such as `‹U+202E›` |
//! | a byte that is not UTF-8 | its value, such as `‹ff›` |
//! | an emoji that terminals join in different ways, more than 8 characters in one grapheme | each character by itself |
//! | a mark without its letter, which a terminal would draw into the cell before | its number, such as `‹U+093E›` |
//!
//! The functions differ only in what they do with line ends and tabs: [`visible`] marks them, [`one_line`] makes them
//! spaces, [`multi_line`] keeps them. On a terminal that draws only ASCII the marks are `\n`, `<U+202E>` and `<ff>`.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;

use super::screen_width::{character_cells, stands_alone};

/// The most characters of one grapheme. No script needs more; a longer grapheme is drawn character by character.
const GRAPHEME_CHARACTERS: usize = 8;

/// Which characters the screen can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GlyphSet {
    #[default]
    Unicode,
    /// ASCII only. This affects rrx's own marks, not the characters of values.
    Ascii,
}

impl GlyphSet {
    /// Returns the characters that open and close the mark of a character or a byte.
    pub(super) fn brackets(self) -> (char, char) {
        match self {
            Self::Unicode => ('‹', '›'),
            Self::Ascii => ('<', '>'),
        }
    }

    /// Returns the mark of a byte that is not UTF-8.
    #[must_use]
    pub fn byte(self, byte: u8) -> String {
        let (open, close) = self.brackets();
        format!("{open}{byte:02x}{close}")
    }

    /// Returns the mark of a character that a screen must not or cannot draw.
    #[must_use]
    pub fn character(self, character: char) -> String {
        let (open, close) = self.brackets();
        match (self, character) {
            (Self::Ascii, '\n') => "\\n".to_owned(),
            (Self::Ascii, '\r') => "\\r".to_owned(),
            (Self::Ascii, '\t') => "\\t".to_owned(),
            (Self::Ascii, '\0') => "\\0".to_owned(),
            (Self::Unicode, '\0'..='\x1f') => {
                char::from_u32(0x2400 + character as u32).unwrap_or('\u{2426}').to_string()
            }
            (Self::Unicode, '\x7f') => "\u{2421}".to_owned(),
            _ => format!("{open}U+{:04X}{close}", character as u32),
        }
    }
}

/// A part of a text, as a screen draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// Characters of the text.
    Plain(&'a str),
    /// A mark that replaces a character.
    Mark(String),
}

/// Calls `take` with the parts of one grapheme, in order.
///
/// If marks are drawn in ASCII, a character of the text that looks like one of rrx's own signs is replaced by its number.
pub fn grapheme_parts<'a>(grapheme: &'a str, glyphs: GlyphSet, mut take: impl FnMut(Part<'a>)) {
    let is_ours = |character| glyphs == GlyphSet::Ascii && ascii_equivalent(character).is_some();
    if is_drawable(grapheme) && !grapheme.chars().any(is_ours) {
        return take(Part::Plain(grapheme));
    }
    for (at, character) in grapheme.char_indices() {
        let alone = grapheme.get(at..at + character.len_utf8()).unwrap_or_default();
        if is_drawable(alone) && !is_ours(character) {
            take(Part::Plain(alone));
        } else {
            take(Part::Mark(glyphs.character(character)));
        }
    }
}

/// Returns the text with a mark for each character that a terminal must not draw, including line ends and tabs.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    with_marks(text, |_| None)
}

/// Returns the text on one line: each run of spaces, tabs and line ends becomes one space, and the ends are trimmed.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&visible(word));
    }
    line
}

/// Returns the text with its lines: line ends (`\n`, `\r\n`) and tabs stay.
#[must_use]
pub fn multi_line(text: &str) -> Cow<'_, str> {
    with_marks(text, |grapheme| match grapheme {
        "\n" | "\r\n" | "\t" => Some(grapheme),
        _ => None,
    })
}

/// Returns the lines of a text from outside, each safe for a screen, without empty lines at its ends. A tab is four spaces. Only
/// about so many bytes are kept: then the last line ends with `…`.
#[must_use]
pub fn lines(text: &str, max_bytes: usize) -> Vec<String> {
    let (text, is_cut) = match text.get(..text.floor_char_boundary(max_bytes)) {
        Some(kept) => (kept, kept.len() < text.len()),
        None => (text, false),
    };
    let mut lines: Vec<String> =
        text.lines().map(|line| visible(&line.replace('\t', "    ")).trim_end().to_owned()).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    lines.drain(..first);
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    match lines.last_mut() {
        Some(last) if is_cut => last.push('…'),
        Some(_) | None => {}
    }
    lines
}

/// Returns the first characters of the text on one line, with `…` if the rest was left out. Marks can make the result longer than
/// `max_characters`.
#[must_use]
pub fn excerpt(text: &str, max_characters: usize) -> String {
    match text.char_indices().nth(max_characters) {
        Some((end, _)) => format!("{}…", one_line(text.get(..end).unwrap_or_default())),
        None => one_line(text),
    }
}

/// Appends one character of a stream, or its mark if a terminal must not draw it.
///
/// A stream is processed character by character, because two writes can split a grapheme.
pub fn push_visible(character: char, out: &mut String) {
    if is_safe(character) {
        out.push(character);
    } else {
        out.push_str(&GlyphSet::Unicode.character(character));
    }
}

/// Appends the mark of a byte that is not UTF-8.
pub fn push_byte(byte: u8, out: &mut String) {
    let (open, close) = GlyphSet::Unicode.brackets();
    // Writing to a string cannot fail.
    let _ = write!(out, "{open}{byte:02x}{close}");
}

fn with_marks(text: &str, kept: impl Fn(&str) -> Option<&str>) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        if let Some(kept) = kept(grapheme) {
            out.push_str(kept);
            continue;
        }
        grapheme_parts(grapheme, GlyphSet::Unicode, |part| match part {
            Part::Plain(plain) => out.push_str(plain),
            Part::Mark(mark) => out.push_str(&mark),
        });
    }
    Cow::Owned(out)
}

/// Whether a screen may draw this grapheme as it is: every character is safe, there are not too many, it has a width, and a
/// terminal draws no part of it into the cells of its neighbours.
#[must_use]
pub fn is_drawable(grapheme: &str) -> bool {
    grapheme.chars().all(is_safe)
        && grapheme.chars().count() <= GRAPHEME_CHARACTERS
        && grapheme.chars().next().is_some_and(|first| character_cells(first) > 0)
        && stands_alone(grapheme)
}

/// Whether a character may be drawn as it is: it is no control character, does not change the direction of text, has a width, and
/// is no space other than U+0020 and U+3000 (the space of East Asian scripts).
#[must_use]
pub fn is_safe(character: char) -> bool {
    if matches!(character, ' '..='~') {
        return true;
    }
    !(character.is_control()
        || (character.is_whitespace() && character != '\u{3000}')
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        // Regional indicators (flags) and skin tones: some terminals join them with the character before, others do not.
        || matches!(character, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}')
        || (character as u32) & 0xfffe == 0xfffe
        || matches!(character as u32, 0xfdd0..=0xfdef))
}

/// Returns the ASCII equivalent of a glyph that rrx itself draws: borders, arrows, marks, and control pictures.
#[must_use]
pub fn ascii_equivalent(character: char) -> Option<char> {
    Some(match character {
        '─' | '━' | '╴' | '╶' => '-',
        '│' | '┃' | '▏' => '|',
        '┌' | '┐' | '└' | '┘' | '╭' | '╮' | '╰' | '╯' | '┏' | '┓' | '┗' | '┛' | '┼' | '├' | '┤' | '┬' | '┴' => {
            '+'
        }
        '‹' | '←' => '<',
        '›' | '»' | '→' | '▸' => '>',
        '▾' | '▼' => 'v',
        '▲' => '^',
        '·' | '…' => '.',
        '●' | '•' | '\u{2800}'..='\u{28ff}' => '*',
        '○' | '◐' => 'o',
        '✓' => 'y',
        '✗' | '×' => 'x',
        '¶' => 'P',
        '▒' | '▁'..='▎' => '#',
        '\u{2400}'..='\u{2426}' => '?',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_text_is_visible_and_harmless() {
        let cases = [
            ("plain ä 日本 e\u{301}", "plain ä 日本 e\u{301}"),
            ("\u{1b}[2Jgone", "␛[2Jgone"),
            ("\u{1b}]52;c;aGk=\u{7}", "␛]52;c;aGk=␇"),
            ("\u{9b}1m", "‹U+009B›1m"),
            ("user\u{202e}gpj.exe", "user‹U+202E›gpj.exe"),
            ("\u{2066}a\u{2069}", "‹U+2066›a‹U+2069›"),
            ("a\u{200b}b\u{ad}c\u{feff}", "a‹U+200B›b‹U+00AD›c‹U+FEFF›"),
            ("a\u{a0}b", "a‹U+00A0›b"),
            ("\u{e0041}", "‹U+E0041›"),
            ("one\r\ntwo\tthree\rfour\n", "one␍␊two␉three␍four␊"),
            ("\u{301}", "‹U+0301›"),
            ("\0\u{7f}", "␀␡"),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown, "{text:?}");
        }
    }

    #[test]
    fn line_ends_and_tabs_depend_on_the_function() {
        let text = " one\r\ntwo\t\n three\r\u{1b} ";
        assert_eq!(visible(text), " one␍␊two␉␊ three␍␛ ");
        assert_eq!(one_line(text), "one two three ␛");
        assert_eq!(multi_line(text), " one\r\ntwo\t\n three␍␛ ");
    }

    #[test]
    fn the_lines_of_a_text_from_outside_are_safe_and_bounded() {
        assert_eq!(lines("\n one\u{1b}[2J\r\n\n\ttwo \n\n", 99), [" one␛[2J", "", "    two"]);
        assert_eq!(lines("three\rfour", 99), ["three␍four"]);
        assert_eq!(lines("äöü\nlonger", 10), ["äöü", "lon…"]);
        assert_eq!(lines(" \n\t\n", 99), [""; 0]);
    }

    #[test]
    fn a_shortened_excerpt_ends_with_an_ellipsis() {
        assert_eq!(excerpt("short", 5), "short");
        assert_eq!(excerpt("a bit\u{7} longer", 6), "a bit␇…");
    }

    #[test]
    fn many_combining_marks_are_drawn_one_by_one() {
        let pile = format!("a{}", "\u{301}".repeat(40));
        assert!(visible(&pile).starts_with("a‹U+0301›‹U+0301›"));
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left_and_safe_text_stays(text in any::<String>()) {
            for shown in [visible(&text).into_owned(), one_line(&text), excerpt(&text, 20)] {
                prop_assert!(shown.chars().all(is_safe), "{:?}", shown);
                prop_assert_eq!(&*visible(&shown), &shown, "marks are drawn as they are");
            }
            let lines = multi_line(&text);
            let is_kept = |c| is_safe(c) || matches!(c, '\n' | '\r' | '\t');
            prop_assert!(lines.chars().all(is_kept) && !lines.replace("\r\n", "").contains('\r'), "{:?}", lines);
            if text.graphemes(true).all(is_drawable) {
                prop_assert_eq!(&*visible(&text), &text);
            }
        }

        #[test]
        fn a_stream_is_safe_wherever_it_is_split(text in any::<String>()) {
            let mut out = String::new();
            text.chars().for_each(|character| push_visible(character, &mut out));
            prop_assert!(out.chars().all(is_safe));
        }
    }
}
