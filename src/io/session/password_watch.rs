//! Watches a sign-in without TLS, and cuts the connection when the server asks for the whole password. Pure: bytes in, a
//! verdict out. It keeps at most six bytes and a counter.
//!
//! `caching_sha2_password` accepts a scramble from an account that has signed in recently, and otherwise asks for the
//! whole password. Without TLS the driver then asks the server for a key to encrypt the password with, and accepts any
//! key: an attacker on the network path could send their own key and read the password. MySQL's own clients refuse this
//! (error 2061), and the driver has no option for it. Source: "Caching SHA-2 pluggable authentication" in MySQL's
//! protocol documentation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::io::tunnel::{Inspection, StreamInspector};

/// Bytes before the payload of a packet: three of its length, one of its number.
const HEADER: usize = 4;
/// The largest length of a packet during sign-in, in bytes: greetings, keys and errors are far shorter. A longer packet could
/// only hide what comes after it, because the driver joins packets of the maximum length.
const MAX_PACKET: u32 = 64 << 10;

/// First byte of the packet that accepts the sign-in.
const OK: u8 = 0x00;
/// Payload of the packet with which the server asks for the whole password.
const FULL_AUTHENTICATION: [u8; 2] = [0x01, 0x04];

/// Follows the server's packets after the greeting, until the server accepts the sign-in.
#[derive(Debug, Default)]
pub(super) struct PasswordWatch {
    /// The header of the current packet, and the first bytes after it.
    head: Vec<u8>,
    /// Bytes of the current packet that are still to come after the head.
    rest: u32,
    was_cut: Arc<AtomicBool>,
}

impl PasswordWatch {
    /// Returns a flag that is set when the connection is cut. It outlives the watch.
    pub(super) fn was_cut(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.was_cut)
    }

    /// Takes one more byte of the head of a packet. Returns `None` while more bytes are needed, and for packets of no interest.
    fn head(&mut self, byte: u8) -> Option<Inspection> {
        self.head.push(byte);
        let &[low, middle, high, _, ref first @ ..] = self.head.as_slice() else { return None };
        let length = u32::from_le_bytes([low, middle, high, 0]);
        if length > MAX_PACKET {
            return Some(Inspection::Abort);
        }
        let read = u32::try_from(first.len()).unwrap_or(u32::MAX);
        let verdict = match first {
            [OK, ..] => Some(Inspection::Finish),
            first if *first == FULL_AUTHENTICATION => Some(Inspection::Abort),
            _ => None,
        };
        if verdict.is_some() || (read < length && self.head.len() < HEADER + FULL_AUTHENTICATION.len()) {
            return verdict;
        }
        self.rest = length - read;
        self.head.clear();
        None
    }
}

impl StreamInspector for PasswordWatch {
    fn inspect(&mut self, mut bytes: &[u8]) -> Inspection {
        while let Some((&byte, after)) = bytes.split_first() {
            if self.rest > 0 {
                let skipped = bytes.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
                self.rest -= u32::try_from(skipped).unwrap_or(self.rest);
                bytes = bytes.get(skipped..).unwrap_or_default();
                continue;
            }
            bytes = after;
            match self.head(byte) {
                None => {}
                Some(verdict) => {
                    self.was_cut.fetch_or(verdict == Inspection::Abort, Ordering::SeqCst);
                    return verdict;
                }
            }
        }
        Inspection::Pass
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
        [&length[..3], &[0], payload].concat()
    }

    /// Returns the last verdict.
    fn judge(bytes: &[u8], piece: usize) -> Inspection {
        let mut watch = PasswordWatch::default();
        let mut verdict = Inspection::Pass;
        for piece in bytes.chunks(piece) {
            verdict = watch.inspect(piece);
            if verdict != Inspection::Pass {
                break;
            }
        }
        assert_eq!(watch.was_cut().load(Ordering::SeqCst), verdict == Inspection::Abort);
        verdict
    }

    #[test]
    fn an_accepted_scramble_passes_and_ends_the_watch() {
        let switch = packet(b"\xfecaching_sha2_password\0saltsaltsaltsaltsalt\0");
        let bytes = [switch, packet(&[1, 3]), packet(&[0, 0, 0, 2, 0, 0, 0]), packet(&[1, 4])].concat();
        assert_eq!(judge(&bytes, 7), Inspection::Finish);
    }

    #[test]
    fn a_request_for_the_whole_password_is_cut_before_its_last_byte_passes() {
        let bytes = packet(&[1, 4]);
        assert_eq!(judge(&bytes, 1), Inspection::Abort);
        assert_eq!(judge(&bytes[..bytes.len() - 1], 1), Inspection::Pass);
    }

    #[test]
    fn a_packet_too_long_for_a_sign_in_is_cut() {
        assert_eq!(judge(&[0xff, 0xff, 0xff, 0, 0x0a], 9), Inspection::Abort);
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_the_size_of_the_pieces(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(4), Just(10), any::<u8>()], 0..200),
            piece in 1_usize..40,
        ) {
            prop_assert_eq!(judge(&bytes, piece), judge(&bytes, 1));
        }

        #[test]
        fn the_request_is_cut_after_any_packets_that_accept_no_sign_in(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
            piece in 1_usize..40,
        ) {
            let before: Vec<u8> = payloads.iter().filter(|payload| payload.first() != Some(&0)).flat_map(|payload| packet(payload)).collect();
            prop_assert_eq!(judge(&[before, packet(&[1, 4])].concat(), piece), Inspection::Abort);
        }
    }
}
