//! `rrx tunnel`: holds the way to a replica open for other programs, and writes down that it did. What flows through it is
//! outside the guard, the blinding and the records of statements: it says so, and a profile must allow it.

mod outlet;
mod place;
mod settings;
mod show;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

pub use outlet::{LeftOut, Outlet, Rest, outlets};
pub use place::Place;
pub use settings::At;
pub use show::Shape;
use show::Show;

use super::headless::{Interrupts, answer};
use super::host_key::{self, Met};
use crate::domain::access_log::{TunnelEvent, TunnelRecord};
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::profile::{Environment, Profile};
use crate::domain::protocol::{Answer, Question};
use crate::io::session::{Outside, tunnel_context};
use crate::io::storage::access_log::AccessLog;
use crate::io::storage::{peers, tty};
use crate::io::tunnel::{Asker, Ending, HoldNews, PeerUids, Step, Terms, Tunnel, hold};

/// What `rrx tunnel` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TunnelArgs {
    /// Where other programs find it.
    pub place: Place,
    /// Why it is opened.
    pub reason: Option<String>,
    /// How it tells what happens.
    pub shape: Shape,
}

/// Where it is held.
pub struct Site {
    /// The profile.
    pub profile: Arc<Profile>,
    /// What the tunnel needs of the machine.
    pub outside: Outside,
    /// The access log, open.
    pub log: AccessLog,
}

/// Refuses what cannot be held, and answers with the reason for it, asked for where the profile has blinding rules.
///
/// # Errors
/// A refusal (exit code 4) where the profile does not allow it, or where a reason is needed and none is given.
pub fn permit(profile: &Profile, config: &Path, reason: Option<String>) -> Result<Option<String>, Problem> {
    if !profile.tunnel {
        let problem = Problem::new(
            ProblemKind::Refused,
            format!("The profile {} may not be opened for other programs", profile.name),
        )
        .because("they would be outside the guard, the blinding and the records of statements");
        return Err(if profile.environment == Environment::Demo {
            problem.hint("`rrx demo --listen 127.0.0.1:3307` serves the demo's replica for other programs")
        } else {
            let line = format!(
                "tunnel = true in [profile.{}] of {} allows it, where your role does",
                profile.name,
                config.display()
            );
            problem.hint(line).then(Remedy::Settings)
        });
    }
    if profile.route.is_empty() {
        return Err(Problem::new(
            ProblemKind::Settings,
            format!("The profile {} has no hops, so there is nothing to hold", profile.name),
        )
        .hint(format!("let the program connect to {}:{} itself", profile.host, profile.port)));
    }
    let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    if reason.is_some() || profile.blinding.is_none() {
        return Ok(reason);
    }
    let asked = tty::ask("This profile has blinding rules, and the tunnel is outside them. Why is it needed? ");
    let given = asked.as_ref().ok().map(|reason| reason.trim()).filter(|reason| !reason.is_empty());
    given.map(|reason| Some(reason.to_owned())).ok_or_else(|| {
        let problem =
            Problem::new(ProblemKind::Refused, "A tunnel past blinding rules needs a reason, and none was given");
        let problem = match asked {
            Err(error) => problem.because(format!("there is no terminal to ask on: {error}")),
            Ok(_) => problem,
        };
        problem.hint("--reason TEXT gives it; it goes into the access log")
    })
}

