//! Finds the cells of a frame that must be sent to the terminal, and their order. It replaces the comparison of ratatui, which takes
//! each terminal to draw a grapheme into as many cells as ratatui counts.
//!
//! A terminal may draw a grapheme into fewer cells than rrx reserves, into as many, or into more (`domain::screen_width`). So:
//! - When a grapheme changes, all cells are sent that it may have been drawn into.
//! - Before a grapheme whose width is not certain, its cells are cleared. After it, the cursor is placed by its position.

use ratatui::buffer::{Buffer, Cell};

use crate::domain::screen_width::{ScreenWidth as _, is_width_certain, most_cells};

/// A cell to send: its column, its row, what it shows.
pub(super) type SentCell = (u16, u16, Cell);

/// Replaces each wide grapheme by a space if something else was drawn over a part of it, or if it does not fit into its row.
pub(super) fn clear_cut_graphemes(frame: &mut Buffer) {
    let width = usize::from(frame.area.width).max(1);
    for row in frame.content.chunks_mut(width) {
        let mut at = 0;
        while let Some(cell) = row.get(at) {
            let cells = reserved(cell);
            let is_whole =
                row.get(at + 1..at + cells).is_some_and(|hidden| hidden.iter().all(|cell| cell.symbol() == " "));
            if is_whole {
                at += cells;
            } else {
                if let Some(cell) = row.get_mut(at) {
                    cell.set_symbol(" ");
                }
                at += 1;
            }
        }
    }
}

/// Returns what to send so that a terminal that shows `previous` shows `next`. Both have the same area, and no cut graphemes.
///
/// Each cell is meant for its own position. The backend moves the cursor if a cell does not follow the one before; a cell without a
/// symbol makes it move the cursor for the next one.
pub(super) fn frame_changes(previous: &Buffer, next: &Buffer) -> Vec<SentCell> {
    let width = usize::from(next.area.width).max(1);
    let mut sent = Vec::new();
    let rows = previous.content.chunks(width).zip(next.content.chunks(width));
    for (y, (old, new)) in (next.area.y..).zip(rows) {
        if old != new {
            row_changes(old, new, (next.area.x, y), &mut sent);
        }
    }
    sent
}

fn row_changes(old: &[Cell], new: &[Cell], (left, y): (u16, u16), sent: &mut Vec<SentCell>) {
    let mut is_stale = vec![false; new.len()];
    let mut at = 0;
    while let Some(cell) = old.get(at) {
        if new.get(at) != Some(cell) {
            mark(&mut is_stale, at, reach(cell));
        }
        at += reserved(cell);
    }
    let mut at = 0;
    while let Some(cell) = new.get(at) {
        let cells = reserved(cell);
        if is_stale.iter().skip(at).take(cells).any(|stale| *stale) {
            mark(&mut is_stale, at, reach(cell));
            let x = left.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
            send(cell, cells, (x, y), sent);
        }
        at += cells;
    }
}

fn send(cell: &Cell, cells: usize, (x, y): (u16, u16), sent: &mut Vec<SentCell>) {
    if is_width_certain(cell.symbol()) {
        sent.push((x, y, cell.clone()));
        return;
    }
    let with_symbol = |symbol| {
        let mut other = Cell::default();
        other.set_symbol(symbol).set_style(cell.style());
        other
    };
    if cells == 1 {
        sent.push((x, y, cell.clone()));
        sent.push((x.saturating_add(1), y, with_symbol("")));
    } else {
        sent.extend((x..).take(cells).map(|x| (x, y, with_symbol(" "))));
        sent.push((x, y, cell.clone()));
    }
}

fn mark(is_stale: &mut [bool], at: usize, cells: usize) {
    is_stale.iter_mut().skip(at).take(cells).for_each(|stale| *stale = true);
}

/// Returns the cells that rrx reserves for the symbol of a cell.
fn reserved(cell: &Cell) -> usize {
    cell.symbol().cells().max(1)
}

