//! The lines of the tree: a pure function of the catalog, the open nodes and the filter.

use std::collections::BTreeSet;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::catalog::{Catalog, Schema, Table, TableKind};

/// An object or a group of the catalog, by its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExplorerNode {
    Schema(usize),
    Tables(usize),
    Views(usize),
    Routines(usize),
    Table(usize, usize),
    Column(usize, usize, usize),
    Routine(usize, usize),
}

/// A line of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplorerLine {
    pub node: ExplorerNode,
    /// The level in the tree, from 0.
    pub depth: usize,
}

/// Returns the lines. With a filter these are its matches and their parents.
pub(super) fn lines(
    catalog: &Catalog,
    open: &BTreeSet<ExplorerNode>,
    hits: Option<&[ObjectRef]>,
    shows_system: bool,
) -> Vec<ExplorerLine> {
    let is_shown = |schema: &Schema| shows_system || !schema.is_system;
    let mut lines = Vec::new();
    match hits {
        None => {
            for (s, schema) in catalog.schemas.iter().enumerate().filter(|(_, schema)| is_shown(schema)) {
                lines.push(ExplorerLine { node: ExplorerNode::Schema(s), depth: 0 });
                if open.contains(&ExplorerNode::Schema(s)) {
                    push_schema(schema, s, open, &mut lines);
                }
            }
        }
        Some(hits) => {
            let mut last = None;
            for hit in hits.iter().filter(|hit| hit.schema(catalog).is_some_and(is_shown)) {
                push_hit(catalog, *hit, &mut last, open, &mut lines);
            }
        }
    }
    lines
}

fn push_schema(schema: &Schema, s: usize, open: &BTreeSet<ExplorerNode>, lines: &mut Vec<ExplorerLine>) {
    for (node, kind) in [(ExplorerNode::Tables(s), TableKind::Base), (ExplorerNode::Views(s), TableKind::View)] {
        let mut of_kind = schema.tables.iter().enumerate().filter(|(_, table)| table.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        lines.push(ExplorerLine { node, depth: 1 });
        // Tables are what most users look for: they start open, views start closed.
        if open.contains(&node) == (kind == TableKind::View) {
            for (t, table) in of_kind {
                push_table(s, t, table, 2, open.contains(&ExplorerNode::Table(s, t)), lines);
            }
        }
    }
    if !schema.routines.is_empty() {
        lines.push(ExplorerLine { node: ExplorerNode::Routines(s), depth: 1 });
        if open.contains(&ExplorerNode::Routines(s)) {
            lines.extend(
                (0..schema.routines.len()).map(|r| ExplorerLine { node: ExplorerNode::Routine(s, r), depth: 2 }),
            );
        }
    }
}

fn push_table(s: usize, t: usize, table: &Table, depth: usize, is_open: bool, lines: &mut Vec<ExplorerLine>) {
    lines.push(ExplorerLine { node: ExplorerNode::Table(s, t), depth });
    if is_open {
        lines.extend(
            (0..table.columns.len()).map(|c| ExplorerLine { node: ExplorerNode::Column(s, t, c), depth: depth + 1 }),
        );
    }
}

/// Adds a hit with its parents. `last` is the hit that was added before.
fn push_hit(
    catalog: &Catalog,
    hit: ObjectRef,
    last: &mut Option<ObjectRef>,
    open: &BTreeSet<ExplorerNode>,
    lines: &mut Vec<ExplorerLine>,
) {
    let (ObjectRef::Schema(s) | ObjectRef::Table(s, _) | ObjectRef::Column(s, _, _) | ObjectRef::Routine(s, _)) = hit;
    let is_in_last = |last: &Option<ObjectRef>| {
        last.is_some_and(|last| match last {
            ObjectRef::Schema(at)
            | ObjectRef::Table(at, _)
            | ObjectRef::Column(at, _, _)
            | ObjectRef::Routine(at, _) => at == s,
        })
    };
    if !is_in_last(last) {
        lines.push(ExplorerLine { node: ExplorerNode::Schema(s), depth: 0 });
    }
    match hit {
        ObjectRef::Schema(_) => {}
        ObjectRef::Table(s, t) => {
            let Some(table) = hit.table(catalog) else { return };
            push_table(s, t, table, 1, open.contains(&ExplorerNode::Table(s, t)), lines);
        }
        ObjectRef::Column(s, t, c) => {
            match last {
                // The table itself matches: it opens and closes as without a filter.
                Some(ObjectRef::Table(of, at)) if (*of, *at) == (s, t) => return,
                Some(ObjectRef::Column(of, at, _)) if (*of, *at) == (s, t) => {}
                _ => lines.push(ExplorerLine { node: ExplorerNode::Table(s, t), depth: 1 }),
            }
            lines.push(ExplorerLine { node: ExplorerNode::Column(s, t, c), depth: 2 });
        }
        ObjectRef::Routine(s, r) => lines.push(ExplorerLine { node: ExplorerNode::Routine(s, r), depth: 1 }),
    }
    *last = Some(hit);
}

/// Finds a node of one catalog in a newer one, by its names.
pub(super) fn node_in(after: &Catalog, before: &Catalog, node: ExplorerNode) -> Option<ExplorerNode> {
    let (ExplorerNode::Schema(s)
    | ExplorerNode::Tables(s)
    | ExplorerNode::Views(s)
    | ExplorerNode::Routines(s)
    | ExplorerNode::Table(s, _)
    | ExplorerNode::Column(s, _, _)
    | ExplorerNode::Routine(s, _)) = node;
    let old = before.schemas.get(s)?;
    let s = after.schemas.iter().position(|schema| schema.name == old.name)?;
    let new = after.schemas.get(s)?;
    let table_of = |t: usize| {
        let old = old.tables.get(t)?;
        let t = new.tables.iter().position(|table| table.name == old.name)?;
        Some((t, old, new.tables.get(t)?))
    };
    Some(match node {
        ExplorerNode::Schema(_) => ExplorerNode::Schema(s),
        ExplorerNode::Tables(_) => ExplorerNode::Tables(s),
        ExplorerNode::Views(_) => ExplorerNode::Views(s),
        ExplorerNode::Routines(_) => ExplorerNode::Routines(s),
        ExplorerNode::Table(_, t) => ExplorerNode::Table(s, table_of(t)?.0),
        ExplorerNode::Column(_, t, c) => {
            let (t, old, new) = table_of(t)?;
            let old = old.columns.get(c)?;
            ExplorerNode::Column(s, t, new.columns.iter().position(|column| column.name == old.name)?)
        }
        ExplorerNode::Routine(_, r) => {
            let old = old.routines.get(r)?;
            ExplorerNode::Routine(s, new.routines.iter().position(|routine| routine.name == old.name)?)
        }
    })
}