/// Holds the tunnel until it is interrupted; answers with the exit code.
///
/// # Errors
/// Where it cannot be opened, or a record cannot be written.
pub async fn run(
    args: &TunnelArgs,
    mut site: Site,
    mut stop: Interrupts,
    out: &mut (dyn Write + Send),
    err: &mut (dyn Write + Send),
) -> Result<u8, Problem> {
    let profile = Arc::clone(&site.profile);
    let (door, at, _file) = args.place.open(peers::can_tell).await?;
    let tunnel = tokio::select! {
        opened = open(&profile, &site.outside) => opened?,
        () = stop.next() => return Ok(ProblemKind::Interrupted.exit_code()),
    };
    let last_hop = tunnel.last_hop().to_owned();
    let mut book = Book { profile: &profile, log: &mut site.log, id: String::new(), clients: 0 };
    book.write(TunnelEvent::Opened { at: at.to_string(), reason: args.reason.clone() })?;
    let (event, told) = mpsc::channel(limits::INBOX);
    let terms = Terms {
        host: profile.host.clone(),
        port: profile.port,
        uid: peers::own_uid(),
        peers: Arc::new(peers::uids_of) as PeerUids,
        farewell,
    };
    let held = hold(tunnel, door, terms, event);
    let mut show = Show::new(args.shape, out, err);
    show.opened(&profile, &at, &last_hop)?;
    let ended = serve((&held, told), &mut book, &mut show, &mut stop).await;
    let (up, down) = held.counts().bytes();
    let strangers = held.counts().strangers();
    let end = match &ended {
        Ok(()) => "ended as asked".to_owned(),
        Err(problem) => format!("ended: {}", problem.what),
    };
    let closed = TunnelEvent::Closed { clients: book.clients, strangers, up, down, end };
    book.write(closed.clone())?;
    show.closed(&closed);
    ended.map(|()| 0)
}

/// Serves until it is told to end, or the way does not come back.
async fn serve(
    (held, mut told): (&crate::io::tunnel::Held, mpsc::Receiver<HoldNews>),
    book: &mut Book<'_>,
    show: &mut Show<'_>,
    stop: &mut Interrupts,
) -> Result<(), Problem> {
    let mut tick = interval(show.period());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ended = loop {
        let event = tokio::select! {
            event = told.recv() => event,
            () = stop.next() => break Ok(()),
            _ = tick.tick() => {
                show.counts(held.counts());
                continue;
            }
        };
        let Some(event) = event else { break Ok(()) };
        let gone = if let HoldNews::Gone(problem) = &event { Err(problem.clone()) } else { Ok(()) };
        let taken = take(event, book, show).and(gone);
        if taken.is_err() {
            break taken;
        }
    };
    held.end();
    // The news end when every client is told of. One that hangs in the system is not waited for.
    let rest = async {
        while let Some(event) = told.recv().await {
            if !matches!(event, HoldNews::Came { .. }) {
                let taken = take(event, book, show);
                ended = ended.clone().and(taken);
            }
        }
    };
    let _ = timeout(limits::KILL, rest).await;
    ended
}

/// Writes one piece of news down and shows it.
fn take(event: HoldNews, book: &mut Book<'_>, show: &mut Show<'_>) -> Result<(), Problem> {
    match event {
        HoldNews::Came { client, admit } => {
            let written = book.write(TunnelEvent::Came { client });
            // Without its record nobody is served; one that is gone already is no trouble.
            let _ = admit.send(written.clone().map_err(|problem| problem.what));
            match written {
                Ok(()) => {
                    book.clients += 1;
                    show.came(client);
                }
                Err(problem) => show.trouble(&problem),
            }
        }
        HoldNews::Left { client, up, down, took, ending } => {
            let end = match &ending {
                Ending::Closed => "closed".to_owned(),
                Ending::Ended => "closed with the tunnel".to_owned(),
                Ending::Refused(problem) => format!("failed: {}", problem.what),
                Ending::Broken(why) => format!("broken: {why}"),
            };
            let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            let left = TunnelEvent::Left { client, up, down, milliseconds, end };
            book.write(left.clone())?;
            if let Ending::Refused(problem) = &ending {
                show.trouble(problem);
            }
            show.left(&left);
        }
        HoldNews::Stranger => show.stranger(),
        HoldNews::Lost(problem) => show.lost(&problem),
        HoldNews::NotBack { problem, again } => show.not_back(&problem, again),
        HoldNews::Back => show.back(),
        HoldNews::Gone(problem) => show.gone(&problem),
    }
    Ok(())
}

