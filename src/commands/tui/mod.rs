//! `rrx [PROFILE]`: the screen. One task turns events and news into messages, effects into commands, the model into frames.

mod dispatch;
mod inbox;

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::areas::Size;
use crate::app::model::{Model, Start};
use crate::app::ui::theme::Theme;
use crate::app::{Effect, Message, draw, styles, update};
use crate::domain::limits::{EVENTS_A_TURN, FRAME, INBOX};
use crate::domain::problem::{Kind, Problem};
use crate::domain::profile::{Profile, Settings};
use crate::io::terminal::{Event, Events, Screen};

use dispatch::Dispatch;
pub use dispatch::Outside;
use inbox::News;

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
    /// A worksheet for a profile that has none yet: title and text.
    pub first_worksheet: Option<(String, String)>,
    /// Whether colours may be used.
    pub has_colour: bool,
    /// A keymap file of the user: its name and text.
    pub keymap: Option<(String, String)>,
}

/// Runs the screen until the user leaves; answers with the exit code.
///
/// # Errors
/// A problem where there is no terminal.
pub async fn run(start: TuiStart, outside: Outside) -> Result<u8, Problem> {
    let mut screen = Screen::take()?;
    let (width, height) = screen.size();
    let own = start.keymap.as_ref().map(|(name, text)| (name.as_str(), text.as_str()));
    let (keymap, bad) = styles::keymap(&start.settings.ui.keymap, own);
    let mut problems = start.problems;
    problems.extend(bad.into_iter().map(|entry| Problem::new(Kind::Settings, entry.to_string())));
    let mut model = Model::new(Start {
        settings: start.settings,
        profiles: start.profiles,
        keymap: Arc::new(keymap),
        theme: Theme::new(start.has_colour),
        size: Size { width, height },
        problems,
        first_worksheet: start.first_worksheet,
    });
    let (sender, mut inbox) = mpsc::channel::<News>(INBOX);
    let mut dispatch = Dispatch::new(outside, sender);
    let mut effects = Vec::new();
    if let Some(profile) = start.profile {
        effects.extend(update(&mut model, Message::Connect(profile)));
    }
    let code = turn(&mut model, &mut screen, &mut inbox, &mut dispatch, effects).await;
    drop(screen);
    inbox.close();
    dispatch.finish().await;
    Ok(code)
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
    let mut drawn: Option<Instant> = None;
    let mut has_changed = true;
    let mut asked = 0_u8;
    loop {
        let mut waiting: std::collections::VecDeque<Effect> = std::mem::take(&mut effects).into();
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Quit(code) => return code,
                Effect::Wake(after) => wake = Some(Instant::now() + after),
                Effect::Host(command) => {
                    let news = dispatch.copy(command, screen);
                    waiting.extend(update(model, Message::Host(news)));
                }
                effect => {
                    if let Some(refused) = dispatch.run(effect) {
                        waiting.extend(update(model, Message::Refused(refused)));
                    }
                }
            }
        }
        let due = drawn.map_or_else(Instant::now, |at| at + FRAME);
        if has_changed && Instant::now() >= due {
            if screen.draw(|buffer| draw(model, buffer)).is_err() {
                return Kind::Local.exit_code();
            }
            drawn = Some(Instant::now());
            has_changed = false;
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
            () = signals.next() => {
                asked += 1;
                if asked > 1 {
                    return 130;
                }
                messages.push(Message::Terminate);
            }
            Some(news) = inbox.recv() => {
                messages.push(news.into());
                while messages.len() < EVENTS_A_TURN {
                    match inbox.try_recv() {
                        Ok(news) => messages.push(news.into()),
                        Err(_) => break,
                    }
                }
            }
            () = tokio::time::sleep_until(wake.unwrap_or(began)), if wake.is_some() => wake = None,
            () = tokio::time::sleep_until(due), if has_changed => continue,
        }
        effects.extend(update(model, Message::Clock(began.elapsed())));
        for message in messages {
            effects.extend(update(model, message));
        }
        has_changed = true;
    }
}

fn message(event: Event) -> Message {
    match event {
        Event::Key(chord) => Message::Key(chord),
        Event::Paste(text) => Message::Paste(text),
        Event::Resize(width, height) => Message::Resize(Size { width, height }),
    }
}

/// SIGTERM and SIGHUP: worksheets are saved before the program goes. A second one goes at once.
struct Signals {
    terminate: Option<tokio::signal::unix::Signal>,
    hang_up: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    fn new() -> Self {
        Self { terminate: signal(SignalKind::terminate()).ok(), hang_up: signal(SignalKind::hangup()).ok() }
    }

    async fn next(&mut self) {
        async fn one(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = one(&mut self.terminate) => {}
            () = one(&mut self.hang_up) => {}
        }
    }
}

/// How long the workers get to end what they do when the program leaves.
const FAREWELL: Duration = Duration::from_secs(3);
