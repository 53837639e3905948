//! Floor 2: every decision of the TUI. `update` is the only way the model changes; drawing reads the model and writes cells.

pub mod action;
pub mod again;
pub mod areas;
pub mod ask;
mod bars_view;
pub mod effect;
pub mod focus;
pub mod message;
pub mod model;
pub mod panes;
mod route;
mod run;
pub mod shared;
pub mod styles;
pub mod ui;
mod update;
mod view;

pub use effect::Effect;
pub use message::Message;
pub use model::Model;
pub use update::update;
pub use view::{draw, screen};
