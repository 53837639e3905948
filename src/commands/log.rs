//! `rrx log`: the access log on the terminal. It reads, and never writes the log.

use std::io::Write;

use serde_json::json;

use super::print;
use crate::cli::LogCommand;
use crate::domain::port::Past;
use crate::domain::problem::Problem;
use crate::io::storage::history;
use crate::io::storage::paths::Paths;

/// Serves `rrx log`.
///
/// # Errors
/// What the output says; lines that cannot be read are words on `err`.
pub fn run(command: LogCommand, paths: &Paths, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Problem> {
    let LogCommand::Show { last, form } = command;
    let mut history = history::read(&paths.state, last);
    history.past.reverse();
    print::problems(err, &history.problems)?;
    if form.json {
        let records: Vec<_> = history.past.iter().map(|past| json!({ "begin": past.begin, "end": past.end })).collect();
        return print::json(out, &records);
    }
    if history.past.is_empty() {
        return print::text(err, &format!("No statement is in the access log of {}.\n", paths.state.display()));
    }
    let mut rows = vec![["TIME", "PROFILE", "ROWS", "MS", "END", "STATEMENT"].map(str::to_owned)];
    rows.extend(history.past.iter().map(row));
    print::columns(out, &rows)
}

fn row(past: &Past) -> [String; 6] {
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
