//! The files of rrx: settings, keymaps, worksheets, snippets, documentation packs, copies and the access log. On the screen
//! one task owns them. The formats of their text belong to the domain.

pub mod access_log;
pub mod atomic;
pub mod copies;
pub mod docs;
mod due_records;
pub mod history;
pub mod keymaps;
pub mod known_hosts;
mod last_uses;
pub mod lock;
pub mod panel_sizes;
pub mod paths;
pub mod rescue;
mod safe_name;
pub mod settings;
pub mod snippets;
pub mod sql_files;
pub mod ssh_files;
pub mod stored_dates;
pub mod task;
mod worksheet_slot;
pub mod worksheets;
