//! Restores the terminal after an end of rrx that runs no code of it: an abort (no memory, stack overflow), `kill -9`, the
//! out-of-memory killer.
//!
//! A small shell waits on a pipe from rrx, which tells it whether the screen is open. When the pipe ends while the screen is
//! open, the shell leaves the alternate screen and ends raw mode. A handler of SIGABRT or SIGSEGV could do that only with
//! unsafe code and not after SIGKILL. A shell, and not rrx itself in a second role: it needs little memory, and works after
//! the file of rrx was replaced.
//!
//! - It is in a process group of its own and ignores the signals that end or stop a group, so it outlives rrx.
//! - It changes the mode of the terminal only while that is raw: a shell that reads its next line has set its own mode.
//! - Its command line is constant, and its environment has only `PATH`.
//! - Without `/bin/sh` there is no watcher, and nothing else changes.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// CAN ends a sequence that was cut. The rest is what [`super::restore`] does, and what `cfmakeraw(3)` has changed.
const SCRIPT: &str = r"trap '' HUP INT QUIT TERM TSTP TTIN TTOU
screen=closed
while read -r line; do screen=$line; done
[ $screen = open ] || exit 0
printf '\030\033[?1006l\033[?1002l\033[?1004l\033[?2004l\033[?2026l\033[0m\033[?1049l\033[?25h'
exec 3>&1
case $(stty -a <&3) in *-isig*) stty brkint icrnl ixon opost isig icanon iexten echo <&3 ;; esac";

/// What the watcher must know.
#[derive(Debug, Clone, Copy)]
pub(super) enum ScreenState {
    Open,
    Closed,
}

/// The last state, and the pipe to the watcher once it runs.
struct Watched {
    state: ScreenState,
    pipe: Option<ChildStdin>,
}

impl Watched {
    fn report(&mut self) {
        if let Some(pipe) = self.pipe.as_mut() {
            let state: &[u8] = match self.state {
                ScreenState::Open => b"open\n",
                ScreenState::Closed => b"closed\n",
            };
            // The watcher may have ended. Nothing depends on that.
            let _ = pipe.write_all(state);
        }
    }
}

static WATCHED: Mutex<Watched> = Mutex::new(Watched { state: ScreenState::Closed, pipe: None });

fn watched() -> MutexGuard<'static, Watched> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the watcher, on a thread of its own, so that the first frame does not wait for it.
pub(super) fn start() {
    let started = std::thread::Builder::new().name("crash watcher".into()).spawn(|| match command().spawn() {
        Ok(mut watcher) => {
            let mut state = watched();
            state.pipe = watcher.stdin.take();
            state.report();
            drop(state);
            // If somebody ends the watcher, this removes it from the table of processes.
            let _ = watcher.wait();
        }
        Err(error) => tracing::debug!(%error, "no crash watcher"),
    });
    if let Err(error) = started {
        tracing::debug!(%error, "no crash watcher");
    }
}

/// Reports the state of the screen to the watcher.
pub(super) fn report(state: ScreenState) {
    let mut watched = watched();
    watched.state = state;
    watched.report();
}

#[expect(clippy::disallowed_methods, reason = "a constant command line")]
fn command() -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stderr(Stdio::null());
    command
}
