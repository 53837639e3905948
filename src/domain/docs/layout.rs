//! Splits a page around what a view takes from its two sections: the descriptions of columns, and the examples.

use std::ops::Range;

use super::blocks::{DocBlock, plain_text};

/// The section with the descriptions of columns.
pub(super) const COLUMNS: &str = "Columns";
/// The section with the examples.
pub(super) const TRY: &str = "Try";

/// The text of a page without its columns and examples.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageText {
    /// The blocks before both sections.
    pub before: Vec<DocBlock>,
    /// All blocks after, also those in the two sections that describe no column and are no example.
    pub after: Vec<DocBlock>,
}

/// Returns the text of a page.
#[must_use]
pub fn page_text(blocks: &[DocBlock]) -> PageText {
    let (columns, examples) = (section_range(blocks, COLUMNS), section_range(blocks, TRY));
    let start = columns.iter().chain(&examples).map(|range| range.start).min().unwrap_or(blocks.len());
    let mut text = PageText { before: blocks.get(..start).unwrap_or_default().to_vec(), after: Vec::new() };
    for (at, block) in blocks.iter().enumerate().skip(start) {
        let is_in = |range: &Option<Range<usize>>| range.as_ref().is_some_and(|range| range.contains(&at));
        let is_heading = columns.iter().chain(&examples).any(|range| range.start == at);
        let is_column = is_in(&columns) && describes_columns(block);
        let is_of_example = is_in(&examples) && (is_example(block) || is_title(block, blocks.get(at + 1)));
        if !is_heading && !is_column && !is_of_example {
            text.after.push(block.clone());
        }
    }
    text
}

/// Returns the blocks under the heading of level 2 with this text, up to the next heading of level 1 or 2.
pub(super) fn section<'a>(blocks: &'a [DocBlock], title: &str) -> &'a [DocBlock] {
    section_range(blocks, title).and_then(|range| blocks.get(range.start + 1..range.end)).unwrap_or_default()
}

/// Returns the numbers of the heading and the blocks under it.
fn section_range(blocks: &[DocBlock], title: &str) -> Option<Range<usize>> {
    let opens = |block: &DocBlock| matches!(block, DocBlock::Heading { level: 2, text } if plain_text(text).trim().eq_ignore_ascii_case(title));
    let ends = |block: &DocBlock| matches!(block, DocBlock::Heading { level: 1 | 2, .. });
    let start = blocks.iter().position(opens)?;
    let length = blocks.iter().skip(start + 1).position(ends);
    Some(start..length.map_or(blocks.len(), |length| start + 1 + length))
}

/// Whether all of a block becomes descriptions of columns.
fn describes_columns(block: &DocBlock) -> bool {
    match block {
        DocBlock::Table { .. } => true,
        DocBlock::List { items, .. } => items
            .iter()
            .all(|item| matches!(item.as_slice(), [DocBlock::Paragraph(text)] if plain_text(text).contains(':'))),
        DocBlock::Heading { .. }
        | DocBlock::Paragraph(_)
        | DocBlock::Code { .. }
        | DocBlock::Quote(_)
        | DocBlock::Rule => false,
    }
}

pub(super) fn is_example(block: &DocBlock) -> bool {
    matches!(block, DocBlock::Code { lang, .. } if lang.eq_ignore_ascii_case("sql"))
}

/// Whether a block is the title of the example after it.
fn is_title(block: &DocBlock, next: Option<&DocBlock>) -> bool {
    matches!(block, DocBlock::Heading { .. } | DocBlock::Paragraph(_)) && next.is_some_and(is_example)
}
