//! Marks errors in a statement: which token is wrong, what is wrong with it, and which known name was probably meant.

mod keywords;
mod message;
mod names;
mod open;
mod place;
mod syntax;
mod types;

use super::Dialect;
use super::scope::{self, KnownNames, Scope};
use crate::domain::catalog::{Catalog, NameCase};

pub use keywords::misread_aliases;
pub use names::{column_problem, table_problem};
pub use open::open_text;
pub use syntax::verb_offer;
pub use types::{ErrorMark, Offer};

/// An error that a server reports for a statement.
#[derive(Debug, Clone, Copy)]
pub struct ReportedError<'a> {
    /// The error number, such as 1064.
    pub code: u16,
    pub message: &'a str,
}

/// Returns which part of a statement a server error means, and an offer if a known name is near. `None` if the message names nothing that
/// is in the statement.
#[must_use]
pub fn mark_error(
    statement: &str,
    error: ReportedError<'_>,
    dialect: Dialect,
    known: KnownNames<'_>,
) -> Option<ErrorMark> {
    if let Some(open) = open_text(statement, dialect) {
        return Some(open);
    }
    match error.code {
        message::SYNTAX | message::OLD_SYNTAX => syntax::mark(statement, error.message, dialect),
        code => {
            let scope = scope::read(statement, None, dialect, known);
            marked_name(&scope, code, error.message, dialect)
        }
    }
}

/// Returns the byte offset in a statement to which a server error refers. `None` if the message names nothing that is in the statement.
#[must_use]
pub fn error_offset(statement: &str, server_message: &str, code: u16, dialect: Dialect) -> Option<usize> {
    let catalog = Catalog::default();
    let known = KnownNames { catalog: &catalog, database: None, name_case: NameCase::Ignored };
    let error = ReportedError { code, message: server_message };
    mark_error(statement, error, dialect, known).map(|mark| mark.span.start)
}

fn marked_name(scope: &Scope<'_>, code: u16, server_message: &str, dialect: Dialect) -> Option<ErrorMark> {
    let named = message::named(code, server_message)?;
    let text = scope.text;
    let at_name = |name: &str| place::name_span(text, name, named.clause, dialect).map(ErrorMark::at);
    match named.kind {
        message::NamedKind::Column => {
            names::unknown_column(scope, &named.name, named.clause).or_else(|| at_name(&named.name))
        }
        message::NamedKind::Ambiguous => {
            names::ambiguous_column(scope, &named.name, named.clause).or_else(|| at_name(&named.name))
        }
        message::NamedKind::Table => names::unknown_table(scope, &named.name).or_else(|| at_name(&named.name)),
        message::NamedKind::Qualifier => names::unknown_qualifier(scope, &named.name)
            .or_else(|| names::unknown_table(scope, &named.name))
            .or_else(|| at_name(&named.name)),
        message::NamedKind::Database => names::unknown_database(scope, &named.name).or_else(|| at_name(&named.name)),
        message::NamedKind::Function => names::unknown_function(scope, &named.name).or_else(|| at_name(&named.name)),
        message::NamedKind::SpacedFunction => {
            names::spaced_function(scope, &named.name).or_else(|| at_name(&named.name))
        }
        message::NamedKind::Alias => names::second_alias(scope, &named.name).or_else(|| at_name(&named.name)),
        message::NamedKind::Other => at_name(&named.name),
        message::NamedKind::Literal => place::literal_span(text, &named.name, dialect).map(ErrorMark::at),
    }
}
