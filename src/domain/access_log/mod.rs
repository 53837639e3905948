//! The access log: who ran which statement. Each record is one line of JSON. A statement has a *begin* record on disk before it
//! is sent and an *end* record after it has ended. The storage task provides the [`RecordSink`].

mod authorize;
mod copy;
mod export;
mod fields;
mod line;
mod tunnel;

use serde::{Deserialize, Serialize};

pub use authorize::{AuthorizedStatement, Permit, StatementTarget, authorize, record};
pub use copy::CopyRecord;
pub use export::ExportRecord;
pub use fields::{RECORDS, RecordDescription, RecordField};
pub use line::{BadRecord, LogRecord, read, write_begin, write_copy, write_end, write_export, write_tunnel};
pub use tunnel::{TunnelEvent, TunnelRecord};

use crate::domain::sql::Param;

/// The version of the log's format. Records with a newer version are refused.
pub const FORMAT: u32 = 1;

/// The record written before a statement is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginRecord {
    /// Identifies a statement: its begin and end records have the same id. Unique within the log.
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
    /// The number of the ticket or protocol that needed the statement.
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

    /// Fills in id, time and OS user of a record.
    fn stamp(&mut self, begin: &mut BeginRecord);

    /// Appends a begin record so that it survives a crash.
    ///
    /// # Errors
    /// When the record is not safely on disk.
    fn append(&mut self, begin: &BeginRecord) -> Result<(), Self::Error>;
}
