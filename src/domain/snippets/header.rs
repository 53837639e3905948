//! The TOML inside a snippet's header: read into fields, and rewritten where fields changed.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Param, ParamKind, Snippet};

const KEYS: [&str; 4] = ["title", "tags", "key", "param"];
const PARAM_KEYS: [&str; 4] = ["type", "default", "allowed", "values"];

/// What a header says, and what is wrong in it (bytes from its start, sentence).
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) title: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) key: Vec<String>,
    pub(super) params: Vec<Param>,
    pub(super) problems: Vec<(usize, String)>,
}

/// Reads a header; what is good in it counts even beside what is not.
pub(super) fn read(header: &str) -> Read {
    let mut read = Read::default();
    let (table, errors) = DeTable::parse_recoverable(header);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        read.problems.push((at, format!("the header is not TOML: {}", error.message().trim())));
    }
    for (key, value) in in_order(table.get_ref()) {
        let at = key.span().start;
        match key.get_ref().as_ref() {
            "title" => read.title = read.text("title", value),
            "tags" => read.tags = read.texts("tags", value),
            "key" => read.key = read.texts("key", value),
            "param" => read.params(value),
            unknown => read.unknown(at, unknown, &KEYS),
        }
    }
    read.problems.sort_by_key(|(at, _)| *at);
    read
}

/// The entries of a table in the order of the text.
fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Read {
    fn unknown(&mut self, at: usize, key: &str, known: &[&str]) {
        let mut reason = format!("unknown key `{key}`");
        if let Some(near) = nearest(key, known) {
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
        for (name, value) in in_order(table) {
            let mut param = Param { name: name.get_ref().to_string(), ..Param::default() };
            if let Some(fields) = value.get_ref().as_table() {
                self.param(&mut param, fields);
            } else {
                let reason = format!("`param.{}` must be a table: [param.{}]", param.name, param.name);
                self.problems.push((name.span().start, reason));
            }
            self.params.push(param);
        }
    }

    fn param(&mut self, param: &mut Param, fields: &DeTable<'_>) {
        for (key, value) in in_order(fields) {
            match key.get_ref().as_ref() {
                "type" => self.kind(param, value),
                "default" => {
                    param.default = scalar(value.get_ref());
                    if param.default.is_none() {
                        self.problems.push((value.span().start, "`default` must be one value".to_owned()));
                    }
                }
                "allowed" => param.allowed = self.texts("allowed", value),
                "values" => param.values = self.text("values", value),
                unknown => self.unknown(key.span().start, unknown, &PARAM_KEYS),
            }
        }
    }

    fn kind(&mut self, param: &mut Param, value: &Spanned<DeValue<'_>>) {
        let Some(written) = self.text("type", value) else { return };
        let names = ParamKind::ALL.map(ParamKind::name);
        if let Some(kind) = ParamKind::ALL.into_iter().find(|kind| kind.name() == written) {
            param.kind = kind;
            return;
        }
        let near = nearest(&written, &names).map_or_else(
            || format!("; the types are {}", names.join(", ")),
            |near| format!("; did you mean `{near}`?"),
        );
        self.problems.push((value.span().start, format!("unknown type `{written}`{near}")));
    }
}

/// A single value as text.
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

/// The header for a snippet: its own as it stands where it says the same, with single values replaced where title, tags
/// or key changed, and written anew where the parameters changed.
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

/// A TOML text. A `/` behind a `*` is escaped: the header stands in a comment.
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

/// The known name that is at most two changes away.
fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known.iter().copied().map(|name| (distance(written, name), name)).filter(|(far, _)| *far <= 2).min().map(|it| it.1)
}

/// How many letters must be added, dropped or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((j, y), pair) in b.iter().enumerate().zip(row.windows(2)) {
            let [above_left, above] = pair else { continue };
            let left = next.get(j).copied().unwrap_or_default();
            next.push((above + 1).min(left + 1).min(above_left + usize::from(x != *y)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
