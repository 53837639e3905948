//! The access log: who ran what. One JSON line for each record; a statement has a *begin* record on disk before it is
//! sent, and an *end* record after. Knows no file: the storage room lends a [`Ledger`].

mod copy;
mod export;
mod line;
mod tunnel;

use serde::{Deserialize, Serialize};

pub use copy::CopyRecord;
pub use export::ExportRecord;
pub use line::{BadLine, Line, read, write_begin, write_copy, write_end, write_export, write_tunnel};
pub use tunnel::{TunnelEvent, TunnelRecord};

use crate::domain::ids::SessionId;
use crate::domain::sql::{Checked, Param};

/// The form of a line; a reader refuses a newer one by name.
pub const FORMAT: u32 = 1;

/// The record written before a statement is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// Joins begin and end: unique within the log.
    pub id: String,
    /// When, in UTC, RFC 3339 with milliseconds. The storage room fills it in.
    pub time: String,
    /// The operating system's user. The storage room fills it in.
    pub os_user: String,
    /// The profile's name.
    pub profile: String,
    /// The account on the server.
    pub account: String,
    /// Which server answers.
    pub server: String,
    /// The current database, if any.
    pub database: Option<String>,
    /// The statement as it will be sent.
    pub statement: String,
    /// The values in the places of its `?`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The ticket or protocol that the work is for.
    pub reference: Option<String>,
}

/// The record written after a statement has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The begin record's id.
    pub id: String,
    /// When, in UTC. The storage room fills it in.
    pub time: String,
    /// From sending to the end, in milliseconds.
    pub milliseconds: u64,
    /// Rows that came.
    pub rows: u64,
    /// `complete`, `cut: …`, `cancelled`, `failed: …` or `broken, not known to have finished: …`.
    pub end: String,
}

/// Where records go: appends one line durably (written and synced) or fails.
pub trait Ledger {
    /// Why a line could not be kept.
    type Error;

    /// Appends this begin record so that it survives a crash of the program.
    ///
    /// # Errors
    /// Whatever keeps the line from being on disk.
    fn append(&mut self, begin: &Begin) -> Result<(), Self::Error>;
}

/// The right to send one checked and recorded statement. Only [`record`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    checked: Checked,
    params: Vec<Param>,
    id: String,
}

impl Permit {
    /// The statement that may be sent, as it was checked.
    #[must_use]
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// The values that go with it, as they were recorded.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        &self.params
    }

    /// The id of its begin record, for the end record.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The session that it was checked for.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.checked.session()
    }
}

/// Puts the begin record on disk and answers with the permit: the only way to one.
///
/// # Errors
/// The ledger's own error; then there is no permit and nothing may be sent.
pub fn record<L: Ledger>(ledger: &mut L, checked: Checked, mut begin: Begin) -> Result<Permit, L::Error> {
    begin.statement.clear();
    begin.statement.push_str(checked.text());
    ledger.append(&begin)?;
    Ok(Permit { checked, params: begin.params, id: begin.id })
}
