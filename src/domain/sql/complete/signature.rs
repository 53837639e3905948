//! The signature of the function call that the cursor is in.

use super::functions::function_named;
use super::model::Signature;
use crate::domain::sql::scope::Scope;

/// Returns the signature of the call at the cursor, if its function is known.
pub(super) fn signature_at(scope: &Scope<'_>) -> Option<Signature> {
    let (call, argument) = scope.position.as_ref()?.call?;
    let function = function_named(&scope.call(call)?.name)?;
    let parameters = parameters(function.parameters);
    let is_open = parameters.last().is_some_and(|last| last.contains('…'));
    let last = parameters.len().checked_sub(1);
    let current = if argument < parameters.len() { Some(argument) } else { last.filter(|_| is_open) };
    Some(Signature {
        name: function.name.to_owned(),
        parameters,
        current,
        help: function.help.to_owned(),
        servers: function.servers.describe(),
    })
}

/// Splits parameters at their commas. What can be left out keeps its `[ ]`, also where the comma is inside of them.
fn parameters(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for part in text.split(',') {
        let (name, depth_after) = parameter(part.trim(), depth);
        depth = depth_after;
        found.extend(Some(name).filter(|name| !name.is_empty()));
    }
    found
}

/// Returns one parameter, and how many `[` are open after it. Brackets whose partner is in another parameter are left out.
fn parameter(part: &str, depth: usize) -> (String, usize) {
    let mut kept: Vec<Option<char>> = part.chars().map(Some).collect();
    let mut open: Vec<usize> = Vec::new();
    let (mut depth, mut depth_of_name) = (depth, None);
    for (at, c) in part.chars().enumerate() {
        match c {
            '[' => open.push(at),
            ']' if open.pop().is_none() => {
                depth = depth.saturating_sub(1);
                if let Some(kept) = kept.get_mut(at) {
                    *kept = None;
                }
            }
            ']' | ' ' => {}
            _ => depth_of_name = depth_of_name.or(Some((depth, at))),
        }
    }
    for &at in &open {
        if let Some(kept) = kept.get_mut(at) {
            *kept = None;
        }
    }
    let (depth_before, at) = depth_of_name.unwrap_or_default();
    let is_optional = depth_before + open.iter().filter(|&&bracket| bracket < at).count() > 0;
    let name: String = kept.into_iter().flatten().collect();
    let name = name.trim();
    let name = if is_optional && !name.is_empty() { format!("[{name}]") } else { name.to_owned() };
    (name, depth + open.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_split_with_their_brackets() {
        for (text, expected) in [
            ("text, position[, length]", vec!["text", "position", "[length]"]),
            ("", vec![]),
            ("value[, rows[, default]]", vec!["value", "[rows]", "[default]"]),
            ("text[, …]", vec!["text", "[…]"]),
            ("[base, ]number", vec!["[base]", "number"]),
            ("[seed]", vec!["[seed]"]),
            ("[DISTINCT] value", vec!["[DISTINCT] value"]),
            ("text [AS CHAR(length)]", vec!["text [AS CHAR(length)]"]),
            ("date, INTERVAL number unit", vec!["date", "INTERVAL number unit"]),
        ] {
            assert_eq!(parameters(text), expected, "{text}");
        }
    }
}
