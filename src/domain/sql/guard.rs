//! The guard: only a single reading statement becomes [`Checked`]. Layer one of four; the session's read-only setting,
//! the account's grants and the server's own state stand behind it.
//!
//! The rule is an allow-list on the server's own tokens, so what is not known is refused. Where two servers, or two
//! versions of one, could read a text differently, the text is refused too: the guard never bets on a reading.
//!
//! Not its matter: stored functions (their writes fail in a read-only session, and the session is read back after each
//! statement where server or account could write) and the cost of a statement (`SLEEP` and
//! `BENCHMARK` read nothing and lock nothing; the time limit ends them).

mod clauses;
mod reader;
mod readings;
mod text;
mod variables;
mod verbs;

use std::ops::Range;

use super::Dialect;
use super::lex::lex;
use crate::domain::ids::SessionId;
use reader::Reader;

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

    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Whether it is answered with rows: all that passes is, but USE and SET.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        let tokens = lex(&self.text, self.dialect);
        let verb = Reader::new(&self.text, &tokens).keyword(0);
        !matches!(verb.as_deref(), Some("USE" | "SET"))
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
    pub hint: String,
}

impl Refusal {
    fn new(at: Range<usize>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), at, hint: hint.into() }
    }
}

/// Checks one statement (without its `;`).
///
/// # Errors
/// A [`Refusal`] that names the place: not a reading statement, more than one statement, a forbidden clause, or text
/// that cannot be read to its end.
pub fn check(text: &str, dialect: Dialect, policy: Policy, session: SessionId) -> Result<Checked, Refusal> {
    read(text, dialect)?;
    readings::others(text, dialect)?.into_iter().try_for_each(|other| {
        read(text, other).map_err(|refusal| Refusal { hint: readings::HINT.into(), ..refusal })
    })?;
    Ok(Checked { text: text.to_owned(), dialect, policy, session })
}

/// Checks the text as one server reads it.
fn read(text: &str, dialect: Dialect) -> Result<(), Refusal> {
    let tokens = lex(text, dialect);
    text::check(text, &tokens, dialect)?;
    let reader = Reader::new(text, &tokens);
    let leave = verbs::check(&reader)?;
    clauses::check(&reader, leave)
}
