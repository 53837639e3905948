//! Decodes the bytes of a terminal: keys, mouse events, and the texts of bracketed pastes. The result does not depend on how the bytes are cut
//! into pieces, only on pauses where the beginning of a sequence is also a key.
//!
//! - ESC before another key is Alt with this key (`ESC x`, `ESC ESC [ D`). So ESC waits for more bytes, at most [`ESC_WAIT`].
//!   After that pause it is the Esc key. `ESC [` and `ESC O` wait in the same way and are Alt-[ and Alt-O then.
//! - ESC before something that is no key (a paste, an answer of the terminal, a second Esc) is the Esc key.
//! - A sequence with parameters, or a part of a character, waits without a limit: no key looks like it, and its rest must
//!   never be typed as text.
//! - Unknown sequences and invalid bytes are dropped.
//! - A paste without its end is complete after a pause of [`PASTE_WAIT`], so that the keyboard does not stay dead.

use std::time::Duration;

use super::{key_sequences, mouse_sequences};
use crate::domain::keys::{Chord, Key};
use crate::domain::limits::{ESC_WAIT, PASTE_BYTES, PASTE_WAIT, SEQUENCE_BYTES};
use crate::domain::mouse::MouseEvent;

const ESC: u8 = 0x1b;
const PASTE_START: &[u8] = b"200";
const PASTE_END: &[u8] = b"\x1b[201~";

/// What the user did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Chord),
    Mouse(MouseEvent),
    /// The text of a bracketed paste.
    Paste(String),
    /// The terminal has the focus again.
    Focus,
}

/// The state between two pieces.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The beginning of a key that needs more bytes.
    pending: Vec<u8>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Keys,
    /// In a sequence that is too long; its rest is dropped.
    TooLong,
    /// In a bracketed paste, with its text so far.
    Paste(Vec<u8>),
}

/// The first thing in some bytes. Numbers count its bytes.
#[derive(Clone, Copy)]
enum First {
    /// It needs more bytes.
    Incomplete,
    Key(usize, Chord),
    Mouse(usize, MouseEvent),
    Focus(usize),
    /// Bytes that are no key.
    Nothing(usize),
    PasteStart(usize),
    /// The beginning of a sequence that is too long.
    TooLong(usize),
}

impl Decoder {
    /// Decodes the next piece, and adds what is complete to `inputs`.
    pub fn feed(&mut self, piece: &[u8], inputs: &mut Vec<Input>) {
        let mut piece = piece;
        while !piece.is_empty() {
            piece = match &mut self.state {
                State::Paste(text) => {
                    let (rest, is_complete) = take_paste(text, piece);
                    if is_complete {
                        self.end_paste(inputs);
                    }
                    rest
                }
                State::TooLong => {
                    let body = piece.iter().take_while(|byte| is_parameter(**byte)).count();
                    match piece.get(body) {
                        None => return,
                        Some(last) => {
                            self.state = State::Keys;
                            piece.get(body + usize::from(is_final(*last))..).unwrap_or_default()
                        }
                    }
                }
                State::Keys => self.take_keys(piece, inputs),
            };
        }
    }

