//! Finds columns that a condition compares with one value.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::domain::sql::lex::{Token, TokenKind};
use crate::domain::sql::scope::{Clause, ColumnResolution, Scope, SourceId};

/// Returns the columns with `column = value` in WHERE or ON: the source, and the name in lower case.
pub(super) fn pinned_columns(scope: &Scope<'_>) -> BTreeSet<(SourceId, String)> {
    let mut found = BTreeSet::new();
    for (id, column) in scope.all_refs() {
        let is_condition = matches!(column.clause, Clause::Where | Clause::On) && column.call.is_none();
        if !is_condition || !is_compared_with_value(scope, &column.span) {
            continue;
        }
        if let ColumnResolution::One { source, .. } = scope.resolve(id) {
            found.insert((source, column.name.to_lowercase()));
        }
    }
    found
}

/// Whether `=` and a value follow a range, or are before it.
fn is_compared_with_value(scope: &Scope<'_>, span: &Range<usize>) -> bool {
    let first = scope.tokens.partition_point(|token| token.span.start < span.start);
    let after = scope.tokens.partition_point(|token| token.span.start < span.end);
    let token = |at: Option<usize>| at.and_then(|at| scope.tokens.get(at));
    let is_equal = |at: Option<usize>| token(at).is_some_and(|token| token.text(scope.text) == "=");
    let is_value = |at: Option<usize>| token(at).is_some_and(|token| is_value(scope.text, token));
    (is_equal(Some(after)) && is_value(Some(after + 1)))
        || (is_equal(first.checked_sub(1)) && is_value(first.checked_sub(2)))
}

fn is_value(text: &str, token: &Token) -> bool {
    match token.kind {
        TokenKind::String | TokenKind::Number | TokenKind::HexOrBit | TokenKind::Variable | TokenKind::Parameter => {
            true
        }
        // The colon of a named parameter.
        TokenKind::Operator => token.text(text) == ":",
        TokenKind::Word
        | TokenKind::QuotedIdentifier
        | TokenKind::Punctuation
        | TokenKind::Space
        | TokenKind::LineComment
        | TokenKind::BlockComment
        | TokenKind::Hint
        | TokenKind::CodeOpen
        | TokenKind::CodeClose
        | TokenKind::ClientEnd
        | TokenKind::Stray => false,
    }
}
