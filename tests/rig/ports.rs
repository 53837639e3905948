//! Free ports for servers that must be told their port before they listen.
//!
//! A port that the system gives out for port 0 is in the range of its outgoing connections too: by the time the server
//! listens, any connection of any test may have it. So these ports lie below that range, one after the other.

use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What no system gives out by itself: Linux begins at 32768, others at 49152 (RFC 6335, section 6).
const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;

/// A port that nobody listens at, at any address, and that no other call of this process gets.
///
/// # Panics
/// When a thousand ports in a row are taken.
pub fn free_port() -> u16 {
    static BEGIN: OnceLock<u32> = OnceLock::new();
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Processes that test at the same time begin far from each other.
    let begin = *BEGIN.get_or_init(|| std::process::id().wrapping_mul(7919) % COUNT);
    for _ in 0..1000 {
        let offset = begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(FIRST + offset).unwrap();
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
    panic!("a thousand ports are taken, up to {}", FIRST + COUNT);
}
