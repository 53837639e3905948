//! Marks names that a statement does not know, and offers the nearest known ones: names in scope first, then those of the catalog.

use std::ops::Range;

use super::keywords::{Words, nearest_keyword};
use super::types::{ErrorMark, Offer, cased_like, written_like};
use crate::domain::catalog::Schema;
use crate::domain::nearest::nearest_ignoring_case;
use crate::domain::sql::Dialect;
use crate::domain::sql::guard::GuardTokens;
use crate::domain::sql::keywords::FUNCTIONS;
use crate::domain::sql::lex::TokenKind;
use crate::domain::sql::quote::{identifier, literal};
use crate::domain::sql::scope::{
    Clause, ColumnRef, ColumnResolution, RefId, RefKind, Scope, Source, SourceId, SourceKind, TableName,
    TableResolution,
};

/// The databases of the server itself.
const OF_SERVER: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

/// Queries around a query whose names are offered.
const MAX_LEVELS: usize = 64;

/// Returns what is wrong with a reference to a column: an unknown or ambiguous name. `None` if it is right or cannot be known.
#[must_use]
pub fn column_problem(scope: &Scope<'_>, id: RefId, dialect: Dialect) -> Option<ErrorMark> {
    let column = scope.column_ref(id)?;
    if is_keyword_here(scope, column) {
        return None;
    }
    match scope.resolve(id) {
        ColumnResolution::NoTable => Some(unknown_qualifier_of(scope, column)),
        ColumnResolution::NoColumn => Some(unknown_name_of(scope, column, dialect)),
        ColumnResolution::Several(sources) => Some(ambiguous_mark(scope, column, &sources)),
        ColumnResolution::One { .. } | ColumnResolution::Item { .. } | ColumnResolution::Unknown => None,
    }
}

/// Whether a bare name is a keyword at its place: WITH ROLLUP, or PREVIOUS VALUE FOR a sequence.
fn is_keyword_here(scope: &Scope<'_>, column: &ColumnRef) -> bool {
    let is = |word: &str| column.qualifier.is_empty() && column.name.eq_ignore_ascii_case(word);
    let (before, after) = neighbours(scope, &column.span);
    (is("ROLLUP") && before.eq_ignore_ascii_case("WITH"))
        || ((is("PREVIOUS") || is("NEXT")) && after.eq_ignore_ascii_case("VALUE"))
}

/// Returns the tokens before and after a range.
fn neighbours<'a>(scope: &Scope<'a>, span: &Range<usize>) -> (&'a str, &'a str) {
    let first = scope.tokens.partition_point(|token| token.span.start < span.start);
    let after = scope.tokens.partition_point(|token| token.span.start < span.end);
    let word = |at: Option<usize>| at.and_then(|at| scope.tokens.get(at)).map_or("", |token| token.text(scope.text));
    (word(first.checked_sub(1)), word(Some(after)))
}

/// Returns what is wrong with a table: an unknown table or database. `None` if it is right or cannot be known.
#[must_use]
pub fn table_problem(scope: &Scope<'_>, source: &Source) -> Option<ErrorMark> {
    let SourceKind::Table(name) = &source.kind else { return None };
    // An account may not see the tables of the server, and the catalog may leave them out.
    let is_of_server = |schema: &String| OF_SERVER.iter().any(|own| own.eq_ignore_ascii_case(schema));
    // EXPLAIN FOR CONNECTION names no table.
    let is_connection = neighbours(scope, &source.span).0.eq_ignore_ascii_case("FOR");
    if is_connection || name.schema.as_ref().is_some_and(is_of_server) {
        return None;
    }
    match name.resolution {
        TableResolution::NoTable | TableResolution::NoSchema => Some(table_mark(scope, source, name)),
        TableResolution::Found(_) | TableResolution::Unknown => None,
    }
}

/// Marks the column that a message names.
pub(super) fn unknown_column(scope: &Scope<'_>, name: &str, clause: Option<&str>) -> Option<ErrorMark> {
    let id = reference(scope, name, clause, |resolution| {
        matches!(resolution, ColumnResolution::NoColumn | ColumnResolution::NoTable)
    })?;
    let column = scope.column_ref(id)?;
    match scope.resolve(id) {
        ColumnResolution::NoTable => Some(unknown_qualifier_of(scope, column)),
        ColumnResolution::NoColumn
        | ColumnResolution::One { .. }
        | ColumnResolution::Item { .. }
        | ColumnResolution::Several(_)
        | ColumnResolution::Unknown => Some(unknown_name_of(scope, column, Dialect::default())),
    }
}

