//! The escape sequences of keys: those of xterm, VT, the Linux console, rxvt and the kitty protocol.
//!
//! Sources: `ctlseqs` of xterm, `console_codes(4)`, `rxvtRef(7)`, and the kitty keyboard protocol
//! (<https://sw.kovidgoyal.net/kitty/keyboard-protocol/>).

use crate::domain::keys::{Chord, Key};

/// The modifiers of a key: a bit for each, as xterm and kitty send them (their number is one higher).
#[derive(Debug, Clone, Copy)]
struct Modifiers(u32);

impl Modifiers {
    const SHIFT: Self = Self(1);
    const CTRL: Self = Self(4);
    const CTRL_SHIFT: Self = Self(5);

    /// Reads the number of a sequence. A missing number means no modifier.
    fn of(number: Option<u32>) -> Self {
        Self(number.unwrap_or(1).saturating_sub(1))
    }

    fn has_shift(self) -> bool {
        self.0 & 1 != 0
    }

    fn on(self, key: Key) -> Chord {
        Chord { key, ctrl: self.0 & 4 != 0, alt: self.0 & 2 != 0, shift: self.has_shift() }
    }
}

/// Returns the key of a control character, or of a printable one.
pub(super) fn character(character: char) -> Chord {
    let ctrl = |key| Chord { ctrl: true, ..Chord::plain(key) };
    match character {
        // A terminal without bracketed paste sends line feeds for the line breaks of a paste.
        '\r' | '\n' => Chord::plain(Key::Enter),
        '\t' => Chord::plain(Key::Tab),
        '\x1b' => Chord::plain(Key::Esc),
        '\x7f' => Chord::plain(Key::Backspace),
        '\0' => ctrl(Key::Char(' ')),
        // Ctrl with a letter, and Ctrl with 4 to 7.
        '\x01'..='\x1a' => ctrl(Key::Char(shifted(character, 0x60))),
        '\x1c'..='\x1f' => ctrl(Key::Char(shifted(character, 0x18))),
        _ => Chord::plain(Key::Char(character)),
    }
}

/// Returns the key of a character that follows an ESC as one key.
pub(super) fn with_alt(key: char) -> Chord {
    match key {
        '\n' => Chord { key: Key::Char('j'), ctrl: true, alt: true, shift: false },
        key => Chord { alt: true, ..character(key) },
    }
}

