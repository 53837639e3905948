//! What can go wrong in a session, and how it is told: the driver's and the server's errors become a `Problem` with the
//! server's own words and what to do next.

use std::io::ErrorKind;
use std::time::Duration;

use mysql_async::{DriverError, Error, IoError};

use super::certificate;
use crate::domain::problem::{Problem, ProblemKind, Remedy, ServerError};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The driver or the server said no.
    #[error(transparent)]
    Driver(#[from] Error),
    /// No answer came in time; the connection cannot be used any more.
    #[error("no answer within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// The server wants the whole password, and there is no TLS to send it in.
    #[error("the server wants the whole password, and without TLS somebody in between could read it")]
    NeedsTls,
    /// A session fact reads back otherwise than it was set.
    #[error("{name} is {found:?} after it was set to {wanted:?}")]
    NotPinned {
        /// The variable.
        name: &'static str,
        /// What was set.
        wanted: String,
        /// What is there.
        found: String,
    },
    /// The settings hold a value that cannot be bound.
    #[error("{name} holds {value:?}")]
    NotAWord {
        /// Which setting.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// Another server answers than the one that was connected to.
    #[error("another server answers than the one that this session is connected to")]
    OtherServer,
    /// The answer is not that of the statement that was sent.
    #[error("the connection is out of step: it gave the answer of another statement")]
    OutOfStep,
    /// Told already.
    #[error("{}", .0.what)]
    Told(Problem),
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Told(problem)
    }
}

impl Fault {
    /// The server's own error number, where it was the server that said no.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Driver(Error::Server(error)) => Some(error.code),
            _ => None,
        }
    }

    /// Whether the connection broke, rather than that the server said no or nothing.
    pub(super) fn is_broken_off(&self) -> bool {
        matches!(self, Self::Driver(error) if !matches!(error, Error::Server(_)))
    }

    /// The server does not let the session be read-only.
    pub(super) fn not_read_only(self) -> Self {
        match self {
            Self::Driver(Error::Server(error)) => Self::Told(
                Problem::new(ProblemKind::Refused, NOT_READ_ONLY)
                    .because("the server refuses SET SESSION TRANSACTION READ ONLY")
                    .server(server_error(&error))
                    .hint("without it nothing but rrx's own guard would keep a statement from writing: use a server that has it"),
            ),
            other => other,
        }
    }

    /// Told as a failure to connect.
    pub(super) fn connecting(self, host: &str, port: u16, user: &str) -> Problem {
        let what = format!("No session with {host}:{port} as {user}");
        match self {
            Self::Told(problem) => problem,
            Self::Driver(error) => {
                let problem = driver(&error, ProblemKind::Route, what);
                // What TLS says no to has a remedy of its own.
                Problem { then: problem.then.or(Some(Remedy::Doctor)), ..problem }
            }
            Self::TimedOut(after) => Problem::new(ProblemKind::Route, what)
                .passing()
                .because(format!("the server did not answer within {} seconds", after.as_secs()))
                .hint("check that host and port name a MySQL-compatible server")
                .then(Remedy::Doctor),
            fault @ Self::NeedsTls => Problem::new(ProblemKind::Route, what)
                .because(format!("caching_sha2_password: {fault}; MySQL's own clients stop here too (error 2061)"))
                .hint(
                    "write tls = \"verify-identity\" and `ca` (or tls = \"required\") into the profile; without TLS the account \
                     is let in only while the server remembers a sign-in that it made over TLS",
                )
                .then(Remedy::Settings),
            fault @ Self::NotPinned { .. } => {
                Problem::new(ProblemKind::Refused, "The session cannot be made safe, so it is not used")
                    .because(fault.to_string())
                    .hint("ask the administrator of the replica why a session may not set this variable")
            }
            fault @ (Self::OtherServer | Self::OutOfStep) => Problem::new(ProblemKind::Route, what)
                .because(fault.to_string())
                .hint("name one server in the profile, not an endpoint of several"),
            fault @ Self::NotAWord { .. } => {
                Problem::new(ProblemKind::Settings, "The profile's session settings cannot be used")
                    .because(fault.to_string())
                    .hint("write a time zone as +00:00 or Europe/Berlin")
                    .then(Remedy::Settings)
            }
        }
    }

    /// Told as the loss of a link that was in use.
    pub(super) fn lost(self) -> Problem {
        match self {
            Self::Told(problem) => problem,
            Self::Driver(error) => lost_by(&error),
            fault @ Self::NotPinned { .. } => {
                Problem::new(ProblemKind::Lost, "The session was closed: a statement changed what keeps it safe")
                    .because(fault.to_string())
                    .hint("a stored function did this: tell whoever keeps it, and connect again")
                    .then(Remedy::Reconnect)
            }
            fault => Problem::new(ProblemKind::Lost, LOST)
                .because(fault.to_string())
                .hint("connect again; nothing is run a second time by itself")
                .then(Remedy::Reconnect),
        }
    }

    /// Told as the failure of a statement.
    pub(super) fn statement(self) -> Problem {
        match self {
            Self::Driver(Error::Server(ref error)) if is_time_limit(error.code) => {
                driver_of(self, ProblemKind::TimeLimit, "The server's own time limit ended the statement")
            }
            Self::Driver(Error::Server(_)) => driver_of(self, ProblemKind::Statement, "The statement failed"),
            fault => fault.lost(),
        }
    }
}

