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
use super::user_editor::RunningEditor;
use crate::app::layout::ScreenSize;
use crate::app::model::Model;
use crate::app::{Effect, Message, draw, update};
use crate::domain::limits::{EVENTS_A_TURN, SUSPEND_PATIENCE};
use crate::domain::protocol::{EditorEnd, EditorJob, StoreEvent};
use crate::io::terminal::{self, Screen, TerminalEvent, TerminalEvents, job_control};

/// The exit code after a second signal to quit: 128 + SIGINT, as shells report it.
const QUIT_BY_SIGNAL: u8 = 130;

/// What the loop changes while it runs effects.
struct EventLoop<'a> {
    model: &'a mut Model,
    screen: &'a mut Screen,
    dispatch: &'a mut Dispatch,
    /// `None` while an editor of the user has the terminal.
    events: Option<TerminalEvents>,
    editor: Option<RunningEditor>,
    wake_at: Option<Instant>,
    /// Whether there is a terminal.
    can_draw: bool,
}

impl EventLoop<'_> {
    /// Runs effects, and those that follow from them. Returns the exit code if one of them quits.
    fn apply(&mut self, effects: &mut Vec<Effect>) -> Option<u8> {
        let mut queue: VecDeque<Effect> = std::mem::take(effects).into();
        while let Some(effect) = queue.pop_front() {
            match effect {
                Effect::Quit(code) => return Some(code),
                Effect::Wake(after) => {
                    let at = Instant::now() + after;
                    // The earliest of several timers counts; the model asks for a later one again when it is woken.
                    self.wake_at = Some(self.wake_at.map_or(at, |planned| planned.min(at)));
                }
                Effect::Redraw => {
                    if self.screen.clear().is_err() {
                        self.can_draw = false;
                        queue.extend(update(self.model, Message::Terminate));
                    }
                }
                Effect::Mouse(mode) => {
                    // A closed terminal is noticed with the next frame.
                    let _ = self.screen.set_mouse(mode);
                }
                Effect::Edit(job) => self.start_editor(job),
                Effect::Host(command) => {
                    let owner = self.model.context.file_owner();
                    if let Some(message) = self.dispatch.copy(command, owner, self.screen) {
                        queue.extend(update(self.model, message));
                    }
                }
                effect => {
                    if let Some(refused) = self.dispatch.run(effect) {
                        tracing::debug!(effect = debug_messages::effect_name(&refused), "queue full, effect refused");
                        queue.extend(update(self.model, Message::Refused(refused)));
                    }
                }
            }
        }
        None
    }

    /// Gives the terminal to the user's own editor, unless one has it.
    fn start_editor(&mut self, job: EditorJob) {
        if self.editor.is_some() {
            return;
        }
        if let Some(events) = self.events.take() {
            events.close();
        }
        terminal::restore();
        self.editor = Some(self.dispatch.edit(job));
    }

    /// Takes the terminal back from the user's own editor.
    fn end_editor(&mut self, end: EditorEnd) -> [Message; 2] {
        self.editor = None;
        self.events = Some(TerminalEvents::default());
        [reopened(self.screen), Message::Edited(end)]
    }

    /// Draws a frame. Returns whether the terminal is still there.
    fn draw(&mut self) -> bool {
        // Without a terminal, only saving and quitting are left to do.
        if self.can_draw && self.screen.draw(|buffer| draw(self.model, buffer)).is_err() {
            self.can_draw = false;
            return false;
        }
        true
    }
}

