//! The status values of the server.

use std::sync::atomic::Ordering;

use super::replica::Server;

/// Returns the names and values of SHOW STATUS, sorted by name.
pub(super) fn status_values(server: &Server) -> Vec<(&'static str, String)> {
    let connections = &server.connections;
    let statements = connections.statements.load(Ordering::Relaxed);
    let processes = connections.list();
    let running = processes.iter().filter(|process| process.statement.is_some()).count();
    vec![
        ("Connections", connections.count_since_start().to_string()),
        ("Queries", statements.to_string()),
        ("Questions", statements.to_string()),
        ("Slow_queries", "0".into()),
        ("Ssl_cipher", String::new()),
        ("Ssl_version", String::new()),
        ("Threads_connected", processes.len().to_string()),
        ("Threads_running", running.to_string()),
        ("Uptime", server.uptime().to_string()),
    ]
}

/// Returns the text of `COM_STATISTICS`.
pub(super) fn statistics(server: &Server) -> String {
    let statements = server.connections.statements.load(Ordering::Relaxed);
    let threads = server.connections.list().len();
    format!("Uptime: {}  Threads: {threads}  Questions: {statements}  Slow queries: 0", server.uptime())
}
