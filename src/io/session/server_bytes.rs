//! The parsers of bytes that a server sends, for the fuzz targets: packets before the driver reads them, and certificates.

use super::certificate_fields::CertificateFields;
use super::first_packet::{FirstPacket, judge};
use super::foreign_server::{ForeignEnd, ForeignServer};
use super::packet_watch::PacketWatch;
use crate::io::tunnel::{Inspection, StreamInspector as _};

/// What the driver gets of a server's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedBytes {
    /// The bytes that are passed on.
    pub passed: Vec<u8>,
    /// The error packet in place of what follows, if the connection ends.
    pub refusal: Option<Vec<u8>>,
}

/// Passes bytes as each connection does: the greeting as a whole, and what comes after it through the watch, in pieces of this
/// size. Without a greeting, nothing passes.
#[must_use]
pub fn watch_packets(bytes: &[u8], piece: usize) -> WatchedBytes {
    let Some((greeting, rest)) = split_greeting(bytes) else {
        return WatchedBytes { passed: Vec::new(), refusal: None };
    };
    let mut watch = PacketWatch::after_greeting(greeting);
    let (mut passed, mut held) = (greeting.to_vec(), Vec::new());
    for piece in rest.chunks(piece.max(1)) {
        held.extend_from_slice(piece);
        match watch.inspect(&held) {
            Inspection::Pass | Inspection::Finish => passed.append(&mut held),
            Inspection::PassPart(count) => passed.extend(held.drain(..count.min(held.len()))),
            Inspection::Abort => return WatchedBytes { passed, refusal: Some(Vec::new()) },
            Inspection::Replace { passed: count, with } => {
                passed.extend(held.drain(..count.min(held.len())));
                return WatchedBytes { passed, refusal: Some(with) };
            }
        }
    }
    WatchedBytes { passed, refusal: None }
}

/// Returns the greeting and what comes after it.
fn split_greeting(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    loop {
        match judge(bytes.get(..end)?) {
            FirstPacket::Incomplete(needed) => end = needed,
            FirstPacket::Greeting => return bytes.split_at_checked(end),
            FirstPacket::Refusal(_) | FirstPacket::Foreign => return None,
        }
    }
}

/// Returns what a message says about the first bytes of a server that are no MySQL; `None` for MySQL, and for bytes that may
/// become MySQL.
#[must_use]
pub fn describe_foreign(bytes: &[u8]) -> Option<String> {
    let server = ForeignServer { bytes: bytes.to_vec(), end: ForeignEnd::Judged };
    match judge(bytes) {
        FirstPacket::Foreign => Some(format!("{}; {}", server.because(), server.hint())),
        FirstPacket::Incomplete(_) | FirstPacket::Greeting | FirstPacket::Refusal(_) => None,
    }
}

/// Returns the version, the dates and the common name of a certificate in DER; `None` if it is malformed.
#[must_use]
pub fn read_certificate(der: &[u8]) -> Option<(u8, u64, u64, Option<String>)> {
    let fields = CertificateFields::read(der)?;
    Some((fields.version, fields.not_before, fields.not_after, fields.common_name()))
}