fn shifted(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

/// Returns the key of `ESC O`, parameters and a final byte. Old terminals send modifiers as a parameter.
pub(super) fn ss3(parameters: &[u8], last: u8) -> Option<Chord> {
    if !parameters.is_empty() {
        return csi(parameters, last);
    }
    // The numeric keypad in its application mode.
    let typed = |character| Some(Chord::plain(Key::Char(character)));
    match last {
        b'a'..=b'd' => Some(Modifiers::CTRL.on(arrow(last)?)),
        b'M' => Some(Chord::plain(Key::Enter)),
        b'I' => Some(Chord::plain(Key::Tab)),
        b'X' => typed('='),
        b'j'..=b'y' => typed(char::from(last - 0x40)),
        b'R' => Some(Chord::plain(Key::F(3))),
        _ => named_by_letter(last).map(Chord::plain),
    }
}

/// Returns the key of `ESC [`, parameters and a final byte; `None` if it is no key, or the release of one.
pub(super) fn csi(parameters: &[u8], last: u8) -> Option<Chord> {
    let parameters = Parameters::read(parameters)?;
    if parameters.number(1, 1) == Some(3) {
        return None;
    }
    let modifiers = Modifiers::of(parameters.number(1, 0));
    match last {
        b'a'..=b'd' => Some(Modifiers::SHIFT.on(arrow(last)?)),
        b'Z' => Some(Chord { shift: true, ..modifiers.on(Key::Tab) }),
        // Shift-F3 of xterm has the form of an answer about the cursor, which rrx never asks for.
        b'R' if parameters.number(0, 0) == Some(1) => parameters.number(1, 0).map(|_| modifiers.on(Key::F(3))),
        b'u' => parameters.character(modifiers),
        b'~' if parameters.number(0, 0) == Some(27) => {
            parameters.number(2, 0).and_then(|code| of_code(code, None, modifiers))
        }
        b'~' => Some(modifiers.on(named_by_number(parameters.number(0, 0)?)?)),
        b'^' => Some(Modifiers::CTRL.on(named_by_number(parameters.number(0, 0)?)?)),
        b'$' => Some(Modifiers::SHIFT.on(named_by_number(parameters.number(0, 0)?)?)),
        b'@' => Some(Modifiers::CTRL_SHIFT.on(named_by_number(parameters.number(0, 0)?)?)),
        _ => {
            // Old terminals send the modifiers as the only parameter.
            let modifiers = if parameters.has_one { Modifiers::of(parameters.number(0, 0)) } else { modifiers };
            Some(modifiers.on(named_by_letter(last)?))
        }
    }
}

/// Returns the key of `ESC [ [` and this byte, which the Linux console sends for F1 to F5.
pub(super) fn linux_console(last: u8) -> Option<Chord> {
    matches!(last, b'A'..=b'E').then(|| Chord::plain(Key::F(last - b'A' + 1)))
}

fn arrow(letter: u8) -> Option<Key> {
    match letter.to_ascii_uppercase() {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        _ => None,
    }
}

fn named_by_letter(letter: u8) -> Option<Key> {
    match letter {
        b'A'..=b'D' => arrow(letter),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        // F3 with `R` has rules of its own: see `csi`.
        b'P' => Some(Key::F(1)),
        b'Q' => Some(Key::F(2)),
        b'S' => Some(Key::F(4)),
        _ => None,
    }
}

fn named_by_number(number: u32) -> Option<Key> {
    let function = |offset: u32| u8::try_from(number - offset).ok().map(Key::F);
    match number {
        1 | 7 => Some(Key::Home),
        2 => Some(Key::Insert),
        3 => Some(Key::Delete),
        4 | 8 => Some(Key::End),
        5 => Some(Key::PageUp),
        6 => Some(Key::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28..=29 => function(13),
        31..=34 => function(14),
        _ => None,
    }
}

/// Returns the key of a Unicode code point, or of a code of the kitty protocol. `shifted` is what the key types with Shift.
fn of_code(code: u32, shifted: Option<u32>, modifiers: Modifiers) -> Option<Chord> {
    let function = |offset: u32| u8::try_from(code - offset).ok().map(Key::F);
    let key = match code {
        9 => Key::Tab,
        13 | 57_414 => Key::Enter,
        27 => Key::Esc,
        127 => Key::Backspace,
        57_376..=57_398 => function(57_363)?,
        // The numeric keypad.
        57_399..=57_408 => Key::Char(char::from_u32(code - 57_399 + u32::from('0'))?),
        57_409 => Key::Char('.'),
        57_410 => Key::Char('/'),
        57_411 => Key::Char('*'),
        57_412 => Key::Char('-'),
        57_413 => Key::Char('+'),
        57_415 => Key::Char('='),
        57_416 => Key::Char(','),
        57_417 => Key::Left,
        57_418 => Key::Right,
        57_419 => Key::Up,
        57_420 => Key::Down,
        57_421 => Key::PageUp,
        57_422 => Key::PageDown,
        57_423 => Key::Home,
        57_424 => Key::End,
        57_425 => Key::Insert,
        57_426 => Key::Delete,
        // Locks, media keys, modifiers alone.
        57_344..=63_743 => return None,
        code => return typed(char::from_u32(code)?, shifted.and_then(char::from_u32), modifiers),
    };
    let chord = modifiers.on(key);
    Some(if matches!(key, Key::Char(_)) { Chord { shift: false, ..chord } } else { chord })
}

fn typed(character: char, shifted: Option<char>, modifiers: Modifiers) -> Option<Chord> {
    if character.is_control() {
        return None;
    }
    let mut chord = Chord { shift: false, ..modifiers.on(Key::Char(character)) };
    if chord.ctrl {
        // With Caps Lock, Ctrl-R arrives as Ctrl and an upper-case R.
        let lower = character.to_ascii_lowercase();
        let is_line_feed = lower == 'j' && !chord.alt;
        return Some(if is_line_feed { Chord::plain(Key::Enter) } else { Chord { key: Key::Char(lower), ..chord } });
    }
    if modifiers.has_shift() {
        let mut upper = character.to_uppercase();
        let upper = upper.next().filter(|_| upper.next().is_none());
        chord.key = Key::Char(shifted.or(upper).unwrap_or(character));
    }
    Some(chord)
}

/// The parameters of a sequence: numbers, with subparameters after colons.
struct Parameters<'a> {
    text: &'a str,
    has_one: bool,
}

impl<'a> Parameters<'a> {
    /// Returns `None` if the sequence is a private one, which no key has.
    fn read(parameters: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(parameters).ok()?;
        let is_number = |character: char| character.is_ascii_digit() || matches!(character, ';' | ':');
        let has_one = !text.is_empty() && !text.contains(';');
        text.chars().all(is_number).then_some(Self { text, has_one })
    }

    /// Returns a subparameter; `None` if it is missing or empty.
    fn number(&self, parameter: usize, subparameter: usize) -> Option<u32> {
        self.text.split(';').nth(parameter)?.split(':').nth(subparameter)?.parse().ok()
    }

    /// Returns the key of the kitty protocol.
    fn character(&self, modifiers: Modifiers) -> Option<Chord> {
        of_code(self.number(0, 0)?, self.number(0, 1), modifiers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(chord: Option<Chord>) -> String {
        chord.map_or_else(|| "none".into(), |chord| chord.to_string())
    }

    fn assert_csi(sequence: &str, expected: &str) {
        let (parameters, last) = sequence.as_bytes().split_at(sequence.len().saturating_sub(1));
        let last = last.first().copied().unwrap_or(b'z');
        assert_eq!(name(csi(parameters, last)), expected, "ESC [ {sequence}");
    }

    #[test]
    fn the_sequences_of_all_terminals_are_known() {
        for (sequence, expected) in [
            ("A", "up"),
            ("B", "down"),
            ("C", "right"),
            ("D", "left"),
            ("H", "home"),
            ("F", "end"),
            ("Z", "shift-tab"),
            ("P", "f1"),
            ("Q", "f2"),
            ("S", "f4"),
            ("1;2A", "shift-up"),
            ("1;3D", "alt-left"),
            ("1;4C", "alt-shift-right"),
            ("1;5D", "ctrl-left"),
            ("1;6H", "ctrl-shift-home"),
            ("1;7F", "ctrl-alt-end"),
            ("1;8B", "ctrl-alt-shift-down"),
            ("5D", "ctrl-left"),
            ("1;2P", "shift-f1"),
            ("1;2R", "shift-f3"),
            ("1;5S", "ctrl-f4"),
            ("1~", "home"),
            ("2~", "insert"),
            ("3~", "delete"),
            ("4~", "end"),
            ("5~", "page-up"),
            ("6~", "page-down"),
            ("7~", "home"),
            ("8~", "end"),
            ("3;5~", "ctrl-delete"),
            ("11~", "f1"),
            ("12~", "f2"),
            ("13~", "f3"),
            ("14~", "f4"),
            ("15~", "f5"),
            ("15;2~", "shift-f5"),
            ("17~", "f6"),
            ("18~", "f7"),
            ("19~", "f8"),
            ("20~", "f9"),
            ("21~", "f10"),
            ("23~", "f11"),
            ("24~", "f12"),
            ("25~", "f13"),
            ("26~", "f14"),
            ("28~", "f15"),
            ("29~", "f16"),
            ("31~", "f17"),
            ("32~", "f18"),
            ("33~", "f19"),
            ("34~", "f20"),
            // rxvt
            ("a", "shift-up"),
            ("d", "shift-left"),
            ("7^", "ctrl-home"),
            ("7$", "shift-home"),
            ("7@", "ctrl-shift-home"),
            ("11^", "ctrl-f1"),
            ("23$", "shift-f11"),
        ] {
            assert_csi(sequence, expected);
        }
    }

    #[test]
    fn the_codes_of_kitty_and_xterm_are_known_and_the_rest_is_no_key() {
        for (sequence, expected) in [
            // kitty, and tmux with `extended-keys`
            ("97u", "a"),
            ("97;5u", "ctrl-a"),
            ("65;5u", "ctrl-a"),
            ("97;2u", "A"),
            ("49:33;2u", "!"),
            ("228;2u", "Ä"),
            ("106;5u", "enter"),
            ("106;7u", "ctrl-alt-j"),
            ("13;5u", "ctrl-enter"),
            ("13;3u", "alt-enter"),
            ("9;2u", "shift-tab"),
            ("27u", "esc"),
            ("127;5u", "ctrl-backspace"),
            ("57376u", "f13"),
            ("57398u", "f35"),
            ("57400u", "1"),
            ("57414u", "enter"),
            ("57417;5u", "ctrl-left"),
            ("97;1:1u", "a"),
            ("97;1:2u", "a"),
            ("97;1:3u", "none"),
            ("1;1:3A", "none"),
            ("57358u", "none"),
            // xterm with `modifyOtherKeys`
            ("27;5;13~", "ctrl-enter"),
            ("27;6;9~", "ctrl-shift-tab"),
            // no keys
            ("", "none"),
            ("I", "none"),
            ("O", "none"),
            ("E", "none"),
            ("?1;2c", "none"),
            ("?2026;2$y", "none"),
            ("<0;1;1M", "none"),
            ("35;0;0M", "none"),
            ("12;40R", "none"),
            ("R", "none"),
            ("99~", "none"),
            ("201~", "none"),
            ("4294967296~", "none"),
            ("1114112u", "none"),
            ("55296u", "none"),
        ] {
            assert_csi(sequence, expected);
        }
    }

    #[test]
    fn the_keys_of_the_other_introducer_are_known() {
        for (sequence, expected) in [
            ("A", "up"),
            ("D", "left"),
            ("H", "home"),
            ("F", "end"),
            ("P", "f1"),
            ("Q", "f2"),
            ("S", "f4"),
            ("a", "ctrl-up"),
            ("c", "ctrl-right"),
            ("5P", "ctrl-f1"),
            ("1;2Q", "shift-f2"),
            ("M", "enter"),
            ("I", "tab"),
            ("X", "="),
            ("j", "*"),
            ("k", "+"),
            ("l", ","),
            ("m", "-"),
            ("n", "."),
            ("o", "/"),
            ("p", "0"),
            ("y", "9"),
            ("z", "none"),
            ("E", "none"),
        ] {
            let (parameters, last) = sequence.as_bytes().split_at(sequence.len() - 1);
            assert_eq!(name(ss3(parameters, last[0])), expected, "ESC O {sequence}");
        }
        assert_eq!(name(ss3(b"", b'R')), "f3");
        assert_eq!(["f1", "f5", "none"].map(String::from), [b'A', b'E', b'F'].map(|last| name(linux_console(last))));
    }

    #[test]
    fn shift_is_part_of_a_letter_and_control_characters_are_keys_with_ctrl() {
        for (typed, expected) in [
            ('g', "g"),
            ('G', "G"),
            ('\x12', "ctrl-r"),
            ('\0', "ctrl-space"),
            ('\x08', "ctrl-h"),
            ('\x1c', "ctrl-4"),
            ('\x1f', "ctrl-7"),
            ('\r', "enter"),
            ('\n', "enter"),
            ('\t', "tab"),
            ('\x7f', "backspace"),
            ('\x1b', "esc"),
            ('日', "日"),
        ] {
            assert_eq!(character(typed).to_string(), expected);
        }
        assert_eq!(with_alt('w').to_string(), "alt-w");
        assert_eq!(with_alt('\r').to_string(), "alt-enter");
        assert_eq!(with_alt('\n').to_string(), "ctrl-alt-j");
    }
}
