//! The guard: only a single reading statement becomes [`Checked`]. It is the first of four layers; the others are the read-only
//! session, the grants of the account, and the read-only state of the server.
//!
//! It is an allow-list on tokens as the server reads them, so anything unknown is refused. Text that two servers, or two versions
//! of one, could read differently is refused too.
//!
//! The guard covers neither stored functions nor the cost of a statement. Writes of a stored function fail, because the session
//! is read-only; rrx verifies that after each statement if server or account could write. `SLEEP` and `BENCHMARK` read and lock
//! nothing; the time limit ends them.

mod clauses;
mod refusal;
mod text;
mod tokens;
mod variables;
mod verbs;
mod versions;

use super::Dialect;
use super::lex::lex;
use crate::domain::ids::SessionId;
pub use refusal::Refusal;
use tokens::GuardTokens;

/// A statement that passed the guard, for one session and one dialect.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    text: String,
    dialect: Dialect,

    session: SessionId,
}

impl Checked {
    /// Returns the statement exactly as it will be sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Whether the statement returns rows: all do except USE and SET.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        let tokens = lex(&self.text, self.dialect);
        let verb = GuardTokens::new(&self.text, &tokens).keyword(0);
        !matches!(verb.as_deref(), Some("USE" | "SET"))
    }
}

/// Checks one statement (without its `;`).
///
/// # Errors
/// A [`Refusal`] with the position: not a reading statement, more than one statement, a forbidden clause, or text that cannot be
/// read to its end.
pub fn check(text: &str, dialect: Dialect, session: SessionId) -> Result<Checked, Refusal> {
    check_as(text, dialect)?;
    versions::other_dialects(text, dialect)?.into_iter().try_for_each(|other| {
        check_as(text, other).map_err(|refusal| Refusal { hint: versions::HINT.into(), ..refusal })
    })?;
    Ok(Checked { text: text.to_owned(), dialect, session })
}

/// Checks the text in the way in which a server of this dialect reads it.
fn check_as(text: &str, dialect: Dialect) -> Result<(), Refusal> {
    let tokens = lex(text, dialect);
    text::check(text, &tokens, dialect)?;
    let tokens = GuardTokens::new(text, &tokens);
    let allowed = verbs::check(&tokens)?;
    clauses::check(&tokens, allowed)
}
