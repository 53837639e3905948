//! Describes errors of the SSH library and texts of remote hosts for users.

use std::io;

use russh::AlgorithmKind;

use crate::domain::text::excerpt;

/// The reason that is shown if the hop gave none for a disconnect.
pub(super) const CLOSED: &str = "the hop closed the connection";

/// The maximum number of characters of a remote text in a message.
const MAX_TEXT: usize = 300;

/// Returns the text of a host for a message: on one line, and not too long.
pub(super) fn remote_text(text: &str) -> String {
    excerpt(text, MAX_TEXT)
}

/// Describes why a connection to a hop ended.
pub(super) fn describe_disconnect(error: &russh::Error) -> String {
    let is_closed = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        )
    };
    match error {
        russh::Error::KeepaliveTimeout => "the hop no longer answers".into(),
        russh::Error::Disconnect | russh::Error::HUP => CLOSED.into(),
        russh::Error::IO(error) if is_closed(error) => CLOSED.into(),
        error => remote_text(&error.to_string()),
    }
}

/// Describes why an SSH handshake failed.
pub(super) fn describe_handshake_failure(error: &russh::Error) -> String {
    match error {
        russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, theirs, .. } => {
            let offered = remote_text(&theirs.join(", "));
            format!("the hop offers no host key type that is trusted, only {offered} (ssh-rsa signs with SHA-1)")
        }
        error => describe_disconnect(error),
    }
}
