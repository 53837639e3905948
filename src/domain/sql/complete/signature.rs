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
    let mut found: Vec<String> = Vec::new();
    let mut current = String::new();
    for c in text.chars() {
        if c == ',' {
            let opens = current.ends_with('[');
            let name = current.trim_end_matches('[').trim().to_owned();
            if !name.is_empty() {
                found.push(name);
            }
            current = if opens { "[".to_owned() } else { String::new() };
        } else {
            current.push(c);
        }
    }
    if !current.trim().is_empty() {
        found.push(current.trim().to_owned());
    }
    found.into_iter().map(|name| balanced(&name)).collect()
}

/// Returns a parameter with as many `[` as `]`.
fn balanced(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace() || *c == ' ').collect();
    let (open, closed) = (name.matches('[').count(), name.matches(']').count());
    let mut name = name.replace("[ ", "[");
    match open.cmp(&closed) {
        std::cmp::Ordering::Greater => name.push_str(&"]".repeat(open - closed)),
        std::cmp::Ordering::Less => {
            for _ in open..closed {
                if name.ends_with(']') {
                    name.pop();
                }
            }
        }
        std::cmp::Ordering::Equal => {}
    }
    name
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
            ("date, INTERVAL number unit", vec!["date", "INTERVAL number unit"]),
        ] {
            assert_eq!(parameters(text), expected, "{text}");
        }
    }
}
