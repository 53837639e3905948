//! Fuzz target: what a server sends before the driver reads it. The watch decides the same whatever the pieces are, passes only
//! bytes of the input, and neither a malformed certificate nor the first bytes of another program are a panic.

use rrx::domain::text::is_safe;
use rrx::io::session::server_bytes::{describe_foreign, read_certificate, watch_packets};

use super::fingerprint;

/// Reads the bytes as a server's packets, and as a certificate.
pub fn server_bytes(data: &[u8]) -> u64 {
    let whole = watch_packets(data, data.len());
    for piece in [1, 3, 64] {
        let pieces = watch_packets(data, piece);
        assert_eq!(pieces.refusal, whole.refusal, "pieces of {piece} bytes are judged like the whole");
        if whole.refusal.is_some() {
            assert_eq!(pieces.passed, whole.passed, "pieces of {piece} bytes pass as far as the whole");
        }
    }
    assert!(data.starts_with(&whole.passed), "only bytes of the server pass");
    let foreign = describe_foreign(data);
    assert!(foreign.iter().all(|text| text.chars().all(is_safe)), "a message has no unsafe character: {foreign:?}");
    let certificate = read_certificate(data);
    fingerprint((whole.passed.len(), whole.refusal, foreign, certificate))
}
