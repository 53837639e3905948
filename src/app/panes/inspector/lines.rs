//! The inspector's lines: a pure function of what it shows, the shared state and the width.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::context::Context;
use crate::app::ui::draw::grouped;
use crate::domain::catalog::{KeyRole, Table};
use crate::domain::docs::DocPage;
use crate::domain::protocol::count_repeats;
use crate::domain::results::{CellPreview, Column, Pattern, PatternKind};
use crate::domain::text::{GlyphSet, visible};

use super::{JsonTree, Shows, ValueFormat, figures};

/// How a line, or a part of one, is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Heading,
    /// Plain text.
    Plain,
    /// A name: a column, a key.
    Name,
    /// Less important.
    Dim,
    /// Code.
    Code,
    /// A warning.
    Warning,
}

/// One line: parts with their tones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InspectorLine(pub Vec<(String, Tone)>, pub Joint);

/// How a line goes on from the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Joint {
    /// It does not: it is a line of its own.
    #[default]
    None,
    /// The text before was too long: it goes on behind so many blanks, and a blank between the two was dropped or not.
    Wrapped {
        /// Blanks that stand before it.
        indent: usize,
        /// Whether a blank was dropped.
        blank: bool,
    },
}

impl InspectorLine {
    /// What stands on it.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// What it adds to the text of the line before, where it goes on from that.
    fn further(&self) -> Option<String> {
        let Joint::Wrapped { indent, blank } = self.1 else { return None };
        let text = self.text();
        let rest = text.get(indent..).unwrap_or_default();
        Some(if blank { format!(" {rest}") } else { rest.to_owned() })
    }
}

/// Whether the line of this number holds a pattern, or the beginning of one that goes on behind a wrap.
pub(super) fn holds(lines: &[InspectorLine], at: usize, pattern: &Pattern) -> bool {
    let Some(line) = lines.get(at) else { return false };
    let text = line.text();
    if pattern.is_in(text.as_bytes()) {
        return true;
    }
    let further = lines.get(at + 1..).unwrap_or_default().iter().map_while(InspectorLine::further);
    let next: String = match pattern.parts() {
        // No more than what cannot hold it by itself.
        (wanted, PatternKind::Text, _) => {
            let most = wanted.chars().count().saturating_sub(1);
            let mut next = String::new();
            for more in further {
                next.push_str(&more);
                if next.chars().count() >= most {
                    break;
                }
            }
            next.chars().take(most).collect()
        }
        (_, PatternKind::Regex, _) => further.take(1).collect(),
    };
    !next.is_empty() && !pattern.is_in(next.as_bytes()) && pattern.is_in(format!("{text}{next}").as_bytes())
}

/// Collects lines no wider than a width.
pub(super) struct Paper {
    width: usize,
    lines: Vec<InspectorLine>,
    /// First line of each row of a document, and the row's number there.
    rows: Vec<(usize, usize)>,
    /// Whether a part of a value was left out.
    is_part: bool,
}

impl Paper {
    /// What comes next of the value is not drawn.
    pub(super) fn leave_out(&mut self, words: &str) {
        self.is_part = true;
        self.line(words, Tone::Dim);
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// What comes next is the row of this number.
    pub(super) fn row(&mut self, number: usize) {
        self.rows.push((self.lines.len(), number));
    }

    pub(super) fn push(&mut self, line: InspectorLine) {
        self.lines.push(line);
    }

    pub(super) fn line(&mut self, text: &str, tone: Tone) {
        self.hang(&[], text, tone, 0);
    }

    pub(super) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.0.is_empty()) {
            self.lines.push(InspectorLine::default());
        }
    }

    /// Wraps text behind leading parts; further lines are indented.
    pub(super) fn hang(&mut self, lead: &[(String, Tone)], text: &str, tone: Tone, indent: usize) {
        let mut parts = lead.to_vec();
        let mut used: usize = parts.iter().map(|(text, _)| text.width()).sum();
        let mut line = String::new();
        let mut joint = Joint::None;
        for word in words(text) {
            let wide = word.width();
            // A word that no line has room for is broken where it stands.
            if used + wide > self.width && used > indent && wide + indent <= self.width {
                let ended = line.ends_with(char::is_whitespace);
                parts.push((std::mem::take(&mut line), tone));
                self.lines.push(InspectorLine(std::mem::take(&mut parts), joint));
                line.push_str(&" ".repeat(indent));
                used = indent;
                let is_blank = word.trim().is_empty();
                joint = Joint::Wrapped { indent, blank: is_blank && !ended };
                if is_blank {
                    continue;
                }
            }
            for grapheme in word.graphemes(true) {
                if used + grapheme.width() > self.width && used > indent {
                    parts.push((std::mem::take(&mut line), tone));
                    self.lines.push(InspectorLine(std::mem::take(&mut parts), joint));
                    line.push_str(&" ".repeat(indent));
                    used = indent;
                    joint = Joint::Wrapped { indent, blank: false };
                }
                line.push_str(grapheme);
                used += grapheme.width();
            }
        }
        parts.push((line, tone));
        self.lines.push(InspectorLine(parts, joint));
    }
}

