//! Watches the server's packets, and ends a connection whose server announces more than a result header may hold: the driver
//! would reserve memory for every column that a header announces. It also ends one whose server sends an empty packet, at which
//! the driver panics (`mysql_async` 0.37.1 `queryable/mod.rs`, `is_result_set_end`). Pure: bytes in, a verdict out.
//!
//! It reads the first bytes of each packet. In place of the packet that it refuses, the driver gets an error packet with
//! the reason, where it waits for the answer. Source: "Client/Server Protocol", the answer to `COM_QUERY`, in MySQL's documentation.

use crate::domain::limits;
use crate::io::tunnel::{Inspection, StreamInspector};

/// The number of the error packet: that of the C client for a malformed packet. A server never sends it.
pub(super) const MALFORMED: u16 = 2027;

/// Bytes before the payload of a packet.
const HEADER: usize = 4;
/// Bytes of a payload that decide about it: a number of columns.
const HEAD: usize = 9;
/// The length of a packet that the next packet continues.
const CONTINUED: usize = 0x00ff_ffff;
/// The largest length of a packet during the sign-in, in bytes.
const SIGN_IN_PACKET: usize = 64 << 10;
/// The flag of a server that ends results without separate EOF packets. The driver always sets it too.
const DEPRECATE_EOF: u32 = 1 << 24;

/// First bytes of packets.
mod first {
    pub(super) const OK: u8 = 0x00;
    pub(super) const GREETING: u8 = 0x0a;
    pub(super) const LOCAL_FILE: u8 = 0xfb;
    pub(super) const EOF: u8 = 0xfe;
    pub(super) const ERROR: u8 = 0xff;
}

/// Follows the server's packets.
#[derive(Debug)]
pub(super) struct PacketWatch {
    phase: Phase,
    /// Bytes of the current packet that are still to come.
    rest: usize,
    /// Whether the next packet continues this one.
    is_continued: bool,
    /// Whether results have no EOF packet after the columns.
    deprecates_eof: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    SignIn,
    /// A response or the next result of one begins.
    Response,
    /// So many columns, and bytes of columns, are still to come.
    Columns {
        columns: u64,
        bytes: usize,
    },
    /// The EOF packet after the columns is still to come.
    ColumnsEnd,
    Rows,
}

impl PacketWatch {
    /// Creates a watch for what comes after this greeting (the packet with its header).
    pub(super) fn after_greeting(packet: &[u8]) -> Self {
        let deprecates_eof = deprecates_eof(packet.get(HEADER..).unwrap_or_default());
        Self { phase: Phase::SignIn, rest: 0, is_continued: false, deprecates_eof }
    }

    /// Decides about a packet with this length. `head` is the beginning of its payload. The error is the reason to refuse it.
    fn packet(&mut self, length: usize, head: &[u8]) -> Result<(), String> {
        if self.is_continued {
            return Ok(());
        }
        if length == 0 {
            return Err("it sends an empty packet".into());
        }
        let first = head.first().copied();
        self.phase = match self.phase {
            Phase::SignIn if length > SIGN_IN_PACKET => {
                return Err(format!("it announces a packet of {length} bytes before the end of the sign-in"));
            }
            Phase::SignIn if first == Some(first::OK) => Phase::Response,
            Phase::SignIn => Phase::SignIn,
            Phase::Response => response(length, head)?,
            Phase::Columns { .. } if first == Some(first::ERROR) => Phase::Response,
            Phase::Columns { columns, bytes } => {
                let left = bytes.checked_sub(length).filter(|_| length < CONTINUED);
                let Some(bytes) = left else { return Err(header_too_long()) };
                match columns.saturating_sub(1) {
                    0 if self.deprecates_eof => Phase::Rows,
                    0 => Phase::ColumnsEnd,
                    columns => Phase::Columns { columns, bytes },
                }
            }
            Phase::Rows if length < CONTINUED && matches!(first, Some(first::EOF | first::ERROR)) => Phase::Response,
            Phase::ColumnsEnd | Phase::Rows => Phase::Rows,
        };
        Ok(())
    }
}

/// Returns the phase after the first packet of an answer.
fn response(length: usize, head: &[u8]) -> Result<Phase, String> {
    if length == CONTINUED {
        return Err(header_too_long());
    }
    let columns = match head {
        [] | [first::OK | first::LOCAL_FILE | first::ERROR, ..] => return Ok(Phase::Response),
        [first::EOF, ..] if length < HEAD => return Ok(Phase::Response),
        [0xfc, low, high, ..] => u64::from(u16::from_le_bytes([*low, *high])),
        [0xfd, low, middle, high, ..] => u64::from(u32::from_le_bytes([*low, *middle, *high, 0])),
        [0xfe, number @ ..] => number.try_into().map_or(u64::MAX, u64::from_le_bytes),
        [0xfc | 0xfd, ..] => return Err("it sends an answer that is cut off".into()),
        [number, ..] => u64::from(*number),
    };
    if columns > limits::RESULT_COLUMNS {
        return Err(format!("it announces a result of {columns} columns"));
    }
    Ok(Phase::Columns { columns, bytes: limits::RESULT_HEADER_BYTES })
}

