//! Draws a worksheet: tabs on the border, line numbers, highlighted text, marks of the statement that will run and of an error.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::ui::draw::{clip, panel, parts};
use crate::app::ui::tab_strip::{Tab, TabStrip};
use crate::app::ui::theme::Theme;
use crate::domain::editing::TextPosition;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::one_line;

use super::rows::{TextRow, cells_before, shown};
use super::text_styles_view::TextStyles;
use super::{TiedFile, Worksheet, WorksheetAction, Worksheets};

impl Worksheets {
    /// Returns the strip of the worksheets in so many cells.
    #[must_use]
    pub fn strip(&self, room: usize) -> TabStrip {
        let tab = |(at, sheet): (usize, &Worksheet)| {
            let mark = self.marks.get(&sheet.key).filter(|_| at != self.front);
            let mark = mark.map(|mark| format!(" ({})", mark.word())).unwrap_or_default();
            let file = sheet.file.as_ref().map_or("", TiedFile::mark);
            let title = one_line(&sheet.title);
            // The tab in front is shown whole. The mark of another one is not shortened.
            if at == self.front {
                Tab { title: format!("{title}{file}"), mark }
            } else {
                Tab { title, mark: format!("{file}{mark}") }
            }
        };
        let tabs: Vec<Tab> = self.sheets.iter().enumerate().map(tab).collect();
        TabStrip::new(&tabs, self.front, room)
    }

    /// Returns the texts on the upper border of a panel of this width: the strip, and the position of the cursor if there is
    /// room for both.
    pub(super) fn border_texts(&self, width: u16, context: &Context) -> (TabStrip, String) {
        let Some(sheet) = self.sheet() else { return (TabStrip::default(), String::new()) };
        let TextPosition { line, column } = self.shown_cursor(sheet, context);
        let mode = self.vim_mode(context);
        let elsewhere = sheet.last_run.as_ref().filter(|last| last.is_elsewhere(context));
        let elsewhere = elsewhere.map(|last| format!("last ran on {}  ", last.place()));
        let count = sheet.editor.lines().len();
        let place = format!("{}line {}/{count} · col {}", elsewhere.unwrap_or_default(), line + 1, column + 1);
        let right = mode.as_ref().map_or_else(|| place.clone(), |mode| format!("{mode}  {place}"));
        let room = usize::from(width.saturating_sub(4));
        // The mode is always shown, the position where there is room for it.
        let is_tight = room < right.cells() + 4 + LEAST_STRIP;
        if let Some(mode) = mode.filter(|_| is_tight) {
            let next_to_it = room.saturating_sub(mode.cells() + 4);
            return (self.strip(next_to_it), mode);
        }
        let next_to_it = room.saturating_sub(right.cells() + 4);
        let strip = self.strip(if next_to_it < LEAST_STRIP { room } else { next_to_it });
        let right = if strip.text.cells() + 3 + right.cells() <= room { right } else { String::new() };
        (strip, right)
    }
}

/// Draws the worksheets.
#[derive(Debug)]
pub struct WorksheetView<'a> {
    pub worksheets: &'a Worksheets,
    pub context: &'a Context,
    pub theme: Theme,
    pub in_focus: bool,
}

/// The least cells of the tabs next to the cursor's position. With fewer the position is left out.
const LEAST_STRIP: usize = 24;
/// The least cells in which a note after a line is shown.
const LEAST_NOTE: usize = 16;
/// Width of the mark, the line number and a space.
pub(super) const GUTTER: u16 = 6;

