//! Reads a doc pack out of its files' bytes. A bad page is named with its line; the others stand.

use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::blocks::{Block, blocks, plain};
use super::{DocPack, DocPage};

const FENCE: &str = "+++";

/// What is wrong in a file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}: {reason}", file.display())]
pub struct PageProblem {
    /// The file, as it was named to the reader.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

impl DocPack {
    /// Reads a pack of files, each a path and its bytes. Files that are neither `pack.toml` nor `*.md` are left alone.
    #[must_use]
    pub fn read<P: AsRef<Path>, B: AsRef<[u8]>>(files: impl IntoIterator<Item = (P, B)>) -> (Self, Vec<PageProblem>) {
        let mut pack = Self::default();
        let mut problems = Vec::new();
        for (path, bytes) in files {
            let path = path.as_ref();
            let is_pack = path.file_name().is_some_and(|name| name == "pack.toml");
            let is_page = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md"));
            if !is_pack && !is_page {
                continue;
            }
            let mut report = |line, reason: String| {
                problems.push(PageProblem { file: path.to_owned(), line, reason });
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
                match pack.pages.iter().find(|other| other.object.eq_ignore_ascii_case(&page.object)) {
                    Some(_) => report(1, format!("there is another page about {}", page.object)),
                    None => pack.pages.push(page),
                }
            }
        }
        pack.pages.sort_by(|a, b| a.object.cmp(&b.object));
        (pack, problems)
    }
}

/// What a TOML table may say here: texts and yes or no.
enum Fact {
    Text(String),
    Flag(bool),
}

/// Reads the facts of a TOML text; `line` is the number of its first line.
fn facts(text: &str, line: usize, report: &mut impl FnMut(usize, String)) -> Vec<(usize, String, Fact)> {
    let line_of = |at: usize| line + text.get(..at).unwrap_or_default().matches('\n').count();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        report(line_of(at), format!("this is not TOML: {}", error.message().trim()));
    }
    let mut found = Vec::new();
    for (key, value) in table.get_ref() {
        let at = line_of(key.span().start);
        let name = key.get_ref().to_string();
        match value.get_ref() {
            DeValue::String(text) => found.push((at, name, Fact::Text(text.to_string()))),
            DeValue::Boolean(flag) => found.push((at, name, Fact::Flag(*flag))),
            _ => report(at, format!("`{name}` must be a text in quotes, or true or false")),
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    found
}

fn read_pack(pack: &mut DocPack, text: &str, report: &mut impl FnMut(usize, String)) {
    let mut version = None;
    for (line, key, fact) in facts(text, 1, report) {
        match (key.as_str(), fact) {
            ("title", Fact::Text(title)) => pack.title = title,
            ("version", Fact::Text(text)) => version = Some(text),
            ("synthetic", Fact::Flag(flag)) => pack.is_synthetic = flag,
            ("title" | "version", _) => report(line, format!("`{key}` must be a text in quotes")),
            ("synthetic", _) => report(line, "`synthetic` must be true or false".to_owned()),
            _ => report(line, format!("unknown key `{key}`; a pack has title, version, synthetic")),
        }
    }
    if let Some(version) = version {
        let named = format!("{} {version}", pack.title);
        named.trim().clone_into(&mut pack.title);
    }
}

fn read_page(path: &Path, text: &str, report: &mut impl FnMut(usize, String)) -> Option<DocPage> {
    let mut object = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut body = text;
    if let Some((front, rest)) = front_matter(text, report) {
        body = rest;
        for (line, key, fact) in facts(front, 2, report) {
            match (key.as_str(), fact) {
                ("object", Fact::Text(name)) if !name.trim().is_empty() => name.trim().clone_into(&mut object),
                ("object", _) => report(line, "`object` must be a name in quotes".to_owned()),
                _ => report(line, format!("unknown key `{key}`; a page has object")),
            }
        }
    }
    if body.trim().is_empty() {
        report(1, "the page is empty".to_owned());
        return None;
    }
    let parts = blocks(body);
    let title = parts.iter().find_map(|block| match block {
        Block::Heading { text, .. } => Some(plain(text)),
        _ => None,
    });
    let summary = parts.iter().find_map(|block| match block {
        Block::Paragraph(text) => Some(plain(text)),
        _ => None,
    });
    Some(DocPage {
        title: title.unwrap_or_else(|| object.clone()),
        summary: summary.unwrap_or_default(),
        columns: columns(section(&parts, "Columns")),
        examples: examples(section(&parts, "Try")),
        text: body.to_owned(),
        object,
    })
}

/// The TOML between two lines `+++` at the beginning, and the rest.
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
    report(1, "the front matter is never closed: write a line +++ behind it".to_owned());
    None
}

/// The blocks under the heading of level 2 with this text, up to the next heading of its level or above.
fn section<'a>(parts: &'a [Block], title: &str) -> &'a [Block] {
    let opens = |block: &Block| matches!(block, Block::Heading { level: 2, text } if plain(text).trim().eq_ignore_ascii_case(title));
    let ends = |block: &Block| matches!(block, Block::Heading { level: 1 | 2, .. });
    let Some(start) = parts.iter().position(opens) else { return &[] };
    let rest = parts.get(start + 1..).unwrap_or_default();
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn columns(parts: &[Block]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for block in parts {
        match block {
            Block::List { items, .. } => {
                for item in items {
                    if let Some(Block::Paragraph(text)) = item.first() {
                        found.extend(column_of_item(&plain(text)));
                    }
                }
            }
            Block::Table { rows, .. } => {
                for row in rows {
                    let mut cells = row.iter().map(|cell| plain(cell).trim().to_owned());
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

/// `name: text`; several names may share a text: `a, b: text`.
fn column_of_item(item: &str) -> Vec<(String, String)> {
    let Some((names, text)) = item.split_once(':') else { return Vec::new() };
    names
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .map(|name| (name, text.trim().to_owned()))
        .collect()
}

/// Every `sql` block with the heading or paragraph above it.
fn examples(parts: &[Block]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut title = String::new();
    for block in parts {
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => {
                plain(text).trim().trim_end_matches(':').clone_into(&mut title);
            }
            Block::Code { lang, text } if lang.eq_ignore_ascii_case("sql") => {
                let number = found.len() + 1;
                let title = std::mem::take(&mut title);
                found.push((if title.is_empty() { format!("Example {number}") } else { title }, text.clone()));
            }
            _ => {}
        }
    }
    found
}
