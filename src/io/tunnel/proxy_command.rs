//! Reaches a hop by a command, as `ProxyCommand` of OpenSSH: its standard input and output are the connection. The command
//! ends with the connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe;
use tokio::time::sleep;

use super::context::{ProxyReport, StartedCommand, TunnelContext};
use super::error::TunnelError;
use super::stream_relay::ByteStream;
use crate::domain::profile::CommandConsent;
use crate::domain::protocol::{Answer, Question};
use crate::domain::ssh::resolved_hop::ResolvedHop;
use crate::domain::ssh::ssh_config::ProxyCommand;

/// How long to wait for the end of a command whose connection failed: its last message comes at about the same time.
const LAST_MESSAGES: Duration = Duration::from_secs(1);
/// The pauses of this wait.
const POLL: Duration = Duration::from_millis(20);

/// A connection to a hop over the standard input and output of a command.
pub(super) struct ProxyPath<'a> {
    command: &'a ProxyCommand,
    context: &'a TunnelContext,
    /// The report of the last command that was started.
    report: Mutex<Option<Arc<dyn ProxyReport>>>,
}

/// Whether the user can be asked for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConsentCheck {
    /// The first connection of a tunnel.
    Required,
    /// A further connection: the same command ran before.
    Passed,
}

impl<'a> ProxyPath<'a> {
    /// Checks that the command may run, and asks the user if the profile does not say it.
    pub(super) async fn allowed(
        command: &'a ProxyCommand,
        hop: &ResolvedHop,
        context: &'a TunnelContext,
        check: ConsentCheck,
    ) -> Result<Self, TunnelError> {
        let path = Self { command, context, report: Mutex::default() };
        let has_consent = check == ConsentCheck::Passed
            || context.commands == CommandConsent::Given
            || context.prompter.is_allowed_command(&command.command);
        if has_consent {
            return Ok(path);
        }
        let (host, place) = (hop.shown.clone(), command.place.clone());
        let question =
            Question::RunCommand { host: host.clone(), command: command.command.clone(), place: place.clone() };
        match context.prompter.ask(question).await {
            Answer::Accept => {
                context.prompter.allow_command(&command.command);
                Ok(path)
            }
            Answer::Decline | Answer::Secret(_) | Answer::Secrets(_) => {
                Err(TunnelError::CommandNotAllowed { host, command: command.command.clone(), place })
            }
        }
    }

    /// Starts the command. Returns the connection with a text for the user.
    pub(super) fn open(&self, hop: &ResolvedHop) -> Result<(Box<dyn ByteStream>, String), TunnelError> {
        let failed = |error: io::Error| TunnelError::Command {
            host: hop.shown.clone(),
            command: self.command.command.clone(),
            why: format!("it cannot be started: {error}"),
            messages: Vec::new(),
        };
        let started = (self.context.start_command)(&self.command.command).map_err(failed)?;
        let StartedCommand { stdin, stdout, report, guard } = started;
        let (to_hop, from_hop) = (
            pipe::Sender::from_owned_fd(stdin).map_err(failed)?,
            pipe::Receiver::from_owned_fd(stdout).map_err(failed)?,
        );
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
        let stream = CommandStream { from_hop, to_hop: Some(to_hop), _guard: guard };
        Ok((Box::new(stream), format!("the command {}", self.command.command)))
    }

    /// Turns a failed handshake into the error of the command. Its end is the reason only if the handshake did not time out:
    /// then rrx has ended it.
    pub(super) async fn explain(&self, error: TunnelError) -> TunnelError {
        let (host, why) = match error {
            TunnelError::Handshake { host, why } => (host, Some(why)),
            TunnelError::HandshakeTimedOut { host } => (host, None),
            error => return error,
        };
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(report) = report else { return handshake_error(host, why) };
        let mut waited = Duration::ZERO;
        while !report.has_ended() && waited < LAST_MESSAGES {
            sleep(POLL).await;
            waited += POLL;
        }
        // The last message is read by another thread.
        sleep(POLL).await;
        let why = match why {
            Some(why) => report.end().unwrap_or(why),
            None => "the SSH handshake through it did not finish in time".to_owned(),
        };
        TunnelError::Command { host, command: self.command.command.clone(), why, messages: report.messages() }
    }
}

/// Returns the error of a handshake that failed for this reason; without a reason it timed out.
fn handshake_error(host: String, why: Option<String>) -> TunnelError {
    match why {
        Some(why) => TunnelError::Handshake { host, why },
        None => TunnelError::HandshakeTimedOut { host },
    }
}

/// The standard output and input of a command as one stream. Dropping it ends the command.
struct CommandStream {
    from_hop: pipe::Receiver,
    /// `None` once it is closed.
    to_hop: Option<pipe::Sender>,
    _guard: Box<dyn Send + Sync>,
}

impl AsyncRead for CommandStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.from_hop).poll_read(cx, buf)
    }
}

impl AsyncWrite for CommandStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.to_hop {
            Some(to_hop) => Pin::new(to_hop).poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.to_hop {
            Some(to_hop) => Pin::new(to_hop).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A pipe is closed by dropping its end.
        self.to_hop = None;
        Poll::Ready(Ok(()))
    }
}
