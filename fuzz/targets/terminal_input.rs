//! Fuzz target: the bytes of a terminal mean the same however they are cut into pieces, and the keyboard always answers.

use rrx::domain::keys::{Chord, Key};
use rrx::io::terminal::decoder::{Decoder, Input};

use super::fingerprint;

/// Decodes the bytes whole, byte by byte, and in pieces of a length that the bytes give.
pub fn terminal_input(data: &[u8]) -> u64 {
    let whole = decode(data, data.len());
    let size = data.first().map_or(1, |byte| usize::from(*byte) % 16 + 1);
    for size in [1, size] {
        assert_eq!(decode(data, size), whole, "pieces of {size}");
    }
    let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
    decoder.feed(data, &mut inputs);
    decoder.pause(&mut inputs);
    inputs.clear();
    // A sequence that was cut may take up to three keys.
    decoder.feed(b"\r\r\r\r", &mut inputs);
    assert_eq!(inputs.last(), Some(&Input::Key(Chord::plain(Key::Enter))), "the keyboard answers");
    let kinds = whole.iter().rev().take(2).map(|input| match input {
        Input::Key(Chord { key: Key::Char(character), .. }) => (Some(Key::Char((*character).min('\u{80}'))), None),
        Input::Key(chord) => (None, Some(*chord)),
        Input::Mouse(_) | Input::Paste(_) | Input::Focus => (None, None),
    });
    fingerprint(kinds.collect::<Vec<_>>())
}

fn decode(data: &[u8], size: usize) -> Vec<Input> {
    let (mut decoder, mut inputs) = (Decoder::default(), Vec::new());
    for piece in data.chunks(size.max(1)) {
        decoder.feed(piece, &mut inputs);
    }
    decoder.pause(&mut inputs);
    inputs
}
