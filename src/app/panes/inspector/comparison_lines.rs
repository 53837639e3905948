//! Two texts in the inspector, compared line by line.

use std::sync::Arc;

use crate::domain::text::visible;
use crate::domain::text_diff::{DiffLine, LineChange};

use super::line_builder::{LineBuilder, LineStyle};

/// Two texts that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Where the first and the second text come from.
    pub titles: (String, String),
    pub lines: Arc<Vec<DiffLine>>,
}

/// Adds the lines of both texts. A mark says which text a line is from.
pub(super) fn comparison(out: &mut LineBuilder, comparison: &Comparison) {
    out.hang(&[("- ".into(), LineStyle::Warning)], &visible(&comparison.titles.0), LineStyle::Heading, 2);
    out.hang(&[("+ ".into(), LineStyle::Code)], &visible(&comparison.titles.1), LineStyle::Heading, 2);
    out.empty_line();
    if comparison.lines.iter().all(|line| line.change == LineChange::Same) {
        out.line("Both texts are the same.", LineStyle::Dim);
        out.empty_line();
    }
    for line in comparison.lines.iter() {
        let (mark, style) = match line.change {
            LineChange::Same => ("  ", LineStyle::Dim),
            LineChange::Removed => ("- ", LineStyle::Warning),
            LineChange::Added => ("+ ", LineStyle::Code),
        };
        out.hang(&[(mark.into(), style)], &visible(&line.text.replace('\t', "  ")), style, 2);
    }
}
