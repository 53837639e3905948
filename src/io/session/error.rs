//! The errors of a session, and the `Problem` that the user sees for each, with the server's message and what to do
//! next.

use std::io::ErrorKind;
use std::time::Duration;

use mysql_async::{DriverError, Error, IoError};

use super::certificate;
use super::foreign_server::ForeignServer;
use super::packet_watch::MALFORMED;
use super::server_hints::{Moment, ends_connection, hint, is_transient};
use crate::domain::problem::{Problem, ProblemKind, Remedy, ServerError};

/// An error of a session.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The driver or the server returned an error before the end of the sign-in.
    #[error(transparent)]
    SignIn(Error),
    /// The driver or the server returned an error to a query or a statement.
    #[error(transparent)]
    Driver(#[from] Error),
    /// No MySQL server answered.
    #[error("{}", .0.because())]
    NoServer(ForeignServer),
    /// No answer came in time. The connection cannot be used any more.
    #[error("no answer within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// The server asks for the whole password, and the connection has no TLS.
    #[error("the server asks for the whole password, and without TLS anyone on the network path could read it")]
    NeedsTls,
    /// The answer to an internal query has more bytes than this. The connection cannot be used any more.
    #[error("the answer to one of rrx's own queries is longer than {} MiB", .0 >> 20)]
    AnswerTooLong(usize),
    /// A variable reads back with another value than it was set to.
    #[error("{name} is {found:?} after it was set to {expected:?}")]
    VariableMismatch { name: &'static str, expected: String, found: String },
    /// A setting of the profile has a value that rrx does not put into a statement.
    #[error("{name} has the value {value:?}")]
    UnsafeSetting { name: &'static str, value: String },
    /// Another server answers than the one that the session is connected to.
    #[error("another server answered than the one that this session is connected to")]
    OtherServer,
    /// The answer belongs to another statement than the one that was sent.
    #[error("the connection is out of sync: it returned the answer to another statement")]
    OutOfSync,
    /// A problem that is ready to be shown.
    #[error("{}", .0.what)]
    Reported(Problem),
}

impl From<Problem> for SessionError {
    fn from(problem: Problem) -> Self {
        Self::Reported(problem)
    }
}

impl SessionError {
    /// Returns the server's error number, if the server returned the error.
    pub(super) fn server_code(&self) -> Option<u16> {
        match self {
            Self::Driver(Error::Server(error)) | Self::SignIn(Error::Server(error)) => Some(error.code),
            _ => None,
        }
    }

    /// Returns whether the server refuses another connection, because the account or the server has as many as it may have. 1226
    /// also names limits per hour, which no closed connection gives back (MySQL manual, "Setting Account Resource Limits").
    pub(super) fn is_connection_limit(&self) -> bool {
        match self {
            Self::SignIn(Error::Server(error)) | Self::Driver(Error::Server(error)) => match error.code {
                1040 | 1203 => true,
                1226 => error.message.contains("max_user_connections"),
                _ => false,
            },
            _ => false,
        }
    }

    /// Returns whether the server refused a query, and the connection can still be used.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Driver(Error::Server(error)) if error.code != MALFORMED && !ends_connection(error.code))
    }

    /// Returns whether the connection broke, as opposed to an error or silence of the server.
    pub(super) fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Driver(error) if breaks_connection(error))
    }

    /// Turns an error of the server into the problem that the session cannot be made read-only.
    pub(super) fn into_not_read_only(self) -> Self {
        match self {
            Self::Driver(Error::Server(error)) => Self::Reported(
                Problem::new(ProblemKind::Refused, NOT_READ_ONLY)
                    .because("the server refuses SET SESSION TRANSACTION READ ONLY")
                    .server(server_error(&error))
                    .hint("use a server that supports it: without it, only rrx's own guard would stop a write"),
            ),
            other => other,
        }
    }

    /// Turns the error into the problem of a failed connect.
    pub(super) fn into_connect_problem(self, host: &str, port: u16, user: &str) -> Problem {
        let what = format!("Cannot connect to {host}:{port} as {user}");
        match self {
            Self::Reported(problem) => problem,
            Self::SignIn(error) => failed_connect(&error, what, Moment::SignIn),
            Self::Driver(error) => failed_connect(&error, what, Moment::InternalQuery),
            Self::NoServer(server) => Problem {
                is_transient: server.is_transient(),
                ..Problem::new(ProblemKind::Route, what)
                    .because(server.because())
                    .hint(server.hint())
                    .then(Remedy::Doctor)
            },
            Self::TimedOut(after) => Problem::new(ProblemKind::Route, what)
                .transient()
                .because(format!("the server did not answer within {} seconds", after.as_secs()))
                .hint("check that host and port in the profile belong to a MySQL-compatible server")
                .then(Remedy::Doctor),
            error @ Self::AnswerTooLong(_) => {
                Problem::new(ProblemKind::Route, what).because(error.to_string()).hint(NOT_MYSQL).then(Remedy::Doctor)
            }
            error @ Self::NeedsTls => Problem::new(ProblemKind::Route, what)
                .because(format!("caching_sha2_password: {error}; MySQL's own clients stop here too (error 2061)"))
                .hint(
                    "set tls = \"verify-identity\" and `ca` (or tls = \"required\") in the profile; without TLS the account \
                     can sign in only while the server remembers an earlier sign-in over TLS",
                )
                .then(Remedy::Settings),
            error @ Self::VariableMismatch { .. } => {
                Problem::new(ProblemKind::Refused, "The session is not safe, so rrx does not use it")
                    .because(error.to_string())
                    .hint("ask the administrator of the replica why a session may not set this variable")
            }
            error @ (Self::OtherServer | Self::OutOfSync) => Problem::new(ProblemKind::Route, what)
                .because(error.to_string())
                .hint("set host in the profile to a single server, not to an endpoint of several servers"),
            error @ Self::UnsafeSetting { .. } => {
                Problem::new(ProblemKind::Settings, "The session settings of the profile are not valid")
                    .because(error.to_string())
                    .hint("write the time zone as +00:00 or Europe/Berlin")
                    .then(Remedy::Settings)
            }
        }
    }

    /// Turns the error into the problem of a lost connection.
    pub(super) fn into_lost_problem(self) -> Problem {
        match self {
            Self::Reported(problem) => problem,
            Self::Driver(error @ Error::Server(_)) if !breaks_connection(&error) => {
                let what = "The session was closed, because the server refused a statement of rrx itself";
                driver_problem(&error, ProblemKind::Lost, what.into(), Moment::InternalQuery).then(Remedy::Reconnect)
            }
            Self::Driver(error) => lost_connection(&error),
            Self::SignIn(error) => {
                driver_problem(&error, ProblemKind::Lost, LOST.into(), Moment::SignIn).then(Remedy::Reconnect)
            }
            error @ Self::VariableMismatch { .. } => Problem::new(
                ProblemKind::Lost,
                "The session was closed: a statement changed a variable that keeps it safe",
            )
            .because(error.to_string())
            .hint("a stored function changed it: report it to the owner of the function, and reconnect")
            .then(Remedy::Reconnect),
            error => {
                Problem::new(ProblemKind::Lost, LOST).because(error.to_string()).hint(RECONNECT).then(Remedy::Reconnect)
            }
        }
    }

    /// Turns the error into the problem of a catalog that could not be read.
    pub(super) fn into_catalog_problem(self) -> Problem {
        const HINT: &str = "reload the catalog; statements run without it";
        let what = "The catalog could not be read".to_owned();
        let problem = match self {
            Self::SignIn(error) => driver_problem(&error, ProblemKind::Statement, what, Moment::SignIn),
            Self::Driver(error) => driver_problem(&error, ProblemKind::Statement, what, Moment::InternalQuery),
            error => Problem::new(ProblemKind::Statement, what).because(error.to_string()),
        };
        let hint = problem.hint.as_ref().map_or_else(|| HINT.to_owned(), |hint| format!("{hint}; {HINT}"));
        problem.hint(hint)
    }

    /// Turns the error into the problem of a failed statement.
    pub(super) fn into_statement_problem(self) -> Problem {
        let Self::Driver(error @ Error::Server(_)) = self else { return self.into_lost_problem() };
        if breaks_connection(&error) {
            return lost_connection(&error);
        }
        match &error {
            Error::Server(server) if is_time_limit(server.code) => {
                let what = "The server's own time limit ended the statement";
                driver_problem(&error, ProblemKind::TimeLimit, what.into(), Moment::Statement)
            }
            _ => driver_problem(&error, ProblemKind::Statement, "The statement failed".into(), Moment::Statement),
        }
    }
}

