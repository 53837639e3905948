//! The messages to the user about the errors of a tunnel.

use super::error::{ReachFailure, TunnelError};
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::ssh::resolved_hop::RouteError;
use crate::domain::text::{excerpt, one_line};

/// Characters of a line that a command said.
const LONGEST_MESSAGE: usize = 200;

impl TunnelError {
    /// Returns the message to the user: what happened, why, and what to do next.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let problem =
            Problem { is_transient: self.is_transient(), ..Problem::new(self.kind(), sentence(&self.to_string())) };
        match self {
            Self::Route(RouteError::NoHops) => problem.then(Remedy::Settings),
            Self::Route(RouteError::SshConfig { why, .. }) => problem
                .because(why.clone())
                .hint("correct that line, or describe the hop in the profile: { host = \"…\", port = 22, user = \"…\" }")
                .then(Remedy::Settings),
            Self::Route(RouteError::Loop { .. }) => problem
                .because("ProxyJump leads back to a host that is already on the route, or the route has more than 16 hops")
                .hint("check ProxyJump in ssh_config, or list the hops in the profile: route = [\"first\", \"second\"]")
                .then(Remedy::Settings),
            Self::Resolve { source, .. } => problem
                .because(source.to_string())
                .hint("check the spelling of the hop in the route, and whether this machine reaches its name server")
                .then(Remedy::Settings),
            Self::Reach { failure, .. } => unreachable_hop(problem, failure),
            Self::Command { command, why, messages, .. } => {
                let mut all = problem.because(format!("{}: {why}", one_line(command)));
                all.because.extend(messages.iter().map(|line| format!("it said: {}", excerpt(line, LONGEST_MESSAGE))));
                all.hint("run the command yourself: it must connect its standard input and output to the SSH server")
                    .then(Remedy::Doctor)
            }
            Self::CommandNotAllowed { command, place, .. } => problem
                .because(format!("{place}: {}", one_line(command)))
                .hint("check the command; if you trust it, set proxy_command = true in the profile")
                .then(Remedy::Settings),
            Self::Handshake { why, .. } => failed_handshake(problem, why),
            Self::HandshakeTimedOut { .. } => failed_handshake(problem, "it did not finish in time"),
            Self::HostKeyChanged { .. }
            | Self::HostKeyRevoked { .. }
            | Self::HostCertificate { .. }
            | Self::HostKeyDeclined { .. }
            | Self::HostKeyNotPinned { .. }
            | Self::KnownHosts { .. }
            | Self::Record { .. } => self.host_key_problem(problem),
            Self::SignIn { user, tried, accepts, forbidden, .. } => {
                sign_in(problem, &SignInDetails { user, tried, accepts, forbidden })
            }
            Self::SignInTimedOut { .. } => {
                problem.hint("the hop is reachable but slow or stuck: try again, then ask its administrator").then(Remedy::Reconnect)
            }
            Self::Passphrase(inner) => {
                let mut all = problem.because(inner.what.clone());
                all.because.extend(inner.because.iter().cloned());
                all.hint.clone_from(&inner.hint);
                all
            }
            Self::ForwardRefused { message, .. } => with_message(problem, message.as_ref())
                .hint("the hop allows forwards only to listed targets: check the replica's name and port in the profile")
                .then(Remedy::Settings),
            Self::ForwardFailed { message, .. } => with_message(problem, message.as_ref())
                .hint(
                    "check the replica's name and port in the profile: the hop resolves the name, not this machine; the \
                     replica may also be restarting",
                )
                .then(Remedy::Doctor),
            Self::ForwardTimedOut { .. } => problem
                .hint("the hop works, but its connection to the replica does not: check the security group and the port")
                .then(Remedy::Doctor),
            Self::LocalEnd(source) => problem.because(source.to_string()),
            Self::Lost { why, .. } => problem
                .because(why.clone())
                .hint("reconnect; a statement that was running is not repeated automatically")
                .then(Remedy::Reconnect),
        }
    }

    /// Returns whether a retry may help: after a network failure or a restart of a server. Keys, names and permissions do not
    /// change by themselves, and a refused sign-in is not retried without asking.
    fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Resolve { .. }
                | Self::Reach { .. }
                | Self::Command { .. }
                | Self::Handshake { .. }
                | Self::HandshakeTimedOut { .. }
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
            Self::Route(_) => ProblemKind::Settings,
            Self::Record { .. } | Self::LocalEnd(_) => ProblemKind::Local,
            Self::Passphrase(inner) => inner.kind,
            Self::Resolve { .. }
            | Self::Reach { .. }
            | Self::Command { .. }
            | Self::CommandNotAllowed { .. }
            | Self::Handshake { .. }
            | Self::HandshakeTimedOut { .. }
            | Self::HostKeyChanged { .. }
            | Self::HostKeyRevoked { .. }
            | Self::HostCertificate { .. }
            | Self::HostKeyDeclined { .. }
            | Self::HostKeyNotPinned { .. }
            | Self::KnownHosts { .. }
            | Self::SignIn { .. }
            | Self::SignInTimedOut { .. }
            | Self::ForwardRefused { .. }
            | Self::ForwardFailed { .. }
            | Self::ForwardTimedOut { .. } => ProblemKind::Route,
        }
    }

    fn host_key_problem(&self, problem: Problem) -> Problem {
        match self {
            Self::HostKeyChanged { file, line, recorded, presented, .. } => problem
                .because(format!("the host presents {presented}"))
                .because(format!("{} line {line} has {recorded}", file.display()))
                .hint(
                    "nothing was sent. The host may have been replaced, or someone intercepts the connection: verify the \
                     fingerprint with the host's administrator over another channel, and only then change that line",
                ),
            Self::HostKeyRevoked { file, line, presented, .. } => problem
                .because(format!("the host presents {presented}"))
                .because(format!("{} line {line} marks that key as revoked", file.display()))
                .hint("nothing was sent. Ask the host's administrator for its new key"),
            Self::HostCertificate { file, line, why, .. } => problem
                .because(why.clone())
                .because(format!("{} line {line} names the authority that signed it", file.display()))
                .hint("nothing was sent. Ask the host's administrator for a new certificate"),
            Self::HostKeyDeclined { presented, authority, is_strict, .. } => {
                let problem = problem.because(format!("the host presents {presented}"));
                let problem = match authority {
                    Some((file, line)) => problem.because(format!(
                        "{} line {line} names a certificate authority for the host, but the host has no certificate of it",
                        file.display()
                    )),
                    None => problem,
                };
                let problem = if *is_strict {
                    problem.because("StrictHostKeyChecking in ssh_config refuses unknown keys without asking")
                } else {
                    problem
                };
                problem.hint(
                    "nothing was sent. Verify the fingerprint with the host's administrator, then start rrx in a terminal and \
                     accept the key, or pin it in the profile: host_key = [\"SHA256:…\"]",
                )
            }
            Self::HostKeyNotPinned { presented, .. } => {
                let mut problem = problem;
                for key in presented {
                    problem = problem.because(format!("the host presents {key}"));
                }
                problem
                    .hint(
                        "nothing was sent. Verify the fingerprint with the host's administrator, and only then change \
                         host_key in the profile",
                    )
                    .then(Remedy::Settings)
            }
            Self::KnownHosts { source, .. } => {
                problem.because(source.to_string()).hint("make the file readable: without it no host key can be verified")
            }
            Self::Record { source, .. } => problem
                .because(source.to_string())
                .hint("make the file writable, or pin the key in the profile: host_key = [\"SHA256:…\"]"),
            Self::Route(_)
            | Self::Resolve { .. }
            | Self::Reach { .. }
            | Self::Command { .. }
            | Self::CommandNotAllowed { .. }
            | Self::Handshake { .. }
            | Self::HandshakeTimedOut { .. }
            | Self::SignIn { .. }
            | Self::SignInTimedOut { .. }
            | Self::Passphrase(_)
            | Self::ForwardRefused { .. }
            | Self::ForwardFailed { .. }
            | Self::ForwardTimedOut { .. }
            | Self::LocalEnd(_)
            | Self::Lost { .. } => problem,
        }
    }
}

