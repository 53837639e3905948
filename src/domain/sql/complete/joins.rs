//! Offers conditions for ON, and whole joins with the tables that are already there.

use std::borrow::Cow;

use super::context::Context;
use super::join_keys::{ColumnPairs, JoinOffer, SchemaTable, best_by_name, by_name, declared, join_paths};
use super::model::CompletionKind;
use super::offers::{Closeness, OfferKind, Offers};
use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Schema, Table};
use crate::domain::sql::keywords::is_keyword;
use crate::domain::sql::scope::{Clause, Source, SourceKind, TableName, TableResolution};

/// Tables between two looks whether the completion is stale.
const STALE_CHECK: usize = 512;

/// Joins that are offered where a table is not yet expected, after the keywords.
const MAX_JOINS: usize = 50;

/// Joins that are offered where a table is expected.
const MAX_JOINS_OF_TABLE: usize = 1000;

/// A table of the catalog in the list of tables.
#[derive(Clone, Copy)]
struct JoinedTable<'c> {
    name: &'c str,
    table: SchemaTable<'c>,
    object: ObjectRef,
}

/// Returns the tables of the cursor's query that are in the catalog, in the order of the text.
fn joined_tables<'c>(context: &Context<'c>) -> Vec<JoinedTable<'c>> {
    let sources = context.sources().into_iter().filter(|(level, _, _)| *level == 0);
    sources.filter_map(|(_, _, source)| joined_table(context, source)).collect()
}

/// Returns the tables that a name at the cursor can use, also those of queries around its own.
fn usable_tables<'c>(context: &Context<'c>) -> Vec<JoinedTable<'c>> {
    context.sources().into_iter().filter_map(|(_, _, source)| joined_table(context, source)).collect()
}

fn joined_table<'c>(context: &Context<'c>, source: &'c Source) -> Option<JoinedTable<'c>> {
    let SourceKind::Table(TableName { resolution: TableResolution::Found(object), .. }) = &source.kind else {
        return None;
    };
    let schema = object.schema(context.input.known.catalog)?;
    let table = context.scope.table_of(source)?;
    let name = context.name_of(source)?;
    Some(JoinedTable { name, table: SchemaTable { schema: &schema.name, table }, object: *object })
}

/// Returns the columns that declared keys or their names pair with the compared column, each with its table.
fn partners<'c>(context: &Context<'c>) -> Vec<(&'c str, &'c str)> {
    let Some(compared) = context.position.compared.and_then(|compared| context.scope.column_ref(compared)) else {
        return Vec::new();
    };
    let tables = usable_tables(context);
    let Some(qualifier) = compared.qualifier.last() else { return Vec::new() };
    let Some(own) = tables.iter().find(|table| qualifier.eq_ignore_ascii_case(table.name)) else { return Vec::new() };
    let mut found = Vec::new();
    for other in tables.iter().rev().filter(|other| other.name != own.name) {
        for pairs in join_paths(own.table, other.table).pairs() {
            if let [(column, partner)] = pairs.as_slice()
                && column.eq_ignore_ascii_case(&compared.name)
            {
                found.push((other.name, *partner));
            }
        }
    }
    found
}

/// Offers the columns of other tables that go with the compared column. Returns whether there is one.
pub(super) fn offer_partners(context: &Context<'_>, offers: &mut Offers<'_>) -> bool {
    let partners = partners(context);
    let name = |name: &str| context.spelling.plain_name(name);
    for (table, column) in &partners {
        let text = format!("{}.{}", name(table), name(column));
        let kind =
            OfferKind::Text { kind: CompletionKind::Column, inserted: text.clone(), type_text: "key".to_owned() };
        let by = if offers.matches(table) { table } else { column };
        offers.add_found_by(Closeness::Place, by, text, kind);
    }
    !partners.is_empty()
}

