//! Keys: chords, keymaps, the matcher, loading. Knows no terminal library and no pane.

mod chord;
mod keymap;
mod load;
mod matcher;

pub use chord::{Chord, ChordError, Key};
pub use keymap::{Binding, Keymap, label_of};
pub use load::{BadEntry, inherits, load};
pub use matcher::{Matcher, Outcome};