    /// Returns the pause after which [`Decoder::pause`] must be called if no bytes come.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match &self.state {
            State::Paste(_) => Some(PASTE_WAIT),
            State::TooLong => None,
            State::Keys => {
                matches!(self.pending.as_slice(), [ESC] | [ESC, b'[' | b'O' | ESC] | [ESC, ESC, b'[' | b'O'])
                    .then_some(ESC_WAIT)
            }
        }
    }

    /// Completes what has waited for more bytes as long as [`Decoder::wait`] says.
    pub fn pause(&mut self, inputs: &mut Vec<Input>) {
        if matches!(self.state, State::Paste(_)) {
            self.end_paste(inputs);
        } else if self.wait().is_some() {
            let pending = std::mem::take(&mut self.pending);
            let (escapes, alt) = match pending.as_slice() {
                [escapes @ .., ESC, last @ (b'[' | b'O')] => (escapes.len(), Some(char::from(*last))),
                escapes => (escapes.len(), None),
            };
            inputs.extend(std::iter::repeat_n(Input::Key(Chord::plain(Key::Esc)), escapes));
            inputs.extend(alt.map(|key| Input::Key(key_sequences::with_alt(key))));
        }
    }

    /// Takes keys until the piece ends or something other than keys begins. Returns what is left of the piece.
    fn take_keys<'a>(&mut self, piece: &'a [u8], inputs: &mut Vec<Input>) -> &'a [u8] {
        let mut at = 0;
        // What waits is short, and it is decoded again with as much of the piece as a sequence can have.
        while !self.pending.is_empty() && matches!(self.state, State::Keys) {
            let waiting = self.pending.len();
            let end = piece.len().min(at + SEQUENCE_BYTES * 2);
            self.pending.extend_from_slice(piece.get(at..end).unwrap_or_default());
            let bytes = std::mem::take(&mut self.pending);
            let taken = self.take_first(&bytes, inputs);
            if taken == 0 {
                self.pending = bytes;
                return &[];
            }
            match taken.checked_sub(waiting) {
                Some(more) => at += more,
                None => self.pending = bytes.get(taken..waiting).unwrap_or_default().to_vec(),
            }
        }
        while matches!(self.state, State::Keys)
            && let Some(bytes) = piece.get(at..).filter(|bytes| !bytes.is_empty())
        {
            let taken = self.take_first(bytes, inputs);
            if taken == 0 {
                self.pending = bytes.to_vec();
                return &[];
            }
            at += taken;
        }
        piece.get(at..).unwrap_or_default()
    }

    /// Takes the first thing of the bytes. Returns the number of its bytes, 0 if it is incomplete.
    fn take_first(&mut self, bytes: &[u8], inputs: &mut Vec<Input>) -> usize {
        match first(bytes) {
            First::Incomplete => 0,
            First::Key(count, chord) => {
                inputs.push(Input::Key(chord));
                count
            }
            First::Mouse(count, event) => {
                inputs.push(Input::Mouse(event));
                count
            }
            First::Focus(count) => {
                inputs.push(Input::Focus);
                count
            }
            First::Nothing(count) => count,
            First::PasteStart(count) => {
                self.state = State::Paste(Vec::new());
                count
            }
            First::TooLong(count) => {
                self.state = State::TooLong;
                count
            }
        }
    }

    fn end_paste(&mut self, inputs: &mut Vec<Input>) {
        if let State::Paste(text) = std::mem::take(&mut self.state) {
            let text =
                String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            inputs.push(Input::Paste(text));
        }
    }
}

/// Adds a piece to the text of a paste, up to the end of the paste. Returns the rest of the piece, and whether the end was there.
fn take_paste<'a>(text: &mut Vec<u8>, piece: &'a [u8]) -> (&'a [u8], bool) {
    // The end may have begun in the pieces before.
    let mut from = text.len().saturating_sub(PASTE_END.len() - 1);
    let before = text.len();
    text.extend_from_slice(piece);
    while let Some(at) = text.iter().skip(from).position(|byte| *byte == ESC).map(|at| at + from) {
        if text.get(at..).is_some_and(|rest| rest.starts_with(PASTE_END)) {
            text.truncate(at);
            let end = at + PASTE_END.len();
            return (piece.get(end.saturating_sub(before)..).unwrap_or_default(), true);
        }
        from = at + 1;
    }
    if text.len() > PASTE_BYTES + PASTE_END.len() {
        // Keeps what may be the beginning of the end.
        let tail = text.split_off(text.len() - (PASTE_END.len() - 1));
        text.truncate(PASTE_BYTES);
        text.extend(tail);
    }
    (&[], false)
}

fn is_parameter(byte: u8) -> bool {
    matches!(byte, 0x20..=0x3f)
}

fn is_final(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7e)
}

/// Finds the first thing in the bytes, which are not empty. More bytes never change it once it is complete.
fn first(bytes: &[u8]) -> First {
    match bytes {
        [ESC] | [ESC, ESC] => First::Incomplete,
        [ESC, b'[', ..] => control_sequence(bytes),
        [ESC, b'O', ..] => single_shift(bytes),
        [ESC, rest @ ..] if rest.starts_with(&[ESC]) => after_esc(match rest {
            [_, b'[', ..] => control_sequence(rest),
            [_, b'O', ..] => single_shift(rest),
            _ => First::Nothing(0),
        }),
        [ESC, rest @ ..] => match first_character(rest) {
            CharacterStart::Complete(count, character) => First::Key(1 + count, key_sequences::with_alt(character)),
            CharacterStart::Incomplete => First::Incomplete,
            CharacterStart::Invalid(_) => First::Key(1, Chord::plain(Key::Esc)),
        },
        _ => match first_character(bytes) {
            CharacterStart::Complete(count, character) => First::Key(count, key_sequences::character(character)),
            CharacterStart::Incomplete => First::Incomplete,
            CharacterStart::Invalid(count) => First::Nothing(count),
        },
    }
}

