//! Reads members of JSON objects, which servers write as numbers or as texts.

use serde_json::{Map, Value};

/// The members of a JSON object.
pub(super) type Members = Map<String, Value>;

/// Returns a number that is written as a number or as text.
pub(super) fn number(members: &Members, names: &[&str]) -> Option<f64> {
    names.iter().find_map(|name| as_number(members.get(*name)?))
}

fn as_number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number| number.is_finite() && *number >= 0.0)
}

/// Returns a whole number.
pub(super) fn whole(members: &Members, name: &str) -> Option<u64> {
    members.get(name)?.as_u64()
}

/// Returns a text.
pub(super) fn text(members: &Members, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| members.get(*name)?.as_str().map(str::to_owned))
}

/// Returns whether a flag is set: `true`, or `1` as some versions write it.
pub(super) fn is_set(members: &Members, name: &str) -> bool {
    match members.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        Some(Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

/// Returns a list of texts; a single text is a list of one.
pub(super) fn texts(members: &Members, name: &str) -> Vec<String> {
    match members.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}
