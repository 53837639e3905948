//! The guard: only a single reading statement becomes [`Checked`]. It is the first of four layers; the others are the read-only
//! session, the grants of the account, and the read-only state of the server.
//!
//! It is an allow-list on tokens as the server reads them, so anything unknown is refused. Text that two servers, or two versions
//! of one, could read differently is refused too.
//!
//! The guard covers neither stored functions nor the cost of a statement. Writes of a stored function fail, because the session
//! is read-only; rrx verifies that after each statement that may call one, if server or account could write. `SLEEP` and
//! `BENCHMARK` read and lock nothing; the time limit ends them.

mod clauses;
mod refusal;
mod text;
mod tokens;
mod variable_rules;
mod variables;
mod verbs;
mod verdict;
mod versions;

use super::Dialect;
use super::lex::lex;
use crate::domain::ids::SessionId;
pub use refusal::Refusal;
pub(super) use tokens::GuardTokens;
pub use verdict::SessionPins;
use verdict::Verdict;

/// Whether rrx sets this session variable itself, given in lower case.
#[must_use]
pub(super) fn is_pinned(name: &str) -> bool {
    matches!(variable_rules::rule(name), variable_rules::VariableRule::Pinned(_))
}

/// A statement that passed the guard, for one session and one dialect.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    text: String,
    dialect: Dialect,
    session: SessionId,
    verdict: Verdict,
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

    /// Whether the statement is to be sent. A SET to what the session has already is not.
    #[must_use]
    pub fn is_to_be_sent(&self) -> bool {
        self.verdict != Verdict::AlreadySo
    }

    /// Returns what the user should know about the statement, if anything.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        match self.verdict {
            Verdict::Send => None,
            Verdict::SendUnchanged => Some("the session had this character set already"),
            Verdict::AlreadySo => Some("the session has this value already, so nothing was sent"),
        }
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
pub fn check(text: &str, dialect: Dialect, session: SessionId, pins: &SessionPins) -> Result<Checked, Refusal> {
    let mut verdict = check_as(text, dialect, pins)?;
    for other in versions::other_dialects(text, dialect)? {
        let with_hint = |refusal| Refusal { hint: versions::HINT.into(), ..refusal };
        if check_as(text, other, pins).map_err(with_hint)? != verdict {
            verdict = Verdict::Send;
        }
    }
    Ok(Checked { text: text.to_owned(), dialect, session, verdict })
}

/// Returns why the guard refuses a statement, if it does. A caller that wants to send the statement needs [`check`].
#[must_use]
pub fn refusal(text: &str, dialect: Dialect, pins: &SessionPins) -> Option<Refusal> {
    check(text, dialect, SessionId(0), pins).err()
}

/// Checks the text in the way in which a server of this dialect reads it.
fn check_as(text: &str, dialect: Dialect, pins: &SessionPins) -> Result<Verdict, Refusal> {
    let tokens = lex(text, dialect);
    text::check(text, &tokens, dialect)?;
    let tokens = GuardTokens::new(text, &tokens);
    let (verdict, allowed) = verbs::check(&tokens, pins)?;
    clauses::check(&tokens, allowed, dialect)?;
    Ok(verdict)
}
