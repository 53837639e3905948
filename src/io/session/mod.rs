//! The sessions: each one is a task that owns the route to the replica and all MySQL connections on it. Only this
//! module uses the driver (`mysql_async`). It makes no decision that belongs to the user.
//!
//! ```text
//!  Connect ──► route ──► sign-in ──► variables pinned and read back ──► facts ──► control connection ──► Ready
//!  Run(Permit) ──► (bound values) ──► statement (supervisor: cancel, deadlines, heartbeat) ──► Rows …, End ──► Ended
//!  regularly ──► replication lag and a heartbeat, on the control connection
//!  LoadCatalog ──► a third connection, closed after the catalog is read
//! ```
//!
//! Files, from the top down; a file uses only files below it:
//!
//! ```text
//!  task              the session's task: connects, then runs one command after the other
//!  connect_steps     the connection steps after the route
//!  statement         runs one statement; bound_values sends its values
//!  supervisor        watches commands, deadlines and the heartbeat while a statement runs
//!  control           the second connection: KILL, heartbeat, lag
//!  sign_in           opens the first connection
//!  catalog_loader    loads the catalog in a task; catalog reads it
//!  secondary, lag, server_facts
//!  pin               sets the session variables and reads them back
//!  connector         opens one MySQL connection: driver options
//!  tls_relay         TLS to the replica; server_verifier judges its certificate
//!  plain_relay       the same without TLS
//!  first_packet      reads the greeting and judges it; foreign_server describes what is none
//!  route, tunnel_context, secrets
//!  run_internal, variables, server, server_timeout, events, error, …
//! ```

mod bound_values;
mod catalog;
mod catalog_loader;
mod certificate;
mod certificate_fields;
mod connect_steps;
mod connector;
mod control;
mod convert;
mod credential_cache;
mod debug_events;
mod env;
mod error;
mod events;
mod explain;
mod first_packet;
mod foreign_server;
mod internal_query;
mod lag;
mod left_statements;
mod local_certificate;
mod packet_watch;
mod password_watch;
mod pin;
mod plain_relay;
mod route;
mod run_internal;
mod secondary;
mod secrets;
mod server;
pub mod server_bytes;
mod server_facts;
mod server_hints;
mod server_timeout;
mod server_verifier;
mod session_state;
mod sign_in;
mod statement;
mod supervisor;
mod task;
mod tls_relay;
mod tunnel_context;
mod variables;

pub use credential_cache::{CredentialCache, CredentialCaches};
pub use env::{CatalogLoading, PrepareProfile, ReadSecret, SecretAge, SessionEnv};
pub use task::spawn;
pub use tunnel_context::tunnel_context;
