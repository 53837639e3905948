//! Reads the JSON plan of query blocks: MySQL 5.7 to 9 (version 1), and MariaDB.
//!
//! Sources: "EXPLAIN Output Format" of the MySQL manual, "EXPLAIN FORMAT=JSON" of the MariaDB documentation, and answers of real
//! servers in `tests/fixtures/plan`. A member with an unknown name is searched for tables, so that nothing is lost.

use serde_json::Value;

use super::members::{Members, is_set, number, text, texts, whole};
use super::node::{Access, JoinMethod, PlanExtra, PlanNode, PlanStep, SubqueryRuns};

/// Reads the value of the member `query_block`.
pub(super) fn read(block: &Value) -> PlanNode {
    let mut found = Vec::new();
    read_member("query_block", block, &mut found);
    found.into_iter().next().unwrap_or_default()
}

/// Adds the steps of one member of an object.
fn read_member(name: &str, value: &Value, out: &mut Vec<PlanNode>) {
    let Some(members) = value.as_object() else {
        if let Some(items) = value.as_array() {
            read_list(name, items, out);
        }
        return;
    };
    let step = match name {
        "query_block" => PlanStep::Select(whole(members, "select_id")),
        "table" => return out.push(read_table(members)),
        "block-nl-join" | "bka-join" => return read_join_buffer(members, out),
        "union_result" | "recursive_union" | "intersect_result" | "except_result" | "unit_result" => PlanStep::Union,
        "filesort" => PlanStep::Sort(text(members, &["sort_key"]).unwrap_or_default()),
        "temporary_table" | "buffer_result" => PlanStep::Temporary,
        "ordering_operation" => PlanStep::Sort(String::new()),
        "grouping_operation" => PlanStep::Group,
        "duplicates_removal" => PlanStep::Distinct,
        "windowing" | "window_functions_computation" => PlanStep::Window,
        "materialized" | "materialized_from_subquery" | "materialization" => PlanStep::Materialize,
        _ => return read_members(members, out),
    };
    let children = children(members);
    // An index gives the order, so nothing is sorted.
    if name == "ordering_operation" && !is_set(members, "using_filesort") {
        return out.extend(children);
    }
    let mut node = PlanNode { cost: cost(members), ..PlanNode::new(step, children) };
    let has_filesort = name == "filesort" || is_set(members, "using_filesort") || windows_sort(members);
    let has_table = name == "temporary_table" || is_set(members, "using_temporary_table");
    node.extras.extend(has_filesort.then_some(PlanExtra::Filesort));
    node.extras.extend(has_table.then_some(PlanExtra::TemporaryTable));
    node.condition = text(members, &["having_condition"]);
    if let (Some(why), true) = (text(members, &["message"]), node.children.is_empty()) {
        node.children.push(PlanNode::new(PlanStep::Nothing(why), Vec::new()));
    }
    out.push(node);
}

fn read_list(name: &str, items: &[Value], out: &mut Vec<PlanNode>) {
    let mut found = Vec::new();
    match name {
        "nested_loop" => {
            items.iter().filter_map(Value::as_object).for_each(|members| read_members(members, &mut found));
            // A loop over one table is that table.
            if found.len() > 1 {
                found = vec![PlanNode::new(PlanStep::Join, found)];
            }
        }
        _ if name == "subqueries" || name.ends_with("_subqueries") => {
            for members in items.iter().filter_map(Value::as_object) {
                let mut inner = Vec::new();
                read_members(members, &mut inner);
                let runs = if is_dependent(members, &inner) { SubqueryRuns::ForEachRow } else { SubqueryRuns::Once };
                found.push(PlanNode::new(PlanStep::Subquery(runs), inner));
            }
        }
        _ => items.iter().filter_map(Value::as_object).for_each(|members| read_members(members, &mut found)),
    }
    out.append(&mut found);
}

/// MySQL marks a dependent subquery. MariaDB does not: it keeps the results of one in a cache, or reads a key by a value of
/// another table.
fn is_dependent(members: &Members, inner: &[PlanNode]) -> bool {
    let is_marked = is_set(members, "dependent") || members.contains_key("expression_cache");
    let is_materialized = inner.iter().any(|node| node.step == PlanStep::Materialize);
    is_marked && !is_materialized
}

