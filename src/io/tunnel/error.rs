//! The errors of a tunnel. Their messages to the user are in `problem`.

use std::io;
use std::path::PathBuf;

use crate::domain::problem::Problem;
use crate::domain::ssh::resolved_hop::RouteError;

/// How the connection to a hop failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachFailure {
    TimedOut,
    /// Nothing listens on the port.
    Refused,
    /// Another error of the system.
    Failed(String),
}

/// The reason why a tunnel or a forward cannot be opened, or why a tunnel ended. Hosts are named as the user names them.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
    /// The hops cannot be resolved.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The first hop's name has no address.
    #[error("{host} has no address")]
    Resolve { host: String, source: io::Error },
    /// A hop does not answer.
    #[error("{host} port {port} cannot be reached")]
    Reach { host: String, port: u16, failure: ReachFailure },
    /// The command that leads to a hop failed.
    #[error("the command that connects to {host} failed")]
    Command {
        host: String,
        command: String,
        why: String,
        /// The last lines of its standard error.
        messages: Vec<String>,
    },
    /// The user has not allowed the command that leads to a hop.
    #[error("the command that connects to {host} did not run, because the profile does not allow it")]
    CommandNotAllowed { host: String, command: String, place: String },
    /// The server does not speak SSH, or no common settings were found.
    #[error("the SSH handshake with {host} failed")]
    Handshake { host: String, why: String },
    #[error("the SSH handshake with {host} failed")]
    HandshakeTimedOut { host: String },
    /// The host key is not the recorded one.
    #[error("the host key of {host} has changed")]
    HostKeyChanged {
        host: String,
        /// The file with the recorded key.
        file: PathBuf,
        line: usize,
        /// Type and fingerprint of the recorded key.
        recorded: String,
        /// Type and fingerprint of the presented key.
        presented: String,
    },
    /// The host key is revoked.
    #[error("the host key of {host} is revoked")]
    HostKeyRevoked {
        host: String,
        /// The file that revokes the key.
        file: PathBuf,
        line: usize,
        /// Type and fingerprint of the presented key.
        presented: String,
    },
    /// A known authority signed the host certificate, but the certificate is not valid for this host.
    #[error("the host certificate of {host} is not valid")]
    HostCertificate {
        host: String,
        /// The file with the authority.
        file: PathBuf,
        line: usize,
        why: String,
    },
    /// The host key is not known and was not accepted.
    #[error("the host key of {host} is not known and was not accepted")]
    HostKeyDeclined {
        host: String,
        /// Type and fingerprint of the presented key.
        presented: String,
        /// File and line of a certificate authority for this host, if the host presents no certificate from it.
        authority: Option<(PathBuf, usize)>,
        /// Whether `ssh_config` forbids asking the user.
        is_strict: bool,
    },
    /// The host key is none of the pinned keys.
    #[error("the host key of {host} does not match the pinned key")]
    HostKeyNotPinned {
        host: String,
        /// Types and fingerprints that the host presented.
        presented: Vec<String>,
    },
    /// A `known_hosts` file cannot be read.
    #[error("{file} cannot be read")]
    KnownHosts { file: PathBuf, source: io::Error },
    /// The accepted key cannot be recorded.
    #[error("the accepted host key cannot be recorded in {file}")]
    Record { file: PathBuf, source: io::Error },
    /// The hop accepted none of the offered credentials.
    #[error("{host} refused the sign-in of {user}")]
    SignIn {
        host: String,
        user: String,
        /// The credentials that were tried, with their outcomes.
        tried: Vec<String>,
        /// The methods that the hop accepts.
        accepts: Vec<String>,
        /// The methods that `ssh_config` forbids, with the line that forbids each.
        forbidden: Vec<String>,
    },
    /// The hop did not answer in time during sign-in.
    #[error("{host} did not answer during sign-in")]
    SignInTimedOut { host: String },
    /// The source of the passphrase failed.
    #[error("the passphrase of the key could not be fetched")]
    Passphrase(Problem),
    /// The last hop refuses to forward there.
    #[error("{hop} refuses to forward to {host} port {port}")]
    ForwardRefused {
        hop: String,
        host: String,
        port: u16,
        /// The hop's text, if it sent any.
        message: Option<String>,
    },
    /// The last hop cannot reach the target.
    #[error("{hop} cannot reach {host} port {port}")]
    ForwardFailed {
        hop: String,
        host: String,
        port: u16,
        /// The hop's text, if it sent any.
        message: Option<String>,
    },
    /// The last hop did not report in time whether it reaches the target.
    #[error("{hop} did not reach {host} port {port} in time")]
    ForwardTimedOut { hop: String, host: String, port: u16 },
    /// No loopback port is available for the local end.
    #[error("the local port of the tunnel cannot be opened")]
    LocalEnd(#[source] io::Error),
    #[error("the tunnel through {host} was lost")]
    Lost { host: String, why: String },
}
