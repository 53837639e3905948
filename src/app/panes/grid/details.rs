//! Details of the cursor's row and cell for the inspector, also while it follows the cursor.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::panes::PaneContext;
use crate::app::request::{FieldPosition, Request, RowDetails};
use crate::domain::export::CopyFormat;
use crate::domain::protocol::{StoreCmd, StoreWork};
use crate::domain::results::{CellPreview, Column};

use super::update::no_cell;
use super::{Grid, PendingValue, ResultSet, ValuePurpose};

/// Columns of a row that follows the cursor at most.
const FOLLOWED_COLUMNS: usize = 2_000;

impl ResultSet {
    /// Shows the cursor's row in the inspector, with the visible columns in their order, if the window has it.
    pub(super) fn show_row(&self, cx: &mut PaneContext<'_>) {
        match self.row_details() {
            Some(row) => cx.request(Request::ShowRow(row)),
            None => cx.request(Request::Notice(no_cell(cx.context, "row"))),
        }
    }

    /// Returns whether the window has the cursor's row.
    pub(super) fn has_row(&self) -> bool {
        self.row_details().is_some()
    }

    /// Returns the visible columns of the cursor's row in their order; `None` if the window does not have the row.
    fn row_details(&self) -> Option<RowDetails> {
        let (columns, window) = (self.columns.as_ref()?, self.current_window()?);
        let order = self.layout.order();
        let values: Option<Vec<CellPreview>> =
            order.iter().map(|column| window.cell(self.row, *column).cloned()).collect();
        let shown: Arc<[Column]> = order.iter().filter_map(|column| columns.get(*column).cloned()).collect();
        values.map(|values| RowDetails { row: self.row, columns: shown, positions: order.into(), values })
    }

    /// Returns the request to show a value that the window has whole.
    fn value_request(&self, column: usize) -> Option<Request> {
        let columns = Arc::clone(self.columns.as_ref()?);
        let value = match self.current_window()?.cell(self.row, column)? {
            CellPreview::Null => None,
            CellPreview::Bytes { head, length } if head.len() as u64 == *length => Some(Arc::from(&**head)),
            CellPreview::Bytes { .. } => return None,
        };
        Some(Request::FollowValue { row: self.row, columns, column, value })
    }
}

impl Grid {
    /// Returns the cursor's row for the inspector, if the window has it. A row of very many columns is not shown again for each movement
    /// of the cursor.
    #[must_use]
    pub fn followed_row(&self) -> Option<RowDetails> {
        let followed = self.front().filter(|result| result.layout.len() <= FOLLOWED_COLUMNS);
        followed.and_then(ResultSet::row_details)
    }

    /// Shows a value of the cursor's row in the inspector. What the window does not have whole is requested from the store, one
    /// value at a time: the next one when that has come.
    pub fn follow_value(&mut self, column: usize, effects: &mut Vec<Effect>) -> Option<Request> {
        let result = self.front_mut()?;
        if result.count() == 0 || !result.pending_values.is_empty() {
            return None;
        }
        let request = result.value_request(column);
        if request.is_none() && result.current_window().is_some() {
            let (row, purpose) = (result.row, ValuePurpose::Track);
            result.request_value(PendingValue { row, column, purpose });
            effects.push(Effect::Store(StoreCmd::Value { result: result.id, row, column }));
        }
        request
    }

    /// Requests the whole value of a field of a row for the inspector.
    pub fn open_field(&mut self, field: FieldPosition, cx: &mut PaneContext<'_>) {
        let Some(result) = self.result_of(field, cx) else { return };
        let (row, column) = (field.cell.row, field.cell.column);
        result.request_value(PendingValue { row, column, purpose: ValuePurpose::Show });
        cx.effect(Effect::Store(StoreCmd::Value { result: field.result, row, column }));
    }

    /// Copies the whole value of a field of a row.
    pub fn copy_field(&mut self, field: FieldPosition, cx: &mut PaneContext<'_>) {
        let Some(result) = self.result_of(field, cx) else { return };
        result.pending.begin(StoreWork::Copy);
        let (rows, columns) = (field.cell.row..field.cell.row + 1, vec![field.cell.column]);
        cx.effect(Effect::Store(StoreCmd::Copy { result: field.result, rows, columns, format: CopyFormat::Value }));
    }

    /// Returns the result in front, if the field is of its view. A notice says if not.
    fn result_of(&mut self, field: FieldPosition, cx: &mut PaneContext<'_>) -> Option<&mut ResultSet> {
        let found = self.front_mut().filter(|result| result.id == field.result && result.shown == field.view);
        if found.is_none() {
            cx.request(Request::Notice("The rows of this result are not shown in this order now.".into()));
        }
        found
    }
}
