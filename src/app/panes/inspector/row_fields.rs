//! The inspector on a row: a cursor goes from field to field, and a field is opened and copied.

use crate::app::context::Context;
use crate::app::focus::Focus;
use crate::app::panes::PaneContext;
use crate::app::request::{FieldPosition, Request};
use crate::domain::protocol::{CellPosition, CopiedFrom, ResultId, ViewId};

use super::{Inspector, InspectorAction, InspectorContent};

/// The row or the cell of a result that the inspector shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedCell {
    /// The view in which the row has its number.
    pub view: ViewId,
    /// Counts from 0.
    pub row: u64,
    /// The column of a value in the server's order; `None` is the whole row.
    pub column: Option<usize>,
}

/// A row to which the user can go back.
#[derive(Debug, Clone, PartialEq)]
pub struct RowOfField {
    content: InspectorContent,
    cell: Option<FollowedCell>,
    result: Option<ResultId>,
    copied_from: Option<CopiedFrom>,
    field: usize,
}

impl Inspector {
    /// Returns whether it shows a row or a value of the result in front and follows the cursor.
    #[must_use]
    pub fn follows(&self, front: Option<ResultId>) -> bool {
        !self.is_pinned && self.result.is_some() && self.result == front
    }

    /// Returns whether it shows a value of the result in front and follows the cursor.
    #[must_use]
    pub fn follows_value(&self, front: Option<ResultId>) -> bool {
        self.follows(front) && matches!(self.content, InspectorContent::Value { .. })
    }

    /// Returns whether it shows a row, whose fields can be opened and copied.
    #[must_use]
    pub fn is_row(&self) -> bool {
        matches!(self.content, InspectorContent::Row { .. })
    }

    /// Returns whether it shows a field of a row, so that the user can go back to the row.
    #[must_use]
    pub fn is_field_of_row(&self) -> bool {
        self.row_of_field.is_some()
    }

    /// Returns the field under the cursor: its number among the lines with fields, and its number in the row.
    pub(super) fn field_row(&self) -> Option<(usize, usize)> {
        let InspectorContent::Row { columns, .. } = &self.content else { return None };
        let field = self.field.min(columns.len().checked_sub(1)?);
        self.rows.binary_search_by_key(&field, |row| row.1).ok().map(|at| (at, field))
    }

    /// Returns the cell of the field under the cursor.
    fn field_position(&self) -> Option<FieldPosition> {
        let InspectorContent::Row { row, positions, .. } = &self.content else { return None };
        let column = *positions.get(self.field.min(positions.len().checked_sub(1)?))?;
        let cell = CellPosition { row: *row, column };
        Some(FieldPosition { result: self.result?, view: self.cell?.view, cell })
    }

    /// Does an action on a row, or goes back to it. Returns whether it was such an action.
    pub(super) fn act_in_row(&mut self, action: InspectorAction, cx: &mut PaneContext<'_>) -> bool {
        use InspectorAction as A;
        if matches!(action, A::Back | A::Leave) && self.is_field_of_row() {
            self.go_back(cx.context);
            return true;
        }
        let InspectorContent::Row { columns, .. } = &self.content else { return false };
        let last = columns.len().saturating_sub(1);
        let page = usize::from(cx.context.layout.rows(Focus::Inspector)).max(1);
        let field = self.field.min(last);
        self.field = match action {
            A::Down => (field + 1).min(last),
            A::Up => field.saturating_sub(1),
            A::PageDown => field.saturating_add(page).min(last),
            A::PageUp => field.saturating_sub(page),
            A::Top => 0,
            A::End => last,
            A::Toggle => {
                self.open_field(cx);
                return true;
            }
            A::Copy => {
                match self.field_position() {
                    Some(field) => cx.request(Request::CopyField(field)),
                    None => cx.request(Request::Notice("There is no value here.".into())),
                }
                return true;
            }
            A::CopyAll
            | A::Example
            | A::Format
            | A::Fold
            | A::Unfold
            | A::FoldAll
            | A::UnfoldAll
            | A::Search
            | A::Next
            | A::Previous
            | A::Pin
            | A::Back
            | A::Leave => return false,
        };
        self.show_field(cx.context);
        true
    }

    /// Requests the whole value of the field under the cursor. The row is kept for going back.
    fn open_field(&mut self, cx: &mut PaneContext<'_>) {
        let Some(field) = self.field_position() else { return };
        self.opening = Some(field.cell);
        cx.request(Request::OpenField(field));
    }

    /// Returns the row that is shown, for going back to it from the value of this cell; `None` unless the user has opened it there.
    pub(super) fn row_to_keep(&mut self, content: &InspectorContent) -> Option<Box<RowOfField>> {
        let opening = self.opening.take();
        let InspectorContent::Value { row: of, .. } = content else { return None };
        match &self.content {
            InspectorContent::Row { row, .. } => {
                let is_opened = row == of && opening.is_some_and(|cell| cell.row == *row);
                is_opened.then(|| {
                    let (content, cell, field) = (self.content.clone(), self.cell, self.field);
                    let (result, copied_from) = (self.result, self.copied_from.clone());
                    Box::new(RowOfField { content, cell, result, copied_from, field })
                })
            }
            // The same field of another row.
            InspectorContent::Value { .. } => self.row_of_field.take(),
            InspectorContent::Nothing
            | InspectorContent::Table { .. }
            | InspectorContent::Page { .. }
            | InspectorContent::Profile { .. }
            | InspectorContent::Chart { .. }
            | InspectorContent::Plan(_)
            | InspectorContent::Comparison(_)
            | InspectorContent::Warnings(..)
            | InspectorContent::Problem(_) => None,
        }
    }

    /// Shows the row again of which a field is shown.
    fn go_back(&mut self, context: &Context) {
        let Some(row) = self.row_of_field.take() else { return };
        let RowOfField { content, cell, result, copied_from, field } = *row;
        self.show(content, context);
        (self.cell, self.result, self.copied_from, self.field) = (cell, result, copied_from, field);
        self.show_field(context);
    }

    /// Scrolls the field under the cursor into view.
    fn show_field(&mut self, context: &Context) {
        let rows = usize::from(context.layout.rows(Focus::Inspector));
        if let Some(lines) = self.cursor_lines() {
            self.top = self.top.max(lines.end.saturating_sub(rows)).min(lines.start);
        }
        self.settle(context);
    }
}