/// Offers the columns of a source that go with the compared column.
pub(super) fn offer_partners_of<'c>(context: &Context<'c>, offers: &mut Offers<'c>, source: &'c Source) {
    let own = context.name_of(source);
    for (_, column) in partners(context).into_iter().filter(|(table, _)| Some(*table) == own) {
        let origin = context.scope.table_of(source).zip(joined_table(context, source)).and_then(|(table, joined)| {
            let at = table.columns.iter().position(|other| other.name == column)?;
            match joined.object {
                ObjectRef::Table(s, t) => Some(ObjectRef::Column(s, t, at)),
                ObjectRef::Schema(_) | ObjectRef::Column(..) | ObjectRef::Routine(..) => None,
            }
        });
        offers.add(Closeness::Place, column, OfferKind::Column { qualifier: None, origin });
    }
}

/// Offers conditions that join the last table with those before it.
pub(super) fn offer_conditions(context: &Context<'_>, offers: &mut Offers<'_>) {
    let sources: Vec<&Source> =
        context.sources().into_iter().filter(|(level, _, _)| *level == 0).map(|(_, _, source)| source).collect();
    if let Some((last, others)) = joined_tables(context).split_last() {
        for other in others.iter().rev() {
            for pairs in join_paths(last.table, other.table).pairs() {
                add_condition(context, offers, last.name, other.name, &pairs);
            }
        }
    }
    offer_conditions_of_subqueries(context, offers, &sources);
}

/// Offers equal names of columns where one side is a subquery or a name of WITH.
fn offer_conditions_of_subqueries(context: &Context<'_>, offers: &mut Offers<'_>, sources: &[&Source]) {
    let Some((last, others)) = sources.split_last() else { return };
    for other in others.iter().rev() {
        if context.scope.table_of(last).is_some() && context.scope.table_of(other).is_some() {
            continue;
        }
        let (Some(new), Some(old)) = (context.scope.source_name(last), context.scope.source_name(other)) else {
            continue;
        };
        let as_table = |source: &Source| {
            let (columns, _) = context.scope.columns_of(source);
            let columns = columns.iter().map(|column| crate::domain::catalog::TableColumn {
                name: column.name.to_owned(),
                ..crate::domain::catalog::TableColumn::default()
            });
            let name = context.scope.table_of(source).map_or(String::new(), |table| table.name.clone());
            Table { name, columns: columns.collect(), ..Table::default() }
        };
        let (new_table, old_table) = (as_table(last), as_table(other));
        for pairs in by_name(&new_table, &old_table) {
            add_condition(context, offers, new, old, &pairs);
        }
    }
}

fn add_condition(context: &Context<'_>, offers: &mut Offers<'_>, new: &str, old: &str, pairs: &ColumnPairs<'_>) {
    let text = condition(context, new, old, pairs);
    let kind = OfferKind::Text {
        kind: CompletionKind::JoinCondition,
        inserted: text.clone(),
        type_text: "join condition".to_owned(),
    };
    // It is found by the alias with which the user begins, or by a column.
    let first = pairs.first().map_or("", |(column, _)| *column);
    let by = if offers.matches(new) { new } else { first };
    offers.add_found_by(Closeness::Place, by, text, kind);
}

/// Returns `new.a = old.b AND …`.
fn condition(context: &Context<'_>, new: &str, old: &str, pairs: &ColumnPairs<'_>) -> String {
    let name = |name: &str| context.spelling.plain_name(name);
    let equal = pairs.iter().map(|(a, b)| format!("{}.{} = {}.{}", name(new), name(a), name(old), name(b)));
    equal.collect::<Vec<_>>().join(&format!(" {} ", context.spelling.keyword("AND")))
}

