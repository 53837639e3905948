//! The app layer: all decisions of the TUI. Only `update` changes the model; drawing reads the model and writes cells.

pub mod action;
mod action_table;
mod connection;
pub mod context;
pub mod dialogs;
pub mod due_writes;
pub mod effect;
pub mod focus;
mod header_view;
mod hints_view;
pub mod keymaps;
pub mod layout;
mod left_statements;
mod left_statements_state;
pub mod message;
pub mod model;
mod notice_view;
pub mod panes;
mod quit;
pub mod quitting;
pub mod reconnect;
mod reconnect_state;
pub mod request;
mod requests;
mod session_restore;
pub mod statement;
pub mod ui;
mod update;
mod view;
pub mod widgets;
mod worker_loss;

pub use effect::Effect;
pub use message::{Message, Worker};
pub use model::Model;
pub use update::update;
pub use view::{draw, screen};
