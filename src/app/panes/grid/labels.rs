//! The texts about a result on the border: row counts, how it ended, and how it is sorted, filtered and searched.

use std::time::Duration;

use crate::app::context::Context;
use crate::app::statement::origin::StatementOrigin;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::problem::ProblemKind;
use crate::domain::protocol::{End, Limit, StoreWork};
use crate::domain::quantity::{counted, grouped};
use crate::domain::results::{CompareKind, Direction};
use crate::domain::text::visible;

use super::ResultSet;

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

/// Describes the progress or the end of a statement, with its warnings.
fn status(result: &ResultSet, length: TextLength) -> String {
    let all = result.progress.rows;
    let is_filtered = result.view.is_some() && result.arrangement.filter.is_some();
    let rows = rows(result, length);
    let status = match &result.progress.end {
        None if result.columns.is_none() => "waiting for the first row".to_owned(),
        None if is_filtered => format!("{rows}, {} so far", grouped(all)),
        None => format!("{rows} so far"),
        // The user did not type the LIMIT of a preview, so it is always shown.
        Some(End::Complete) if result.from == StatementOrigin::Preview && all >= PREVIEW_ROWS && !is_filtered => {
            format!("first {rows} (LIMIT {PREVIEW_ROWS})")
        }
        Some(End::Complete) if all == 0 => "no rows".to_owned(),
        Some(End::Complete) if is_filtered => rows,
        Some(End::Complete) if all == 1 => rows,
        Some(End::Complete) => format!("all {rows}"),
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
    if which == "Results" {
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
            format!("{} to first · {}", time(first), time(total))
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
