//! The user who runs rrx, and the machine.

use nix::unistd::{User, gethostname, getuid};

/// Returns the user id of this user.
#[must_use]
pub fn own_uid() -> u32 {
    getuid().as_raw()
}

/// Returns the name of this user. It is looked up by the user id, not in the environment; `uid N` if there is no name.
#[must_use]
pub fn user_name() -> String {
    let uid = getuid();
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => format!("uid {uid}"),
    }
}

/// Returns the name of this machine, if it has one.
#[must_use]
pub fn host_name() -> Option<String> {
    gethostname().ok().map(|name| name.to_string_lossy().into_owned())
}
