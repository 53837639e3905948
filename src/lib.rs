//! rrx: a terminal program for MySQL-compatible read replicas that are reached through a jump host.
//!
//! The crate has five layers. A layer uses only itself and the layers above it in this list; a test (`tests/it/tidy.rs`) checks
//! the `use` paths.
//!
//! ```text
//!  layer 1  domain    pure values and rules: SQL text, results, catalog, docs, snippets, keys, profiles, the protocol
//!  layer 2  app       every decision of the TUI: update(&mut Model, Message) -> Vec<Effect>, and drawing from &Model
//!  layer 3  io        everything outside the process: terminal, tunnel, session, store, storage, host; no decisions
//!           demo      the embedded replica and its embedded jump host (cargo feature `demo`)
//!  layer 4  shell     the event loop of the TUI: input and worker events in, effects out
//!  layer 5  commands  one file or directory for each command; `entry` reads the command line and starts one
//! ```
//!
//! The data flows in one direction:
//!
//! ```text
//!  keys, events ──► Message ──► app::update(&mut Model) ──► Vec<Effect> ──► io tasks ──► events
//!                                     │
//!                                     └──► draw(&Model), at most 60 times a second
//! ```
//!
//! A session sends only two kinds of statements: constant statements of rrx itself (`io::session::internal_query`), and those
//! of a [`domain::access_log::Permit`], which exists only after the guard has checked the text and the begin record of the
//! access log is on disk.

pub mod app;
pub mod cli;
pub mod commands;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod entry;
pub mod io;
pub mod shell;
