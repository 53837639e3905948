//! See the module list.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are read, not called")]

mod access_log;
mod catalog;
mod cli;
mod completion;
mod debug_log;
mod demo;
mod demo_data;
mod docs;
mod documents;
mod editing;
mod emacs;
mod explain;
mod export;
mod exports;
mod failing_writes;
mod finding;
mod first_steps;
mod folding;
mod following;
mod grid;
mod history;
mod interruptions;
mod jobs;
mod keys;
mod known_hosts;
mod layout;
mod left_statements;
mod legend;
mod look;
mod looking;
mod model;
mod monkey;
mod mouse;
mod own_files;
mod plan;
mod plan_check;
mod profile;
mod profile_list;
mod randomart;
mod reconnect;
mod results;
mod saving;
mod screens;
mod settings_reading;
mod setup;
mod snippets;
mod sql;
mod sql_files;
mod ssh_config;
mod statement_life;
mod states;
mod storage;
mod tidy;
mod typed_forms;
mod user_editor;
mod vim;
mod worker_loss;
mod worksheet_files;
mod worksheet_titles;
mod worksheets;
mod writing;
