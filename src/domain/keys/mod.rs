//! Keys: chords, keymaps, the matcher, loading. Knows no terminal library and no pane.