/// The read-only proof has failed.
pub(super) const NOT_READ_ONLY: &str = "The session cannot be shown to be read-only, so it is not used";

const LOST: &str = "The connection to the replica is lost";

/// The driver's error, told as the loss of a link that was in use.
pub(super) fn lost_by(error: &Error) -> Problem {
    driver(error, ProblemKind::Lost, LOST.into()).then(Remedy::Reconnect)
}

fn driver_of(fault: Fault, kind: ProblemKind, what: &str) -> Problem {
    match fault {
        Fault::Driver(error) => driver(&error, kind, what.into()),
        fault => fault.lost(),
    }
}

/// Whether the server's own time limit said this: 3024 of MySQL, 1969 of MariaDB.
pub(super) fn is_time_limit(code: u16) -> bool {
    matches!(code, 3024 | 1969)
}

/// The statement was ended by a KILL QUERY.
pub(super) const INTERRUPTED: u16 = 1317;

fn driver(error: &Error, kind: ProblemKind, what: String) -> Problem {
    match error {
        Error::Server(server) => {
            let problem = Problem { passes: may_pass(server.code), ..Problem::new(kind, what) };
            let problem = problem.server(server_error(server));
            match hint(server.code) {
                Some(hint) => problem.hint(hint),
                None => problem,
            }
        }
        Error::Driver(DriverError::NoClientSslFlagFromServer) => Problem::new(kind, what)
            .because("the server does not offer TLS, and the profile asks for it")
            .hint("ask for TLS on the replica; tls = \"disabled\" sends statements and rows in the clear past the last hop"),
        Error::Driver(DriverError::CleartextPluginDisabled) => Problem::new(kind, what)
            .because("the server asks for the password in the clear")
            .hint("cleartext = true allows it, over tls = \"verify-identity\" only"),
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => Problem::new(kind, what)
            .because(format!("the server asks for the sign-in {name}, which rrx does not speak"))
            .hint("ask for an account with caching_sha2_password or mysql_native_password (ed25519 on MariaDB)"),
        Error::Io(IoError::Io(io)) if io.kind() == ErrorKind::UnexpectedEof => Problem::new(kind, what)
            .because("the other end closed the connection without a word")
            .passing()
            .hint(io_hint(kind)),
        Error::Io(io) if let Some(problem) = certificate::told(io, kind, &what) => problem,
        Error::Io(io) => Problem::new(kind, what)
            .passing()
            .because(io.to_string())
            .hint(io_hint(kind)),
        other if kind == ProblemKind::Lost => Problem::new(kind, what).because(other.to_string()).hint(io_hint(kind)),
        other => Problem::new(kind, what).because(other.to_string()),
    }
}

