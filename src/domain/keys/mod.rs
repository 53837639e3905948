//! Keyboard input: chords, keymaps, keymap files, and the matcher of chord sequences.

mod chord;
mod keymap;
mod load;
mod matcher;

pub use chord::{Chord, ChordError, Key};
pub use keymap::{Binding, EditingStyle, Keymap, label_of};
pub use load::{BadEntry, inherits, load};
pub use matcher::{KeyMatch, Matcher};
