//! Where a named parameter stands, and whether the server takes a bound value there.

use super::items::{Item, ItemKind, Items};
use crate::domain::sql::keywords::is_keyword;
use crate::domain::sql::lex::TokenKind;
use crate::domain::sql::{Dialect, ServerFamily};

/// What may stand at the place of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// One value.
    Value,
    /// One value, or several with commas.
    Element(ListKind),
    /// The number of rows after LIMIT or OFFSET.
    Count,
    /// No bound value: what is expected instead, and what to do.
    NoValue(&'static str, &'static str),
}

/// What kind of list a parameter is an element of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    In,
    /// `NOT IN` with no other element.
    NotInAlone,
    /// `NOT IN` with other elements.
    NotIn,
    /// The arguments of a function.
    Arguments,
}

const NAME_HINT: &str = "Write the name into the statement: MySQL binds values, not names.";
const LITERAL_HINT: &str = "Write the value into the statement as a literal.";

/// A part of a statement that decides what a comma means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clause {
    Tables,
    OrderOrGroup,
    Limit,
    Other,
}

/// An open parenthesis; the statement itself is the first group.
struct Group {
    clause: Clause,
    has_select: bool,
    /// Index of the parenthesis; `None` for the statement.
    open: Option<usize>,
}

/// Returns the place of each named parameter: its index among the items, and what may stand there.
pub(super) fn places(items: &Items<'_>, dialect: Dialect) -> Vec<(usize, Place)> {
    let mut groups = vec![Group { clause: Clause::Other, has_select: true, open: None }];
    let mut found = Vec::new();
    for (at, item) in items.iter() {
        match item.kind {
            ItemKind::Named(_) => {
                if let Some(group) = groups.last() {
                    let place = frame_place(items, at, dialect).unwrap_or_else(|| place(items, at, group));
                    found.push((at, place));
                }
            }
            ItemKind::Token(_) if item.is_mark("(") => {
                let is_table_list = groups.last().is_some_and(|group| group.clause == Clause::Tables)
                    && items.before(at, 1).is_some_and(|before| before.is_mark("(") || begins_table(before));
                let clause = if is_table_list { Clause::Tables } else { Clause::Other };
                groups.push(Group { clause, has_select: false, open: Some(at) });
            }
            ItemKind::Token(_) if item.is_mark(")") => {
                if groups.len() > 1 {
                    groups.pop();
                }
            }
            ItemKind::Token(TokenKind::Word) => {
                if let Some(group) = groups.last_mut() {
                    read_word(items, at, item, group);
                }
            }
            ItemKind::Token(_) => {}
        }
    }
    found
}

fn begins_table(item: &Item<'_>) -> bool {
    item.is_mark(",") || item.is_one_of(&["FROM", "JOIN", "STRAIGHT_JOIN"])
}

fn read_word(items: &Items<'_>, at: usize, item: &Item<'_>, group: &mut Group) {
    let follows = |words: &[&str]| items.before(at, 1).is_some_and(|before| before.is_one_of(words));
    let follows_dot = items.before(at, 1).is_some_and(|before| before.is_mark("."));
    if follows_dot {
        return;
    }
    match item.text.to_ascii_uppercase().as_str() {
        "SELECT" => (group.clause, group.has_select) = (Clause::Other, true),
        "FROM" if group.has_select && !follows(&["DISTINCT"]) => group.clause = Clause::Tables,
        "JOIN" | "STRAIGHT_JOIN" if group.clause != Clause::Limit => group.clause = Clause::Tables,
        "BY" if follows(&["ORDER", "GROUP"]) => group.clause = Clause::OrderOrGroup,
        "LIMIT" => group.clause = Clause::Limit,
        "WHERE" | "HAVING" | "WINDOW" | "UNION" | "EXCEPT" | "INTERSECT" | "SET" | "VALUES" | "ORDER" | "GROUP"
        | "PARTITION" | "ROWS" | "RANGE" | "SEPARATOR" | "FOR" | "INTO" => group.clause = Clause::Other,
        _ => {}
    }
}

