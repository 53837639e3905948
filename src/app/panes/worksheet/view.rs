//! Draws a worksheet: tabs on the border, line numbers, highlighted text, marks of the statement that will run and of an error.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::ui::draw::{clip, panel, parts};
use crate::app::ui::tab_strip::{Tab, TabStrip};
use crate::app::ui::theme::Theme;
use crate::domain::editing::TextPosition;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::{is_drawable, one_line};

use super::{Worksheet, Worksheets};

impl Worksheets {
    /// Returns the strip of the worksheets in so many cells.
    #[must_use]
    pub fn strip(&self, room: usize) -> TabStrip {
        let tab = |(at, sheet): (usize, &Worksheet)| {
            let mark = self.marks.get(&sheet.key).filter(|_| at != self.front);
            let mark = mark.map(|mark| format!(" ({})", mark.word())).unwrap_or_default();
            Tab { title: one_line(&sheet.title), mark }
        };
        let tabs: Vec<Tab> = self.sheets.iter().enumerate().map(tab).collect();
        TabStrip::new(&tabs, self.front, room)
    }

    /// Returns the texts on the upper border of a panel of this width: the strip, and the position of the cursor if there is
    /// room for both.
    pub(super) fn border_texts(&self, width: u16, context: &Context) -> (TabStrip, String) {
        let Some(sheet) = self.sheet() else { return (TabStrip::default(), String::new()) };
        let TextPosition { line, column } = sheet.editor.cursor();
        let elsewhere = sheet.last_run.as_ref().and_then(|(profile, database)| {
            let here = context.profile.as_ref().map(|profile| profile.name.as_str());
            let differs = here != Some(profile.as_str()) || *database != context.database;
            differs.then(|| format!("last ran on {profile} {}  ", database.clone().unwrap_or_default()))
        });
        let count = sheet.editor.lines().len();
        let right = format!("{}line {}/{count} · col {}", elsewhere.unwrap_or_default(), line + 1, column + 1);
        let room = usize::from(width.saturating_sub(4));
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
        let parsed = sheet.parsed.as_ref();
        let cursor = sheet.editor.cursor();
        let selected = sheet.editor.selection().map(|(from, to)| sheet.editor.byte_of(from)..sheet.editor.byte_of(to));
        let at_cursor = || parsed.and_then(|parsed| parsed.statement_at(sheet.editor.byte_of(cursor)));
        let runs = selected.clone().or_else(at_cursor).unwrap_or(0..0);
        let mut start: usize = sheet.editor.lines().iter().take(self.worksheets.top).map(|line| line.len() + 1).sum();
        for (row, (number, line)) in
            sheet.editor.lines().iter().enumerate().skip(self.worksheets.top).take(usize::from(area.height)).enumerate()
        {
            let y = area.y + u16::try_from(row).unwrap_or(0);
            let end = start + line.len();
            let is_run = start < runs.end && end >= runs.start && !runs.is_empty();
            let has_error = sheet.error_at.is_some_and(|at| (start..=end).contains(&at));
            let (mark, mark_style) = match (has_error, is_run) {
                (true, _) => ("✗", theme.bad()),
                (false, true) => ("▎", theme.key()),
                (false, false) => (" ", theme.dim()),
            };
            let label = format!("{:>4} ", number + 1);
            parts(buffer, (area.x, y), area.right(), [(mark, mark_style), (label.as_str(), theme.dim())]);
            if self.worksheets.left > 0 && !line.is_empty() {
                parts(buffer, (area.x + GUTTER - 1, y), area.right(), [("‹", theme.dim())]);
            }
            let mut x = area.x + GUTTER;
            for (place, (at, grapheme)) in line.grapheme_indices(true).enumerate() {
                if place < self.worksheets.left {
                    continue;
                }
                if x >= area.right() {
                    parts(buffer, (area.right().saturating_sub(1), y), area.right(), [("…", theme.dim())]);
                    break;
                }
                let byte = start + at;
                let mut style =
                    parsed.and_then(|parsed| parsed.class_at(byte)).map_or(theme.text(), |class| theme.sql(class));
                // Of several statements on a line, only the one that will run is highlighted.
                if is_run && !runs.contains(&byte) {
                    style = theme.dim();
                }
                if selected.as_ref().is_some_and(|range| range.contains(&byte)) {
                    style = style.patch(theme.selected());
                }
                if sheet.error_at == Some(byte) {
                    style = style.patch(theme.bad()).patch(Style::new().underlined());
                }
                x = parts(buffer, (x, y), area.right(), [(shown(grapheme), style)]);
            }
            if number == cursor.line && self.in_focus {
                let before: String = line
                    .chars()
                    .skip(self.worksheets.left)
                    .take(cursor.column.saturating_sub(self.worksheets.left))
                    .collect();
                let cells = before.graphemes(true).map(|grapheme| shown(grapheme).cells()).sum::<usize>();
                let x = area.x + GUTTER + u16::try_from(cells).unwrap_or(u16::MAX - GUTTER - area.x);
                if x < area.right() && y < area.bottom() {
                    buffer.set_style(Rect::new(x, y, 1, 1).intersection(buffer.area), theme.cursor());
                }
            }
            start = end + 1;
        }
        if sheet.editor.is_empty() {
            let key = |action| self.context.key(Action::App(action));
            let (snippets, find) = (key(AppAction::Snippets), key(AppAction::Find));
            let text = format!(" Type a statement. {snippets} opens a snippet, {find} finds a table.");
            let text = clip(&text, usize::from(area.width.saturating_sub(GUTTER)));
            parts(buffer, (area.x + GUTTER, area.y), area.right(), [(text.as_str(), theme.dim())]);
        }
    }
}

/// Returns what is drawn for a grapheme of the text. A grapheme that must not be drawn gets a mark.
pub(super) fn shown(grapheme: &str) -> &str {
    match grapheme {
        "\t" => "  ",
        _ if is_drawable(grapheme) => grapheme,
        _ => "·",
    }
}
