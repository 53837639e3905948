//! The visible lines of the tree: a pure function of catalog, what is open, and the filter.

use std::collections::BTreeSet;

use crate::domain::catalog::{Catalog, Schema, Table, TableKind};

/// Names a place in the catalog by its numbers there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant says it")]
pub enum Node {
    Schema(usize),
    Tables(usize),
    Views(usize),
    Routines(usize),
    Table(usize, usize),
    Column(usize, usize, usize),
    Routine(usize, usize),
}

/// A visible line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What it shows.
    pub node: Node,
    /// How deep it is.
    pub depth: usize,
}

/// Draws the lines. A filter shows what matches (name or comment, without case) and its parents, opened.
pub(super) fn lines(catalog: &Catalog, open: &BTreeSet<Node>, filter: &str, shows_system: bool) -> Vec<Line> {
    let words = filter.to_lowercase();
    let mut lines = Vec::new();
    for (s, schema) in catalog.schemas.iter().enumerate() {
        if schema.is_system && !shows_system {
            continue;
        }
        if words.is_empty() {
            lines.push(Line { node: Node::Schema(s), depth: 0 });
            if open.contains(&Node::Schema(s)) {
                plain(schema, s, open, &mut lines);
            }
        } else {
            filtered(schema, s, &words, open, &mut lines);
        }
    }
    lines
}

fn plain(schema: &Schema, s: usize, open: &BTreeSet<Node>, lines: &mut Vec<Line>) {
    for (node, kind) in [(Node::Tables(s), TableKind::Base), (Node::Views(s), TableKind::View)] {
        let mut of_kind = schema.tables.iter().enumerate().filter(|(_, table)| table.kind == kind).peekable();
        if of_kind.peek().is_none() {
            continue;
        }
        lines.push(Line { node, depth: 1 });
        // Tables are what one came for: they start open, views start closed.
        if open.contains(&node) == (kind == TableKind::View) {
            for (t, table) in of_kind {
                push_table(s, t, table, 2, open.contains(&Node::Table(s, t)), lines);
            }
        }
    }
    if !schema.routines.is_empty() {
        lines.push(Line { node: Node::Routines(s), depth: 1 });
        if open.contains(&Node::Routines(s)) {
            lines.extend((0..schema.routines.len()).map(|r| Line { node: Node::Routine(s, r), depth: 2 }));
        }
    }
}

fn push_table(s: usize, t: usize, table: &Table, depth: usize, is_open: bool, lines: &mut Vec<Line>) {
    lines.push(Line { node: Node::Table(s, t), depth });
    if is_open {
        lines.extend((0..table.columns.len()).map(|c| Line { node: Node::Column(s, t, c), depth: depth + 1 }));
    }
}

fn filtered(schema: &Schema, s: usize, words: &str, open: &BTreeSet<Node>, lines: &mut Vec<Line>) {
    let at = lines.len();
    let has =
        |name: &str, comment: &str| matches(name, words) || (words.len() > 2 && comment.to_lowercase().contains(words));
    for (t, table) in schema.tables.iter().enumerate() {
        let columns: Vec<usize> = table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| words.len() > 1 && column.name.to_lowercase().contains(words))
            .map(|(c, _)| c)
            .collect();
        if has(&table.name, &table.comment) {
            push_table(s, t, table, 1, open.contains(&Node::Table(s, t)), lines);
        } else if !columns.is_empty() {
            lines.push(Line { node: Node::Table(s, t), depth: 1 });
            lines.extend(columns.into_iter().map(|c| Line { node: Node::Column(s, t, c), depth: 2 }));
        }
    }
    for (r, routine) in schema.routines.iter().enumerate() {
        if has(&routine.name, &routine.comment) {
            lines.push(Line { node: Node::Routine(s, r), depth: 1 });
        }
    }
    if lines.len() > at || matches(&schema.name, words) {
        lines.insert(at, Line { node: Node::Schema(s), depth: 0 });
    }
}

/// Whether the letters of the pattern stand in the name in this order.
fn matches(name: &str, pattern: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    pattern.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
