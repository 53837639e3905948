//! Decides what is offered at the cursor, by the place that the analysis finds.

use std::collections::BTreeSet;

use super::columns::{offer_columns, offer_common_columns, offer_qualified};
use super::context::Context;
use super::functions::{FunctionKind, functions};
use super::grouping::offer_select_items;
use super::joins::{offer_conditions, offer_joins, offer_partners};
use super::keywords::{PlaceOf, has_open_case, offer_keywords};
use super::model::{CompletionInput, CompletionItem, CompletionKind, CompletionList, Trigger};
use super::offers::{Closeness, OfferKind, Offers};
use super::render::items;
use super::show::offer_show;
use super::signature::signature_at;
use super::spelling::Spelling;
use super::tables::{offer_databases, offer_qualified_tables, offer_tables};
use super::typed::{TypedKind, TypedWord, word_at};
use super::values::offer_values;
use crate::domain::limits::COMPLETION_ITEMS;
use crate::domain::sql::lex::{TokenKind, lex};
use crate::domain::sql::scope::{Clause, read, read_tokens};

/// Returns what can be inserted at the cursor. Returns `None` once `is_stale` returns true.
#[must_use]
pub fn complete(input: &CompletionInput<'_>) -> Option<CompletionList> {
    let cursor = floor_boundary(input.text, input.cursor);
    let nothing = CompletionList { replaced: cursor..cursor, ..CompletionList::default() };
    if (input.is_stale)() {
        return None;
    }
    let Some(mut word) = word_at(input.text, cursor, input.dialect) else {
        if is_in_comment(input, cursor) {
            return Some(nothing);
        }
        let scope = read(input.text, Some(cursor), input.dialect, input.known);
        return Some(CompletionList { signature: signature_at(&scope), ..nothing });
    };
    let (quote, typed) = match word.kind {
        TypedKind::Quoted(quote) => (Some(quote), word.typed.as_str()),
        TypedKind::Word | TypedKind::Text(_) | TypedKind::Parameter | TypedKind::Variable => {
            (None, word.typed.as_str())
        }
    };
    let tokens = std::mem::take(&mut word.tokens);
    let scope = read_tokens(&word.text, tokens, Some(word.cursor), input.known);
    let spelling = Spelling::of(typed, quote, &word.text, &scope.tokens, input.dialect);
    let Some(position) = &scope.position else { return Some(nothing) };
    let context = Context { input, word: &word, scope: &scope, position, spelling };
    let mut offers = Offers::new(&word.typed, input.recent);
    offer(&context, &mut offers)?;
    if (input.is_stale)() {
        return None;
    }
    let mut found = items(&context, offers.ranked(input.trigger), COMPLETION_ITEMS);
    if is_all_typed(&word, input.text, &found) {
        found.clear();
    }
    Some(CompletionList { replaced: word.replaced.clone(), items: found, signature: signature_at(&scope) })
}

/// Returns the nearest character boundary that is not after an offset.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn is_in_comment(input: &CompletionInput<'_>, cursor: usize) -> bool {
    let tokens = lex(input.text, input.dialect);
    let at = tokens.partition_point(|token| token.span.start < cursor);
    let token = at.checked_sub(1).and_then(|at| tokens.get(at));
    token.is_some_and(|token| matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment | TokenKind::Hint))
}

/// Whether the only item is what stands there already.
fn is_all_typed(word: &TypedWord<'_>, text: &str, items: &[CompletionItem]) -> bool {
    let [only] = items else { return false };
    let written = text.get(word.replaced.clone()).unwrap_or_default();
    let is_keyword = only.kind == CompletionKind::Keyword && only.inserted.eq_ignore_ascii_case(written);
    !written.is_empty() && (only.inserted == written || is_keyword)
}

