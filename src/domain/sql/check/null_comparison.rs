//! Finds comparisons with NULL, which are never true.

use super::finding::{Finding, FindingKind};
use crate::domain::sql::errors::Offer;
use crate::domain::sql::guard::GuardTokens;
use crate::domain::sql::scope::Scope;

pub(super) fn check(scope: &Scope<'_>) -> Vec<Finding> {
    let tokens = GuardTokens::new(scope.text, &scope.tokens);
    if tokens.is_any(0, &["SET", "UPDATE", "INSERT", "REPLACE"]) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut open: Vec<Group> = Vec::new();
    for at in 0..tokens.len() {
        if tokens.is_mark(at, "(") {
            let is_not_in = at > 1 && tokens.is(at - 1, "IN") && tokens.is(at - 2, "NOT");
            open.push(if is_not_in { Group::NotIn } else { Group::Other });
        } else if tokens.is_mark(at, ")") {
            open.pop();
        } else if tokens.is(at, "NULL") {
            found.extend(compared(&tokens, at));
            found.extend(listed(&tokens, at, open.last()));
        }
    }
    found
}

/// What is in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    NotIn,
    Other,
}

/// Finds `= NULL` and the like.
fn compared(tokens: &GuardTokens<'_>, at: usize) -> Option<Finding> {
    let operator = at.checked_sub(1)?;
    let is = |marks: &[&str]| marks.iter().any(|mark| tokens.is_mark(operator, mark));
    let instead = if is(&["="]) {
        "IS NULL"
    } else if is(&["<>", "!="]) {
        "IS NOT NULL"
    } else {
        return None;
    };
    let span = tokens.span_between(operator, at);
    let is_lower = tokens.text(at) == "null";
    let replacement = if is_lower { instead.to_ascii_lowercase() } else { instead.to_owned() };
    let typed = format!("{} {}", tokens.text(operator), tokens.text(at));
    let offer = Offer::replace(span.clone(), &typed, replacement);
    let message = format!("{typed} is never true. Write {instead}.");
    Some(Finding { kind: FindingKind::NullComparison, span, message, offer })
}

/// Finds NULL as an element of `NOT IN ( … )`.
fn listed(tokens: &GuardTokens<'_>, at: usize, group: Option<&Group>) -> Option<Finding> {
    let begins = at > 0 && (tokens.is_mark(at - 1, "(") || tokens.is_mark(at - 1, ","));
    let ends = tokens.is_mark(at + 1, ")") || tokens.is_mark(at + 1, ",");
    if group != Some(&Group::NotIn) || !begins || !ends {
        return None;
    }
    let message = "NOT IN with NULL in its list is never true.".to_owned();
    Some(Finding::new(FindingKind::NullComparison, tokens.span(at), message))
}
