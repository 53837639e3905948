//! Offers keywords by the place of the cursor.

use super::context::Context;
use super::offers::{Closeness, OfferKind, Offers};
use crate::domain::sql::scope::Clause;

const STATEMENTS: &[&str] = &["SELECT", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "USE", "SET", "TABLE", "ANALYZE"];
const QUERIES: &[&str] = &["SELECT", "WITH"];
const OPERANDS: &[&str] = &["CASE", "NOT", "NULL", "EXISTS", "TRUE", "FALSE", "INTERVAL", "BINARY"];
const OPERATORS: &[&str] = &[
    "AND",
    "OR",
    "IN",
    "NOT IN",
    "IS NULL",
    "IS NOT NULL",
    "LIKE",
    "NOT LIKE",
    "BETWEEN",
    "NOT BETWEEN",
    "REGEXP",
    "IS",
    "NOT",
    "XOR",
    "DIV",
    "MOD",
    "COLLATE",
];
const JOINS: &[&str] =
    &["JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN", "CROSS JOIN", "NATURAL JOIN", "STRAIGHT_JOIN"];
/// What most statements have next, for a list without a typed word.
const USUAL: &[&str] = &["JOIN", "WHERE", "LEFT JOIN", "GROUP BY", "ORDER BY"];
const AFTER_FROM: &[&str] = &["WHERE", "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "UNION", "UNION ALL", "WINDOW"];
const AFTER_WHERE: &[&str] = &["GROUP BY", "ORDER BY", "HAVING", "LIMIT", "UNION", "UNION ALL", "WINDOW"];
const AFTER_GROUP: &[&str] = &["HAVING", "ORDER BY", "LIMIT", "WITH ROLLUP", "UNION", "UNION ALL", "WINDOW"];
const AFTER_HAVING: &[&str] = &["ORDER BY", "LIMIT", "UNION", "UNION ALL", "WINDOW"];
const AFTER_ORDER: &[&str] = &["ASC", "DESC", "LIMIT"];
const CASE_PARTS: &[&str] = &["WHEN", "THEN", "ELSE", "END"];
const UNITS: &[&str] = &[
    "DAY",
    "HOUR",
    "MINUTE",
    "MONTH",
    "YEAR",
    "WEEK",
    "SECOND",
    "QUARTER",
    "MICROSECOND",
    "DAY_HOUR",
    "DAY_MINUTE",
    "DAY_SECOND",
    "HOUR_MINUTE",
    "HOUR_SECOND",
    "MINUTE_SECOND",
    "YEAR_MONTH",
];
const TYPES: &[&str] =
    &["SIGNED", "UNSIGNED", "CHAR", "DECIMAL", "DATE", "DATETIME", "TIME", "JSON", "DOUBLE", "FLOAT", "BINARY", "YEAR"];
const FRAMES: &[&str] = &[
    "PARTITION BY",
    "ORDER BY",
    "ROWS BETWEEN",
    "RANGE BETWEEN",
    "UNBOUNDED PRECEDING",
    "UNBOUNDED FOLLOWING",
    "CURRENT ROW",
    "PRECEDING",
    "FOLLOWING",
    "AND",
    "ASC",
    "DESC",
];

/// What a place of the statement takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceOf {
    /// Only the keywords that are offered.
    KeywordsOnly,
    /// A unit or a type: no names.
    Words,
    /// Also names.
    Names,
    /// A new name: nothing is offered.
    NewName,
}

/// Offers the keywords that fit, and returns what else does.
pub(super) fn offer_keywords(context: &Context<'_>, offers: &mut Offers<'_>) -> PlaceOf {
    if !context.position.qualifier.is_empty() {
        return PlaceOf::Names;
    }
    if matches!(context.position.clause, Clause::Show | Clause::Use) {
        return PlaceOf::Names;
    }
    if let Some((words, place)) = after_one_word(context) {
        add(offers, Closeness::Place, words);
        return place;
    }
    if context.position.is_after_operand {
        after_operand(context, offers);
        return PlaceOf::KeywordsOnly;
    }
    match context.position.clause {
        Clause::Start => {
            let is_whole = context.before(0).is_none() || context.is_before(0, ";");
            add(offers, Closeness::Scope, if is_whole { STATEMENTS } else { QUERIES });
        }
        Clause::With => {
            add(offers, Closeness::Scope, &["RECURSIVE", "AS", "SELECT"]);
            return PlaceOf::KeywordsOnly;
        }
        Clause::Describe => {
            let is_table = context.is_after_any(&["DESCRIBE", "DESC"]);
            add(
                offers,
                if is_table { Closeness::Language } else { Closeness::Place },
                &["SELECT", "WITH", "FORMAT=JSON", "FORMAT=TREE", "ANALYZE"],
            );
        }
        Clause::From => {
            let words: &[&str] = if context.is_before(0, "(") { QUERIES } else { &["LATERAL", "JSON_TABLE"] };
            add(offers, Closeness::Language, words);
        }
        Clause::AfterTable => {
            after_table(context, offers);
            return PlaceOf::KeywordsOnly;
        }
        Clause::SelectList | Clause::Where | Clause::Having | Clause::On | Clause::GroupBy | Clause::OrderBy => {
            operands(context, offers);
        }
        Clause::Window => add(offers, Closeness::Language, FRAMES),
        Clause::SetVariables => add(offers, Closeness::Language, &["SESSION", "NAMES", "ROLE"]),
        Clause::Limit
        | Clause::Assignments
        | Clause::Using
        | Clause::Show
        | Clause::Use
        | Clause::Call
        | Clause::Other => {}
    }
    PlaceOf::Names
}

