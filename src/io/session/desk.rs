//! What a session must attend to while a statement is in flight: commands, deadlines, the link, the heartbeat.
//! It holds the future that reads, never drops it, and stops the statement by a KILL.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::cancel::{Control, Killed};
use super::connect::Recipe;
use super::events::Teller;
use super::link::Link;
use crate::domain::ids::ResultId;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::protocol::{End, Limit, Rows, RunReport, SessionCmd, SessionEvent};

/// Why a statement is stopped by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The user wants it, or nobody takes the rows.
    Cancelled,
    /// A limit.
    Limit(Limit),
}

/// What happened meanwhile.
pub(super) enum Event {
    /// A command; `None` when nobody can send one any more.
    Command(Option<SessionCmd>),
    /// The link is gone.
    Dead(Problem),
    /// The deadline of this phase is over.
    Deadline,
    /// The server has been silent for a while.
    Beat,
    /// The KILL has gone one way or the other; `None` when it broke.
    Killed(Option<(Control, Killed)>),
}

/// Whether rows can go on.
pub(super) enum Room<'r> {
    /// Here is room for one piece.
    Free(mpsc::Permit<'r, Rows>),
    /// The statement is being stopped.
    Stopped,
    /// Nobody takes rows any more.
    Gone,
    /// The connection died.
    Dead,
}

/// The attending half of a running statement.
pub(super) struct Desk<'a> {
    /// Where commands come from.
    pub(super) commands: &'a mut mpsc::Receiver<SessionCmd>,
    /// What stops the statement.
    pub(super) control: &'a mut Control,
    /// The way, which may go.
    pub(super) link: &'a Arc<Link>,
    /// What a new control connection is made from.
    pub(super) recipe: &'a Arc<Recipe>,
    /// Where news go.
    pub(super) tell: &'a Teller,
    /// The running statement's result.
    pub(super) result: ResultId,
    /// Commands for afterwards.
    pub(super) later: Vec<SessionCmd>,
    /// Why the statement was stopped, if it was.
    pub(super) stop: Option<Stop>,
    /// Rows that nobody took before the statement was stopped: they go on at its end.
    pub(super) held: Vec<Rows>,
    /// The KILL on its way, with the connection that carries it. Rows are read meanwhile: they may stand between us and
    /// its answer.
    killing: Option<JoinHandle<(Control, Killed)>>,
    /// How many went out. One that reaches the server before the statement does stops nothing.
    kills: u32,
    /// Why the connection cannot be used any more, if so.
    pub(super) dead: Option<Problem>,
    /// Whether the session shall end after this statement.
    pub(super) is_closing: bool,
    deadline: Instant,
    limit: Limit,
    beat_at: Instant,
}

