//! The lines about a table: its page, its columns, keys and indexes, its examples.

use crate::app::context::Context;
use crate::domain::catalog::{KeyRole, Table};
use crate::domain::docs::blocks::{DocBlock, Inline, parse_blocks, plain_text};
use crate::domain::docs::layout::page_text;
use crate::domain::docs::{DocPage, page_named};
use crate::domain::quantity::counted;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::line_builder::{LineBuilder, LineStyle};

/// Adds a table: its documentation, and what the catalog knows about it.
pub(super) fn table(out: &mut LineBuilder, (schema, name): (&str, &str), context: &Context) {
    let found = context.catalog.as_ref().and_then(|catalog| catalog.table(schema, name));
    let page = context.page(schema, name);
    let text = page.map(|page| page_text(&parse_blocks(&page.text))).unwrap_or_default();
    blocks(out, &text.before);
    match found {
        Some(found) => catalog_entry(out, found, page),
        None => out.line("The catalog does not have this table.", LineStyle::Warning),
    }
    if !text.after.is_empty() {
        out.empty_line();
        blocks(out, &text.after);
    }
    if let Some(page) = page {
        examples(out, page);
    }
}

/// Adds a whole page, such as one about a topic.
pub(super) fn page(out: &mut LineBuilder, object: &str, context: &Context) {
    match page_named(&context.docs, object) {
        Some(page) => blocks(out, &parse_blocks(&page.text)),
        None => out.line("The documentation packs do not have this page.", LineStyle::Warning),
    }
}

/// Adds blocks, each with an empty line after it.
fn blocks(out: &mut LineBuilder, blocks: &[DocBlock]) {
    for block in blocks {
        add_block(out, block, &[], 0);
        out.empty_line();
    }
}

/// Adds a block. Its first line begins with these parts; the others are indented.
fn add_block(out: &mut LineBuilder, block: &DocBlock, lead: &[(String, LineStyle)], indent: usize) {
    match block {
        DocBlock::Heading { text, .. } => text_lines(out, text, lead, LineStyle::Heading, indent),
        DocBlock::Paragraph(text) => text_lines(out, text, lead, LineStyle::Plain, indent),
        DocBlock::List { first, items } => {
            for (number, item) in (first.unwrap_or(0)..).zip(items) {
                let mark = if first.is_some() { format!("{number}. ") } else { "• ".into() };
                let width = indent + mark.cells();
                let lead = [(format!("{}{mark}", " ".repeat(indent)), LineStyle::Dim)];
                let indented = [(" ".repeat(width), LineStyle::Plain)];
                for (at, block) in item.iter().enumerate() {
                    let lead = if at == 0 { &lead } else { &indented };
                    add_block(out, block, if matches!(block, DocBlock::List { .. }) { &[] } else { lead }, width);
                }
            }
        }
        DocBlock::Table { head, rows } => {
            let cells =
                |row: &[Vec<Inline>]| row.iter().map(|cell| plain_text(cell).replace('\n', " ")).collect::<Vec<_>>();
            let (head, rows) = (cells(head), rows.iter().map(|row| cells(row)).collect::<Vec<_>>());
            let mut widths: Vec<usize> = Vec::new();
            for row in std::iter::once(&head).chain(&rows) {
                widths.resize(widths.len().max(row.len()), 0);
                for (width, cell) in widths.iter_mut().zip(row) {
                    *width = (*width).max(visible(cell).cells());
                }
            }
            let line = |row: &[String]| {
                let padded = row.iter().zip(&widths).map(|(cell, width)| visible(cell).padded(*width));
                padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            };
            out.hang(lead, &line(&head), LineStyle::Heading, indent);
            for row in &rows {
                out.hang(lead, &line(row), LineStyle::Plain, indent + 2);
            }
        }
        DocBlock::Code { text, .. } => {
            for line in text.lines() {
                out.hang(lead, &visible(&line.replace('\t', "  ")), LineStyle::Code, indent);
            }
        }
        DocBlock::Quote(blocks) => {
            let lead = [lead, &[("│ ".to_owned(), LineStyle::Dim)]].concat();
            for block in blocks {
                add_block(out, block, &lead, indent + 2);
            }
        }
        DocBlock::Rule => out.line(&"─".repeat(out.width()), LineStyle::Dim),
    }
}