/// The problem of a session that is not provably read-only.
pub(super) const NOT_READ_ONLY: &str = "rrx cannot prove that the session is read-only, so it does not use it";

/// The problem of a connection that was lost while it was in use.
pub(super) const LOST: &str = "The connection to the replica is lost";

/// What to do after a connection was lost.
pub(super) const RECONNECT: &str = "reconnect; rrx runs no statement a second time by itself";

/// Turns an error of the driver into the problem of a lost connection.
pub(super) fn lost_connection(error: &Error) -> Problem {
    driver_problem(error, ProblemKind::Lost, LOST.into(), Moment::InternalQuery).then(Remedy::Reconnect)
}

/// What to do about a server that does not follow the protocol.
const NOT_MYSQL: &str =
    "check that host and port in the profile belong to a MySQL-compatible server, and not to another program";

/// Returns whether this is the error of the server's own time limit: 3024 of MySQL, 1969 of MariaDB.
fn is_time_limit(code: u16) -> bool {
    matches!(code, 3024 | 1969)
}

/// The server's error for a statement that KILL QUERY ended.
pub(super) const INTERRUPTED: u16 = 1317;

/// Returns how an answer of the server breaks the protocol, if this is such an error. The text of the driver is not shown: it
/// may quote the answer.
fn malformed_answer(error: &Error) -> Option<&str> {
    const MALFORMED_ANSWER: &str = "it sends an answer that is cut off or malformed";
    match error {
        // rrx itself has ended the connection.
        Error::Server(server) if server.code == MALFORMED => Some(&server.message),
        Error::Io(IoError::Io(io)) => {
            let text = io.to_string();
            match io.kind() {
                _ if text.contains("Packets out of sync") => Some("its packets are out of order"),
                ErrorKind::UnexpectedEof if text.contains("can't parse") => Some(MALFORMED_ANSWER),
                // Neither the system's error nor that of TLS, so the driver's own.
                ErrorKind::InvalidData | ErrorKind::Other
                    if io.raw_os_error().is_none()
                        && io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_none() =>
                {
                    Some(MALFORMED_ANSWER)
                }
                _ => None,
            }
        }
        Error::Driver(DriverError::UnexpectedPacket { .. } | DriverError::PacketOutOfOrder) | Error::Other(_) => {
            Some(MALFORMED_ANSWER)
        }
        Error::Server(_) | Error::Driver(_) | Error::Io(IoError::Tls(_)) | Error::Url(_) => None,
    }
}