impl<'a> Desk<'a> {
    /// Attends to a statement whose first row is due within this time.
    pub(super) fn new(
        commands: &'a mut mpsc::Receiver<SessionCmd>,
        control: &'a mut Control,
        way: (&'a Arc<Link>, &'a Arc<Recipe>, &'a Teller),
        result: ResultId,
        first_row: Duration,
    ) -> Self {
        let now = Instant::now();
        Self {
            commands,
            control,
            link: way.0,
            recipe: way.1,
            tell: way.2,
            result,
            later: Vec::new(),
            stop: None,
            held: Vec::new(),
            killing: None,
            kills: 0,
            dead: None,
            is_closing: false,
            deadline: after(now, first_row),
            limit: Limit::FirstRow(first_row.as_secs()),
            beat_at: now + limits::HEARTBEAT,
        }
    }

    /// The first row is there: from now on the time for fetching counts.
    pub(super) fn fetching(&mut self, fetch: Duration) {
        if self.stop.is_none() {
            self.deadline = after(Instant::now(), fetch);
            self.limit = Limit::Fetch(fetch.as_secs());
        }
    }

    /// Whether rows that still come are dropped.
    pub(super) fn is_draining(&self) -> bool {
        self.stop.is_some() || self.dead.is_some()
    }

    /// Waits for the next event. Nothing is lost when this is dropped.
    pub(super) async fn wait(&mut self) -> Event {
        select! {
            biased;
            command = self.commands.recv(), if !self.is_closing => Event::Command(command),
            done = ended(&mut self.killing) => Event::Killed(done),
            problem = self.link.closed() => Event::Dead(problem),
            () = sleep_until(self.deadline) => Event::Deadline,
            () = sleep_until(self.beat_at) => Event::Beat,
        }
    }

    /// Looks once, without waiting, between two batches of a server that never lets us wait.
    pub(super) async fn glance(&mut self) {
        while !self.is_closing
            && let Ok(command) = self.commands.try_recv()
        {
            Box::pin(self.act(Event::Command(Some(command)))).await;
        }
        if self.killing.as_ref().is_some_and(JoinHandle::is_finished) {
            self.settle().await;
        }
        let now = Instant::now();
        self.beat_at = now + limits::HEARTBEAT;
        if now >= self.deadline {
            Box::pin(self.act(Event::Deadline)).await;
        }
    }

    /// Does what an event asks for.
    pub(super) async fn act(&mut self, event: Event) {
        match event {
            Event::Command(Some(SessionCmd::Cancel(result))) => {
                if result == self.result {
                    self.stop(Stop::Cancelled);
                }
            }
            Event::Command(Some(SessionCmd::Close | SessionCmd::GiveWay) | None) => {
                self.is_closing = true;
                self.stop(Stop::Cancelled);
            }
            Event::Command(Some(SessionCmd::Run { result, .. })) => self.tell.tell(busy(result)).await,
            Event::Command(Some(command @ SessionCmd::LoadCatalog)) => self.later.push(command),
            Event::Command(Some(SessionCmd::Connect { .. } | SessionCmd::Answer(_))) => {}
            Event::Dead(problem) => self.dead = Some(problem),
            Event::Deadline if self.stop.is_none() => self.stop(Stop::Limit(self.limit)),
            Event::Deadline if self.killing.is_none() && self.kills < limits::KILLS => self.kill(),
            Event::Deadline => self.give_up("the server did not end the stopped statement").await,
            Event::Beat => self.beat().await,
            Event::Killed(done) => {
                self.killing = None;
                match done {
                    Some((control, killed)) => {
                        *self.control = control;
                        match killed {
                            Killed::Yes if self.kills < limits::KILLS => {
                                self.deadline = Instant::now() + limits::KILL_AGAIN;
                            }
                            Killed::Yes => self.deadline = Instant::now() + limits::DRAIN,
                            Killed::No(reason) => self.give_up(&reason).await,
                        }
                    }
                    None => self.give_up("the second connection broke").await,
                }
            }
        }
    }

    /// Stops the statement; a second reason changes nothing. The KILL goes out at once, and rows are read meanwhile.
    pub(super) fn stop(&mut self, why: Stop) {
        if self.is_draining() {
            return;
        }
        self.stop = Some(why);
        self.kill();
    }

    /// Sends a KILL its own way.
    fn kill(&mut self) {
        self.kills += 1;
        let mut control = self.control.lend();
        let (link, recipe, tell) = (Arc::clone(self.link), Arc::clone(self.recipe), self.tell.clone());
        self.killing = Some(tokio::spawn(async move {
            let mut killed = control.kill_statement(&tell).await;
            if killed != Killed::Yes && reopen(&mut control, &recipe, &link, &tell).await {
                // The second connection may have been closed while it was idle.
                killed = control.kill_statement(&tell).await;
            }
            (control, killed)
        }));
        // Each part of it has its own time; this is for what nobody thought of.
        self.deadline = Instant::now() + limits::KILL * 4;
    }

    /// Waits for the KILL on its way, if there is one: nothing may go out on the first connection before.
    pub(super) async fn settle(&mut self) {
        if self.killing.is_some() {
            let done = ended(&mut self.killing).await;
            Box::pin(self.act(Event::Killed(done))).await;
        }
    }

    /// Holds this work until it is done, attending meanwhile; `None` when the connection is dead and the work is to be
    /// thrown away with it.
    pub(super) async fn attend<F: Future>(&mut self, mut work: Pin<&mut F>) -> Option<F::Output> {
        loop {
            if self.dead.is_some() {
                return None;
            }
            let event = select! {
                biased;
                output = &mut work => return Some(output),
                event = self.wait() => event,
            };
            // Rare, and large: it shall not make the future of every statement large.
            Box::pin(self.act(event)).await;
        }
    }

    async fn beat(&mut self) {
        if self.killing.is_some() {
            // The connection that would be asked is under way.
            self.beat_at = Instant::now() + limits::HEARTBEAT;
            return;
        }
        let is_dead = self.control.beat(self.tell).await.is_err() && {
            let opened = timeout(limits::KILL, self.control.reopen(self.recipe, self.link, self.tell)).await;
            // Another server than before is a sign of life of the way, if of nothing else.
            !matches!(opened, Ok(Ok(())))
        };
        if is_dead {
            self.dead = Some(
                Problem::new(ProblemKind::Lost, "The connection to the replica is lost")
                    .because("the server gives no sign of life while the statement runs")
                    .hint("connect again; nothing is run a second time by itself")
                    .then(Remedy::Reconnect),
            );
        }
        self.beat_at = Instant::now() + limits::HEARTBEAT;
    }

    /// Waits for room where rows go. `Stopped` as soon as the statement is being stopped: then they are held, so that the
    /// server's rows can be read on. A taker who is slow says nothing of the server, so nobody asks it for a sign of life.
    pub(super) async fn room<'r>(&mut self, rows: &'r mpsc::Sender<Rows>) -> Room<'r> {
        let mut coming = pin!(rows.reserve());
        loop {
            if self.dead.is_some() {
                return Room::Dead;
            }
            if self.stop.is_some() {
                return Room::Stopped;
            }
            let event = select! {
                biased;
                room = &mut coming => return room.map_or(Room::Gone, Room::Free),
                event = self.wait() => event,
            };
            match event {
                Event::Beat => self.beat_at = Instant::now() + limits::HEARTBEAT,
                event => Box::pin(self.act(event)).await,
            }
        }
    }

    async fn give_up(&mut self, reason: &str) {
        // The server ends the statement with the connection, if it can still be told to.
        let _ = self.control.kill_connection(self.tell).await;
        self.dead = Some(
            Problem::new(ProblemKind::Lost, "The connection was closed to stop the statement")
                .because(reason)
                .hint("connect again; nothing is run a second time by itself")
                .then(Remedy::Reconnect),
        );
    }
}

/// Waits for a KILL on its way; for ever where there is none.
async fn ended(killing: &mut Option<JoinHandle<(Control, Killed)>>) -> Option<(Control, Killed)> {
    match killing {
        Some(killing) => killing.await.ok(),
        None => std::future::pending().await,
    }
}

async fn reopen(control: &mut Control, recipe: &Recipe, link: &Link, tell: &Teller) -> bool {
    let opened = timeout(limits::KILL, control.reopen(recipe, link, tell)).await;
    matches!(opened, Ok(Ok(()))) && control.is_there()
}

/// A moment after this time, or one that never comes where the sum is out of range.
fn after(now: Instant, time: Duration) -> Instant {
    // A thousand days: far enough, and inside the range of every clock.
    now.checked_add(time).unwrap_or(now + Duration::from_hours(24_000))
}

fn busy(result: ResultId) -> SessionEvent {
    let problem =
        Problem::new(ProblemKind::Refused, "The session already runs a statement").hint("wait for its end, or stop it");
    SessionEvent::Ended { result, report: nothing_ran(problem) }
}

/// The report of a statement that was not sent.
pub(super) fn nothing_ran(problem: Problem) -> RunReport {
    RunReport::of_nothing(End::Broken(problem))
}