fn read_members(members: &Members, out: &mut Vec<PlanNode>) {
    for (name, value) in members {
        read_member(name, value, out);
    }
}

fn children(members: &Members) -> Vec<PlanNode> {
    let mut found = Vec::new();
    read_members(members, &mut found);
    found
}

/// Reads a table of MariaDB that is joined with a buffer of the rows before it.
fn read_join_buffer(members: &Members, out: &mut Vec<PlanNode>) {
    let mut found = children(members);
    let kind = text(members, &["join_type"]).unwrap_or_default();
    for node in found.iter_mut().filter(|node| node.step == PlanStep::Table) {
        node.join = if kind.ends_with('H') { JoinMethod::Hash } else { JoinMethod::BlockNestedLoop };
        node.condition = text(members, &["attached_condition"]).or(node.condition.take());
    }
    out.append(&mut found);
}

fn read_table(members: &Members) -> PlanNode {
    if let (Some(why), None) = (text(members, &["message"]), members.get("table_name")) {
        return PlanNode::new(PlanStep::Nothing(why), children(members));
    }
    let mut node = PlanNode {
        table: text(members, &["table_name"]),
        access: text(members, &["access_type"]).map(|name| Access::parse(&name)),
        key: text(members, &["key"]).or_else(|| merged_keys(members)),
        possible_keys: texts(members, "possible_keys"),
        rows: number(members, &["rows_examined_per_scan", "rows"]),
        filtered: number(members, &["filtered"]),
        cost: cost(members),
        condition: text(members, &["attached_condition"]).or_else(|| text(members, &["index_condition"])),
        ..PlanNode::new(PlanStep::Table, children(members))
    };
    if let Some(buffer) = text(members, &["using_join_buffer"]) {
        node.join = if buffer.contains("hash") { JoinMethod::Hash } else { JoinMethod::BlockNestedLoop };
    }
    let refs = texts(members, "ref");
    let parts = texts(members, "used_key_parts");
    if !refs.is_empty() && refs.len() <= parts.len() {
        let pairs: Vec<String> = parts.iter().zip(&refs).map(|(part, value)| format!("{part} = {value}")).collect();
        node.notes.push(pairs.join(", "));
    } else if node.access == Some(Access::Range) && node.key.as_ref().is_some_and(|key| parts != [key.as_str()]) {
        node.notes.push(format!("by {}", parts.join(", ")));
    }
    for (name, note) in [
        ("using_index", "only the index is read"),
        ("using_index_for_group_by", "the index groups the rows"),
        ("backward_index_scan", "backwards"),
        ("distinct", "the first match is enough"),
        ("not_exists", "the first match is enough"),
        ("using_MRR", "rows are read in the order of the disk"),
    ] {
        if is_set(members, name) || (name == "using_MRR" && members.contains_key("mrr_type")) {
            node.notes.push(note.into());
        }
    }
    if let Some(table) = text(members, &["first_match"]) {
        node.notes.push(format!("the first match for {table} is enough"));
    }
    node
}

/// Returns the keys that MariaDB merges.
fn merged_keys(members: &Members) -> Option<String> {
    fn collect(value: &Value, keys: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                keys.extend(text(members, &["key"]));
                members.values().for_each(|value| collect(value, keys));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, keys)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut keys = Vec::new();
    collect(members.get("index_merge")?, &mut keys);
    (!keys.is_empty()).then(|| keys.join(", "))
}

/// Returns the cost of a step: of a table with those before it, of a block as a whole.
fn cost(members: &Members) -> Option<f64> {
    let info = members.get("cost_info").and_then(Value::as_object);
    info.and_then(|info| number(info, &["query_cost", "prefix_cost", "sort_cost"]))
        .or_else(|| number(members, &["cost"]))
}

/// Returns whether one of the windows of MySQL is sorted.
fn windows_sort(members: &Members) -> bool {
    let windows = members.get("windows").and_then(Value::as_array);
    windows.into_iter().flatten().filter_map(Value::as_object).any(|window| is_set(window, "using_filesort"))
}
