//! What can go wrong on the way, and what the user is told about it.

use std::io;
use std::path::PathBuf;

use crate::domain::problem::{Problem, ProblemKind, Remedy};

/// A hop that ended the connection and gave no reason.
pub(super) const CLOSED: &str = "the hop closed the connection";

/// How a hop could not be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// Nothing came back.
    TimedOut,
    /// The address answered that nothing listens there.
    Refused,
    /// Anything else, in the system's words.
    Failed(String),
}

/// Why there is no tunnel, or no forward in it. Hosts are named as the user names them.
#[derive(Debug, thiserror::Error)]
pub enum TunnelError {
    /// The route has no hops: there is nothing to tunnel through.
    #[error("the route has no hops")]
    NoHops,
    /// `ssh_config` cannot be followed.
    #[error("{place} cannot be followed")]
    SshConfig {
        /// File and line, or what was looked at.
        place: String,
        /// What stands there.
        why: String,
    },
    /// The hops before a hop lead back to themselves.
    #[error("the way to {host} never ends")]
    Circle {
        /// The hop.
        host: String,
    },
    /// The first hop's name has no address.
    #[error("{host} has no address")]
    Resolve {
        /// The hop.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// A hop does not answer.
    #[error("{host} port {port} cannot be reached")]
    Reach {
        /// The hop.
        host: String,
        /// Its port.
        port: u16,
        /// How.
        how: Reached,
    },
    /// What answers does not speak SSH as we do.
    #[error("the SSH handshake with {host} failed")]
    Handshake {
        /// The hop.
        host: String,
        /// The library's words.
        why: String,
    },
    /// The host key is not the recorded one.
    #[error("the host key of {host} has changed")]
    HostKeyChanged {
        /// The hop.
        host: String,
        /// The file with the recorded key.
        file: PathBuf,
        /// Its line.
        line: usize,
        /// Type and fingerprint of the recorded key.
        recorded: String,
        /// Type and fingerprint of the presented key.
        presented: String,
    },
    /// The host key is revoked.
    #[error("the host key of {host} is revoked")]
    HostKeyRevoked {
        /// The hop.
        host: String,
        /// The file that says so.
        file: PathBuf,
        /// Its line.
        line: usize,
        /// Type and fingerprint of the presented key.
        presented: String,
    },
    /// The host's certificate is of a known authority, and does not vouch for it.
    #[error("the host certificate of {host} does not count")]
    HostCertificate {
        /// The hop.
        host: String,
        /// The file with the authority.
        file: PathBuf,
        /// Its line.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The host key is not known and was not accepted.
    #[error("the host key of {host} is not known and was not accepted")]
    HostKeyDeclined {
        /// The hop.
        host: String,
        /// Type and fingerprint of the presented key.
        presented: String,
        /// File and line of a certificate authority for this host, of which the host has no certificate.
        authority: Option<(PathBuf, usize)>,
        /// Whether nobody was asked because `ssh_config` says so.
        is_strict: bool,
    },
    /// The host key is none of the pinned ones.
    #[error("the host key of {host} is not a pinned one")]
    HostKeyNotPinned {
        /// The hop.
        host: String,
        /// Types and fingerprints that the host presented.
        presented: Vec<String>,
    },
    /// A `known_hosts` file cannot be read.
    #[error("{file} cannot be read")]
    KnownHosts {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The accepted key cannot be recorded.
    #[error("the accepted host key cannot be recorded in {file}")]
    Record {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No offered key was taken.
    #[error("{host} did not let {user} in")]
    SignIn {
        /// The hop.
        host: String,
        /// The account.
        user: String,
        /// What was tried, with what outcome.
        tried: Vec<String>,
        /// The methods that the hop takes.
        takes: Vec<String>,
        /// The methods that were not tried because `ssh_config` says so, with the line that does.
        forbidden: Vec<String>,
    },
    /// Sign-in was not answered in time.
    #[error("{host} did not answer the sign-in")]
    SignInTimedOut {
        /// The hop.
        host: String,
    },
    /// The source of the passphrase failed.
    #[error("the passphrase of the key could not be fetched")]
    Passphrase(Problem),
    /// The last hop refuses to forward there.
    #[error("{hop} refuses to forward to {host} port {port}")]
    ForwardRefused {
        /// The last hop.
        hop: String,
        /// The target.
        host: String,
        /// Its port.
        port: u16,
        /// The hop's own words, where it gave any.
        told: Option<String>,
    },
    /// The last hop does not reach the target.
    #[error("{hop} does not reach {host} port {port}")]
    ForwardFailed {
        /// The last hop.
        hop: String,
        /// The target.
        host: String,
        /// Its port.
        port: u16,
        /// The hop's own words, where it gave any.
        told: Option<String>,
    },
    /// The last hop did not say in time whether it reaches the target.
    #[error("{hop} did not reach {host} port {port} in time")]
    ForwardTimedOut {
        /// The last hop.
        hop: String,
        /// The target.
        host: String,
        /// Its port.
        port: u16,
    },
    /// There is no loopback port for the local end.
    #[error("the local end of the tunnel cannot be opened")]
    LocalEnd(#[source] io::Error),
    /// The tunnel is gone.
    #[error("the tunnel through {host} is gone")]
    Lost {
        /// The last hop.
        host: String,
        /// Why.
        why: String,
    },
}

impl TunnelError {
    /// What the user sees: what, why, and what to do next.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let problem = Problem { passes: self.passes(), ..Problem::new(self.kind(), sentence(&self.to_string())) };
        match self {
            Self::NoHops => problem.then(Remedy::Settings),
            Self::SshConfig { why, .. } => problem
                .because(why.clone())
                .hint("change it there, or say it in the profile: a hop there may be { host = \"…\", port = 22, user = \"…\" }")
                .then(Remedy::Settings),
            Self::Circle { .. } => problem
                .because("the hops that ProxyJump names lead back to where they came from, or there are more than 16")
                .hint("look at ProxyJump in ssh_config, or name the hops in the profile: route = [\"first\", \"second\"]")
                .then(Remedy::Settings),
            Self::Resolve { source, .. } => problem
                .because(source.to_string())
                .hint("look at the spelling of the hop in the route, and whether this machine's name server is reachable")
                .then(Remedy::Settings),
            Self::Reach { how, .. } => unreachable_hop(problem, how),
            Self::Handshake { why, .. } => problem
                .because(why.clone())
                .hint(
                    "look whether the port is that of an SSH server, and whether it is up to date; a bastion that closes at \
                     once may admit listed addresses only",
                )
                .then(Remedy::Doctor),
            Self::HostKeyChanged { .. }
            | Self::HostKeyRevoked { .. }
            | Self::HostCertificate { .. }
            | Self::HostKeyDeclined { .. }
            | Self::HostKeyNotPinned { .. }
            | Self::KnownHosts { .. }
            | Self::Record { .. } => self.host_key_problem(problem),
            Self::SignIn { user, tried, takes, forbidden, .. } => sign_in(problem, user, (tried, takes, forbidden)),
            Self::SignInTimedOut { .. } => {
                problem.hint("the hop is reached but slow or stuck: try again, then ask its owner").then(Remedy::Reconnect)
            }
            Self::Passphrase(inner) => {
                let mut all = problem.because(inner.what.clone());
                all.because.extend(inner.because.iter().cloned());
                all.hint.clone_from(&inner.hint);
                all
            }
            Self::ForwardRefused { told, .. } => with_words(problem, told.as_ref())
                .hint("the hop allows forwards to listed targets only: look at the replica's name and port in the profile")
                .then(Remedy::Settings),
            Self::ForwardFailed { told, .. } => with_words(problem, told.as_ref())
                .hint(
                    "look at the replica's name and port in the profile: the name is resolved by the hop, not by this \
                     machine; the replica may also be restarting",
                )
                .then(Remedy::Doctor),
            Self::ForwardTimedOut { .. } => problem
                .hint("the hop is fine, the way from it to the replica is not: a security group or the wrong port")
                .then(Remedy::Doctor),
            Self::LocalEnd(source) => problem.because(source.to_string()),
            Self::Lost { why, .. } => problem
                .because(why.clone())
                .hint("connect again; a statement that was running is not run again by itself")
                .then(Remedy::Reconnect),
        }
    }

    /// Whether waiting may mend it: a network, a server that restarts. Keys, names and permissions do not change by
    /// themselves, and a sign-in that was refused is not tried again unasked.
    fn passes(&self) -> bool {
        matches!(
            self,
            Self::Resolve { .. }
                | Self::Reach { .. }
                | Self::Handshake { .. }
                | Self::SignInTimedOut { .. }
                | Self::ForwardFailed { .. }
                | Self::ForwardTimedOut { .. }
                | Self::LocalEnd(_)
                | Self::Lost { .. }
        )
    }

    fn kind(&self) -> ProblemKind {
        match self {
            Self::Lost { .. } => ProblemKind::Lost,
            Self::SshConfig { .. } | Self::Circle { .. } | Self::NoHops => ProblemKind::Settings,
            Self::Record { .. } | Self::LocalEnd(_) => ProblemKind::Local,
            Self::Passphrase(inner) => inner.kind,
            _ => ProblemKind::Route,
        }
    }

    fn host_key_problem(&self, problem: Problem) -> Problem {
        match self {
            Self::HostKeyChanged { file, line, recorded, presented, .. } => problem
                .because(format!("it presents {presented}"))
                .because(format!("{} line {line} has {recorded}", file.display()))
                .hint(
                    "nothing was sent. Somebody may stand in between, or the host was replaced: compare the fingerprint \
                     with its owner by another way, and only then change that line",
                ),
            Self::HostKeyRevoked { file, line, presented, .. } => problem
                .because(format!("it presents {presented}"))
                .because(format!("{} line {line} marks that key as revoked", file.display()))
                .hint("nothing was sent. Ask the owner of the host for its new key"),
            Self::HostCertificate { file, line, why, .. } => problem
                .because(why.clone())
                .because(format!("{} line {line} names its authority", file.display()))
                .hint("nothing was sent. Ask the owner of the host for a new certificate"),
            Self::HostKeyDeclined { presented, authority, is_strict, .. } => {
                let problem = problem.because(format!("it presents {presented}"));
                let problem = match authority {
                    Some((file, line)) => problem.because(format!(
                        "{} line {line} names a certificate authority for it, and it has no certificate of that one",
                        file.display()
                    )),
                    None => problem,
                };
                let problem = if *is_strict {
                    problem.because("StrictHostKeyChecking in ssh_config refuses unknown keys unasked")
                } else {
                    problem
                };
                problem.hint(
                    "nothing was sent. Compare the fingerprint with the host's owner, then connect in the terminal \
                     program and accept it, or pin it in the profile: host_key = [\"SHA256:…\"]",
                )
            }
            Self::HostKeyNotPinned { presented, .. } => {
                let mut problem = problem;
                for key in presented {
                    problem = problem.because(format!("it presents {key}"));
                }
                problem
                    .hint(
                        "nothing was sent. Compare the fingerprint with the host's owner, and only then change host_key \
                         in the profile",
                    )
                    .then(Remedy::Settings)
            }
            Self::KnownHosts { source, .. } => {
                problem.because(source.to_string()).hint("make the file readable: without it no host key can be judged")
            }
            Self::Record { source, .. } => problem
                .because(source.to_string())
                .hint("make the file writable, or pin the key in the profile: host_key = [\"SHA256:…\"]"),
            _ => problem,
        }
    }
}

/// An error as a sentence; the name of a host at its beginning stays as it is written.
fn sentence(error: &str) -> String {
    error.strip_prefix("the ").map_or_else(|| format!("{error}."), |rest| format!("The {rest}."))
}

fn unreachable_hop(problem: Problem, how: &Reached) -> Problem {
    match how {
        Reached::TimedOut => problem
            .because("timed out: nothing came back")
            .hint("bastions admit listed addresses only; ask for yours to be added, or look at VPN and network"),
        Reached::Refused => problem
            .because("connection refused: the host is there, but nothing listens on that port")
            .hint("look at the port in the route; the hop may also be restarting"),
        Reached::Failed(why) => {
            problem.because(why.clone()).hint("look at the hop's name and port in the route, and at the network")
        }
    }
    .then(Remedy::Doctor)
}

fn sign_in(problem: Problem, user: &str, (tried, takes, forbidden): (&[String], &[String], &[String])) -> Problem {
    let mut problem = problem;
    if tried.is_empty() && forbidden.is_empty() {
        problem = problem.because("there was no key to try: no agent answered, and there is no key file");
    }
    for one in tried {
        problem = problem.because(format!("tried {one}"));
    }
    for one in forbidden {
        problem = problem.because(format!("not tried {one}"));
    }
    if !takes.is_empty() {
        problem = problem.because(format!("it takes {}", takes.join(", ")));
    }
    problem
        .hint(format!(
            "look whether {user} is the right account and whether your public key is installed on the hop; name the key \
             in the profile: identity = \"~/.ssh/…\""
        ))
        .then(Remedy::Settings)
}

fn with_words(problem: Problem, told: Option<&String>) -> Problem {
    match told {
        Some(words) => problem.because(format!("the hop says: {words}")),
        None => problem,
    }
}

/// Words of a host, fit for a message: control characters out, and not too long.
pub(super) fn plain(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    plain.trim().to_owned()
}

/// Why a connection to a hop has ended, in words of ours where the library's would say less.
pub(super) fn ended(error: &russh::Error) -> String {
    let is_closed = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
        )
    };
    match error {
        russh::Error::KeepaliveTimeout => "the hop does not answer any more".into(),
        russh::Error::Disconnect | russh::Error::HUP => CLOSED.into(),
        russh::Error::IO(error) if is_closed(error) => CLOSED.into(),
        error => plain(&error.to_string()),
    }
}
