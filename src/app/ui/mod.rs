//! Drawing that panes share: colours, text in cells, panels, problems.

pub mod draw;
pub mod line;
pub mod look;
pub mod problem;
pub mod tab_strip;
pub mod theme;
