//! The local end of a held tunnel: where it is wanted, and how it is made. Knows neither the hops nor who comes in.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use tokio::net::{TcpListener, UnixListener};

use super::settings::At;
use crate::commands::print::line;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::storage::doors;
use crate::io::tunnel::Door;

/// Where the local end is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// This port on 127.0.0.1; 0 is any that is free.
    Port(u16),
    /// A socket at this path.
    Socket(PathBuf),
}

impl Place {
    /// Reads `127.0.0.1:PORT`, `localhost:PORT` or `PORT`.
    ///
    /// # Errors
    /// Any other address (exit code 2): other machines could reach it, or whose a connection to it is would not be told.
    pub fn listening(text: &str) -> Result<Self, Problem> {
        let (host, port) = text.rsplit_once(':').unwrap_or(("localhost", text));
        let refused = |because: &str| {
            Problem::new(ProblemKind::Settings, format!("A tunnel cannot listen on \"{}\"", line(text)))
                .because(because)
                .hint("--listen 127.0.0.1:3307, or --listen 3307 for short; without it a free port is taken")
        };
        if host.contains(['[', ':']) {
            return Err(refused("whose a connection is can be told over IPv4 only, and other users must not get in"));
        }
        if host != "127.0.0.1" && !host.eq_ignore_ascii_case("localhost") {
            return Err(refused("it is for programs on this machine alone, which find it at 127.0.0.1"));
        }
        let number = Some(port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.and_then(|port| port.parse().ok());
        number.map(Self::Port).ok_or_else(|| refused("a port is a number up to 65535"))
    }

    /// Makes the local end; nothing is taken in by it yet. The socket's file is gone when it is dropped. A port wants a system
    /// that can tell whose a connection is.
    pub(super) async fn open(&self, can_tell: fn() -> bool) -> Result<(Door, At, Option<doors::SocketFile>), Problem> {
        match self {
            Self::Port(port) => {
                if !can_tell() {
                    return Err(Problem::new(
                        ProblemKind::Settings,
                        "This system does not tell whose a connection to a port is",
                    )
                    .because("any user of this machine could use the tunnel")
                    .hint("--socket PATH offers it to you alone"));
                }
                let failed = |error: std::io::Error| {
                    Problem::new(ProblemKind::Local, format!("Port {port} of 127.0.0.1 cannot be had"))
                        .because(error.to_string())
                        .hint("without --listen a free one is taken")
                };
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await.map_err(failed)?;
                let port = listener.local_addr().map_err(failed)?.port();
                Ok((Door::Port(listener), At::Port(port), None))
            }
            Self::Socket(path) => {
                let failed = |error: std::io::Error| {
                    Problem::new(ProblemKind::Local, format!("The socket {} cannot be made", path.display()))
                        .because(error.to_string())
                        .hint("name a path that is free, in a folder of your own that nobody else may write to")
                };
                let (listener, file) = doors::open(path).map_err(failed)?;
                let listener = UnixListener::from_std(listener).map_err(failed)?;
                Ok((Door::Socket(listener), At::Socket(path.clone()), Some(file)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tunnel_cannot_listen_on_is_refused_with_what_it_can() {
        for (text, why) in [
            ("0.0.0.0:3307", "on this machine alone"),
            (":3307", "on this machine alone"),
            ("*:3307", "on this machine alone"),
            ("192.0.2.1:3307", "on this machine alone"),
            ("127.0.0.2:3307", "at 127.0.0.1"),
            ("localhost.example.com:3307", "on this machine alone"),
            ("[::1]:3307", "over IPv4 only"),
            ("::1", "over IPv4 only"),
            ("65536", "a number up to 65535"),
            ("localhost:", "a number up to 65535"),
            ("127.0.0.1:+7", "a number up to 65535"),
            ("127.0.0.1", "a number up to 65535"),
            ("", "a number up to 65535"),
        ] {
            let problem = Place::listening(text).unwrap_err();
            assert_eq!(problem.kind.exit_code(), 2, "{text}");
            assert!(problem.because.join(" ").contains(why), "{text}: {problem}");
            assert!(problem.to_string().contains("--listen 127.0.0.1:3307"), "{text}: {problem}");
        }
        let hostile = Place::listening("\u{1b}[2J").unwrap_err().to_string();
        assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
    }
}
