//! The texts about a result on the border: row counts, how it ended, and how it is sorted, filtered and searched.

use std::time::Duration;

use crate::app::context::Context;
use crate::app::statement::origin::StatementOrigin;
use crate::app::ui::draw::clip;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::problem::ProblemKind;
use crate::domain::protocol::{End, Limit, StoreWork};
use crate::domain::quantity::{counted, grouped};
use crate::domain::results::{CompareKind, Direction};
use crate::domain::text::visible;

use super::ResultSet;

/// The widths of the first words of a statement that are tried.
const NAME_CELLS: [usize; 3] = [60, 32, 18];
/// Marks a result to which the user came by a key.
const FOLLOWED: &str = "followed";
/// The largest width of a name in a tab.
const TAB_CELLS: usize = 32;

/// The length of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextLength {
    Full,
    Short,
}

/// Describes how many rows there are, and how many of them match the filter.
fn rows(result: &ResultSet, length: TextLength) -> String {
    let all = result.progress.rows;
    let (Some(view), Some(filter)) = (result.view, &result.arrangement.filter) else { return counted(all, "row") };
    let first = if view.of < all { "the first " } else { "" };
    let chosen = if view.rows == view.of && first.is_empty() {
        counted(view.of, "row")
    } else {
        format!("{} of {first}{}", grouped(view.rows), counted(view.of, "row"))
    };
    match length {
        TextLength::Full => {
            let how = if filter.reads_numbers() { " (texts as numbers)" } else { "" };
            format!("{chosen} match {}{how}", visible(filter.text()))
        }
        TextLength::Short => format!("{chosen}, filtered"),
    }
}

/// Names the table of a preview or of a followed key: ` of form`. Empty for other results.
fn of_table(result: &ResultSet) -> String {
    table(result).map(|table| format!(" of {}", visible(table))).unwrap_or_default()
}

/// Returns the table of a preview or of a followed key.
fn table(result: &ResultSet) -> Option<&str> {
    match result.from {
        StatementOrigin::Preview | StatementOrigin::Key => result.table(),
        StatementOrigin::Worksheet { .. }
        | StatementOrigin::Several { .. }
        | StatementOrigin::Snippet
        | StatementOrigin::Export
        | StatementOrigin::Restore
        | StatementOrigin::Database
        | StatementOrigin::Plan => None,
    }
}

/// Returns the first words of the statement; `None` if the row counts name its table.
fn statement_name(result: &ResultSet) -> Option<String> {
    let has_counts = matches!(result.progress.end, None | Some(End::Complete)) && result.columns.is_some();
    (!has_counts || table(result).is_none()).then(|| first_words(&result.statement))
}

/// Returns a name for a tab: the table of a preview, or the first words of the statement.
pub(super) fn tab_name(result: &ResultSet) -> String {
    match table(result) {
        Some(table) if result.from == StatementOrigin::Preview && result.progress.rows >= PREVIEW_ROWS => {
            format!("first {PREVIEW_ROWS} rows of {}", visible(table))
        }
        Some(table) => visible(table).into_owned(),
        None => clip(&first_words(&result.statement), TAB_CELLS),
    }
}