/// Returns what an ESC and the sequence after it are together.
fn after_esc(sequence: First) -> First {
    match sequence {
        First::Incomplete => First::Incomplete,
        First::Key(count, chord) => First::Key(count + 1, Chord { alt: true, ..chord }),
        First::Mouse(..) | First::Focus(_) | First::Nothing(_) | First::PasteStart(_) | First::TooLong(_) => {
            First::Key(1, Chord::plain(Key::Esc))
        }
    }
}

/// Decodes `ESC [ …`.
fn control_sequence(bytes: &[u8]) -> First {
    match bytes.get(2..) {
        None | Some([] | [b'[']) => return First::Incomplete,
        // The Linux console.
        Some([b'[', last, ..]) if is_final(*last) => {
            return key_sequences::linux_console(*last).map_or(First::Nothing(4), |chord| First::Key(4, chord));
        }
        // A mouse event in the old encoding, which rrx does not switch on: a button, a column, a row.
        Some([b'M', event @ ..]) => return if event.len() < 3 { First::Incomplete } else { First::Nothing(6) },
        // The focus, in (I) or out (O).
        Some([b'I', ..]) => return First::Focus(3),
        Some(_) => {}
    }
    sequence(bytes, key_sequences::csi)
}

/// Decodes `ESC O …`.
fn single_shift(bytes: &[u8]) -> First {
    sequence(bytes, key_sequences::ss3)
}

/// Decodes an introducer of two bytes, parameters, and a final byte.
fn sequence(bytes: &[u8], key: fn(&[u8], u8) -> Option<Chord>) -> First {
    for (at, byte) in bytes.iter().enumerate().skip(2).take(SEQUENCE_BYTES) {
        let parameters = bytes.get(2..at).unwrap_or_default();
        let is_rxvt_shift = *byte == b'$' && !parameters.is_empty() && parameters.iter().all(u8::is_ascii_digit);
        if is_final(*byte) || is_rxvt_shift {
            return if (parameters, *byte) == (PASTE_START, b'~') {
                First::PasteStart(at + 1)
            } else if let ([b'<', numbers @ ..], b'M' | b'm') = (parameters, *byte) {
                let event = mouse_sequences::event(numbers, *byte == b'm');
                event.map_or(First::Nothing(at + 1), |event| First::Mouse(at + 1, event))
            } else {
                key(parameters, *byte).map_or(First::Nothing(at + 1), |chord| First::Key(at + 1, chord))
            };
        }
        if !is_parameter(*byte) {
            // Another key begins here. Without parameters the introducer was a key too.
            return match bytes.get(1) {
                Some(introducer) if at == 2 => First::Key(2, key_sequences::with_alt(char::from(*introducer))),
                _ => First::Nothing(at),
            };
        }
    }
    if bytes.len() < SEQUENCE_BYTES + 2 { First::Incomplete } else { First::TooLong(SEQUENCE_BYTES + 2) }
}

enum CharacterStart {
    Complete(usize, char),
    Incomplete,
    Invalid(usize),
}