/// Returns the place in the frame of a window. MariaDB takes a literal there only.
fn frame_place(items: &Items<'_>, at: usize, dialect: Dialect) -> Option<Place> {
    let is_frame = items.get(at + 1).is_some_and(|after| after.is_one_of(&["PRECEDING", "FOLLOWING"]));
    let is_refused = is_frame && dialect.server == ServerFamily::MariaDb;
    is_refused.then_some(Place::NoValue("a literal number", LITERAL_HINT))
}

fn place(items: &Items<'_>, at: usize, group: &Group) -> Place {
    let before = items.before(at, 1);
    if let Some(refused) = no_value_by_marks(items, at) {
        return refused;
    }
    let Some(before) = before else {
        return Place::NoValue("a statement", "Write the statement itself.");
    };
    if let Some(refused) = no_value_after(items, at, before, group) {
        return refused;
    }
    if group.clause == Clause::Limit {
        return Place::Count;
    }
    let begins_item = before.is_mark(",") || before.is_word("BY");
    if begins_item && group.clause == Clause::OrderOrGroup && ends_order_item(items.get(at + 1)) {
        return Place::NoValue(
            "a column in ORDER BY or GROUP BY",
            "Write the column into the statement: a bound value is the same for each row.",
        );
    }
    if before.is_mark(",") && group.clause == Clause::Tables {
        return Place::NoValue("the name of a table", NAME_HINT);
    }
    group.open.map_or(Place::Value, |open| place_in_group(items, at, open, group))
}

/// Refuses what touches a dot or a parenthesis.
fn no_value_by_marks(items: &Items<'_>, at: usize) -> Option<Place> {
    let after = items.get(at + 1);
    if items.before(at, 1).is_some_and(|before| before.is_mark(".")) || after.is_some_and(|after| after.is_mark(".")) {
        return Some(Place::NoValue("a part of a name", NAME_HINT));
    }
    if after.is_some_and(|after| after.is_mark("(")) {
        return Some(Place::NoValue("the name of a function", NAME_HINT));
    }
    None
}

/// Refuses what stands after a word that a name or a literal must follow.
fn no_value_after(items: &Items<'_>, at: usize, before: &Item<'_>, group: &Group) -> Option<Place> {
    if before.is_mark("->") || before.is_mark("->>") {
        return Some(Place::NoValue("a literal path", "Write JSON_EXTRACT(column, :path)."));
    }
    let earlier = items.before(at, 2);
    let is_after = |words: &[&str]| earlier.is_some_and(|earlier| earlier.is_one_of(words));
    let is_show = items.is_word(Some(0), "SHOW");
    if earlier.is_some_and(|earlier| earlier.is_word("INTERVAL")) {
        return Some(Place::NoValue("a unit such as DAY", "Write the unit into the statement."));
    }
    if !before.is_name() {
        return follows_operand(before).then_some(Place::NoValue("an operator", "Write an operator before it."));
    }
    let word = before.text.to_ascii_uppercase();
    Some(match word.as_str() {
        "FROM" if !is_after(&["DISTINCT"]) && is_table_place(items, group) => {
            Place::NoValue(table_or_schema(is_show), NAME_HINT)
        }
        "JOIN" | "STRAIGHT_JOIN" | "TABLE" | "INTO" | "DESCRIBE" | "DESC" | "UPDATE" if !is_after_dot(earlier) => {
            if word == "DESC" && at > 1 {
                return None;
            }
            Place::NoValue("the name of a table", NAME_HINT)
        }
        "USE" if at == 1 => Place::NoValue("the name of a database", NAME_HINT),
        "SET" if at == 1 => Place::NoValue("the name of a variable", NAME_HINT),
        "SET" if is_after(&["CHARACTER"]) => Place::NoValue("the name of a character set", NAME_HINT),
        "AS" => Place::NoValue("an alias or a type", NAME_HINT),
        "COLLATE" => Place::NoValue("the name of a collation", NAME_HINT),
        "USING" => Place::NoValue("the name of a character set", NAME_HINT),
        "OVER" => Place::NoValue("the name of a window", NAME_HINT),
        "TIMESTAMP" if is_after(&["OF"]) => return None,
        "DATE" | "TIME" | "TIMESTAMP" => Place::NoValue("a literal", "Write CAST(:name AS DATE), or the name alone."),
        "LIKE" if is_show => Place::NoValue("a literal pattern", "Write the pattern into the statement, or use WHERE."),
        "SEPARATOR" | "PATH" => Place::NoValue("a literal text", LITERAL_HINT),
        _ if word.starts_with('_') && before.kind == ItemKind::Token(TokenKind::Word) => {
            Place::NoValue("a literal text", "Write CONVERT(:name USING utf8mb4).")
        }
        _ if before.kind == ItemKind::Token(TokenKind::QuotedIdentifier) || !is_keyword(&word) => Place::NoValue(
            "an operator, an alias, or ASC or DESC",
            "Write an operator before it. MySQL binds values only.",
        ),
        _ => return None,
    })
}