/// The access log's records of one tunnel.
struct Book<'a> {
    profile: &'a Profile,
    log: &'a mut AccessLog,
    id: String,
    /// Clients that were let in.
    clients: u64,
}

impl Book<'_> {
    fn write(&mut self, event: TunnelEvent) -> Result<(), Problem> {
        let profile = self.profile;
        self.id = self.log.tunnel(TunnelRecord {
            id: self.id.clone(),
            // The storage room fills in time and user.
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

/// Climbs the hops, and looks whether the replica is behind the last one.
async fn open(profile: &Profile, outside: &Outside) -> Result<Tunnel, Problem> {
    let asker = Arc::new(Terminal::default());
    let (event, mut steps) = mpsc::channel::<Step>(limits::SESSION_QUEUE);
    // Its problem says which rung failed.
    tokio::spawn(async move {
        while let Some(step) = steps.recv().await {
            tracing::debug!(hop = step.hop, step = ?step.rung, state = ?step.state, "connection step");
        }
    });
    let context = tunnel_context(profile, outside, Arc::clone(&asker) as Arc<dyn Asker>, event);
    let explained = |problem: Problem| match asker.met() {
        Some(met) => met.explain(problem, &profile.name, &[], &outside.command_line),
        None => problem,
    };
    let tunnel = Tunnel::open(&profile.route, context).await.map_err(|error| explained(error.problem()))?;
    let probe = tunnel.through(&profile.host, profile.port).await.map_err(|error| error.problem())?;
    probe.close().await;
    Ok(tunnel)
}

/// Asks on the terminal; unknown host keys are refused.
#[derive(Default)]
struct Terminal {
    met: Mutex<Option<Met>>,
}

impl Terminal {
    fn met(&self) -> Option<Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Asker for Terminal {
    fn ask(&self, question: Question) -> BoxFuture<'_, Answer> {
        if let Some(met) = host_key::meet(&question, &[]) {
            *self.met.lock().unwrap_or_else(PoisonError::into_inner) = Some(met);
        }
        Box::pin(async { answer(question).await.unwrap_or(Answer::Decline) })
    }
}

/// An error as a MySQL server sends it before its greeting: clients show its words.
fn farewell(why: &str) -> Vec<u8> {
    let words: String = format!("rrx tunnel: {why}").chars().take(400).collect();
    let mut payload = vec![0xff];
    // ER_UNKNOWN_ERROR: none of the numbered ones fits. Before the handshake there is no SQLSTATE.
    payload.extend(1105_u16.to_le_bytes());
    payload.extend(words.as_bytes());
    let length = u32::try_from(payload.len()).unwrap_or(0).to_le_bytes();
    let mut packet: Vec<u8> = length.into_iter().take(3).collect();
    packet.push(0);
    packet.append(&mut payload);
    packet
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tunnel::Door;

    #[tokio::test]
    async fn where_the_system_does_not_tell_whose_a_connection_is_only_the_socket_is_offered() {
        let folder = tempfile::tempdir().unwrap();
        let refused = Place::Port(0).open(|| false).await.err().unwrap();
        assert_eq!(refused.kind, ProblemKind::Settings);
        assert!(refused.to_string().contains("--socket PATH offers it to you alone"), "{refused}");
        let path = folder.path().join("s");
        let (door, at, _file) = Place::Socket(path.clone()).open(|| false).await.unwrap();
        assert!(matches!(door, Door::Socket(_)));
        assert_eq!(at, At::Socket(path));
        assert!(Place::Port(0).open(|| true).await.is_ok());
    }

    #[test]
    fn a_farewell_is_an_error_packet_of_its_own_length() {
        let packet = farewell("no");
        assert_eq!(packet[..4], [17, 0, 0, 0]);
        assert_eq!((packet[4], packet.len()), (0xff, 4 + 17));
        assert_eq!(&packet[7..], b"rrx tunnel: no");
    }
}
