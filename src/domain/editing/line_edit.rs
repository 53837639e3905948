//! An edit inside of one line, and how it moves the positions of the line.

use super::change::EditResult;
use super::position::{TextPosition, split_at_column};
use super::state::TextState;

/// Replaces some characters of a line by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LineEdit {
    pub at: usize,
    /// How many characters are removed.
    pub removed: usize,
    pub inserted: &'static str,
}

impl LineEdit {
    pub(super) fn apply(self, line: &str) -> String {
        let (before, rest) = split_at_column(line, self.at);
        let (_, after) = split_at_column(rest, self.removed);
        format!("{before}{}{after}", self.inserted)
    }

    /// Returns the column that a column of the line has after the edit.
    pub(super) fn moved(self, column: usize) -> usize {
        if column < self.at {
            return column;
        }
        let kept = column.saturating_sub(self.removed).max(self.at);
        kept + self.inserted.chars().count()
    }
}

/// Edits the lines of a block, which begins at `first`. A selection that begins or ends at the start of a line keeps the whole line.
pub(super) fn edit_lines(state: &TextState<'_>, first: usize, edits: &[Option<LineEdit>]) -> EditResult {
    let last = first + edits.len().saturating_sub(1);
    let new: Vec<String> = state
        .block(first, last)
        .iter()
        .zip(edits)
        .map(|(line, edit)| edit.map_or_else(|| line.clone(), |edit| edit.apply(line)))
        .collect();
    let changes = state.replacing_lines(first, last, &new);
    let keeps_start = state.anchor.is_some();
    state.with(changes, |position| {
        let edit = position.line.checked_sub(first).and_then(|at| edits.get(at).copied().flatten());
        match edit {
            Some(_) if keeps_start && position.column == 0 => position,
            Some(edit) => TextPosition::new(position.line, edit.moved(position.column)),
            None => position,
        }
    })
}
