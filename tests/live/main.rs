//! Tests of sessions, tunnels and commands against real servers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail loudly"
)]
#![allow(missing_docs, unreachable_pub, reason = "tests are not a library")]

#[path = "../rig/mod.rs"]
mod rig;

#[path = "../rig/demo_mariadb.rs"]
mod demo_mariadb;

#[path = "../pty/harness.rs"]
#[allow(dead_code, reason = "only the terminal tests use all of it")]
mod pty_harness;

mod all_types;
mod at_terminal;
mod bound;
mod certificates;
mod closed_terminal;
mod corpus;
mod crowd;
mod demo;
mod demo_data;
mod doctor;
mod doctor_ways;
mod engines;
mod exact;
mod full_disk_rooted;
mod harness;
mod hop_questions;
mod hops;
mod hops_as_openssh;
mod hops_files;
mod keys;
mod lag;
mod left_statements;
mod liveness;
mod misbehaving_server;
mod one_server;
mod order;
mod origins;
mod plan;
mod proof;
mod proxy_command;
mod refusals;
mod rig_itself;
mod rooted;
mod rows;
mod run;
mod scripted_server;
mod scripts;
mod secrets;
mod server_errors;
mod session;
mod session_state;
mod sign_in;
mod traps;
mod tunnel;
mod tunnel_command;
mod tunnel_command_rooted;
mod typed;
mod ways_rooted;
mod worksheets_rooted;
