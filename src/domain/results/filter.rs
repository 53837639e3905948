//! A filter of rows by an expression over their columns: `status = 'Open' and age > 40`, `name ~ '^A'`, `ended is null`.
//!
//! It works on loaded rows and asks no server: text compares by code point, numbers and dates by meaning, and NULL makes a test
//! unknown, as in SQL. When a text column is compared with a number, its values are read as numbers; a value that is not a number
//! makes the test unknown.
//!
//! ```text
//! either     = both ("or" both)*          both = not ("and" not)*          not = "not" not | "(" either ")" | test
//! test       = column ("=" | "!=" | "<>" | "<" | "<=" | ">" | ">=") (value | column)
//!            | column ["not"] "in" "(" value ("," value)* ")" | column ["not"] "between" value "and" value
//!            | column ["not"] "like" text | column ("~" | "~*" | "!~" | "!~*") text | column "is" ["not"] "null"
//! column     = name | `name` | "name" | table.name | #number          value = 'text' | number | 0x… | null
//! ```

mod columns;
mod condition;
mod fault;
mod parse;
mod tokens;
mod value;

use self::condition::Condition;
pub use self::fault::FilterFault;
use super::cell::Cell;
use super::column::Column;

/// An expression that was parsed for the columns of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    text: String,
    condition: Condition,
    reads_numbers: bool,
}

impl Filter {
    /// Parses an expression.
    ///
    /// # Errors
    /// A syntax error, an unknown or ambiguous column, or a value that does not fit the type of its column.
    pub fn parse(text: &str, columns: &[Column]) -> Result<Self, FilterFault> {
        let (condition, reads_numbers) = parse::parse(text, columns)?;
        Ok(Self { text: text.trim().to_owned(), condition, reads_numbers })
    }

    /// Returns the expression as it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text of a filter that also requires `condition`; the same text if it ends with that condition already.
    #[must_use]
    pub fn and(&self, condition: &str) -> String {
        match &self.condition {
            Condition::Any(_) => format!("({}) and {condition}", self.text),
            _ if self.text == condition || self.text.ends_with(&format!(" and {condition}")) => self.text.clone(),
            _ => format!("{} and {condition}", self.text),
        }
    }

    /// Whether it reads text values as numbers: those that are not numbers do not match.
    #[must_use]
    pub fn reads_numbers(&self) -> bool {
        self.reads_numbers
    }

    /// Whether a row matches. `cell` returns the value of a column; a missing one is NULL.
    #[must_use]
    pub fn matches<'a>(&self, cell: impl Fn(usize) -> Cell<'a>) -> bool {
        self.condition.is_met(&cell) == Some(true)
    }
}
