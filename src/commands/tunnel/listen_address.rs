//! The local end of a tunnel: parses its address on the command line, and opens it.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use tokio::net::{TcpListener, UnixListener};

use super::client_settings::LocalAddress;
use crate::commands::common::print::one_line;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::host::listener::{self, SocketFile};
use crate::io::tunnel::ListenSocket;

/// The requested local end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// A port on 127.0.0.1; 0 means any free port.
    Port(u16),
    /// A socket at this path.
    Socket(PathBuf),
}

/// The bound local end. It does not accept connections yet.
pub(super) struct BoundListener {
    pub(super) socket: ListenSocket,
    pub(super) address: LocalAddress,
    /// Deletes the file of a socket when it is dropped.
    _file: Option<SocketFile>,
}

impl ListenAddress {
    /// Parses `127.0.0.1:PORT`, `localhost:PORT` or `PORT`.
    ///
    /// # Errors
    /// Returns a problem (exit code 2) for any other address, because other machines could connect, or because rrx could not identify
    /// the user of a connection.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
        let refused = |because: &str| {
            Problem::new(ProblemKind::Settings, format!("A tunnel cannot listen on \"{}\"", one_line(text)))
                .because(because)
                .hint("use --listen 127.0.0.1:3307, or --listen 3307 for short; without --listen rrx uses a free port")
        };
        if host.contains(['[', ':']) {
            return Err(refused("rrx can identify the user of a connection over IPv4 only, and refuses other users"));
        }
        if host != "127.0.0.1" && !host.eq_ignore_ascii_case("localhost") {
            return Err(refused("only programs on this machine may connect, and they connect to 127.0.0.1"));
        }
        let number = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|port| port.parse().ok());
        number.map(Self::Port).ok_or_else(|| refused("a port is a number up to 65535"))
    }

    /// Opens the local end. A port needs a system that can identify the user of a connection.
    pub(super) async fn open(&self, can_identify_users: fn() -> bool) -> Result<BoundListener, Problem> {
        match self {
            Self::Port(port) => {
                if !can_identify_users() {
                    return Err(Problem::new(
                        ProblemKind::Settings,
                        "This system cannot identify the user of a connection to a port",
                    )
                    .because("any user of this machine could use the tunnel")
                    .hint("use --socket PATH, which only you can connect to"));
                }
                let failed = |error: std::io::Error| {
                    Problem::new(ProblemKind::Local, format!("The port {port} of 127.0.0.1 cannot be opened"))
                        .because(error.to_string())
                        .hint("choose another port, or omit --listen to use a free one")
                };
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await.map_err(failed)?;
                let port = listener.local_addr().map_err(failed)?.port();
                Ok(BoundListener {
                    socket: ListenSocket::Port(listener),
                    address: LocalAddress::Port(port),
                    _file: None,
                })
            }
            Self::Socket(path) => {
                let failed = |error: std::io::Error| {
                    Problem::new(ProblemKind::Local, format!("The socket {} cannot be created", path.display()))
                        .because(error.to_string())
                        .hint("use a free path in a directory that only you can change")
                };
                let (listener, file) = listener::open(path).map_err(failed)?;
                let listener = UnixListener::from_std(listener).map_err(failed)?;
                Ok(BoundListener {
                    socket: ListenSocket::Unix(listener),
                    address: LocalAddress::Socket(path.clone()),
                    _file: Some(file),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_address_is_refused_with_a_reason_and_an_example() {
        for (text, why) in [
            ("0.0.0.0:3307", "programs on this machine"),
            (":3307", "programs on this machine"),
            ("*:3307", "programs on this machine"),
            ("192.0.2.1:3307", "programs on this machine"),
            ("127.0.0.2:3307", "to 127.0.0.1"),
            ("localhost.example.com:3307", "programs on this machine"),
            ("[::1]:3307", "over IPv4 only"),
            ("::1", "over IPv4 only"),
            ("65536", "a number up to 65535"),
            ("localhost:", "a number up to 65535"),
            ("127.0.0.1:+7", "a number up to 65535"),
            ("127.0.0.1", "a number up to 65535"),
            ("", "a number up to 65535"),
        ] {
            let problem = ListenAddress::parse(text).unwrap_err();
            assert_eq!(problem.kind.exit_code(), 2, "{text}");
            assert!(problem.because.join(" ").contains(why), "{text}: {problem}");
            assert!(problem.to_string().contains("--listen 127.0.0.1:3307"), "{text}: {problem}");
        }
        let hostile = ListenAddress::parse("\u{1b}[2J").unwrap_err().to_string();
        assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
    }

    #[tokio::test]
    async fn without_a_way_to_identify_users_only_a_socket_is_offered() {
        let directory = tempfile::tempdir().unwrap();
        let refused = ListenAddress::Port(0).open(|| false).await.err().unwrap();
        assert_eq!(refused.kind, ProblemKind::Settings);
        assert!(refused.to_string().contains("use --socket PATH"), "{refused}");
        let path = directory.path().join("s");
        let listener = ListenAddress::Socket(path.clone()).open(|| false).await.unwrap();
        assert!(matches!(listener.socket, ListenSocket::Unix(_)));
        assert_eq!(listener.address, LocalAddress::Socket(path));
        assert!(ListenAddress::Port(0).open(|| true).await.is_ok());
    }
}