fn add(offers: &mut Offers<'_>, closeness: Closeness, words: &[&'static str]) {
    for word in words {
        offers.add(closeness, *word, OfferKind::Keyword);
    }
}

/// Returns the keywords after a word that takes only few.
fn after_one_word(context: &Context<'_>) -> Option<(&'static [&'static str], PlaceOf)> {
    let clause = context.position.clause;
    let is = |word: &str| context.is_before(0, word);
    let is_call = |name: &str| {
        let call = context.position.call.and_then(|(call, _)| context.scope.call(call));
        call.is_some_and(|call| call.name.eq_ignore_ascii_case(name))
    };
    let argument = context.position.call.map_or(0, |(_, argument)| argument);
    let only = |words: &'static [&'static str]| Some((words, PlaceOf::KeywordsOnly));
    if (is("GROUP") && clause == Clause::GroupBy) || is("ORDER") || is("PARTITION") {
        return only(&["BY"]);
    }
    if is("UNION") || is("EXCEPT") || is("INTERSECT") {
        return only(&["ALL", "SELECT", "DISTINCT"]);
    }
    if clause == Clause::AfterTable && (is("LEFT") || is("RIGHT")) {
        return only(&["JOIN", "OUTER JOIN"]);
    }
    if clause == Clause::AfterTable && (is("INNER") || is("CROSS") || is("NATURAL") || is("OUTER")) {
        return only(&["JOIN"]);
    }
    if is("WITH") && clause == Clause::GroupBy {
        return only(&["ROLLUP"]);
    }
    if is("IS") {
        return only(&["NULL", "NOT NULL", "TRUE", "FALSE", "UNKNOWN"]);
    }
    if is("NOT") && context.is_before(1, "IS") {
        return only(&["NULL", "TRUE", "FALSE"]);
    }
    if (is("AS") && is_call("CAST")) || (is_call("CONVERT") && argument == 1) {
        return Some((TYPES, PlaceOf::Words));
    }
    if is("AS") {
        let is_body = clause == Clause::With;
        return Some((if is_body { &["("] } else { &[] }, PlaceOf::NewName));
    }
    let is_unit_first = ["TIMESTAMPDIFF", "TIMESTAMPADD", "EXTRACT"].iter().any(|name| is_call(name));
    if is_unit_first && argument == 0 && is("(") {
        return Some((UNITS, PlaceOf::Words));
    }
    if context.is_before(1, "INTERVAL") && !is("(") {
        return Some((UNITS, PlaceOf::Words));
    }
    if is("OVER") {
        return only(&["("]);
    }
    None
}

/// Offers the keywords that begin an operand.
fn operands(context: &Context<'_>, offers: &mut Offers<'_>) {
    let is_open = context.is_before(0, "(");
    if is_open {
        let compares = ["IN", "EXISTS", "=", "<", ">", "<>", "!=", "<=", ">=", "ANY", "ALL"];
        let is_subquery = compares.iter().any(|word| context.is_before(1, word));
        add(offers, if is_subquery { Closeness::Place } else { Closeness::Language }, QUERIES);
    }
    if context.is_before(0, "SELECT") || (is_open && context.position.call.is_some()) {
        add(offers, Closeness::Language, &["DISTINCT"]);
    }
    if context.is_before(0, "NOT") {
        add(offers, Closeness::Language, &["IN", "LIKE", "BETWEEN", "EXISTS", "REGEXP", "NULL"]);
    }
    add(offers, Closeness::Language, OPERANDS);
    if has_open_case(context) {
        add(offers, Closeness::Language, CASE_PARTS);
    }
    if context.is_before(0, ",") && context.position.clause == Clause::SelectList {
        // A comma too many before FROM.
        add(offers, Closeness::Language, &["FROM"]);
    }
}