/// Returns the cells that a terminal may have drawn the symbol into. If the width is not certain, the cell after it is always one of
/// them, so that [`send`] may count on it being sent next.
fn reach(cell: &Cell) -> usize {
    let symbol = cell.symbol();
    let reserved = reserved(cell);
    if is_width_certain(symbol) { reserved } else { most_cells(symbol).max(reserved + 1) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;
    use crate::app::ui::draw::parts;

    const WIDTH: u16 = 24;
    const HEIGHT: u16 = 3;

    const TEXTS: &[&str] = &[
        "ccc",
        "",
        "a longer plain value",
        "नमस्ते किताब",
        "বাংলা ভাষা",
        "தமிழ் மொழி",
        "ಕೋಣೆ ಕನ್ನಡ",
        "ไทยกำลังน้ำ",
        "ខ្មែរ ភាសា",
        "ကြောင်",
        "བོད་སྐད་",
        "שָׁלוֹם",
        "مُحَمَّدٌ لا",
        "각 한글",
        "日本語 漢字",
        "ｶﾞ ﾊﾟ",
        "e\u{301}e\u{301}e",
        "👍 ❤ ☺",
        "\u{302e}x",
    ];

    /// How a terminal counts the cells of text.
    #[derive(Debug, Clone, Copy)]
    enum Counting {
        /// The sum of the widths of the characters, as `wcwidth`.
        Characters,
        /// The width of the first character of a grapheme.
        Graphemes,
        /// Old tables: a mark has a cell of its own.
        Marks,
    }

    /// A terminal with one cell for each column: its text, and whether it is the second half of the cell before.
    struct Judge {
        counting: Counting,
        cells: Vec<(String, bool)>,
        cursor: usize,
    }

    impl Judge {
        fn new(counting: Counting) -> Self {
            Self { counting, cells: vec![(" ".into(), false); usize::from(WIDTH) * usize::from(HEIGHT)], cursor: 0 }
        }

        fn print(&mut self, text: &str) {
            for grapheme in text.graphemes(true) {
                match self.counting {
                    Counting::Graphemes => {
                        let first = grapheme.chars().next().unwrap().to_string().cells().clamp(1, 2);
                        self.put(grapheme, first);
                    }
                    Counting::Characters | Counting::Marks => {
                        for character in grapheme.chars().map(String::from) {
                            let cells = character.cells();
                            match (self.counting, cells) {
                                (Counting::Marks, 0) => self.put(&character, 1),
                                (Counting::Characters | Counting::Graphemes, 0) => {
                                    self.cells[self.cursor - 1].0.push_str(&character);
                                }
                                _ => self.put(&character, cells),
                            }
                        }
                    }
                }
            }
        }

        fn put(&mut self, text: &str, cells: usize) {
            let at = self.cursor;
            if self.cells[at].1 {
                self.cells[at - 1].0 = " ".into();
            }
            for cell in at..(at + cells).min(self.cells.len()) {
                if let Some(half) = self.cells.get_mut(cell + 1).filter(|next| next.1) {
                    *half = (" ".into(), false);
                }
                self.cells[cell] = (if cell == at { text.into() } else { String::new() }, cell != at);
            }
            self.cursor = at + cells;
        }

        /// Shows what is sent as the backend does: it moves the cursor only if a cell does not follow the one before.
        fn show(&mut self, sent: &[SentCell]) {
            let mut last = None;
            for (x, y, cell) in sent {
                if last != Some((x.wrapping_sub(1), *y)) {
                    self.cursor = usize::from(*y) * usize::from(WIDTH) + usize::from(*x);
                }
                last = Some((*x, *y));
                self.print(cell.symbol());
            }
        }
    }

    fn frame(texts: &[(usize, u16)]) -> Buffer {
        let mut frame = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for ((text, indent), y) in texts.iter().zip(0..) {
            let colour = if text % 2 == 0 { Color::Reset } else { Color::Blue };
            parts(&mut frame, (1 + indent, y), WIDTH - 2, [(TEXTS[*text], Style::new().bg(colour))]);
            parts(&mut frame, (WIDTH - 2, y), WIDTH, [("│", Style::new())]);
        }
        clear_cut_graphemes(&mut frame);
        frame
    }

    proptest! {
        #[test]
        fn any_terminal_shows_the_last_frame_whatever_it_showed_before(
            frames in prop::collection::vec(prop::collection::vec((0..TEXTS.len(), 0..4_u16), usize::from(HEIGHT)), 2..6)
        ) {
            let empty = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
            for counting in [Counting::Characters, Counting::Graphemes, Counting::Marks] {
                let mut judge = Judge::new(counting);
                let mut shown = empty.clone();
                for texts in &frames {
                    let next = frame(texts);
                    judge.show(&frame_changes(&shown, &next));
                    shown = next;
                }
                let mut redrawn = Judge::new(counting);
                redrawn.show(&frame_changes(&empty, &shown));
                let line = |judge: &Judge| judge.cells.chunks(usize::from(WIDTH)).map(|row| {
                    row.iter().map(|cell| cell.0.as_str()).collect::<Vec<_>>().join("|")
                }).collect::<Vec<_>>();
                prop_assert_eq!(line(&judge), line(&redrawn), "{:?}", counting);
                for row in judge.cells.chunks(usize::from(WIDTH)) {
                    prop_assert_eq!(row[usize::from(WIDTH) - 2].0.as_str(), "│", "{:?} {:?}", counting, row);
                }
            }
        }
    }

    #[test]
    fn plain_text_is_sent_as_the_cells_that_changed() {
        let old = Buffer::with_lines(["abc 日本", "same"]);
        let new = Buffer::with_lines(["abd 日x ", "same"]);
        let sent: Vec<_> =
            frame_changes(&old, &new).into_iter().map(|(x, y, cell)| (x, y, cell.symbol().to_owned())).collect();
        assert_eq!(sent, [(2, 0, "d".to_owned()), (6, 0, "x".to_owned()), (7, 0, " ".to_owned())]);
    }

    #[test]
    fn a_grapheme_with_something_drawn_over_its_second_cell_becomes_a_space() {
        let mut frame = Buffer::with_lines(["a日bকা "]);
        frame[(2, 0)].set_symbol("│");
        clear_cut_graphemes(&mut frame);
        assert_eq!(frame[(1, 0)].symbol(), " ");
        assert_eq!(frame[(4, 0)].symbol(), "কা");
    }
}
