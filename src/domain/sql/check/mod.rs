//! Checks a statement while it is written: names that no table has, joins without a condition, and other things that a server refuses or
//! answers differently than expected. Where the columns of a table are not known, it says nothing.

mod aggregates;
mod finding;
mod joins;
mod null_comparison;
mod pinned;
mod rules;

use super::errors::{column_problem, misread_aliases, open_text, table_problem, verb_offer};
use super::scope::{self, KnownNames, Scope};
use super::{Dialect, SessionPins, guard};

pub use finding::{Finding, FindingKind, Severity};
pub use rules::FilterRule;

/// The most findings for one statement.
const MAX_FINDINGS: usize = 50;

/// What a check needs.
#[derive(Debug, Clone, Copy)]
pub struct CheckInput<'a> {
    /// One statement, without its `;`.
    pub statement: &'a str,
    /// The cursor, as a byte offset in the statement. What ends at it is still being typed, and is not reported.
    pub cursor: Option<usize>,
    pub dialect: Dialect,
    pub known: KnownNames<'a>,
    /// What the guard knows about the session.
    pub pins: &'a SessionPins,
    /// The filters that documentation packs ask for.
    pub rules: &'a [FilterRule],
}

/// Returns what is wrong or doubtful in a statement, in the order of the text.
#[must_use]
pub fn check(input: &CheckInput<'_>) -> Vec<Finding> {
    let mut found = findings(input);
    found.retain(|finding| input.cursor.is_none_or(|cursor| !is_being_typed(finding, cursor)));
    found.sort_by_key(|finding| (finding.span.start, finding.span.end));
    found.dedup_by(|later, first| later.span == first.span);
    found.truncate(MAX_FINDINGS);
    found
}

fn is_being_typed(finding: &Finding, cursor: usize) -> bool {
    finding.span.start <= cursor && cursor <= finding.span.end
}

fn findings(input: &CheckInput<'_>) -> Vec<Finding> {
    // The rest of the text belongs to the open literal.
    if let Some(open) = open_text(input.statement, input.dialect) {
        return vec![Finding::of(FindingKind::OpenText, open)];
    }
    if let Some(refused) = refused(input) {
        return vec![refused];
    }
    let scope = scope::read(input.statement, None, input.dialect, input.known);
    let mut found = names(&scope, input.dialect);
    found.extend(joins::check(&scope));
    found.extend(aggregates::check(&scope));
    found.extend(null_comparison::check(&scope));
    found.extend(rules::check(&scope, input.rules));
    found
}

/// Returns why the guard would refuse the statement.
fn refused(input: &CheckInput<'_>) -> Option<Finding> {
    let refusal = guard::refusal(input.statement, input.dialect, input.pins)?;
    // A statement that ends too early is not finished yet.
    if refusal.at.start >= input.statement.trim_end().len() || input.statement.trim().is_empty() {
        return None;
    }
    let offer = verb_offer(input.statement, input.dialect).filter(|offer| offer.span == refusal.at);
    let message = format!("{} {}", refusal.what, refusal.hint);
    Some(Finding { kind: FindingKind::Refused, span: refusal.at, message, offer })
}

fn names(scope: &Scope<'_>, dialect: Dialect) -> Vec<Finding> {
    let tables = scope.all_sources().filter_map(|(_, source)| table_problem(scope, source));
    let mut found: Vec<Finding> =
        tables.take(MAX_FINDINGS).map(|mark| Finding::of(FindingKind::UnknownTable, mark)).collect();
    let aliases = misread_aliases(scope);
    if !aliases.is_empty() {
        // The names after a misread keyword mean something else.
        found.extend(aliases.into_iter().map(|mark| Finding::of(FindingKind::MisreadAlias, mark)));
        return found;
    }
    let columns = scope.all_refs().filter_map(|(id, _)| {
        let mark = column_problem(scope, id, dialect)?;
        let is_ambiguous = matches!(scope.resolve(id), scope::ColumnResolution::Several(_));
        let kind = if is_ambiguous { FindingKind::AmbiguousColumn } else { FindingKind::UnknownColumn };
        Some(Finding::of(kind, mark))
    });
    found.extend(columns.take(MAX_FINDINGS));
    found
}
