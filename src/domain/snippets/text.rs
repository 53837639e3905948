//! Reads and writes the text of a snippet's file.

use super::{Snippet, header};

const OPEN: &str = "/* rrx";
/// The byte order mark, which some editors put before a text. Concatenated files also have it between lines.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// An error in a snippet's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SnippetError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and what was probably meant.
    pub reason: String,
    /// The snippet without the wrong part, if its statement can be used.
    pub usable: Option<Box<Snippet>>,
}

impl Snippet {
    /// Reads the text of a snippet's file.
    ///
    /// # Errors
    /// A [`SnippetError`] for the first thing that is wrong. With a wrong header the statement can still be used.
    pub fn parse(name: &str, text: &str) -> Result<Self, SnippetError> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let Some((before, rest)) = open_header(text) else {
            return finish(Self { name: name.to_owned(), title: name.to_owned(), ..Self::default() }, text, text);
        };
        let line_of = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let Some((inside, statement)) = rest.split_once("*/") else {
            let reason = "the header is not closed: write */ after it".to_owned();
            return Err(SnippetError { line: line_of(before), reason, usable: None });
        };
        // A mark at the start of the header would be in its middle after a key is added before it.
        let kept = without_empty_line(inside).trim_start_matches(BYTE_ORDER_MARK);
        let start = text.len() - rest.len() + (inside.len() - kept.len());
        let header = match kept.trim_end() {
            "" => String::new(),
            kept => format!("{kept}\n"),
        };
        let read = header::read(&header);
        let snippet = Self {
            name: name.to_owned(),
            title: read.title.unwrap_or_else(|| name.to_owned()),
            tags: read.tags,
            key: read.key,
            header,
            params: read.params,
            ..Self::default()
        };
        let snippet = finish(snippet, statement, text)?;
        match read.problems.into_iter().next() {
            Some((at, reason)) => {
                Err(SnippetError { line: line_of(start + at), reason, usable: Some(Box::new(snippet)) })
            }
            None => Ok(snippet),
        }
    }
}

/// Finds the start of the header, and the text after `/* rrx`.
fn open_header(text: &str) -> Option<(usize, &str)> {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK);
    let rest = trimmed.strip_prefix(OPEN)?;
    let is_ours = rest.is_empty() || rest.starts_with(char::is_whitespace) || rest.starts_with("*/");
    is_ours.then_some((text.len() - trimmed.len(), rest))
}

/// Removes the rest of the first line when it is empty.
fn without_empty_line(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim().is_empty() => rest,
        _ => text,
    }
}

/// Sets the statement, without empty lines and byte order marks before it, and without spaces after it.
fn finish(mut snippet: Snippet, statement: &str, text: &str) -> Result<Snippet, SnippetError> {
    let mut body = statement.trim_end();
    loop {
        let rest = without_empty_line(body).trim_start_matches(BYTE_ORDER_MARK);
        if rest.len() == body.len() {
            break;
        }
        body = rest;
    }
    if body.trim().is_empty() {
        let line = text.lines().count().max(1);
        return Err(SnippetError { line, reason: "there is no statement".to_owned(), usable: None });
    }
    body.clone_into(&mut snippet.statement);
    Ok(snippet)
}

/// Writes the text of a snippet's file; [`Snippet::parse`] reads the same snippet from it. The header keeps its comments,
/// and is changed only where the snippet has other values.
#[must_use]
pub fn render(snippet: &Snippet) -> String {
    let mut header = header::write(snippet);
    if !header.is_empty() && !header.ends_with('\n') {
        header.push('\n');
    }
    if header.is_empty() && open_header(&snippet.statement).is_none() {
        return format!("{}\n", snippet.statement);
    }
    format!("{OPEN}\n{header}*/\n{}\n", snippet.statement)
}
