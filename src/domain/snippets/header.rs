//! Reads the TOML of a snippet's header, and rewrites the parts of it that changed.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{ParamType, Snippet, SnippetParam};
use crate::domain::documented_key::{DocumentedKey, in_file_order, is_known, names};
use crate::domain::nearest::nearest_name;

/// The keys of a header, all optional.
pub const HEADER_KEYS: &[DocumentedKey] = &[
    DocumentedKey {
        name: "title",
        value_type: "text",
        description: "The title in lists. Without it: the file's name without `.sql`.",
        example: "\"Subjects by status\"",
    },
    DocumentedKey {
        name: "tags",
        value_type: "list of texts",
        description: "Words that the picker also finds.",
        example: "[\"subjects\", \"enrolment\"]",
    },
    DocumentedKey {
        name: "key",
        value_type: "list of texts",
        description: "The columns that identify a row. It is kept for the comparison of replays, which does not exist yet.",
        example: "[\"screening_number\"]",
    },
    DocumentedKey {
        name: "param",
        value_type: "tables `[param.NAME]`",
        description: "The parameters. They are read and kept, but rrx cannot fill them in yet.",
        example: "{}",
    },
];
/// The keys of a `[param.NAME]` table, all optional.
pub const PARAM_KEYS: &[DocumentedKey] = &[
    DocumentedKey {
        name: "type",
        value_type: "`text`, `integer`, `decimal`, `date`, `time`, `datetime` or `boolean`",
        description: "The type. Without it: `text`.",
        example: "\"date\"",
    },
    DocumentedKey {
        name: "default",
        value_type: "one value",
        description: "The value where none is given.",
        example: "\"2024-01-01\"",
    },
    DocumentedKey {
        name: "allowed",
        value_type: "list of values",
        description: "The only values that are allowed.",
        example: "[\"Open\", \"Closed\"]",
    },
    DocumentedKey {
        name: "values",
        value_type: "text",
        description: "A statement whose first column offers values.",
        example: "\"SELECT name FROM study ORDER BY 1\"",
    },
];

/// The values of a header.
#[derive(Debug, Default)]
pub(super) struct ParsedHeader {
    pub(super) title: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) key: Vec<String>,
    pub(super) params: Vec<SnippetParam>,
    /// The errors: byte offset and description.
    pub(super) problems: Vec<(usize, String)>,
}

/// Reads a header. The valid parts are used even if others are invalid.
pub(super) fn read(header: &str) -> ParsedHeader {
    let mut read = ParsedHeader::default();
    let (table, errors) = DeTable::parse_recoverable(header);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        read.problems.push((at, format!("the header is not TOML: {}", error.message().trim())));
    }
    for (key, value) in in_file_order(table.get_ref()) {
        let at = key.span().start;
        let name = key.get_ref().as_ref();
        if !is_known(HEADER_KEYS, name) {
            read.report_unknown(at, name, HEADER_KEYS);
            continue;
        }
        match name {
            "title" => read.title = read.text("title", value),
            "tags" => read.tags = read.texts("tags", value),
            "key" => read.key = read.texts("key", value),
            _ => read.params(value),
        }
    }
    read.problems.sort_by_key(|(at, _)| *at);
    read
}

impl ParsedHeader {
    fn report_unknown(&mut self, at: usize, key: &str, known: &'static [DocumentedKey]) {
        let mut reason = format!("unknown key `{key}`");
        if let Some(near) = nearest_name(key, names(known)) {
            let _ = write!(reason, "; did you mean `{near}`?");
        }
        self.problems.push((at, reason));
    }

