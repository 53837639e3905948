//! Values on a screen.

use proptest::prelude::*;
use rrx::domain::results::{
    BINARY_COLLATION, CellPreview, Column, GlyphSet, TextPiece, TextPieceKind, WireType, show_preview, show_text,
};

use super::{blob, column, text};

const WIDE: usize = usize::MAX;

fn value(bytes: &[u8]) -> CellPreview {
    CellPreview::Bytes { head: bytes.into(), length: bytes.len() as u64 }
}

fn line(pieces: &[TextPiece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

fn draw(bytes: &[u8], column: &Column, glyphs: GlyphSet, width: usize) -> String {
    line(&show_preview(&value(bytes), column, glyphs, width))
}

fn unicode(bytes: impl AsRef<[u8]>) -> String {
    draw(bytes.as_ref(), &text("t"), GlyphSet::Unicode, WIDE)
}

fn ascii(bytes: impl AsRef<[u8]>) -> String {
    draw(bytes.as_ref(), &text("t"), GlyphSet::Ascii, WIDE)
}

fn bit(length: u32) -> Column {
    Column { length, charset: BINARY_COLLATION, ..column("b", WireType::Bit) }
}

#[test]
fn null_empty_blanks_and_their_lookalikes_are_told_apart() {
    assert_eq!(
        show_preview(&CellPreview::Null, &text("t"), GlyphSet::Unicode, WIDE),
        [TextPiece { text: "‹null›".to_owned(), kind: TextPieceKind::Null }]
    );
    assert_eq!(
        show_preview(&value(b""), &text("t"), GlyphSet::Ascii, WIDE),
        [TextPiece { text: "<empty>".to_owned(), kind: TextPieceKind::Empty }]
    );
    assert_eq!(unicode("NULL"), "NULL");
    assert_eq!(unicode("‹null›"), "\"‹null›\"");
    assert_eq!(unicode("\"‹null›\""), "\"\"‹null›\"\"");
    assert_eq!(unicode("\"quoted\""), "\"quoted\"");
    assert_eq!(unicode("▒▒▒▒"), "\"▒▒▒▒\"");
    assert_eq!(unicode("16 B 3f2a…"), "\"16 B 3f2a…\"");
    assert_eq!(unicode("and so on…"), "\"and so on…\"");
    assert_eq!(unicode("~"), "\"~\"");
    assert_eq!(unicode(" n␊"), "\" n␊\"");
    assert_eq!(unicode("  a b "), "··a b·");
    assert_eq!(unicode("   "), "···");
    assert_eq!(unicode("·a"), "\"·a\"");
    assert_eq!(unicode("a·b"), "a·b");
    assert_eq!(ascii("  a b "), "__a b_");
    assert_eq!(ascii("_id"), "\"_id\"");
    assert_eq!(ascii("a_b"), "a_b");
    assert_eq!(ascii("<null>"), "\"<null>\"");
    assert_eq!(ascii("a\\nb"), "\"a\\nb\"");
}

#[test]
fn what_a_screen_must_not_draw_has_a_visible_mark() {
    assert_eq!(unicode("a\nb\tc\0\x1b[31m\x7f"), "a␊b␉c␀␛[31m␡");
    assert_eq!(ascii("a\r\nb\tc\0\x1b"), "a\\r\\nb\\tc\\0<U+001B>");
    assert_eq!(unicode("a\u{202e}b\u{200b}c\u{feff}"), "a‹U+202E›b‹U+200B›c‹U+FEFF›");
    assert_eq!(unicode("\u{85}\u{a0}x\u{2028}"), "‹U+0085›‹U+00A0›x‹U+2028›");
    assert_eq!(unicode(b"a\xffb\xc3"), "a‹ff›b‹c3›");
    assert_eq!(unicode("‹ff›"), "\"‹ff›\"");
    assert_eq!(unicode("a␊b"), "\"a␊b\"");
    assert_eq!(unicode("\u{301}e\u{301}"), "‹U+0301›e\u{301}");
    let pieces = show_preview(&value("a\nb".as_bytes()), &text("t"), GlyphSet::Unicode, WIDE);
    assert_eq!(
        pieces.iter().map(|piece| piece.kind).collect::<Vec<_>>(),
        [TextPieceKind::Plain, TextPieceKind::Placeholder, TextPieceKind::Plain]
    );
}

#[test]
fn a_pile_of_marks_on_one_letter_is_taken_apart() {
    let zalgo = format!("e{}", "\u{301}".repeat(50));
    assert!(unicode(zalgo).starts_with("e‹U+0301›‹U+0301›"));
}

#[test]
fn long_text_is_cut_and_numbers_and_times_never() {
    assert_eq!(draw(b"abcdef", &text("t"), GlyphSet::Unicode, 6), "abcdef");
    assert_eq!(draw(b"abcdef", &text("t"), GlyphSet::Unicode, 5), "abcd…");
    assert_eq!(draw(b"abcdef", &text("t"), GlyphSet::Ascii, 5), "ab...");
    assert_eq!(draw(b"abcdef", &text("t"), GlyphSet::Ascii, 2), "..");
    assert_eq!(draw(b"abcdef", &text("t"), GlyphSet::Unicode, 0), "");
    assert_eq!(draw("日本語".as_bytes(), &text("t"), GlyphSet::Unicode, 6), "日本語");
    assert_eq!(draw("日本語".as_bytes(), &text("t"), GlyphSet::Unicode, 5), "日本…");
    assert_eq!(draw("日本語".as_bytes(), &text("t"), GlyphSet::Unicode, 4), "日…");
    for wire in [WireType::LongLong, WireType::NewDecimal, WireType::Double, WireType::DateTime, WireType::Time] {
        assert_eq!(draw(b"12345", &column("n", wire), GlyphSet::Unicode, 5), "12345");
        assert_eq!(draw(b"12345", &column("n", wire), GlyphSet::Unicode, 4), "»");
        assert_eq!(draw(b"12345", &column("n", wire), GlyphSet::Ascii, 4), ">");
    }
    let cut = CellPreview::Bytes { head: b"abc "[..].into(), length: 5000 };
    assert_eq!(
        line(&show_preview(&cut, &text("t"), GlyphSet::Unicode, WIDE)),
        "abc …",
        "its last blank is not its end"
    );
}

#[test]
fn binary_values_are_their_size_and_first_bytes() {
    let uuid: Vec<u8> = (0..16).collect();
    assert_eq!(draw(&uuid, &blob("b"), GlyphSet::Unicode, WIDE), "16 B 000102030405060708090a0b0c0d0e0f");
    assert_eq!(draw(&uuid, &blob("b"), GlyphSet::Unicode, 10), "16 B 0001…");
    assert_eq!(draw(&[1; 17], &blob("b"), GlyphSet::Unicode, WIDE), format!("17 B {}…", "01".repeat(16)));
    assert_eq!(draw(&[0x3f], &blob("b"), GlyphSet::Unicode, WIDE), "1 B 3f");
    let huge = CellPreview::Bytes { head: vec![0xab; 4096].into(), length: 5 << 20 };
    assert_eq!(line(&show_preview(&huge, &blob("b"), GlyphSet::Unicode, 14)), "5.0 MiB abab…");
    assert_eq!(draw(b"", &blob("b"), GlyphSet::Unicode, WIDE), "‹empty›");
}

#[test]
fn bits_are_numbers() {
    assert_eq!(draw(&[0], &bit(1), GlyphSet::Unicode, WIDE), "0");
    assert_eq!(draw(&[1], &bit(1), GlyphSet::Unicode, WIDE), "1");
    assert_eq!(draw(&[1, 0], &bit(9), GlyphSet::Unicode, WIDE), "256");
    assert_eq!(draw(&[0xff; 8], &bit(64), GlyphSet::Unicode, WIDE), u64::MAX.to_string());
    assert_eq!(draw(&[1, 0], &bit(9), GlyphSet::Unicode, 2), "»");
    assert_eq!(draw(&[1; 9], &bit(64), GlyphSet::Unicode, 10), "9 B 0101…", "no server sends that");
}

fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !('\u{200b}'..='\u{200f}').contains(&character)
        && !('\u{2028}'..='\u{202e}').contains(&character)
        && !('\u{2060}'..='\u{206f}').contains(&character)
        && character != '\u{feff}'
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_become_harmless_text_within_the_width(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            any::<String>().prop_map(String::into_bytes),
            "[ -~\u{200b}-\u{2030}é日😀\u{300}\u{200d}]{0,40}".prop_map(String::into_bytes),
        ],
        wire in prop::sample::select(vec![WireType::VarString, WireType::LongLong, WireType::Bit, WireType::DateTime]),
        is_binary in any::<bool>(),
        is_cut in any::<bool>(),
        width in prop_oneof![0_usize..50, Just(usize::MAX)],
    ) {
        let charset = if is_binary { BINARY_COLLATION } else { 45 };
        let column = Column { charset, ..column("c", wire) };
        let length = bytes.len() as u64 + u64::from(is_cut);
        let value = CellPreview::Bytes { head: bytes.into(), length };
        for glyphs in [GlyphSet::Unicode, GlyphSet::Ascii] {
            let pieces = show_preview(&value, &column, glyphs, width);
            let cells: usize = pieces.iter().map(TextPiece::width).sum();
            prop_assert!(cells <= width, "{cells} cells: {pieces:?}");
            prop_assert!(width == 0 || !pieces.is_empty());
            prop_assert!(line(&pieces).chars().all(is_harmless), "{pieces:?}");
            prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()), "{pieces:?}");
        }
    }

    #[test]
    fn different_texts_look_different(one in "[ ·_‹›<>nul\"~…\\\\a␊]{1,8}", other in "[ ·_‹›<>nul\"~…\\\\a␊]{1,8}") {
        for glyphs in [GlyphSet::Unicode, GlyphSet::Ascii] {
            let (a, b) = (draw(one.as_bytes(), &text("t"), glyphs, WIDE), draw(other.as_bytes(), &text("t"), glyphs, WIDE));
            prop_assert!(a != b || one == other, "{one:?} and {other:?} are both {a:?}");
        }
    }

    #[test]
    fn ordinary_text_is_drawn_as_it_is(plain in "[a-zA-Z0-9][a-zA-Z0-9 ,:;()'é日]{0,30}[a-zA-Z0-9]") {
        prop_assert_eq!(unicode(&plain), plain.clone());
        prop_assert_eq!(ascii(&plain), plain);
    }
}

#[test]
fn names_of_columns_are_as_hostile_as_values() {
    assert_eq!(line(&show_text("a\x1b]0;x\x07", GlyphSet::Unicode, WIDE)), "a␛]0;x␇");
    assert_eq!(line(&show_text("screening_number", GlyphSet::Unicode, 10)), "screening…");
}