/// Runs until the user quits. Returns the exit code.
pub(super) async fn run(
    model: &mut Model,
    screen: &mut Screen,
    inbox: &mut mpsc::Receiver<WorkerEvent>,
    dispatch: &mut Dispatch,
    mut effects: Vec<Effect>,
) -> u8 {
    let start = Instant::now();
    let events = Some(TerminalEvents::default());
    let mut shell = EventLoop { model, screen, dispatch, events, editor: None, wake_at: None, can_draw: true };
    let mut signals = Signals::new();
    let mut pacing = FramePacing::default();
    let mut frame = Some(Urgency::Immediate);
    let mut quit_signals = 0_u8;
    let mut suspend_by: Option<Instant> = None;
    loop {
        if let Some(code) = shell.apply(&mut effects) {
            return code;
        }
        let now = Instant::now();
        if suspend_by.is_some_and(|limit| shell.model.worksheets.saving.is_empty() || now >= limit) {
            suspend_by = None;
            suspend(shell.screen, shell.editor.as_ref());
        }
        let due = frame.map(|urgency| pacing.due(urgency, now));
        if due.is_some_and(|due| now >= due) {
            if !shell.draw() {
                effects.extend(update(shell.model, Message::Terminate));
                continue;
            }
            pacing.record_frame(Instant::now());
            frame = None;
        }
        let mut messages = Vec::new();
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                // The keys of the terminal are for the editor.
                SignalRequest::Stop if shell.editor.is_some() => {}
                SignalRequest::Stop => messages.push(Message::Interrupt),
                SignalRequest::Suspend => {
                    suspend_by = Some(Instant::now() + SUSPEND_PATIENCE);
                    messages.push(Message::Suspend);
                }
                // Only saving is left to do.
                SignalRequest::Continue if quit_signals > 0 || shell.editor.is_some() => {}
                SignalRequest::Continue => messages.extend(continued(shell.screen)),
                SignalRequest::Quit => {
                    quit_signals += 1;
                    if quit_signals > 1 {
                        return QUIT_BY_SIGNAL;
                    }
                    messages.push(Message::Terminate);
                }
            },
            end = editor_end(&mut shell.editor) => messages.extend(shell.end_editor(end)),
            event = next_event(&mut shell.events) => match event {
                Some(event) => {
                    messages.push(input_message(event));
                    take_waiting_input(&mut shell.events, &mut messages).await;
                    // While input never ends, such as a paste without brackets, the workers are heard too.
                    take_waiting_events(inbox, &mut messages, EVENTS_A_TURN);
                }
                None => messages.push(Message::Terminate),
            },
            Some(event) = inbox.recv() => {
                messages.push(event.into());
                take_waiting_events(inbox, &mut messages, EVENTS_A_TURN - 1);
            }
            () = sleep_until(suspend_by) => continue,
            () = sleep_until(shell.wake_at) => shell.wake_at = None,
            () = sleep_until(due), if frame.is_some() => continue,
        }
        effects.extend(update(shell.model, Message::Clock(start.elapsed())));
        frame = frame.max(Some(Urgency::Regular));
        for message in messages {
            // The keys after the one that starts the editor are not for the worksheet.
            if is_input(&message) && effects.iter().any(|effect| matches!(effect, Effect::Edit(_))) {
                continue;
            }
            tracing::trace!(kind = debug_messages::message_name(&message), "message");
            frame = frame.max(Some(urgency(&message)));
            effects.extend(update(shell.model, message));
        }
    }
}

/// Takes the events of workers that have arrived, at most so many.
fn take_waiting_events(inbox: &mut mpsc::Receiver<WorkerEvent>, messages: &mut Vec<Message>, most: usize) {
    messages.extend(std::iter::from_fn(|| inbox.try_recv().ok()).take(most).map(Message::from));
}

/// Waits until a time. Without one, waits forever.
async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Waits for the next event of the terminal.
async fn next_event(events: &mut Option<TerminalEvents>) -> Option<TerminalEvent> {
    match events {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

/// Waits for the end of the user's own editor.
async fn editor_end(editor: &mut Option<RunningEditor>) -> EditorEnd {
    match editor {
        Some(editor) => editor.end().await,
        None => std::future::pending().await,
    }
}

/// Restores the terminal and stops the program, if a shell can continue it. [`SignalRequest::Continue`] follows.
fn suspend(screen: &mut Screen, editor: Option<&RunningEditor>) {
    if !job_control::can_be_continued() {
        tracing::debug!("not stopped: no shell could continue the program");
        return;
    }
    terminal::restore();
    if let Err(error) = job_control::stop() {
        tracing::debug!(%error, "not stopped");
        if editor.is_none() {
            // A closed terminal is noticed with the next frame.
            let _ = screen.reopen();
        }
    }
}

/// Opens the screen again. Its size may have changed while the program was stopped. In the background (`bg`) the program is
/// stopped again instead, because it needs the terminal.
fn continued(screen: &mut Screen) -> Option<Message> {
    if job_control::is_in_background() && job_control::can_be_continued() {
        suspend(screen, None);
        return None;
    }
    Some(reopened(screen))
}

/// Opens the screen again. Its size may have changed.
fn reopened(screen: &mut Screen) -> Message {
    match screen.reopen() {
        Ok(()) => {
            let (width, height) = screen.size();
            Message::Resize(ScreenSize { width, height })
        }
        Err(_) => Message::Terminate,
    }
}

/// Takes input that has arrived already, so that rrx keeps up with a key that is held down.
async fn take_waiting_input(events: &mut Option<TerminalEvents>, messages: &mut Vec<Message>) {
    while messages.len() < EVENTS_A_TURN {
        // `select!` polls with the waker of this task. That matters, because the stream keeps the waker of its last poll.
        let waiting = tokio::select! {
            biased;
            event = next_event(events) => Some(event),
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
        | Message::Edited(_)
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
        | Message::TerminalFocus
        | Message::WorkerLost { .. } => Urgency::Regular,
    }
}

/// Returns whether the user has typed or clicked this.
fn is_input(message: &Message) -> bool {
    matches!(message, Message::Key(_) | Message::Mouse(_) | Message::Paste(_))
}

fn input_message(event: TerminalEvent) -> Message {
    match event {
        TerminalEvent::Key(chord) => Message::Key(chord),
        TerminalEvent::Mouse(event) => Message::Mouse(event),
        TerminalEvent::Paste(text) => Message::Paste(text),
        TerminalEvent::Focus => Message::TerminalFocus,
        TerminalEvent::Resize(width, height) => Message::Resize(ScreenSize { width, height }),
    }
}
