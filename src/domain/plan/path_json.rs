//! Reads the JSON plan of access paths: MySQL 8 and 9 with `explain_json_format_version = 2`.
//!
//! Sources: "EXPLAIN Output Format" of the MySQL manual, and answers of a real server in `tests/fixtures/plan`.

use serde_json::Value;

use super::members::{Members, is_set, number, text, texts, whole};
use super::node::{Access, JoinMethod, PlanExtra, PlanNode, PlanStep, SubqueryRuns};

/// Reads one access path with its inputs.
pub(super) fn read(members: &Members) -> PlanNode {
    let mut inputs = Vec::new();
    for (_, value) in members.iter().filter(|(name, _)| name.starts_with("inputs")) {
        inputs.extend(value.as_array().into_iter().flatten().filter_map(Value::as_object).map(read));
    }
    let mut node = read_step(members, inputs);
    node.cost = node.cost.or_else(|| number(members, &["estimated_total_cost"]));
    if is_set(members, "subquery") {
        let runs = if is_set(members, "dependent") { SubqueryRuns::ForEachRow } else { SubqueryRuns::Once };
        return PlanNode::new(PlanStep::Subquery(runs), vec![node]);
    }
    node
}

fn read_step(members: &Members, inputs: Vec<PlanNode>) -> PlanNode {
    let rows = number(members, &["estimated_rows"]);
    let with = |step: PlanStep, extras: &[PlanExtra], children: Vec<PlanNode>| PlanNode {
        rows,
        extras: extras.to_vec(),
        ..PlanNode::new(step, children)
    };
    match text(members, &["access_type"]).unwrap_or_default().as_str() {
        "table" | "index" | "count_rows" | "scan_new_records" => read_table(members, inputs),
        "rowid_union" | "rowid_intersection" => read_merge(members, &inputs),
        "filter" => read_filter(members, inputs),
        "join" => read_join(members, inputs),
        "sort" => with(PlanStep::Sort(texts(members, "sort_fields").join(", ")), &[PlanExtra::Filesort], inputs),
        "aggregate" if is_set(members, "group_by") => with(PlanStep::Group, &[], inputs),
        "temp_table_aggregate" => with(PlanStep::Group, &[PlanExtra::TemporaryTable], inputs),
        "materialize" if is_set(members, "union") => with(PlanStep::Union, &[PlanExtra::TemporaryTable], inputs),
        "materialize" => with(PlanStep::Materialize, &[], inputs),
        "append" => with(PlanStep::Union, &[], inputs),
        "window" => with(PlanStep::Window, &[], inputs),
        "limit" => match whole(members, "limit") {
            Some(limit) => {
                let offset = whole(members, "limit_offset").unwrap_or(0);
                with(PlanStep::Limit(limit.saturating_add(offset)), &[], inputs)
            }
            None => read_other(members, inputs),
        },
        "zero_rows" => {
            let why = text(members, &["zero_rows_cause", "operation"]).unwrap_or_default();
            with(PlanStep::Nothing(why), &[], inputs)
        }
        "stream" => only(inputs).unwrap_or_else(|inputs| read_other(members, inputs)),
        _ => read_other(members, inputs),
    }
}

/// Returns the only step of a list, or the list.
fn only(mut nodes: Vec<PlanNode>) -> Result<PlanNode, Vec<PlanNode>> {
    match (nodes.pop(), nodes.is_empty()) {
        (Some(node), true) => Ok(node),
        (Some(node), false) => {
            nodes.push(node);
            Err(nodes)
        }
        (None, _) => Err(nodes),
    }
}

/// Reads a step that has only the server's own words.
fn read_other(members: &Members, inputs: Vec<PlanNode>) -> PlanNode {
    let operation = text(members, &["operation"]).unwrap_or_default();
    PlanNode {
        rows: number(members, &["estimated_rows"]).filter(|_| inputs.is_empty()),
        notes: vec![operation],
        ..PlanNode::new(PlanStep::Other, inputs)
    }
}

