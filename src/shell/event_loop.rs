//! The event loop: applies effects, draws when a frame is due, and waits for the next input, signal, worker event or timer. It
//! never waits for a worker.

use std::collections::VecDeque;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::debug_messages;
use super::dispatch::Dispatch;
use super::frame_pacing::{FramePacing, Urgency};
use super::inbox::WorkerEvent;
use super::signals::{SignalRequest, Signals};
use crate::app::layout::ScreenSize;
use crate::app::model::Model;
use crate::app::{Effect, Message, draw, update};
use crate::domain::limits::{EVENTS_A_TURN, SUSPEND_PATIENCE};
use crate::domain::protocol::StoreEvent;
use crate::io::terminal::{self, Screen, TerminalEvent, TerminalEvents, job_control};

/// The exit code after a second signal to quit: 128 + SIGINT, as shells report it.
const QUIT_BY_SIGNAL: u8 = 130;

/// Runs until the user quits. Returns the exit code.
pub(super) async fn run(
    model: &mut Model,
    screen: &mut Screen,
    inbox: &mut mpsc::Receiver<WorkerEvent>,
    dispatch: &mut Dispatch,
    mut effects: Vec<Effect>,
) -> u8 {
    let start = Instant::now();
    let mut events = TerminalEvents::default();
    let mut signals = Signals::new();
    let mut wake_at: Option<Instant> = None;
    let mut pacing = FramePacing::default();
    let mut frame = Some(Urgency::Immediate);
    let mut quit_signals = 0_u8;
    let mut can_draw = true;
    let mut suspend_by: Option<Instant> = None;
    loop {
        let mut queue: VecDeque<Effect> = std::mem::take(&mut effects).into();
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Quit(code) => return code,
                Effect::Wake(after) => {
                    let at = Instant::now() + after;
                    // The earliest of several timers counts; the model asks for a later one again when it is woken.
                    wake_at = Some(wake_at.map_or(at, |planned| planned.min(at)));
                }
                Effect::Redraw => {
                    if screen.clear().is_err() {
                        can_draw = false;
                        queue.extend(update(model, Message::Terminate));
                    }
                }
                Effect::Mouse(mode) => {
                    // A closed terminal is noticed with the next frame.
                    let _ = screen.set_mouse(mode);
                }
                Effect::Host(command) => {
                    if let Some(message) = dispatch.copy(command, model.context.file_owner(), screen) {
                        queue.extend(update(model, message));
                    }
                }
                effect => {
                    if let Some(refused) = dispatch.run(effect) {
                        tracing::debug!(effect = debug_messages::effect_name(&refused), "queue full, effect refused");
                        queue.extend(update(model, Message::Refused(refused)));
                    }
                }
            }
        }
        let now = Instant::now();
        if suspend_by.is_some_and(|limit| model.worksheets.saving.is_empty() || now >= limit) {
            suspend_by = None;
            suspend(screen);
        }
        let due = frame.map(|urgency| pacing.due(urgency, now));
        if due.is_some_and(|due| now >= due) {
            // Without a terminal, only saving and quitting are left to do.
            if can_draw && screen.draw(|buffer| draw(model, buffer)).is_err() {
                can_draw = false;
                effects.extend(update(model, Message::Terminate));
                continue;
            }
            pacing.record_frame(Instant::now());
            frame = None;
        }
        let mut messages = Vec::new();
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                SignalRequest::Stop => messages.push(Message::Interrupt),
                SignalRequest::Suspend => {
                    suspend_by = Some(Instant::now() + SUSPEND_PATIENCE);
                    messages.push(Message::Suspend);
                }
                // Only saving is left to do.
                SignalRequest::Continue if quit_signals > 0 => {}
                SignalRequest::Continue => messages.extend(continued(screen)),
                SignalRequest::Quit => {
                    quit_signals += 1;
                    if quit_signals > 1 {
                        return QUIT_BY_SIGNAL;
                    }
                    messages.push(Message::Terminate);
                }
            },
            event = events.next() => match event {
                Some(event) => {
                    messages.push(input_message(event));
                    take_waiting_input(&mut events, &mut messages).await;
                }
                None => messages.push(Message::Terminate),
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
            () = tokio::time::sleep_until(suspend_by.unwrap_or(start)), if suspend_by.is_some() => continue,
            () = tokio::time::sleep_until(wake_at.unwrap_or(start)), if wake_at.is_some() => wake_at = None,
            () = tokio::time::sleep_until(due.unwrap_or(start)), if frame.is_some() => continue,
        }
        effects.extend(update(model, Message::Clock(start.elapsed())));
        frame = frame.max(Some(Urgency::Regular));
        for message in messages {
            tracing::trace!(kind = debug_messages::message_name(&message), "message");
            frame = frame.max(Some(urgency(&message)));
            effects.extend(update(model, message));
        }
    }
}