/// Offers the keywords that can follow an operand.
fn after_operand(context: &Context<'_>, offers: &mut Offers<'_>) {
    let clause = context.position.clause;
    if context.position.call.is_some_and(|_| context.position.is_directly_in_call) {
        let call = context.position.call.and_then(|(call, _)| context.scope.call(call));
        let is = |name: &str| call.is_some_and(|call| call.name.eq_ignore_ascii_case(name));
        if is("GROUP_CONCAT") {
            add(offers, Closeness::Scope, &["ORDER BY", "SEPARATOR", "ASC", "DESC"]);
        } else if is("CAST") {
            add(offers, Closeness::Scope, &["AS"]);
        } else if is("EXTRACT") || is("TRIM") || is("SUBSTRING") {
            add(offers, Closeness::Scope, &["FROM"]);
        } else if is("CONVERT") {
            add(offers, Closeness::Scope, &["USING"]);
        }
    }
    if has_open_case(context) {
        add(offers, Closeness::Scope, CASE_PARTS);
    }
    if context.is_before(0, ")") {
        add(offers, Closeness::Scope, &["OVER"]);
    }
    match clause {
        Clause::SelectList => {
            add(offers, Closeness::Scope, &["FROM", "AS"]);
            add(offers, Closeness::Language, OPERATORS);
        }
        Clause::On => {
            add(offers, Closeness::Scope, &["AND", "OR"]);
            add(offers, Closeness::Scope, USUAL);
            add(offers, Closeness::Scope, JOINS);
            add(offers, Closeness::Scope, AFTER_FROM);
            add(offers, Closeness::Language, OPERATORS);
        }
        Clause::Where => {
            add(offers, Closeness::Scope, OPERATORS);
            add(offers, Closeness::Scope, AFTER_WHERE);
        }
        Clause::Having => {
            add(offers, Closeness::Scope, OPERATORS);
            add(offers, Closeness::Scope, AFTER_HAVING);
        }
        Clause::GroupBy => {
            add(offers, Closeness::Scope, AFTER_GROUP);
            add(offers, Closeness::Language, &["ASC", "DESC"]);
        }
        Clause::OrderBy => {
            add(offers, Closeness::Scope, AFTER_ORDER);
            add(offers, Closeness::Language, OPERATORS);
        }
        Clause::Limit => add(offers, Closeness::Scope, &["OFFSET", "UNION", "FOR"]),
        Clause::Window => add(offers, Closeness::Scope, FRAMES),
        Clause::With => add(offers, Closeness::Scope, &["SELECT", "AS"]),
        Clause::Start => add(offers, Closeness::Scope, &["UNION", "UNION ALL", "ORDER BY", "LIMIT"]),
        Clause::AfterTable => after_table(context, offers),
        Clause::From
        | Clause::Using
        | Clause::Assignments
        | Clause::SetVariables
        | Clause::Show
        | Clause::Use
        | Clause::Describe
        | Clause::Call
        | Clause::Other => {}
    }
}

/// Offers what can follow a table.
fn after_table(context: &Context<'_>, offers: &mut Offers<'_>) {
    let source = context.position.source.and_then(|source| context.scope.source(source));
    let of_query = context.sources().iter().filter(|(level, _, _)| *level == 0).count();
    let waits_for_condition = of_query > 1 && source.is_some_and(|source| !source.has_condition);
    if waits_for_condition {
        add(offers, Closeness::Place, &["ON", "USING"]);
    }
    add(offers, Closeness::Scope, USUAL);
    add(offers, Closeness::Scope, JOINS);
    add(offers, Closeness::Scope, AFTER_FROM);
    if source.is_some_and(|source| source.alias.is_none()) {
        add(offers, Closeness::Language, &["AS"]);
    }
    add(offers, Closeness::Language, &["USE INDEX", "FORCE INDEX", "IGNORE INDEX"]);
}

/// Tokens before the cursor in which an open CASE is looked for.
const CASE_TOKENS: usize = 200;

/// Whether a CASE before the cursor has no END.
pub(super) fn has_open_case(context: &Context<'_>) -> bool {
    let mut open = 0_i32;
    for count in (0..CASE_TOKENS).rev() {
        if context.is_before(count, "CASE") {
            open += 1;
        } else if open > 0 && context.is_before(count, "END") {
            open -= 1;
        }
    }
    open > 0
}
