//! The matcher: from typed chords to an action, text, or "more keys follow". It keeps no time.

use super::keymap::Lookup;
use super::{Chord, Key, Keymap};

/// What a chord came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<A> {
    Action(A),
    /// A character for the text in focus.
    Text(char),
    /// A sequence is open; what can follow is shown.
    Pending,
    /// An open sequence was given up (Esc, or a key that does not continue it).
    GivenUp,
    /// Nothing is bound to it.
    Unbound,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    typed: Vec<Chord>,
}

impl Matcher {
    /// The chords of the open sequence.
    #[must_use]
    pub fn open(&self) -> &[Chord] {
        &self.typed
    }

    /// Takes one chord. `layers` are those of the focus, nearest first. With `takes_text` a printable chord is text
    /// unless the nearest layer binds it.
    pub fn feed<A: Copy + Eq>(
        &mut self,
        chord: Chord,
        keymap: &Keymap<A>,
        layers: &[&str],
        takes_text: bool,
    ) -> Outcome<A> {
        let continues = !self.typed.is_empty();
        if continues && chord == Chord::plain(Key::Esc) {
            self.typed.clear();
            return Outcome::GivenUp;
        }
        self.typed.push(chord);
        for (depth, layer) in layers.iter().enumerate() {
            if depth > 0 && takes_text && !continues && chord.typed().is_some() {
                break;
            }
            match keymap.look(layer, &self.typed) {
                Lookup::Whole(action) => {
                    self.typed.clear();
                    return Outcome::Action(action);
                }
                Lookup::Prefix => return Outcome::Pending,
                Lookup::Nothing => {}
            }
        }
        self.typed.clear();
        match chord.typed() {
            _ if continues => Outcome::GivenUp,
            Some(c) if takes_text => Outcome::Text(c),
            _ => Outcome::Unbound,
        }
    }
}
