//! Editing: the editing commands, and the keys of vim.

mod any_keys;
mod app;
mod commands;
mod effects;
mod table;
