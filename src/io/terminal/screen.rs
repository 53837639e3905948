//! The screen: raw mode, the alternate screen, bracketed paste, the mouse; restored whenever the program ends or is suspended.

use std::io::{IsTerminal, Stdout, Write as _, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::basic_colours::{BasicColours, ColourCodes};
use super::crash_watcher::{self, ScreenState};
use super::frame_changes::{clear_cut_graphemes, frame_changes};
use super::job_control::is_in_background;
use crate::domain::mouse::MouseMode;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;

/// Whether the terminal is in raw mode and on the alternate screen, so that it is restored only once.
static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Switches on mouse events: presses, releases, the wheel, moves while a button is down (1002), as decimal numbers (1006).
/// Source: `ctlseqs` of xterm.
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// The terminal in raw mode and on the alternate screen.
pub struct Screen {
    backend: CrosstermBackend<BasicColours<Stdout>>,
    /// What the terminal shows.
    shown: Buffer,
    /// The frame that is drawn; kept for its memory.
    next: Buffer,
    mouse: MouseMode,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

impl Screen {
    /// Opens the screen. A panic restores the terminal before it prints its message, and a watcher restores it after an abort.
    ///
    /// # Errors
    /// Returns a problem if standard input or output is not a terminal, or if the terminal cannot be set up.
    pub fn open(codes: ColourCodes, rrx: &CommandLine) -> Result<Self, Problem> {
        if !stdout().is_terminal() || !std::io::stdin().is_terminal() {
            return Err(Problem::new(ProblemKind::Settings, "There is no terminal to draw on")
                .because("standard input or output is not a terminal")
                .hint(format!("to run a statement without a screen: {}", rrx.with("run -p PROFILE -e 'SELECT 1'"))));
        }
        let setup_problem = |error: std::io::Error| {
            Problem::new(ProblemKind::Local, "The terminal cannot be set up").because(error.to_string())
        };
        set_panic_hook();
        enter().map_err(|error| {
            restore();
            setup_problem(error)
        })?;
        crash_watcher::start();
        let backend = CrosstermBackend::new(BasicColours::new(stdout(), codes));
        Ok(Self { backend, shown: Buffer::default(), next: Buffer::default(), mouse: MouseMode::Off })
    }

    /// Opens the screen again after the program was stopped and continued, and clears it. If the program was stopped without
    /// [`restore`] (SIGSTOP), restores the terminal first. In the background this stops the program.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn reopen(&mut self) -> std::io::Result<()> {
        restore();
        enter()?;
        self.send_mouse_mode()?;
        self.clear()
    }

    /// Lets the terminal report the mouse, or select text itself.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn set_mouse(&mut self, mode: MouseMode) -> std::io::Result<()> {
        self.mouse = mode;
        self.send_mouse_mode()
    }

    fn send_mouse_mode(&mut self) -> std::io::Result<()> {
        match self.mouse {
            _ if !is_open() => Ok(()),
            MouseMode::On => self.send(MOUSE_ON),
            MouseMode::Off => self.send(MOUSE_OFF),
        }
    }

    /// Returns the size in columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.backend.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws one frame with this function. While the terminal is restored, draws nothing.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer)) -> std::io::Result<()> {
        if !is_open() {
            return Ok(());
        }
        let (width, height) = self.size();
        queue!(stdout(), BeginSynchronizedUpdate)?;
        if self.shown.area != Rect::new(0, 0, width, height) {
            self.clear()?;
        }
        self.next.reset();
        draw(&mut self.next);
        clear_cut_graphemes(&mut self.next);
        let changes = frame_changes(&self.shown, &self.next);
        self.backend.draw(changes.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        std::mem::swap(&mut self.shown, &mut self.next);
        execute!(stdout(), cursor::Hide, EndSynchronizedUpdate)
    }

    /// Clears the terminal, so that the next frame draws every cell.
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn clear(&mut self) -> std::io::Result<()> {
        // Not by ratatui: it asks the terminal for its cursor position. The event reader takes the answer, and the question
        // fails after two seconds.
        queue!(stdout(), Clear(ClearType::All))?;
        let (width, height) = self.size();
        self.shown = Buffer::empty(Rect::new(0, 0, width, height));
        self.next = self.shown.clone();
        Ok(())
    }

    /// Sends an escape sequence unchanged (for the clipboard).
    ///
    /// # Errors
    /// Returns an error if the terminal was closed.
    pub fn send(&mut self, sequence: &str) -> std::io::Result<()> {
        let mut out = stdout();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Returns whether the terminal is in raw mode and on the alternate screen.
fn is_open() -> bool {
    IS_OPEN.load(Ordering::SeqCst)
}

/// Sets raw mode, then enters the alternate screen. In this order, because in the background setting a mode stops the program,
/// and writing does not.
fn enter() -> std::io::Result<()> {
    // crossterm does nothing while it takes the mode for raw, but a shell may have changed it.
    disable_raw_mode()?;
    enable_raw_mode()?;
    IS_OPEN.store(true, Ordering::SeqCst);
    crash_watcher::report(ScreenState::Open);
    execute!(
        stdout(),
        EnterAlternateScreen,
        Clear(ClearType::All),
        EnableBracketedPaste,
        EnableFocusChange,
        SetTitle("rrx")
    )
}

/// Restores the terminal. Safe to call at any time, also from a panic.
pub fn restore() {
    if IS_OPEN.swap(false, Ordering::SeqCst) {
        let _ = stdout().write_all(MOUSE_OFF.as_bytes());
        let _ = execute!(
            stdout(),
            DisableFocusChange,
            DisableBracketedPaste,
            EndSynchronizedUpdate,
            LeaveAlternateScreen,
            cursor::Show
        );
        // In the background the shell has set its own mode.
        if !is_in_background() {
            let _ = disable_raw_mode();
        }
        crash_watcher::report(ScreenState::Closed);
    }
}

/// Restores the terminal before a panic prints its message.
fn set_panic_hook() {
    let previous_hook = std::panic::take_hook();
    let main_thread = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        // Not the message: it can contain a part of a text.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, thread = std::thread::current().name().unwrap_or_default(), "panic");
        // The panic of a worker ends its task, and the screen reports it; a message would only garble the screen.
        if std::thread::current().id() == main_thread || !is_open() {
            restore();
            previous_hook(panic);
        }
    }));
}
