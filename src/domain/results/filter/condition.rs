//! The condition of a filter and how a row is tested against it, with SQL's three-valued logic.

use std::cmp::Ordering;

use crate::domain::results::cell::Cell;
use crate::domain::results::compare_key::{CompareKey, CompareKind};
use crate::domain::results::pattern::Pattern;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn is_met(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// The comparison key of a value in the filter; `None` is NULL.
pub(super) type Literal = Option<CompareKey<'static>>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// A column compared with a value.
    Value(usize, CompareKind, Relation, Literal),
    /// A column compared with another column.
    Columns(usize, usize, CompareKind, Relation),
    In(usize, CompareKind, Vec<Literal>),
    Between(usize, CompareKind, Literal, Literal),
    Pattern(usize, Pattern),
    IsNull(usize),
}

impl Condition {
    /// Whether a row meets the condition; `None` if that is unknown because a value is NULL.
    pub(super) fn is_met<'a>(&self, cell: &impl Fn(usize) -> Cell<'a>) -> Option<bool> {
        match self {
            Self::All(tests) => join(tests.iter().map(|test| test.is_met(cell)), false),
            Self::Any(tests) => join(tests.iter().map(|test| test.is_met(cell)), true),
            Self::Not(test) => test.is_met(cell).map(|is_met| !is_met),
            Self::Value(column, kind, relation, value) => {
                compare(&kind.key(cell(*column)), value.as_ref()).map(|ordering| relation.is_met(ordering))
            }
            Self::Columns(one, other, kind, relation) => {
                let (one, other) = (kind.key(cell(*one)), kind.key(cell(*other)));
                compare(&one, Some(&other)).map(|ordering| relation.is_met(ordering))
            }
            Self::In(column, kind, values) => {
                let key = kind.key(cell(*column));
                let is = |value: &Literal| compare(&key, value.as_ref()).map(Ordering::is_eq);
                join(values.iter().map(is), true)
            }
            Self::Between(column, kind, least, most) => {
                let key = kind.key(cell(*column));
                let bounds = [
                    compare(&key, least.as_ref()).map(Ordering::is_ge),
                    compare(&key, most.as_ref()).map(Ordering::is_le),
                ];
                join(bounds.into_iter(), false)
            }
            Self::Pattern(column, pattern) => cell(*column).bytes().map(|bytes| pattern.is_in(bytes)),
            Self::IsNull(column) => Some(cell(*column) == Cell::Null),
        }
    }
}

/// Compares two keys; `None` if one of them is NULL or cannot be parsed as its type.
fn compare(key: &CompareKey<'_>, value: Option<&CompareKey<'_>>) -> Option<Ordering> {
    let value = value.filter(|value| value.is_readable() && key.is_readable())?;
    Some(key.cmp(value))
}

/// Joins three-valued results as SQL does: AND when `deciding` is false, OR when it is true.
fn join(tests: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let mut is_known = true;
    for test in tests {
        match test {
            Some(is_met) if is_met == deciding => return Some(deciding),
            Some(_) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(!deciding)
}