/// Adds everything that fits the place of the cursor.
fn offer<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    match context.word.kind {
        TypedKind::Text(_) => {
            offer_values(context, offers);
            return Some(());
        }
        TypedKind::Parameter => {
            offer_parameters(context, offers);
            return Some(());
        }
        TypedKind::Variable => {
            offer_variables(context, offers);
            return Some(());
        }
        TypedKind::Word | TypedKind::Quoted(_) => {}
    }
    if !context.position.qualifier.is_empty() {
        return offer_after_dot(context, offers);
    }
    if !is_expected(context) {
        if context.position.compared.is_some() && context.word.kind == TypedKind::Word {
            offer_values(context, offers);
            offer_partners(context, offers);
        }
        return Some(());
    }
    let is_quoted = matches!(context.word.kind, TypedKind::Quoted(_));
    let mut no_keywords = Offers::new(&context.word.typed, &[]);
    let place = offer_keywords(context, if is_quoted { &mut no_keywords } else { offers });
    match place {
        PlaceOf::NewName | PlaceOf::Words => Some(()),
        PlaceOf::KeywordsOnly => {
            let is_table_end = matches!(context.position.clause, Clause::AfterTable | Clause::On);
            let is_typed_end = context.word.typed.is_empty() && context.input.trigger == Trigger::Typed;
            let is_join_word =
                context.is_before(0, "LEFT") || context.is_before(0, "INNER") || context.is_before(0, "OUTER");
            if !is_quoted && is_table_end && (!is_typed_end || is_join_word) {
                offer_joins(context, offers)?;
            }
            Some(())
        }
        PlaceOf::Names => offer_names(context, offers),
    }
}

/// Whether an offer is of use here. While the user types, an offer needs a letter, or a word before it that asks for a name.
fn is_expected(context: &Context<'_>) -> bool {
    if context.input.trigger == Trigger::Requested {
        return true;
    }
    let letters = context.word.typed.chars().count();
    let position = context.position;
    let source = position.source.and_then(|source| context.scope.source(source));
    let is_alias_place = (position.clause == Clause::AfterTable && source.is_some_and(|source| source.alias.is_none()))
        || (position.clause == Clause::SelectList
            && position.is_after_operand
            && position.call.is_none()
            && !has_open_case(context));
    if letters == 1 && is_alias_place && !context.is_before(1, "INTERVAL") && context.word.kind == TypedKind::Word {
        // A short alias is no keyword.
        return false;
    }
    letters > 0
        || matches!(context.word.kind, TypedKind::Quoted(_))
        || context.is_after_any(&["FROM", "JOIN", "STRAIGHT_JOIN", "ON", "USE", "BY"])
        || (position.clause == Clause::Describe && context.is_after_any(&["DESCRIBE", "DESC"]))
        || (position.clause == Clause::Using && context.is_before(0, "("))
}

fn offer_after_dot<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    let clause = context.position.clause;
    if matches!(clause, Clause::From | Clause::Show | Clause::Describe) {
        offer_qualified_tables(context, offers)?;
        return Some(());
    }
    let is_source = offer_qualified(context, offers);
    if !is_source {
        offer_qualified_tables(context, offers)?;
    } else if clause == Clause::SelectList && offers.typed().is_empty() && context.position.call.is_none() {
        let kind = OfferKind::Text {
            kind: CompletionKind::ColumnList,
            inserted: "*".to_owned(),
            type_text: "all columns".to_owned(),
        };
        offers.add(Closeness::Outer, "*", kind);
    }
    Some(())
}

