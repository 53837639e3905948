//! Parses a documentation pack from the bytes of its files. An invalid page is reported with its line; the others are used.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::blocks::{DocBlock, parse_blocks, plain_text};
use super::layout::{COLUMNS, TRY, is_example, section};
use super::{DocPack, DocPage};
use crate::domain::documented_key::{DocumentedKey, in_file_order, is_known, names};
use crate::domain::sql::check::FilterRule;

/// The keys of `pack.toml`. The file and each key are optional.
pub const PACK_KEYS: &[DocumentedKey] = &[
    DocumentedKey { name: "title", value_type: "text", description: "The name of the pack.", example: "\"clinspark\"" },
    DocumentedKey {
        name: "version",
        value_type: "text",
        description: "The version of the data model; it is shown after the title.",
        example: "\"24.1\"",
    },
    DocumentedKey {
        name: "synthetic",
        value_type: "true or false",
        description: "Whether the pack describes invented data.",
        example: "false",
    },
    DocumentedKey {
        name: "filters",
        value_type: "list of texts",
        description: "Columns, as `table.column` or `*.column`. A statement that reads such a table without a condition on the \
            column gets a warning.",
        example: "[\"form_data.canceled\"]",
    },
];
/// The keys of a page's front matter, all optional.
pub const PAGE_KEYS: &[DocumentedKey] = &[DocumentedKey {
    name: "object",
    value_type: "text",
    description: "What the page is about: `table`, `schema.table`, or the name of a topic. Without it: the file's name \
        without `.md`.",
    example: "\"clinspark.subject\"",
}];

const FENCE: &str = "+++";

/// An error in a file of a documentation pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}: {reason}", file.display())]
pub struct PageError {
    /// The path as the caller passed it.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}

impl DocPack {
    /// Reads a pack from files, each a path and its bytes. Ignores files that are neither `pack.toml` nor `*.md`.
    #[must_use]
    pub fn read<P: AsRef<Path>, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, B)>) -> (Self, Vec<PageError>) {
        let mut pack = Self::default();
        let mut problems = Vec::new();
        for (path, bytes) in files {
            let path = path.as_ref();
            let is_pack = path.file_name().is_some_and(|name| name == "pack.toml");
            let is_page = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
            if !is_pack && !is_page {
                continue;
            }
            let mut report = |line, reason: String| {
                problems.push(PageError { file: path.to_owned(), line, reason });
            };
            let text = match std::str::from_utf8(bytes.as_ref()) {
                Ok(text) => text.trim_start_matches('\u{feff}'),
                Err(error) => {
                    let good = bytes.as_ref().get(..error.valid_up_to()).unwrap_or_default();
                    report(
                        1 + good.split(|&byte| byte == b'\n').count().saturating_sub(1),
                        "the text is not UTF-8".to_owned(),
                    );
                    continue;
                }
            };
            if is_pack {
                read_pack(&mut pack, text, &mut report);
            } else if let Some(page) = read_page(path, text, &mut report) {
                match pack.pages.iter().find(|other| other.object == page.object) {
                    Some(_) => report(1, format!("there is another page about {}", page.object)),
                    None => pack.pages.push(page),
                }
            }
        }
        pack.pages.sort_by(|a, b| a.object.cmp(&b.object));
        (pack, problems)
    }
}

/// A value that these TOML tables may have.
enum PackValue {
    Text(String),
    Flag(bool),
    Texts(Vec<String>),
}

