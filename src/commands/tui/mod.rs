//! `rrx [PROFILE]`: the screen. One task turns events and news into messages, effects into commands, the model into frames.

mod clipboard;
mod debug_messages;
mod dispatch;
pub mod export;
mod inbox;
mod pace;
pub mod taps;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::action::Action;
use crate::app::layout::ScreenSize;
use crate::app::model::{Model, Start};
use crate::app::ui::look::{Colours, Look};
use crate::app::ui::theme::Theme;
use crate::app::{Effect, Message, draw, update};
use crate::commands::print;
use crate::domain::keys::{Chord, Key, Keymap};
use crate::domain::limits::{EVENTS_A_TURN, INBOX};
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::StoreEvent;
use crate::io::terminal::{Codes, Event, Events, Screen};

use dispatch::Dispatch;
pub use dispatch::Outside;
use inbox::News;
use pace::{Pace, Wanted};

/// What the screen starts with.
#[derive(Debug)]
pub struct TuiStart {
    /// The settings.
    pub settings: Arc<Settings>,
    /// Profiles that can be chosen, the built-in ones too.
    pub profiles: Vec<Arc<Profile>>,
    /// What was wrong with the settings.
    pub problems: Vec<Problem>,
    /// The profile to connect to at once.
    pub profile: Option<String>,
    /// A worksheet for the demo where it has none yet: title and text.
    pub first_worksheet: Option<(String, String)>,
    /// What the terminal can show.
    pub look: Look,
    /// The keys.
    pub keymap: Keymap<Action>,
}

/// Runs the screen until the user leaves; answers with the exit code.
///
/// # Errors
/// A problem where there is no terminal.
pub async fn run(start: TuiStart, outside: Outside) -> Result<u8, Problem> {
    let codes = match start.look.colours {
        Colours::None | Colours::Many => Codes::Many,
        Colours::Sixteen => Codes::Sixteen,
    };
    let mut screen = Screen::take(codes, &start.settings.command_line)?;
    let (width, height) = screen.size();
    let mut model = Model::new(Start {
        settings: start.settings,
        profiles: start.profiles,
        keymap: Arc::new(start.keymap),
        theme: Theme::new(start.look),
        size: ScreenSize { width, height },
        problems: start.problems,
        first_worksheet: start.first_worksheet,
        folder: std::env::current_dir().map(|folder| print::line(&folder.to_string_lossy())).unwrap_or_default(),
    });
    let (sender, mut inbox) = mpsc::channel::<News>(INBOX);
    let mut dispatch = Dispatch::new(outside, sender);
    let mut effects = Vec::new();
    if let Some(profile) = start.profile {
        effects.extend(update(&mut model, Message::Connect(profile)));
    }
    let turning = turn(&mut model, &mut screen, &mut inbox, &mut dispatch, effects);
    let ended = AssertUnwindSafe(turning).catch_unwind().await;
    drop(screen);
    inbox.close();
    if ended.is_err() {
        save_all(&mut model, &mut dispatch);
    }
    dispatch.finish().await;
    match ended {
        Ok(code) => Ok(code),
        Err(panic) => resume_unwind(panic),
    }
}

/// After a fault of our own: what was typed last goes to the disk too.
fn save_all(model: &mut Model, dispatch: &mut Dispatch) {
    (model.worksheets.is_dirty, model.worksheets.is_saving) = (true, false);
    let saving = catch_unwind(AssertUnwindSafe(|| update(model, Message::Terminate)));
    for effect in saving.unwrap_or_default() {
        if matches!(effect, Effect::Storage(_)) {
            // A full queue holds a save already.
            let _ = dispatch.run(effect);
        }
    }
}

