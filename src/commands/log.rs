//! `rrx log`: shows the access log. It never changes the log.

use std::io::Write;

use serde_json::json;

use super::common::context::CommandContext;
use super::common::print;
use crate::cli::LogCommand;
use crate::domain::access_log::{CopyRecord, ExportRecord, TunnelEvent, TunnelRecord};
use crate::domain::problem::Problem;
use crate::domain::protocol::HistoryEntry;
use crate::domain::quantity::grouped;
use crate::io::storage::history::{self, History};
use crate::io::storage::paths::Paths;

/// Runs `rrx log`.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn execute(command: LogCommand, context: &CommandContext) -> Result<(), Problem> {
    run(command, &context.env.paths, &mut std::io::stdout(), &mut std::io::stderr())
}

/// Prints the newest records. Lines of the log that cannot be read are reported on `err`.
///
/// # Errors
/// Returns a problem if the output cannot be written.
pub fn run(command: LogCommand, paths: &Paths, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Problem> {
    let LogCommand::Show { last, format } = command;
    let last = usize::try_from(last).unwrap_or(usize::MAX);
    let history = history::read(&paths.state, last);
    print::problems(err, &history.problems)?;
    let records = newest(&history, last);
    if format.json {
        let records: Vec<_> = records
            .iter()
            .map(|record| match record {
                Record::Statement(entry) => json!({ "begin": entry.begin, "end": entry.end }),
                Record::Tunnel(tunnel) => json!({ "tunnel": tunnel }),
                Record::Export(export) => json!({ "export": export }),
                Record::Copy(copy) => json!({ "copy": copy }),
            })
            .collect();
        return print::json(out, &records);
    }
    if records.is_empty() {
        return print::text(err, &format!("The access log in {} has no statements.\n", paths.state.display()));
    }
    let mut rows = vec![["TIME", "PROFILE", "ROWS", "MS", "END", "STATEMENT"].map(str::to_owned)];
    rows.extend(records.iter().map(|record| match record {
        Record::Statement(entry) => statement_row(entry),
        Record::Tunnel(tunnel) => tunnel_row(tunnel),
        Record::Export(export) => export_row(export),
        Record::Copy(copy) => copy_row(copy),
    }));
    print::columns(out, &rows)
}

/// A record of the access log.
enum Record<'a> {
    Statement(&'a HistoryEntry),
    Tunnel(&'a TunnelRecord),
    Export(&'a ExportRecord),
    Copy(&'a CopyRecord),
}

impl Record<'_> {
    fn time(&self) -> &str {
        match self {
            Self::Statement(entry) => &entry.begin.time,
            Self::Tunnel(tunnel) => &tunnel.time,
            Self::Export(export) => &export.time,
            Self::Copy(copy) => &copy.time,
        }
    }
}

/// Returns the newest records by time, the newest last. Times are compared as text, because their format sorts that way.
/// Statements come before other records with the same time.
fn newest(history: &History, max: usize) -> Vec<Record<'_>> {
    let mut records: Vec<Record<'_>> = history.statements.iter().rev().map(Record::Statement).collect();
    records.extend(history.tunnels.iter().rev().map(Record::Tunnel));
    records.extend(history.exports.iter().rev().map(Record::Export));
    records.extend(history.copies.iter().rev().map(Record::Copy));
    records.sort_by(|one, other| one.time().cmp(other.time()));
    let first = records.len().saturating_sub(max);
    records.split_off(first)
}

fn tunnel_row(tunnel: &TunnelRecord) -> [String; 6] {
    let (milliseconds, end) = match &tunnel.event {
        TunnelEvent::Disconnected { milliseconds, end, .. } => (grouped(*milliseconds), print::one_line(end)),
        TunnelEvent::Closed { end, .. } => ("-".into(), print::one_line(end)),
        TunnelEvent::Opened { .. } | TunnelEvent::Connected { .. } => ("-".into(), "-".into()),
    };
    let description = print::one_line(&tunnel.event.describe());
    [print::one_line(&tunnel.time), print::one_line(&tunnel.profile), "-".into(), milliseconds, end, description]
}

fn export_row(export: &ExportRecord) -> [String; 6] {
    let description = print::one_line(&export.describe());
    [
        print::one_line(&export.time),
        print::one_line(&export.profile),
        grouped(export.rows),
        "-".into(),
        "-".into(),
        description,
    ]
}

fn copy_row(copy: &CopyRecord) -> [String; 6] {
    let description = print::one_line(&copy.describe());
    [print::one_line(&copy.time), print::one_line(&copy.profile), "-".into(), "-".into(), "-".into(), description]
}

fn statement_row(entry: &HistoryEntry) -> [String; 6] {
    let end = entry.end.as_ref();
    [
        print::one_line(&entry.begin.time),
        print::one_line(&entry.begin.profile),
        end.map_or_else(|| "-".into(), |end| grouped(end.rows)),
        end.map_or_else(|| "-".into(), |end| grouped(end.milliseconds)),
        end.map_or_else(|| "no end recorded".into(), |end| print::one_line(&end.end)),
        print::one_line(&entry.begin.statement),
    ]
}
