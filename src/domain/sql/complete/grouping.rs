//! Offers what GROUP BY and ORDER BY take from the select list.

use super::columns::select_items;
use super::context::Context;
use super::functions::{FunctionKind, function_named};
use super::model::CompletionKind;
use super::offers::{Closeness, OfferKind, Offers};
use crate::domain::sql::scope::{Clause, RefKind, SelectItem, SelectItemKind};

/// Items of a select list that are read: more than a user reads.
const MAX_ITEMS: usize = 200;
/// The longest expression that is offered.
const MAX_EXPRESSION: usize = 60;

/// Offers the items of the select list.
pub(super) fn offer_select_items<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let clause = context.position.clause;
    let items: Vec<(&SelectItem, String)> = select_items(context)
        .iter()
        .take(MAX_ITEMS)
        .filter(|item| clause != Clause::GroupBy || !has_aggregate(context, item))
        .filter_map(|item| Some((item, written(context, item)?)))
        .filter(|(_, text)| !is_used(context, text))
        .collect();
    if clause == Clause::GroupBy && items.len() > 1 && context.is_before(0, "BY") {
        let all: Vec<&str> = items.iter().map(|(_, text)| text.as_str()).collect();
        let all = all.join(", ");
        let kind = text_offer(CompletionKind::ColumnList, &all, "all without an aggregate");
        offers.add(Closeness::Place, all, kind);
    }
    for (item, text) in items {
        let name = text.rsplit('.').next().unwrap_or(&text).to_owned();
        let kind = if item.alias.is_some() { CompletionKind::Alias } else { CompletionKind::Column };
        offers.add_found_by(Closeness::Place, &name, text.clone(), text_offer(kind, &text, "select list"));
    }
}

fn text_offer<'c>(kind: CompletionKind, inserted: &str, type_text: &str) -> OfferKind<'c> {
    OfferKind::Text { kind, inserted: inserted.to_owned(), type_text: type_text.to_owned() }
}

/// Returns an item as a clause can repeat it: its alias, else its expression.
fn written(context: &Context<'_>, item: &SelectItem) -> Option<String> {
    if let Some(alias) = &item.alias {
        return Some(context.spelling.plain_name(alias));
    }
    match item.kind {
        SelectItemKind::Star(_) => None,
        SelectItemKind::Column(_) => context.scope.text.get(item.span.clone()).map(str::to_owned),
        SelectItemKind::Expression => {
            let text = context.scope.text.get(item.span.clone())?;
            let is_short = text.len() <= MAX_EXPRESSION && !text.contains('\n');
            let is_constant = !text.bytes().any(|byte| byte.is_ascii_alphabetic());
            (is_short && !is_constant).then(|| text.to_owned())
        }
    }
}

/// Whether an item calls an aggregate, without OVER.
fn has_aggregate(context: &Context<'_>, item: &SelectItem) -> bool {
    context.scope.calls.iter().any(|call| {
        let is_inside = item.span.contains(&call.name_span.start);
        let kind = function_named(&call.name).map(|function| function.kind);
        is_inside && (kind == Some(FunctionKind::Aggregate) || call.is_windowed)
    })
}

/// Whether the clause has the item already.
fn is_used(context: &Context<'_>, text: &str) -> bool {
    context.scope.refs.iter().any(|column| {
        column.kind == RefKind::Column
            && Some(column.block) == context.position.block
            && column.clause == context.position.clause
            && context.scope.text.get(column.span.clone()).is_some_and(|written| written.eq_ignore_ascii_case(text))
    })
}