/// Words and the blanks between them: a mark stays with its word, an identifier is one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_blank = rest.chars().next()?.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != is_blank).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(word)
    })
}

/// Lines, of a document the first line of each of its rows with the row's number, and whether a part of a value was left out.
pub(super) type Drawn = (Vec<InspectorLine>, Vec<(usize, usize)>, bool);

/// Draws the lines. A value is drawn in this form, where it has it, and its document as it is folded.
pub(super) fn lines(
    shows: &Shows,
    value: (Option<ValueFormat>, Option<&JsonTree>),
    context: &Context,
    width: usize,
) -> Drawn {
    let mut paper = Paper { width: width.max(10), lines: Vec::new(), rows: Vec::new(), is_part: false };
    match shows {
        Shows::Nothing => {
            paper.line("Documentation and details show here.", Tone::Plain);
            paper.blank();
            paper.line("Put the cursor on a table in the explorer, or on a row of a result.", Tone::Dim);
        }
        Shows::Table { schema, table } => {
            let found = context.catalog.as_ref().and_then(|catalog| catalog.table(schema, table));
            let page = context.page(schema, table);
            if let Some(page) = page {
                prose(&mut paper, page);
            }
            match found {
                Some(found) => about(&mut paper, found, page),
                None => paper.line("The catalog does not have it (any more).", Tone::Warning),
            }
            if let Some(page) = page {
                examples(&mut paper, page);
            }
        }
        Shows::Row { columns, values, .. } => {
            let widest = columns.iter().map(|column| column.name.width()).max().unwrap_or(0).min(width / 2);
            for (column, value) in columns.iter().zip(values) {
                let name = format!("{:<widest$}  ", visible(column.name.trim_end()));
                paper.hang(&[(name, Tone::Name)], &shown(value, column), tone_of(value), widest + 2);
            }
        }
        Shows::Value { value: None, .. } => paper.line("‹null›", Tone::Dim),
        Shows::Value { value: Some(bytes), column, .. } => super::value::draw(&mut paper, bytes, column, value),
        Shows::Profile { column, profile, scope } => figures::profile(&mut paper, column, profile, scope),
        Shows::Chart { series, scope, .. } => figures::chart(&mut paper, series, scope),
        Shows::Warnings(count, warnings) => {
            for (warning, times) in count_repeats(warnings) {
                let lead = [(format!("{} {} ", warning.level, warning.code), Tone::Warning)];
                let often = if times > 1 { format!(" ({} times)", grouped(times)) } else { String::new() };
                paper.hang(&lead, &format!("{}{often}", visible(warning.message.trim_end())), Tone::Plain, 2);
            }
            if warnings.len() < usize::from(*count) {
                paper.blank();
                let of = grouped(u64::from(*count));
                paper.line(&format!("The server keeps the first {} of {of}.", warnings.len()), Tone::Dim);
            }
        }
        Shows::Problem(problem) => {
            for line in problem.to_string().lines() {
                paper.line(&visible(line.trim_end()), Tone::Plain);
            }
            if let Some(remedy) = problem.then {
                paper.blank();
                paper.line(&visible(&super::remedy::remedy_line(remedy, context)), Tone::Code);
            }
        }
    }
    (paper.lines, paper.rows, paper.is_part)
}

/// The page's Markdown up to its columns and examples, which are drawn from the catalog and with their keys.
fn prose(paper: &mut Paper, page: &DocPage) {
    for line in paragraphs(&page.text) {
        let trimmed = line.trim_end();
        if let Some(heading) = heading(trimmed) {
            if matches!(heading, "Columns" | "Try") {
                break;
            }
            paper.blank();
            paper.line(&visible(heading.trim_end()), Tone::Heading);
        } else if let Some(item) = trimmed.strip_prefix("- ") {
            paper.hang(&[("• ".into(), Tone::Dim)], &plain(item), Tone::Plain, 2);
        } else if trimmed.is_empty() {
            paper.blank();
        } else {
            paper.line(&plain(trimmed), Tone::Plain);
        }
    }
    paper.blank();
}

