//! The columns of a result on the screen: order, widths, hidden and frozen columns. A frozen column stays at the left
//! when the others scroll. When all columns fit, those that are cut share the free cells.

use crate::domain::results::ColumnWidth;

/// Cells between two columns: a space, a line, a space.
const GAP: u16 = 3;
/// The least width of a column.
const MIN_WIDTH: u16 = 3;
/// The greatest width of a column.
const MAX_WIDTH: u16 = 400;
/// Cells that frozen columns leave to the others at least.
const LEFT_TO_OTHERS: u16 = 12;

/// The columns of a result on the screen. A place is a position among the visible columns; a column is a position in
/// the server's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnLayout {
    order: Vec<usize>,
    widths: Vec<SizedColumn>,
    frozen: usize,
    left: usize,
    /// The columns that have a share of the free cells.
    shared: Vec<usize>,
    /// The cells that were shared; `None` after a change of widths or columns, so that they are shared again.
    shared_room: Option<u16>,
}

/// The widths of a column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SizedColumn {
    /// The width without a share of the free cells.
    base: u16,
    /// The width in which nothing is cut.
    whole: u16,
    /// The width on the screen.
    shown: u16,
    /// Whether the user has chosen the width.
    is_chosen: bool,
}

/// The rows that columns are fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FittedTo {
    /// The first ones, which replace the widths of the empty columns.
    First,
    /// The next ones, which only widen columns.
    Next,
    /// All others. They widen columns whose values are never cut; other columns get cells that are free.
    Later,
}

/// A column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpan {
    /// Its position among the visible columns.
    pub place: usize,
    /// Its position in the server's order.
    pub column: usize,
    /// Its first cell, relative to that of the first column.
    pub x: u16,
    /// Its visible width. The last column may be cut.
    pub width: u16,
}

