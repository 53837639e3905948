//! Makes the items of a list from the best offers: texts, types, keys, documentation.

use std::collections::HashSet;

use super::context::Context;
use super::functions::Function;
use super::joins::join_text;
use super::model::{CompletionItem, CompletionKind, KeyMark};
use super::offers::{Offer, OfferKind};
use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{KeyRole, TableKind};
use crate::domain::docs::page_about;

/// Makes the items, without those that insert the same text, at most `count`.
pub(super) fn items(context: &Context<'_>, offers: Vec<Offer<'_>>, count: usize) -> Vec<CompletionItem> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut items = Vec::new();
    for offer in offers {
        if items.len() >= count {
            break;
        }
        let item = item(context, offer);
        if seen.insert(item.inserted.clone()) {
            items.push(item);
        }
    }
    items
}

fn item(context: &Context<'_>, offer: Offer<'_>) -> CompletionItem {
    let name = offer.name;
    match offer.kind {
        OfferKind::Keyword => {
            let word = context.spelling.keyword(&name);
            plain(word.clone(), word, CompletionKind::Keyword, "")
        }
        OfferKind::Database => {
            plain(name.to_string(), context.spelling.name(&name), CompletionKind::Database, "database")
        }
        OfferKind::Table { object, schema } => table(context, object, schema),
        OfferKind::With => plain(name.to_string(), context.spelling.name(&name), CompletionKind::With, "WITH"),
        OfferKind::Column { qualifier, origin } => column(context, &name, qualifier, origin),
        OfferKind::Alias { table } => {
            let inserted = format!("{}.", context.spelling.name(&name));
            let label = format!("{name}.");
            plain(label, inserted, CompletionKind::Alias, table.unwrap_or("table"))
        }
        OfferKind::Function(function) => function_item(context, function),
        OfferKind::StoredFunction { comment } => {
            let mut item = call(context, &context.spelling.name(&name), "…");
            item.about = first_line(comment);
            item
        }
        OfferKind::Join(join) => {
            let text = join_text(context, &join);
            plain(text.clone(), text, CompletionKind::Join, "join")
        }
        OfferKind::Text { kind, inserted, type_text } => plain(name.into_owned(), inserted, kind, &type_text),
    }
}

fn plain(label: String, inserted: String, kind: CompletionKind, type_text: &str) -> CompletionItem {
    let cursor = inserted.len();
    CompletionItem { label, inserted, cursor, kind, type_text: type_text.to_owned(), key: None, about: String::new() }
}

fn table(context: &Context<'_>, object: ObjectRef, written: Option<&str>) -> CompletionItem {
    let known = context.input.known;
    let (schema, table) = (object.schema(known.catalog), object.table(known.catalog));
    let (Some(schema), Some(table)) = (schema, table) else {
        return plain(String::new(), String::new(), CompletionKind::Table, "");
    };
    let name = context.spelling.name(&table.name);
    let (label, inserted) = match written {
        Some(schema) => (format!("{schema}.{}", table.name), format!("{}.{name}", context.spelling.name(schema))),
        None => (table.name.clone(), name),
    };
    let (kind, type_text) = match table.kind {
        TableKind::Base => (CompletionKind::Table, "table"),
        TableKind::View => (CompletionKind::View, "view"),
    };
    let page = page_about(context.input.docs, &schema.name, &table.name, known.name_case);
    let about = page.map(|page| first_line(&page.summary)).filter(|line| !line.is_empty());
    CompletionItem {
        about: about.unwrap_or_else(|| first_line(&table.comment)),
        ..plain(label, inserted, kind, type_text)
    }
}

fn column(context: &Context<'_>, name: &str, qualifier: Option<&str>, origin: Option<ObjectRef>) -> CompletionItem {
    let written = context.spelling.name(name);
    let (label, inserted) = match qualifier {
        Some(table) => (format!("{table}.{name}"), format!("{}.{written}", context.spelling.name(table))),
        None => (name.to_owned(), written),
    };
    let mut item = plain(label, inserted, CompletionKind::Column, "");
    let known = context.input.known;
    let Some(column) = context.scope.catalog_column(origin) else { return item };
    item.type_text.clone_from(&column.type_text);
    item.key = match column.key {
        KeyRole::None => None,
        KeyRole::Primary => Some(KeyMark::Primary),
        KeyRole::Unique => Some(KeyMark::Unique),
        KeyRole::Foreign => Some(KeyMark::Foreign),
        KeyRole::Indexed => Some(KeyMark::Indexed),
    };
    let place = origin.and_then(|origin| Some((origin.schema(known.catalog)?, origin.table(known.catalog)?)));
    let page =
        place.and_then(|(schema, table)| page_about(context.input.docs, &schema.name, &table.name, known.name_case));
    let about = page.and_then(|page| page.column_text(&column.name)).map(first_line);
    item.about = about.filter(|line| !line.is_empty()).unwrap_or_else(|| first_line(&column.comment));
    item
}

fn function_item(context: &Context<'_>, function: &Function) -> CompletionItem {
    let name = context.spelling.keyword(function.name);
    let mut item = call(context, &name, function.parameters);
    function.help.clone_into(&mut item.about);
    item
}

/// Makes the call of a function. The cursor goes between its parentheses if it has parameters.
fn call(context: &Context<'_>, name: &str, parameters: &str) -> CompletionItem {
    let has_parenthesis = context.text_after().trim_start_matches(' ').starts_with('(');
    let inserted = if has_parenthesis { name.to_owned() } else { format!("{name}()") };
    let is_inside = !has_parenthesis && !parameters.is_empty();
    let cursor = if is_inside { inserted.len().saturating_sub(1) } else { inserted.len() };
    CompletionItem { cursor, ..plain(name.to_owned(), inserted, CompletionKind::Function, &format!("({parameters})")) }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}
