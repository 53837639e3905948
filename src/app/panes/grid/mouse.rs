//! The mouse in the results: a press moves the cursor, a press on a column's name sorts, one on a row's number selects the row, a
//! drag selects cells, a double press opens the cell, the wheel scrolls.

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
