//! Reads the JSON value of EXPLAIN: finds out which version it is.

use serde_json::Value;

use super::node::PlanNode;
use super::{block_json, path_json};

/// The largest plan that is read, in bytes. A plan has about 1 KiB for each table.
const PLAN_BYTES: usize = 4 << 20;

/// Why a plan cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadablePlan {
    #[error("the plan is not valid JSON: {0}")]
    NotJson(String),
    #[error("the server's answer has an unknown format")]
    UnknownFormat,
    #[error("the plan is longer than 4 MiB")]
    TooLong,
}

/// Reads the JSON of any server. The parser itself refuses values that are nested more than 128 levels deep.
pub(super) fn read(text: &str) -> Result<PlanNode, UnreadablePlan> {
    if text.len() > PLAN_BYTES {
        return Err(UnreadablePlan::TooLong);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| UnreadablePlan::NotJson(error.to_string()))?;
    let members = value.as_object().ok_or(UnreadablePlan::UnknownFormat)?;
    if let Some(block) = members.get("query_block") {
        return Ok(block_json::read(block));
    }
    // Version 2 has the plan in a member of its own since MySQL 8.3, and at the top before.
    let path = members.get("query_plan").and_then(Value::as_object).unwrap_or(members);
    if path.contains_key("operation") { Ok(path_json::read(path)) } else { Err(UnreadablePlan::UnknownFormat) }
}
