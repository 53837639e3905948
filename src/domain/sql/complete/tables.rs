//! Offers databases, tables, views and names of WITH clauses.

use super::context::Context;
use super::offers::{Closeness, OfferKind, Offers};
use crate::domain::catalog::Schema;
use crate::domain::catalog::find::ObjectRef;

/// Tables between two looks whether the completion is stale.
const STALE_CHECK: usize = 512;

/// Offers tables where a table is expected: names of WITH, the tables of the current database, databases, other tables.
/// Returns `None` once the completion is stale.
pub(super) fn offer_tables<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    let known = context.input.known;
    for with in context.position.with_names.iter().filter_map(|with| context.scope.with_name(*with)) {
        offers.add(Closeness::Scope, with.name.as_str(), OfferKind::With);
    }
    let is_current =
        |schema: &Schema| known.database.is_some_and(|database| known.name_case.is_same(&schema.name, database));
    let schemas = || known.catalog.schemas.iter().enumerate();
    for (at, schema) in schemas().filter(|(_, schema)| is_current(schema)) {
        offer_tables_of(context, offers, at, schema, None)?;
    }
    offer_databases(context, offers, Closeness::Outer);
    if offers.typed().is_empty() {
        return Some(());
    }
    for (at, schema) in schemas().filter(|(_, schema)| !is_current(schema)) {
        offer_tables_of(context, offers, at, schema, Some(&schema.name))?;
    }
    Some(())
}

/// Offers the tables of the database that the qualifier names. Returns whether there is one; `None` once it is stale.
pub(super) fn offer_qualified_tables<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<bool> {
    let [database] = context.position.qualifier.as_slice() else { return Some(false) };
    let known = context.input.known;
    let is_named = |schema: &Schema| {
        known.name_case.is_same(&schema.name, database)
            || (schema.is_system && schema.name.eq_ignore_ascii_case(database))
    };
    let Some((at, schema)) = known.catalog.schemas.iter().enumerate().find(|(_, schema)| is_named(schema)) else {
        return Some(false);
    };
    offer_tables_of(context, offers, at, schema, None)?;
    Some(true)
}

fn offer_tables_of<'c>(
    context: &Context<'c>,
    offers: &mut Offers<'c>,
    at: usize,
    schema: &'c Schema,
    written: Option<&'c str>,
) -> Option<()> {
    let closeness = if written.is_some() { Closeness::Elsewhere } else { Closeness::Scope };
    let closeness = if written.is_some() && schema.is_system { Closeness::Hidden } else { closeness };
    for (t, table) in schema.tables.iter().enumerate() {
        if t % STALE_CHECK == 0 && (context.input.is_stale)() {
            return None;
        }
        let kind = OfferKind::Table { object: ObjectRef::Table(at, t), schema: written };
        offers.add(closeness, table.name.as_str(), kind);
    }
    Some(())
}

/// Offers databases; those of the server come last.
pub(super) fn offer_databases<'c>(context: &Context<'c>, offers: &mut Offers<'c>, closeness: Closeness) {
    let schemas = &context.input.known.catalog.schemas;
    for schema in schemas {
        let closeness = if schema.is_system { Closeness::Hidden } else { closeness };
        offers.add(closeness, schema.name.as_str(), OfferKind::Database);
    }
}
