//! The screen: raw mode, the alternate screen, bracketed paste; restored on every way out, a panic included.

use std::io::{IsTerminal, Stdout, Write as _, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    SetTitle, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;

use super::sixteen::{Codes, Sixteen};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::CommandLine;

/// Whether the terminal is ours now: restoring twice must do no harm.
static IS_OURS: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Sixteen<Stdout>>>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

impl Screen {
    /// Takes the terminal, and has a panic give it back before it speaks.
    ///
    /// # Errors
    /// A problem where standard input or output is no terminal, or it cannot be set.
    pub fn take(codes: Codes, rrx: &CommandLine) -> Result<Self, Problem> {
        if !stdout().is_terminal() || !std::io::stdin().is_terminal() {
            return Err(Problem::new(ProblemKind::Settings, "There is no terminal to draw on")
                .because("standard input or output is not a terminal")
                .hint(format!("run a statement without the screen: {}", rrx.with("run -p PROFILE -e 'SELECT 1'"))));
        }
        let wrong = |error: std::io::Error| {
            Problem::new(ProblemKind::Local, "The terminal could not be set up").because(error.to_string())
        };
        let before = std::panic::take_hook();
        let own = std::thread::current().id();
        std::panic::set_hook(Box::new(move |panic| {
            // A worker's panic ends its task, which is told on the screen; words on top of it would only spoil that.
            if std::thread::current().id() == own || !IS_OURS.load(Ordering::SeqCst) {
                restore();
                before(panic);
            }
        }));
        enable_raw_mode().map_err(wrong)?;
        IS_OURS.store(true, Ordering::SeqCst);
        // Cleared by hand: ratatui's own way asks the terminal where its cursor is, and waits for those that do not answer.
        execute!(stdout(), EnterAlternateScreen, Clear(ClearType::All), EnableBracketedPaste, SetTitle("rrx"))
            .map_err(wrong)?;
        let terminal = Terminal::new(CrosstermBackend::new(Sixteen::new(stdout(), codes))).map_err(wrong)?;
        Ok(Self { terminal })
    }

    /// Columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.terminal.size().map_or((80, 24), |size| (size.width, size.height))
    }

    /// Draws one frame.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer)) -> std::io::Result<()> {
        queue!(stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| draw(frame.buffer_mut()))?;
        execute!(stdout(), EndSynchronizedUpdate)
    }

    /// Clears the terminal: the next frame draws every cell.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn clear(&mut self) -> std::io::Result<()> {
        self.terminal.clear()
    }

    /// Sends a sequence of ours as it is (the clipboard's).
    ///
    /// # Errors
    /// The terminal is gone.
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

/// Gives the terminal back. Safe to call at any time, also from a panic.
pub fn restore() {
    if IS_OURS.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableBracketedPaste, EndSynchronizedUpdate, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}
