//! The panel that has the focus. Keys go to it, and its layer of the keymap applies, unless an overlay is open.

/// A panel of the main screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Focus {
    Explorer,
    Worksheet,
    Grid,
    Inspector,
}

impl Focus {
    /// All panels, in the order of the next-panel key.
    pub const ALL: [Self; 4] = [Self::Explorer, Self::Worksheet, Self::Grid, Self::Inspector];

    #[must_use]
    pub fn layer(self) -> &'static str {
        match self {
            Self::Explorer => "explorer",
            Self::Worksheet => "worksheet",
            Self::Grid => "grid",
            Self::Inspector => "inspector",
        }
    }
}
