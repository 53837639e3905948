//! A choice of rows by an expression over their columns: `status = 'Open' and age > 40`, `name ~ '^A'`, `ended is null`.
//! Knows no server: text is compared by code point, numbers and dates by their meaning, and NULL is unknown, as in SQL. Beside a
//! number the texts of a column are read as numbers; one that is none is unknown.
//!
//! ```text
//! either     = both ("or" both)*          both = not ("and" not)*          not = "not" not | "(" either ")" | test
//! test       = column ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") (value | column)
//!            | column ["not"] "in" "(" value ("," value)* ")" | column ["not"] "between" value "and" value
//!            | column ["not"] "like" text | column ("~" | "~*" | "!~" | "!~*") text | column "is" ["not"] "null"
//! column     = name | `name` | "name" | table.name | #number          value = 'text' | number | 0x… | null
//! ```

mod read;
mod words;

use std::cmp::Ordering;
use std::ops::Range;

use super::key::{Key, CompareKind};
use super::{Cell, Column, Pattern};

/// An expression that was read against the columns of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    test: Test,
    reads_numbers: bool,
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterFault {
    /// Where in the text, in bytes.
    pub at: Range<usize>,
    /// What is wrong there.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn holds(self, ordering: Ordering) -> bool {
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

/// The key of a value that was typed; `None` is NULL.
type Literal = Option<Key<'static>>;

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Both(Vec<Test>),
    Either(Vec<Test>),
    Not(Box<Test>),
    /// A column beside a value.
    Value(usize, CompareKind, Relation, Literal),
    /// A column beside another.
    Columns(usize, usize, CompareKind, Relation),
    In(usize, CompareKind, Vec<Literal>),
    Between(usize, CompareKind, Literal, Literal),
    Pattern(usize, Pattern),
    IsNull(usize),
}

impl Filter {
    /// Reads an expression.
    ///
    /// # Errors
    /// Where it is none, or names a column that the result does not have, or a value that its column cannot have.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, FilterFault> {
        let (test, reads_numbers) = read::read(text, columns)?;
        Ok(Self { text: text.trim().to_owned(), test, reads_numbers })
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same rows, of which another condition must hold too; the same text where that stands at its end already.
    #[must_use]
    pub fn and(&self, condition: &str) -> String {
        match &self.test {
            Test::Either(_) => format!("({}) and {condition}", self.text),
            _ if self.text == condition || self.text.ends_with(&format!(" and {condition}")) => self.text.clone(),
            _ => format!("{} and {condition}", self.text),
        }
    }

    /// Whether it reads texts as numbers, and knows nothing of those that are none.
    #[must_use]
    pub fn reads_numbers(&self) -> bool {
        self.reads_numbers
    }

    /// Whether it takes a row. `cell` gives the value of a column; a missing one is NULL.
    #[must_use]
    pub fn takes<'a>(&self, cell: impl Fn(usize) -> Cell<'a>) -> bool {
        self.test.holds(&cell) == Some(true)
    }
}

impl Test {
    /// `None`: it cannot be told, since a value is NULL.
    fn holds<'a>(&self, cell: &impl Fn(usize) -> Cell<'a>) -> Option<bool> {
        match self {
            Self::Both(tests) => all(tests.iter().map(|test| test.holds(cell)), false),
            Self::Either(tests) => all(tests.iter().map(|test| test.holds(cell)), true),
            Self::Not(test) => test.holds(cell).map(|holds| !holds),
            Self::Value(column, kind, relation, value) => {
                compare(&kind.key(cell(*column)), value.as_ref()).map(|ordering| relation.holds(ordering))
            }
            Self::Columns(one, other, kind, relation) => {
                let (one, other) = (kind.key(cell(*one)), kind.key(cell(*other)));
                compare(&one, Some(&other)).map(|ordering| relation.holds(ordering))
            }
            Self::In(column, kind, values) => {
                let key = kind.key(cell(*column));
                let is = |value: &Literal| compare(&key, value.as_ref()).map(Ordering::is_eq);
                all(values.iter().map(is), true)
            }
            Self::Between(column, kind, least, most) => {
                let key = kind.key(cell(*column));
                let bounds = [
                    compare(&key, least.as_ref()).map(Ordering::is_ge),
                    compare(&key, most.as_ref()).map(Ordering::is_le),
                ];
                all(bounds.into_iter(), false)
            }
            Self::Pattern(column, pattern) => cell(*column).bytes().map(|bytes| pattern.is_in(bytes)),
            Self::IsNull(column) => Some(cell(*column) == Cell::Null),
        }
    }
}

fn compare(key: &Key<'_>, value: Option<&Key<'_>>) -> Option<Ordering> {
    let value = value.filter(|value| value.is_known() && key.is_known())?;
    Some(key.cmp(value))
}

/// SQL's AND (`deciding` is false) or OR (`deciding` is true) of three values.
fn all(tests: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let mut is_known = true;
    for test in tests {
        match test {
            Some(holds) if holds == deciding => return Some(deciding),
            Some(_) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(!deciding)
}
