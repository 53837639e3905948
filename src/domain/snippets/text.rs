//! The text of a snippet's file: taken apart and put together. Knows no file.

use super::{Snippet, header};

const OPEN: &str = "/* rrx";
/// What some editors put before a text; copied together, texts have it between their lines too.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is wrong in a snippet's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SnippetProblem {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is wrong there, and what may have been meant.
    pub reason: String,
    /// The snippet without what is wrong, when it has a statement that can be used.
    pub usable: Option<Box<Snippet>>,
}

impl Snippet {
    /// Reads the text of a snippet's file.
    ///
    /// # Errors
    /// A [`SnippetProblem`] for the first thing that is wrong. A wrong header leaves the statement usable.
    pub fn parse(name: &str, text: &str) -> Result<Self, SnippetProblem> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let Some((before, rest)) = open_header(text) else {
            return finish(Self { name: name.to_owned(), title: name.to_owned(), ..Self::default() }, text, text);
        };
        let line_of = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let Some((inside, statement)) = rest.split_once("*/") else {
            let reason = "the header is never closed: write */ behind it".to_owned();
            return Err(SnippetProblem { line: line_of(before), reason, usable: None });
        };
        let start = text.len() - rest.len() + (inside.len() - without_blank_line(inside).len());
        let header = match without_blank_line(inside).trim_end() {
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
                Err(SnippetProblem { line: line_of(start + at), reason, usable: Some(Box::new(snippet)) })
            }
            None => Ok(snippet),
        }
    }
}

/// The place of the header's opening, and the text behind it.
fn open_header(text: &str) -> Option<(usize, &str)> {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK);
    let rest = trimmed.strip_prefix(OPEN)?;
    let is_ours = rest.starts_with(char::is_whitespace) || rest.starts_with("*/");
    is_ours.then_some((text.len() - trimmed.len(), rest))
}

/// Without the rest of the line when that is blank.
fn without_blank_line(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim().is_empty() => rest,
        _ => text,
    }
}

/// Puts the statement in: without blank lines before it and blanks behind it.
fn finish(mut snippet: Snippet, statement: &str, text: &str) -> Result<Snippet, SnippetProblem> {
    let mut body = statement.trim_end();
    loop {
        let rest = without_blank_line(body).trim_start_matches(BYTE_ORDER_MARK);
        if rest.len() == body.len() {
            break;
        }
        body = rest;
    }
    if body.trim().is_empty() {
        let line = text.lines().count().max(1);
        return Err(SnippetProblem { line, reason: "there is no statement".to_owned(), usable: None });
    }
    body.clone_into(&mut snippet.statement);
    Ok(snippet)
}

/// The text of a snippet's file; [`Snippet::parse`] reads the same snippet out of it. The header stays as it stands,
/// with its comments, as far as it says what the snippet says.
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
