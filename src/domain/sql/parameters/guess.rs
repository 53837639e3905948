//! Guesses the type of a parameter from what it is compared with.

use std::ops::Range;

use super::items::{Item, ItemKind, Items};
use super::place::{Place, places};
use super::value_type::{ParameterShape, ParameterType};
use crate::domain::sql::Dialect;
use crate::domain::sql::keywords::is_reserved;
use crate::domain::sql::lex::TokenKind;

/// How a statement uses a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterUse {
    /// It is compared with a column, such as `s.id` at this byte range.
    Compared {
        column: Range<usize>,
        shape: ParameterShape,
    },
    /// The place decides the type, as after LIMIT.
    Typed(ParameterType),
    Unknown,
}

const COMPARISONS: [&str; 8] = ["=", "<=>", "<", ">", "<=", ">=", "<>", "!="];

/// The most items between a parameter and the beginning of its list or call.
const MAX_ITEMS: usize = 500;

/// Returns how a statement uses a parameter, for each place in which it stands.
#[must_use]
pub fn parameter_uses(text: &str, name: &str, dialect: Dialect) -> Vec<ParameterUse> {
    let items = Items::read(text, dialect);
    let places = places(&items, dialect);
    let of_name = places.into_iter().filter(|(at, _)| items.get(*at).is_some_and(|item| item.text == name));
    of_name.map(|(at, place)| use_of(&items, at, place)).collect()
}

/// Returns the type and shape of a parameter: those of the first use that says something. `type_text` returns the `COLUMN_TYPE` of the
/// column that the statement names at a byte range.
#[must_use]
pub fn guess_type(
    uses: &[ParameterUse],
    type_text: impl Fn(Range<usize>) -> Option<String>,
) -> (ParameterType, ParameterShape) {
    let mut shape = None;
    for one in uses {
        match one {
            ParameterUse::Typed(value_type) => return (*value_type, shape.unwrap_or_default()),
            ParameterUse::Compared { column, shape: found } => {
                shape = shape.or(Some(*found));
                if let Some(text) = type_text(column.clone()) {
                    return (type_of_column(&text), shape.unwrap_or_default());
                }
            }
            ParameterUse::Unknown => {}
        }
    }
    (ParameterType::Text, shape.unwrap_or_default())
}

/// Returns the type of the values of a column, by its `COLUMN_TYPE`.
#[must_use]
pub fn type_of_column(type_text: &str) -> ParameterType {
    let text = type_text.trim().to_ascii_lowercase();
    let word = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match word {
        "tinyint" if text.starts_with("tinyint(1)") => ParameterType::Boolean,
        "bit" if text.starts_with("bit(1)") => ParameterType::Boolean,
        "bool" | "boolean" => ParameterType::Boolean,
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "bit" | "year" | "serial" | "signed"
        | "unsigned" => ParameterType::Integer,
        "decimal" | "dec" | "numeric" | "fixed" | "float" | "double" | "real" => ParameterType::Decimal,
        "date" => ParameterType::Date,
        "time" => ParameterType::Time,
        "datetime" | "timestamp" => ParameterType::DateTime,
        _ => ParameterType::Text,
    }
}

fn use_of(items: &Items<'_>, at: usize, place: Place) -> ParameterUse {
    let typed = ParameterUse::Typed;
    if place == Place::Count {
        return typed(ParameterType::Integer);
    }
    let Some(before) = items.before(at, 1) else { return ParameterUse::Unknown };
    if before.is_word("INTERVAL") {
        return typed(ParameterType::Integer);
    }
    if before.is_one_of(&["LIKE", "REGEXP", "RLIKE"]) {
        return typed(ParameterType::Text);
    }
    if items.is_word(Some(at + 1), "AS")
        && let Some(to) = items.get(at + 2)
        && before.is_mark("(")
    {
        return typed(type_of_column(to.text));
    }
    let one = ParameterShape::One;
    if COMPARISONS.iter().any(|mark| before.is_mark(mark)) {
        return operand_before(items, at.checked_sub(2), one);
    }
    if before.is_word("BETWEEN") {
        return operand_before(items, skip_not(items, at.checked_sub(2)), one);
    }
    if before.is_word("AND")
        && let Some(between) = between_before(items, at)
    {
        return operand_before(items, skip_not(items, between.checked_sub(1)), one);
    }
    if (before.is_mark("(") || before.is_mark(","))
        && let Some(found) = in_list(items, at)
    {
        return found;
    }
    let next = items.get(at + 1);
    if next.is_some_and(|next| COMPARISONS.iter().any(|mark| next.is_mark(mark)) || next.is_word("BETWEEN")) {
        return operand_after(items, at + 2);
    }
    ParameterUse::Unknown
}

fn skip_not(items: &Items<'_>, at: Option<usize>) -> Option<usize> {
    if items.is_word(at, "NOT") { at?.checked_sub(1) } else { at }
}

/// Returns the index of BETWEEN in `BETWEEN x AND :name`, where `x` is one item.
fn between_before(items: &Items<'_>, at: usize) -> Option<usize> {
    let between = at.checked_sub(3)?;
    items.is_word(Some(between), "BETWEEN").then_some(between)
}