/// The loop. It never waits for a worker: effects go by `try_send`.
async fn turn(
    model: &mut Model,
    screen: &mut Screen,
    inbox: &mut mpsc::Receiver<News>,
    dispatch: &mut Dispatch,
    mut effects: Vec<Effect>,
) -> u8 {
    let began = Instant::now();
    let mut events = Events::default();
    let mut signals = Signals::new();
    let mut wake: Option<Instant> = None;
    let mut pace = Pace::default();
    let mut frame = Some(Wanted::AtOnce);
    let mut asked = 0_u8;
    let mut can_draw = true;
    loop {
        let mut waiting: std::collections::VecDeque<Effect> = std::mem::take(&mut effects).into();
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Quit(code) => return code,
                Effect::Wake(after) => {
                    let at = Instant::now() + after;
                    // Several may be asked for: the earliest counts, and whoever wants a later one asks again then.
                    wake = Some(wake.map_or(at, |planned| planned.min(at)));
                }
                Effect::Redraw => {
                    if screen.clear().is_err() {
                        can_draw = false;
                        waiting.extend(update(model, Message::Terminate));
                    }
                }
                Effect::Host(command) => {
                    if let Some(message) = dispatch.copy(command, screen) {
                        waiting.extend(update(model, message));
                    }
                }
                effect => {
                    if let Some(refused) = dispatch.run(effect) {
                        tracing::debug!(effect = debug_messages::of_effect(&refused), "queue full, effect refused");
                        waiting.extend(update(model, Message::Refused(refused)));
                    }
                }
            }
        }
        let now = Instant::now();
        let due = frame.map(|wanted| pace.due(wanted, now));
        if due.is_some_and(|due| now >= due) {
            // Without a terminal there is nothing to do but to save and to go.
            if can_draw && screen.draw(|buffer| draw(model, buffer)).is_err() {
                can_draw = false;
                effects.extend(update(model, Message::Terminate));
                continue;
            }
            pace.drew(Instant::now());
            frame = None;
        }
        let mut messages = Vec::new();
        tokio::select! {
            biased;
            event = events.next() => match event {
                Some(event) => {
                    messages.push(message(event));
                    // What is typed ahead is taken in one turn, so that a held key cannot fall behind.
                    while messages.len() < EVENTS_A_TURN {
                        // Polled with this task's own waker: the stream keeps the one it was last polled with.
                        let ahead = tokio::select! {
                            biased;
                            event = events.next() => event,
                            () = std::future::ready(()) => None,
                        };
                        match ahead {
                            Some(event) => messages.push(message(event)),
                            None => break,
                        }
                    }
                }
                None => messages.push(Message::Terminate),
            },
            signal = signals.next() => match signal {
                // As the key: it stops the statement, never the program.
                Told::Stop => messages.push(Message::Key(Chord { ctrl: true, ..Chord::plain(Key::Char('c')) })),
                Told::Leave => {
                    asked += 1;
                    if asked > 1 {
                        return 130;
                    }
                    messages.push(Message::Terminate);
                }
            },
            Some(event) = inbox.recv() => {
                messages.push(event.into());
                while messages.len() < EVENTS_A_TURN {
                    match inbox.try_recv() {
                        Ok(event) => messages.push(event.into()),
                        Err(_) => break,
                    }
                }
            }
            () = tokio::time::sleep_until(wake.unwrap_or(began)), if wake.is_some() => wake = None,
            () = tokio::time::sleep_until(due.unwrap_or(began)), if frame.is_some() => continue,
        }
        effects.extend(update(model, Message::Clock(began.elapsed())));
        frame = frame.max(Some(Wanted::InTime));
        for message in messages {
            tracing::trace!(kind = debug_messages::of_message(&message), "message");
            frame = frame.max(Some(wanted(&message)));
            effects.extend(update(model, message));
        }
    }
}

/// How soon somebody wants to see what this changes: what somebody did, and the answers to it, before what moves by itself.
fn wanted(message: &Message) -> Wanted {
    match message {
        Message::Key(_)
        | Message::Paste(_)
        | Message::Resize(_)
        | Message::Computed(_)
        | Message::Host(_)
        | Message::Refused(_)
        | Message::Terminate => Wanted::AtOnce,
        Message::Result(_, event) => match event {
            StoreEvent::Opened(_) | StoreEvent::Progress(_) | StoreEvent::Working { .. } => Wanted::InTime,
            _ => Wanted::AtOnce,
        },
        Message::Clock(_)
        | Message::Session(..)
        | Message::Export(..)
        | Message::Storage(_)
        | Message::Connect(_)
        | Message::WorkerLost(_) => Wanted::InTime,
    }
}

fn message(event: Event) -> Message {
    match event {
        Event::Key(chord) => Message::Key(chord),
        Event::Paste(text) => Message::Paste(text),
        Event::Resize(width, height) => Message::Resize(ScreenSize { width, height }),
    }
}

/// SIGTERM and SIGHUP: worksheets are saved before the program goes; a second one goes at once. SIGINT from outside.
struct Signals {
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
    interrupt: Option<Signal>,
}

/// What a signal says.
enum Told {
    Leave,
    Stop,
}

impl Signals {
    fn new() -> Self {
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            hang_up: signal(SignalKind::hangup()).ok(),
            interrupt: signal(SignalKind::interrupt()).ok(),
        }
    }

    async fn next(&mut self) -> Told {
        async fn one(signal: &mut Option<Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = one(&mut self.terminate) => Told::Leave,
            () = one(&mut self.hang_up) => Told::Leave,
            () = one(&mut self.interrupt) => Told::Stop,
        }
    }
}

/// How long the workers get to end what they do when the program leaves.
const FAREWELL: Duration = Duration::from_secs(3);
