//! One line of the access log as text: JSON with the form's version and the record's kind first. Knows no file.

use serde::{Deserialize, Serialize};

use super::{Begin, CopyRecord, Entry, ExportRecord, FORMAT, TunnelRecord};

/// One record of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Line {
    /// A statement is about to be sent.
    Begin(Begin),
    /// A statement has ended.
    End(Entry),
    /// Something happened to a tunnel that is held for other programs.
    Tunnel(TunnelRecord),
    /// Rows were written to a file.
    Export(ExportRecord),
    /// Values were copied.
    Copy(CopyRecord),
}

/// Why a line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// It is no JSON object with a version: torn by a crash, or edited.
    #[error("not a record: {0}")]
    NotARecord(String),
    /// A newer program wrote it.
    #[error("written in form {0}; this program reads form {FORMAT}")]
    Newer(u32),
    /// The version is known, the rest does not fit it.
    #[error("a record of form {FORMAT} that does not fit it: {0}")]
    Form(String),
}

/// What stands before the record itself.
#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    #[serde(flatten)]
    record: Record<'a>,
}

/// The borrowed twin of [`Line`].
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Record<'a> {
    Begin(&'a Begin),
    End(&'a Entry),
    Tunnel(&'a TunnelRecord),
    Export(&'a ExportRecord),
    Copy(&'a CopyRecord),
}

/// The version alone, read before anything else is believed.
#[derive(Deserialize)]
struct Version {
    v: u32,
}

/// Writes a begin record as one line, its newline included.
///
/// # Errors
/// Only what the JSON writer says; these records have no value that it refuses.
pub fn write_begin(begin: &Begin) -> Result<String, serde_json::Error> {
    written(Record::Begin(begin))
}

/// Writes an end record as one line, its newline included.
///
/// # Errors
/// Only what the JSON writer says; these records have no value that it refuses.
pub fn write_end(entry: &Entry) -> Result<String, serde_json::Error> {
    written(Record::End(entry))
}

/// Writes a record of a held tunnel as one line, its newline included.
///
/// # Errors
/// Only what the JSON writer says; these records have no value that it refuses.
pub fn write_tunnel(record: &TunnelRecord) -> Result<String, serde_json::Error> {
    written(Record::Tunnel(record))
}

/// Writes a record of an export as one line, its newline included.
///
/// # Errors
/// Only what the JSON writer says; these records have no value that it refuses.
pub fn write_export(record: &ExportRecord) -> Result<String, serde_json::Error> {
    written(Record::Export(record))
}

/// Writes a record of a copy as one line, its newline included.
///
/// # Errors
/// Only what the JSON writer says; these records have no value that it refuses.
pub fn write_copy(record: &CopyRecord) -> Result<String, serde_json::Error> {
    written(Record::Copy(record))
}

/// Reads one line, with or without its newline.
///
/// # Errors
/// A [`BadLine`]; the lines around it can still be read.
pub fn read(line: &str) -> Result<Line, BadLine> {
    let version: Version = serde_json::from_str(line).map_err(|error| BadLine::NotARecord(error.to_string()))?;
    if version.v > FORMAT {
        return Err(BadLine::Newer(version.v));
    }
    serde_json::from_str(line).map_err(|error| BadLine::Form(error.to_string()))
}

fn written(record: Record<'_>) -> Result<String, serde_json::Error> {
    let mut line = serde_json::to_string(&Written { v: FORMAT, record })?;
    line.push('\n');
    Ok(line)
}
