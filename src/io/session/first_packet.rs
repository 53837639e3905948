//! Reads the first packet of a server, and judges it before the driver does: the greeting of a MySQL server, an error that
//! a MySQL server sends in place of it, or the bytes of another program. Every connection begins here, with TLS and without.
//!
//! Source: "Connection Phase" in MySQL's protocol documentation. A MySQL server speaks first.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use super::foreign_server::{ForeignEnd, ForeignServer};
use crate::domain::limits;
use crate::domain::problem::ServerError;

/// Bytes before the payload of a packet.
const HEADER: usize = 4;
/// The largest length of a first packet, in bytes. Real ones have less than 300.
const MAX_LENGTH: usize = 64 << 10;
/// The first byte of a greeting: version 10 of the protocol.
const GREETING: u8 = 0x0a;
/// The first byte of an error.
const ERROR: u8 = 0xff;
/// The bytes of an error before its text: the first byte and the number.
const ERROR_HEAD: usize = 3;
/// The SQLSTATE of an error that has none. The protocol adds it only after the greeting.
const NO_STATE: &str = "HY000";

/// The verdict on the bytes that a server has sent so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FirstPacket {
    /// They may be the beginning of a MySQL packet. So many bytes are needed for the next verdict.
    Incomplete(usize),
    /// They begin with a whole greeting.
    Greeting,
    /// They begin with an error of a MySQL server.
    Refusal(ServerError),
    /// They are not MySQL.
    Foreign,
}

/// Judges the first bytes of a server.
pub(super) fn judge(bytes: &[u8]) -> FirstPacket {
    let [low, middle, high, rest @ ..] = bytes else { return FirstPacket::Incomplete(HEADER + 1) };
    let length = usize::from(*low) | usize::from(*middle) << 8 | usize::from(*high) << 16;
    // Text is refused at its third byte.
    if length > MAX_LENGTH {
        return FirstPacket::Foreign;
    }
    let [number, first, ..] = rest else { return FirstPacket::Incomplete(HEADER + 1) };
    let is_known = match *first {
        GREETING => *number == 0 && length > 1,
        // Some servers number an error as if their greeting had come before.
        ERROR => *number <= 1 && length >= ERROR_HEAD,
        _ => false,
    };
    if !is_known {
        return FirstPacket::Foreign;
    }
    match (bytes.get(HEADER..HEADER + length), *first) {
        (None, _) => FirstPacket::Incomplete(HEADER + length),
        (Some(payload), ERROR) => FirstPacket::Refusal(server_error(payload)),
        (Some(_), _) => FirstPacket::Greeting,
    }
}

/// Reads the payload of an error. Source: `ERR_Packet`.
fn server_error(payload: &[u8]) -> ServerError {
    let (code, rest) = match payload {
        [_, low, high, rest @ ..] => (u16::from_le_bytes([*low, *high]), rest),
        _ => (0, &[][..]),
    };
    let (state, message) = match rest {
        [b'#', rest @ ..] if rest.len() >= NO_STATE.len() => rest.split_at(NO_STATE.len()),
        _ => (NO_STATE.as_bytes(), rest),
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    ServerError { code, state: text(state), message: text(message) }
}

/// Why a connection has no greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoGreeting {
    /// The MySQL server sent an error in place of it.
    Refusal(ServerError),
    /// Another program answered, or none.
    Foreign(ForeignServer),
}

/// What is known of the first packet of one connection, shared between its relay and the connector.
#[derive(Debug, Clone, Default)]
pub(super) struct FirstPacketReport(Arc<Mutex<Option<NoGreeting>>>);

impl FirstPacketReport {
    /// Returns why there is no greeting; `None` once it has come, and before the relay has begun to read.
    pub(super) fn take(&self) -> Option<NoGreeting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, state: Option<NoGreeting>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn set_foreign(&self, bytes: &[u8], end: ForeignEnd) {
        self.set(Some(NoGreeting::Foreign(ForeignServer { bytes: bytes.to_vec(), end })));
    }
}