/// Reads the known keys of a TOML text: line, name, value. `line` is the number of its first line.
fn read_values(
    text: &str,
    line: usize,
    known: &'static [DocumentedKey],
    report: &mut impl FnMut(usize, String),
) -> Vec<(usize, String, PackValue)> {
    let line_of = |at: usize| line + text.get(..at).unwrap_or_default().matches('\n').count();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        report(line_of(at), format!("this is not TOML: {}", error.message().trim()));
    }
    let mut found = Vec::new();
    for (key, value) in in_file_order(table.get_ref()) {
        let at = line_of(key.span().start);
        let name = key.get_ref().to_string();
        if !is_known(known, &name) {
            let keys: Vec<&str> = names(known).collect();
            report(at, format!("unknown key `{name}`; known keys: {}", keys.join(", ")));
            continue;
        }
        match value.get_ref() {
            DeValue::String(text) => found.push((at, name, PackValue::Text(text.to_string()))),
            DeValue::Boolean(flag) => found.push((at, name, PackValue::Flag(*flag))),
            DeValue::Array(items) => {
                match items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect() {
                    Some(texts) => found.push((at, name, PackValue::Texts(texts))),
                    None => report(at, format!("`{name}` must be a list of texts in quotes")),
                }
            }
            _ => report(at, format!("`{name}` must be a text in quotes, or true or false")),
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    found
}

fn read_pack(pack: &mut DocPack, text: &str, report: &mut impl FnMut(usize, String)) {
    let mut version = None;
    for (line, key, value) in read_values(text, 1, PACK_KEYS, report) {
        match (key.as_str(), value) {
            ("title", PackValue::Text(title)) => pack.title = title,
            ("version", PackValue::Text(text)) => version = Some(text),
            ("synthetic", PackValue::Flag(flag)) => pack.is_synthetic = flag,
            ("filters", PackValue::Texts(texts)) => read_filters(pack, line, &texts, report),
            ("filters", _) => report(line, "`filters` must be a list such as [\"form_data.canceled\"]".to_owned()),
            ("synthetic", _) => report(line, "`synthetic` must be true or false".to_owned()),
            _ => report(line, format!("`{key}` must be a text in quotes")),
        }
    }
    if let Some(version) = version {
        let named = format!("{} {version}", pack.title);
        named.trim().clone_into(&mut pack.title);
    }
}

fn read_filters(pack: &mut DocPack, line: usize, texts: &[String], report: &mut impl FnMut(usize, String)) {
    for text in texts {
        match FilterRule::parse(text) {
            Some(rule) => pack.filters.push(rule),
            None => report(line, format!("`{text}` is no filter: write `table.column` or `*.column`")),
        }
    }
}

fn read_page(path: &Path, text: &str, report: &mut impl FnMut(usize, String)) -> Option<DocPage> {
    let mut object = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut body = text;
    if let Some((front, rest)) = front_matter(text, report) {
        body = rest;
        for (line, key, value) in read_values(front, 2, PAGE_KEYS, report) {
            match (key.as_str(), value) {
                ("object", PackValue::Text(name)) if !name.trim().is_empty() => name.trim().clone_into(&mut object),
                _ => report(line, format!("`{key}` must be a name in quotes")),
            }
        }
    }
    if body.trim().is_empty() {
        report(1, "the page is empty".to_owned());
        return None;
    }
    let parts = parse_blocks(body);
    let title = parts.iter().find_map(|block| match block {
        DocBlock::Heading { text, .. } => Some(plain_text(text)),
        _ => None,
    });
    let summary = parts.iter().find_map(|block| match block {
        DocBlock::Paragraph(text) => Some(plain_text(text)),
        _ => None,
    });
    Some(DocPage {
        title: title.unwrap_or_else(|| object.clone()),
        summary: summary.unwrap_or_default(),
        columns: columns(section(&parts, COLUMNS)),
        examples: examples(section(&parts, TRY)),
        text: body.to_owned(),
        object,
    })
}

/// Splits off the TOML between two lines `+++` at the beginning.
fn front_matter<'a>(text: &'a str, report: &mut impl FnMut(usize, String)) -> Option<(&'a str, &'a str)> {
    let (first, rest) = text.split_once('\n')?;
    if first.trim_end() != FENCE {
        return None;
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((rest.get(..at)?, rest.get(at + line.len()..)?));
        }
        at += line.len();
    }
    report(1, "the front matter is not closed: write a line +++ after it".to_owned());
    None
}

fn columns(parts: &[DocBlock]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for block in parts {
        match block {
            DocBlock::List { items, .. } => {
                for item in items {
                    if let Some(DocBlock::Paragraph(text)) = item.first() {
                        found.extend(column_of_item(&plain_text(text)));
                    }
                }
            }
            DocBlock::Table { rows, .. } => {
                for row in rows {
                    let mut cells = row.iter().map(|cell| plain_text(cell).trim().to_owned());
                    let name = cells.next().unwrap_or_default();
                    let text = cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join("; ");
                    if !name.is_empty() {
                        found.push((name, text));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Reads `name: text`. Several names can have one text: `a, b: text`.
fn column_of_item(item: &str) -> Vec<(String, String)> {
    let Some((names, text)) = item.split_once(':') else { return Vec::new() };
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .map(|name| (name, text.trim().to_owned()))
        .collect()
}

/// Returns every `sql` block with the heading or paragraph above it.
fn examples(parts: &[DocBlock]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut title = String::new();
    for block in parts {
        match block {
            DocBlock::Heading { text, .. } | DocBlock::Paragraph(text) => {
                plain_text(text).trim().trim_end_matches(':').clone_into(&mut title);
            }
            DocBlock::Code { text, .. } if is_example(block) => {
                let number = found.len() + 1;
                let title = std::mem::take(&mut title);
                found.push((if title.is_empty() { format!("Example {number}") } else { title }, text.clone()));
            }
            _ => {}
        }
    }
    found
}
