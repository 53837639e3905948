//! Which characters of a value may reach a screen, and the visible marks that stand in for the others and for what has no
//! text. Knows no widths of columns.

use unicode_width::UnicodeWidthChar;

/// Which characters the screen can draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Glyphs {
    /// Any.
    #[default]
    Unicode,
    /// ASCII only. It concerns our own marks; characters of a value stay what they are.
    Ascii,
}

impl Glyphs {
    fn of(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    /// Stands for NULL.
    #[must_use]
    pub fn null(self) -> &'static str {
        self.of("‹null›", "<null>")
    }

    /// Stands for the empty text.
    #[must_use]
    pub fn empty(self) -> &'static str {
        self.of("‹empty›", "<empty>")
    }

    /// Stands for a blinded value.
    #[must_use]
    pub fn blinded(self) -> &'static str {
        self.of("▒▒▒▒", "####")
    }

    /// Stands for a blank at either end.
    #[must_use]
    pub fn blank(self) -> &'static str {
        self.of("·", "_")
    }

    /// Ends a text that was cut.
    #[must_use]
    pub fn cut(self) -> &'static str {
        self.of("…", "...")
    }

    /// Stands for a value that may not be cut and does not fit.
    #[must_use]
    pub fn too_wide(self) -> &'static str {
        self.of("»", ">")
    }

    /// Stands for a value that is not loaded yet.
    #[must_use]
    pub fn waiting(self) -> &'static str {
        "~"
    }

    fn brackets(self) -> (char, char) {
        match self {
            Self::Unicode => ('‹', '›'),
            Self::Ascii => ('<', '>'),
        }
    }

    /// Stands for a byte that is no UTF-8.
    pub(super) fn byte(self, byte: u8) -> String {
        let (open, close) = self.brackets();
        format!("{open}{byte:02x}{close}")
    }

    /// Stands for a character that a screen must not or cannot draw.
    pub(super) fn character(self, character: char) -> String {
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

    /// Whether a text could be taken for one of the marks; it is drawn in quotes then.
    pub(super) fn could_be_taken(self, text: &str) -> bool {
        let whole = [self.null(), self.empty(), self.too_wide(), self.waiting()];
        whole.contains(&text)
            || is_all(text, self.blinded())
            || text.starts_with(self.blank())
            || text.ends_with(self.blank())
            || text.ends_with(self.cut())
            || looks_binary(text, self.cut())
            || self.holds_mark(text)
            || text
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                .is_some_and(|inner| self.could_be_taken_quoted(inner))
    }

    /// The quotes of `"‹null›"` are quoted again: else it would look like the text without them.
    fn could_be_taken_quoted(self, inner: &str) -> bool {
        // Peels off quotes in a loop: a value of many quotes must not cost a deep stack.
        let mut inner = inner;
        while let Some(next) = inner.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            inner = next;
        }
        self.could_be_taken(inner)
    }

    /// Whether the text holds what stands for a character or a byte.
    fn holds_mark(self, text: &str) -> bool {
        let (open, close) = self.brackets();
        let bracketed = text.split(open).skip(1).any(|rest| {
            rest.split_once(close).is_some_and(|(inner, _)| {
                let (digits, least, most) = match inner.strip_prefix("U+") {
                    Some(digits) => (digits, 4, 6),
                    None => (inner, 2, 2),
                };
                (least..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        });
        bracketed
            || match self {
                Self::Unicode => text.chars().any(|character| matches!(character, '\u{2400}'..='\u{2426}')),
                Self::Ascii => ["\\n", "\\r", "\\t", "\\0"].iter().any(|mark| text.contains(mark)),
            }
    }
}

/// The ASCII twin of a glyph that the program draws itself: borders, arrows, marks, and stand-ins for controls.
#[must_use]
pub fn ascii_twin(character: char) -> Option<char> {
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

fn is_all(text: &str, mark: &str) -> bool {
    !text.is_empty() && mark.chars().next().is_some_and(|mark| text.chars().all(|character| character == mark))
}

/// Whether it reads like the mark of a BLOB: `16 B 3f2a…`.
fn looks_binary(text: &str, cut: &str) -> bool {
    let Some((number, rest)) = text.split_once(' ') else { return false };
    let Some((unit, hex)) = rest.split_once(' ') else { return false };
    let hex = hex.strip_suffix(cut).unwrap_or(hex);
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && ["B", "KiB", "MiB", "GiB"].contains(&unit)
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a character may be drawn as it is: no control, nothing that turns the direction or takes no place, no blank
/// other than the space (U+3000 is a blank of its scripts and is drawn).
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
        // Letters of flags and tones of skin: some terminals join them with what stands before, others give them cells.
        || matches!(character, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}')
        || (character as u32) & 0xfffe == 0xfffe
        || matches!(character as u32, 0xfdd0..=0xfdef))
}

/// Whether it takes a place of its own.
pub(super) fn stands_alone(character: char) -> bool {
    character.width().unwrap_or(0) > 0
}
