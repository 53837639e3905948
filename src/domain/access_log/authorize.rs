//! The one way from a text to the right to send it: the guard, then the begin record, then the [`Permit`].
//!
//! ```text
//!  text ──► authorize (guard) ──► AuthorizedStatement ──► record (on disk) ──► Permit ──► session
//! ```
//!
//! The screen, previews, followed foreign keys, exports that rerun a statement, and `rrx run` all use it.

use super::{BeginRecord, RecordSink};
use crate::domain::ids::SessionId;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::sql::{Checked, Dialect, Param, SessionPins, guard};

/// The session in which a statement will run, as far as the guard and the begin record need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementTarget {
    pub session: SessionId,
    /// How the server reads the text.
    pub dialect: Dialect,
    /// What rrx has set in the session.
    pub pins: SessionPins,
    pub profile: String,
    /// The MySQL account.
    pub account: String,
    /// The identity of the server.
    pub server: String,
    /// The current database, if any.
    pub database: Option<String>,
    /// The number of the ticket or protocol that needs the statement.
    pub reference: Option<String>,
}

/// A statement that has passed the guard and has no begin record yet. Only [`authorize`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct AuthorizedStatement {
    checked: Checked,
    begin: BeginRecord,
}

impl AuthorizedStatement {
    /// Returns the statement exactly as it will be sent.
    #[must_use]
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// Returns the values that will be bound to it.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        &self.begin.params
    }

    /// Returns the profile whose access log gets the record.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.begin.profile
    }

    #[must_use]
    pub fn session(&self) -> SessionId {
        self.checked.session()
    }

    /// Sets the database of the record, in case an earlier `USE` statement has changed it.
    #[must_use]
    pub fn in_database(mut self, database: Option<String>) -> Self {
        self.begin.database = database;
        self
    }
}

/// The right to send one checked and recorded statement. Only [`record`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    checked: Checked,
    params: Vec<Param>,
    id: String,
    profile: String,
}

impl Permit {
    /// Returns the statement that may be sent.
    #[must_use]
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// Returns the values to bind, as they were recorded.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// Returns the id of the begin record, which the end record repeats.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the profile whose access log contains the record.
    #[must_use]
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// Returns the session for which the statement was checked.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.checked.session()
    }
}

/// Passes one statement (without its `;`) and the values bound to it through the guard.
///
/// # Errors
/// A problem of kind [`ProblemKind::Refused`], with the position in `text`.
pub fn authorize(text: &str, params: Vec<Param>, target: StatementTarget) -> Result<AuthorizedStatement, Problem> {
    let checked = guard::check(text, target.dialect, target.session, &target.pins)
        .map_err(|refusal| Problem::new(ProblemKind::Refused, refusal.what).hint(refusal.hint).at(refusal.at.start))?;
    let begin = BeginRecord {
        // The sink fills in id, time and user.
        id: String::new(),
        time: String::new(),
        os_user: String::new(),
        profile: target.profile,
        account: target.account,
        server: target.server,
        database: target.database,
        statement: checked.text().to_owned(),
        params,
        reference: target.reference,
    };
    Ok(AuthorizedStatement { checked, begin })
}

/// Writes the begin record and returns the permit. There is no other way to get one.
///
/// # Errors
/// The error of the sink. Then there is no permit, and nothing may be sent.
pub fn record<S: RecordSink>(sink: &mut S, statement: AuthorizedStatement) -> Result<Permit, S::Error> {
    let AuthorizedStatement { checked, mut begin } = statement;
    sink.stamp(&mut begin);
    sink.append(&begin)?;
    Ok(Permit { checked, params: begin.params, id: begin.id, profile: begin.profile })
}