/// Marks the ambiguous column that a message names.
pub(super) fn ambiguous_column(scope: &Scope<'_>, name: &str, clause: Option<&str>) -> Option<ErrorMark> {
    let is_several = |resolution: &ColumnResolution| matches!(resolution, ColumnResolution::Several(_));
    let id = reference(scope, name, clause, is_several)?;
    let column = scope.column_ref(id)?;
    let sources = match scope.resolve(id) {
        ColumnResolution::Several(sources) => sources,
        ColumnResolution::One { .. }
        | ColumnResolution::Item { .. }
        | ColumnResolution::NoColumn
        | ColumnResolution::NoTable
        | ColumnResolution::Unknown => Vec::new(),
    };
    Some(ambiguous_mark(scope, column, &sources))
}

/// Marks a table before a dot that the statement does not read, as in `x.*`.
pub(super) fn unknown_qualifier(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let last = name.rsplit('.').next()?;
    let is_it = |column: &ColumnRef| column.qualifier.last().is_some_and(|own| own.eq_ignore_ascii_case(last));
    let refs = scope.all_refs().filter(|(_, column)| is_it(column));
    let (_, column) = refs.into_iter().find(|(id, _)| scope.resolve(*id) == ColumnResolution::NoTable)?;
    Some(unknown_qualifier_of(scope, column))
}

/// Marks the table that a message names, such as `demo.subjct`.
pub(super) fn unknown_table(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let is_named = |own: &TableName| {
        let own_name = &own.table;
        let rest = name.len().checked_sub(own_name.len()).and_then(|at| name.get(at..));
        rest.is_some_and(|rest| rest.eq_ignore_ascii_case(own_name))
            && own
                .schema
                .as_ref()
                .is_none_or(|schema| name.get(..schema.len()).is_some_and(|start| start.eq_ignore_ascii_case(schema)))
    };
    let mut sources = scope.all_sources().filter_map(|(_, source)| match &source.kind {
        SourceKind::Table(own) if is_named(own) => Some((source, own)),
        SourceKind::Table(_)
        | SourceKind::With(_)
        | SourceKind::Derived(_)
        | SourceKind::JsonTable(_)
        | SourceKind::Opaque => None,
    });
    let (source, own) = sources.next()?;
    Some(table_mark(scope, source, own))
}

/// Marks the database that a message names.
pub(super) fn unknown_database(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let tokens = GuardTokens::new(scope.text, &scope.tokens);
    let is_it = |at: usize| tokens.name(at).is_some_and(|own| own.eq_ignore_ascii_case(name));
    let qualifies = |at: usize| tokens.is_mark(at + 1, ".");
    let all = || (0..tokens.len()).filter(|at| is_it(*at));
    let at = all().find(|at| qualifies(*at)).or_else(|| all().next())?;
    Some(ErrorMark { offer: schema_offer(scope, tokens.span(at)), ..ErrorMark::at(tokens.span(at)) })
}

/// Marks the function that a message names.
pub(super) fn unknown_function(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let (schema, last) = name.rsplit_once('.').map_or((None, name), |(schema, last)| (Some(schema), last));
    let tokens = GuardTokens::new(scope.text, &scope.tokens);
    let is_it = |at: usize| tokens.name(at).is_some_and(|own| own.eq_ignore_ascii_case(last));
    let at = (0..tokens.len()).find(|at| is_it(*at) && tokens.is_mark(at + 1, "("))?;
    let (span, typed) = (tokens.span(at), tokens.text(at));
    let schema = schema.or(scope.known.database).and_then(|schema| schema_named(scope, schema));
    let routines = schema.map_or(&[][..], |schema| &schema.routines).iter().map(|routine| routine.name.as_str());
    let near = nearest_ignoring_case(last, FUNCTIONS.iter().copied().chain(routines));
    let is_keyword_call = nearest_keyword(&Words::new(scope.text, &scope.tokens), at);
    let offer = match (near, is_keyword_call) {
        (Some(near), _) if FUNCTIONS.contains(&near) => Offer::replace(span.clone(), typed, cased_like(typed, near)),
        (Some(near), _) => Offer::replace(span.clone(), typed, written_like(typed, near)),
        (None, Some(keyword)) => Offer::replace(span.clone(), typed, cased_like(typed, keyword)),
        (None, None) => None,
    };
    Some(ErrorMark { offer, ..ErrorMark::at(span) })
}

