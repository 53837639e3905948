//! The access log: who ran which statement. Each record is one line of JSON. A statement has a *begin* record on disk before it
//! is sent and an *end* record after it has ended. The storage task provides the [`RecordSink`].

mod copy;
mod export;
mod line;
mod tunnel;

use serde::{Deserialize, Serialize};

pub use copy::CopyRecord;
pub use export::ExportRecord;
pub use line::{BadRecord, LogRecord, read, write_begin, write_copy, write_end, write_export, write_tunnel};
pub use tunnel::{TunnelEvent, TunnelRecord};

use crate::domain::ids::SessionId;
use crate::domain::sql::{Checked, Param};

/// The version of the log's format. Records with a newer version are refused.
pub const FORMAT: u32 = 1;

/// The record written before a statement is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginRecord {
    /// Joins the begin and end records of a statement; unique within the log.
    pub id: String,
    /// In UTC, RFC 3339 with milliseconds. Filled in by the storage task.
    pub time: String,
    /// The user of the operating system. Filled in by the storage task.
    pub os_user: String,
    pub profile: String,
    /// The MySQL account.
    pub account: String,
    pub server: String,
    /// The current database, if any.
    pub database: Option<String>,
    /// The statement as it will be sent.
    pub statement: String,
    /// The values bound to its `?`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The ticket or protocol number that the statement was run for.
    pub reference: Option<String>,
}

/// The record written after a statement has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRecord {
    pub id: String,
    /// In UTC, RFC 3339 with milliseconds. Filled in by the storage task.
    pub time: String,
    /// Time from sending to the end.
    pub milliseconds: u64,
    pub rows: u64,
    /// `complete`, `cut: …`, `cancelled`, `failed: …` or `broken, not known to have finished: …`.
    pub end: String,
}

/// Appends records to the log durably (written and synced), or fails.
pub trait RecordSink {
    /// Why a record could not be written.
    type Error;

    /// Appends a begin record so that it survives a crash.
    ///
    /// # Errors
    /// When the record is not safely on disk.
    fn append(&mut self, begin: &BeginRecord) -> Result<(), Self::Error>;
}

/// The right to send one checked and recorded statement. Only [`record`] makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct Permit {
    checked: Checked,
    params: Vec<Param>,
    id: String,
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

    /// Returns the session for which the statement was checked.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.checked.session()
    }
}

/// Writes the begin record and returns the permit. There is no other way to get one.
///
/// # Errors
/// The error of the sink. Then there is no permit, and nothing may be sent.
pub fn record<S: RecordSink>(sink: &mut S, checked: Checked, mut begin: BeginRecord) -> Result<Permit, S::Error> {
    begin.statement.clear();
    begin.statement.push_str(checked.text());
    sink.append(&begin)?;
    Ok(Permit { checked, params: begin.params, id: begin.id })
}