/// Returns whether the driver refused a packet because of its length.
fn is_too_long(error: &Error) -> bool {
    match error {
        Error::Io(IoError::Io(io)) => io.to_string().contains("larger than max_allowed_packet"),
        Error::Driver(DriverError::PacketTooLarge) => true,
        Error::Driver(_) | Error::Io(IoError::Tls(_)) | Error::Server(_) | Error::Url(_) | Error::Other(_) => false,
    }
}

fn failed_connect(error: &Error, what: String, moment: Moment) -> Problem {
    let problem = driver_problem(error, ProblemKind::Route, what, moment);
    // TLS errors have their own remedy.
    Problem { then: problem.then.or(Some(Remedy::Doctor)), ..problem }
}

/// Returns whether the connection broke, as opposed to an error of the server.
pub(super) fn breaks_connection(error: &Error) -> bool {
    match error {
        Error::Server(server) => server.code == MALFORMED,
        Error::Driver(_) | Error::Io(_) | Error::Other(_) | Error::Url(_) => true,
    }
}

fn driver_problem(error: &Error, kind: ProblemKind, what: String, moment: Moment) -> Problem {
    match error {
        error if is_too_long(error) => Problem::new(kind, what)
            .because("the server sends a row with more bytes than the profile allows (limits.row_bytes, 128MiB by default)")
            .hint("select fewer or shorter columns, or raise limits.row_bytes in the profile"),
        error if let Some(reason) = malformed_answer(error) => Problem::new(kind, what)
            .because(format!("the server does not follow the MySQL protocol: {reason}"))
            .hint(NOT_MYSQL),
        Error::Server(server) => {
            let is_transient = is_transient(server.code, &server.message);
            let problem = Problem { is_transient, ..Problem::new(kind, what) }.server(server_error(server));
            match hint(server.code, moment, &server.message) {
                Some(hint) => problem.hint(hint),
                None => problem,
            }
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => Problem::new(kind, what)
            .because("the server does not offer TLS, and the profile asks for it")
            .hint(
                "ask for TLS on the replica; with tls = \"disabled\", statements and rows are not encrypted after the last hop",
            ),
        Error::Driver(DriverError::CleartextPluginDisabled) => Problem::new(kind, what)
            .because("the server asks for the password in clear text")
            .hint("set cleartext = true in the profile to allow it, with tls = \"verify-identity\" only"),
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => Problem::new(kind, what)
            .because(format!("the server asks for the sign-in method {name}, which rrx does not support"))
            .hint("ask for an account with caching_sha2_password or mysql_native_password (ed25519 on MariaDB)"),
        Error::Io(IoError::Io(io)) if matches!(io.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe) => Problem::new(kind, what)
            .because("the server closed the connection without a message")
            .transient()
            .hint(io_hint(kind)),
        Error::Io(io) if let Some(problem) = certificate::tls_problem(io, kind, &what) => problem,
        // Without the driver's words around the system's text.
        Error::Io(IoError::Io(io)) => Problem::new(kind, what).transient().because(io.to_string()).hint(io_hint(kind)),
        Error::Io(io) => Problem::new(kind, what)
            .transient()
            .because(io.to_string())
            .hint(io_hint(kind)),
        other if kind == ProblemKind::Lost => Problem::new(kind, what).because(other.to_string()).hint(io_hint(kind)),
        other => Problem::new(kind, what).because(other.to_string()),
    }
}

fn server_error(error: &mysql_async::ServerError) -> ServerError {
    ServerError { code: error.code, state: error.state.clone(), message: error.message.clone() }
}

fn io_hint(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Lost => RECONNECT,
        _ => "check host and port in the profile",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_sign_in_mentions_a_rotated_password() {
        let error = Error::Server(mysql_async::ServerError {
            code: 1045,
            state: "28000".into(),
            message: "Access denied for user 'RO_USER'@'10.0.0.1' (using password: YES)".into(),
        });
        let problem = SessionError::SignIn(error).into_connect_problem("replica", 3306, "RO_USER");
        assert_eq!(problem.kind, ProblemKind::Route);
        assert_eq!(problem.server.as_ref().map(|server| server.code), Some(1045));
        assert!(problem.hint.is_some_and(|hint| hint.contains("rotated")));
    }

    #[test]
    fn the_same_error_after_the_sign_in_does_not_mention_the_password() {
        let error = || {
            SessionError::Driver(Error::Server(mysql_async::ServerError {
                code: 1045,
                state: "28000".into(),
                message: "Access denied for user 'gone'@'%' (using password: YES)".into(),
            }))
        };
        for problem in [
            error().into_connect_problem("replica", 3306, "RO_USER"),
            error().into_statement_problem(),
            error().into_lost_problem(),
        ] {
            assert_eq!(problem.server.as_ref().map(|server| server.code), Some(1045));
            assert!(!problem.to_string().contains("rotated"), "{problem}");
        }
    }

    #[test]
    fn a_connection_that_the_server_closes_is_reported_without_the_message_of_the_library() {
        // The message of rustls when a killed MySQL connection is closed without close_notify.
        let message = "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/";
        let error = Error::Io(IoError::Io(std::io::Error::new(ErrorKind::UnexpectedEof, message)));
        let problem = SessionError::Driver(error).into_lost_problem();
        assert_eq!((problem.kind, problem.then), (ProblemKind::Lost, Some(Remedy::Reconnect)));
        assert_eq!(problem.because, ["the server closed the connection without a message"]);
    }

    #[test]
    fn an_unsupported_sign_in_method_is_named_with_the_supported_ones() {
        let error = Error::Driver(DriverError::UnknownAuthPlugin { name: "sha256_password".into() });
        let problem = SessionError::Driver(error).into_connect_problem("replica", 3306, "RO_USER");
        assert!(problem.because[0].contains("sha256_password"), "{problem}");
        assert!(problem.hint.is_some_and(|hint| hint.contains("caching_sha2_password")));
    }
}