/// Marks a function of the server with a space before its parenthesis.
pub(super) fn spaced_function(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let last = name.rsplit('.').next()?;
    let tokens = GuardTokens::new(scope.text, &scope.tokens);
    let is_it = |at: usize| tokens.name(at).is_some_and(|own| own.eq_ignore_ascii_case(last));
    let is_spaced = |at: usize| tokens.is_mark(at + 1, "(") && tokens.span(at).end < tokens.span(at + 1).start;
    let at = (0..tokens.len()).find(|at| is_it(*at) && is_spaced(*at))?;
    let offer = Offer::unspaced(tokens.span(at).end..tokens.span(at + 1).start);
    Some(ErrorMark { offer, ..ErrorMark::at(tokens.span(at)) })
}

/// Marks the second of two tables with one name.
pub(super) fn second_alias(scope: &Scope<'_>, name: &str) -> Option<ErrorMark> {
    let is_named = |source: &Source| scope.source_name(source).is_some_and(|own| own.eq_ignore_ascii_case(name));
    let mut sources = scope.all_sources().filter(|(_, source)| is_named(source));
    let first = sources.next()?;
    let (_, source) = sources.next().unwrap_or(first);
    Some(ErrorMark::at(source.alias_span.clone().unwrap_or_else(|| source.span.clone())))
}

/// Returns the reference that a message names: preferably a wrong one, and in the clause.
fn reference(
    scope: &Scope<'_>,
    name: &str,
    clause: Option<&str>,
    is_wrong: impl Fn(&ColumnResolution) -> bool,
) -> Option<RefId> {
    let is_it = |column: &ColumnRef| {
        let own = column.qualifier.iter().chain([&column.name]).map(String::as_str).collect::<Vec<_>>().join(".");
        own.eq_ignore_ascii_case(name)
    };
    let is_in = |column: &ColumnRef| {
        let own = match column.clause {
            Clause::SelectList => "SELECT",
            Clause::Where => "WHERE",
            Clause::GroupBy => "GROUP",
            Clause::OrderBy => "ORDER",
            Clause::Having => "HAVING",
            Clause::On | Clause::Using => "ON",
            _ => return false,
        };
        clause == Some(own)
    };
    let rank = |id: RefId, column: &ColumnRef| (!is_wrong(&scope.resolve(id)), !is_in(column));
    let refs = scope.all_refs().filter(|(_, column)| column.kind != RefKind::Star && is_it(column));
    refs.min_by_key(|(id, column)| rank(*id, column)).map(|(id, _)| id)
}

/// Returns the ranges of the parts of a reference.
fn parts(scope: &Scope<'_>, span: &Range<usize>) -> Vec<Range<usize>> {
    let first = scope.tokens.partition_point(|token| token.span.start < span.start);
    let tokens = scope.tokens.iter().skip(first).take_while(|token| token.span.end <= span.end);
    tokens
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier))
        .map(|token| token.span.clone())
        .collect()
}

fn typed<'a>(scope: &Scope<'a>, span: &Range<usize>) -> &'a str {
    scope.text.get(span.clone()).unwrap_or_default()
}

/// Returns the sources whose columns a reference can use: those of its query first.
fn visible(scope: &Scope<'_>, column: &ColumnRef) -> Vec<SourceId> {
    let mut found = Vec::new();
    let (mut block, mut count) = (Some(column.block), usize::MAX);
    for _ in 0..MAX_LEVELS {
        let Some(current) = block.and_then(|block| scope.block(block)) else { break };
        found.extend(current.sources.iter().take(count).copied());
        (block, count) = (current.outer, current.outer_sources);
    }
    found
}