/// Restores the terminal and stops the program, if a shell can continue it. [`SignalRequest::Continue`] follows.
fn suspend(screen: &mut Screen) {
    if !job_control::can_be_continued() {
        tracing::debug!("not stopped: no shell could continue the program");
        return;
    }
    terminal::restore();
    if let Err(error) = job_control::stop() {
        tracing::debug!(%error, "not stopped");
        // A closed terminal is noticed with the next frame.
        let _ = screen.reopen();
    }
}

/// Opens the screen again. Its size may have changed while the program was stopped. In the background (`bg`) the program is
/// stopped again instead, because it needs the terminal.
fn continued(screen: &mut Screen) -> Option<Message> {
    if job_control::is_in_background() && job_control::can_be_continued() {
        suspend(screen);
        return None;
    }
    Some(match screen.reopen() {
        Ok(()) => {
            let (width, height) = screen.size();
            Message::Resize(ScreenSize { width, height })
        }
        Err(_) => Message::Terminate,
    })
}

/// Takes input that has arrived already, so that rrx keeps up with a key that is held down.
async fn take_waiting_input(events: &mut TerminalEvents, messages: &mut Vec<Message>) {
    while messages.len() < EVENTS_A_TURN {
        // `select!` polls with the waker of this task. That matters, because the stream keeps the waker of its last poll.
        let waiting = tokio::select! {
            biased;
            event = events.next() => Some(event),
            () = std::future::ready(()) => None,
        };
        match waiting {
            Some(Some(event)) => messages.push(input_message(event)),
            Some(None) => messages.push(Message::Terminate),
            None => return,
        }
    }
}

/// Returns how soon the change must be on the screen. User input and its results are more urgent than other changes.
fn urgency(message: &Message) -> Urgency {
    match message {
        Message::Key(_)
        | Message::Mouse(_)
        | Message::Paste(_)
        | Message::Resize(_)
        | Message::Computed(_)
        | Message::Host(_)
        | Message::Refused(_)
        | Message::Interrupt
        | Message::Terminate => Urgency::Immediate,
        Message::Result(_, event) => match event {
            StoreEvent::Opened(_) | StoreEvent::Progress(_) | StoreEvent::Working { .. } => Urgency::Regular,
            _ => Urgency::Immediate,
        },
        Message::Clock(_)
        | Message::Session(..)
        | Message::Export(..)
        | Message::Storage(_)
        | Message::Connect(_)
        | Message::Suspend
        | Message::WorkerLost { .. } => Urgency::Regular,
    }
}

fn input_message(event: TerminalEvent) -> Message {
    match event {
        TerminalEvent::Key(chord) => Message::Key(chord),
        TerminalEvent::Mouse(event) => Message::Mouse(event),
        TerminalEvent::Paste(text) => Message::Paste(text),
        TerminalEvent::Resize(width, height) => Message::Resize(ScreenSize { width, height }),
    }
}