fn header_too_long() -> String {
    format!("the header of its result is longer than {} MiB", limits::RESULT_HEADER_BYTES >> 20)
}

/// Returns whether a greeting offers results without EOF packets. Source: `Protocol::HandshakeV10`.
fn deprecates_eof(greeting: &[u8]) -> bool {
    let flags = || {
        let after_version = greeting.strip_prefix(&[first::GREETING])?;
        let end = after_version.iter().position(|byte| *byte == 0)?;
        // The connection id, eight bytes of the scramble, and a zero.
        let rest = after_version.get(end + 1 + 4 + 8 + 1..)?;
        // Two bytes of flags, the character set, the status, and two more bytes of flags.
        let [low, middle, _, _, _, high, highest, ..] = rest else { return None };
        Some(u32::from_le_bytes([*low, *middle, *high, *highest]))
    };
    flags().is_some_and(|flags| flags & DEPRECATE_EOF != 0)
}

/// Returns an error packet with this reason.
fn error_packet(number: u8, reason: &str) -> Vec<u8> {
    let mut payload = vec![first::ERROR];
    payload.extend_from_slice(&MALFORMED.to_le_bytes());
    payload.extend_from_slice(b"#HY000");
    payload.extend_from_slice(reason.as_bytes());
    let [low, middle, ..] = payload.len().to_le_bytes();
    [&[low, middle, 0, number], payload.as_slice()].concat()
}

impl StreamInspector for PacketWatch {
    fn inspect(&mut self, bytes: &[u8]) -> Inspection {
        let mut at = 0;
        while let Some(left) = bytes.get(at..).filter(|left| !left.is_empty()) {
            if self.rest > 0 {
                let skipped = left.len().min(self.rest);
                self.rest -= skipped;
                at += skipped;
                continue;
            }
            let [low, middle, high, number, payload @ ..] = left else { return Inspection::PassPart(at) };
            let length = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
            let Some(head) = payload.get(..length.min(HEAD)) else { return Inspection::PassPart(at) };
            if let Err(reason) = self.packet(length, head) {
                return Inspection::Replace { passed: at, with: error_packet(*number, &reason) };
            }
            self.is_continued = length == CONTINUED;
            self.rest = length;
            at += HEADER;
        }
        Inspection::Pass
    }

