//! The sizes of the panels that the user has chosen by moving borders.

/// The sizes of the panels; `None` is the automatic size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PanelSizes {
    /// The width of the explorer in cells.
    pub explorer: Option<u16>,
    /// The width of the inspector in cells.
    pub inspector: Option<u16>,
    /// The worksheet's share of the height, in percent.
    pub worksheet: Option<u16>,
}