/// Returns the use as an element of `column IN ( … )`.
fn in_list(items: &Items<'_>, at: usize) -> Option<ParameterUse> {
    // The elements before are single items with commas between them.
    let mut open = at.checked_sub(1)?;
    while items.is_mark(Some(open), ",") && at - open < MAX_ITEMS {
        open = open.checked_sub(2)?;
    }
    let is_in = items.is_mark(Some(open), "(") && items.is_word(open.checked_sub(1), "IN");
    if !is_in {
        return None;
    }
    let is_alone = open + 1 == at && items.is_mark(Some(at + 1), ")");
    let shape = if is_alone { ParameterShape::List } else { ParameterShape::One };
    Some(match operand_before(items, skip_not(items, open.checked_sub(2)), shape) {
        // The type is not known, but the shape is.
        ParameterUse::Unknown | ParameterUse::Typed(_) => ParameterUse::Compared { column: 0..0, shape },
        compared @ ParameterUse::Compared { .. } => compared,
    })
}

/// Reads the operand that ends at an index: a column, or a call whose type is known.
fn operand_before(items: &Items<'_>, last: Option<usize>, shape: ParameterShape) -> ParameterUse {
    let Some(last) = last else { return ParameterUse::Unknown };
    if items.is_mark(Some(last), ")") {
        return call_before(items, last, shape);
    }
    let mut first = last;
    while items.is_mark(first.checked_sub(1), ".") && first >= 2 {
        first -= 2;
    }
    column(items, first, last, shape)
}

/// Reads the operand that begins at an index.
fn operand_after(items: &Items<'_>, first: usize) -> ParameterUse {
    if items.is_mark(Some(first + 1), "(") {
        return items.get(first).map_or(ParameterUse::Unknown, call_type);
    }
    let mut last = first;
    while items.is_mark(Some(last + 1), ".") && items.get(last + 2).is_some() {
        last += 2;
    }
    column(items, first, last, ParameterShape::One)
}

fn column(items: &Items<'_>, first: usize, last: usize, shape: ParameterShape) -> ParameterUse {
    let is_column = |item: &Item<'_>| match item.kind {
        ItemKind::Token(TokenKind::QuotedIdentifier) => true,
        ItemKind::Token(TokenKind::Word) => first < last || !is_reserved(item.text),
        ItemKind::Token(_) | ItemKind::Named(_) => false,
    };
    match (items.get(first), items.get(last)) {
        (Some(start), Some(end)) if is_column(start) && is_column(end) => {
            ParameterUse::Compared { column: start.span.start..end.span.end, shape }
        }
        _ => ParameterUse::Unknown,
    }
}

/// Reads the call that ends at a parenthesis: the function decides, or its only argument if that is a column.
fn call_before(items: &Items<'_>, close: usize, shape: ParameterShape) -> ParameterUse {
    let mut depth = 0_usize;
    let open = (0..=close).rev().take(MAX_ITEMS).find(|&at| {
        if items.is_mark(Some(at), ")") {
            depth += 1;
        } else if items.is_mark(Some(at), "(") {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    });
    let Some(open) = open else { return ParameterUse::Unknown };
    let Some(function) = items.before(open, 1) else { return ParameterUse::Unknown };
    if function.is_one_of(&["MIN", "MAX", "COALESCE", "IFNULL", "NULLIF", "ANY_VALUE"]) {
        let mut last = open + 1;
        while items.is_mark(Some(last + 1), ".") {
            last += 2;
        }
        return column(items, open + 1, last, shape);
    }
    call_type(function)
}

fn call_type(function: &Item<'_>) -> ParameterUse {
    let is = |names: &[&str]| function.is_one_of(names);
    if is(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEK", "QUARTER", "COUNT", "LENGTH", "CHAR_LENGTH"])
        || is(&[
            "DATEDIFF",
            "TIMESTAMPDIFF",
            "DAYOFWEEK",
            "DAYOFYEAR",
            "WEEKDAY",
            "YEARWEEK",
            "FLOOR",
            "CEIL",
            "CEILING",
        ])
    {
        return ParameterUse::Typed(ParameterType::Integer);
    }
    if is(&["DATE", "CURDATE", "LAST_DAY"]) {
        return ParameterUse::Typed(ParameterType::Date);
    }
    if is(&["NOW", "SYSDATE", "TIMESTAMP", "FROM_UNIXTIME"]) {
        return ParameterUse::Typed(ParameterType::DateTime);
    }
    if is(&["SUM", "AVG", "ROUND", "ABS"]) {
        return ParameterUse::Typed(ParameterType::Decimal);
    }
    if is(&["LOWER", "UPPER", "TRIM", "CONCAT", "LEFT", "RIGHT", "SUBSTRING", "SUBSTR", "DATE_FORMAT", "HEX"]) {
        return ParameterUse::Typed(ParameterType::Text);
    }
    ParameterUse::Unknown
}