/// Adds the names that fit the clause of the cursor.
fn offer_names<'c>(context: &Context<'c>, offers: &mut Offers<'c>) -> Option<()> {
    let position = context.position;
    match position.clause {
        Clause::Start => {
            if context.before(0).is_none() || context.is_before(0, ";") {
                for name in context.input.snippets {
                    let kind = OfferKind::Text {
                        kind: CompletionKind::Snippet,
                        inserted: name.clone(),
                        type_text: "snippet".to_owned(),
                    };
                    offers.add(Closeness::Outer, name.as_str(), kind);
                }
            }
        }
        Clause::From => {
            if context.is_after_any(&["JOIN", "STRAIGHT_JOIN"])
                && !context.is_before(1, "CROSS")
                && !context.is_before(1, "NATURAL")
            {
                offer_joins(context, offers)?;
            }
            offer_tables(context, offers)?;
        }
        Clause::Describe => offer_tables(context, offers)?,
        Clause::Show => offer_show(context, offers)?,
        Clause::Use => offer_databases(context, offers, Closeness::Scope),
        Clause::Using => offer_common_columns(context, offers),
        Clause::SelectList
        | Clause::Where
        | Clause::On
        | Clause::GroupBy
        | Clause::Having
        | Clause::OrderBy
        | Clause::Window
        | Clause::Assignments => offer_expression(context, offers),
        Clause::Limit | Clause::With | Clause::AfterTable | Clause::SetVariables | Clause::Call | Clause::Other => {}
    }
    Some(())
}

fn offer_expression<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let position = context.position;
    let has_values = offer_values(context, offers);
    let has_partners = position.clause == Clause::On && offer_partners(context, offers);
    if position.clause == Clause::On && context.is_after_any(&["ON", "AND", "("]) {
        offer_conditions(context, offers);
    }
    if matches!(position.clause, Clause::GroupBy | Clause::OrderBy | Clause::Having) && position.call.is_none() {
        offer_select_items(context, offers);
    }
    if (has_values || has_partners) && offers.typed().is_empty() && context.input.trigger == Trigger::Typed {
        return;
    }
    offer_columns(context, offers);
    let has_aggregates = !matches!(position.clause, Clause::Where | Clause::On | Clause::GroupBy);
    for function in functions() {
        let fits = has_aggregates || function.kind == FunctionKind::Scalar;
        if fits && function.servers.include(context.input.dialect) {
            offers.add(Closeness::Language, function.name, OfferKind::Function(function));
        }
    }
    let known = context.input.known;
    let schema = known.database.and_then(|database| known.catalog.schema(database));
    for routine in schema.map_or(&[][..], |schema| &schema.routines) {
        if routine.kind.eq_ignore_ascii_case("FUNCTION") {
            let kind = OfferKind::StoredFunction { comment: &routine.comment };
            offers.add(Closeness::Language, routine.name.as_str(), kind);
        }
    }
}

/// Offers the names after `:` that the statement has elsewhere.
fn offer_parameters<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let (text, tokens) = (context.scope.text, &context.scope.tokens);
    let pairs = tokens.windows(2).filter_map(|pair| match pair {
        [colon, name]
            if colon.text(text) == ":" && name.kind == TokenKind::Word && name.span.start == colon.span.end =>
        {
            Some(name)
        }
        _ => None,
    });
    let names: BTreeSet<&'c str> =
        pairs.filter(|name| name.span.start != context.word.replaced.start).map(|name| name.text(text)).collect();
    for name in names {
        let kind = OfferKind::Text {
            kind: CompletionKind::Parameter,
            inserted: name.to_owned(),
            type_text: "parameter".to_owned(),
        };
        offers.add(Closeness::Scope, name, kind);
    }
}

/// Offers the user variables that the statement has elsewhere.
fn offer_variables<'c>(context: &Context<'c>, offers: &mut Offers<'c>) {
    let (text, tokens) = (context.scope.text, &context.scope.tokens);
    let variables = tokens.iter().filter(|token| {
        token.kind == TokenKind::Variable && !token.is_broken && token.span.start != context.word.replaced.start
    });
    let names: BTreeSet<&'c str> = variables.map(|token| token.text(text)).filter(|name| name.len() > 1).collect();
    for name in names {
        let kind = OfferKind::Text {
            kind: CompletionKind::Variable,
            inserted: name.to_owned(),
            type_text: "variable".to_owned(),
        };
        offers.add(Closeness::Scope, name, kind);
    }
}