fn heading(line: &str) -> Option<&str> {
    line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')).map(str::trim)
}

/// Markdown with every paragraph and every item on one line: where the file breaks a line says nothing. Code keeps its
/// lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut is_open, mut is_code) = (false, false);
    for line in text.lines() {
        let words = line.trim();
        let is_fence = words.starts_with("```");
        let starts = ["- ", "* ", "|", ">"].iter().any(|mark| words.starts_with(mark)) || heading(words).is_some();
        match lines.last_mut() {
            Some(last) if is_open && !is_code && !is_fence && !starts && !words.is_empty() => {
                last.push(' ');
                last.push_str(words);
            }
            _ => lines.push(if is_code { line.to_owned() } else { words.to_owned() }),
        }
        is_code ^= is_fence;
        is_open = !words.is_empty() && !is_fence && !words.starts_with('|') && heading(words).is_none();
    }
    lines
}

fn about(paper: &mut Paper, table: &Table, page: Option<&DocPage>) {
    if page.is_none() && !table.comment.is_empty() {
        paper.line(&visible(table.comment.trim_end()), Tone::Plain);
        paper.blank();
    }
    let rows = table.rows.map_or_else(String::new, |rows| format!(", about {} rows", grouped(rows)));
    paper.line(&format!("Columns ({}{rows})", table.columns.len()), Tone::Heading);
    let widest = table.columns.iter().map(|column| column.name.width()).max().unwrap_or(0).min(28);
    for column in &table.columns {
        let key = match column.key {
            KeyRole::Primary => "PK ",
            KeyRole::Foreign => "FK ",
            KeyRole::Unique => "UQ ",
            KeyRole::Indexed => "ix ",
            KeyRole::None => "   ",
        };
        let name = format!("{:<widest$} ", visible(column.name.trim_end()));
        let null = if column.is_nullable { "" } else { " not null" };
        let lead = [(key.to_owned(), Tone::Dim), (name, Tone::Name)];
        paper.hang(&lead, &format!("{}{null}", visible(column.type_text.trim_end())), Tone::Dim, 4);
        let said = page.and_then(|page| page.columns.iter().find(|(name, _)| *name == column.name));
        let words = said.map_or(column.comment.as_str(), |(_, text)| text.as_str());
        if !words.is_empty() {
            paper.hang(&[("     ".into(), Tone::Plain)], &plain(words), Tone::Plain, 5);
        }
    }
    if !table.foreign_keys.is_empty() {
        paper.blank();
        paper.line("Refers to", Tone::Heading);
        for key in &table.foreign_keys {
            let lead = [(format!("{} ", key.columns.join(", ")), Tone::Name)];
            paper.hang(&lead, &format!("→ {}.{}", key.to_table, key.to_columns.join(", ")), Tone::Plain, 4);
        }
    }
    if !table.indexes.is_empty() {
        paper.blank();
        paper.line("Indexes", Tone::Heading);
        for index in &table.indexes {
            let unique = if index.is_unique { " unique" } else { "" };
            paper.hang(
                &[(format!("{} ", index.name), Tone::Name)],
                &format!("{}{unique}", index.columns.join(", ")),
                Tone::Dim,
                4,
            );
        }
    }
}

fn examples(paper: &mut Paper, page: &DocPage) {
    for (title, statement) in &page.examples {
        paper.blank();
        paper.line(&format!("Try: {title}"), Tone::Heading);
        for line in statement.lines() {
            paper.line(&visible(line.trim_end()), Tone::Code);
        }
    }
}

fn shown(value: &CellPreview, column: &Column) -> String {
    crate::domain::results::show_preview(value, column, GlyphSet::Unicode, usize::MAX / 2)
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

/// A value's first bytes as a screen shows them.
pub(super) fn shown_bytes(bytes: &[u8], column: &Column) -> String {
    shown(&CellPreview::Bytes { head: bytes.into(), length: bytes.len() as u64 }, column)
}

fn tone_of(value: &CellPreview) -> Tone {
    if matches!(value, CellPreview::Null) { Tone::Dim } else { Tone::Plain }
}

/// Markdown of one line without its marks.
fn plain(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    // `[words](target)` is shown as its words: the target is an object of the tree.
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(words, more)| more.split_once(')').map(|(_, end)| (words, end)));
        kept.push_str(before);
        if let Some((words, end)) = link {
            kept.push_str(words);
            rest = end;
        } else {
            kept.push('[');
            rest = after;
        }
    }
    kept.push_str(rest);
    visible(kept.replace("**", "").replace('`', "").trim_end()).into_owned()
}
