//! Where the columns of a result stand: their order, their widths, which are hidden, which stay at the left. Pure: it knows
//! cells of a screen, and no value.

/// Cells between two columns: a blank, a line, a blank.
const GAP: u16 = 3;
/// Cells that every column has.
const LEAST: u16 = 3;
/// Cells that no column has more of.
const MOST: u16 = 400;
/// Cells that columns which stay leave to the others at least.
const LEFT_TO_OTHERS: u16 = 12;

/// The columns of a result on the screen. A place counts in the order shown, a column in the server's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnLayout {
    order: Vec<usize>,
    widths: Vec<u16>,
    frozen: usize,
    left: usize,
}

/// One column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpan {
    /// Its place in the order shown.
    pub place: usize,
    /// Its number in the server's order.
    pub column: usize,
    /// Its first cell, counted from the first column's.
    pub x: u16,
    /// Cells that it has; the last one may be cut.
    pub width: u16,
}

impl ColumnLayout {
    /// All columns in the server's order, with these widths.
    #[must_use]
    pub fn new(widths: Vec<u16>) -> Self {
        let widths: Vec<u16> = widths.into_iter().map(|width| width.clamp(LEAST, MOST)).collect();
        Self { order: (0..widths.len()).collect(), widths, frozen: 0, left: 0 }
    }

    /// Columns shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Columns of the result, the hidden ones too.
    #[must_use]
    pub fn all(&self) -> usize {
        self.widths.len()
    }

    /// The columns shown, in order.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// How many shall stay at the left.
    #[must_use]
    pub fn frozen(&self) -> usize {
        self.frozen
    }

    /// How many of them do stay, in so many cells: as many as leave room to the others. The first may be cut for that; those
    /// behind the last that fits move with the others.
    #[must_use]
    pub fn staying(&self, room: u16) -> usize {
        let most = u32::from(room.saturating_sub(LEFT_TO_OTHERS));
        let fits = |count: &usize| self.cells(0..*count) <= most;
        let least = usize::from(self.frozen > 0 && most >= u32::from(LEAST + GAP));
        (1..=self.frozen.min(self.order.len())).take_while(fits).last().unwrap_or(least)
    }

    /// The column at a place.
    #[must_use]
    pub fn column(&self, place: usize) -> Option<usize> {
        self.order.get(place).copied()
    }

    /// Where a column stands, unless it is hidden.
    #[must_use]
    pub fn place(&self, column: usize) -> Option<usize> {
        self.order.iter().position(|shown| *shown == column)
    }

    /// A column's width.
    #[must_use]
    pub fn width(&self, column: usize) -> u16 {
        self.widths.get(column).copied().unwrap_or(LEAST)
    }

    /// Gives a column another width.
    pub fn resize(&mut self, column: usize, width: u16) {
        if let Some(old) = self.widths.get_mut(column) {
            *old = width.clamp(LEAST, MOST);
        }
    }

    /// Moves the column at a place by one, and answers with its new place.
    pub fn shift(&mut self, place: usize, right: bool) -> usize {
        let other = if right { place.saturating_add(1) } else { place.saturating_sub(1) };
        if place < self.order.len() && other < self.order.len() {
            self.order.swap(place, other);
            other
        } else {
            place
        }
    }

    /// Hides the column at a place; the last one stays. Says whether it did.
    pub fn hide(&mut self, place: usize) -> bool {
        if self.order.len() < 2 || place >= self.order.len() {
            return false;
        }
        self.order.remove(place);
        self.frozen -= usize::from(place < self.frozen);
        true
    }

    /// Shows a hidden column again: behind the nearest one of the server's order that stands before it.
    pub fn show(&mut self, column: usize) {
        if self.place(column).is_some() || column >= self.widths.len() {
            return;
        }
        let before = self.order.iter().enumerate().filter(|(_, shown)| **shown < column);
        let place = before.max_by_key(|(_, shown)| **shown).map_or(0, |(place, _)| place + 1);
        self.frozen += usize::from(place < self.frozen);
        self.order.insert(place, column);
    }

