//! Comments lines out, and takes the comments away.

use super::change::EditResult;
use super::indent::indent_width;
use super::line_edit::{LineEdit, edit_lines};
use super::state::TextState;

/// The mark of a line comment, as it is inserted. The server needs the space.
const MARK: &str = "-- ";

/// Comments out the lines of the selection, or the cursor's line: `-- ` at the smallest indent. If all of them are comments, takes the
/// marks away. Lines without text stay as they are.
#[must_use]
pub fn toggle_comment(state: &TextState<'_>) -> EditResult {
    let (first, last) = state.line_range();
    let lines: Vec<&str> = state.block(first, last).iter().map(String::as_str).collect();
    edit_lines(state, first, &toggle_edits(&lines))
}

/// Returns the edit of each line.
pub(super) fn toggle_edits(lines: &[&str]) -> Vec<Option<LineEdit>> {
    let texts = || lines.iter().filter(|line| has_text(line));
    let smallest = texts().map(|line| indent_width(line)).min().unwrap_or(0);
    let is_all_comments = texts().all(|line| line.trim_start().starts_with("--"));
    let edit = |line: &&str| {
        let edit = if is_all_comments {
            let removed = if line.trim_start().starts_with(MARK) { MARK.len() } else { MARK.len() - 1 };
            LineEdit { at: indent_width(line), removed, inserted: "" }
        } else {
            LineEdit { at: smallest, removed: 0, inserted: MARK }
        };
        has_text(line).then_some(edit)
    };
    lines.iter().map(edit).collect()
}

/// Whether a line has more than spaces and tabs.
fn has_text(line: &str) -> bool {
    indent_width(line) < line.chars().count()
}
