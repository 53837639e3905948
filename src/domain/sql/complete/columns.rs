//! Offers columns: those of the tables in scope, those after `t.`, and those of the current database before FROM is there.

use std::collections::HashMap;

use super::context::Context;
use super::joins::offer_partners_of;
use super::matching::Quality;
use super::offers::{Closeness, OfferKind, Offers};
use crate::domain::catalog::ColumnAccess;
use crate::domain::catalog::find::ObjectRef;
use crate::domain::sql::scope::{Clause, RefKind, SelectItem, Source, SourceColumn};

/// Columns that are offered before FROM is there: one letter fits a great many.
const MAX_DISTANT_COLUMNS: usize = 1000;

/// Whether columns are written with the name of their table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Qualify {
    IfAmbiguous,
    Always,
}

/// Offers the columns of the tables in scope, and the names of these tables.
pub(super) fn offer_columns<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let sources = context.sources();
    let lists: Vec<(usize, &'c Source, Vec<SourceColumn<'c>>)> =
        sources.iter().map(|(level, _, source)| (*level, *source, readable(context, source))).collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (_, _, columns) in &lists {
        for column in columns.iter().filter(|column| offers.matches(column.name)) {
            *counts.entry(column.name.to_lowercase()).or_default() += 1;
        }
    }
    let style = qualify_style(context);
    let is_on = context.position.clause == Clause::On;
    for (level, source, columns) in &lists {
        let name = context.name_of(source);
        for column in columns {
            let is_ambiguous =
                offers.matches(column.name) && counts.get(&column.name.to_lowercase()).is_some_and(|count| *count > 1);
            let is_qualified = is_ambiguous || style == Qualify::Always || is_on || *level > 0;
            let qualifier = name.filter(|_| is_qualified);
            let closeness = closeness_of(context, *level, column);
            offers.add(closeness, column.name, OfferKind::Column { qualifier, origin: column.origin });
        }
    }
    for (level, source, _) in &lists {
        if let Some(name) = context.name_of(source).filter(|_| lists.len() > 1 || source.alias.is_some()) {
            let table = context.scope.table_of(source).map(|table| table.name.as_str());
            let closeness = if *level == 0 { Closeness::Scope } else { Closeness::Outer };
            offers.add(closeness, name, OfferKind::Alias { table });
        }
    }
    if lists.is_empty() {
        offer_all_columns(context, offers);
    }
}

fn closeness_of(context: &Context<'_>, level: usize, column: &SourceColumn<'_>) -> Closeness {
    let is_invisible =
        context.scope.catalog_column(column.origin).is_some_and(crate::domain::catalog::TableColumn::is_invisible);
    match level {
        _ if is_invisible => Closeness::Hidden,
        0 => Closeness::Scope,
        _ => Closeness::Outer,
    }
}

/// Returns the columns of a source that have a name and that the account may read.
pub(super) fn readable<'c>(context: &Context<'c>, source: &'c Source) -> Vec<SourceColumn<'c>> {
    let (mut columns, _) = context.scope.columns_of(source);
    columns.retain(|column| {
        let access = context.scope.catalog_column(column.origin).map_or(ColumnAccess::Readable, |column| column.access);
        !column.name.is_empty() && access == ColumnAccess::Readable
    });
    columns
}

/// Finds out whether the user writes columns with the names of their tables, by the other columns of the statement.
fn qualify_style(context: &Context<'_>) -> Qualify {
    let block = context.position.block;
    let columns = || context.scope.refs.iter().filter(|column| column.kind == RefKind::Column);
    let is_of_query = columns().any(|column| Some(column.block) == block);
    let has_one_table = context.sources().iter().filter(|(level, _, _)| *level == 0).count() == 1;
    if !is_of_query && has_one_table {
        return Qualify::IfAmbiguous;
    }
    let columns = || columns().filter(|column| !is_of_query || Some(column.block) == block);
    let qualified = columns().filter(|column| !column.qualifier.is_empty()).count();
    let bare = columns().filter(|column| column.qualifier.is_empty()).count();
    if qualified > 0 && qualified >= bare { Qualify::Always } else { Qualify::IfAmbiguous }
}