/// Returns a statement in one line, without the comments before it.
fn first_words(statement: &str) -> String {
    let mut rest = statement.trim_start();
    loop {
        let after = if rest.starts_with("-- ") || rest.starts_with('#') {
            rest.split_once('\n').map(|(_, after)| after)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map(|(_, after)| after)
        } else {
            None
        };
        match after.map(str::trim_start) {
            Some(after) if !after.is_empty() => rest = after,
            Some(_) | None => break,
        }
    }
    let start: String = rest.chars().take(4 * NAME_CELLS[0]).collect();
    visible(&start.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// What a result is, in several lengths, the longest first: its number among the results of the worksheet, whether it is kept, where
/// the user came from by a key.
pub(super) struct ResultNames {
    /// With the first words of its statement. Empty if the row counts name its table.
    pub named: Vec<String>,
    pub unnamed: Vec<String>,
}

/// Returns the names of the result with this number among the results of the worksheet.
pub(super) fn names(result: &ResultSet, (at, results): (usize, &[&ResultSet])) -> ResultNames {
    let count = results.len();
    let marks = |followed: Option<String>| {
        let marks: Vec<String> = result.is_pinned.then(|| "kept".to_owned()).into_iter().chain(followed).collect();
        if marks.is_empty() { String::new() } else { format!(" {}", marks.join(", ")) }
    };
    let followed = result.came_from.map(|from| match results.iter().position(|other| other.id == from) {
        Some(from) => match results.get(from).and_then(|result| result.table()) {
            Some(table) => format!("followed from {}", visible(table)),
            None => format!("followed from result {}", from + 1),
        },
        None => FOLLOWED.to_owned(),
    });
    let (long, short) = (marks(followed), marks(result.came_from.map(|_| FOLLOWED.to_owned())));
    let name = statement_name(result).unwrap_or_default();
    let widths = NAME_CELLS.into_iter().filter(|_| !name.is_empty());
    let shortest = NAME_CELLS.last().copied().unwrap_or_default();
    let mut named: Vec<String> = widths
        .map(|width| (clip(&name, width), &long))
        .chain((!name.is_empty()).then(|| (clip(&name, shortest), &short)))
        .map(
            |(name, marks)| {
                if count > 1 { format!("{}/{count}{marks} {name}", at + 1) } else { format!("{name}{marks}") }
            },
        )
        .collect();
    named.dedup();
    let of = if count > 1 { format!("Result {}/{count}", at + 1) } else { "Results".to_owned() };
    let mut unnamed = vec![format!("{of}{long}"), format!("{of}{short}")];
    unnamed.dedup();
    ResultNames { named, unnamed }
}

/// Describes the progress or the end of a statement, with its warnings.
fn status(result: &ResultSet, length: TextLength) -> String {
    let all = result.progress.rows;
    let is_filtered = result.view.is_some() && result.arrangement.filter.is_some();
    let rows = rows(result, length);
    let of = |result: &ResultSet| match length {
        TextLength::Full => of_table(result),
        TextLength::Short => String::new(),
    };
    let status = match &result.progress.end {
        None if result.columns.is_none() => "waiting for the first row".to_owned(),
        None if is_filtered => format!("{rows}, {} so far", grouped(all)),
        None => format!("{rows}{} so far", of(result)),
        // The user did not type the LIMIT of a preview, so it is always shown.
        Some(End::Complete) if result.from == StatementOrigin::Preview && all >= PREVIEW_ROWS && !is_filtered => {
            format!("first {rows}{} (LIMIT {PREVIEW_ROWS})", of(result))
        }
        Some(End::Complete) if all == 0 => "no rows".to_owned(),
        Some(End::Complete) if is_filtered => rows,
        Some(End::Complete) if all == 1 => format!("{rows}{}", of(result)),
        Some(End::Complete) => format!("all {rows}{}", of(result)),
        Some(End::Limit(Limit::Rows(_))) => format!("{rows}, cut at the row limit"),
        Some(End::Limit(Limit::Bytes(limit))) => format!("{rows}, cut at {} bytes", grouped(*limit)),
        Some(End::Limit(Limit::FirstRow(seconds))) => format!("stopped: no row in {seconds} s"),
        Some(End::Limit(Limit::Fetch(seconds))) => format!("{rows}, cut: not fetched in {seconds} s"),
        Some(End::Limit(Limit::Memory(_))) => {
            format!("{rows}, cut: memory is full and the profile forbids spilling to disk")
        }
        Some(End::Cancelled) => format!("{rows}, stopped by you"),
        Some(End::Broken(problem)) if problem.kind == ProblemKind::Lost => {
            format!("{rows}, then the link broke: it may not have finished")
        }
        Some(End::Broken(problem)) if problem.kind == ProblemKind::Refused => "refused, not sent".to_owned(),
        Some(End::Broken(_)) if all == 0 => "failed".to_owned(),
        Some(End::Broken(_)) => format!("{rows}, then it failed"),
    };
    match result.warnings.0 {
        0 => status,
        count => format!("{status} · {}", counted(u64::from(count), "warning")),
    }
}

/// Returns titles for the border in two lists, the longest first. Those of the first list have all details about the
/// rows and differ in the times. Those of the second list are for when none of them fits.
pub(super) fn titles(result: &ResultSet, which: &str, context: &Context) -> (Vec<String>, Vec<String>) {
    let total = result.took.map_or_else(|| took(result, context), |(_, total)| time(total));
    let origin = other_profile(result, context);
    let full = format!("{origin}{}", joined(status(result, TextLength::Full), done_here(result, TextLength::Full)));
    let short = format!("{origin}{}", joined(status(result, TextLength::Short), done_here(result, TextLength::Short)));
    let mut titles = vec![
        format!("{which} ─ {full} · {}", took(result, context)),
        format!("{which} ─ {full} · {total}"),
        format!("{which} ─ {full}"),
    ];
    if matches!(&result.progress.end, Some(End::Broken(problem)) if problem.kind == ProblemKind::Refused) {
        // Nothing took any time.
        titles.drain(..2);
    }
    let first: Vec<String> = done_here(result, TextLength::Short).into_iter().take(1).collect();
    let least = format!("{origin}{}", joined(status(result, TextLength::Short), first));
    // One result needs no name before its counts.
    if which.starts_with("Results") {
        titles.push(full);
        return (titles, vec![short, least]);
    }
    (titles, vec![format!("{which} ─ {short}"), format!("{which} ─ {least}")])
}

/// Names the profile of a result that is not the one in the header; empty for a result of that one.
fn other_profile(result: &ResultSet, context: &Context) -> String {
    match &context.profile {
        Some(profile) if profile.name == result.profile => String::new(),
        Some(_) | None => format!("FROM {}: ", visible(&result.profile)),
    }
}

fn joined(status: String, more: Vec<String>) -> String {
    [vec![status], more].concat().join(" · ")
}

/// Returns the time to the first row and to the end, or the time so far.
fn took(result: &ResultSet, context: &Context) -> String {
    match result.took {
        Some((Some(first), total)) if time(first) != time(total) => {
            let end = match result.progress.end {
                Some(End::Complete) => "all",
                Some(End::Limit(_) | End::Cancelled | End::Broken(_)) | None => "end",
            };
            format!("first row after {}, {end} after {}", time(first), time(total))
        }
        Some((_, total)) => time(total),
        None => time(context.now.saturating_sub(result.since)),
    }
}

/// Describes what is done with the rows except filtering, the most urgent first.
fn done_here(result: &ResultSet, length: TextLength) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    if let Some(export) = &result.export {
        let (rows, _) = export.done;
        let is_known = export.job.rerun_as.is_none() && export.total > 0;
        done.push(match length {
            TextLength::Full => export.describe(),
            TextLength::Short if is_known => format!("writing {} %", percent(rows, export.total)),
            TextLength::Short => format!("writing {}", grouped(rows)),
        });
    }
    if let Some((work, rows, of)) = result.pending.progress() {
        done.push(format!("{} {} %", job_name(work), percent(rows, of)));
    }
    if let Some(search) = &result.search {
        let (text, _, _) = search.pattern.parts();
        let text = visible(text);
        done.push(match (search.found, search.at, length) {
            (None, _, TextLength::Full) => format!("searching for `{text}` …"),
            (None, _, TextLength::Short) => "searching".into(),
            (Some((0, ..)), _, TextLength::Full) => format!("no match for `{text}`"),
            (Some((0, ..)), _, TextLength::Short) => "no match".into(),
            (Some((cells, _, of)), at, length) => {
                let matches = match at {
                    Some(at) => format!("match {} of {}", grouped(at), grouped(cells)),
                    None if cells == 1 => "1 match".into(),
                    None => format!("{} matches", grouped(cells)),
                };
                match length {
                    TextLength::Full if of < result.count() => format!("{matches} in the first {}", counted(of, "row")),
                    TextLength::Short if of < result.count() => format!("{matches} in the first {}", grouped(of)),
                    TextLength::Full | TextLength::Short => matches,
                }
            }
        });
    }
    let Some(view) = result.view else { return done };
    let is_of_some = result.progress.rows > view.of && result.arrangement.filter.is_none();
    if let Some(sorted) = sorted(result) {
        done.push(match length {
            TextLength::Full => sorted,
            TextLength::Short if is_of_some => format!("the first {} sorted", grouped(view.of)),
            TextLength::Short if sorted.ends_with(BY_CODE_POINT) => "sorted here by code point".into(),
            TextLength::Short => "sorted here".into(),
        });
    }
    if is_of_some && length == TextLength::Full {
        done.push(format!("of the first {}", grouped(view.of)));
    }
    done
}

fn job_name(work: StoreWork) -> &'static str {
    match work {
        StoreWork::Arrange => "sorting",
        StoreWork::Find => "searching",
        StoreWork::Profile => "describing",
        StoreWork::Total => "adding up",
        StoreWork::Plot => "drawing",
        StoreWork::Copy => "copying",
    }
}

/// Returns whole percents. No rows are 100 %.
fn percent(done: u64, of: u64) -> u64 {
    done.saturating_mul(100).checked_div(of).unwrap_or(100)
}

/// Marks a sort by a text, because the server may sort texts differently.
const BY_CODE_POINT: &str = " (text by code point)";

/// Describes the sort: its columns, and whether texts are sorted by code point.
fn sorted(result: &ResultSet) -> Option<String> {
    let columns = result.columns.as_ref()?;
    let mut by_code_point = false;
    let names: Vec<String> = result
        .arrangement
        .sort
        .iter()
        .filter_map(|key| {
            let column = columns.get(key.column)?;
            by_code_point |= CompareKind::of(column) == CompareKind::Bytes;
            let arrow = if key.direction == Direction::Ascending { "▲" } else { "▼" };
            Some(format!("{} {arrow}", visible(&column.name)))
        })
        .collect();
    let how = if by_code_point { BY_CODE_POINT } else { "" };
    (!names.is_empty()).then(|| format!("sorted here by {}{how}", names.join(", ")))
}

/// Returns a time in few cells.
fn time(time: Duration) -> String {
    if time.as_secs() >= 60 {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    } else if time.as_secs() >= 1 {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}
