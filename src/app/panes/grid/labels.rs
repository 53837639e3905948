//! What the border says of a result: counts that are honest about how it ended, and over what it is sorted, filtered, searched.

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

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    All,
    Few,
}

/// How many rows there are, and first of all how many of them show where a filter chooses.
fn rows(result: &ResultSet, words: Words) -> String {
    let all = result.progress.rows;
    let (Some(view), Some(filter)) = (result.view, &result.arrangement.filter) else { return counted(all, "row") };
    let first = if view.of < all { "the first " } else { "" };
    let chosen = if view.rows == view.of && first.is_empty() {
        counted(view.of, "row")
    } else {
        format!("{} of {first}{}", grouped(view.rows), counted(view.of, "row"))
    };
    match words {
        Words::All => {
            let how = if filter.reads_numbers() { " (texts as numbers)" } else { "" };
            format!("{chosen} match {}{how}", visible(filter.text()))
        }
        Words::Few => format!("{chosen}, filtered"),
    }
}

/// How far it is and how it ended, with its warnings.
fn status(result: &ResultSet, words: Words) -> String {
    let all = result.progress.rows;
    let is_filtered = result.view.is_some() && result.arrangement.filter.is_some();
    let rows = rows(result, words);
    let status = match &result.progress.end {
        None if result.columns.is_none() => "waiting for the first row".to_owned(),
        None if is_filtered => format!("{rows}, {} so far", grouped(all)),
        None => format!("{rows} so far"),
        // A preview's LIMIT is ours, not the user's: it is never hidden.
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
        Some(End::Broken(_)) if all == 0 => "failed".to_owned(),
        Some(End::Broken(_)) => format!("{rows}, then it failed"),
    };
    match result.warnings.0 {
        0 => status,
        count => format!("{status} · {}", counted(u64::from(count), "warning")),
    }
}

/// What the border says, the most words first: the times give way before what was done with the rows, and its details before
/// that it was done. The first list says all of that, the second, for where the first has no room, less and then the least.
pub(super) fn titles(result: &ResultSet, which: &str, context: &Context) -> (Vec<String>, Vec<String>) {
    let total = result.took.map_or_else(|| took(result, context), |(_, total)| time(total));
    let all = joined(status(result, Words::All), done_here(result, Words::All));
    let few = joined(status(result, Words::Few), done_here(result, Words::Few));
    let mut titles = vec![
        format!("{which} ─ {all} · {}", took(result, context)),
        format!("{which} ─ {all} · {total}"),
        format!("{which} ─ {all}"),
    ];
    let first: Vec<String> = done_here(result, Words::Few).into_iter().take(1).collect();
    let least = joined(status(result, Words::Few), first);
    if which == "Results" {
        titles.push(all);
        return (titles, vec![few, least]);
    }
    (titles, vec![format!("{which} ─ {few}"), format!("{which} ─ {least}")])
}

fn joined(status: String, more: Vec<String>) -> String {
    [vec![status], more].concat().join(" · ")
}

/// How long it took: to the first row and to the end, or so far.
fn took(result: &ResultSet, context: &Context) -> String {
    match result.took {
        Some((Some(first), total)) if time(first) != time(total) => {
            format!("{} to first · {}", time(first), time(total))
        }
        Some((_, total)) => time(total),
        None => time(context.now.saturating_sub(result.since)),
    }
}

/// What is done with the rows here besides choosing them, the most urgent first.
fn done_here(result: &ResultSet, words: Words) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    if let Some(export) = &result.export {
        let (rows, _) = export.done;
        let is_known = export.order.rerun_as.is_none() && export.of > 0;
        done.push(match words {
            Words::All => export.words(),
            Words::Few if is_known => format!("writing {} %", percent(rows, export.of)),
            Words::Few => format!("writing {}", grouped(rows)),
        });
    }
    if let Some((work, rows, of)) = result.pending.progress() {
        done.push(format!("{} {} %", doing(work), percent(rows, of)));
    }
    if let Some(search) = &result.search {
        let (text, _, _) = search.pattern.parts();
        let text = visible(text);
        done.push(match (search.found, search.at, words) {
            (None, _, Words::All) => format!("searching for `{text}` …"),
            (None, _, Words::Few) => "searching".into(),
            (Some((0, ..)), _, Words::All) => format!("no match for `{text}`"),
            (Some((0, ..)), _, Words::Few) => "no match".into(),
            (Some((cells, _, of)), at, words) => {
                let matches = match at {
                    Some(at) => format!("match {} of {}", grouped(at), grouped(cells)),
                    None if cells == 1 => "1 match".into(),
                    None => format!("{} matches", grouped(cells)),
                };
                match words {
                    Words::All if of < result.count() => format!("{matches} in the first {} rows", grouped(of)),
                    Words::Few if of < result.count() => format!("{matches} in the first {}", grouped(of)),
                    Words::All | Words::Few => matches,
                }
            }
        });
    }
    let Some(view) = result.view else { return done };
    let is_of_some = result.progress.rows > view.of && result.arrangement.filter.is_none();
    if let Some(sorted) = sorted(result) {
        done.push(match words {
            Words::All => sorted,
            Words::Few if is_of_some => format!("the first {} sorted", grouped(view.of)),
            Words::Few if sorted.ends_with(BY_CODE_POINT) => "sorted here by code point".into(),
            Words::Few => "sorted here".into(),
        });
    }
    if is_of_some && words == Words::All {
        done.push(format!("of the first {}", grouped(view.of)));
    }
    done
}

fn doing(work: StoreWork) -> &'static str {
    match work {
        StoreWork::Arrange => "sorting",
        StoreWork::Find => "searching",
        StoreWork::Profile => "describing",
        StoreWork::Plot => "drawing",
        StoreWork::Copy => "copying",
    }
}

/// Whole percents; nothing to do is done.
fn percent(done: u64, of: u64) -> u64 {
    done.saturating_mul(100).checked_div(of).unwrap_or(100)
}

/// What a sort by a text is, which the server's own is not.
const BY_CODE_POINT: &str = " (text by code point)";

/// By which columns, and that a text is sorted otherwise than the server would.
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

/// A time in few cells.
fn time(time: Duration) -> String {
    if time.as_secs() >= 60 {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    } else if time.as_secs() >= 1 {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}
