//! One line of the access log: JSON that begins with the format version and the kind of the record.

use serde::{Deserialize, Serialize};

use super::{BeginRecord, CopyRecord, EndRecord, ExportRecord, FORMAT, TunnelRecord};

/// One record of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum LogRecord {
    /// A statement is about to be sent.
    Begin(BeginRecord),
    End(EndRecord),
    /// Something happened to a tunnel for other programs.
    Tunnel(TunnelRecord),
    /// Rows were exported to a file.
    Export(ExportRecord),
    Copy(CopyRecord),
}

/// Why a line of the log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRecord {
    /// The line is not a JSON object with a version: it was cut by a crash, or edited.
    #[error("not a record: {0}")]
    NotARecord(String),
    /// A newer version of rrx wrote it.
    #[error("the record has format {0}, and this rrx reads format {FORMAT}")]
    Newer(u32),
    /// The version is known, but the rest does not match it.
    #[error("not a valid record of format {FORMAT}: {0}")]
    Invalid(String),
}

/// A record with its version.
#[derive(Serialize)]
struct VersionedRecord<'a> {
    v: u32,
    #[serde(flatten)]
    record: RecordRef<'a>,
}

/// A [`LogRecord`] by reference.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum RecordRef<'a> {
    Begin(&'a BeginRecord),
    End(&'a EndRecord),
    Tunnel(&'a TunnelRecord),
    Export(&'a ExportRecord),
    Copy(&'a CopyRecord),
}

/// The version alone. It is read first, since it decides how the rest is read.
#[derive(Deserialize)]
struct RecordVersion {
    v: u32,
}

/// Writes a begin record as one line with its newline.
///
/// # Errors
/// Returns an error of the JSON writer. These records contain no value that it refuses.
pub fn write_begin(begin: &BeginRecord) -> Result<String, serde_json::Error> {
    to_line(RecordRef::Begin(begin))
}

/// Writes an end record as one line with its newline.
///
/// # Errors
/// Returns an error of the JSON writer. These records contain no value that it refuses.
pub fn write_end(entry: &EndRecord) -> Result<String, serde_json::Error> {
    to_line(RecordRef::End(entry))
}

/// Writes a record of a tunnel as one line with its newline.
///
/// # Errors
/// Returns an error of the JSON writer. These records contain no value that it refuses.
pub fn write_tunnel(record: &TunnelRecord) -> Result<String, serde_json::Error> {
    to_line(RecordRef::Tunnel(record))
}

/// Writes a record of an export as one line with its newline.
///
/// # Errors
/// Returns an error of the JSON writer. These records contain no value that it refuses.
pub fn write_export(record: &ExportRecord) -> Result<String, serde_json::Error> {
    to_line(RecordRef::Export(record))
}

/// Writes a record of a copy as one line with its newline.
///
/// # Errors
/// Returns an error of the JSON writer. These records contain no value that it refuses.
pub fn write_copy(record: &CopyRecord) -> Result<String, serde_json::Error> {
    to_line(RecordRef::Copy(record))
}

/// Reads one line, with or without its newline.
///
/// # Errors
/// A [`BadRecord`]. Other lines of the log can still be read.
pub fn read(line: &str) -> Result<LogRecord, BadRecord> {
    let version: RecordVersion =
        serde_json::from_str(line).map_err(|error| BadRecord::NotARecord(error.to_string()))?;
    if version.v > FORMAT {
        return Err(BadRecord::Newer(version.v));
    }
    serde_json::from_str(line).map_err(|error| BadRecord::Invalid(error.to_string()))
}

fn to_line(record: RecordRef<'_>) -> Result<String, serde_json::Error> {
    let mut line = serde_json::to_string(&VersionedRecord { v: FORMAT, record })?;
    line.push('\n');
    Ok(line)
}