fn is_after_dot(earlier: Option<&Item<'_>>) -> bool {
    earlier.is_some_and(|earlier| earlier.is_mark("."))
}

fn table_or_schema(is_show: bool) -> &'static str {
    if is_show { "the name of a table or database" } else { "the name of a table" }
}

/// Whether an operand may end with this item, so that no other operand can follow it.
fn follows_operand(item: &Item<'_>) -> bool {
    match item.kind {
        ItemKind::Named(_) => true,
        ItemKind::Token(kind) => {
            matches!(kind, TokenKind::Number | TokenKind::HexOrBit | TokenKind::String | TokenKind::Variable)
                || item.is_mark(")")
        }
    }
}

/// Whether FROM names a table in a group. In `EXTRACT(YEAR FROM x)`, `TRIM(a FROM x)` and the like it does not.
fn is_table_place(items: &Items<'_>, group: &Group) -> bool {
    let call = group.open.filter(|_| !group.has_select).and_then(|open| items.before(open, 1));
    !call.is_some_and(|call| call.is_one_of(&["EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "MID", "POSITION", "OVERLAY"]))
}

fn ends_order_item(after: Option<&Item<'_>>) -> bool {
    after.is_none_or(|after| {
        after.is_mark(",")
            || after.is_mark(")")
            || after.is_one_of(&[
                "ASC",
                "DESC",
                "LIMIT",
                "HAVING",
                "WITH",
                "ROWS",
                "RANGE",
                "SEPARATOR",
                "UNION",
                "ORDER",
                "FOR",
                "INTO",
                "OFFSET",
                "FETCH",
            ])
    })
}

/// Returns the place in a group of parentheses: an element of a list, a name, or one value.
fn place_in_group(items: &Items<'_>, at: usize, open: usize, group: &Group) -> Place {
    let Some(opener) = items.before(open, 1).filter(|opener| opener.is_name()) else { return Place::Value };
    let earlier = items.before(open, 2);
    let is_after = |words: &[&str]| earlier.is_some_and(|earlier| earlier.is_one_of(words));
    if opener.is_one_of(&["INDEX", "KEY", "PARTITION", "USING"]) {
        return Place::NoValue("a list of names", NAME_HINT);
    }
    if is_after(&["AS"]) && !group.has_select && is_keyword(opener.text) {
        return Place::NoValue("the size of a type", "Write the number into the statement.");
    }
    let begins = items.before(at, 1).is_some_and(|before| before.is_mark("(") || before.is_mark(","));
    let ends = items.get(at + 1).is_some_and(|after| after.is_mark(",") || after.is_mark(")"));
    if !begins || !ends || group.has_select {
        return Place::Value;
    }
    if !opener.is_word("IN") {
        let is_operator =
            opener.is_one_of(&["AND", "OR", "XOR", "NOT", "WHERE", "HAVING", "ON", "SELECT", "VALUES", "ROW"]);
        return if is_operator { Place::Value } else { Place::Element(ListKind::Arguments) };
    }
    let is_alone = open + 1 == at && items.is_mark(Some(at + 1), ")");
    Place::Element(match (is_after(&["NOT"]), is_alone) {
        (false, _) => ListKind::In,
        (true, true) => ListKind::NotInAlone,
        (true, false) => ListKind::NotIn,
    })
}
