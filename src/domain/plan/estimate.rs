//! Estimates how many rows a plan reads: the product of the steps of a join, the sum of all others.

use super::node::{Access, JoinMethod, PlanNode, PlanStep, SubqueryRuns};

/// The rows of a step.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    /// Rows that are read once, however often the step runs.
    once: f64,
    /// Rows that one run of the step reads.
    each: f64,
    /// Rows that one run of the step returns.
    out: f64,
    /// Whether the step returns rows before it has read all, so that a LIMIT ends it.
    streams: Streams,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Streams {
    Yes,
    /// It reads all rows before it returns one, or nothing is known about how many it returns.
    No,
}

/// Returns about how many rows the plan reads. `limit` ends a statement whose steps return rows one by one.
pub(super) fn rows_examined(root: &PlanNode, limit: Option<u64>) -> u64 {
    let estimate = of(root);
    let estimate = limit.map_or(estimate, |limit| limited(estimate, limit));
    let rows = (estimate.once + estimate.each).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = rows as u64;
    whole
}

fn of(node: &PlanNode) -> Estimate {
    let inner: Vec<(&PlanNode, Estimate)> = node.children.iter().map(|child| (child, of(child))).collect();
    match &node.step {
        PlanStep::Table => of_table(node, &inner),
        PlanStep::Join => of_join(node, &inner),
        PlanStep::Limit(rows) => in_sequence(node, &inner, Some(*rows)),
        PlanStep::Sort(_)
        | PlanStep::Group
        | PlanStep::Distinct
        | PlanStep::Window
        | PlanStep::Temporary
        | PlanStep::Materialize
        | PlanStep::Union => Estimate { streams: Streams::No, ..in_sequence(node, &inner, None) },
        PlanStep::Select(_) | PlanStep::Subquery(_) | PlanStep::Filter | PlanStep::Nothing(_) | PlanStep::Other => {
            in_sequence(node, &inner, None)
        }
    }
}

fn of_table(node: &PlanNode, inner: &[(&PlanNode, Estimate)]) -> Estimate {
    let rows = match &node.access {
        Some(Access::Constant) => 1.0,
        Some(
            Access::Full
            | Access::FullIndex
            | Access::Range
            | Access::Lookup
            | Access::OneRow
            | Access::Merge
            | Access::Other(_),
        )
        | None => node.rows.unwrap_or(0.0),
    };
    let out = rows * node.filtered.unwrap_or(100.0) / 100.0;
    // A server that counts every row as a match does not know the condition.
    let is_guess = node.condition.is_some() && node.filtered.unwrap_or(100.0) >= 100.0;
    let is_scan = node.access.as_ref().is_none_or(Access::is_scan);
    let streams = if is_guess && is_scan { Streams::No } else { Streams::Yes };
    let mut estimate = Estimate { once: 0.0, each: rows, out, streams };
    for (child, below) in inner {
        estimate.add(child, *below, rows);
    }
    estimate
}

fn of_join(node: &PlanNode, inner: &[(&PlanNode, Estimate)]) -> Estimate {
    let mut estimate = Estimate { once: 0.0, each: 0.0, out: 1.0, streams: Streams::Yes };
    for (at, (child, below)) in inner.iter().enumerate() {
        estimate.once += below.once;
        estimate.each += match child.join {
            JoinMethod::Hash if at > 0 => below.each,
            JoinMethod::Hash | JoinMethod::NestedLoop | JoinMethod::BlockNestedLoop => estimate.out * below.each,
        };
        estimate.out *= below.out;
        if below.streams == Streams::No || child.join != JoinMethod::NestedLoop {
            estimate.streams = Streams::No;
        }
    }
    estimate.out = node.rows.unwrap_or(estimate.out);
    estimate
}

/// Adds up steps that run one after the other, up to a limit. Subqueries run for each of the rows.
fn in_sequence(node: &PlanNode, inner: &[(&PlanNode, Estimate)], limit: Option<u64>) -> Estimate {
    let mut estimate = Estimate { once: 0.0, each: 0.0, out: 0.0, streams: Streams::Yes };
    let is_subquery = |child: &PlanNode| matches!(child.step, PlanStep::Subquery(_));
    for (_, below) in inner.iter().filter(|(child, _)| !is_subquery(child)) {
        estimate.once += below.once;
        estimate.each += below.each;
        estimate.out += below.out;
        if below.streams == Streams::No {
            estimate.streams = Streams::No;
        }
    }
    estimate = match limit {
        Some(limit) => limited(estimate, limit),
        None => Estimate { out: node.rows.unwrap_or(estimate.out), ..estimate },
    };
    let rows = estimate.out;
    for (child, below) in inner.iter().filter(|(child, _)| is_subquery(child)) {
        estimate.add(child, *below, rows);
    }
    estimate
}

impl Estimate {
    /// Adds a step below a step of `rows` rows: a dependent subquery runs for each of them, all others once.
    fn add(&mut self, child: &PlanNode, below: Self, rows: f64) {
        self.once += below.once;
        match child.step {
            PlanStep::Subquery(SubqueryRuns::ForEachRow) => self.each += rows * below.each,
            _ => self.once += below.each,
        }
    }
}

/// A limit ends the step after its share of the rows.
fn limited(estimate: Estimate, limit: u64) -> Estimate {
    let limit = limit as f64;
    if estimate.streams == Streams::No || estimate.out <= limit {
        return Estimate { out: estimate.out.min(limit), ..estimate };
    }
    Estimate { each: estimate.each * limit / estimate.out, out: limit, ..estimate }
}
