//! `rrx tunnel`: keeps a tunnel to a replica open for other programs, and records that in the access log. Statements through the
//! tunnel bypass the guard, the blinding and the statement records: the command prints that, and a profile must allow tunnels.

mod client_settings;
mod error_packet;
mod event_printer;
mod listen_address;
mod queued_output;

use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use self::error_packet::error_packet;
use self::event_printer::{EventPrinter, EventStyle};
pub use self::listen_address::ListenAddress;
use self::queued_output::queued_outputs;
use super::common::answer::answer;
use super::common::context::CommandContext;
use super::common::hop_messages::ShownHopMessages;
use super::common::host_key::UnknownHostKey;
use super::common::interrupts::Interrupts;
use super::common::runtime::block_on_one_thread;
use crate::cli::TunnelCommand;
use crate::domain::access_log::{TunnelEvent, TunnelRecord};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Environment, Profile};
use crate::domain::protocol::{Answer, HopMessage, Question};
use crate::io::env::SocketOwners;
use crate::io::host::prompts::Prompts;
use crate::io::session::{SessionEnv, tunnel_context};
use crate::io::storage::access_log::AccessLog;
use crate::io::tunnel::{ClientEnd, HopProgress, ListenerEvent, ListenerOptions, Tunnel, TunnelListener, UserPrompter};

/// The arguments of `rrx tunnel`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TunnelArgs {
    listen: ListenAddress,
    /// The reason for the tunnel, for the access log.
    reason: Option<String>,
    style: EventStyle,
}

/// What a tunnel needs.
struct TunnelDeps {
    profile: Arc<Profile>,
    session: SessionEnv,
    prompts: Prompts,
    sockets: SocketOwners,
    log: AccessLog,
    interrupts: Interrupts,
}

/// Runs `rrx tunnel`. Returns the exit code.
///
/// # Errors
/// Returns a problem if the profile does not allow it, or if the tunnel cannot be opened.
pub fn execute(command: &TunnelCommand, context: &CommandContext) -> Result<u8, Problem> {
    let loaded = context.load_settings_and_report()?;
    let (profile, profile_context) = context.find_profile(&command.profile, &loaded)?;
    let listen = match (&command.socket, &command.listen) {
        (Some(path), _) => ListenAddress::Socket(path.clone()),
        (None, Some(text)) => ListenAddress::parse(text)?,
        (None, None) => ListenAddress::Port(0),
    };
    let env = &context.env;
    // rrx asks before it listens for signals, so that Ctrl-C ends a question as usual.
    let reason = check_allowed(&profile, &env.paths.config, command.reason.clone(), env.prompts)?;
    let style = match (command.json, std::io::stderr().is_terminal()) {
        (true, _) => EventStyle::Json,
        (false, true) => EventStyle::Terminal,
        (false, false) => EventStyle::Lines,
    };
    let args = TunnelArgs { listen, reason, style };
    // One thread serves all clients, so that bytes are not passed between threads. The output has its own thread.
    block_on_one_thread(async {
        let deps = TunnelDeps {
            profile,
            interrupts: Interrupts::listen()?,
            log: AccessLog::open(&profile_context.paths.state, env.clock)?,
            session: profile_context.session,
            prompts: env.prompts,
            sockets: env.sockets.clone(),
        };
        let (mut out, mut err, output_thread) =
            queued_outputs(std::io::stdout(), std::io::stderr(), style.dropped_message());
        let ended = run(&args, deps, &mut out, &mut err).await;
        drop((out, err));
        output_thread.wait(limits::TUNNEL_LAST_OUTPUT);
        ended
    })
}

