//! Drawing that panes share: colours, text in cells, panels, hints. Reads the model, writes cells.

pub mod draw;
pub mod look;
pub mod problem;
pub mod theme;