/// Turns an error text into a sentence. A host name at the beginning keeps its case.
fn sentence(error: &str) -> String {
    error.strip_prefix("the ").map_or_else(|| format!("{error}."), |rest| format!("The {rest}."))
}

fn failed_handshake(problem: Problem, why: &str) -> Problem {
    problem
        .because(why)
        .hint(
            "check that the port belongs to an SSH server, and that the server is up to date; a jump host that closes the \
             connection at once may allow only listed addresses",
        )
        .then(Remedy::Doctor)
}

fn unreachable_hop(problem: Problem, failure: &ReachFailure) -> Problem {
    match failure {
        ReachFailure::TimedOut => problem
            .because("the connection timed out")
            .hint("jump hosts often allow only listed addresses: ask to have yours added, or check VPN and network"),
        ReachFailure::Refused => problem
            .because("connection refused: the host answers, but nothing listens on that port")
            .hint("check the port in the route; the hop may also be restarting"),
        ReachFailure::Failed(why) => {
            problem.because(why.clone()).hint("check the hop's name and port in the route, and the network")
        }
    }
    .then(Remedy::Doctor)
}

/// The parts of [`TunnelError::SignIn`].
struct SignInDetails<'a> {
    user: &'a str,
    tried: &'a [String],
    accepts: &'a [String],
    forbidden: &'a [String],
}

fn sign_in(problem: Problem, details: &SignInDetails<'_>) -> Problem {
    let SignInDetails { user, tried, accepts, forbidden } = *details;
    let mut problem = problem;
    if tried.is_empty() && forbidden.is_empty() {
        problem = problem.because("there is no key to try: no agent answers, and there is no key file");
    }
    for attempt in tried {
        problem = problem.because(format!("tried {attempt}"));
    }
    for method in forbidden {
        problem = problem.because(format!("not tried {method}"));
    }
    if !accepts.is_empty() {
        problem = problem.because(format!("the hop accepts {}", accepts.join(", ")));
    }
    problem
        .hint(format!(
            "check that {user} is the right account and that your public key is installed on the hop; name the key in \
             the profile: identity = \"~/.ssh/…\""
        ))
        .then(Remedy::Settings)
}

fn with_message(problem: Problem, message: Option<&String>) -> Problem {
    match message {
        Some(text) => problem.because(format!("the hop's message: {text}")),
        None => problem,
    }
}
