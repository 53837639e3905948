//! What the border says of a result: counts that are honest about how it ended, and over what it is sorted, filtered, searched.

use std::time::Duration;

use crate::app::ask::Source;
use crate::app::shared::Shared;
use crate::app::ui::draw::{grouped, printable};
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::port::{End, Limit, StoreWork};
use crate::domain::problem::Kind;
use crate::domain::results::{Direction, KeyKind};

use super::ResultSet;

/// How far it is and how it ended, with its warnings.
fn status(result: &ResultSet) -> String {
    let rows = result.progress.rows;
    let unit = if rows == 1 { "row" } else { "rows" };
    let mut words = match &result.progress.end {
        None if result.columns.is_none() => "waiting for the first row".to_owned(),
        None => format!("{} {unit} so far", grouped(rows)),
        // A preview's LIMIT is ours, not the user's: it is never hidden.
        Some(End::Complete) if result.from == Source::Preview && rows >= PREVIEW_ROWS => {
            format!("first {} {unit} (LIMIT {PREVIEW_ROWS})", grouped(rows))
        }
        Some(End::Complete) if rows == 0 => "no rows".to_owned(),
        Some(End::Complete) => format!("all {} {unit}", grouped(rows)),
        Some(End::Limit(Limit::Rows(_))) => format!("{} {unit}, cut at the row limit", grouped(rows)),
        Some(End::Limit(Limit::Bytes(limit))) => format!("{} {unit}, cut at {} bytes", grouped(rows), grouped(*limit)),
        Some(End::Limit(Limit::FirstRow(seconds))) => format!("stopped: no row within {seconds} s"),
        Some(End::Limit(Limit::Fetch(seconds))) => {
            format!("{} {unit}, cut: not fetched within {seconds} s", grouped(rows))
        }
        Some(End::Limit(Limit::Memory(_))) => format!("{} {unit}, cut: the profile forbids a spill", grouped(rows)),
        Some(End::Cancelled) => format!("{} {unit}, stopped by you", grouped(rows)),
        Some(End::Broken(problem)) if problem.kind == Kind::Lost => {
            format!("{} {unit}, then it broke: not known to have finished", grouped(rows))
        }
        Some(End::Broken(_)) if rows == 0 => "failed".to_owned(),
        Some(End::Broken(_)) => format!("{} {unit}, then it failed", grouped(rows)),
    };
    match result.warnings.0 {
        0 => {}
        1 => words.push_str(" · 1 warning"),
        n => words = format!("{words} · {n} warnings"),
    }
    words
}

/// What the border says, the most words first: the times give way before what was done with the rows. And the least of it,
/// for where none of these has room.
pub(super) fn titles(result: &ResultSet, which: &str, shared: &Shared) -> (Vec<String>, String) {
    let status = status(result);
    let arranged = arranged(result).map_or_else(String::new, |words| format!(" · {words}"));
    let all = format!("{status}{arranged}");
    let total = result.took.map_or_else(|| took(result, shared), |(_, total)| time(total));
    let mut titles = vec![
        format!("{which} ─ {all} · {}", took(result, shared)),
        format!("{which} ─ {all} · {total}"),
        format!("{which} ─ {all}"),
    ];
    let short = arranged_in_short(result).map_or_else(String::new, |words| format!(" · {words}"));
    if which == "Results" {
        titles.push(all);
        return (titles, format!("{status}{short}"));
    }
    (titles, format!("{which} ─ {status}{short}"))
}

/// How long it took: to the first row and to the end, or so far.
fn took(result: &ResultSet, shared: &Shared) -> String {
    match result.took {
        Some((Some(first), total)) if time(first) != time(total) => {
            format!("{} to first · {}", time(first), time(total))
        }
        Some((_, total)) => time(total),
        None => time(shared.now.saturating_sub(result.since)),
    }
}

/// What is done with the rows here; `None` where nothing is.
fn arranged(result: &ResultSet) -> Option<String> {
    let mut words: Vec<String> = result.export.iter().map(super::Exporting::words).collect();
    if let Some((work, done, of)) = result.working {
        let doing = doing(work);
        words.push(format!("{doing} {} %", percent(done, of)));
    }
    if let Some(search) = &result.search {
        let (text, _, _) = search.pattern.parts();
        let text = printable(text);
        words.push(match (search.found, search.at) {
            (None, _) => format!("searching for `{text}` …"),
            (Some((0, ..)), _) => format!("no match of `{text}`"),
            (Some((cells, ..)), at) => {
                format!("match {} of {}", at.map_or_else(|| "?".into(), grouped), grouped(cells))
            }
        });
    }
    if let Some(view) = result.view {
        let more = result.progress.rows > view.of;
        if let Some(filter) = &result.arrangement.filter {
            words.push(format!(
                "{} of {} rows where {}",
                grouped(view.rows),
                grouped(view.of),
                printable(filter.text())
            ));
        }
        if let Some(sorted) = sorted(result) {
            words.push(sorted);
        }
        if more {
            words.push(format!("of the first {}", grouped(view.of)));
        }
    }
    (!words.is_empty()).then(|| words.join(" · "))
}

/// The same where there is little room: what is under way, else the least that is true of the rows shown.
fn arranged_in_short(result: &ResultSet) -> Option<String> {
    if let Some(export) = &result.export {
        let (rows, _) = export.done;
        let is_known = export.order.again.is_none() && export.of > 0;
        return Some(if is_known {
            format!("writing {} %", percent(rows, export.of))
        } else {
            format!("writing {}", grouped(rows))
        });
    }
    if let Some((work, done, of)) = result.working {
        return Some(format!("{} {} %", doing(work), percent(done, of)));
    }
    if let Some(search) = &result.search {
        return Some(match (search.found, search.at) {
            (None, _) => "searching".into(),
            (Some((0, ..)), _) => "no match".into(),
            (Some((cells, ..)), at) => {
                format!("match {} of {}", at.map_or_else(|| "?".into(), grouped), grouped(cells))
            }
        });
    }
    let view = result.view?;
    Some(match result.arrangement.filter {
        Some(_) => format!("{} of {} fit", grouped(view.rows), grouped(view.of)),
        None if result.progress.rows > view.of => format!("the first {} sorted", grouped(view.of)),
        None => "sorted here".into(),
    })
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
            by_code_point |= KeyKind::of(column) == KeyKind::Bytes;
            let arrow = if key.direction == Direction::Ascending { "▲" } else { "▼" };
            Some(format!("{} {arrow}", printable(&column.name)))
        })
        .collect();
    let how = if by_code_point { " (text by code point)" } else { "" };
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
