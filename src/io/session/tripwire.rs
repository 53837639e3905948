//! The tripwire of a sign-in without TLS: it cuts the way when the server wants the whole password. Pure: bytes in, a
//! verdict out; it holds six bytes and a counter, whatever comes.
//!
//! `caching_sha2_password` takes a scramble from an account that signed in a while ago, and the whole password otherwise.
//! Without TLS the driver then asks the server for a key to lock the password with, and takes whatever key comes: somebody
//! in between gives one of their own and reads the password. MySQL's own clients refuse that (error 2061), and the driver
//! has no switch for it. Source: MySQL's "Caching SHA-2 pluggable authentication" in the protocol documentation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::io::tunnel::{Inspection, StreamInspector};

/// Bytes before the payload of a packet: its length in three, its number in one.
const HEADER: usize = 4;
/// Bytes of a packet of a sign-in, at most: greetings, keys and complaints are far shorter. A longer one could only hide what
/// comes after it: the driver takes packets of the greatest length for one.
const LONGEST: u32 = 64 << 10;

/// First byte of the greeting: the protocol's version.
const GREETING: u8 = 0x0a;
/// First byte of the packet that lets us in.
const OK: u8 = 0x00;
/// What the server says when it wants the whole password.
const FULL_SIGN_IN: [u8; 2] = [0x01, 0x04];

/// Follows the server's packets until it has let us in.
#[derive(Debug, Default)]
pub(super) struct Tripwire {
    /// The header of the packet that is being read, and the first bytes behind it.
    head: Vec<u8>,
    /// Bytes of it that are still to come, once the head is there.
    rest: u32,
    /// What the first packet was, once it is known.
    opening: Option<Opening>,
    has_sprung: Arc<AtomicBool>,
}

/// How the server began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// With its greeting: what lets us in may follow.
    Greeting,
    /// Otherwise: nothing that follows lets anybody in.
    Other,
}

impl Tripwire {
    /// Tells, as long as anybody wants to know, whether the way was cut.
    pub(super) fn witness(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.has_sprung)
    }

    /// One more byte of the head of a packet: `None` while more of the head is needed or when it was nothing special.
    fn head(&mut self, byte: u8) -> Option<Inspection> {
        self.head.push(byte);
        let &[low, middle, high, _, ref first @ ..] = self.head.as_slice() else { return None };
        let length = u32::from_le_bytes([low, middle, high, 0]);
        if length > LONGEST {
            return Some(Inspection::Abort);
        }
        let read = u32::try_from(first.len()).unwrap_or(u32::MAX);
        let verdict = match (self.opening, first) {
            (Some(Opening::Greeting), [OK, ..]) => Some(Inspection::Finish),
            (_, first) if *first == FULL_SIGN_IN => Some(Inspection::Abort),
            _ => None,
        };
        if verdict.is_some() || (read < length && self.head.len() < HEADER + FULL_SIGN_IN.len()) {
            return verdict;
        }
        if let (None, Some(first)) = (self.opening, first.first()) {
            self.opening = Some(if *first == GREETING { Opening::Greeting } else { Opening::Other });
        }
        self.rest = length - read;
        self.head.clear();
        None
    }
}

impl StreamInspector for Tripwire {
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
                    self.has_sprung.fetch_or(verdict == Inspection::Abort, Ordering::SeqCst);
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

    fn greeting() -> Vec<u8> {
        packet(b"\x0a9.7.0\0\x01\x04\x00and more")
    }

    /// The verdict of the last piece that was looked at.
    fn judge(bytes: &[u8], piece: usize) -> Inspection {
        let mut wire = Tripwire::default();
        let mut verdict = Inspection::Pass;
        for piece in bytes.chunks(piece) {
            verdict = wire.inspect(piece);
            if verdict != Inspection::Pass {
                break;
            }
        }
        assert_eq!(wire.witness().load(Ordering::SeqCst), verdict == Inspection::Abort);
        verdict
    }

    #[test]
    fn a_scramble_that_is_taken_passes_and_the_eyes_close() {
        let switch = packet(b"\xfecaching_sha2_password\0saltsaltsaltsaltsalt\0");
        let bytes = [greeting(), switch, packet(&[1, 3]), packet(&[0, 0, 0, 2, 0, 0, 0]), packet(&[1, 4])].concat();
        assert_eq!(judge(&bytes, 7), Inspection::Finish);
    }

    #[test]
    fn the_wish_for_the_whole_password_is_cut_before_its_last_byte_passes() {
        let bytes = [greeting(), packet(&[1, 4])].concat();
        assert_eq!(judge(&bytes, 1), Inspection::Abort);
        assert_eq!(judge(&bytes[..bytes.len() - 1], 1), Inspection::Pass);
    }

    #[test]
    fn an_error_in_place_of_the_greeting_passes() {
        assert_eq!(judge(&packet(b"\xff\x10\x04Too many connections"), 5), Inspection::Pass);
    }

    #[test]
    fn nothing_but_a_greeting_lets_an_ok_close_the_eyes() {
        for opening in [packet(&[]), packet(&[0, 0, 0]), packet(b"\xff\xff\xffwait")] {
            let bytes = [opening, packet(&[0, 0, 0]), packet(&[1, 4])].concat();
            assert_eq!(judge(&bytes, 3), Inspection::Abort, "{bytes:?}");
        }
    }

    #[test]
    fn a_packet_too_long_for_a_sign_in_is_cut() {
        assert_eq!(judge(&[0xff, 0xff, 0xff, 0, 0x0a], 9), Inspection::Abort);
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_into_pieces_changes_nothing(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(4), Just(10), any::<u8>()], 0..200),
            piece in 1_usize..40,
        ) {
            prop_assert_eq!(judge(&bytes, piece), judge(&bytes, 1));
        }

        #[test]
        fn after_any_packets_that_let_nobody_in_the_wish_is_cut(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6),
            piece in 1_usize..40,
        ) {
            let before: Vec<u8> = payloads.iter().filter(|payload| payload.first() != Some(&0)).flat_map(|payload| packet(payload)).collect();
            prop_assert_eq!(judge(&[greeting(), before, packet(&[1, 4])].concat(), piece), Inspection::Abort);
        }
    }
}
