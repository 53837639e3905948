//! The guard: only a single reading statement becomes [`Checked`]. Layer one of four; the session's read-only setting,
//! the account's grants and the server's own state stand behind it.

use std::ops::Range;

use super::Dialect;
use crate::domain::ids::SessionId;

/// What holds on a session besides the allow-list. Two sessions with different policies never share a [`Checked`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Policy {
    /// The generation of the profile's rules; a Permit of an older one is dropped.
    pub generation: u32,
}

/// A statement that the guard let through, for one session, in one dialect, under one policy.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    text: String,
    dialect: Dialect,
    policy: Policy,
    session: SessionId,
}

impl Checked {
    /// The statement, exactly as it will be sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it was read.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Under which policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// For which session.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }
}

/// Why the guard said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// What is refused, in one sentence.
    pub what: String,
    /// The place in the statement, in bytes.
    pub at: Range<usize>,
    /// What to do instead.
    pub hint: String,
}

/// Checks one statement (without its `;`).
///
/// # Errors
/// A [`Refusal`] that names the place: not a reading statement, more than one statement, a forbidden clause, or text
/// that cannot be read to its end.
pub fn check(text: &str, dialect: Dialect, policy: Policy, session: SessionId) -> Result<Checked, Refusal> {
    let _ = (text, dialect, policy, session);
    Err(Refusal { what: "not built yet".into(), at: 0..0, hint: String::new() })
}