/// Marks the qualifier of a column: no table of the statement has this name.
fn unknown_qualifier_of(scope: &Scope<'_>, column: &ColumnRef) -> ErrorMark {
    let spans = parts(scope, &column.span);
    let count = column.qualifier.len();
    let span = count.checked_sub(1).and_then(|at| spans.get(at)).unwrap_or(&column.span).clone();
    let word = column.qualifier.last().map_or("", String::as_str);
    let sources: Vec<&Source> = visible(scope, column).into_iter().filter_map(|id| scope.source(id)).collect();
    let is_table = |source: &Source| match &source.kind {
        SourceKind::Table(name) => scope.known.name_case.is_same(&name.table, word),
        SourceKind::With(_) | SourceKind::Derived(_) | SourceKind::JsonTable(_) | SourceKind::Opaque => false,
    };
    // A table with an alias is known by its alias only.
    let aliased = sources.iter().find(|source| is_table(source)).and_then(|source| scope.source_name(source));
    let names = sources.iter().filter_map(|source| scope.source_name(source));
    let near = aliased.or_else(|| nearest_ignoring_case(word, names));
    let message = match aliased {
        Some(alias) => format!("The alias of {word} is {alias}, so {word} is no name here."),
        None => format!("No table of this query is named {word}."),
    };
    let typed = typed(scope, &span);
    let offer = near.and_then(|near| Offer::replace(span.clone(), typed, written_like(typed, near)));
    ErrorMark { message: Some(message), offer, ..ErrorMark::at(span) }
}

/// Marks the name of a column that no table has.
fn unknown_name_of(scope: &Scope<'_>, column: &ColumnRef, dialect: Dialect) -> ErrorMark {
    let span = column.name_span.clone();
    let sources = visible(scope, column);
    let own: Vec<&Source> = sources
        .iter()
        .filter_map(|id| scope.source(*id))
        .filter(|source| column.qualifier.is_empty() || scope.is_named(source, &column.qualifier))
        .collect();
    let items = scope.block(column.block).map_or(&[][..], |block| &block.items);
    let uses_items =
        column.qualifier.is_empty() && matches!(column.clause, Clause::GroupBy | Clause::Having | Clause::OrderBy);
    let aliases = items.iter().filter(|_| uses_items).filter_map(|item| item.alias.as_deref());
    let columns = own.iter().flat_map(|source| scope.columns_of(source).0).map(|column| column.name);
    let typed_name = typed(scope, &span);
    let near = nearest_ignoring_case(&column.name, aliases.chain(columns));
    let offer = match near {
        Some(near) => Offer::replace(span.clone(), typed_name, written_like(typed_name, near)),
        None if column.qualifier.is_empty() => word_offer(scope, column, dialect),
        None => other_source(scope, column, &sources),
    };
    let message = match (column.qualifier.last(), own.as_slice()) {
        (Some(qualifier), _) => format!("{qualifier} has no column {}.", column.name),
        (None, []) => format!("There is no table with a column {}.", column.name),
        (None, [source]) => match scope.source_name(source) {
            Some(name) => format!("{name} has no column {}.", column.name),
            None => format!("The subquery has no column {}.", column.name),
        },
        (None, _) => format!("No table of this query has a column {}.", column.name),
    };
    ErrorMark { message: Some(message), offer, ..ErrorMark::at(span) }
}

/// Offers another table of the query that has the column.
fn other_source(scope: &Scope<'_>, column: &ColumnRef, sources: &[SourceId]) -> Option<Offer> {
    let has_column =
        |source: &Source| scope.columns_of(source).0.iter().any(|other| other.name.eq_ignore_ascii_case(&column.name));
    let mut with_column = sources.iter().filter_map(|id| scope.source(*id)).filter(|source| has_column(source));
    let (source, more) = (with_column.next()?, with_column.next());
    if more.is_some() || column.qualifier.len() != 1 {
        return None;
    }
    let span = parts(scope, &column.span).first()?.clone();
    let typed = typed(scope, &span);
    Offer::replace(span, typed, written_like(typed, scope.source_name(source)?))
}

