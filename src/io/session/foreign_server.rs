//! Describes a program that answered where a MySQL server was expected, by the first bytes that it sent.

use std::fmt::Write as _;

use crate::domain::limits;
use crate::domain::text::{excerpt, is_safe};

/// Bytes of text that a message quotes, and a third of them in hexadecimal.
const QUOTED: usize = 40;

/// What came in place of a greeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForeignServer {
    /// The first bytes, as far as they came.
    pub(super) bytes: Vec<u8>,
    pub(super) end: ForeignEnd,
}

/// Why no more bytes were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignEnd {
    /// The bytes are not MySQL.
    Judged,
    /// The connection ended.
    Closed,
    /// Nothing more came in time.
    Silent,
}

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// There are none.
    Nothing,
    /// The beginning of a greeting of MySQL.
    Greeting,
    /// A greeting of MySQL before version 3.21.
    OldGreeting,
    /// MySQL's X protocol.
    XProtocol,
    /// Another known program.
    Program(&'static str),
    Unknown,
}

impl ForeignServer {
    /// Returns the cause for the user.
    pub(super) fn because(&self) -> String {
        let quoted = quote(&self.bytes);
        let first = match self.look() {
            Look::Nothing => {
                return match self.end {
                    ForeignEnd::Silent => format!(
                        "no MySQL server answered within {} seconds: the port accepts the connection and sends nothing, but \
                         a MySQL server speaks first",
                        limits::HANDSHAKE.as_secs()
                    ),
                    ForeignEnd::Closed | ForeignEnd::Judged => {
                        "no MySQL server answered: the connection was closed before a byte came".to_owned()
                    }
                };
            }
            Look::Greeting => format!("the greeting of the server is cut off or malformed: {quoted}"),
            Look::OldGreeting => {
                return format!(
                    "the server speaks version 9 of the MySQL protocol, and rrx needs version 10: {quoted}"
                );
            }
            Look::XProtocol => format!("the port belongs to MySQL's X protocol, which rrx does not speak: {quoted}"),
            Look::Program(name) => format!("no MySQL server answered: the first bytes look like {name}: {quoted}"),
            Look::Unknown => format!("no MySQL server answered: the first bytes are {quoted}"),
        };
        match self.end {
            ForeignEnd::Judged => first,
            ForeignEnd::Closed => format!("{first}, then the connection was closed"),
            ForeignEnd::Silent => format!("{first}, then nothing came for {} seconds", limits::HANDSHAKE.as_secs()),
        }
    }

    /// Returns what to do next.
    pub(super) fn hint(&self) -> &'static str {
        match (self.look(), self.end) {
            (Look::XProtocol, _) => "set the port of the classic protocol in the profile: 3306, if it was not changed",
            (Look::OldGreeting, _) => "ask for a server with MySQL 5.7.20, MariaDB 10.0 or newer",
            (Look::Nothing, ForeignEnd::Silent) => {
                "check host and port in the profile: 3306 is MySQL's usual port, and web servers, PostgreSQL and others wait \
                 for the client; if they are right, the server or a proxy before it is overloaded"
            }
            (Look::Nothing, ForeignEnd::Closed | ForeignEnd::Judged) => {
                "check host and port in the profile: 3306 is MySQL's usual port; if they are right, the server is starting, or \
                 it or a proxy before it allows only listed addresses"
            }
            (Look::Greeting | Look::Program(_) | Look::Unknown, _) => {
                "check that host and port in the profile belong to a MySQL server, and not to another program: 3306 is \
                 MySQL's usual port"
            }
        }
    }

    /// Returns whether it may go away by itself: a server that starts or is overloaded sends nothing.
    pub(super) fn is_transient(&self) -> bool {
        match self.look() {
            Look::Nothing | Look::Greeting => true,
            Look::OldGreeting | Look::XProtocol | Look::Program(_) | Look::Unknown => false,
        }
    }

    fn look(&self) -> Look {
        let bytes = self.bytes.as_slice();
        match bytes {
            [] => Look::Nothing,
            // The type and the length of a message, then its first field.
            [b'E', 0, 0, _, _, b'S', ..] => Look::Program("a PostgreSQL server"),
            // The length of a packet, its number, and the version.
            [_, _, 0, 0, 0x0a, ..] => Look::Greeting,
            [_, _, 0, 0, 0x09, ..] => Look::OldGreeting,
            // The header of a message: its length, two numbers, and the kind of message.
            [_, _, _, _, _, _, _, _, _, _, _, _, 0xdd, 7, 0, 0, ..] => Look::Program("a MongoDB server"),
            // The length of a message, and its type: a notice or an error.
            [_, 0, 0, 0, 0x0b | 0x01, ..] => Look::XProtocol,
            // A record of TLS: an alert or a handshake.
            [0x15 | 0x16, 3, 0..=4, ..] => Look::Program("a server with TLS, such as HTTPS"),
            _ => text_look(bytes),
        }
    }
}

