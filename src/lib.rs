//! rrx: a terminal program for MySQL-compatible read replicas behind a jump host.
//!
//! The house has four floors. A floor names only itself and the floors above it in this list; a test
//! (`tests/it/tidy.rs`) holds that against the `use` paths.
//!
//! ```text
//!  floor 1  domain    pure values and rules: SQL text, results, catalog, docs, snippets, keys, profiles, the port
//!  floor 2  app       every decision of the TUI: update(&mut Model, Message) -> Vec<Effect>, and drawing from &Model
//!  floor 3  io        the outside: terminal, tunnel, session, store, storage, host; no decisions
//!  floor 4  commands  one file for each command; they drive io through domain::port
//!           demo      the embedded replica behind its embedded jump host (cargo feature `demo`)
//! ```
//!
//! The way of the data is one way:
//!
//! ```text
//!  keys, news ──► Message ──► app::update(&mut Model) ──► Vec<Effect> ──► io tasks ──► news
//!                                     │
//!                                     └──► draw(&Model), at most 60 times a second
//! ```
//!
//! What reaches the server is one of two things: a constant text of ours (`io::session::own`), or a
//! [`domain::access_log::Permit`], which exists only after the guard has checked the text and the access log has its
//! begin record on disk.

pub mod app;
pub mod cli;
pub mod commands;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod io;
