//! Stops this program as a shell with job control expects it (`Ctrl-Z`, `kill -TSTP`).

use nix::errno::Errno;
use nix::sys::signal::{Signal, raise};
use nix::unistd::{getpgrp, getppid, getsid};

/// The numbers of the signals that suspend and continue a program.
pub const SIGTSTP: i32 = Signal::SIGTSTP as i32;
pub const SIGCONT: i32 = Signal::SIGCONT as i32;

/// Returns whether a shell can continue this program after it was stopped: it is a job of a shell in the same session. Without
/// such a shell, for example as the only program of a window, it would stay stopped. The system itself does not stop such a
/// program by SIGTSTP.
#[must_use]
pub fn can_be_continued() -> bool {
    let Ok(session) = getsid(None) else { return false };
    getpgrp() != session && getsid(Some(getppid())) == Ok(session)
}

/// Stops the program. Returns after it was continued.
///
/// # Errors
/// Returns the system's error.
pub fn stop() -> Result<(), Errno> {
    // Not SIGTSTP, which rrx handles.
    raise(Signal::SIGSTOP)
}