/// Offers the columns of the current database, before the statement has a table.
fn offer_all_columns<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let known = context.input.known;
    let schema = known.database.and_then(|database| {
        known.catalog.schemas.iter().position(|schema| known.name_case.is_same(&schema.name, database))
    });
    if offers.typed().is_empty() {
        return;
    }
    let Some((schema, index)) = schema.zip(context.input.index) else { return };
    let typed = offers.typed().lower().to_owned();
    let Some(names) = index.names_like(known.catalog, schema, &typed) else { return };
    let mut count = 0;
    for found in names {
        if count >= MAX_DISTANT_COLUMNS {
            break;
        }
        let column = found.column.column(known.catalog);
        let is_close = |name: &str| offers.typed().quality(name).is_some_and(|quality| quality <= Quality::WordStarts);
        if let Some(column) = column.filter(|column| is_close(&column.name)) {
            count += 1;
            let kind = OfferKind::Column { qualifier: None, origin: Some(found.column).filter(|_| found.tables == 1) };
            offers.add(Closeness::Elsewhere, column.name.as_str(), kind);
        }
    }
}

/// Offers the columns of the source that the qualifier names, or of the table with this name. Returns whether there is one.
pub(super) fn offer_qualified<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> bool {
    let qualifier = &context.position.qualifier;
    let sources = context.sources();
    let is_alike = |source: &Source| {
        let name = context.scope.source_name(source);
        qualifier.len() == 1 && name.zip(qualifier.last()).is_some_and(|(name, other)| name.eq_ignore_ascii_case(other))
    };
    let named = sources.iter().find(|(_, _, source)| context.scope.is_named(source, qualifier));
    let named = named.or_else(|| sources.iter().find(|(_, _, source)| is_alike(source)));
    let named = named.map(|(_, _, source)| *source).or_else(|| {
        // A parenthesis that is not closed hides the tables after it.
        let block = context.position.block.and_then(|block| context.scope.block(block))?;
        let mut inside = context.scope.sources.iter().filter(|source| block.span.contains(&source.span.start));
        inside.find(|source| context.scope.is_named(source, qualifier))
    });
    if let Some(source) = named {
        offer_partners_of(context, offers, source);
        for column in readable(context, source) {
            let closeness = closeness_of(context, 0, &column);
            offers.add(closeness, column.name, OfferKind::Column { qualifier: None, origin: column.origin });
        }
        return true;
    }
    let object = match qualifier.as_slice() {
        [table] => context.input.known.table(None, table),
        [schema, table] => context.input.known.table(Some(schema), table),
        _ => return false,
    };
    let crate::domain::sql::scope::TableResolution::Found(ObjectRef::Table(s, t)) = object else { return false };
    let Some(table) = ObjectRef::Table(s, t).table(context.input.known.catalog) else { return false };
    let columns = table.columns.iter().enumerate();
    for (at, column) in columns.filter(|(_, column)| column.access == ColumnAccess::Readable) {
        let closeness = if column.is_invisible() { Closeness::Hidden } else { Closeness::Scope };
        let origin = Some(ObjectRef::Column(s, t, at));
        offers.add(closeness, column.name.as_str(), OfferKind::Column { qualifier: None, origin });
    }
    true
}

/// Offers the columns that both sides of a join with USING have.
pub(super) fn offer_common_columns<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let sources = context.sources();
    let mut of_query = sources.iter().filter(|(level, _, _)| *level == 0).map(|(_, _, source)| *source);
    let Some(last) = of_query.next_back() else { return };
    let others: Vec<SourceColumn<'c>> = of_query.flat_map(|source| readable(context, source)).collect();
    for column in readable(context, last) {
        if others.iter().any(|other| other.name.eq_ignore_ascii_case(column.name)) {
            offers.add(Closeness::Place, column.name, OfferKind::Column { qualifier: None, origin: column.origin });
        }
    }
}

/// Returns the select list that GROUP BY, HAVING and ORDER BY of the cursor's query can use.
pub(super) fn select_items<'c>(context: &Context<'c>) -> &'c [SelectItem] {
    let block = context.position.block.and_then(|block| context.scope.block(block));
    let first = block.and_then(|block| block.first_branch).and_then(|first| context.scope.block(first));
    first.or(block).map_or(&[], |block| &block.items)
}
