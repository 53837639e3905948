//! `rrx log`: the access log on the terminal. It reads, and never writes the log.

use std::io::Write;

use serde_json::json;

use super::print;
use crate::cli::LogCommand;
use crate::domain::access_log::{CopyRecord, ExportRecord, TunnelEvent, TunnelRecord};
use crate::domain::problem::Problem;
use crate::domain::protocol::HistoryEntry;
use crate::io::storage::history::{self, History};
use crate::io::storage::paths::Paths;

/// Serves `rrx log`.
///
/// # Errors
/// What the output says; lines that cannot be read are words on `err`.
pub fn run(command: LogCommand, paths: &Paths, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Problem> {
    let LogCommand::Show { last, form } = command;
    let history = history::read(&paths.state, last);
    print::problems(err, &history.problems)?;
    let records = newest(&history, last);
    if form.json {
        let records: Vec<_> = records
            .iter()
            .map(|record| match record {
                Shown::Statement(past) => json!({ "begin": past.begin, "end": past.end }),
                Shown::Tunnel(tunnel) => json!({ "tunnel": tunnel }),
                Shown::Export(export) => json!({ "export": export }),
                Shown::Copy(copy) => json!({ "copy": copy }),
            })
            .collect();
        return print::json(out, &records);
    }
    if records.is_empty() {
        return print::text(err, &format!("No statement is in the access log of {}.\n", paths.state.display()));
    }
    let mut rows = vec![["TIME", "PROFILE", "ROWS", "MS", "END", "STATEMENT"].map(str::to_owned)];
    rows.extend(records.iter().map(|record| match record {
        Shown::Statement(past) => row(past),
        Shown::Tunnel(tunnel) => tunnel_row(tunnel),
        Shown::Export(export) => export_row(export),
        Shown::Copy(copy) => copy_row(copy),
    }));
    print::columns(out, &rows)
}

/// One line of what is shown.
enum Shown<'a> {
    Statement(&'a HistoryEntry),
    Tunnel(&'a TunnelRecord),
    Export(&'a ExportRecord),
    Copy(&'a CopyRecord),
}

impl Shown<'_> {
    fn time(&self) -> &str {
        match self {
            Self::Statement(past) => &past.begin.time,
            Self::Tunnel(tunnel) => &tunnel.time,
            Self::Export(export) => &export.time,
            Self::Copy(copy) => &copy.time,
        }
    }
}

/// Statements, tunnels, exports and copies by time, the newest last; times are written so that their text sorts. At one time a statement's
/// record comes first.
fn newest(history: &History, most: usize) -> Vec<Shown<'_>> {
    let mut records: Vec<Shown<'_>> = history.past.iter().rev().map(Shown::Statement).collect();
    records.extend(history.tunnels.iter().rev().map(Shown::Tunnel));
    records.extend(history.exports.iter().rev().map(Shown::Export));
    records.extend(history.copies.iter().rev().map(Shown::Copy));
    records.sort_by(|one, other| one.time().cmp(other.time()));
    let first = records.len().saturating_sub(most);
    records.split_off(first)
}

fn tunnel_row(tunnel: &TunnelRecord) -> [String; 6] {
    let (milliseconds, end) = match &tunnel.event {
        TunnelEvent::Left { milliseconds, end, .. } => (milliseconds.to_string(), print::line(end)),
        TunnelEvent::Closed { end, .. } => ("-".into(), print::line(end)),
        TunnelEvent::Opened { .. } | TunnelEvent::Came { .. } => ("-".into(), "-".into()),
    };
    let words = print::line(&tunnel.event.words());
    [print::line(&tunnel.time), print::line(&tunnel.profile), "-".into(), milliseconds, end, words]
}

fn export_row(export: &ExportRecord) -> [String; 6] {
    let words = print::line(&export.words());
    [print::line(&export.time), print::line(&export.profile), export.rows.to_string(), "-".into(), "-".into(), words]
}

fn copy_row(copy: &CopyRecord) -> [String; 6] {
    let words = print::line(&copy.words());
    [print::line(&copy.time), print::line(&copy.profile), "-".into(), "-".into(), "-".into(), words]
}

fn row(past: &HistoryEntry) -> [String; 6] {
    let end = past.end.as_ref();
    [
        print::line(&past.begin.time),
        print::line(&past.begin.profile),
        end.map_or_else(|| "-".into(), |end| end.rows.to_string()),
        end.map_or_else(|| "-".into(), |end| end.milliseconds.to_string()),
        end.map_or_else(|| "no end recorded".into(), |end| print::line(&end.end)),
        print::line(&past.begin.statement),
    ]
}
