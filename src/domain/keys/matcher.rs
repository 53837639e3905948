//! The matcher: from typed chords to an action, a character, or an open sequence. There are no timeouts.

use super::keymap::Lookup;
use super::{Chord, Key, Keymap};

/// The meaning of a chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatch<A> {
    Action(A),
    /// A character for the text field in focus.
    Text(char),
    /// More chords must follow.
    Pending,
    /// An open sequence was cancelled by Esc or by a key that does not continue it.
    GivenUp,
    /// No binding.
    Unbound,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matcher {
    typed: Vec<Chord>,
}

impl Matcher {
    /// Returns the chords of the open sequence.
    #[must_use]
    pub fn open(&self) -> &[Chord] {
        &self.typed
    }

    /// Handles one chord. `layers` are the layers of the focus, innermost first. With `takes_text`, a printable chord is text
    /// unless the innermost layer binds it.
    pub fn feed<A: Copy + Eq>(
        &mut self,
        chord: Chord,
        keymap: &Keymap<A>,
        layers: &[&str],
        takes_text: bool,
    ) -> KeyMatch<A> {
        let continues = !self.typed.is_empty();
        if continues && chord == Chord::plain(Key::Esc) {
            self.typed.clear();
            return KeyMatch::GivenUp;
        }
        self.typed.push(chord);
        for (depth, layer) in layers.iter().enumerate() {
            if depth > 0 && takes_text && !continues && chord.typed().is_some() {
                break;
            }
            match keymap.look(layer, &self.typed) {
                Lookup::Whole(action) => {
                    self.typed.clear();
                    return KeyMatch::Action(action);
                }
                Lookup::Prefix => return KeyMatch::Pending,
                Lookup::Nothing => {}
            }
        }
        self.typed.clear();
        match chord.typed() {
            _ if continues => KeyMatch::GivenUp,
            Some(c) if takes_text => KeyMatch::Text(c),
            _ => KeyMatch::Unbound,
        }
    }
}
