//! Finds tables that no condition links to the other tables of their query: each row of the one is combined with each row of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::aggregates::aggregates;
use super::finding::{Finding, FindingKind};
use super::pinned::pinned_columns;
use crate::domain::catalog::KeyRole;
use crate::domain::sql::scope::{
    Block, BlockId, BlockKind, Clause, ColumnResolution, JoinKind, RefKind, Scope, Source, SourceId, SourceKind,
};

pub(super) fn check(scope: &Scope<'_>) -> Vec<Finding> {
    let has_joins = scope.all_blocks().any(|(_, block)| block.sources.len() > 1);
    if !has_joins {
        return Vec::new();
    }
    let conditions = conditions(scope);
    let mut groups = Groups::default();
    let mut unknown: BTreeSet<BlockId> = BTreeSet::new();
    let mut first_of: BTreeMap<usize, SourceId> = BTreeMap::new();
    for (id, column) in scope.all_refs() {
        if !matches!(column.clause, Clause::Where | Clause::On | Clause::Having | Clause::Using) {
            continue;
        }
        match scope.resolve(id) {
            ColumnResolution::One { source, .. } => {
                let at = scope.tokens.partition_point(|token| token.span.start < column.span.start);
                let condition = conditions.get(at).copied().unwrap_or_default();
                let first = *first_of.entry(condition).or_insert(source);
                groups.join(first, source);
            }
            ColumnResolution::Item { .. } => {}
            ColumnResolution::Several(_)
            | ColumnResolution::NoColumn
            | ColumnResolution::NoTable
            | ColumnResolution::Unknown => add_with_outer(scope, column.block, &mut unknown),
        }
    }
    let known = Known { aggregates: aggregates(scope).into_keys().collect(), pinned: pinned_columns(scope) };
    let blocks = scope.all_blocks().filter(|(id, block)| block.sources.len() > 1 && !unknown.contains(id));
    blocks.flat_map(|(_, block)| check_block(scope, block, &mut groups, &known)).collect()
}

/// What the checks of all queries use.
struct Known {
    /// The queries with an aggregate in their list.
    aggregates: BTreeSet<BlockId>,
    pinned: BTreeSet<(SourceId, String)>,
}

/// Adds a query and those around it.
fn add_with_outer(scope: &Scope<'_>, block: BlockId, to: &mut BTreeSet<BlockId>) {
    let mut current = Some(block);
    while let Some(block) = current.filter(|block| to.insert(*block)) {
        current = scope.block(block).and_then(|block| block.outer);
    }
}

/// Returns the number of the condition for each token: AND, OR, XOR and the beginning of a clause begin the next one. After a
/// parenthesis the condition before it goes on.
fn conditions(scope: &Scope<'_>) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(scope.tokens.len());
    let (mut current, mut last) = (0, 0);
    let (mut open, mut betweens) = (Vec::new(), 0_usize);
    for token in &scope.tokens {
        let word = token.text(scope.text);
        let is = |words: &[&str]| words.iter().any(|other| other.eq_ignore_ascii_case(word));
        if word == "(" {
            open.push((current, betweens));
            betweens = 0;
        } else if word == ")" {
            (current, betweens) = open.pop().unwrap_or((current, 0));
        } else if is(&["BETWEEN"]) {
            betweens += 1;
        } else if is(&["AND"]) && betweens > 0 {
            betweens -= 1;
        } else if is(&[
            "AND", "OR", "XOR", "&&", "SELECT", "FROM", "WHERE", "ON", "USING", "HAVING", "GROUP", "ORDER", "JOIN",
        ]) {
            last += 1;
            current = last;
        }
        numbers.push(current);
    }
    numbers
}

fn check_block(scope: &Scope<'_>, block: &Block, groups: &mut Groups, known: &Known) -> Vec<Finding> {
    if block.is_unsure || block.kind != BlockKind::Select {
        return Vec::new();
    }
    let sources: Vec<(SourceId, &Source)> =
        block.sources.iter().filter_map(|id| Some((*id, scope.source(*id)?))).collect();
    let Some((first, first_source)) = sources.first().copied() else { return Vec::new() };
    let joins_by_name = scope.refs.iter().any(|column| column.kind == RefKind::Using);
    for (id, source) in &sources {
        let is_meant = matches!(source.join, JoinKind::Cross | JoinKind::Natural)
            || is_single_row(scope, source, known)
            || (joins_by_name && source.has_condition && !block.merged.is_empty());
        if is_meant {
            groups.join(first, *id);
        }
    }
    if is_single_row(scope, first_source, known)
        && let Some((second, _)) = sources.get(1)
    {
        groups.join(first, *second);
    }
    let is_pinned = |id: SourceId, source: &Source| {
        let table = scope.table_of(source);
        let own = known.pinned.range((id, String::new())..).take_while(|(of, _)| *of == id);
        own.into_iter().any(|(_, name)| {
            let column =
                table.and_then(|table| table.columns.iter().find(|column| column.name.to_lowercase() == *name));
            name.ends_with("id") || column.is_some_and(|column| column.key != KeyRole::None)
        })
    };
    let root = groups.root(first);
    let apart: Vec<&(SourceId, &Source)> =
        sources.iter().filter(|(id, source)| groups.root(*id) != root && !is_pinned(*id, source)).collect();
    let mut reported = Vec::new();
    let mut found = Vec::new();
    for (id, source) in apart {
        let of = groups.root(*id);
        if !reported.contains(&of) {
            reported.push(of);
            found.push(finding(scope, source));
        }
    }
    found
}

fn finding(scope: &Scope<'_>, source: &Source) -> Finding {
    let name = scope.source_name(source).unwrap_or("the subquery");
    let message = format!(
        "No condition links {name} to the tables before it: each of its rows is combined with each of theirs. \
         CROSS JOIN says that this is meant."
    );
    Finding::new(FindingKind::CartesianJoin, source.alias_span.clone().unwrap_or_else(|| source.span.clone()), message)
}

/// Whether a source has one row, or its rows depend on those before it.
fn is_single_row(scope: &Scope<'_>, source: &Source, known: &Known) -> bool {
    let block = match &source.kind {
        SourceKind::Table(_) => return false,
        // They take their rows from columns before them.
        SourceKind::JsonTable(_) | SourceKind::Opaque => return true,
        SourceKind::Derived(block) => Some(*block),
        SourceKind::With(with) => scope.with_name(*with).and_then(|with| with.block),
    };
    let Some(id) = block else { return true };
    let Some(block) = scope.block(id) else { return true };
    let is_lateral = block.outer.is_some() && block.outer_sources > 0;
    is_lateral || block.sources.is_empty() || (!block.has_group_by && known.aggregates.contains(&id))
}

/// Sets of sources that conditions link.
#[derive(Default)]
struct Groups {
    parents: BTreeMap<SourceId, SourceId>,
}

impl Groups {
    fn root(&mut self, id: SourceId) -> SourceId {
        let mut root = id;
        while let Some(parent) = self.parents.get(&root).filter(|parent| **parent != root) {
            root = *parent;
        }
        if root != id {
            self.parents.insert(id, root);
        }
        root
    }

    fn join(&mut self, one: SourceId, other: SourceId) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.parents.insert(other, one);
        }
    }
}