    fn on_request(&mut self) {
        if self.phase != Phase::SignIn && self.rest == 0 {
            self.phase = Phase::Response;
            self.is_continued = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(number: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
        [&length[..3], &[number], payload].concat()
    }

    fn greeting(flags: u32) -> Vec<u8> {
        let flags = flags.to_le_bytes();
        let payload = [
            b"\x0a9.7.0\0\x01\0\0\0saltsalt\0".as_slice(),
            &flags[..2],
            &[45, 2, 0],
            &flags[2..],
            b"\x15\0\0\0\0\0\0\0\0\0\0saltsaltsalt\0",
        ];
        packet(0, &payload.concat())
    }

    const COLUMN: &[u8] = b"\x03def\0\0\0\x01a\x01a\x0c\x2d\0\x04\0\0\0\xfd\0\0\0\0\0";

    /// What the driver gets of these bytes, which come in pieces of this size, and the reason if the connection ends.
    fn pass(watch: &mut PacketWatch, bytes: &[u8], piece: usize) -> (Vec<u8>, Option<String>) {
        let (mut passed, mut held) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(piece) {
            held.extend_from_slice(piece);
            match watch.inspect(&held) {
                Inspection::Pass => passed.append(&mut held),
                Inspection::PassPart(count) => passed.extend(held.drain(..count)),
                Inspection::Replace { passed: count, with } => {
                    passed.extend(held.drain(..count));
                    return (passed, Some(String::from_utf8_lossy(&with[13..]).into_owned()));
                }
                other => panic!("{other:?}"),
            }
        }
        (passed, None)
    }

    /// The watch of a server with these flags.
    fn watch(flags: u32) -> PacketWatch {
        PacketWatch::after_greeting(&greeting(flags))
    }

    /// The end of the sign-in.
    fn signed_in() -> Vec<u8> {
        packet(2, &[0, 0, 0, 2, 0, 0, 0])
    }

    fn result(deprecates_eof: bool, rows: &[&[u8]], has_more: bool) -> Vec<u8> {
        let mut packets = vec![packet(1, &[2]), packet(2, COLUMN), packet(3, COLUMN)];
        if !deprecates_eof {
            packets.push(packet(4, &[0xfe, 0, 0, 2, 0]));
        }
        packets.extend(rows.iter().map(|row| packet(9, row)));
        packets.push(packet(9, &[0xfe, 0, 0, if has_more { 10 } else { 2 }, 0, 0, 0]));
        packets.concat()
    }

    #[test]
    fn ordinary_results_pass_unchanged_in_pieces_of_any_size() {
        for deprecates_eof in [false, true] {
            let flags = if deprecates_eof { DEPRECATE_EOF } else { 0 };
            let rows: &[&[u8]] = &[b"\x01a\xfb", b"\xfc\xff\xff", b"\xfd\xff\xff\xff\xff", b"\x01b\x01c"];
            let bytes = [
                signed_in(),
                packet(1, &[0, 0, 0, 2, 0, 0, 0]),
                result(deprecates_eof, rows, true),
                result(deprecates_eof, &[], false),
                packet(1, b"\xff\x15\x04#28000Access denied"),
                result(deprecates_eof, rows, false),
            ]
            .concat();
            for piece in [1, 2, 3, 5, 7, 64, 4096] {
                assert_eq!(pass(&mut watch(flags), &bytes, piece), (bytes.clone(), None), "{deprecates_eof} {piece}");
            }
        }
    }

    #[test]
    fn a_result_of_too_many_columns_is_refused_before_its_header_passes() {
        for (count, columns) in [
            (&b"\xfe\0\0\0\0\0\0\0\x10"[..], 1_u64 << 60),
            (b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff", u64::MAX),
            (b"\xfd\xff\xff\xff", 0x00ff_ffff),
            (b"\xfc\xff\xff", 0xffff),
        ] {
            let before = signed_in();
            for piece in [1, 4, 5, 4096] {
                let (passed, reason) = pass(&mut watch(0), &[before.clone(), packet(1, count)].concat(), piece);
                assert_eq!(
                    (passed, reason),
                    (before.clone(), Some(format!("it announces a result of {columns} columns")))
                );
            }
        }
    }

    #[test]
    fn an_endless_header_is_refused_within_its_limit() {
        let long = packet(2, &[COLUMN, &vec![b'x'; 1 << 20]].concat());
        let many: Vec<u8> = std::iter::repeat_n(long, 40).flatten().collect();
        let bytes = [signed_in(), packet(1, b"\xfc\x00\x10"), many].concat();
        let (passed, reason) = pass(&mut watch(0), &bytes, 1 << 16);
        assert!(passed.len() <= limits::RESULT_HEADER_BYTES + 200, "{}", passed.len());
        assert!(reason.unwrap().contains("longer than"));
    }

    #[test]
    fn a_request_ends_what_was_believed_of_the_last_answer() {
        let mut watch = watch(0);
        assert_eq!(pass(&mut watch, &signed_in(), 99).1, None);
        // The answer to a statement that is prepared has columns without their number.
        assert_eq!(pass(&mut watch, &[packet(1, &[0, 1, 0, 0, 0]), packet(2, COLUMN)].concat(), 99).1, None);
        watch.on_request();
        assert!(pass(&mut watch, &packet(1, b"\xfd\xff\xff\xff"), 99).1.is_some());
    }

    #[test]
    fn a_value_that_looks_like_a_number_of_columns_passes() {
        let mut watch = watch(0);
        let row = [&b"\xfe\x00\x00\x00\x01\0\0\0\0"[..], &vec![b'v'; CONTINUED - 9]].concat();
        let bytes = [
            signed_in(),
            packet(1, &[1]),
            packet(2, COLUMN),
            packet(3, &[0xfe, 0, 0, 2, 0]),
            packet(4, &row),
            packet(5, b"\xfd\xff\xff\xff"),
            packet(6, b"\xfd\xff\xff\xff"),
        ];
        assert_eq!(pass(&mut watch, &bytes.concat(), 1 << 16).1, None);
    }

    proptest! {
        #[test]
        fn what_passes_is_a_beginning_of_what_came_and_does_not_depend_on_the_pieces(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(0xfe), Just(0xff), any::<u8>()], 0..300),
            piece in 1_usize..40,
        ) {
            let bytes = [signed_in(), bytes].concat();
            let (passed, reason) = pass(&mut watch(0), &bytes, piece);
            prop_assert!(bytes.starts_with(&passed));
            let whole = pass(&mut watch(0), &bytes, usize::MAX);
            prop_assert_eq!(reason, whole.1);
        }
    }
}