impl ColumnLayout {
    /// Makes a layout of all columns in the server's order, with these widths.
    #[must_use]
    pub fn new(widths: Vec<ColumnWidth>) -> Self {
        let sized = |width: ColumnWidth| {
            let base = width.first.clamp(MIN_WIDTH, MAX_WIDTH);
            SizedColumn { base, whole: width.whole.min(MAX_WIDTH), shown: base, is_chosen: false }
        };
        Self {
            order: (0..widths.len()).collect(),
            widths: widths.into_iter().map(sized).collect(),
            frozen: 0,
            left: 0,
            shared: Vec::new(),
            shared_room: None,
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Returns the number of columns, including the hidden ones.
    #[must_use]
    pub fn all(&self) -> usize {
        self.widths.len()
    }

    /// Returns the visible columns, in order.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Returns how many columns the user has frozen.
    #[must_use]
    pub fn frozen(&self) -> usize {
        self.frozen
    }

    /// Returns how many of the frozen columns stay in so many cells: as many as leave room to the others. The first one
    /// may be cut for that. The rest scrolls with the others.
    #[must_use]
    pub fn frozen_that_fit(&self, room: u16) -> usize {
        let most = u32::from(room.saturating_sub(LEFT_TO_OTHERS));
        let fits = |count: &usize| self.cells(0..*count) <= most;
        let least = usize::from(self.frozen > 0 && most >= u32::from(MIN_WIDTH + GAP));
        (1..=self.frozen.min(self.order.len())).take_while(fits).last().unwrap_or(least)
    }

    /// Returns the column at a place.
    #[must_use]
    pub fn column(&self, place: usize) -> Option<usize> {
        self.order.get(place).copied()
    }

    /// Returns the place of a column, unless it is hidden.
    #[must_use]
    pub fn place(&self, column: usize) -> Option<usize> {
        self.order.iter().position(|shown| *shown == column)
    }

    #[must_use]
    pub fn width(&self, column: usize) -> u16 {
        self.widths.get(column).map_or(MIN_WIDTH, |sized| sized.shown)
    }

    /// Gives a column another width, as the user has chosen.
    pub fn resize(&mut self, column: usize, width: u16) {
        if let Some(sized) = self.widths.get_mut(column) {
            sized.is_chosen = true;
            self.set_base(column, width);
        }
    }

    /// Returns the width of a column without a share of the free cells.
    #[must_use]
    pub fn base(&self, column: usize) -> u16 {
        self.widths.get(column).map_or(MIN_WIDTH, |sized| sized.base)
    }

    /// Gives a column another width without a share of the free cells. It still gets a share, unless the user has chosen its width.
    pub(super) fn set_base(&mut self, column: usize, width: u16) {
        if let Some(sized) = self.widths.get_mut(column) {
            sized.base = width.clamp(MIN_WIDTH, MAX_WIDTH);
            sized.shown = sized.base;
            self.shared_room = None;
        }
    }

    /// Widens a column to a width at least, which it keeps without a share of the free cells.
    pub(super) fn ensure_base(&mut self, column: usize, least: u16) {
        let base = self.base(column);
        if base < least {
            self.set_base(column, least);
        }
    }

    /// Returns the width in which no value so far is cut; `None` for a column whose width the user has chosen.
    pub(super) fn whole(&self, column: usize) -> Option<u16> {
        self.widths.get(column).filter(|sized| !sized.is_chosen).map(|sized| sized.whole)
    }

    /// Fits a column to rows, unless the user has chosen its width.
    pub(super) fn fit(&mut self, column: usize, width: ColumnWidth, rows: FittedTo) {
        let Some(sized) = self.widths.get_mut(column).filter(|sized| !sized.is_chosen) else { return };
        let before = sized.base;
        let (base, whole) = (width.first.clamp(MIN_WIDTH, MAX_WIDTH), width.whole.min(MAX_WIDTH));
        (sized.base, sized.whole) = match rows {
            FittedTo::First => (base, whole),
            FittedTo::Next | FittedTo::Later => (base.max(sized.base), whole.max(sized.whole)),
        };
        // Only then do the other columns change their shares.
        if rows != FittedTo::Later || sized.base != before {
            sized.shown = sized.base;
            self.shared_room = None;
        }
    }

    /// Shares the cells that the visible columns leave free among those that are cut: the same number for each, but none
    /// gets more than it needs. A column keeps its share until the widths, the columns or the room change.
    fn share(&mut self, room: u16) {
        if self.shared_room != Some(room) {
            for column in self.shared.drain(..) {
                if let Some(sized) = self.widths.get_mut(column) {
                    sized.shown = sized.base;
                }
            }
            self.shared_room = Some(room);
        }
        let mut free = u32::from(room) + u32::from(GAP);
        let mut cut: Vec<(u16, usize)> = Vec::new();
        for column in &self.order {
            let Some(sized) = self.widths.get(*column) else { continue };
            match free.checked_sub(u32::from(sized.shown) + u32::from(GAP)) {
                Some(left) => free = left,
                // The columns do not fit. The others need not be looked at: there may be very many.
                None => return,
            }
            if !sized.is_chosen && sized.whole > sized.shown {
                cut.push((sized.whole - sized.shown, *column));
            }
        }
        cut.sort_unstable();
        let count = cut.len();
        for (at, (need, column)) in cut.into_iter().enumerate() {
            let left = u32::try_from(count - at).unwrap_or(u32::MAX);
            let share = u16::try_from(free / left).unwrap_or(u16::MAX).min(need);
            free -= u32::from(share);
            if let Some(sized) = self.widths.get_mut(column).filter(|_| share > 0) {
                sized.shown += share;
                self.shared.push(column);
            }
        }
    }

    /// Moves the column at a place by one place. Returns its new place.
    pub fn shift(&mut self, place: usize, right: bool) -> usize {
        let other = if right { place.saturating_add(1) } else { place.saturating_sub(1) };
        if place < self.order.len() && other < self.order.len() {
            self.order.swap(place, other);
            other
        } else {
            place
        }
    }

    /// Hides the column at a place, unless it is the last visible one. Returns whether it did.
    pub fn hide(&mut self, place: usize) -> bool {
        if self.order.len() < 2 || place >= self.order.len() {
            return false;
        }
        self.order.remove(place);
        self.shared_room = None;
        self.frozen -= usize::from(place < self.frozen);
        true
    }

    /// Shows a hidden column again, after the nearest visible column before it in the server's order.
    pub fn show(&mut self, column: usize) {
        if self.place(column).is_some() || column >= self.widths.len() {
            return;
        }
        let before = self.order.iter().enumerate().filter(|(_, shown)| **shown < column);
        let place = before.max_by_key(|(_, shown)| **shown).map_or(0, |(place, _)| place + 1);
        self.frozen += usize::from(place < self.frozen);
        self.order.insert(place, column);
        self.shared_room = None;
    }

    /// Shows all hidden columns again. Returns how many there were.
    pub fn show_all(&mut self) -> usize {
        let hidden: Vec<usize> = (0..self.widths.len()).filter(|column| self.place(*column).is_none()).collect();
        for column in &hidden {
            self.show(*column);
        }
        hidden.len()
    }

    /// Freezes the columns up to a place, or unfreezes them if exactly these are frozen.
    pub fn freeze(&mut self, place: usize) {
        self.frozen = if self.frozen == place + 1 { 0 } else { (place + 1).min(self.order.len()) };
    }

    /// Shares so many cells among the columns, and scrolls the column at a place into view.
    pub fn settle(&mut self, place: usize, room: u16) {
        self.share(room);
        self.frozen = self.frozen.min(self.order.len());
        let staying = self.frozen_that_fit(room);
        self.left = self.left.clamp(staying, self.order.len().max(staying));
        if place < staying {
            return;
        }
        self.left = self.left.min(place);
        let frozen = self.frozen_cells(room);
        while self.left < place && frozen + self.cells(self.left..place + 1) > u32::from(room) + u32::from(GAP) {
            self.left += 1;
        }
    }

    /// Returns the cells of the frozen columns that fit, with the gap after them.
    fn frozen_cells(&self, room: u16) -> u32 {
        self.cells(0..self.frozen_that_fit(room)).min(u32::from(room.saturating_sub(LEFT_TO_OTHERS)))
    }

    /// Returns the cells of the columns at these places, with the gap after each.
    fn cells(&self, places: std::ops::Range<usize>) -> u32 {
        let shown = self.order.get(places).unwrap_or_default();
        shown.iter().map(|column| u32::from(self.width(*column)) + u32::from(GAP)).sum()
    }

    /// Returns the columns that fit into so many cells, from left to right.
    #[must_use]
    pub fn spans(&self, room: u16) -> Vec<ColumnSpan> {
        let mut spans = Vec::new();
        let mut x = 0_u16;
        let frozen = u16::try_from(self.frozen_cells(room)).unwrap_or(u16::MAX);
        let staying = self.frozen_that_fit(room);
        let places = (0..staying).chain(self.left.max(staying)..self.order.len());
        for place in places {
            let end = if place < staying { frozen.saturating_sub(GAP).max(1) } else { room };
            let Some(column) = self.column(place) else { break };
            if x >= end {
                break;
            }
            let width = self.width(column).min(end - x);
            spans.push(ColumnSpan { place, column, x, width });
            x = x.saturating_add(width + GAP);
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout_of(widths: &[u16]) -> ColumnLayout {
        ColumnLayout::new(widths.iter().map(|width| ColumnWidth { first: *width, whole: *width }).collect())
    }

    #[test]
    fn cut_columns_share_the_free_cells_and_chosen_widths_stay() {
        let widths = [(10, 10), (40, 45), (40, 90), (40, 90)];
        let mut layout =
            ColumnLayout::new(widths.map(|(first, whole)| ColumnWidth { first, whole }).into_iter().collect());
        let shown = |layout: &ColumnLayout| (0..4).map(|column| layout.width(column)).collect::<Vec<u16>>();
        for (room, expected) in [
            (60, [10, 40, 40, 40]),
            (139, [10, 40, 40, 40]),
            (145, [10, 42, 42, 42]),
            (164, [10, 45, 50, 50]),
            (400, [10, 45, 90, 90]),
            (60, [10, 40, 40, 40]),
        ] {
            layout.settle(0, room);
            assert_eq!(shown(&layout), expected, "{room}");
        }
        layout.resize(2, 20);
        layout.settle(0, 400);
        assert_eq!(shown(&layout), [10, 45, 20, 90]);
        assert!(layout.hide(3));
        layout.settle(0, 84);
        assert_eq!(shown(&layout)[..3], [10, 45, 20]);
    }

    fn shown(layout: &ColumnLayout, room: u16) -> Vec<usize> {
        layout.spans(room).iter().map(|span| span.column).collect()
    }

    #[test]
    fn the_cursor_is_in_view_and_frozen_columns_stay() {
        let mut layout = layout_of(&[10; 300]);
        layout.settle(280, 60);
        assert_eq!(shown(&layout, 60), [277, 278, 279, 280, 281]);
        layout.freeze(0);
        layout.settle(280, 60);
        assert_eq!(shown(&layout, 60), [0, 278, 279, 280, 281]);
        layout.settle(1, 60);
        assert_eq!(shown(&layout, 60), [0, 1, 2, 3, 4]);
        layout.freeze(0);
        assert_eq!(layout.frozen(), 0);
    }

    #[test]
    fn frozen_columns_leave_room_to_others() {
        let mut layout = layout_of(&[40, 40, 40]);
        layout.freeze(1);
        layout.settle(2, 50);
        let spans = layout.spans(50);
        assert_eq!(spans.iter().map(|span| (span.column, span.width)).collect::<Vec<_>>(), [(0, 35), (2, 12)]);
    }

    #[test]
    fn the_cursor_is_in_view_however_many_columns_are_frozen() {
        for (width, count) in [(10, 45), (400, 45), (3, 300)] {
            for room in [8, 14, 17, 60, 150] {
                let mut layout = layout_of(&vec![width; count]);
                layout.freeze(count - 1);
                for place in (0..count).rev().chain(0..count) {
                    layout.settle(place, room);
                    let spans = layout.spans(room);
                    assert!(spans.iter().any(|span| span.place == place), "{width} {room} {place}: {spans:?}");
                    assert!(spans.iter().all(|span| span.x + span.width <= room), "{spans:?}");
                }
            }
        }
        let mut layout = layout_of(&[10; 45]);
        layout.freeze(44);
        assert_eq!((layout.frozen_that_fit(60), layout.frozen_that_fit(8)), (3, 0));
        layout.freeze(44);
        assert_eq!(layout.frozen_that_fit(60), 0);
    }

    #[test]
    fn a_hidden_column_comes_back_where_it_was() {
        let mut layout = layout_of(&[5; 4]);
        assert!(layout.hide(1) && layout.hide(1));
        assert_eq!(layout.order(), [0, 3]);
        assert_eq!(layout.shift(0, true), 1);
        assert_eq!(layout.show_all(), 2);
        assert_eq!(layout.order(), [3, 0, 1, 2]);
        assert!(layout.hide(0) && layout.hide(0) && layout.hide(0) && !layout.hide(0));
    }
}