/// Reads the greeting with its header, and nothing after it.
///
/// # Errors
/// Returns an error if anything else comes, or if the connection ends. The report then has the reason.
pub(super) async fn read_greeting(
    stream: &mut (impl AsyncRead + Unpin),
    report: &FirstPacketReport,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The caller may give up at any time.
    report.set_foreign(&bytes, ForeignEnd::Silent);
    loop {
        match judge(&bytes) {
            FirstPacket::Incomplete(needed) => match read_up_to(stream, &mut bytes, needed).await {
                Ok(0) => {
                    report.set_foreign(&bytes, ForeignEnd::Closed);
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                Ok(_) => report.set_foreign(&bytes, ForeignEnd::Silent),
                Err(error) => {
                    report.set_foreign(&bytes, ForeignEnd::Closed);
                    return Err(error);
                }
            },
            FirstPacket::Greeting => {
                report.set(None);
                return Ok(bytes);
            }
            FirstPacket::Refusal(error) => {
                report.set(Some(NoGreeting::Refusal(error)));
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            FirstPacket::Foreign => {
                report.set_foreign(&bytes, ForeignEnd::Judged);
                read_more(stream, &mut bytes).await;
                report.set_foreign(&bytes, ForeignEnd::Judged);
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
    }
}

/// Reads what has come already of the bytes that a message can show.
async fn read_more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) {
    let reading = async { while matches!(read_up_to(stream, bytes, limits::FIRST_BYTES).await, Ok(1..)) {} };
    let _ = timeout(limits::FIRST_BYTES_WAIT, reading).await;
}

/// Reads once, until there are at most so many bytes. Returns how many came.
async fn read_up_to(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>, total: usize) -> io::Result<usize> {
    let missing = total.saturating_sub(bytes.len());
    stream.take(u64::try_from(missing).unwrap_or(u64::MAX)).read_buf(bytes).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    fn packet(number: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
        [&length[..3], &[number], payload].concat()
    }

    fn greeting() -> Vec<u8> {
        packet(0, b"\x0a8.0.33\0\x01\0\0\0saltsalt\0\xff\xff\x2d\x02\0\xff\xff\x15")
    }

    /// What is read of these pieces, after which the server closes the connection; and why it is no greeting.
    async fn read(sent: &[&[u8]]) -> (Option<Vec<u8>>, Option<NoGreeting>) {
        let (mut server, mut target) = duplex(1 << 17);
        let report = FirstPacketReport::default();
        let serving = async {
            for piece in sent {
                server.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            drop(server);
        };
        let ((), greeting) = tokio::join!(serving, read_greeting(&mut target, &report));
        (greeting.ok(), report.take())
    }

    fn foreign(bytes: &[u8], end: ForeignEnd) -> NoGreeting {
        NoGreeting::Foreign(ForeignServer { bytes: bytes.to_vec(), end })
    }

    #[tokio::test]
    async fn a_greeting_is_read_whole_and_nothing_after_it() {
        let (mut server, mut target) = duplex(1 << 16);
        server.write_all(&[greeting(), b"later".to_vec()].concat()).await.unwrap();
        let report = FirstPacketReport::default();
        assert_eq!(read_greeting(&mut target, &report).await.unwrap(), greeting());
        assert_eq!(report.take(), None);
        drop(server);
        let mut rest = Vec::new();
        target.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"later");
    }

    #[tokio::test]
    async fn an_error_in_place_of_the_greeting_is_the_server_s_own_with_any_number_of_its_packet() {
        let error = |state: &str| {
            Some(NoGreeting::Refusal(ServerError {
                code: 1040,
                state: state.into(),
                message: "Too many connections".into(),
            }))
        };
        for number in [0, 1] {
            let plain = packet(number, b"\xff\x10\x04Too many connections");
            assert_eq!(read(&[&plain]).await, (None, error("HY000")));
            let with_state = packet(number, b"\xff\x10\x04#08004Too many connections");
            assert_eq!(read(&[&with_state[..9], &with_state[9..]]).await, (None, error("08004")));
        }
    }

    #[tokio::test]
    async fn what_is_no_greeting_is_kept_for_the_message() {
        for bytes in [
            &b"SSH-2.0-OpenSSH_9.2p1\r\n"[..],
            b"\x05\0\0\0\x0b\x08\x05\x1a\0",
            b"\x15\x03\x03\0\x02\x02\x28",
            b"\x05\0\0\0\x09old\0",
            b"\0\0\0\0",
        ] {
            for piece in [1, 3, 64] {
                let pieces: Vec<&[u8]> = bytes.chunks(piece).collect();
                let end = if bytes.len() > HEADER { ForeignEnd::Judged } else { ForeignEnd::Closed };
                assert_eq!(read(&pieces).await, (None, Some(foreign(bytes, end))), "{bytes:?}");
            }
        }
        assert_eq!(read(&[]).await, (None, Some(foreign(b"", ForeignEnd::Closed))));
        let cut = &greeting()[..20];
        assert_eq!(read(&[cut]).await, (None, Some(foreign(cut, ForeignEnd::Closed))));
    }

    #[tokio::test]
    async fn a_server_that_sends_nothing_is_known_as_silent() {
        let (_server, mut target) = duplex(64);
        let report = FirstPacketReport::default();
        let waiting = timeout(Duration::from_millis(20), read_greeting(&mut target, &report));
        assert!(waiting.await.is_err());
        assert_eq!(report.take(), Some(foreign(b"", ForeignEnd::Silent)));
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_the_size_of_the_pieces(
            bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), Just(10), Just(0xff), any::<u8>()], 0..90),
        ) {
            // More bytes never change a verdict, and never ask for fewer bytes than there are.
            let whole = judge(&bytes);
            for end in 0..=bytes.len() {
                match judge(&bytes[..end]) {
                    FirstPacket::Incomplete(needed) => prop_assert!(needed > end && needed <= HEADER + MAX_LENGTH),
                    verdict => prop_assert_eq!(&verdict, &whole),
                }
            }
        }
    }
}
