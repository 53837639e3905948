//! The mouse in the results: a press on a tab shows it, a press moves the cursor, a press on a column's name sorts, one on a row's number selects the row, a
//! drag selects cells, a double press opens the cell, the wheel scrolls.

use crate::app::context::Context;
use crate::app::panes::{PaneContext, PaneGesture, PaneMouse};

use super::update::{HEAD, number_width, page, room};
use super::{Grid, GridAction, ResultSet, Selection};

/// What is at a cell of the screen.
enum Target {
    /// The name of the column at this place.
    Name(usize),
    /// The number of this row.
    Number(u64),
    Cell {
        row: u64,
        place: usize,
    },
    Nothing,
}

impl Grid {
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) {
        if let Some(tab) = self.tab_at(mouse, cx.context) {
            if mouse.gesture == PaneGesture::Press {
                self.show_tab(tab);
                self.settle(cx);
            }
            return;
        }
        let Some(result) = self.front_mut() else { return };
        match (mouse.gesture, result.target(mouse, cx)) {
            (PaneGesture::Press, Target::Name(place)) => {
                result.place = place;
                self.act(GridAction::Sort, cx);
            }
            (PaneGesture::Press, Target::Number(row)) => {
                result.row = row;
                result.selection = Some(Selection::Rows { row });
            }
            (PaneGesture::Press, Target::Cell { row, place }) => {
                (result.row, result.place, result.selection) = (row, place, None);
            }
            (PaneGesture::DoublePress, Target::Cell { .. }) => self.act(GridAction::Open, cx),
            (PaneGesture::Drag, Target::Cell { row, place }) => {
                if result.selection.is_none() && (result.row, result.place) != (row, place) {
                    result.selection = Some(Selection::Cells { row: result.row, place: result.place });
                }
                (result.row, result.place) = (row, place);
            }
            (PaneGesture::Drag, Target::Number(row)) => result.row = row,
            (PaneGesture::ScrollDown(lines), _) => {
                // The cursor stays in view.
                let page = u64::from(page(cx.context));
                let last_top = result.count().saturating_sub(page);
                result.top = result.top.saturating_add_signed(lines as i64).min(last_top);
                result.row = result.row.clamp(result.top, result.top + page.max(1) - 1);
            }
            (PaneGesture::ScrollRight(cells), _) => {
                result.place = result.place.saturating_add_signed(cells.signum());
            }
            (PaneGesture::Press | PaneGesture::DoublePress | PaneGesture::Drag, _) => {}
        }
        self.settle(cx);
    }
}

impl Grid {
    /// Returns the tab at a cell of the lower border.
    fn tab_at(&self, mouse: PaneMouse, context: &Context) -> Option<usize> {
        let area = context.layout.grid.filter(|area| area.has_box() && mouse.y + 1 == area.y + area.height)?;
        // Two cells of the border and a space are before the strip.
        let cell = mouse.x.checked_sub(area.x + 3)?;
        self.strip(usize::from(area.width.saturating_sub(6))).tab_at(usize::from(cell))
    }
}

impl ResultSet {
    /// Returns what is at a cell of the screen.
    fn target(&self, mouse: PaneMouse, cx: &PaneContext<'_>) -> Target {
        let Some(area) = cx.context.layout.grid.filter(|_| self.count() > 0) else { return Target::Nothing };
        let inside = area.inside();
        let number = number_width(self.count()) + 2;
        let left = inside.x + number + 1;
        let spans = self.layout.spans(room(cx.context, self.count()));
        // A drag may leave the panel; then the nearest cell counts.
        let x = mouse.x.saturating_sub(left);
        let place = spans.iter().rev().find(|span| span.x <= x).or(spans.first()).map(|span| span.place);
        let Some(place) = place else { return Target::Nothing };
        let is_drag = mouse.gesture == PaneGesture::Drag;
        match mouse.y.checked_sub(inside.y + HEAD) {
            None if !is_drag && mouse.y < inside.y + HEAD - 1 && mouse.x >= left => Target::Name(place),
            None if !is_drag => Target::Nothing,
            y => {
                let last = self.count().saturating_sub(1);
                let row = (self.top + u64::from(y.unwrap_or(0)).min(u64::from(page(cx.context)))).min(last);
                let is_below = !is_drag && self.top + u64::from(y.unwrap_or(0)) > last;
                match () {
                    () if is_below => Target::Nothing,
                    () if mouse.x < inside.x + number => Target::Number(row),
                    () => Target::Cell { row, place },
                }
            }
        }
    }
}
