//! Free ports for servers that need their port number in their configuration.
//!
//! A port that the system assigns for port 0 is in the range of outgoing connections, so the connection of another test can
//! take it before the server listens. The ports of this module are below that range.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The first port. Linux assigns ports from 32768 on, other systems from 49152 (RFC 6335, section 6).
const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;

/// Returns a port on which no program listens at any address. Each call in this process returns another port.
///
/// # Panics
/// If a thousand consecutive ports are in use.
pub fn free_port() -> u16 {
    static BEGIN: OnceLock<u32> = OnceLock::new();
    static RETURNED: AtomicU32 = AtomicU32::new(0);
    // Test processes that run at the same time begin at different ports.
    let begin = *BEGIN.get_or_init(|| std::process::id().wrapping_mul(7919) % COUNT);
    for _ in 0..1000 {
        let offset = begin.wrapping_add(RETURNED.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + offset).unwrap();
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
    panic!("a thousand ports are in use, up to {}", FIRST + COUNT);
}