/// Offers whole joins: a table with its alias and its ON. Returns `None` once the completion is stale.
pub(super) fn offer_joins<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    let tables = joined_tables(context);
    if tables.is_empty() {
        return Some(());
    }
    let catalog = context.input.known.catalog;
    let is_table_expected = context.position.clause == Clause::From;
    let most = if is_table_expected { MAX_JOINS_OF_TABLE } else { MAX_JOINS };
    let mut count = 0;
    let mut schemas: Vec<&Schema> = tables.iter().filter_map(|table| table.object.schema(catalog)).collect();
    schemas.dedup_by_key(|schema| schema.name.as_str());
    for schema in schemas {
        // Names only help where no keys are declared.
        let has_keys = schema.tables.iter().any(|table| !table.foreign_keys.is_empty());
        for (at, table) in schema.tables.iter().enumerate() {
            if at % STALE_CHECK == 0 && (context.input.is_stale)() {
                return None;
            }
            if is_table_expected && !offers.matches(&table.name) {
                continue;
            }
            let new = SchemaTable { schema: &schema.name, table };
            for old in tables.iter().rev() {
                let is_there =
                    |other: &JoinedTable<'_>| std::ptr::eq(other.table.table, table) && other.name != old.name;
                let presence = if tables.iter().any(is_there) { Presence::There } else { Presence::New };
                if has_keys {
                    for pairs in declared(new, old.table) {
                        add_join(context, offers, JoinOffer { new, old: old.name, pairs }, presence);
                        count += 1;
                    }
                } else if let Some(pair) = best_by_name(table, old.table.table) {
                    // Without keys the best pair of columns is enough.
                    add_join(context, offers, JoinOffer { new, old: old.name, pairs: vec![pair] }, presence);
                    count += 1;
                }
            }
            if count >= most {
                break;
            }
        }
    }
    Some(())
}

/// Whether a table is in the list of tables already. Such a table is hardly joined again, except with itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    New,
    There,
}

fn add_join<'c>(context: &Context<'c>, offers: &mut Offers<'c>, join: JoinOffer<'c>, presence: Presence) {
    let table = join.new.table.name.as_str();
    let is_table_expected = context.position.clause == Clause::From;
    let by = if is_table_expected { Cow::Borrowed(table) } else { Cow::Owned(format!("JOIN {table}")) };
    let closeness = if is_table_expected && presence == Presence::New { Closeness::Place } else { Closeness::Outer };
    offers.add_found_by(closeness, &by, table, OfferKind::Join(Box::new(join)));
}

/// Returns the text of a join.
pub(super) fn join_text(context: &Context<'_>, join: &JoinOffer<'_>) -> String {
    let (schema, table) = (join.new.schema, &join.new.table.name);
    let alias = alias_for(context, table);
    let name = context.spelling.name(table);
    let is_current = context.input.known.database.is_none_or(|database| database.eq_ignore_ascii_case(schema));
    let name = if is_current { name } else { format!("{}.{name}", context.spelling.plain_name(schema)) };
    let on = context.spelling.keyword("ON");
    let named = if alias == *table { name } else { format!("{name} {alias}") };
    let text = format!("{named} {on} {}", condition(context, &alias, join.old, &join.pairs));
    match context.position.clause {
        Clause::From => text,
        _ => format!("{} {text}", context.spelling.keyword("JOIN")),
    }
}

/// Returns an alias for a new table: the first letters of its words, longer or with a number if that is taken. Where the user
/// writes no aliases it is the name of the table.
fn alias_for(context: &Context<'_>, table: &str) -> String {
    let sources = context.sources();
    let of_query = || sources.iter().filter(|(level, _, _)| *level == 0);
    let uses_no_alias = of_query().count() > 1 && of_query().all(|(_, _, source)| source.alias.is_none());
    if uses_no_alias && !context.is_taken(table) {
        return table.to_owned();
    }
    let words: Vec<&str> = table.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect::<String>().to_lowercase();
    let first = words.first().map_or(String::new(), |word| word.to_lowercase());
    let begins_well = initials.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let initials = if begins_well && initials.is_ascii() { initials } else { "t".to_owned() };
    let is_free = |alias: &String| !context.is_taken(alias) && !is_keyword(alias);
    let longer = (2..=first.chars().count().min(4)).filter(|_| words.len() == 1);
    let longer = longer.map(|count| first.chars().take(count).collect::<String>()).filter(|alias| alias.is_ascii());
    let numbered = (2..1000).map(|number| format!("{initials}{number}"));
    std::iter::once(initials.clone()).chain(longer).chain(numbered).find(is_free).unwrap_or(initials.clone())
}
