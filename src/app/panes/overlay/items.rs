//! What the lists of the overlays hold, filtered and in order.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::panes::grid::{ExportRows, ResultSet};
use crate::app::request::{Request, StatementOrigin};
use crate::app::ui::draw::grouped;
use crate::domain::catalog::Catalog;
use crate::domain::catalog::find::{Found, ObjectRef};
use crate::domain::export::{CopyFormat, Format, Formulas};
use crate::domain::protocol::{CopyText, ExportForm};
use crate::domain::results::{Column, type_text, zones};

use super::charts::charts;
use super::{Item, Kind, ListSources, Take};

/// All items of a kind, before the filter.
pub(super) fn items(kind: &Kind, context: &Context, list_sources: ListSources<'_>) -> Vec<Item> {
    let activity = list_sources.activity;
    match kind {
        Kind::Palette => Action::all()
            .filter(|action| !matches!(action.layer(), "list" | "filter" | "connect"))
            .filter(|action| *action != Action::App(AppAction::Palette))
            .map(|action| Item {
                name: action.help().to_owned(),
                more: format!("{}.{}", action.layer(), action.word()),
                right: context.keymap.label(action.layer(), action).unwrap_or_default(),
                take: Take::Do(action),
            })
            .collect(),
        Kind::Help(layers) => layers
            .iter()
            .flat_map(|layer| Action::all().filter(move |action| action.layer() == *layer))
            .filter_map(|action| {
                let keys: Vec<String> = context
                    .keymap
                    .chords(action.layer(), action)
                    .map(|chords| chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
                    .collect();
                (!keys.is_empty()).then(|| Item {
                    name: keys.join("  "),
                    more: action.help().to_owned(),
                    right: action.layer().to_owned(),
                    take: Take::Do(action),
                })
            })
            .collect(),
        Kind::Snippets => context
            .snippets
            .iter()
            .map(|snippet| Item {
                name: snippet.name.clone(),
                more: snippet.title.clone(),
                right: snippet.tags.join(" "),
                take: Take::Requests(vec![
                    Request::NewWorksheet { title: snippet.name.clone(), text: snippet.statement.clone() },
                    Request::Run {
                        statement: snippet.statement.trim().trim_end_matches(';').to_owned(),
                        from: StatementOrigin::Snippet,
                    },
                ]),
            })
            .collect(),
        Kind::History(past) => past
            .iter()
            .map(|past| Item {
                name: past.begin.statement.split_whitespace().collect::<Vec<_>>().join(" "),
                more: past.end.as_ref().map_or_else(
                    || "no end recorded".into(),
                    |end| format!("{} rows, {} ms, {}", grouped(end.rows), grouped(end.milliseconds), end.end),
                ),
                right: format!(
                    "{} {}",
                    past.begin.profile,
                    past.begin.time.get(5..16).unwrap_or_default().replace('T', " ")
                ),
                take: Take::Requests(vec![Request::NewWorksheet {
                    title: "history".into(),
                    text: past.begin.statement.clone(),
                }]),
            })
            .collect(),
        Kind::Activity => activity
            .iter()
            .rev()
            .map(|happened| Item {
                name: happened.what.split_whitespace().collect::<Vec<_>>().join(" "),
                more: String::new(),
                right: format!("{}.{:03} s", happened.at / 1000, happened.at % 1000),
                take: Take::Requests(vec![Request::Copy(CopyText::plain(happened.what.clone(), "the line"))]),
            })
            .collect(),
        Kind::Columns => columns(list_sources)
            .iter()
            .enumerate()
            .map(|(number, column)| Item {
                name: column.name.clone(),
                more: type_text(column),
                right: (number + 1).to_string(),
                take: Take::Requests(vec![Request::Jump { row: None, column: Some(number) }]),
            })
            .collect(),
        Kind::CopyAs => copy_forms(),
        Kind::Export => export_forms(),
        Kind::ExportRows(form) => export_rows(*form, list_sources),
        Kind::Chart => charts(columns(list_sources), list_sources.result.and_then(ResultSet::column)).0,
        Kind::Zone => zone_names(),
        Kind::Find
        | Kind::SaveSnippet { .. }
        | Kind::ExportPath { .. }
        | Kind::JumpRow
        | Kind::Rename
        | Kind::Confirm { .. }
        | Kind::Filter(_)
        | Kind::Search
        | Kind::SearchShown => Vec::new(),
    }
}

/// What a list says behind its items, whatever is typed: that there is more than it holds.
pub(super) fn note(kind: &Kind, list_sources: ListSources<'_>) -> Option<Item> {
    match kind {
        Kind::Chart => charts(columns(list_sources), list_sources.result.and_then(ResultSet::column)).1,
        _ => None,
    }
}

/// The columns of the result that shows.
fn columns(list_sources: ListSources<'_>) -> &[Column] {
    list_sources.result.and_then(|result| result.columns.as_deref()).unwrap_or_default()
}

fn copy_forms() -> Vec<Item> {
    let forms = [
        ("value", "as it is; several with tabs and lines between", CopyFormat::Value),
        ("TSV", "with a header line", CopyFormat::Tsv),
        ("CSV", "with a header line", CopyFormat::Csv),
        ("JSON", "an array of objects", CopyFormat::Json),
        ("Markdown", "a table for a ticket", CopyFormat::Markdown),
        ("INSERT", "a statement that makes these rows", CopyFormat::Insert),
        ("IN (…)", "the different values of the first column", CopyFormat::InList),
        ("WHERE …", "by the primary key, else by all columns", CopyFormat::Where { key: Vec::new() }),
    ];
    let item = |(name, more, form): (&str, &str, CopyFormat)| Item {
        name: name.into(),
        more: more.into(),
        right: String::new(),
        take: Take::Requests(vec![Request::CopyAs(form)]),
    };
    forms.into_iter().map(item).collect()
}

/// The rows that are here, or all of the statement.
fn export_rows(form: ExportForm, list_sources: ListSources<'_>) -> Vec<Item> {
    let here = list_sources.result.map_or(0, ResultSet::count);
    let item = |name: String, more: &str, rows| Item {
        name,
        more: more.into(),
        right: String::new(),
        take: Take::Requests(vec![Request::ExportPath(form, rows)]),
    };
    vec![
        item(format!("the {} rows that are here", grouped(here)), "as they show; there are more", ExportRows::Here),
        item("all rows, from the server again".into(), "the statement runs without the row limit", ExportRows::All),
    ]
}

fn export_forms() -> Vec<Item> {
    let plain = ExportForm::plain;
    let defused = |format| ExportForm { formulas: Formulas::Defused, ..plain(format) };
    let described = |format| ExportForm { has_side_file: true, ..plain(format) };
    let forms = [
        ("CSV", "NULL is nothing, the empty text is \"\"", plain(Format::Csv)),
        ("CSV for a spreadsheet", "a quote before texts that it would run as formulas", defused(Format::Csv)),
        ("CSV and its columns' types", "a second file, .columns.json, says what they are", described(Format::Csv)),
        ("TSV", "as `mysql --batch` writes it", plain(Format::Tsv)),
        ("TSV for a spreadsheet", "a quote before texts that it would run as formulas", defused(Format::Tsv)),
        ("JSON", "an array of objects", plain(Format::Json)),
        ("JSON lines", "one object a line", plain(Format::JsonLines)),
        ("Markdown", "a table for a ticket", plain(Format::Markdown)),
        ("SQL", "INSERT statements that make these rows", plain(Format::Sql)),
        ("table", "a box for the eye", plain(Format::Table)),
        ("Parquet", "columns with their types, for programs", plain(Format::Parquet)),
        ("XLSX", "a workbook: numbers, dates and texts, no formulas", plain(Format::Xlsx)),
    ];
    let item = |(name, more, form): (&str, &str, ExportForm)| Item {
        name: name.into(),
        more: more.into(),
        right: format!(".{}", form.format.ending()),
        take: Take::Requests(vec![Request::ExportAs(form)]),
    };
    forms.into_iter().filter(|(_, _, form)| form.format.is_built()).map(item).collect()
}

fn zone_names() -> Vec<Item> {
    let item = |name: String, more: &str, zone: String| Item {
        name,
        more: more.into(),
        right: String::new(),
        take: Take::Requests(vec![Request::Zone(zone)]),
    };
    let none = item("none".into(), "the session's zone alone", String::new());
    std::iter::once(none).chain(zones().into_iter().map(|name| item(name.clone(), "", name))).collect()
}

/// The lines of what a find found.
pub(super) fn found(best: &[Found], catalog: &Catalog) -> Vec<Item> {
    best.iter()
        .filter_map(|found| {
            let schema = found.object.schema(catalog)?;
            let (name, more) = match found.object {
                ObjectRef::Schema(_) => (schema.name.clone(), "schema".to_owned()),
                ObjectRef::Table(..) => {
                    let table = found.object.table(catalog)?;
                    (table.name.clone(), table.comment.clone())
                }
                ObjectRef::Column(..) => {
                    let (table, column) = (found.object.table(catalog)?, found.object.column(catalog)?);
                    (format!("{}.{}", table.name, column.name), column.type_text.clone())
                }
                ObjectRef::Routine(..) => {
                    let routine = found.object.routine(catalog)?;
                    (routine.name.clone(), routine.kind.to_lowercase())
                }
            };
            Some(Item { name, more, right: schema.name.clone(), take: Take::Place(found.object) })
        })
        .collect()
}

/// Keeps what the pattern fits, best first; equal ones stay in their order. An empty pattern keeps all.
pub(super) fn filter(items: Vec<Item>, typed: &str) -> Vec<Item> {
    if typed.trim().is_empty() {
        return items;
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher).unwrap_or(0);
    let mut scored: Vec<(u32, Item)> = items
        .into_iter()
        .map(|item| {
            // A hit in the name counts more than one in the words about it.
            let points = (score(&item.name) * 4).max(score(&item.more) * 2).max(score(&item.right));
            (points, item)
        })
        .filter(|(points, _)| *points > 0)
        .collect();
    // What is typed whole is meant, though a longer name fits as well.
    let is_it = |item: &Item| item.name.eq_ignore_ascii_case(typed.trim());
    scored.sort_by_key(|(points, item)| std::cmp::Reverse((is_it(item), *points)));
    scored.into_iter().map(|(_, item)| item).collect()
}
