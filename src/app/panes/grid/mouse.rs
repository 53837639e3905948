//! The mouse in the results: a press on a tab shows it, a press on a cell moves the cursor, one on a column's name sorts, one on
//! a row's number selects the row, a drag selects cells, a double press opens the cell, the wheel scrolls.

use crate::app::context::Context;
use crate::app::panes::{PaneContext, PaneGesture, PaneMouse, PressHit};

use super::update::{HEAD, number_width, page, room};
use super::{Grid, GridAction, ResultSet, Selection, totals};

/// What is at a cell of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Handles a gesture. Returns what a press has hit.
    pub fn on_mouse(&mut self, mouse: PaneMouse, cx: &mut PaneContext<'_>) -> PressHit {
        let tab = self.tab_at(mouse, cx.context).filter(|_| mouse.gesture == PaneGesture::Press);
        if let Some(tab) = tab {
            self.show_tab(tab);
            self.settle(cx);
            return PressHit::Nothing;
        }
        let Some(result) = self.front_mut() else { return PressHit::Nothing };
        let hit = match mouse.gesture {
            PaneGesture::Press | PaneGesture::Extend => match (result.target(mouse, cx.context), mouse.gesture) {
                (Target::Name(place), _) => {
                    result.place = place;
                    self.act(GridAction::Sort, cx);
                    return PressHit::Nothing;
                }
                (target @ (Target::Number(_) | Target::Cell { .. }), PaneGesture::Extend) => {
                    result.select_to(target);
                    PressHit::Selection
                }
                (Target::Number(row), _) => {
                    (result.row, result.selection) = (row, Some(Selection::Rows { row }));
                    PressHit::Selection
                }
                (Target::Cell { row, place }, _) => {
                    (result.row, result.place, result.selection) = (row, place, None);
                    PressHit::Selection
                }
                (Target::Nothing, _) => PressHit::Nothing,
            },
            PaneGesture::DoublePress => {
                self.act(GridAction::Open, cx);
                return PressHit::Item;
            }
            PaneGesture::Drag => {
                let target = result.target(mouse, cx.context);
                result.select_to(target);
                PressHit::Nothing
            }
            PaneGesture::ScrollDown(lines) => {
                // The cursor stays in view.
                let page = u64::from(page(cx.context));
                let last_top = result.count().saturating_sub(page);
                let lines = i64::try_from(lines).unwrap_or(0);
                result.top = result.top.saturating_add_signed(lines).min(last_top);
                result.row = result.row.clamp(result.top, result.top + page.max(1) - 1);
                PressHit::Nothing
            }
            PaneGesture::ScrollRight(cells) => {
                result.place = result.place.saturating_add_signed(cells.signum());
                PressHit::Nothing
            }
        };
        self.settle(cx);
        hit
    }

    /// Returns the tab at a cell of the lower border, where the totals of a selection take its place.
    fn tab_at(&self, mouse: PaneMouse, context: &Context) -> Option<usize> {
        let area = context.layout.grid.filter(|area| area.has_box() && mouse.y + 1 == area.y + area.height)?;
        if self.front().is_some_and(|result| !totals::parts(result).is_empty()) {
            return None;
        }
        // Two cells of the border and a space are before the strip.
        let cell = mouse.x.checked_sub(area.x + 3)?;
        self.strip(usize::from(area.width.saturating_sub(6))).tab_at(usize::from(cell))
    }
}

impl ResultSet {
    /// Selects from the cursor, or from the start of the selection, to a cell or a row.
    fn select_to(&mut self, target: Target) {
        match target {
            Target::Cell { row, place } => {
                if self.selection.is_none() && (self.row, self.place) != (row, place) {
                    self.selection = Some(Selection::Cells { row: self.row, place: self.place });
                }
                (self.row, self.place) = (row, place);
            }
            Target::Number(row) => self.row = row,
            Target::Name(_) | Target::Nothing => {}
        }
    }

    /// Returns what is at a cell of the screen. A drag may leave the panel: then the nearest cell counts.
    fn target(&self, mouse: PaneMouse, context: &Context) -> Target {
        let Some(area) = context.layout.grid.filter(|_| self.count() > 0) else { return Target::Nothing };
        let inside = area.inside();
        let is_drag = mouse.gesture == PaneGesture::Drag;
        if !is_drag && !inside.contains((mouse.x, mouse.y)) {
            return Target::Nothing;
        }
        let number = number_width(self.count()) + 2;
        let left = inside.x + number + 1;
        let spans = self.layout.spans(room(context, self.count()));
        let x = mouse.x.saturating_sub(left);
        let place = spans.iter().rev().find(|span| span.x <= x).or(spans.first()).map(|span| span.place);
        let Some(place) = place else { return Target::Nothing };
        // The line below names and types belongs to nothing.
        let line = mouse.y.checked_sub(inside.y + HEAD);
        let is_head = mouse.y + 1 < inside.y + HEAD;
        match line {
            None if !is_drag && is_head && mouse.x >= left => return Target::Name(place),
            None if !is_drag => return Target::Nothing,
            None | Some(_) => {}
        }
        let last = self.count().saturating_sub(1);
        let row = self.top + u64::from(line.unwrap_or(0).min(page(context)));
        if row > last && !is_drag {
            return Target::Nothing;
        }
        let row = row.min(last);
        if mouse.x < inside.x + number { Target::Number(row) } else { Target::Cell { row, place } }
    }
}