/// Adds text. A line break of the page begins a new line.
fn text_lines(out: &mut LineBuilder, text: &[Inline], lead: &[(String, LineStyle)], style: LineStyle, indent: usize) {
    let indented = [(" ".repeat(indent), LineStyle::Plain)];
    for (at, line) in plain_text(text).split('\n').enumerate() {
        let lead = if at == 0 || indent == 0 { lead } else { &indented };
        out.hang(lead, &visible(line.trim_end()), style, indent);
    }
}

/// Adds what the catalog knows about a table, with the page's texts about the columns.
fn catalog_entry(out: &mut LineBuilder, table: &Table, page: Option<&DocPage>) {
    if page.is_none() && !table.comment.is_empty() {
        out.line(&visible(table.comment.trim_end()), LineStyle::Plain);
        out.empty_line();
    }
    let rows = table.rows.map_or_else(String::new, |rows| format!(", about {}", counted(rows, "row")));
    out.line(&format!("Columns ({}{rows})", table.columns.len()), LineStyle::Heading);
    let widest = table.columns.iter().map(|column| column.name.cells()).max().unwrap_or(0).min(28);
    for column in &table.columns {
        let key = match column.key {
            KeyRole::Primary => "PK ",
            KeyRole::Foreign => "FK ",
            KeyRole::Unique => "UQ ",
            KeyRole::Indexed => "ix ",
            KeyRole::None => "   ",
        };
        let name = format!("{} ", visible(column.name.trim_end()).padded(widest));
        let null = if column.is_nullable { "" } else { " not null" };
        let lead = [(key.to_owned(), LineStyle::Dim), (name, LineStyle::Name)];
        out.hang(&lead, &format!("{}{null}", visible(column.type_text.trim_end())), LineStyle::Dim, 4);
        let about = page.and_then(|page| page.column_text(&column.name)).unwrap_or(&column.comment);
        if !about.is_empty() {
            out.hang(&[("     ".into(), LineStyle::Plain)], &visible(about.trim_end()), LineStyle::Plain, 5);
        }
    }
    let is_listed = |name: &str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
    let described = page.map(|page| page.columns.as_slice()).unwrap_or_default();
    let mut others = described.iter().filter(|(name, _)| !is_listed(name)).peekable();
    if others.peek().is_some() {
        out.empty_line();
        out.line("Described, but not in the catalog", LineStyle::Heading);
        for (name, text) in others {
            out.hang(
                &[(format!("{} ", visible(name)), LineStyle::Name)],
                &visible(text.trim_end()),
                LineStyle::Plain,
                4,
            );
        }
    }
    if !table.foreign_keys.is_empty() {
        out.empty_line();
        out.line("Refers to", LineStyle::Heading);
        for key in &table.foreign_keys {
            let lead = [(format!("{} ", key.columns.join(", ")), LineStyle::Name)];
            out.hang(&lead, &format!("→ {}.{}", key.to_table, key.to_columns.join(", ")), LineStyle::Plain, 4);
        }
    }
    if !table.indexes.is_empty() {
        out.empty_line();
        out.line("Indexes", LineStyle::Heading);
        for index in &table.indexes {
            let unique = if index.is_unique { " unique" } else { "" };
            out.hang(
                &[(format!("{} ", index.name), LineStyle::Name)],
                &format!("{}{unique}", index.columns.join(", ")),
                LineStyle::Dim,
                4,
            );
        }
    }
}

fn examples(out: &mut LineBuilder, page: &DocPage) {
    for (title, statement) in &page.examples {
        out.empty_line();
        out.line(&format!("Try: {title}"), LineStyle::Heading);
        for line in statement.lines() {
            out.line(&visible(line.trim_end()), LineStyle::Code);
        }
    }
}