/// Checks that the profile allows a tunnel. Returns the reason for it, which it asks for if the profile has blinding rules.
///
/// # Errors
/// Returns a refusal (exit code 4) if the profile does not allow it, or if there is no reason for a profile with blinding rules.
fn check_allowed(
    profile: &Profile,
    config: &Path,
    reason: Option<String>,
    prompts: Prompts,
) -> Result<Option<String>, Problem> {
    if !profile.tunnel {
        let problem = Problem::new(
            ProblemKind::Refused,
            format!("The profile {} does not allow tunnels for other programs", profile.name),
        )
        .because("they are outside the guard, the blinding and the statement records");
        return Err(if profile.environment == Environment::Demo {
            problem.hint("`rrx demo --listen 127.0.0.1:3307` serves the demo replica to other programs")
        } else {
            let hint = format!(
                "if your role permits it, set tunnel = true in [profile.{}] of {}",
                profile.name,
                config.display()
            );
            problem.hint(hint).then(Remedy::Settings)
        });
    }
    if profile.route.is_empty() {
        return Err(Problem::new(
            ProblemKind::Settings,
            format!("The profile {} has no hops, so it needs no tunnel", profile.name),
        )
        .hint(format!("connect your program to {}:{} directly", profile.host, profile.port)));
    }
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.is_some() || profile.blinding.is_none() {
        return Ok(reason);
    }
    let asked =
        (prompts.line)("This profile has blinding rules, and a tunnel is outside them. Why do you need the tunnel? ");
    let answered = asked.as_ref().ok().map(|reason| reason.trim()).filter(|reason| !reason.is_empty());
    answered.map(|reason| Some(reason.to_owned())).ok_or_else(|| {
        let problem =
            Problem::new(ProblemKind::Refused, "A tunnel outside the blinding rules needs a reason, and there is none");
        let problem = match asked {
            Err(error) => problem.because(format!("there is no terminal to ask on: {error}")),
            Ok(_) => problem,
        };
        problem.hint("add --reason TEXT; it is recorded in the access log")
    })
}

/// Keeps the tunnel open until it is interrupted. Returns the exit code.
///
/// # Errors
/// Returns a problem if the tunnel cannot be opened, or if a record cannot be written.
async fn run(
    args: &TunnelArgs,
    deps: TunnelDeps,
    out: &mut (dyn Write + Send),
    err: &mut (dyn Write + Send),
) -> Result<u8, Problem> {
    let TunnelDeps { profile, session, prompts, sockets, mut log, mut interrupts } = deps;
    let bound = args.listen.open(sockets.can_identify_users).await?;
    let tunnel = tokio::select! {
        opened = open(&profile, &session, prompts) => opened?,
        () = interrupts.next() => return Ok(ProblemKind::Interrupted.exit_code()),
    };
    let last_hop = tunnel.last_hop().to_owned();
    let mut records = TunnelRecords { profile: &profile, log: &mut log, id: String::new(), clients: 0 };
    records.write(TunnelEvent::Opened { at: bound.address.to_string(), reason: args.reason.clone() })?;
    let (event_sender, events) = mpsc::channel(limits::INBOX);
    let options = ListenerOptions {
        host: profile.host.clone(),
        port: profile.port,
        uid: sockets.own_uid,
        peers: Arc::clone(&sockets.peer_uids),
        refusal_message: error_packet,
    };
    let listener = TunnelListener::start(tunnel, bound.socket, options, event_sender);
    let mut printer = EventPrinter::new(args.style, out, err);
    printer.opened(&profile, &bound.address, &last_hop)?;
    let ended = serve(&listener, events, &mut records, &mut printer, &mut interrupts).await;
    let (up, down) = listener.counts().bytes();
    let refused = listener.counts().rejected();
    let end = match &ended {
        Ok(()) => "ended by the user".to_owned(),
        Err(problem) => format!("ended: {}", problem.what),
    };
    let closed = TunnelEvent::Closed { clients: records.clients, refused, up, down, end };
    records.write(closed.clone())?;
    printer.closed(&closed);
    ended.map(|()| 0)
}

/// Serves clients until an interrupt, or until the tunnel cannot be reconnected.
async fn serve(
    listener: &TunnelListener,
    mut events: mpsc::Receiver<ListenerEvent>,
    records: &mut TunnelRecords<'_>,
    printer: &mut EventPrinter<'_>,
    interrupts: &mut Interrupts,
) -> Result<(), Problem> {
    let mut tick = interval(printer.count_interval());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ended = loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = interrupts.next() => break Ok(()),
            _ = tick.tick() => {
                printer.counts(listener.counts());
                continue;
            }
        };
        let Some(event) = event else { break Ok(()) };
        let outcome = if let ListenerEvent::GaveUp(problem) = &event { Err(problem.clone()) } else { Ok(()) };
        let handled = handle(event, records, printer).and(outcome);
        if handled.is_err() {
            break handled;
        }
    };
    listener.close();
    // The events end after the last client. The time limit is for a client whose disconnecting blocks.
    let rest = async {
        while let Some(event) = events.recv().await {
            if !matches!(event, ListenerEvent::ClientConnected { .. }) {
                let handled = handle(event, records, printer);
                ended = ended.clone().and(handled);
            }
        }
    };
    let _ = timeout(limits::KILL, rest).await;
    ended
}