/// Offers a keyword, or a text literal, in place of a bare word that is no column.
fn word_offer(scope: &Scope<'_>, column: &ColumnRef, dialect: Dialect) -> Option<Offer> {
    let words = Words::new(scope.text, &scope.tokens);
    let at = words.index_of(column.span.start)?;
    let typed = typed(scope, &column.span);
    if let Some(keyword) = nearest_keyword(&words, at) {
        return Offer::replace(column.span.clone(), typed, cased_like(typed, keyword));
    }
    let is_compared = at > 0 && ["=", "<>", "!=", "<=>"].iter().any(|mark| words.is_mark(at - 1, mark));
    let is_text = typed.starts_with('"') || (is_compared && !words.is_mark(at + 1, "("));
    if is_text { Offer::replace(column.span.clone(), typed, literal(&column.name, dialect)) } else { None }
}

/// Marks a column that several tables have, and offers the first of them.
fn ambiguous_mark(scope: &Scope<'_>, column: &ColumnRef, sources: &[SourceId]) -> ErrorMark {
    let names: Vec<&str> =
        sources.iter().filter_map(|id| scope.source(*id)).filter_map(|source| scope.source_name(source)).collect();
    let typed = typed(scope, &column.span);
    let offer = names
        .first()
        .filter(|_| column.qualifier.is_empty())
        .and_then(|name| Offer::replace(column.span.clone(), typed, format!("{}.{typed}", identifier(name))));
    let message = (!names.is_empty()).then(|| format!("{} is a column of {}.", column.name, listed(&names)));
    ErrorMark { message, offer, ..ErrorMark::at(column.span.clone()) }
}

/// Returns names as a phrase: `a, b and c`.
pub(in crate::domain::sql) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Marks the part of a table's name that is not known.
fn table_mark(scope: &Scope<'_>, source: &Source, name: &TableName) -> ErrorMark {
    let spans = parts(scope, &source.span);
    let last = spans.last().unwrap_or(&source.span).clone();
    let schema = name.schema.as_deref().or(scope.known.database);
    let known_schema = schema.and_then(|schema| schema_named(scope, schema));
    let has_schemas = !scope.known.catalog.schemas.is_empty();
    if let (Some(schema), None, Some(first), true) = (&name.schema, known_schema, spans.first(), has_schemas) {
        let message = Some(format!("There is no database {schema}."));
        return ErrorMark { message, offer: schema_offer(scope, first.clone()), ..ErrorMark::at(first.clone()) };
    }
    let typed = typed(scope, &last);
    let with_names = scope.with_names.iter().filter(|_| name.schema.is_none()).map(|with| with.name.as_str());
    let tables = known_schema.map_or(&[][..], |schema| &schema.tables).iter().map(|table| table.name.as_str());
    let offer = match nearest_ignoring_case(&name.table, with_names.chain(tables)) {
        Some(near) => Offer::replace(last.clone(), typed, written_like(typed, near)),
        None if name.schema.is_none() => other_schema(scope, &name.table, &last),
        None => None,
    };
    let message =
        known_schema.map(|schema| format!("There is no table {} in the database {}.", name.table, schema.name));
    ErrorMark { message, offer, ..ErrorMark::at(last) }
}

/// Offers the only other database that has a table of this name.
fn other_schema(scope: &Scope<'_>, table: &str, span: &Range<usize>) -> Option<Offer> {
    let has_table =
        |schema: &&Schema| schema.tables.iter().any(|other| scope.known.name_case.is_same(&other.name, table));
    let mut schemas = scope.known.catalog.schemas.iter().filter(|schema| !schema.is_system).filter(has_table);
    let (schema, more) = (schemas.next()?, schemas.next());
    let typed = typed(scope, span);
    more.is_none().then(|| Offer::replace(span.clone(), typed, format!("{}.{typed}", identifier(&schema.name))))?
}

fn schema_named<'a>(scope: &Scope<'a>, name: &str) -> Option<&'a Schema> {
    scope.known.catalog.schemas.iter().find(|schema| scope.known.name_case.is_same(&schema.name, name))
}

fn schema_offer(scope: &Scope<'_>, span: Range<usize>) -> Option<Offer> {
    let typed = typed(scope, &span);
    let names = scope.known.catalog.schemas.iter().map(|schema| schema.name.as_str());
    let near = nearest_ignoring_case(typed.trim_matches(['`', '"']), names)?;
    Offer::replace(span, typed, written_like(typed, near))
}
