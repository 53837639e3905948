//! Floor 1: pure values and rules. Knows no task, no terminal, no driver and no file.

pub mod access_log;
pub mod calendar;
pub mod catalog;
pub mod compute;
pub mod docs;
pub mod export;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod problem;
pub mod profile;
pub mod protocol;
pub mod results;
pub mod snippets;
pub mod sql;
pub mod words;
