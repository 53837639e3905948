//! The information schema: its table definitions as in MariaDB 10.11, and its rows, made from the demo's schema.

pub(super) mod cells;
mod definition;
mod rows;
pub(super) mod sizes;

pub(super) use definition::{NAME, definition};
pub(super) use rows::{CHARACTER_SETS, COLLATIONS, ENGINES, constant_rows};
