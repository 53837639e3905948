//! Finds plain columns next to an aggregate in a query without GROUP BY.

use std::collections::BTreeMap;
use std::ops::Range;

use super::finding::{Finding, FindingKind};
use super::pinned::pinned_columns;
use crate::domain::sql::scope::{
    BlockId, BlockKind, CallId, Clause, ColumnRef, ColumnResolution, FunctionCall, RefId, RefKind, Scope,
    SelectItemKind,
};

const AGGREGATES: [&str; 17] = [
    "AVG",
    "BIT_AND",
    "BIT_OR",
    "BIT_XOR",
    "COUNT",
    "GROUP_CONCAT",
    "JSON_ARRAYAGG",
    "JSON_OBJECTAGG",
    "MAX",
    "MIN",
    "STD",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "SUM",
    "VAR_POP",
    "VAR_SAMP",
];
/// They make one value of a column too.
const ALSO_SINGLE: [&str; 3] = ["ANY_VALUE", "VARIANCE", "GROUPING"];

pub(super) fn check(scope: &Scope<'_>) -> Vec<Finding> {
    let aggregates = aggregates(scope);
    if aggregates.is_empty() {
        return Vec::new();
    }
    let plain = plain_columns(scope);
    let mut found = Vec::new();
    for (id, block) in scope.all_blocks() {
        let is_checked = block.kind == BlockKind::Select && !block.has_group_by && !block.is_unsure;
        let Some(aggregate) = aggregates.get(&id).filter(|_| is_checked && !block.sources.is_empty()) else { continue };
        if let Some(column) = plain.get(&id) {
            let span = column.span.clone();
            let name = scope.text.get(span.clone()).unwrap_or_default();
            found.push(mixed(span, name, aggregate));
        } else if let Some(item) = block.items.iter().find(|item| item.kind == SelectItemKind::Star(None)) {
            found.push(mixed(item.span.clone(), "*", aggregate));
        }
    }
    found
}

fn mixed(span: Range<usize>, name: &str, aggregate: &FunctionCall) -> Finding {
    let function = aggregate.name.to_ascii_uppercase();
    let message = format!(
        "{name} stands next to {function} without GROUP BY: the server refuses it, or returns {name} of any one row."
    );
    Finding::new(FindingKind::MixedAggregate, span, message)
}

/// Returns the first aggregate in the select list of each query that has one.
pub(super) fn aggregates<'s>(scope: &'s Scope<'_>) -> BTreeMap<BlockId, &'s FunctionCall> {
    let mut found = BTreeMap::new();
    for call in &scope.calls {
        if let Some(block) = call.block.filter(|_| call.clause == Clause::SelectList && is_aggregate(call, &AGGREGATES))
        {
            found.entry(block).or_insert(call);
        }
    }
    found
}

fn is_aggregate(call: &FunctionCall, names: &[&str]) -> bool {
    !call.is_windowed && names.iter().any(|name| name.eq_ignore_ascii_case(&call.name))
}

/// Returns, for each query, the first column of its select list that is in no aggregate and can differ from row to row.
fn plain_columns<'s>(scope: &'s Scope<'_>) -> BTreeMap<BlockId, &'s ColumnRef> {
    let pinned = pinned_columns(scope);
    let is_plain = |id: RefId, column: &ColumnRef| {
        let is_listed = column.clause == Clause::SelectList && column.kind != RefKind::Using;
        if !is_listed || is_in_aggregate(scope, column.call) {
            return false;
        }
        match scope.resolve(id) {
            ColumnResolution::One { source, .. } => {
                let is_own = scope.source(source).is_some_and(|source| source.block == column.block);
                is_own && !pinned.contains(&(source, column.name.to_lowercase()))
            }
            ColumnResolution::Item { .. }
            | ColumnResolution::Several(_)
            | ColumnResolution::NoColumn
            | ColumnResolution::NoTable
            | ColumnResolution::Unknown => false,
        }
    };
    let mut found = BTreeMap::new();
    for (id, column) in scope.all_refs() {
        if !found.contains_key(&column.block) && is_plain(id, column) {
            found.insert(column.block, column);
        }
    }
    found
}

fn is_in_aggregate(scope: &Scope<'_>, call: Option<CallId>) -> bool {
    const MAX_LEVELS: usize = 64;
    let mut current = call;
    for _ in 0..MAX_LEVELS {
        let Some(call) = current.and_then(|call| scope.call(call)) else { return false };
        if is_aggregate(call, &AGGREGATES) || is_aggregate(call, &ALSO_SINGLE) {
            return true;
        }
        current = call.outer;
    }
    true
}
