//! Keys: notation, matching, and what the shipped keymaps must hold.

use proptest::prelude::*;
use rrx::app::action::{Action, ActionKind, AppAction};
use rrx::app::keymaps;
use rrx::app::panes::worksheet::VimKeys;
use rrx::domain::keys::{Chord, EditingStyle, Key, KeyMatch, Keymap, Matcher, load};

fn shipped() -> Vec<(&'static str, Keymap<Action>)> {
    keymaps::names()
        .map(|name| {
            let (keymap, bad) = keymaps::keymap(name, None);
            assert_eq!(bad, vec![], "the shipped keymap {name} loads without a complaint");
            (name, keymap)
        })
        .collect()
}

#[test]
fn every_action_has_a_key_in_every_style() {
    for (name, keymap) in shipped() {
        let without: Vec<String> = Action::all()
            .filter(|action| keymap.chords(action.layer(), *action).next().is_none())
            .map(|action| format!("{}.{}", action.layer(), action.name()))
            .collect();
        assert_eq!(without, Vec::<String>::new(), "style {name}");
    }
}

#[test]
fn no_shipped_binding_needs_a_key_that_terminals_cannot_send_or_tell_apart() {
    for (name, keymap) in shipped() {
        for action in Action::all() {
            for chords in keymap.chords(action.layer(), action) {
                for chord in chords {
                    let bad = match chord.key {
                        // A space and the digits 4 to 7 are the control characters NUL and 0x1c to 0x1f.
                        Key::Char(c) if chord.ctrl => {
                            !(c.is_ascii_lowercase() || c == ' ' || ('4'..='7').contains(&c)) || "ijmh".contains(c)
                        }
                        Key::Char(c) if chord.alt => c == '[' || c == 'O',
                        Key::Enter => chord.ctrl || chord.shift,
                        _ => false,
                    };
                    assert!(!bad, "{name}: {chord} of {}.{}", action.layer(), action.name());
                }
            }
        }
    }
}

#[test]
fn what_a_multiplexer_takes_has_a_second_key() {
    for (name, keymap) in shipped() {
        for action in Action::all() {
            let keys: Vec<String> = keymap
                .chords(action.layer(), action)
                .map(|chords| chords.iter().map(ToString::to_string).collect())
                .collect();
            let taken = |key: &String| key == "ctrl-a" || key == "ctrl-b";
            let is_default_exception = action.name() == "select-all";
            assert!(
                is_default_exception || !keys.iter().any(taken) || keys.iter().any(|key| !taken(key)),
                "{name}: {}.{} has only {keys:?}",
                action.layer(),
                action.name()
            );
        }
    }
}

#[test]
fn every_printable_character_is_text_in_the_worksheet_in_every_style() {
    for (name, keymap) in shipped() {
        for c in (' '..='~').chain("äß€漢".chars()) {
            let outcome = Matcher::default().feed(Chord::plain(Key::Char(c)), &keymap, &["worksheet", "app"], true);
            assert_eq!(outcome, KeyMatch::Text(c), "style {name}");
        }
    }
}

/// Returns whether keys do an action in the worksheet.
fn reaches(keymap: &Keymap<Action>, chords: &[Chord], action: Action) -> bool {
    let mut matcher = Matcher::default();
    let mut last = KeyMatch::Unbound;
    for chord in chords {
        last = matcher.feed(*chord, keymap, &["worksheet", "app"], true);
    }
    last == KeyMatch::Action(action)
}

#[test]
fn in_the_worksheet_every_action_has_a_key_that_no_other_one_hides() {
    for (name, keymap) in shipped() {
        let vim = VimKeys::default();
        // Moves of vim do what the actions with these keys do.
        let is_hidden = |action: Action, chord: Chord| {
            keymap.editing() == EditingStyle::Vim && action.kind() == ActionKind::Command && vim.takes(chord)
        };
        let without: Vec<&str> = Action::all()
            .filter(|action| matches!(action, Action::App(_) | Action::Worksheet(_)))
            // Esc clears the selection first, in every style.
            .filter(|action| *action != Action::App(AppAction::Back))
            .filter(|action| {
                let mut all = keymap.chords(action.layer(), *action);
                !all.any(|chords| reaches(&keymap, chords, *action) && !is_hidden(*action, chords[0]))
            })
            .map(Action::name)
            .collect();
        assert_eq!(without, Vec::<&str>::new(), "style {name}");
    }
}

#[test]
fn a_keymap_of_the_user_has_the_modes_of_the_style_that_it_inherits() {
    let (mine, _) = keymaps::keymap("mine", Some(("mine.toml", "inherits = \"vim\"")));
    assert_eq!(mine.editing(), EditingStyle::Vim);
    assert_eq!(keymaps::keymap("default", None).0.editing(), EditingStyle::Plain);
    assert_eq!(keymaps::keymap("emacs", None).0.editing(), EditingStyle::Emacs);
}

#[test]
fn a_sequence_waits_without_time_and_is_given_up_by_another_key() {
    let (keymap, _) = keymaps::keymap("default", None);
    let mut matcher = Matcher::default();
    let g = Chord::plain(Key::Char('g'));
    assert_eq!(matcher.feed(g, &keymap, &["grid", "app"], false), KeyMatch::Pending);
    assert_eq!(matcher.feed(Chord::plain(Key::Char('x')), &keymap, &["grid", "app"], false), KeyMatch::GivenUp);
    assert_eq!(matcher.feed(g, &keymap, &["grid", "app"], false), KeyMatch::Pending);
    let top = Action::find("grid", "top").unwrap();
    assert_eq!(matcher.feed(g, &keymap, &["grid", "app"], false), KeyMatch::Action(top));
}

#[test]
fn all_bad_entries_of_a_file_are_named_with_their_lines_and_the_good_ones_hold() {
    let (mut keymap, _) = keymaps::keymap("default", None);
    let text = "[grid]\ncopy = \"ctrl-shift-y\"\nfly = \"f\"\ndown = \"x\"\ntop = [\"x y\"]\n";
    let bad = load(&mut keymap, "mine.toml", text, &Action::find);
    let named: Vec<(usize, &str)> = bad.iter().map(|entry| (entry.line, entry.entry.as_str())).collect();
    assert_eq!(named, vec![(2, "grid.copy"), (3, "grid.fly"), (5, "grid.top")]);
    assert_eq!(keymap.label("grid", Action::find("grid", "down").unwrap()).as_deref(), Some("x"));
}

proptest! {
    #[test]
    fn a_chord_reads_back_from_what_it_prints(c in any::<char>(), ctrl: bool, alt: bool, f in 1u8..=12) {
        prop_assume!(!c.is_control() && !c.is_whitespace());
        for key in [Key::Char(c), Key::F(f), Key::PageDown, Key::Char(' ')] {
            let chord = Chord { key, ctrl, alt, shift: false };
            prop_assert_eq!(chord.to_string().parse::<Chord>().unwrap(), chord);
        }
    }

    #[test]
    fn loading_never_panics(text in "\\PC*") {
        let mut keymap = Keymap::default();
        let _ = load(&mut keymap, "x", &text, &Action::find);
    }
}