fn read_table(members: &Members, inputs: Vec<PlanNode>) -> PlanNode {
    let table = text(members, &["alias", "table_name"]);
    if table.as_deref().is_some_and(|table| table.starts_with('<')) && members.get("index_name").is_none() {
        return only(inputs).unwrap_or_else(|inputs| {
            let step = PlanNode::new(PlanStep::Temporary, inputs);
            PlanNode { extras: vec![PlanExtra::TemporaryTable], ..step }
        });
    }
    let operation = text(members, &["operation"]).unwrap_or_default();
    let access = match text(members, &["index_access_type"]).as_deref() {
        None => Access::Full,
        Some("index_lookup") if operation.contains("ingle-row") => Access::OneRow,
        Some("index_lookup") => Access::Lookup,
        Some("index_range_scan") => Access::Range,
        Some("index_scan") => Access::FullIndex,
        Some(other) => Access::Other(other.replace('_', " ")),
    };
    let mut notes = Vec::new();
    notes.extend(text(members, &["lookup_condition"]));
    let ranges = texts(members, "ranges");
    if !ranges.is_empty() {
        notes.push(ranges.join(" or "));
    }
    if is_set(members, "covering") {
        notes.push("only the index is read".into());
    }
    let is_backwards = is_set(members, "reverse");
    notes.extend(is_backwards.then(|| "backwards".into()));
    PlanNode {
        table,
        access: Some(access),
        key: text(members, &["index_name"]),
        rows: number(members, &["estimated_rows"]),
        condition: text(members, &["pushed_index_condition"]),
        notes,
        ..PlanNode::new(PlanStep::Table, inputs)
    }
}

/// Reads a merge of several indexes of one table.
fn read_merge(members: &Members, inputs: &[PlanNode]) -> PlanNode {
    let keys: Vec<&str> = inputs.iter().filter_map(|input| input.key.as_deref()).collect();
    PlanNode {
        table: inputs.iter().find_map(|input| input.table.clone()),
        access: Some(Access::Merge),
        key: (!keys.is_empty()).then(|| keys.join(", ")),
        rows: number(members, &["estimated_rows"]),
        ..PlanNode::new(PlanStep::Table, Vec::new())
    }
}

/// Reads a filter: the condition of the step below it. Subqueries of the condition stay below that step.
fn read_filter(members: &Members, mut inputs: Vec<PlanNode>) -> PlanNode {
    let condition = text(members, &["condition"]);
    let left = number(members, &["estimated_rows"]);
    let subqueries = if inputs.is_empty() { Vec::new() } else { inputs.split_off(1) };
    let Some(mut node) = inputs.pop() else { return read_other(members, inputs) };
    if node.condition.is_some() || node.step != PlanStep::Table {
        inputs.push(node);
        inputs.extend(subqueries);
        return PlanNode { condition, rows: left, ..PlanNode::new(PlanStep::Filter, inputs) };
    }
    node.condition = condition;
    node.filtered =
        left.zip(node.rows).filter(|(_, rows)| *rows > 0.0).map(|(left, rows)| (left * 100.0 / rows).min(100.0));
    node.children.extend(subqueries);
    node
}

/// Reads a join. A join of more than two tables is a tree of pairs here, and one step in the plan.
fn read_join(members: &Members, inputs: Vec<PlanNode>) -> PlanNode {
    let is_hash = text(members, &["join_algorithm"]).as_deref() == Some("hash");
    let condition = texts(members, "hash_condition").join(" AND ");
    let mut parts = Vec::new();
    for (at, mut input) in inputs.into_iter().enumerate() {
        if at > 0 && is_hash {
            input.join = JoinMethod::Hash;
            if !condition.is_empty() {
                input.condition = Some(condition.clone());
            }
        }
        match input.step {
            PlanStep::Join if at == 0 => parts.append(&mut input.children),
            _ => parts.push(input),
        }
    }
    let kind = text(members, &["join_type"]).filter(|kind| kind != "inner join");
    PlanNode {
        rows: number(members, &["estimated_rows"]),
        notes: kind.into_iter().collect(),
        ..PlanNode::new(PlanStep::Join, parts)
    }
}