    /// Shows every hidden column again, and answers with how many there were.
    pub fn show_all(&mut self) -> usize {
        let hidden: Vec<usize> = (0..self.widths.len()).filter(|column| self.place(*column).is_none()).collect();
        for column in &hidden {
            self.show(*column);
        }
        hidden.len()
    }

    /// Lets the columns up to a place stay at the left, or none where they stay already.
    pub fn freeze(&mut self, place: usize) {
        self.frozen = if self.frozen == place + 1 { 0 } else { (place + 1).min(self.order.len()) };
    }

    /// Brings the column at a place into view, in so many cells.
    pub fn settle(&mut self, place: usize, room: u16) {
        self.frozen = self.frozen.min(self.order.len());
        let staying = self.staying(room);
        self.left = self.left.clamp(staying, self.order.len().max(staying));
        if place < staying {
            return;
        }
        self.left = self.left.min(place);
        let stays = self.stays(room);
        while self.left < place && stays + self.cells(self.left..place + 1) > u32::from(room) + u32::from(GAP) {
            self.left += 1;
        }
    }

    /// Cells of the columns that stay, with the gap behind them, as far as they leave room to others.
    fn stays(&self, room: u16) -> u32 {
        self.cells(0..self.staying(room)).min(u32::from(room.saturating_sub(LEFT_TO_OTHERS)))
    }

    /// Cells of the columns at these places, with the gap behind each.
    fn cells(&self, places: std::ops::Range<usize>) -> u32 {
        let shown = self.order.get(places).unwrap_or_default();
        shown.iter().map(|column| u32::from(self.width(*column)) + u32::from(GAP)).sum()
    }

    /// The columns that fit into so many cells, from left to right.
    #[must_use]
    pub fn spans(&self, room: u16) -> Vec<ColumnSpan> {
        let mut spans = Vec::new();
        let mut x = 0_u16;
        let stays = u16::try_from(self.stays(room)).unwrap_or(u16::MAX);
        let staying = self.staying(room);
        let places = (0..staying).chain(self.left.max(staying)..self.order.len());
        for place in places {
            let end = if place < staying { stays.saturating_sub(GAP).max(1) } else { room };
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

    fn shown(layout: &ColumnLayout, room: u16) -> Vec<usize> {
        layout.spans(room).iter().map(|span| span.column).collect()
    }

    #[test]
    fn the_cursor_is_in_view_and_frozen_columns_stay() {
        let mut layout = ColumnLayout::new(vec![10; 300]);
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
        let mut layout = ColumnLayout::new(vec![40, 40, 40]);
        layout.freeze(1);
        layout.settle(2, 50);
        let spans = layout.spans(50);
        assert_eq!(spans.iter().map(|span| (span.column, span.width)).collect::<Vec<_>>(), [(0, 35), (2, 12)]);
    }

    #[test]
    fn the_cursor_is_in_view_however_many_columns_shall_stay() {
        for (width, count) in [(10, 45), (400, 45), (3, 300)] {
            for room in [8, 14, 17, 60, 150] {
                let mut layout = ColumnLayout::new(vec![width; count]);
                layout.freeze(count - 1);
                for place in (0..count).rev().chain(0..count) {
                    layout.settle(place, room);
                    let spans = layout.spans(room);
                    assert!(spans.iter().any(|span| span.place == place), "{width} {room} {place}: {spans:?}");
                    assert!(spans.iter().all(|span| span.x + span.width <= room), "{spans:?}");
                }
            }
        }
        let mut layout = ColumnLayout::new(vec![10; 45]);
        layout.freeze(44);
        assert_eq!((layout.staying(60), layout.staying(8)), (3, 0));
        layout.freeze(44);
        assert_eq!(layout.staying(60), 0);
    }

    #[test]
    fn a_hidden_column_comes_back_where_it_stood() {
        let mut layout = ColumnLayout::new(vec![5; 4]);
        assert!(layout.hide(1) && layout.hide(1));
        assert_eq!(layout.order(), [0, 3]);
        assert_eq!(layout.shift(0, true), 1);
        assert_eq!(layout.show_all(), 2);
        assert_eq!(layout.order(), [3, 0, 1, 2]);
        assert!(layout.hide(0) && layout.hide(0) && layout.hide(0) && !layout.hide(0));
    }
}
