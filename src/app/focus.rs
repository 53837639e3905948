//! Where keys go: the panel in focus, or the overlay above it. It decides the layers of the keymap.

/// A panel of the main screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Focus {
    /// Schemas and tables.
    Explorer,
    /// SQL text.
    Worksheet,
    /// Rows.
    Grid,
    /// Documentation and details.
    Inspector,
}

impl Focus {
    /// All, in the order of Tab.
    pub const ALL: [Self; 4] = [Self::Explorer, Self::Worksheet, Self::Grid, Self::Inspector];

    /// The keymap's layer.
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
