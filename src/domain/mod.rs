//! Pure values and rules: no tasks, terminal, driver or files.

pub mod access_log;
pub mod calendar;
pub mod catalog;
pub mod compute;
pub mod docs;
pub mod documented_key;
pub mod editing;
pub mod export;
pub mod ids;
pub mod keys;
pub mod limits;
pub mod mouse;
pub mod nearest;
pub mod plan;
pub mod problem;
pub mod profile;
pub mod protocol;
pub mod quantity;
pub mod results;
pub mod screen_width;
pub mod snippets;
pub mod sql;
pub mod ssh;
pub mod text;
pub mod text_diff;
pub mod word_match;
