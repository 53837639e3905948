//! What the terminal can show: settings before environment; ASCII and sixteen colours hold what they say.

use std::io::Write as _;

use rrx::app::ui::look::{Background, Colours, TerminalEnv, TerminalLook, to_ascii};
use rrx::domain::profile::UiSettings;
use rrx::domain::results::GlyphSet;
use rrx::io::terminal::{BasicColours, ColourCodes};

fn said(term: &str, locale: &str) -> TerminalEnv {
    let word = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    TerminalEnv { term: word(term), locale: word(locale), ..TerminalEnv::default() }
}

fn auto(said: &TerminalEnv) -> TerminalLook {
    TerminalLook::choose(&UiSettings::default(), said)
}

#[test]
fn the_environment_decides_where_the_settings_leave_it() {
    let full = said("xterm-256color", "de_DE.UTF-8");
    assert_eq!(auto(&full), TerminalLook::default());
    for (term, locale, colours, glyphs) in [
        ("xterm", "C.UTF-8", Colours::Sixteen, GlyphSet::Unicode),
        ("linux", "C.UTF-8", Colours::Sixteen, GlyphSet::Ascii),
        ("dumb", "C.UTF-8", Colours::None, GlyphSet::Ascii),
        ("vt220", "C.utf8", Colours::None, GlyphSet::Ascii),
        ("screen-256color", "C", Colours::Many, GlyphSet::Ascii),
        ("tmux-256color", "de_DE.ISO-8859-1", Colours::Many, GlyphSet::Ascii),
        ("xterm-256color", "", Colours::Many, GlyphSet::Unicode),
    ] {
        let look = auto(&said(term, locale));
        assert_eq!((look.colours, look.glyphs), (colours, glyphs), "{term} {locale}");
    }
    assert_eq!(auto(&TerminalEnv { no_colour: Some("1".into()), ..full.clone() }).colours, Colours::None);
    assert_eq!(auto(&TerminalEnv { background: Some("0;15".into()), ..full.clone() }).background, Background::Light);
    assert_eq!(
        auto(&TerminalEnv { colour_term: Some("truecolor".into()), ..said("foot", "C.UTF-8") }).colours,
        Colours::Many
    );
}

#[test]
fn the_settings_decide_where_they_say_something() {
    let ui =
        |theme: &str, glyphs: &str| UiSettings { theme: theme.into(), glyphs: glyphs.into(), ..UiSettings::default() };
    let full = said("xterm-256color", "C.UTF-8");
    assert_eq!(TerminalLook::choose(&ui("mono", "auto"), &full).colours, Colours::None);
    assert_eq!(TerminalLook::choose(&ui("light", "auto"), &full).background, Background::Light);
    assert_eq!(TerminalLook::choose(&ui("dark", "ascii"), &full).glyphs, GlyphSet::Ascii);
    let bare = TerminalEnv { no_colour: Some("1".into()), ..said("linux", "C") };
    let look = TerminalLook::choose(&ui("dark", "unicode"), &bare);
    assert_eq!((look.colours, look.glyphs), (Colours::None, GlyphSet::Unicode), "no theme brings colours back");
}

#[test]
fn ascii_replaces_what_we_draw_and_leaves_what_values_hold() {
    use ratatui::buffer::Buffer;
    let mut buffer = Buffer::with_lines(["╭─›·│…äß漢 ━●"]);
    to_ascii(&mut buffer);
    assert_eq!(buffer, Buffer::with_lines(["+->.|.äß漢 -*"]));
}

#[test]
fn sixteen_colours_are_written_as_every_colour_terminal_reads_them_whatever_the_pieces() {
    let text = "a\x1b[38;5;6;48;5;9mb\x1b[39;49mc\x1b[2J\x1b[1;38;5;15md\x1b[38;5;238me\x1b]0;t\x07";
    for piece in [1, 3, 200] {
        let mut out = Vec::new();
        let mut writer = BasicColours::new(&mut out, ColourCodes::Basic);
        for bytes in text.as_bytes().chunks(piece) {
            writer.write_all(bytes).unwrap();
        }
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a\x1b[36;101mb\x1b[39;49mc\x1b[2J\x1b[1;97mde\x1b]0;t\x07",
            "{piece}"
        );
    }
}
