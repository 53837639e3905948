//! Turns core dumps off: a dump of this process would contain passwords, key passphrases and rows in the clear.

use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};

/// Forbids a core dump of this process.
///
/// The limit of zero also applies to the programs that this process starts, such as a password command. Linux gives a
/// dump to a program (`core_pattern` with `|`) whatever the limit is, so there the process is also marked as not
/// dumpable. The mark has another useful effect: another process of the same user cannot read the memory (`ptrace(2)`).
/// Source: `core(5)`, `prctl(2)` at `PR_SET_DUMPABLE`.
///
/// # Errors
/// Returns the system's error.
pub fn turn_off() -> Result<(), Errno> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use nix::sys::resource::getrlimit;

    use super::*;

    #[test]
    fn no_core_dump_is_written_afterwards() {
        turn_off().unwrap();
        assert_eq!(getrlimit(Resource::RLIMIT_CORE), Ok((0, 0)));
        #[cfg(target_os = "linux")]
        assert_eq!(nix::sys::prctl::get_dumpable(), Ok(false));
    }
}
