//! Indents and dedents lines, and begins a line with the indent of the line before.

use super::change::EditResult;
use super::line_edit::{LineEdit, edit_lines};
use super::position::between_columns;
use super::state::TextState;

/// One step of indentation.
pub const INDENT: &str = "  ";

/// Returns the number of spaces and tabs that a line begins with.
#[must_use]
pub fn indent_width(line: &str) -> usize {
    line.chars().take_while(|c| is_indent(*c)).count()
}

pub(super) fn is_indent(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// Indents the lines of the selection, or the cursor's line, by [`INDENT`]. Empty lines stay empty.
#[must_use]
pub fn indent(state: &TextState<'_>) -> EditResult {
    shift(state, indent_edit)
}

/// Removes one step of indentation from the lines of the selection, or from the cursor's line: a tab, or up to two spaces.
#[must_use]
pub fn dedent(state: &TextState<'_>) -> EditResult {
    shift(state, dedent_edit)
}

fn shift(state: &TextState<'_>, edit: fn(&str) -> Option<LineEdit>) -> EditResult {
    let (first, last) = state.line_range();
    let edits: Vec<Option<LineEdit>> = state.block(first, last).iter().map(|line| edit(line)).collect();
    edit_lines(state, first, &edits)
}

pub(super) fn indent_edit(line: &str) -> Option<LineEdit> {
    (!line.is_empty()).then_some(LineEdit { at: 0, removed: 0, inserted: INDENT })
}

pub(super) fn dedent_edit(line: &str) -> Option<LineEdit> {
    let removed = match line.strip_prefix('\t') {
        Some(_) => 1,
        None => line.chars().take(INDENT.len()).take_while(|c| *c == ' ').count(),
    };
    (removed > 0).then_some(LineEdit { at: 0, removed, inserted: "" })
}

/// Begins a new line with the indent of the cursor's line. A selection is replaced.
#[must_use]
pub fn new_line(state: &TextState<'_>) -> EditResult {
    let (from, to) = state.selection().unwrap_or((state.cursor, state.cursor));
    let line = state.line(from.line);
    let indent = between_columns(line, 0, indent_width(line).min(from.column));
    state.replacing(from, to, format!("\n{indent}"))
}