impl WorksheetView<'_> {
    /// Draws them into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let Some(sheet) = self.worksheets.sheet() else {
            panel(buffer, area, "Worksheet", "", self.in_focus, self.theme);
            return;
        };
        let (strip, right) = self.worksheets.border_texts(area.width, self.context);
        let inside = panel(buffer, area, &strip.text, &right, self.in_focus, self.theme);
        if inside.is_empty() {
            return;
        }
        self.text(sheet, inside, buffer);
    }

    fn text(&self, sheet: &Worksheet, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let cursor = sheet.editor.cursor();
        let rows = sheet.rows(self.worksheets.wrapping, self.context);
        let visible = rows.visible(sheet.scroll.top, usize::from(area.height));
        let key = self.context.key(Action::Worksheet(WorksheetAction::TakeOffer));
        let mut styles = TextStyles::new(self.worksheets, sheet, theme);
        let (mut line_start, mut at_line, mut left_note) = (0, 0, None);
        for (y, row) in (area.y..).zip(&visible) {
            let lines = sheet.editor.lines();
            line_start +=
                lines.get(at_line..row.line).unwrap_or_default().iter().map(|line| line.len() + 1).sum::<usize>();
            at_line = row.line;
            let line = lines.get(row.line).map_or("", String::as_str);
            styles.begin_line(line_start, line);
            let label = if row.is_first { format!("{:>4} ", row.line + 1) } else { "     ".to_owned() };
            let (mark, mark_style) = styles.mark(row.is_first);
            parts(buffer, (area.x, y), area.right(), [(mark, mark_style), (label.as_str(), theme.dim())]);
            let from = row.from.max(sheet.scroll.left);
            if sheet.scroll.left > 0 && !line.is_empty() {
                parts(buffer, (area.x + GUTTER - 1, y), area.right(), [("‹", theme.dim())]);
            }
            let mut x = area.x + GUTTER;
            let mut column = 0;
            for (at, grapheme) in line.grapheme_indices(true) {
                if column >= row.to {
                    break;
                }
                if column >= from {
                    if x >= area.right() {
                        parts(buffer, (area.right().saturating_sub(1), y), area.right(), [("…", theme.dim())]);
                        break;
                    }
                    let style = styles.of(line_start + at, column, grapheme);
                    x = parts(buffer, (x, y), area.right(), [(shown(grapheme), style)]);
                }
                column += grapheme.chars().count();
            }
            let is_last_row = row.to >= line.chars().count();
            let Some((note, style)) = styles.note(&key).filter(|_| is_last_row) else { continue };
            let room = usize::from(area.right().saturating_sub(x));
            if room > LEAST_NOTE {
                let note = clip(&one_line(&note), room - 2);
                parts(buffer, (x + 2, y), area.right(), [(note.as_str(), style)]);
            } else {
                left_note = left_note.or(Some((note, style)));
            }
        }
        // Where the line leaves no room, the note is in the first row below the text.
        let below = area.y.saturating_add(u16::try_from(visible.len()).unwrap_or(u16::MAX));
        if let Some((note, style)) = left_note.filter(|_| below < area.bottom()) {
            let note = clip(&one_line(&note), usize::from(area.width.saturating_sub(GUTTER)));
            parts(buffer, (area.x + GUTTER, below), area.right(), [(note.as_str(), style)]);
        }
        if self.in_focus {
            self.cursor(sheet, area, &visible, buffer);
        }
        if sheet.editor.is_empty() && cursor == TextPosition::default() {
            let key = |action| self.context.key(Action::App(action));
            let (snippets, find) = (key(AppAction::Snippets), key(AppAction::Find));
            let text = format!(" Type a statement. {snippets} opens a snippet, {find} finds a table.");
            let text = clip(&text, usize::from(area.width.saturating_sub(GUTTER)));
            parts(buffer, (area.x + GUTTER, area.y), area.right(), [(text.as_str(), theme.dim())]);
        }
    }

    fn cursor(&self, sheet: &Worksheet, area: Rect, visible: &[TextRow], buffer: &mut Buffer) {
        let at = self.worksheets.shown_cursor(sheet, self.context);
        let Some((x, y)) = cell_of(at, sheet, visible) else { return };
        let (x, y) = (area.x.saturating_add(x), area.y.saturating_add(y));
        if x < area.right() && y < area.bottom() {
            buffer.set_style(Rect::new(x, y, 1, 1).intersection(buffer.area), self.theme.cursor());
        }
    }
}

/// Returns the cell of a position inside the panel, if its row is visible.
pub(super) fn cell_of(at: TextPosition, sheet: &Worksheet, visible: &[TextRow]) -> Option<(u16, u16)> {
    // The end of a wrapped line may be after its last row's last character.
    let is_in = |row: &&TextRow| row.line == at.line && row.from <= at.column;
    let (y, row) = visible.iter().enumerate().rfind(|(_, row)| is_in(row))?;
    let line = sheet.editor.lines().get(at.line)?;
    let start = row.from.max(sheet.scroll.left);
    let cells = cells_before(line, at.column).checked_sub(cells_before(line, start))?;
    Some((GUTTER.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX)), u16::try_from(y).unwrap_or(u16::MAX)))
}
