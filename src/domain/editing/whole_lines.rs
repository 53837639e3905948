//! Commands on whole lines: duplicate, move, join, delete.

use super::change::{EditResult, TextChange};
use super::position::TextPosition;
use super::state::TextState;

/// Duplicates the selected text after itself and selects the copy. Without a selection, duplicates the cursor's line below it.
#[must_use]
pub fn duplicate(state: &TextState<'_>) -> EditResult {
    if let Some((from, to)) = state.selection() {
        let change = TextChange::insert(to, state.text_between(from, to));
        let end = change.end();
        return EditResult { changes: vec![change], cursor: end, selection: Some((to, end)) };
    }
    let TextPosition { line, column } = state.cursor;
    let change = TextChange::insert(TextPosition::new(line, state.length(line)), format!("\n{}", state.line(line)));
    EditResult { changes: vec![change], cursor: TextPosition::new(line + 1, column), selection: None }
}

/// Moves the lines of the selection, or the cursor's line, one line up.
#[must_use]
pub fn move_lines_up(state: &TextState<'_>) -> EditResult {
    let (first, last) = state.line_range();
    let Some(above) = first.checked_sub(1) else { return state.unchanged() };
    let mut lines = state.block(above, last).to_vec();
    let steps = lines.len().min(1);
    lines.rotate_left(steps);
    let changes = state.replacing_lines(above, last, &lines);
    // An end of the selection at the start of the line after the block moves with the block.
    state.with(changes, |position| TextPosition::new(position.line.saturating_sub(1), position.column))
}

/// Moves the lines of the selection, or the cursor's line, one line down.
#[must_use]
pub fn move_lines_down(state: &TextState<'_>) -> EditResult {
    let (first, last) = state.line_range();
    if last >= state.last_line() {
        return state.unchanged();
    }
    let mut lines = state.block(first, last + 1).to_vec();
    let steps = lines.len().min(1);
    lines.rotate_right(steps);
    let changes = state.replacing_lines(first, last + 1, &lines);
    let end = TextPosition::new(state.last_line(), lines.last().map_or(0, |line| line.chars().count()));
    state.with(changes, |position| TextPosition::new(position.line + 1, position.column).min(end))
}

/// Joins the lines of the selection, or the cursor's line and the next one. The cursor goes to where the last two lines meet.
#[must_use]
pub fn join_lines(state: &TextState<'_>) -> EditResult {
    let (first, last) = state.line_range();
    let last = last.max(first + 1);
    if last > state.last_line() {
        return EditResult { changes: Vec::new(), cursor: state.cursor, selection: None };
    }
    let (joined, column) = joined(state.block(first, last).iter().map(String::as_str));
    let changes = state.replacing_lines(first, last, &[joined]);
    EditResult { changes, cursor: TextPosition::new(first, column), selection: None }
}

/// Joins lines by one space, and returns the column at which the last two meet. The indent of a line is left out, and so is the
/// space after a space, before `)`, and next to an empty line.
pub(super) fn joined<'a>(mut lines: impl Iterator<Item = &'a str>) -> (String, usize) {
    let mut text = lines.next().unwrap_or_default().to_owned();
    let mut columns = text.chars().count();
    let mut meet = columns;
    for line in lines {
        let line = line.trim_start_matches([' ', '\t']);
        meet = columns;
        if !line.is_empty() && !line.starts_with(')') && !text.is_empty() && !text.ends_with([' ', '\t']) {
            text.push(' ');
            columns += 1;
        }
        text.push_str(line);
        columns += line.chars().count();
    }
    (text, meet)
}

/// Deletes the lines of the selection, or the cursor's line.
#[must_use]
pub fn delete_lines(state: &TextState<'_>) -> EditResult {
    let (first, last) = state.line_range();
    let change = deleted_lines(state.lines.len(), |line| state.length(line), (first, last));
    let line = if last < state.last_line() { last + 1 } else { first.saturating_sub(1) };
    let is_all = first == 0 && last >= state.last_line();
    let column = if is_all { 0 } else { state.cursor.column.min(state.length(line)) };
    let cursor = TextPosition::new(if last < state.last_line() { first } else { first.saturating_sub(1) }, column);
    let changes = if change.from == change.to { Vec::new() } else { vec![change] };
    EditResult { changes, cursor, selection: None }
}

/// Returns the change that deletes whole lines with their line ends. One empty line stays where there is no other.
pub(super) fn deleted_lines(
    count: usize,
    length: impl Fn(usize) -> usize,
    (first, last): (usize, usize),
) -> TextChange {
    let at = TextPosition::new;
    match first.checked_sub(1) {
        _ if last + 1 < count => TextChange::delete(at(first, 0), at(last + 1, 0)),
        Some(above) => TextChange::delete(at(above, length(above)), at(last, length(last))),
        None => TextChange::delete(at(0, 0), at(last, length(last))),
    }
}