/// Records one event and prints it.
fn handle(
    event: ListenerEvent,
    records: &mut TunnelRecords<'_>,
    printer: &mut EventPrinter<'_>,
) -> Result<(), Problem> {
    match event {
        ListenerEvent::ClientConnected { client, admit } => {
            let written = records.write(TunnelEvent::Connected { client });
            // A client is served only if it is recorded. The client may have disconnected already.
            let _ = admit.send(written.clone().map_err(|problem| problem.what));
            match written {
                Ok(()) => {
                    records.clients += 1;
                    printer.client_connected(client);
                }
                Err(problem) => printer.problem(&problem),
            }
        }
        ListenerEvent::ClientDisconnected { client, sent, received, duration, end: client_end } => {
            let end = match &client_end {
                ClientEnd::Closed => "closed".to_owned(),
                ClientEnd::ListenerClosed => "closed with the tunnel".to_owned(),
                ClientEnd::NoForward(problem) => format!("failed: {}", problem.what),
                ClientEnd::Broken(why) => format!("broken: {why}"),
            };
            let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            let disconnected = TunnelEvent::Disconnected { client, up: sent, down: received, milliseconds, end };
            records.write(disconnected.clone())?;
            if let ClientEnd::NoForward(problem) = &client_end {
                printer.problem(problem);
            }
            printer.client_disconnected(&disconnected);
        }
        ListenerEvent::ClientRejected => printer.refused_client(),
        ListenerEvent::Disconnected(problem) => printer.connection_lost(&problem),
        ListenerEvent::ReconnectFailed { problem, retry_in } => printer.reconnect_failed(&problem, retry_in),
        ListenerEvent::Reconnected => printer.reconnected(),
        ListenerEvent::GaveUp(problem) => printer.gave_up(&problem),
    }
    Ok(())
}

/// Writes the records of one tunnel to the access log.
struct TunnelRecords<'a> {
    profile: &'a Profile,
    log: &'a mut AccessLog,
    /// The id of the tunnel; empty before the first record.
    id: String,
    /// How many clients were admitted.
    clients: u64,
}

impl TunnelRecords<'_> {
    fn write(&mut self, event: TunnelEvent) -> Result<(), Problem> {
        let profile = self.profile;
        self.id = self.log.tunnel(TunnelRecord {
            id: self.id.clone(),
            // The access log fills in time and user.
            time: String::new(),
            os_user: String::new(),
            profile: profile.name.clone(),
            account: profile.user.clone(),
            server: format!("{}:{}", profile.host, profile.port),
            event,
        })?;
        Ok(())
    }
}

/// Connects the hops, and checks that the replica is reachable from the last one.
async fn open(profile: &Profile, env: &SessionEnv, prompts: Prompts) -> Result<Tunnel, Problem> {
    let prompter = Arc::new(TerminalPrompter { prompts, unknown_key: Mutex::default(), messages: Mutex::default() });
    let (events, mut steps) = mpsc::channel(limits::SESSION_QUEUE);
    // The steps are not printed: the problem names the failed one.
    tokio::spawn(async move {
        while let Some(HopProgress { hop, step, state }) = steps.recv().await {
            tracing::debug!(hop, ?step, ?state, "connection step");
        }
    });
    let context = tunnel_context(profile, env, Arc::clone(&prompter) as Arc<dyn UserPrompter>, events);
    let explain = |problem: Problem| {
        prompter.show_messages();
        match prompter.unknown_key() {
            Some(key) => key.explain(problem, &profile.name, &[], &env.command_line),
            None => problem,
        }
    };
    let tunnel = Tunnel::open(&profile.route, context).await.map_err(|error| explain(error.problem()))?;
    let probe = tunnel.forward(&profile.host, profile.port).await.map_err(|error| error.problem())?;
    probe.close().await;
    Ok(tunnel)
}

/// Asks on the terminal, and refuses unknown host keys.
struct TerminalPrompter {
    prompts: Prompts,
    unknown_key: Mutex<Option<UnknownHostKey>>,
    messages: Mutex<ShownHopMessages>,
}

impl TerminalPrompter {
    fn unknown_key(&self) -> Option<UnknownHostKey> {
        self.unknown_key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show_messages(&self) {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).show(self.prompts);
    }
}

impl UserPrompter for TerminalPrompter {
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer> {
        if let Some(key) = UnknownHostKey::from_question(&question, &[]) {
            *self.unknown_key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
        }
        self.show_messages();
        Box::pin(async { answer(question, self.prompts).await.unwrap_or(Answer::Decline) })
    }

    fn tell(&self, message: HopMessage) -> BoxFuture<'_, ()> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).on_message(message, self.prompts);
        Box::pin(std::future::ready(()))
    }
}
