//! Draws the overlays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::ui::draw::{clip, panel, parts, printable, rect, wrap};
use crate::app::ui::theme::Theme;

use super::{Item, Kind, Overlay};

/// What an overlay needs.
#[derive(Debug)]
pub struct OverlayView<'a> {
    /// Its state.
    pub overlay: &'a Overlay,
    /// Snippets and layout.
    pub context: &'a Context,
    /// Colours.
    pub theme: Theme,
}

/// Where overlays with a list lie.
pub(super) fn place(context: &Context) -> Area {
    context.layout.overlay(104, 30)
}

impl OverlayView<'_> {
    /// Draws it over the rest.
    pub fn draw(&self, buffer: &mut Buffer) {
        let (title, prompt) = match &self.overlay.kind {
            Kind::Palette => ("Commands", "find"),
            Kind::Help(_) => ("Keys that work here", "find"),
            Kind::Snippets => ("Snippets", "find"),
            Kind::History(_) => ("History (access log)", "find"),
            Kind::Activity => ("Activity: what rrx itself sends and says", "find"),
            Kind::Find => ("Find a table or column", "find"),
            Kind::Columns => ("Jump to a column", "find"),
            Kind::SaveSnippet { .. } => ("Save the statement as a snippet", "name"),
            Kind::JumpRow => ("Jump to a row", "row number"),
            Kind::Rename => ("Rename the worksheet", "title"),
            Kind::Filter(_) => ("Show rows that fit (case counts in =, not in like)", "where"),
            Kind::Search => ("Search the rows", "text"),
            Kind::SearchShown => ("Search what is shown", "text"),
            Kind::CopyAs => ("Copy as", "find"),
            Kind::Export => ("Write the rows to a file as", "find"),
            Kind::ExportRows(_) => ("The result was cut: write which rows?", "find"),
            Kind::ExportPath { .. } => ("Write the rows to this file", "file"),
            Kind::Chart => ("Draw", "find"),
            Kind::Zone => ("Show this column's times in another zone too", "find"),
            Kind::Confirm { .. } => ("Please confirm", ""),
        };
        let area = if self.overlay.has_list() { place(self.context) } else { self.context.layout.overlay(72, 8) };
        let area = rect(area, buffer);
        let listed = self.overlay.items.len();
        let count = match self.overlay.total {
            _ if !self.overlay.has_list() => String::new(),
            Some(total) if total > listed => format!("best {listed} of {total}"),
            _ => listed.to_string(),
        };
        let inside = panel(buffer, area, title, &count, true, self.theme);
        if inside.is_empty() {
            return;
        }
        if let Kind::Confirm { question, .. } = &self.overlay.kind {
            self.confirm(question, inside, buffer);
            return;
        }
        let (typed, _) = self.typed(prompt, inside);
        parts(
            buffer,
            (inside.x + 1, inside.y),
            inside.right(),
            [
                (prompt, self.theme.dim()),
                (" › ", self.theme.key()),
                (typed.as_str(), self.theme.text()),
                ("▏", self.theme.key()),
            ],
        );
        match &self.overlay.kind {
            Kind::SaveSnippet { statement } => {
                for (row, line) in statement.lines().take(usize::from(inside.height.saturating_sub(3))).enumerate() {
                    let y = inside.y + 2 + u16::try_from(row).unwrap_or(0);
                    let line = clip(&line.replace('\t', "  "), usize::from(inside.width).saturating_sub(4));
                    parts(buffer, (inside.x + 3, y), inside.right(), [(line.as_str(), self.theme.dim())]);
                }
            }
            Kind::JumpRow | Kind::Rename => {
                let words = if self.overlay.kind == Kind::Rename {
                    "The name of this worksheet's tab; its text stays as it is."
                } else {
                    "Counted from 1, as the first column of the results shows it."
                };
                parts(buffer, (inside.x + 1, inside.y + 2), inside.right(), [(words, self.theme.dim())]);
            }
            Kind::ExportPath { scope, .. } => Self::lines(scope, self.theme.dim(), inside, buffer),
            Kind::Filter(_) | Kind::Search | Kind::SearchShown => self.condition(prompt, inside, buffer),
            _ => self.list(inside, buffer),
        }
    }

    /// What is typed as it can be shown, and how many cells of it are left out: its end is where the cursor is.
    fn typed(&self, prompt: &str, area: Rect) -> (String, usize) {
        let text = printable(self.overlay.input.text());
        let room = usize::from(area.width).saturating_sub(prompt.width() + 5);
        if text.width() <= room {
            return (text, 0);
        }
        let (mut left, mut start) = (text.width(), 0);
        // One cell is for the mark.
        for grapheme in text.graphemes(true) {
            if left < room {
                break;
            }
            left -= grapheme.width();
            start += grapheme.len();
        }
        let rest = text.get(start..).unwrap_or_default();
        (format!("…{rest}"), text.width() - left - 1)
    }

    /// What is wrong with what is typed, else how it is written.
    fn condition(&self, prompt: &str, area: Rect, buffer: &mut Buffer) {
        let (words, style) = match (&self.overlay.fault, &self.overlay.kind) {
            (Some((_, words)), _) => (words.as_str(), self.theme.warning()),
            (None, Kind::Search | Kind::SearchShown) => (
                "Case counts where a capital letter is typed; ~ before it makes it a regular expression.",
                self.theme.dim(),
            ),
            (None, _) => (
                "status = 'Open' and age > 40 · name ~ '^A' · ended is null · in (…) · between … and … · like 'A%'. \
                 Empty shows all rows.",
                self.theme.dim(),
            ),
        };
        if let Some((place, _)) = &self.overlay.fault {
            // A mark under what is wrong, as far as that is in view.
            let text = self.overlay.input.text();
            let before = text.get(..place.start).map_or(0, |text| printable(text).width());
            let wide = text.get(place.clone()).map_or(1, |text| printable(text).width()).max(1);
            let (_, left_out) = self.typed(prompt, area);
            let (from, to) = (before.max(left_out), (before + wide).max(left_out));
            let x = area.x + 1 + u16::try_from(prompt.width() + 3 + from - left_out).unwrap_or(0);
            let mark = "^".repeat(to - from);
            parts(buffer, (x, area.y + 1), area.right(), [(mark.as_str(), self.theme.warning())]);
        }
        Self::lines(words, style, area, buffer);
    }

    /// Words under the line to type.
    fn lines(words: &str, style: Style, area: Rect, buffer: &mut Buffer) {
        for (row, line) in wrap(words, usize::from(area.width).saturating_sub(2)).iter().enumerate() {
            let y = area.y + 2 + u16::try_from(row).unwrap_or(0);
            if y < area.bottom() {
                parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), style)]);
            }
        }
    }

    fn confirm(&self, question: &str, area: Rect, buffer: &mut Buffer) {
        let lines = wrap(question, usize::from(area.width).saturating_sub(2));
        let mut y = area.y + 1;
        for line in &lines {
            parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), self.theme.text())]);
            y += 1;
        }
        parts(
            buffer,
            (area.x + 1, y + 1),
            area.right(),
            [
                ("y", self.theme.key()),
                (" yes   ", self.theme.text()),
                ("any other key", self.theme.key()),
                (" no", self.theme.text()),
            ],
        );
    }

    fn list(&self, area: Rect, buffer: &mut Buffer) {
        let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if self.overlay.items.is_empty() {
            let words = match (&self.overlay.kind, self.overlay.input.text().is_empty()) {
                (Kind::Snippets, true) => "No snippet yet: save the statement at the cursor as one.",
                (Kind::History(_), true) => "Nothing was run yet.",
                (Kind::Find, _) if self.context.catalog.is_none() => "The catalog is not there yet.",
                (Kind::Find, _) if self.overlay.total.is_none() => "looking …",
                (Kind::Activity, true) => "Nothing happened yet.",
                (Kind::Chart, true) => {
                    "No column holds numbers to draw; COUNT(*) with GROUP BY makes numbers of texts."
                }
                _ => "Nothing fits what is typed.",
            };
            Self::lines(words, self.theme.dim(), area, buffer);
            return;
        }
        let widest = self.overlay.items.iter().map(|item| shown_width(&item.name)).max().unwrap_or(0);
        let limit = usize::from(list.width) * 5 / 10;
        for (row, item) in
            self.overlay.items.iter().enumerate().skip(self.overlay.list.top).take(usize::from(list.height))
        {
            let y = list.y + u16::try_from(row - self.overlay.list.top).unwrap_or(0);
            self.item(item, row == self.overlay.list.cursor, widest.min(limit), Rect { y, height: 1, ..list }, buffer);
        }
    }

    fn item(&self, item: &Item, is_here: bool, widest: usize, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let shade = |style| if is_here { theme.cursor() } else { style };
        if is_here {
            buffer.set_style(area.intersection(buffer.area), theme.cursor());
        }
        // On a narrow screen the words count more than what stands at the right.
        let most = if area.width < 60 && !item.more.is_empty() { 0 } else { usize::from(area.width) / 3 };
        let right = clip(&printable(&item.right), most);
        let room = usize::from(area.width).saturating_sub(right.width() + 3);
        let widest = if item.more.is_empty() { room } else { widest.min(room) };
        let name = clip(&printable(&item.name), widest);
        let pad = " ".repeat(widest.saturating_sub(name.width()) + 2);
        let more = clip(&printable(&item.more), room.saturating_sub(widest + 2));
        let lead = if is_here { "›" } else { " " };
        parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [
                (lead, shade(theme.key())),
                (name.as_str(), shade(theme.text())),
                (pad.as_str(), shade(theme.text())),
                (more.as_str(), shade(theme.dim())),
            ],
        );
        let x = area.right().saturating_sub(u16::try_from(right.width()).unwrap_or(0) + 1);
        parts(buffer, (x, area.y), area.right(), [(right.as_str(), shade(theme.key()))]);
    }
}

/// Cells of a text as it is shown; of plain text without making that.
fn shown_width(text: &str) -> usize {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) { text.len() } else { printable(text).width() }
}