/// Decodes the first UTF-8 character of the bytes, which are not empty.
fn first_character(bytes: &[u8]) -> CharacterStart {
    let bytes = bytes.get(..4).unwrap_or(bytes);
    let (valid, invalid) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).and_then(|bytes| std::str::from_utf8(bytes).ok());
            (valid.unwrap_or_default(), error.error_len())
        }
    };
    match (valid.chars().next(), invalid) {
        (Some(character), _) => CharacterStart::Complete(character.len_utf8(), character),
        (None, Some(count)) => CharacterStart::Invalid(count),
        (None, None) => CharacterStart::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(inputs: &[Input]) -> Vec<String> {
        let name = |input: &Input| match input {
            Input::Key(chord) => chord.to_string(),
            Input::Mouse(MouseEvent { gesture, x, y, .. }) => format!("{gesture:?} {x},{y}"),
            Input::Paste(text) => format!("paste {text:?}"),
            Input::Focus => "focus".into(),
        };
        inputs.iter().map(name).collect()
    }

    /// Decodes pieces that follow each other without a pause, and then a pause.
    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Input> {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.feed(piece, &mut inputs);
        }
        decoder.pause(&mut inputs);
        inputs
    }

    #[test]
    fn mouse_events_stand_between_keys_and_what_is_none_is_dropped() {
        let bytes = b"a\x1b[<0;5;7Mb\x1b[<2;5;7M\x1b[<64;1;1M\x1b[<0;5;7m\x1b[<0;0;0Mc";
        let expected = ["a", "Press 4,6", "b", "WheelUp 0,0", "Release 4,6", "c"];
        assert_eq!(names(&decode([&bytes[..]])), expected);
        assert_eq!(names(&decode(bytes.chunks(1))), expected);
        // After a pause in the middle, the rest of the event is not typed.
        assert_eq!(decode_apart(&["x", "\x1b[<0;5", ";7M", "y"]), "x Press 4,6 y");
    }

    /// Decodes pieces with a pause after each.
    fn decode_apart(pieces: &[&str]) -> String {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.feed(piece.as_bytes(), &mut inputs);
            decoder.pause(&mut inputs);
        }
        names(&inputs).join(" ")
    }

    #[test]
    fn esc_before_the_sequence_of_a_key_is_alt_with_this_key() {
        for (bytes, expected) in [
            ("\x1b\x1b[D", "alt-left"),
            ("\x1b\x1bOD", "alt-left"),
            ("\x1b\x1b[1;5D", "ctrl-alt-left"),
            ("\x1b\x1bOP", "alt-f1"),
            ("\x1b\x1b[5~", "alt-page-up"),
            ("\x1b\x1b[15~", "alt-f5"),
            ("\x1b\x1b[[A", "alt-f1"),
            ("\x1b\x1b[Z", "alt-shift-tab"),
            ("\x1b\x1b[a", "alt-shift-up"),
            ("\x1b\x1bOa", "ctrl-alt-up"),
            ("\x1b\x1b[7^", "ctrl-alt-home"),
            ("\x1b\x1b[13;5u", "ctrl-alt-enter"),
            ("\x1bx", "alt-x"),
            ("\x1bä", "alt-ä"),
            ("\x1b\r", "alt-enter"),
            ("\x1b\x7f", "alt-backspace"),
            ("\x1b\x01", "ctrl-alt-a"),
            ("\x1b[D", "left"),
            ("\x1b[5~x", "page-up x"),
            ("a\x1b[Db", "a left b"),
            // Esc was pressed first.
            ("\x1b", "esc"),
            ("\x1b\x1b", "esc esc"),
            ("\x1b\x1b\x1b[D", "esc alt-left"),
            ("\x1b\x1bx", "esc alt-x"),
            ("\x1b\x1b[I", "esc focus"),
            ("\x1b[Ix", "focus x"),
            ("\x1b\x1b[200~a\x1b[201~", "esc paste \"a\""),
            ("\x1b[\x1b[A", "alt-[ up"),
            ("\x1bO\x1bOA", "alt-O up"),
            ("\x1b[", "alt-["),
            ("\x1bO", "alt-O"),
            ("\x1b\x1b[", "esc alt-["),
            // Nothing of these is typed as text.
            ("\x1b[?1;2cx", "x"),
            ("\x1b[Ox", "x"),
            ("\x1b[<2;10;10Mx", "x"),
            ("\x1b[M !!x", "x"),
            ("\x1b[99~x", "x"),
            ("\x1b[201~x", "x"),
            ("\x1b[1;5\x1b[D", "left"),
            ("\x1b[1;5\rx", "enter x"),
            ("\x1bOzx", "x"),
            ("\u{fffd}", "\u{fffd}"),
        ] {
            assert_eq!(names(&decode([bytes.as_bytes()])).join(" "), expected, "{bytes:?}");
        }
        assert_eq!(names(&decode([&b"a\xff\xc3(\xe2\x82b\x1b\xffc"[..]])).join(" "), "a ( b esc c");
    }

    #[test]
    fn what_comes_apart_is_not_one_key() {
        assert_eq!(decode_apart(&["\x1b", "[D"]), "esc [ D");
        assert_eq!(decode_apart(&["\x1b", "\x1b[D"]), "esc left");
        assert_eq!(decode_apart(&["\x1b\x1b", "[D"]), "esc esc [ D");
        assert_eq!(decode_apart(&["\x1b", "x"]), "esc x");
        assert_eq!(decode_apart(&["\x1b[", "D"]), "alt-[ D");
        assert_eq!(decode_apart(&["\x1bO", "x"]), "alt-O x");
        // A sequence with parameters, and a character, are complete whenever their rest comes.
        assert_eq!(decode_apart(&["\x1b[1;", "5D"]), "ctrl-left");
        assert_eq!(decode_apart(&["\x1b\x1b[1", ";5D"]), "ctrl-alt-left");
        assert_eq!(decode_apart(&["\x1b[15", "~"]), "f5");
        assert_eq!(names(&decode([&b"\xe6\x97"[..], b"\xa5"])).join(" "), "日");
    }

    #[test]
    fn a_paste_is_found_in_all_pieces_and_a_lost_end_does_not_keep_the_keyboard() {
        let bytes = "a\x1b[200~x\x1b[D\x1b[201\ry日\x1b[201~b".as_bytes();
        let expected = ["a", "paste \"x\\u{1b}[D\\u{1b}[201\\ry日\"", "b"];
        for size in 1..bytes.len() {
            assert_eq!(names(&decode(bytes.chunks(size))), expected, "pieces of {size}");
        }
        assert_eq!(decode_apart(&["\x1b[200~lost", "x"]), "paste \"lost\" x");
        assert_eq!(names(&decode([&b"\x1b[200~\xff\x1b[201~"[..]])), ["paste \"\u{fffd}\""]);
    }

    #[test]
    fn a_paste_of_twenty_megabytes_in_small_pieces_takes_linear_time() {
        // With quadratic time this test would take hours.
        let text = "SELECT 'twenty megabytes' \x1b[201 \n".repeat(20_000_000 / 32);
        let bytes = format!("\x1b[200~{text}\x1b[201~");
        assert_eq!(decode(bytes.as_bytes().chunks(1024)), [Input::Paste(text)]);
    }

    #[test]
    fn a_paste_without_an_end_and_a_sequence_without_an_end_use_bounded_memory() {
        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[200~", &mut inputs);
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..=PASTE_BYTES >> 20 {
            decoder.feed(&piece, &mut inputs);
        }
        decoder.feed(b"\x1b[20", &mut inputs);
        decoder.feed(b"1~y", &mut inputs);
        let [Input::Paste(text), Input::Key(_)] = inputs.as_slice() else { panic!("{}", inputs.len()) };
        assert!(text.len() <= PASTE_BYTES + PASTE_END.len() && text.ends_with('x'), "{}", text.len());

        let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
        decoder.feed(b"\x1b[", &mut inputs);
        for _ in 0..1000 {
            decoder.feed(&[b'1'; 1000], &mut inputs);
            assert!(decoder.pending.len() <= SEQUENCE_BYTES * 4, "{}", decoder.pending.len());
        }
        decoder.feed(b"~x", &mut inputs);
        assert_eq!(names(&inputs), ["x"]);
    }

    /// Bytes that are likely to be parts of sequences.
    fn terminal_bytes() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            6 => prop::sample::select(&b"\x1b\x1b\x1b[[[OO;;:0123456789~^$@AaDdMPRZuxy<?\r\n\t\x00\x7f"[..]).prop_map(|byte| vec![byte]),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
            1 => any::<char>().prop_map(|character| character.to_string().into_bytes()),
            1 => prop::sample::select(&["\x1b[200~", "\x1b[201~", "\x1b\x1b[1;5D", "\x1b[13;5u", "\x1b[M", "\x1b[<0;7;9M"][..])
                .prop_map(|text| text.as_bytes().to_vec()),
            1 => (0..SEQUENCE_BYTES * 2).prop_map(|count| vec![b'7'; count]),
        ];
        prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn pieces_do_not_change_the_result(
            bytes in terminal_bytes(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
            let whole = decode([bytes.as_slice()]);
            prop_assert_eq!(&decode(pieces), &whole);
            prop_assert_eq!(&decode(bytes.chunks(1)), &whole);
        }

        #[test]
        fn typed_text_is_typed(text in "[ -~äöü日本\u{1f600}]{0,40}") {
            let expected: Vec<Input> =
                text.chars().map(|character| Input::Key(Chord::plain(Key::Char(character)))).collect();
            prop_assert_eq!(decode([text.as_bytes()]), expected);
        }

        #[test]
        fn after_any_bytes_and_a_pause_the_keyboard_answers(bytes in terminal_bytes()) {
            let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
            decoder.feed(&bytes, &mut inputs);
            decoder.pause(&mut inputs);
            // A mouse event or a sequence that was cut may take up to three keys.
            inputs.clear();
            decoder.feed(b"\r\r\r\r", &mut inputs);
            prop_assert!(inputs.ends_with(&[Input::Key(Chord::plain(Key::Enter))]), "{:?}", inputs);
        }
    }
}
