//! Job control: whether the terminal belongs to this program, and how the program stops as a shell expects it (`kill -TSTP`).
//!
//! In the background, reading the terminal and setting its mode stop the whole program, in the middle of a call. It could then
//! not even quit after a signal (`kill %1`). So rrx asks first.

use std::io::stdin;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgrp, getppid, getsid, tcgetpgrp};

/// The numbers of the signals that suspend and continue a program.
pub const SIGTSTP: i32 = Signal::SIGTSTP as i32;
pub const SIGCONT: i32 = Signal::SIGCONT as i32;

/// Returns whether the program is stopped when it uses the terminal, because a shell has given the terminal to another job or
/// to itself. A closed terminal stops no program.
#[must_use]
pub fn is_in_background() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group != getpgrp())
}

/// Returns whether a shell can continue this program after it was stopped: it is a job of a shell in the same session. Without
/// such a shell, for example as the only program of a window, it would stay stopped. The system itself does not stop such a
/// program by SIGTSTP.
#[must_use]
pub fn can_be_continued() -> bool {
    let Ok(session) = getsid(None) else { return false };
    getpgrp() != session && getsid(Some(getppid())) == Ok(session)
}

/// Stops the program and the others of its job, so that the shell gets the terminal also if a script has started rrx.
///
/// # Errors
/// Returns the system's error.
pub fn stop() -> Result<(), Errno> {
    // Not SIGTSTP, which rrx handles.
    kill(Pid::from_raw(0), Signal::SIGSTOP)
}