fn server_error(error: &mysql_async::ServerError) -> ServerError {
    ServerError { code: error.code, state: error.state.clone(), message: error.message.clone() }
}

/// Whether a server that says this may say otherwise in a while: it starts, it stops, it is full.
fn may_pass(code: u16) -> bool {
    matches!(code, 1040 | 1053 | 1077 | 1079 | 1203 | 1226 | 3032)
}

fn io_hint(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Lost => "connect again; nothing is run a second time by itself",
        _ => "check host and port",
    }
}

/// What to do about the server errors that people meet.
fn hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1044 => "the account may not use this database: ask for SELECT on it, or choose another one",
        1045 => {
            "the password may have been rotated: check where the profile takes it from, and that user is spelled as granted"
        }
        1046 => "say USE and a database first, or write the schema before the table",
        1049 => "choose one of the databases that exist",
        1054 => "check the spelling of the column; the explorer lists them",
        1064 => "the server's words name the place; rrx sends the text as it stands",
        1130 => "the server takes no connections from this address: the route's last hop is what it sees",
        1040 | 1203 | 1226 => "too many connections: close others that use the same account, or wait",
        1142 | 1143 | 1227 | 1370 => "the account lacks the privilege: ask for it, or read something else",
        1146 => "check the spelling, and which database is the current one",
        1235 => "this server does not have it: write the statement without, or run it on another replica",
        1298 => "the server does not know this time zone by name: write an offset such as +00:00",
        1317 => "somebody else stopped the statement: run it again",
        1792 | 1290 => "the session is read-only, and stays so",
        1053 | 1077 | 1079 => "the server is shutting down: connect again in a while",
        3032 => "the server takes only administrators at the moment: connect again in a while",
        3159 => "the server wants TLS: write tls = \"verify-identity\" and `ca` into the profile",
        3118 | 4151 => "the account is locked: ask its owner",
        1820 | 1862 => "the password has expired: ask for a new one",
        3024 | 1969 => "narrow the statement, or raise limits.seconds and limits.fetch_seconds of the profile",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_sign_in_speaks_of_a_rotated_password() {
        let error = Error::Server(mysql_async::ServerError {
            code: 1045,
            state: "28000".into(),
            message: "Access denied for user 'RO_USER'@'10.0.0.1' (using password: YES)".into(),
        });
        let problem = Fault::Driver(error).connecting("replica", 3306, "RO_USER");
        assert_eq!(problem.kind, ProblemKind::Route);
        assert_eq!(problem.server.as_ref().map(|server| server.code), Some(1045));
        assert!(problem.hint.is_some_and(|hint| hint.contains("rotated")));
    }

    #[test]
    fn a_connection_that_the_server_ends_is_told_without_the_words_of_a_library() {
        // What rustls says when a killed MySQL connection goes without a farewell.
        let words = "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/";
        let error = Error::Io(IoError::Io(std::io::Error::new(ErrorKind::UnexpectedEof, words)));
        let problem = Fault::Driver(error).lost();
        assert_eq!((problem.kind, problem.then), (ProblemKind::Lost, Some(Remedy::Reconnect)));
        assert_eq!(problem.because, ["the other end closed the connection without a word"]);
    }

    #[test]
    fn a_sign_in_that_is_not_spoken_is_named_with_those_that_are() {
        let error = Error::Driver(DriverError::UnknownAuthPlugin { name: "sha256_password".into() });
        let problem = Fault::Driver(error).connecting("replica", 3306, "RO_USER");
        assert!(problem.because[0].contains("sha256_password"), "{problem}");
        assert!(problem.hint.is_some_and(|hint| hint.contains("caching_sha2_password")));
    }
}
