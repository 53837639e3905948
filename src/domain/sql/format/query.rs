//! Where the lines of a query break: clauses, lists, joins, conditions, parentheses, CASE.

use std::ops::Range;

use super::layout::{Layout, STEP};
use super::units::UnitKind;
use crate::domain::sql::keywords::is_select_modifier;
use crate::domain::sql::lex::{Token, TokenKind};

/// Deeper parentheses stay on one line.
const MAX_DEPTH: usize = 40;

/// Where a query or a part of it is written.
#[derive(Debug, Clone, Copy)]
struct Place {
    indent: usize,
    depth: usize,
}

impl Place {
    fn inner(self) -> Self {
        Self { indent: self.indent + STEP, ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClauseKind {
    Select,
    From,
    /// WHERE, HAVING.
    Condition,
    /// GROUP BY and the like.
    List,
    With,
    /// UNION and the like.
    SetOperation,
    Other,
}

struct Clause {
    kind: ClauseKind,
    /// The first unit: a comment before the keyword, or the keyword.
    start: usize,
    /// The first unit after the keywords.
    body: usize,
}

/// Whether a statement is a query, or shows the plan of one.
pub(super) fn is_query(text: &str, tokens: &[Token]) -> bool {
    let mut code = tokens.iter().filter(|token| !token.is_ignored() && !token.is_marker());
    let is = |token: &Token, words: &[&str]| words.iter().any(|word| token.text(text).eq_ignore_ascii_case(word));
    let begins = |token: &Token| is(token, &["SELECT", "WITH", "VALUES", "TABLE", "("]);
    match code.next() {
        Some(first) if begins(first) => true,
        Some(first) if is(first, &["EXPLAIN", "DESCRIBE", "DESC", "ANALYZE"]) => code
            .take_while(|token| !is(token, &["INSERT", "REPLACE", "UPDATE", "DELETE", "TABLE"]))
            .any(|token| token.kind == TokenKind::Word && is(token, &["SELECT", "WITH"])),
        Some(_) | None => false,
    }
}

/// Writes a whole statement.
pub(super) fn write(layout: &mut Layout<'_>) {
    let end = layout.units().len();
    query(layout, end, Place { indent: 0, depth: 0 });
}

/// Writes a query from the next unit to `end`.
fn query(layout: &mut Layout<'_>, end: usize, place: Place) {
    let begin = layout.next();
    let clauses = clauses(layout, begin..end);
    let first = clauses.first().map_or(end, |clause| clause.start);
    expression(layout, first, place);
    for (number, clause) in clauses.iter().enumerate() {
        let clause_end = clauses.get(number + 1).map_or(end, |next| next.start);
        if clause.start > begin {
            layout.newline(place.indent);
        }
        layout.flat(clause.body);
        match clause.kind {
            ClauseKind::Select => select(layout, clause_end, place),
            ClauseKind::From => tables(layout, clause_end, place),
            ClauseKind::Condition => condition(layout, clause_end, place.inner()),
            ClauseKind::List => list(layout, clause_end, place),
            ClauseKind::With => with(layout, clause_end, place),
            ClauseKind::SetOperation => {
                if layout.units().code_from(clause.body) < clause_end {
                    layout.newline(place.indent);
                }
                expression(layout, clause_end, place);
            }
            ClauseKind::Other => expression(layout, clause_end, place.inner()),
        }
    }
}

/// Returns the index after a unit and what it opens.
fn after(layout: &Layout<'_>, at: usize, end: usize) -> usize {
    layout.units().partner(at).filter(|partner| *partner < end).map_or(at, |partner| partner) + 1
}

fn clauses(layout: &Layout<'_>, range: Range<usize>) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    let first = layout.units().code_from(range.start);
    let mut at = range.start;
    while at < range.end {
        if let Some((kind, words)) = clause_at(layout, at, first) {
            let lower = found.last().map_or(range.start, |clause| clause.body);
            let mut start = at;
            while start > lower && layout.units().kind(start - 1) == Some(UnitKind::OwnLineComment) {
                start -= 1;
            }
            let mut body = at;
            for _ in 0..words {
                body = layout.units().code_from(body).min(range.end) + 1;
            }
            found.push(Clause { kind, start, body: body.min(range.end) });
            at = body.max(at + 1);
        } else {
            at = after(layout, at, range.end);
        }
    }
    found
}

/// Returns the clause that a keyword begins, and the number of its words.
fn clause_at(layout: &Layout<'_>, at: usize, first: usize) -> Option<(ClauseKind, usize)> {
    if layout.units().kind(at) != Some(UnitKind::Word) {
        return None;
    }
    let next = layout.units().code_from(at + 1);
    let word = layout.text_of(at).to_ascii_uppercase();
    Some(match word.as_str() {
        "SELECT" => (ClauseKind::Select, 1),
        "FROM" => (ClauseKind::From, 1),
        "WHERE" | "HAVING" | "QUALIFY" => (ClauseKind::Condition, 1),
        "GROUP" | "ORDER" if layout.is_word(next, "BY") => (ClauseKind::List, 2),
        "WINDOW" => (ClauseKind::List, 1),
        "VALUES" if at == first => (ClauseKind::List, 1),
        "WITH" if at == first => (ClauseKind::With, if layout.is_word(next, "RECURSIVE") { 2 } else { 1 }),
        "UNION" | "EXCEPT" | "INTERSECT" | "MINUS" => {
            (ClauseKind::SetOperation, if layout.is_any_word(next, &["ALL", "DISTINCT"]) { 2 } else { 1 })
        }
        "LIMIT" | "INTO" | "RETURNING" => (ClauseKind::Other, 1),
        "TABLE" if at == first => (ClauseKind::Other, 1),
        "FOR" if layout.is_any_word(next, &["UPDATE", "SHARE"]) => (ClauseKind::Other, 2),
        "LOCK" if layout.is_word(next, "IN") => (ClauseKind::Other, 2),
        _ => return None,
    })
}

/// Splits units after commas, or before words: the starts of the parts after the first.
fn splits(
    layout: &Layout<'_>,
    range: Range<usize>,
    mut is_split: impl FnMut(&Layout<'_>, usize) -> Split,
) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let next = after(layout, at, range.end);
        match is_split(layout, at) {
            Split::After => starts.push(next),
            Split::Before if at > range.start => {
                let mut start = at;
                while start > range.start + 1 && layout.units().kind(start - 1) == Some(UnitKind::OwnLineComment) {
                    start -= 1;
                }
                starts.push(start);
            }
            Split::No | Split::Before => {}
        }
        at = next;
    }
    starts.retain(|start| *start < range.end);
    starts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Split {
    No,
    Before,
    After,
}

fn at_comma(layout: &Layout<'_>, at: usize) -> Split {
    if layout.units().kind(at) == Some(UnitKind::Comma) { Split::After } else { Split::No }
}

/// Finds AND, OR and XOR, except the AND of BETWEEN.
fn at_logic() -> impl FnMut(&Layout<'_>, usize) -> Split {
    let mut betweens = 0_usize;
    move |layout, at| {
        if layout.is_word(at, "BETWEEN") {
            betweens += 1;
        } else if layout.is_word(at, "AND") && betweens > 0 {
            betweens -= 1;
        } else if layout.is_any_word(at, &["AND", "OR", "XOR"]) {
            return Split::Before;
        }
        Split::No
    }
}

/// Writes the parts that begin at these units, each on a line of its own.
fn parts(layout: &mut Layout<'_>, starts: &[usize], end: usize, place: Place) {
    for (number, start) in starts.iter().enumerate() {
        let part_end = starts.get(number + 1).copied().unwrap_or(end);
        expression(layout, *start, place);
        layout.newline(place.indent);
        expression(layout, part_end, place);
    }
    expression(layout, end, place);
}

fn select(layout: &mut Layout<'_>, end: usize, place: Place) {
    while layout.next() < end {
        let at = layout.next();
        let is_word = layout.units().kind(at) == Some(UnitKind::Word) && is_select_modifier(layout.text_of(at));
        let is_hint = layout.units().kind(at) == Some(UnitKind::Comment) && layout.text_of(at).starts_with("/*+");
        if !is_word && !is_hint {
            break;
        }
        layout.unit();
    }
    list(layout, end, place);
}

/// Writes a list on the line of its keyword, or each item on a line of its own.
fn list(layout: &mut Layout<'_>, end: usize, place: Place) {
    let range = layout.next()..end;
    if layout.fits(&range) {
        layout.flat(end);
        return;
    }
    let starts = splits(layout, range, at_comma);
    if starts.is_empty() {
        expression(layout, end, place);
        return;
    }
    layout.newline(place.indent + STEP);
    parts(layout, &starts, end, place.inner());
}

/// Writes the tables of FROM: each join on a line of its own.
fn tables(layout: &mut Layout<'_>, end: usize, place: Place) {
    let begin = layout.next();
    let joins = splits(layout, begin..end, |layout, at| if is_join(layout, at) { Split::Before } else { Split::No });
    if joins.is_empty() {
        list(layout, end, place);
        return;
    }
    let first = joins.first().copied().unwrap_or(end);
    let starts = splits(layout, begin..first, at_comma);
    parts(layout, &starts, first, place.inner());
    for (number, start) in joins.iter().enumerate() {
        let join_end = joins.get(number + 1).copied().unwrap_or(end);
        layout.newline(place.indent);
        join(layout, *start..join_end, place);
    }
}

/// Whether the words of a join begin at a unit.
fn is_join(layout: &Layout<'_>, at: usize) -> bool {
    const WORDS: [&str; 7] = ["NATURAL", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "OUTER"];
    let joins_after = |mut at: usize| {
        for _ in 0..4 {
            at = layout.units().code_from(at + 1);
            if layout.is_word(at, "JOIN") {
                return true;
            }
            if !layout.is_any_word(at, &WORDS) {
                return false;
            }
        }
        false
    };
    let follows_word = |at: usize| {
        let before = (0..at).rev().find(|before| !layout.units().is_comment(*before));
        before.is_some_and(|before| layout.is_any_word(before, &WORDS))
    };
    if layout.is_any_word(at, &["JOIN", "STRAIGHT_JOIN"]) {
        return !follows_word(at);
    }
    layout.is_any_word(at, &WORDS) && joins_after(at) && !follows_word(at)
}

fn join(layout: &mut Layout<'_>, range: Range<usize>, place: Place) {
    let commas = splits(layout, range.clone(), at_comma);
    if commas.is_empty() && layout.fits(&range) {
        layout.flat(range.end);
        return;
    }
    let joined_end = commas.first().copied().unwrap_or(range.end);
    let on = splits(
        layout,
        range.start..joined_end,
        |layout, at| {
            if layout.is_word(at, "ON") { Split::Before } else { Split::No }
        },
    );
    let fits = layout.fits(&(range.start..joined_end));
    if let (Some(on), false) = (on.first(), fits) {
        expression(layout, *on, place);
        layout.newline(place.indent + STEP);
    }
    if fits {
        layout.flat(joined_end);
    } else {
        condition(layout, joined_end, place.inner());
    }
    if !commas.is_empty() {
        parts(layout, &commas, range.end, place.inner());
    }
}

/// Writes a condition: AND and OR begin lines.
fn condition(layout: &mut Layout<'_>, end: usize, place: Place) {
    let starts = splits(layout, layout.next()..end, at_logic());
    parts(layout, &starts, end, place);
}

/// Writes the subqueries of a WITH clause.
fn with(layout: &mut Layout<'_>, end: usize, place: Place) {
    let starts = splits(layout, layout.next()..end, at_comma);
    for start in starts.into_iter().chain([end]) {
        while layout.next() < start {
            let at = layout.next();
            match layout.units().partner(at).filter(|partner| *partner < start) {
                Some(close) if place.depth < MAX_DEPTH && begins_query(layout, at + 1) => {
                    broken_group(layout, at..close, place);
                }
                Some(_) | None => layout.unit(),
            }
        }
        if start < end {
            layout.newline(place.indent);
        }
    }
}

/// Writes units up to `end`. Parentheses and CASE that do not fit into the line are broken.
fn expression(layout: &mut Layout<'_>, end: usize, place: Place) {
    while layout.next() < end {
        let at = layout.next();
        let Some(close) = layout.units().partner(at).filter(|partner| *partner < end) else {
            layout.unit();
            continue;
        };
        let group = at..close + 1;
        if layout.fits(&group) || layout.is_small(&group) || place.depth >= MAX_DEPTH {
            layout.flat(close + 1);
        } else {
            broken_group(layout, at..close, place);
        }
    }
}

/// Whether a query begins at a unit, perhaps in parentheses.
fn begins_query(layout: &Layout<'_>, at: usize) -> bool {
    let mut at = layout.units().code_from(at);
    while layout.units().kind(at) == Some(UnitKind::Open) {
        at = layout.units().code_from(at + 1);
    }
    layout.is_any_word(at, &["SELECT", "WITH", "VALUES", "TABLE"])
}

/// Writes what is in a pair of parentheses, or in CASE … END, on lines of its own. `range` is from the opening unit to the closing one.
fn broken_group(layout: &mut Layout<'_>, range: Range<usize>, place: Place) {
    let (open, close) = (range.start, range.end);
    let indent = layout.line_indent();
    let inner = Place { indent: indent + STEP, depth: place.depth + 1 };
    let opener = open.checked_sub(1);
    layout.unit();
    if layout.is_word(open, "CASE") {
        let starts = splits(layout, open + 1..close, |layout, at| {
            if layout.is_any_word(at, &["WHEN", "ELSE"]) { Split::Before } else { Split::No }
        });
        if layout.is_word(layout.units().code_from(open + 1), "WHEN") {
            layout.newline(inner.indent);
        }
        parts(layout, &starts, close, inner);
    } else {
        layout.newline(inner.indent);
        write_group(layout, open + 1..close, inner, opener);
    }
    layout.newline(indent);
    layout.flat(close + 1);
}

/// Writes the units inside of parentheses. `opener` is the unit before them.
fn write_group(layout: &mut Layout<'_>, range: Range<usize>, place: Place, opener: Option<usize>) {
    let end = range.end;
    if begins_query(layout, range.start) {
        return query(layout, end, place);
    }
    let window = splits(layout, range.clone(), |layout, at| {
        let is_clause = layout.is_any_word(at, &["PARTITION", "ORDER", "ROWS", "RANGE", "SEPARATOR"]);
        if is_clause { Split::Before } else { Split::No }
    });
    let commas = splits(layout, range.clone(), at_comma);
    if !window.is_empty() {
        parts(layout, &window, end, place);
    } else if commas.is_empty() {
        condition(layout, end, place);
    } else if opener.is_some_and(|opener| layout.is_word(opener, "IN")) {
        filled(layout, &commas, end, place);
    } else {
        parts(layout, &commas, end, place);
    }
}

/// Writes a list with as many items on each line as fit.
fn filled(layout: &mut Layout<'_>, starts: &[usize], end: usize, place: Place) {
    for (number, start) in starts.iter().enumerate() {
        let item_end = starts.get(number + 1).copied().unwrap_or(end);
        expression(layout, *start, place);
        if !layout.fits(&(*start..item_end)) {
            layout.newline(place.indent);
        }
    }
    expression(layout, end, place);
}