/// Recognizes programs that begin with a text.
fn text_look(bytes: &[u8]) -> Look {
    const BEGINNINGS: [(&str, &str); 18] = [
        ("SSH-", "an SSH server"),
        ("HTTP/", "a web server (HTTP)"),
        ("<!DOCTYPE", "a web server (HTTP)"),
        ("<html", "a web server (HTTP)"),
        ("-ERR", "a Redis server"),
        ("-DENIED", "a Redis server"),
        ("-NOAUTH", "a Redis server"),
        ("EFATAL", "a PostgreSQL server"),
        ("+OK", "a mail server (POP3)"),
        ("* OK", "a mail server (IMAP)"),
        ("* BYE", "a mail server (IMAP)"),
        ("220", "a mail or file server (SMTP, FTP)"),
        ("421", "a mail or file server (SMTP, FTP)"),
        ("554", "a mail server (SMTP)"),
        ("RFB ", "a screen sharing server (VNC)"),
        ("AMQP", "a message queue (AMQP)"),
        ("@RSYNCD", "an rsync server"),
        ("ERROR\r\n", "a Memcached server"),
    ];
    let found = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning.as_bytes()));
    found.map_or(Look::Unknown, |(_, name)| Look::Program(name))
}

/// Returns the bytes for a message: their first line if they are text, and otherwise numbers.
fn quote(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The end may cut a character.
        Err(error) if error.error_len().is_none() => {
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
        Err(_) => "",
    };
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let is_text = text.chars().all(|character| is_safe(character) || matches!(character, '\r' | '\n' | '\t'));
    if is_text && !line.is_empty() {
        return excerpt(line.trim(), QUOTED);
    }
    let mut numbers = String::new();
    for byte in bytes.iter().take(QUOTED / 3) {
        // Writing to a string cannot fail.
        let _ = write!(numbers, "{byte:02x} ");
    }
    let more = if bytes.len() > QUOTED / 3 { "…" } else { "" };
    format!("{}{more} (hexadecimal)", numbers.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(bytes: &[u8], end: ForeignEnd) -> String {
        let server = ForeignServer { bytes: bytes.to_vec(), end };
        format!("{} / {}", server.because(), server.hint())
    }

    #[test]
    fn each_program_is_named_with_its_first_bytes() {
        for (bytes, expected) in [
            (&b"SSH-2.0-OpenSSH_9.2p1\r\n"[..], "look like an SSH server: SSH-2.0-OpenSSH_9.2p1 /"),
            (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "a web server (HTTP): HTTP/1.1 400 Bad Request /"),
            (b"\x15\x03\x03\0\x02\x02\x28", "a server with TLS, such as HTTPS: 15 03 03 00 02 02 28 (hexadecimal) /"),
            (b"220 mail.example.com ESMTP Postfix\r\n", "(SMTP, FTP): 220 mail.example.com ESMTP Postfix /"),
            (b"+OK POP3 ready\r\n", "a mail server (POP3): +OK POP3 ready /"),
            (b"E\0\0\0\x8dSFATAL\0VFATAL\0C0A000\0", "a PostgreSQL server: 45 00 00"),
            (
                b"-DENIED Redis is running in protected mode because",
                "a Redis server: -DENIED Redis is running in protected mo…",
            ),
            (b"-ERR unknown command\r\n", "a Redis server: -ERR unknown command /"),
            (b"\x10\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0", "a MongoDB server: 10 00"),
            (
                b"\x05\0\0\0\x0b\x08\x05\x1a\0",
                "MySQL's X protocol, which rrx does not speak: 05 00 00 00 0b 08 05 1a 00",
            ),
            (b"\x05\0\0\0\x09old\0", "version 9 of the MySQL protocol"),
            (b"hello\r\n", "the first bytes are hello /"),
            (b"\x7fELF\x02\x01", "the first bytes are 7f 45 4c 46 02 01 (hexadecimal) /"),
            (b"\x1b[2Jgone", "the first bytes are 1b 5b 32 4a 67 6f 6e 65 (hexadecimal) /"),
            ("a\u{202e}b".as_bytes(), "the first bytes are 61 e2 80 ae 62 (hexadecimal) /"),
        ] {
            let said = said(bytes, ForeignEnd::Judged);
            assert!(said.contains(expected), "{said}");
            assert!(said.contains("3306") || said.contains("MySQL 5.7.20"), "{said}");
        }
    }

    #[test]
    fn silence_and_an_early_end_have_different_messages() {
        assert!(said(b"", ForeignEnd::Silent).starts_with("no MySQL server answered within 15 seconds"));
        assert!(said(b"", ForeignEnd::Closed).contains("closed before a byte came"));
        assert!(said(b"\x4a\0\0\0\x0a8.0", ForeignEnd::Closed).contains("cut off or malformed"));
        assert!(said(b"ab", ForeignEnd::Silent).contains("the first bytes are ab, then nothing came for 15 seconds"));
    }

    proptest! {
        #[test]
        fn every_message_is_short_and_safe(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for end in [ForeignEnd::Judged, ForeignEnd::Closed, ForeignEnd::Silent] {
                let said = said(&bytes, end);
                prop_assert!(said.chars().all(is_safe) && said.len() < 700, "{}", said);
            }
        }
    }
}
