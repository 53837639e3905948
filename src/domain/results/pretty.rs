//! Splits a JSON document into indented lines. Numbers and strings keep their characters.

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonLine {
    /// Number of objects and arrays around it.
    pub depth: usize,
    /// The key before the value, with its quotes; empty if there is none.
    pub key: String,
    /// The value or a bracket, with a comma if one follows.
    pub text: String,
}

/// The largest number of lines. A longer document is cut in the view only; a copy takes all of it.
const MAX_LINES: usize = 100_000;

/// Returns the lines of a document; `None` if the text is not JSON.
#[must_use]
pub fn pretty_json(text: &str) -> Option<Vec<JsonLine>> {
    // The library decides what is JSON. It also refuses documents that are nested too deeply.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut lines: Vec<JsonLine> = Vec::new();
    let mut line = JsonLine { depth: 0, key: String::new(), text: String::new() };
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if lines.len() > MAX_LINES {
            return Some(lines);
        }
        let length = match first {
            '"' => string_length(rest),
            '{' | '[' | '}' | ']' | ',' | ':' => 1,
            _ if first.is_whitespace() => {
                rest = rest.trim_start();
                continue;
            }
            _ => rest.find(|c: char| matches!(c, ',' | ']' | '}') || c.is_whitespace()).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(length)?;
        rest = after;
        match first {
            '{' | '[' => {
                let closing = if first == '{' { '}' } else { ']' };
                line.text.push(first);
                if let Some(after) = rest.trim_start().strip_prefix(closing) {
                    rest = after;
                    line.text.push(closing);
                } else {
                    lines.push(std::mem::replace(
                        &mut line,
                        JsonLine { depth: depth + 1, key: String::new(), text: String::new() },
                    ));
                    depth += 1;
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                lines.push(std::mem::replace(
                    &mut line,
                    JsonLine { depth, key: String::new(), text: first.to_string() },
                ));
            }
            ',' => {
                line.text.push(',');
                lines.push(std::mem::replace(&mut line, JsonLine { depth, key: String::new(), text: String::new() }));
            }
            ':' => line.key = std::mem::take(&mut line.text),
            _ => line.text.push_str(token),
        }
    }
    lines.push(line);
    Some(lines)
}

/// Returns the length in bytes of the string at the start of the text, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
