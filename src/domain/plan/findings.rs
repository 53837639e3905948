//! Says in words what makes a plan slow.

use super::node::{Access, JoinMethod, PlanExtra, PlanNode, PlanStep, SubqueryRuns};
use crate::domain::quantity::grouped;
use crate::domain::text::{excerpt, one_line};

/// A scan of fewer rows is no finding.
const SMALL: f64 = 100.0;
/// A scan of at least this many rows is a warning.
const LARGE: f64 = 10_000.0;
/// The longest condition that a finding repeats, in characters.
const CONDITION: usize = 120;

/// How important a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingLevel {
    Warning,
    Note,
}

/// Something in a plan that may make the statement slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub level: FindingLevel,
    /// What it is, in sentences.
    pub text: String,
}

/// Where a table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    First,
    /// It is read for the rows of the tables before it in a join.
    Joined,
}

/// Returns the findings, warnings first, each kind in the order of the plan.
pub(super) fn findings(root: &PlanNode) -> Vec<Finding> {
    let mut found = Vec::new();
    visit(root, Position::First, &mut found);
    found.sort_by_key(|finding| finding.level);
    found.dedup();
    found
}

fn visit(node: &PlanNode, position: Position, found: &mut Vec<Finding>) {
    match &node.step {
        PlanStep::Table => found.extend(of_table(node, position)),
        PlanStep::Nothing(why) if why.to_ascii_lowercase().contains("impossible") => {
            found.push(note(format!("No row can match: {}.", one_line(why))));
        }
        PlanStep::Subquery(SubqueryRuns::ForEachRow) => {
            found.push(note("A subquery runs again for each row.".into()));
        }
        PlanStep::Sort(_)
        | PlanStep::Group
        | PlanStep::Distinct
        | PlanStep::Window
        | PlanStep::Temporary
        | PlanStep::Union => found.extend(of_extras(node)),
        PlanStep::Select(_)
        | PlanStep::Join
        | PlanStep::Materialize
        | PlanStep::Subquery(SubqueryRuns::Once)
        | PlanStep::Filter
        | PlanStep::Limit(_)
        | PlanStep::Nothing(_)
        | PlanStep::Other => {}
    }
    for (at, child) in node.children.iter().enumerate() {
        let is_joined = node.step == PlanStep::Join && at > 0;
        visit(child, if is_joined { Position::Joined } else { Position::First }, found);
    }
}

fn note(text: String) -> Finding {
    Finding { level: FindingLevel::Note, text }
}

/// Returns the finding about a step that sorts or collects rows.
fn of_extras(node: &PlanNode) -> Vec<Finding> {
    let verb = match &node.step {
        PlanStep::Group => "Groups the rows",
        PlanStep::Distinct => "Removes duplicates",
        PlanStep::Window => "Computes window functions",
        PlanStep::Union => "Combines the rows",
        _ => "Collects rows",
    };
    let text = |extra: &PlanExtra| match (extra, &node.step) {
        (PlanExtra::TemporaryTable, _) => format!("{verb} in a temporary table."),
        (PlanExtra::Filesort, PlanStep::Sort(by)) if !by.is_empty() => {
            format!("Sorts the rows without a key (filesort): {}.", excerpt(&one_line(by), CONDITION))
        }
        (PlanExtra::Filesort, _) => "Sorts the rows without a key (filesort).".to_owned(),
    };
    node.extras.iter().map(|extra| note(text(extra))).collect()
}

fn of_table(node: &PlanNode, position: Position) -> Option<Finding> {
    // The rows of a subquery have no keys of their own; what it reads has its own findings.
    let is_derived = node.table.as_deref().is_some_and(|table| table.starts_with('<'));
    if is_derived || node.children.iter().any(|child| child.step == PlanStep::Materialize) {
        return None;
    }
    let access = node.access.as_ref()?;
    let table = node.table_name();
    if *access == Access::Merge {
        let keys = node.key.as_deref().map(|key| format!(" ({})", one_line(key))).unwrap_or_default();
        return Some(note(format!("Merges several indexes of {table}{keys}.")));
    }
    if !access.is_scan() {
        return None;
    }
    let rows = node.rows.unwrap_or(LARGE);
    let about = node.rows.map(|rows| format!(", about {} rows", count(rows))).unwrap_or_default();
    if position == Position::Joined {
        return Some(of_join(node, &about));
    }
    if rows < SMALL {
        return None;
    }
    let level = if rows >= LARGE { FindingLevel::Warning } else { FindingLevel::Note };
    let text = match access {
        Access::FullIndex => format!(
            "Reads the whole index{} of {table}{about}.",
            node.key.as_deref().map(|key| format!(" {}", one_line(key))).unwrap_or_default()
        ),
        _ => format!("Full scan of {table}{about}.{}", why_no_key(node)),
    };
    Some(Finding { level, text })
}

/// Returns the sentence why a full scan uses no key.
fn why_no_key(node: &PlanNode) -> String {
    let keys: Vec<String> = node.possible_keys.iter().map(|key| one_line(key)).collect();
    match (&node.condition, keys.as_slice()) {
        (_, [_, ..]) => format!(" It could use {}, but the server chose to read all rows.", keys.join(", ")),
        (Some(condition), []) if condition != "WHERE" => {
            format!(" No key serves {}.", excerpt(&one_line(condition), CONDITION))
        }
        (Some(_), []) => " No key serves the condition.".into(),
        (None, []) => String::new(),
    }
}

/// Returns the finding about a table that is joined without a key.
fn of_join(node: &PlanNode, about: &str) -> Finding {
    let table = node.table_name();
    let text = match (&node.condition, node.join) {
        (None, _) => format!("No join condition: each row before it is combined with all rows of {table}{about}."),
        (Some(_), JoinMethod::Hash) => format!("Join without a key: reads all rows of {table}{about} (hash join)."),
        (Some(_), JoinMethod::BlockNestedLoop) => {
            format!(
                "Join without a key: compares all rows of {table}{about} with each row before it (block nested loop)."
            )
        }
        (Some(_), JoinMethod::NestedLoop) => {
            format!("Join without a key: reads all rows of {table}{about} for each row before it.")
        }
    };
    let rows = node.rows.unwrap_or(LARGE);
    let is_small = rows < SMALL && node.condition.is_some();
    Finding { level: if is_small { FindingLevel::Note } else { FindingLevel::Warning }, text }
}

/// Formats an estimated count of rows.
pub(super) fn count(rows: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = rows.round() as u64;
    grouped(whole)
}