    fn text(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.problems.push((value.span().start, format!("`{key}` must be a text in quotes")));
        }
        text
    }

    fn texts(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let texts = value.get_ref().as_array().map(|array| array.iter().map(|item| scalar(item.get_ref())).collect());
        if let Some(Some(texts)) = texts {
            return texts;
        }
        self.problems.push((value.span().start, format!("`{key}` must be a list such as [\"a\", \"b\"]")));
        Vec::new()
    }

    fn params(&mut self, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else {
            self.problems.push((value.span().start, "`param` must be tables such as [param.since]".to_owned()));
            return;
        };
        for (name, value) in in_file_order(table) {
            let mut param = SnippetParam { name: name.get_ref().to_string(), ..SnippetParam::default() };
            if let Some(fields) = value.get_ref().as_table() {
                self.param(&mut param, fields);
            } else {
                let reason = format!("`param.{}` must be a table: [param.{}]", param.name, param.name);
                self.problems.push((name.span().start, reason));
            }
            self.params.push(param);
        }
    }

    fn param(&mut self, param: &mut SnippetParam, fields: &DeTable<'_>) {
        for (key, value) in in_file_order(fields) {
            let name = key.get_ref().as_ref();
            if !is_known(PARAM_KEYS, name) {
                self.report_unknown(key.span().start, name, PARAM_KEYS);
                continue;
            }
            match name {
                "type" => self.kind(param, value),
                "default" => {
                    param.default = scalar(value.get_ref());
                    if param.default.is_none() {
                        self.problems.push((value.span().start, "`default` must be one value".to_owned()));
                    }
                }
                "allowed" => param.allowed = self.texts("allowed", value),
                _ => param.values = self.text("values", value),
            }
        }
    }

    fn kind(&mut self, param: &mut SnippetParam, value: &Spanned<DeValue<'_>>) {
        let Some(written) = self.text("type", value) else { return };
        let types = ParamType::ALL.map(ParamType::name);
        if let Some(kind) = ParamType::ALL.into_iter().find(|kind| kind.name() == written) {
            param.kind = kind;
            return;
        }
        let near = nearest_name(&written, types).map_or_else(
            || format!("; the types are {}", types.join(", ")),
            |near| format!("; did you mean `{near}`?"),
        );
        self.problems.push((value.span().start, format!("unknown type `{written}`{near}")));
    }
}

/// Returns a single value as text.
fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(is_true) => Some(is_true.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// Writes the header of a snippet. If title, tags or key have changed, only these values are replaced; if the parameters have
/// changed, the whole header is rewritten.
pub(super) fn write(snippet: &Snippet) -> String {
    let read = read(&snippet.header);
    if read.params != snippet.params {
        return write_new(snippet);
    }
    let mut edits: Vec<(&str, String)> = Vec::new();
    if read.title.as_ref().unwrap_or(&snippet.name) != &snippet.title {
        edits.push(("title", quoted(&snippet.title)));
    }
    if read.tags != snippet.tags {
        edits.push(("tags", quoted_list(&snippet.tags)));
    }
    if read.key != snippet.key {
        edits.push(("key", quoted_list(&snippet.key)));
    }
    let mut header = snippet.header.clone();
    for (key, value) in edits {
        let span = DeTable::parse_recoverable(&header).0.get_ref().get(key).map(Spanned::span);
        match span {
            Some(span) => header.replace_range(span, &value),
            None => header.insert_str(0, &format!("{key} = {value}\n")),
        }
    }
    header
}

fn write_new(snippet: &Snippet) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(out, "title = {}", quoted(&snippet.title));
    if !snippet.tags.is_empty() {
        let _ = writeln!(out, "tags = {}", quoted_list(&snippet.tags));
    }
    if !snippet.key.is_empty() {
        let _ = writeln!(out, "key = {}", quoted_list(&snippet.key));
    }
    for param in &snippet.params {
        let _ = writeln!(out, "[param.{}]\ntype = {}", quoted(&param.name), quoted(param.kind.name()));
        if let Some(default) = &param.default {
            let _ = writeln!(out, "default = {}", quoted(default));
        }
        if !param.allowed.is_empty() {
            let _ = writeln!(out, "allowed = {}", quoted_list(&param.allowed));
        }
        if let Some(values) = &param.values {
            let _ = writeln!(out, "values = {}", quoted(values));
        }
    }
    out
}

fn quoted_list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// Writes a TOML text. A `/` after a `*` is escaped, since the header is in a comment.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '/' if out.ends_with('*') => out.push_str("\\u002F"),
            _ if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
